"""The camera: how it sees the person, and the known bias of the landmarker in that view.

Which way is down, whether the trunk lies, how far the camera is off the side and how high it stands.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from formcheck.angles.calibration import Calibration, calibration_for
from formcheck.angles.geometry import length
from formcheck.pose.body import front_turn, near_side
from formcheck.pose.landmarks import HIPS, SHOULDERS
from formcheck.timeseries import running_median
from formcheck.types import BoolArray, FloatArray, PoseTrack, Side, View

# A trunk steeper than this in a level image is not lying.
_STEEP_DEG = 45.0
# The trunk is judged over this long: a cough is not sitting up.
_POSTURE_S = 1.0
# A trunk that points against the usual one, or is shorter or longer than that by so much, was read from other joints:
# the shoulder from the knee, say.
_LEAST_ALONG, _MOST_ALONG = 0.5, 1.8
# The largest turn that is corrected for; a larger estimate is taken as this.
_FURTHEST_DEG = 50.0


@dataclass(frozen=True, slots=True)
class Posture:
    """The trunk through time and which way is down.

    Parameters
    ----------
    trunk : (T, 2) float
        From mid-shoulder to mid-hip, px; NaN where not seen.
    front : (2,) float
        Unit vector at right angles to the typical trunk, towards the person's front.
    gravity : (2,) float
        Unit vector of the image that points to the floor.
    lying : (T,) bool
        The trunk lies along the floor at that time, face up.
    shoulders_apart : float
        How far apart the shoulders appear across the trunk, in trunk lengths.
    trunk_m : float
        How long the network takes the trunk to be: the length in its world points.
    view : View
    """

    trunk: FloatArray
    front: FloatArray
    gravity: FloatArray
    lying: BoolArray
    shoulders_apart: float
    trunk_m: float
    view: View

    @property
    def near_side(self) -> Side:
        """The person's side that faces the camera."""
        return near_side(np.nanmedian(self.trunk, axis=0), self.front)


def find_posture(
    track: PoseTrack, *, max_trunk_from_floor_deg: float, calibration: Calibration | None = None
) -> Posture:
    """Tell the posture from a track.

    An image from a phone on its side is recognised when the body is upside down in it: nobody exercises like that. A
    body upright with the head up is taken for what it looks like.

    Parameters
    ----------
    track : PoseTrack
    max_trunk_from_floor_deg : float
        A trunk steeper than this is not lying.
    calibration : Calibration, optional
        Instead of that of the track's network.
    """
    trunk = _centre(track, HIPS) - _centre(track, SHOULDERS)
    found = np.isfinite(trunk[:, 0])
    if not found.any():
        nowhere = np.full(2, np.nan)
        return Posture(trunk, nowhere, nowhere, found, np.nan, np.nan, View(None, np.nan, 0.0, np.nan, np.nan))
    typical = np.nanmedian(trunk, axis=0)
    turn, raised = front_turn(track.xy_px, _centre(track, HIPS), typical)
    front = turn * np.array([typical[1], -typical[0]]) / length(typical)
    gravity, roll_deg = _gravity(typical, front, raised)
    calibration = calibration or calibration_for(track.model)
    apart = _shoulders_apart(track, typical, front)
    tilt_deg = _tilt_deg(trunk, gravity)
    median_deg = running_median(track.t_s, tilt_deg, window_s=_POSTURE_S)
    face_up = float(front @ -gravity) > 0
    with np.errstate(invalid="ignore"):
        along = trunk @ typical / (typical @ typical)
        right_way = (along > _LEAST_ALONG) & (along < _MOST_ALONG)
        lying = (np.abs(median_deg) <= max_trunk_from_floor_deg) & found & face_up & right_way
    view = View(
        lying=bool(lying[found].mean() >= 0.5),
        trunk_from_floor_deg=float(np.nanmedian(np.abs(median_deg))),
        roll_deg=roll_deg,
        azimuth_deg=_azimuth_deg(track, calibration),
        elevation_deg=float(min(calibration.elevation_deg(apart), _FURTHEST_DEG)),
        near_side=near_side(typical, front),
    )
    trunk_m = float(np.nanmedian(np.linalg.norm(_world_trunk(track), axis=1)))
    return Posture(trunk, front, gravity, lying, apart, trunk_m, view)


def _centre(track: PoseTrack, pair: tuple[int, int]) -> FloatArray:
    return np.asarray(track.xy_px[:, pair].mean(axis=1))


def _world_trunk(track: PoseTrack) -> FloatArray:
    return np.asarray(track.world_m[:, HIPS].mean(axis=1) - track.world_m[:, SHOULDERS].mean(axis=1))


def _gravity(trunk: FloatArray, front: FloatArray, raised: bool) -> tuple[FloatArray, float]:
    """Unit vector to the floor, and the clockwise quarter turn that brings it to the bottom of the image."""
    upright = np.array([0.0, 1.0])
    steep = abs(np.degrees(np.arctan2(trunk[1], abs(trunk[0])))) > _STEEP_DEG
    head_down = trunk[1] < 0
    if steep and head_down:
        return (np.array([1.0, 0.0]), 90.0) if front[0] < 0 else (np.array([-1.0, 0.0]), 270.0)
    if not steep and raised and front[1] > 0:
        return -upright, 180.0
    return upright, 0.0


def _tilt_deg(trunk: FloatArray, gravity: FloatArray) -> FloatArray:
    """Rise of the trunk from hip to shoulder against the floor: 0 flat, 90 upright."""
    level = np.array([-gravity[1], gravity[0]])
    return np.asarray(np.degrees(np.arctan2(trunk @ gravity, np.abs(trunk @ level))))


def _azimuth_deg(track: PoseTrack, calibration: Calibration) -> float:
    """Turn of the camera off the side, from the depth of the trunk in the model's world points."""
    world = _world_trunk(track)
    depth_deg = np.degrees(np.arctan2(world[:, 2], length(world[:, :2])))
    return float(np.clip(calibration.azimuth_deg(float(np.nanmedian(depth_deg))), -_FURTHEST_DEG, _FURTHEST_DEG))


def _shoulders_apart(track: PoseTrack, trunk: FloatArray, front: FloatArray) -> float:
    """How far apart the shoulders appear across the trunk, in trunk lengths: more, the higher the camera."""
    left, right = SHOULDERS
    apart = np.nanmedian(track.xy_px[:, left] - track.xy_px[:, right], axis=0) @ front
    return float(abs(apart) / length(trunk))
