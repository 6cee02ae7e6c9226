"""How the camera sees the person: which way is down, does the trunk lie, is the view from the side."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from formcheck.angles.calibration import Calibration, calibration_for
from formcheck.angles.geometry import length
from formcheck.pose.body import front_turn
from formcheck.pose.landmarks import HIPS, SHOULDERS
from formcheck.types import BoolArray, FloatArray, PoseTrack, Side, View

# A trunk steeper than this in the picture is not lying in a level picture.
_STEEP_DEG = 45.0
# The trunk is judged over this long: a cough is not sitting up.
_POSTURE_S = 1.0
# The turn that is still made good; a larger estimate is taken for this.
_FURTHEST_DEG = 50.0


@dataclass(frozen=True, slots=True)
class Posture:
    """The trunk through time and which way is down.

    Parameters
    ----------
    trunk : (T, 2) float
        From mid-shoulder to mid-hip, px; NaN where not seen.
    front : (2,) float
        Unit vector square to the typical trunk, towards the person's front.
    gravity : (2,) float
        Unit vector of the picture that points to the floor.
    lying : (T,) bool
        The trunk lies along the floor at that time, face up.
    shoulders_apart : float
        How far apart the shoulders appear across the trunk, in trunk lengths.
    view : View
    """

    trunk: FloatArray
    front: FloatArray
    gravity: FloatArray
    lying: BoolArray
    shoulders_apart: float
    view: View

    @property
    def near_side(self) -> Side:
        """The person's side that faces the camera; it follows from where the head is when the front is up."""
        along = np.nanmedian(self.trunk, axis=0)
        return Side.LEFT if along[0] * self.front[1] - along[1] * self.front[0] > 0 else Side.RIGHT


def find_posture(track: PoseTrack, *, max_trunk_from_floor_deg: float) -> Posture:
    """Tell the posture from a track.

    A picture from a phone on its side is recognised when the body stands on its head in it: nobody does
    that. A body upright with the head up is taken for what it looks like.
    """
    trunk = _centre(track, HIPS) - _centre(track, SHOULDERS)
    seen = np.isfinite(trunk[:, 0])
    if not seen.any():
        nowhere = np.full(2, np.nan)
        return Posture(trunk, nowhere, nowhere, seen, np.nan, View(None, np.nan, 0.0, np.nan, np.nan))
    typical = np.nanmedian(trunk, axis=0)
    turn, raised = front_turn(track.xy_px, _centre(track, HIPS), typical)
    front = turn * np.array([typical[1], -typical[0]]) / length(typical)
    gravity, roll_deg = _gravity(typical, front, raised)
    calibration = calibration_for(track.model.engine)
    apart = _shoulders_apart(track, typical, front)
    tilt_deg = _tilt_deg(trunk, gravity)
    steady_deg = _running_median(track.t_s, tilt_deg)
    face_up = float(front @ -gravity) > 0
    with np.errstate(invalid="ignore"):
        lying = (np.abs(steady_deg) <= max_trunk_from_floor_deg) & seen & face_up
    view = View(
        lying=bool(lying[seen].mean() >= 0.5),
        trunk_from_floor_deg=float(np.nanmedian(np.abs(steady_deg))),
        roll_deg=roll_deg,
        azimuth_deg=_azimuth_deg(track, calibration),
        elevation_deg=float(min(calibration.elevation_deg(apart), _FURTHEST_DEG)),
    )
    return Posture(trunk, front, gravity, lying, apart, view)


def _centre(track: PoseTrack, pair: tuple[int, int]) -> FloatArray:
    return np.asarray(track.xy_px[:, pair].mean(axis=1))


def _gravity(trunk: FloatArray, front: FloatArray, raised: bool) -> tuple[FloatArray, float]:
    """Unit vector to the floor, and the clockwise quarter turn that brings it to the picture's bottom."""
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
    """Turn of the camera off the side, from the depth of the trunk in the model's own world points."""
    world = track.world_m[:, HIPS].mean(axis=1) - track.world_m[:, SHOULDERS].mean(axis=1)
    depth_deg = np.degrees(np.arctan2(world[:, 2], length(world[:, :2])))
    return float(np.clip(calibration.azimuth_deg(float(np.nanmedian(depth_deg))), -_FURTHEST_DEG, _FURTHEST_DEG))


def _shoulders_apart(track: PoseTrack, trunk: FloatArray, front: FloatArray) -> float:
    """How far apart the shoulders appear across the trunk, in trunk lengths: more, the higher the camera."""
    left, right = SHOULDERS
    apart = np.nanmedian(track.xy_px[:, left] - track.xy_px[:, right], axis=0) @ front
    return float(abs(apart) / length(trunk))


def _running_median(t_s: FloatArray, values: FloatArray) -> FloatArray:
    first = np.searchsorted(t_s, t_s - _POSTURE_S / 2)
    last = np.searchsorted(t_s, t_s + _POSTURE_S / 2, side="right")
    result = np.full(len(t_s), np.nan)
    for i, (a, b) in enumerate(zip(first, last, strict=True)):
        known = values[a:b][np.isfinite(values[a:b])]
        if known.size:
            result[i] = np.median(known)
    return result
