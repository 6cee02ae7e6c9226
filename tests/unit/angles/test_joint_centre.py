"""The hip joint from the circle that the knee moves on."""

from dataclasses import replace

import numpy as np
import pytest

import synth
from formcheck.angles.calibration import HipPoint, calibration_for
from formcheck.angles.geometry import project
from formcheck.angles.joint_centre import KneePath, fit_circle
from formcheck.angles.leg import measure_leg
from formcheck.pose.landmarks import LEGS
from formcheck.pose.models import PACKAGED_SHA256
from formcheck.types import ModelInfo, Side

USUAL = HipPoint(joint=(0.02, -0.09), sd=(0.06, 0.05))
THIGH_PX = 130.0
T_S = synth.times(6.0)
RAISED = np.interp(T_S, [0.0, 2.0, 6.0], [10.0, 90.0, 90.0])
BENT = np.full(len(T_S), 90.0)


def leg(thigh_deg, knee_deg, *, off=(0.0, 0.0), camera=(0.0, 0.0)):
    """Hip, knee and ankle (T, 3, 2) px, the hip's point away from where it usually is by ``off`` thigh lengths."""
    thigh, shank = np.radians(thigh_deg), np.radians(thigh_deg - knee_deg)
    knee = np.stack([np.cos(thigh), np.sin(thigh)], axis=-1)
    ankle = knee + np.stack([np.cos(shank), np.sin(shank)], axis=-1)
    point = np.broadcast_to(np.array(off) - USUAL.joint, knee.shape)
    return THIGH_PX * project(np.stack([point, knee, ankle], axis=1), *camera)


def shift(points, *, camera=(0.0, 0.0)):
    """In thigh lengths of the sagittal plane's axes as they appear."""
    path = KneePath()
    path.add(T_S, points)
    return path.hip_shift(USUAL, azimuth_deg=camera[0], elevation_deg=camera[1]) / THIGH_PX


@pytest.mark.parametrize("off", [(0.08, 0.0), (-0.08, 0.0), (0.05, -0.06)])
@pytest.mark.parametrize("camera", [(0.0, 0.0), (30.0, 15.0)])
def test_most_of_a_displaced_hip_is_put_right(off, camera):
    found, wanted = shift(leg(RAISED, BENT, off=off, camera=camera), camera=camera), -project(np.array(off), *camera)
    assert np.hypot(*(found - wanted)) < 0.6 * np.hypot(*wanted)
    assert found @ wanted > 0


def test_a_hip_in_its_usual_place_stays():
    np.testing.assert_allclose(shift(leg(RAISED, BENT)), 0.0, atol=0.01)


def test_a_thigh_that_is_held_tells_nothing():
    assert not shift(leg(np.full(len(T_S), 90.0), BENT, off=(0.1, 0.0))).any()


def test_a_straight_leg_tells_nothing():
    assert not shift(leg(RAISED, np.full(len(T_S), 5.0), off=(0.1, 0.0))).any()


def test_a_lifted_pelvis_tells_nothing():
    points = leg(RAISED, BENT, off=(0.1, 0.0))
    points[..., 1] += np.linspace(0, 0.5 * THIGH_PX, len(T_S))[:, None]
    assert not shift(points).any()


def test_outliers_weigh_little():
    points = leg(RAISED, BENT, off=(0.08, 0.0))
    clean = shift(points)
    points[(RAISED > 40) & (RAISED < 45), 1] += 0.4 * THIGH_PX
    np.testing.assert_allclose(shift(points), clean, atol=0.03)


def test_more_of_the_circle_says_more():
    def centre(from_deg):
        thigh = np.radians(np.arange(from_deg, 91.0, 5.0))
        points = np.array([0.12, -0.09]) + np.stack([np.cos(thigh), np.sin(thigh)], axis=-1)
        return fit_circle(points, USUAL)[0]

    assert USUAL.joint[0] < centre(60.0) < centre(25.0) < centre(-90.0) == pytest.approx(0.12, abs=0.02)


def test_in_pieces_as_at_once():
    points = leg(RAISED, BENT, off=(0.08, 0.0))
    path = KneePath(lag_s=0.1)
    for end in range(1, len(T_S) + 1):
        path.add(T_S[max(0, end - 60) : end], points[max(0, end - 60) : end])
    pieces = path.hip_shift(USUAL, azimuth_deg=0.0, elevation_deg=0.0) / THIGH_PX
    np.testing.assert_allclose(pieces, shift(points), atol=1e-3)


@pytest.mark.parametrize("side", list(Side))
@pytest.mark.parametrize("camera_side", list(Side))
def test_the_angles_of_a_displaced_hip_are_nearer_the_truth(side, camera_side):
    full = ModelInfo("full", PACKAGED_SHA256, "mediapipe 0.10.31")
    hip_point = calibration_for(full).hip_point
    assert hip_point is not None

    def hip_deg(off, hip):
        track = synth.track(T_S, BENT, hip, side=side, camera_side=camera_side)
        towards_feet = np.sign(track.xy_px[0, LEGS[side].hip, 0] - track.xy_px[0, 11, 0])
        xy = track.xy_px.copy()
        length = np.hypot(*(xy[-1, LEGS[side].knee] - xy[-1, LEGS[side].hip]))
        moved = (np.array(off) - hip_point.joint) * length
        xy[:, [leg.hip for leg in LEGS.values()]] += moved * [towards_feet, -1]
        angles, _ = measure_leg(replace(track, xy_px=xy, model=full), max_trunk_from_floor_deg=30.0)
        return angles.hip_flexion_deg[-1]

    right, held, raised = (hip_deg(off, hip) for off, hip in (((0, 0), 90.0), ((-0.1, 0), 90.0), ((-0.1, 0), RAISED)))
    assert abs(held - right) > 4.0
    assert abs(raised - right) < 0.6 * abs(held - right)
