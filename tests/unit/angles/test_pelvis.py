"""A pelvis that is off the floor: the hip is measured against the trunk then."""

from dataclasses import replace

import numpy as np
import pytest

import synth
from formcheck.angles.leg import measure_leg
from formcheck.pose.landmarks import HIPS, LEGS
from formcheck.types import Side

THIGH_DEG = 85.0
LIFT_DEG = 12.0
ROWS = (*HIPS, *LEGS[Side.LEFT].below_hip)


def lifting(t_s, *, lift_deg: float):
    """A straight leg held up; in the second half the pelvis is lifted so far that the trunk rises by ``lift_deg``."""
    track = synth.track(t_s, np.full(len(t_s), 5.0), THIGH_DEG)
    trunk_px = synth.TRUNK * 300.0
    rise_px = trunk_px * np.tan(np.radians(lift_deg)) * synth.ease((t_s - 4.0) / 0.7)
    xy = track.xy_px.copy()
    xy[:, list(ROWS), 1] -= rise_px[:, None]
    return replace(track, xy_px=xy)


@pytest.fixture(scope="module")
def t_s():
    return synth.times(8.0)


def hip_of(track):
    angles, _ = measure_leg(track, max_trunk_from_floor_deg=30.0)
    return angles


def test_the_hip_is_counted_from_the_trunk_while_the_pelvis_is_lifted(t_s):
    still, lifted = hip_of(lifting(t_s, lift_deg=0.0)), hip_of(lifting(t_s, lift_deg=LIFT_DEG))
    change = lifted.hip_flexion_deg - still.hip_flexion_deg
    high = t_s > 5.5
    assert np.abs(change[t_s < 3.5]).max() < 2.0
    assert np.median(change[high]) == pytest.approx(-LIFT_DEG, abs=2.5)
    assert (lifted.hip_se_deg[high] > still.hip_se_deg[high] + 1.0).all()


def test_a_lifted_pelvis_is_said(t_s):
    keys = {reason.key for reason in synth.session(lifting(t_s, lift_deg=LIFT_DEG)).quality.reasons}
    assert "quality.pelvis_lifted" in keys


def test_hips_that_rise_as_the_landmarker_lets_them_are_not_taken_for_lifted(t_s):
    keys = {reason.key for reason in synth.session(lifting(t_s, lift_deg=4.0)).quality.reasons}
    assert "quality.pelvis_lifted" not in keys


@pytest.mark.parametrize("hip_deg", [150.0, 165.0])
def test_a_thigh_behind_the_trunk_is_never_usable(t_s, hip_deg):
    assert not hip_of(synth.track(t_s, np.full(len(t_s), 60.0), hip_deg)).usable.any()


def test_frames_that_were_read_the_wrong_way_round_are_not_usable(t_s):
    track = synth.track(t_s, np.full(len(t_s), 60.0), THIGH_DEG)
    xy, wrong = track.xy_px.copy(), t_s < 1.0
    along = 2 * xy[:, [23, 24]].mean(axis=1, keepdims=True) - xy[:, [11, 12]]
    xy[wrong, 11:13] = along[wrong]
    usable = hip_of(replace(track, xy_px=xy)).usable
    assert not usable[t_s < 0.9].any()
    assert usable[t_s > 1.1].all()
