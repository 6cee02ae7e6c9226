import numpy as np
import pytest

import synth
from formcheck.angles.plausible import plausible_frames
from formcheck.pose.landmarks import LEGS
from formcheck.types import Side
from synth import Move

TRACK = synth.glide([Move(extend_s=0.5, hold_s=0.2, return_s=0.5)] * 3, noise_px=1.0)
ANKLE = LEGS[Side.LEFT].ankle


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
def test_a_limb_that_grows_or_leaves_the_picture(by):
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
