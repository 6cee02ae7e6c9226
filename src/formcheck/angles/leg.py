"""From a landmark track to hip and knee angles with their standard errors."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from formcheck.angles.geometry import distance_to_segment, length, signed_angle_deg, wrap_deg
from formcheck.angles.smooth import gap_lengths_s, smooth
from formcheck.angles.view import Posture, find_posture
from formcheck.pose.landmarks import LEGS, WRISTS
from formcheck.types import BoolArray, FloatArray, LegAngles, PoseTrack, Side

# A limb whose length in the picture leaves this range of the set's own is not that limb.
_THIGH_RANGE = (0.6, 1.4)
_SHANK_RANGE = (0.4, 1.4)
# Points may lie outside the picture by this share of its size: the landmarker guesses a little beyond the edge.
_MARGIN = 0.02
# Standard errors of a single good reading, side view: two raters against the landmarker (docs/method.md).
_KNEE_SE_DEG = 3.0
_HIP_TRUNK_SE_DEG = 4.0
_HIP_FLOOR_SE_DEG = 4.0
# Growth of the error per degree the camera is off the side.
_KNEE_SE_PER_AZIMUTH = 0.12
_HIP_TRUNK_SE_PER_AZIMUTH = 0.45
_HIP_FLOOR_SE_PER_AZIMUTH = 0.25
# Growth of the error inside a bridged gap, per second of its length.
_SE_PER_GAP_S = 8.0
# Beyond this the side-view geometry says nothing.
_MAX_AZIMUTH_DEG = 60.0


@dataclass(frozen=True, slots=True)
class _Joints:
    """The working leg's points, each (T, 2) px, cleaned and smoothed."""

    hip: FloatArray
    knee: FloatArray
    ankle: FloatArray
    heel: FloatArray
    toe: FloatArray


def measure_leg(
    track: PoseTrack, *, max_trunk_from_floor_deg: float, side: Side | None = None
) -> tuple[LegAngles | None, Posture]:
    """Measure the working leg.

    Hip flexion is the angle between trunk and thigh, and the same against the floor the trunk lies on;
    the two are combined by their uncertainty. Knee flexion is 180 degrees minus the interior angle
    hip-knee-ankle. Conventions in docs/method.md.

    Parameters
    ----------
    track : PoseTrack
    max_trunk_from_floor_deg : float
        Steeper than this is not lying: nothing is measured there.
    side : Side, optional
        Overrides the track's working side.

    Returns
    -------
    LegAngles or None (no leg to follow), and the posture.
    """
    posture = find_posture(track, max_trunk_from_floor_deg=max_trunk_from_floor_deg)
    chosen = side or track.working_side
    if chosen is None or not np.isfinite(posture.gravity).all():
        return None, posture
    leg = LEGS[chosen]
    plausible = _plausible(track, chosen) & posture.lying
    joints = _Joints(*(smooth(track.t_s, _masked(track.xy_px[:, row], plausible)) for row in leg.all))
    trunk = smooth(track.t_s, _masked(posture.trunk, plausible))
    up = -posture.gravity
    level = np.array([up[1], -up[0]])
    level = level * np.sign(np.nanmedian(posture.trunk, axis=0) @ level)

    thigh, shank, foot = joints.knee - joints.hip, joints.ankle - joints.knee, joints.toe - joints.heel
    knee_deg = wrap_deg(signed_angle_deg(trunk, thigh, posture.front) - signed_angle_deg(trunk, shank, posture.front))
    azimuth_deg = abs(posture.view.azimuth_deg)
    trunk_se = np.hypot(_HIP_TRUNK_SE_DEG, _HIP_TRUNK_SE_PER_AZIMUTH * azimuth_deg)
    floor_se = np.hypot(_HIP_FLOOR_SE_DEG, _HIP_FLOOR_SE_PER_AZIMUTH * azimuth_deg)
    weight = floor_se**2 / (trunk_se**2 + floor_se**2)
    against_trunk = signed_angle_deg(trunk, thigh, posture.front)
    against_floor = signed_angle_deg(level, thigh, up)
    hip_deg = against_floor + weight * wrap_deg(against_trunk - against_floor)

    gap_se = _SE_PER_GAP_S * gap_lengths_s(track.t_s, plausible)
    # Both readings share the thigh's own points: the average is not better than the better one.
    hip_se = np.hypot(min(trunk_se, floor_se), gap_se)
    knee_se = np.hypot(np.hypot(_KNEE_SE_DEG, _KNEE_SE_PER_AZIMUTH * azimuth_deg), gap_se)
    usable = np.isfinite(hip_deg) & np.isfinite(knee_deg) & (azimuth_deg <= _MAX_AZIMUTH_DEG)
    return LegAngles(
        t_s=track.t_s,
        hip_flexion_deg=np.where(usable, hip_deg, np.nan),
        knee_flexion_deg=np.where(usable, knee_deg, np.nan),
        ankle_dorsiflexion_deg=np.where(usable, 90.0 - np.abs(signed_angle_deg(shank, foot, up)), np.nan),
        foot_from_vertical_deg=np.where(usable, signed_angle_deg(up, foot, -level), np.nan),
        hip_se_deg=np.where(usable, hip_se, np.nan),
        knee_se_deg=np.where(usable, knee_se, np.nan),
        hands_on_thigh=_hand_distance(track, joints),
        usable=usable,
        side=chosen,
        hip_reference="trunk+floor",
        view=posture.view,
    ), posture


def _masked(points: FloatArray, keep: BoolArray) -> FloatArray:
    return np.where(keep[:, None], points, np.nan)


def _plausible(track: PoseTrack, side: Side) -> BoolArray:
    """Frames (T,) in which the leg has its own length and lies within the picture."""
    leg = LEGS[side]
    hip, knee, ankle = (track.xy_px[:, row] for row in (leg.hip, leg.knee, leg.ankle))
    thigh_px, shank_px = length(knee - hip), length(ankle - knee)
    if not np.isfinite(shank_px).any():
        return np.zeros(len(track.t_s), bool)
    with np.errstate(invalid="ignore"):
        thigh_ratio = thigh_px / np.nanmedian(thigh_px)
        shank_ratio = shank_px / np.nanpercentile(shank_px, 75)
        size = np.array(track.size_px)
        joints = np.stack([hip, knee, ankle], axis=1)
        inside = ((joints > -_MARGIN * size) & (joints < (1 + _MARGIN) * size)).all(axis=(1, 2))
        plausible = (
            (thigh_ratio > _THIGH_RANGE[0])
            & (thigh_ratio < _THIGH_RANGE[1])
            & (shank_ratio > _SHANK_RANGE[0])
            & (shank_ratio < _SHANK_RANGE[1])
            & inside
        )
    return np.asarray(plausible, dtype=bool)


def _hand_distance(track: PoseTrack, joints: _Joints) -> FloatArray:
    """Distance (T,) of the nearer wrist from the thigh, in thigh lengths."""
    thigh_px = length(joints.knee - joints.hip)
    distances = [distance_to_segment(track.xy_px[:, wrist], joints.hip, joints.knee) / thigh_px for wrist in WRISTS]
    return np.fmin(*distances)
