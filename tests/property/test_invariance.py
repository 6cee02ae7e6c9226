"""What must not change the judgement: where, how large and how turned the person is in the picture."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import synth
from formcheck.angles.leg import measure_leg
from formcheck.types import Side
from synth import Move

SET = [Move(), Move(peak_deg=30, hold_s=1.0), Move(peak_deg=15)]
PLAIN = synth.glide(SET, noise_px=0.5)


def angles_of(track):
    return measure_leg(track, max_trunk_from_floor_deg=30.0)[0]


BASE = angles_of(PLAIN)


def assert_same(track, atol=0.05):
    angles = angles_of(track)
    np.testing.assert_allclose(angles.knee_flexion_deg, BASE.knee_flexion_deg, atol=atol)
    np.testing.assert_allclose(angles.hip_flexion_deg, BASE.hip_flexion_deg, atol=atol)


@settings(max_examples=20, deadline=None)
@given(x=st.floats(-100, 100), y=st.floats(-60, 60))
def test_shift(x, y):
    assert_same(replace(PLAIN, xy_px=PLAIN.xy_px + np.array([x, y])))


@settings(max_examples=20, deadline=None)
@given(factor=st.floats(0.3, 4.0))
def test_scale(factor):
    width, height = PLAIN.size_px
    size = (round(width * factor) + 1, round(height * factor) + 1)
    assert_same(replace(PLAIN, xy_px=PLAIN.xy_px * factor, size_px=size))


def test_mirror_exchanges_the_sides_and_keeps_the_angles():
    xy = PLAIN.xy_px * [-1, 1] + [PLAIN.size_px[0], 0]
    mirrored = xy.copy()
    for left, right in zip((11, 13, 15, 23, 25, 27, 29, 31), (12, 14, 16, 24, 26, 28, 30, 32), strict=True):
        mirrored[:, left], mirrored[:, right] = xy[:, right], xy[:, left]
    track = replace(PLAIN, xy_px=mirrored, working_side=Side.RIGHT)
    assert angles_of(track).side is Side.RIGHT
    assert_same(track)


@cache
def judged():
    return synth.session(PLAIN)


@settings(max_examples=20, deadline=None)
@given(speed=st.floats(0.5, 2.0))
def test_twice_as_fast_is_half_as_long(speed):
    fast = synth.session(replace(PLAIN, t_s=PLAIN.t_s / speed))
    assert fast.rep_count == judged().rep_count
    for a, b in zip(fast.reps, judged().reps, strict=True):
        assert a.end_s * speed == pytest.approx(b.end_s, abs=0.3)


@pytest.mark.parametrize("fps", [10, 15, 30, 60, 120])
@pytest.mark.parametrize("drop", [0.0, 0.2])
def test_same_repetitions_at_any_frame_rate_and_with_frames_missing(fps, drop):
    track = synth.glide(SET, fps=fps, noise_px=0.5)
    keep = np.random.default_rng(3).random(len(track.t_s)) >= drop
    names = ("t_s", "xy_px", "world_m", "visibility", "luma", "hidden")
    session = synth.session(replace(track, **{name: getattr(track, name)[keep] for name in names}))
    assert session.rep_count == len(SET)
    for rep, move, (start, peak, _, end) in zip(session.reps, SET, synth.events(SET), strict=True):
        assert rep.complete
        assert (rep.start_s, rep.peak_s, rep.end_s) == pytest.approx((start, peak, end), abs=0.2)
        assert rep.knee_flexion_peak_deg == pytest.approx(move.peak_deg, abs=2.0)


@pytest.mark.parametrize("peak_deg", [10.0, 25.0, 55.0])
@pytest.mark.parametrize("fps", [10, 15])
def test_same_angles_and_verdicts_at_a_third_of_the_frames(fps, peak_deg):
    moves = [Move(peak_deg=peak_deg), Move(peak_deg=peak_deg, extend_s=1.5, return_s=1.5), Move(peak_deg=40.0)]
    dense, sparse = (synth.session(synth.glide(moves, fps=rate)) for rate in (30, fps))
    for name in ("knee_flexion_deg", "hip_flexion_deg"):
        t_s = sparse.angles.t_s
        of_dense = np.interp(t_s, dense.angles.t_s, getattr(dense.angles, name))
        np.testing.assert_allclose(getattr(sparse.angles, name), of_dense, atol=1.0)
    assert [(f.rule, f.rep, f.verdict) for f in sparse.findings] == [(f.rule, f.rep, f.verdict) for f in dense.findings]


@settings(max_examples=30, deadline=None)
@given(
    peaks=st.lists(st.floats(5, 60), min_size=0, max_size=5),
    extend_s=st.floats(0.6, 4.0),
    hold_s=st.floats(0.0, 2.0),
    rest_s=st.floats(0.3, 2.0),
    seed=st.integers(0, 100),
)
def test_any_set_is_counted(peaks, extend_s, hold_s, rest_s, seed):
    moves = [Move(peak_deg=peak, extend_s=extend_s, hold_s=hold_s, return_s=extend_s, rest_s=rest_s) for peak in peaks]
    session = synth.session(synth.glide(moves, noise_px=1.0, seed=seed))
    assert session.rep_count == len(moves)


@settings(max_examples=20, deadline=None)
@given(roll_deg=st.floats(-25, 25))
def test_roll_of_the_picture(roll_deg):
    """The trunk tells the floor when the picture is not level."""
    assert_same(synth.glide(SET, noise_px=0.5, roll_deg=roll_deg), atol=1.0)


@pytest.mark.parametrize("azimuth_deg", [-40.0, -20.0, 0.0, 20.0, 40.0])
def test_turn_of_the_camera(azimuth_deg):
    assert_same(synth.glide(SET, azimuth_deg=azimuth_deg), atol=1.5)
