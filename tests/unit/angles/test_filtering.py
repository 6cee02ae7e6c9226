import numpy as np
import pytest

import synth
from formcheck.angles.filtering import gap_lengths_s, jitter_deg, plausible_frames, smooth
from formcheck.pose.landmarks import LEGS
from formcheck.types import Side
from synth import Move

T_S = np.arange(0, 6, 1 / 30)
SLOW = 50 + 40 * np.sin(2 * np.pi * 0.25 * T_S)
HELD_T_S = synth.times(12.0)
TRACK = synth.glide([Move(extend_s=0.5, hold_s=0.2, return_s=0.5)] * 3, noise_px=1.0)
ANKLE = LEGS[Side.LEFT].ankle


def test_slow_movement_passes_without_delay():
    np.testing.assert_allclose(smooth(T_S, SLOW), SLOW, atol=0.6)


def test_noise_is_reduced():
    noisy = SLOW + np.random.default_rng(1).normal(0, 3, len(T_S))
    assert np.std(smooth(T_S, noisy) - SLOW) < 0.5 * np.std(noisy - SLOW)


def test_single_wild_sample_hardly_leaves_a_trace():
    wild = SLOW.copy()
    wild[60] += 80
    np.testing.assert_allclose(smooth(T_S, wild), smooth(T_S, SLOW), atol=3.0)


def test_short_gap_is_bridged_and_long_gap_stays_unknown():
    holey = SLOW.copy()
    holey[30:40] = np.nan  # a third of a second
    holey[90:120] = np.nan  # a second
    result = smooth(T_S, holey)
    np.testing.assert_allclose(result[30:40], SLOW[30:40], atol=2.0)
    assert np.isnan(result[90:120]).all()
    assert np.isfinite(result[:90]).all()
    assert np.isfinite(result[120:]).all()


def test_nothing_is_invented_before_the_first_and_after_the_last_sample():
    late = SLOW.copy()
    late[:3] = np.nan
    late[-2:] = np.nan
    result = smooth(T_S, late)
    assert np.isnan(result[:3]).all()
    assert np.isnan(result[-2:]).all()


def test_a_column_missing_is_a_sample_missing():
    pair = np.stack([SLOW, SLOW], axis=1)
    pair[90:120, 1] = np.nan
    assert np.isnan(smooth(T_S, pair)[90:120]).all()


@pytest.mark.parametrize("count", [1, 2, 3, 5])
def test_very_short_series(count):
    result = smooth(T_S[:count], SLOW[:count])
    assert np.isfinite(result).all()


def test_gap_lengths():
    known = np.array([True, False, False, True, False])
    np.testing.assert_allclose(gap_lengths_s(np.arange(5.0), known), [0, 3, 3, 0, np.inf])


def moved(rows, by):
    xy = TRACK.xy_px.copy()
    xy[rows, ANKLE] += by
    return plausible_frames(synth.make_track(TRACK.t_s, xy), Side.LEFT, azimuth_deg=0.0)


def test_fast_repetitions_are_no_jumps():
    assert plausible_frames(TRACK, Side.LEFT, azimuth_deg=0.0).all()


def test_a_jump_and_back_is_cut_out():
    # along the shank's circle, so that no length tells
    xy = TRACK.xy_px.copy()
    rows = slice(6, 14)
    knee = xy[rows, LEGS[Side.LEFT].knee]
    xy[rows, ANKLE] = knee - (xy[rows, ANKLE] - knee)
    keep = plausible_frames(synth.make_track(TRACK.t_s, xy), Side.LEFT, azimuth_deg=0.0)
    assert np.flatnonzero(~keep).tolist() == list(range(6, 14))


def test_a_long_stay_elsewhere_is_left_alone():
    xy = TRACK.xy_px.copy()
    rows = slice(2, 28)
    knee = xy[rows, LEGS[Side.LEFT].knee]
    xy[rows, ANKLE] = knee - (xy[rows, ANKLE] - knee)
    assert plausible_frames(synth.make_track(TRACK.t_s, xy), Side.LEFT, azimuth_deg=0.0).all()


@pytest.mark.parametrize("by", [(350.0, 0.0), (0.0, -600.0)])
def test_a_limb_that_grows_or_leaves_the_image(by):
    keep = moved(slice(30, 60), by)
    assert not keep[30:60].any()
    assert keep[:30].all()


@pytest.mark.parametrize(("azimuth_deg", "kept"), [(0.0, False), (40.0, False), (-30.0, True)])
def test_a_shank_that_shrinks_by_half_is_none_unless_it_may_point_away(azimuth_deg, kept):
    # seen from beyond the head it may: there it points away from the camera
    xy = TRACK.xy_px.copy()
    knee, rows = LEGS[Side.LEFT].knee, slice(30, 60)
    xy[rows, ANKLE] = 0.5 * (xy[rows, knee] + xy[rows, ANKLE])
    keep = plausible_frames(synth.make_track(TRACK.t_s, xy), Side.LEFT, azimuth_deg=azimuth_deg)
    assert (keep[30:60] == kept).all()


def test_no_leg_at_all():
    assert not plausible_frames(TRACK, Side.RIGHT, azimuth_deg=0.0).any()


@pytest.mark.parametrize("fps", [10, 30, 120])
def test_a_sine_above_the_limit_is_known_by_its_size(fps):
    t_s = np.arange(0, 20, 1 / fps)
    assert jitter_deg(t_s, 90 + 4 * np.sin(2 * np.pi * 2.5 * t_s)) == pytest.approx(4 / np.sqrt(2), rel=0.3)


@pytest.mark.parametrize("lifts", [1, 2])
def test_a_drift_and_a_quick_lift_are_no_jitter(lifts):
    held = 90 + 10 * np.sin(2 * np.pi * 0.2 * HELD_T_S)
    for lift in range(lifts):
        # down to the floor and up again, each in a second
        held = held - 90 * np.clip(1.5 - np.abs(HELD_T_S - 3 - 5 * lift), 0, 1)
    assert jitter_deg(HELD_T_S, held) < 1.5


def test_nothing_known_is_nan():
    assert np.isnan(jitter_deg(HELD_T_S, np.full(len(HELD_T_S), np.nan)))
    assert np.isnan(jitter_deg(HELD_T_S[:10], np.full(10, 90.0)))
