"""From a landmark track to hip and knee angles with their standard errors."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from formcheck.angles.calibration import Calibration, calibration_for
from formcheck.angles.camera import Posture, find_posture
from formcheck.angles.extra_error import extra_se_deg
from formcheck.angles.filtering import gap_lengths_s, jitter_deg, plausible_frames, smooth
from formcheck.angles.geometry import (
    distance_to_segment,
    length,
    level_line_deg,
    signed_angle_deg,
    unproject_deg,
    wrap_deg,
)
from formcheck.angles.joint_centre import KneePath
from formcheck.angles.memory import SetMemory
from formcheck.angles.pelvis import find_pelvis_lift
from formcheck.pose.landmarks import LEGS, SHOULDERS, WRISTS
from formcheck.types import SECOND_PERSON, BoolArray, FloatArray, LegAngles, PoseTrack, Side, View

# Jitter of the thigh beyond which no angles are given: the error band would be 20 degrees either way and more.
MAX_JITTER_DEG = 2.5
# In a clip with repetitions less is allowed: the thigh is held then, and points that wander between the legs count
# repetitions that are none. A leg that is raised and lowered without one may jitter by more.
MAX_REP_JITTER_DEG = 1.2
# Growth of the standard errors inside a bridged gap, for each second of its length.
_SE_PER_GAP_S = 8.0
# A thigh that leans further over the trunk than this is none: shoulder, hip and knee were taken for one another.
_MAX_HIP_DEG = 140.0
# Hands on the leg and bodies beside it are not what the errors were measured with: bands are this many times as wide
# where a second person is in the picture.
_SE_BESIDE_OTHERS = 2.0
# The camera positions for which this was measured; beyond them no angles are given.
MAX_AZIMUTH_DEG = 50.0
MAX_ELEVATION_DEG = 30.0


@dataclass(frozen=True, slots=True)
class Joints:
    """The working leg's points and its shoulder, each (T, 2) px, cleaned and smoothed."""

    hip: FloatArray
    knee: FloatArray
    ankle: FloatArray
    heel: FloatArray
    toe: FloatArray
    shoulder: FloatArray


def measure_leg(
    track: PoseTrack,
    *,
    max_trunk_from_floor_deg: float,
    side: Side | None = None,
    calibration: Calibration | None = None,
    memory: SetMemory | None = None,
) -> tuple[LegAngles | None, Posture]:
    """Measure the working leg.

    Thigh and shank are read against the floor that the trunk lies on, brought from the image into the sagittal plane,
    and corrected for the landmarker's known bias. Conventions and formulas are in docs/method.md.

    Parameters
    ----------
    track : PoseTrack
    max_trunk_from_floor_deg : float
        A trunk steeper than this is not lying: nothing is measured then.
    side : Side, optional
        Overrides the track's working side.
    calibration : Calibration, optional
        Instead of that of the track's network.
    memory : SetMemory, optional
        Of the frames before, where ``track`` is a window that slides.

    Returns
    -------
    LegAngles, or None when there is no leg to measure; and the posture.
    """
    calibration = calibration or calibration_for(track.model)
    posture = find_posture(track, max_trunk_from_floor_deg=max_trunk_from_floor_deg, calibration=calibration)
    if memory is not None:
        posture = memory.recall(
            track, posture, max_trunk_from_floor_deg=max_trunk_from_floor_deg, calibration=calibration
        )
    chosen = side or track.working_side
    if chosen is None or not np.isfinite(posture.gravity).all():
        return None, posture
    plausible = plausible_frames(track, chosen, azimuth_deg=posture.view.azimuth_deg) & posture.lying
    joints = find_joints(track, chosen, plausible)
    up, level = floor_axes(posture)
    path = KneePath() if memory is None else memory.path
    hip_shift = _hip_shift(joints, path, track.t_s, posture, calibration)
    joints = replace(joints, hip=joints.hip + hip_shift)
    reading = read_leg(joints, up, level)
    hip_deg, knee_deg = _hip_and_knee(reading, posture, calibration)
    shank, foot = joints.ankle - joints.knee, joints.toe - joints.heel

    view = replace(posture.view, jitter_deg=jitter_deg(track.t_s, hip_deg))
    posture = replace(posture, view=view)
    near = chosen is posture.near_side
    hip_se, knee_se = (
        error.at(view.azimuth_deg, view.jitter_deg, near=near) for error in (calibration.hip_se, calibration.knee_se)
    )
    if any(warning.key == SECOND_PERSON for warning in track.warnings):
        hip_se, knee_se = _SE_BESIDE_OTHERS * hip_se, _SE_BESIDE_OTHERS * knee_se
    gap_se = _SE_PER_GAP_S * gap_lengths_s(track.t_s, plausible)
    hip_extra, knee_extra = extra_se_deg(
        track, chosen, hip_deg, hip_shift_px=hip_shift, elevation_deg=view.elevation_deg
    )
    hip_deg, hip_extra = find_pelvis_lift(track, posture, up, level).correct(hip_deg, hip_extra)
    with np.errstate(invalid="ignore"):
        usable = np.isfinite(knee_deg) & (hip_deg <= _MAX_HIP_DEG) & in_envelope(view)
    known = [np.where(usable, values, np.nan) for values in (hip_deg, knee_deg)]
    return LegAngles(
        t_s=track.t_s,
        hip_flexion_deg=known[0],
        knee_flexion_deg=known[1],
        ankle_dorsiflexion_deg=np.where(usable, 90.0 - np.abs(signed_angle_deg(shank, foot, up)), np.nan),
        foot_from_vertical_deg=np.where(usable, signed_angle_deg(up, foot, -level), np.nan),
        hip_se_deg=np.where(usable, np.hypot(hip_se, np.hypot(hip_extra, gap_se)), np.nan),
        knee_se_deg=np.where(usable, np.hypot(knee_se, np.hypot(knee_extra, gap_se)), np.nan),
        hand_distance_thighs=_hand_distance_thighs(track, joints),
        usable=usable,
        side=chosen,
        view=view,
    ), posture


def in_envelope(view: View) -> bool:
    """Whether the measurement holds: the camera is not too far off the side or too high, and the thigh keeps still."""
    # NaN is not within: what is not known is not trusted. Only the jitter may be unknown, in a short stretch.
    placed = abs(view.azimuth_deg) <= MAX_AZIMUTH_DEG and view.elevation_deg <= MAX_ELEVATION_DEG
    return bool(placed and not view.jitter_deg > MAX_JITTER_DEG)


def floor_axes(posture: Posture) -> tuple[FloatArray, FloatArray]:
    """Unit vectors of the image: up from the floor, and along it towards the feet."""
    up = -posture.gravity
    level = np.array([up[1], -up[0]])
    return up, level * np.sign(np.nanmedian(posture.trunk, axis=0) @ level)


def find_joints(track: PoseTrack, side: Side, plausible: BoolArray) -> Joints:
    """The leg's points in the plausible frames, smoothed, with short gaps bridged."""
    rows = (*LEGS[side].all, SHOULDERS[side is Side.RIGHT])
    return Joints(*(smooth(track.t_s, np.where(plausible[:, None], track.xy_px[:, row], np.nan)) for row in rows))


def _hip_shift(
    joints: Joints, path: KneePath, t_s: FloatArray, posture: Posture, calibration: Calibration
) -> FloatArray:
    """How far (2,) px the hip is from its points, by the knee's path."""
    if calibration.hip_point is None:
        return np.zeros(2)
    up, level = floor_axes(posture)
    axes = np.stack([level, up])
    path.add(t_s, np.stack([joints.hip, joints.knee, joints.ankle], axis=1) @ axes.T)
    view = posture.view
    shift = path.hip_shift(calibration.hip_point, azimuth_deg=view.azimuth_deg, elevation_deg=view.elevation_deg)
    return np.asarray(shift @ axes)


@dataclass(frozen=True, slots=True)
class Reading:
    """What the image shows, before it is brought into the sagittal plane.

    Directions of thigh and shank (T,) deg, 0 along the floor to the feet, 90 up; and the typical tilt of the trunk.
    """

    thigh_deg: FloatArray
    shank_deg: FloatArray
    trunk_tilt_deg: float


def read_leg(joints: Joints, up: FloatArray, level: FloatArray) -> Reading:
    """Directions of thigh, shank and trunk against the image's own horizontal."""
    trunk_deg = signed_angle_deg(level, joints.hip - joints.shoulder, up)
    return Reading(
        thigh_deg=signed_angle_deg(level, joints.knee - joints.hip, up),
        shank_deg=signed_angle_deg(level, joints.ankle - joints.knee, up),
        trunk_tilt_deg=float(np.nanmedian(trunk_deg)) if np.isfinite(trunk_deg).any() else np.nan,
    )


def _hip_and_knee(reading: Reading, posture: Posture, calibration: Calibration) -> tuple[FloatArray, FloatArray]:
    """Hip and knee flexion (T,) deg."""
    apart, camera = posture.shoulders_apart, (posture.view.azimuth_deg, posture.view.elevation_deg)
    turn_deg = calibration.floor_turn_deg(reading.trunk_tilt_deg, level_line_deg(*camera))
    thigh_deg, shank_deg = reading.thigh_deg - turn_deg, reading.shank_deg - turn_deg
    # An upright thigh looks upright from anywhere; the shank swings through directions that a turned camera distorts.
    hip_deg = thigh_deg - calibration.hip_bias_deg(thigh_deg, apart, posture.trunk_m)
    knee_deg = wrap_deg(unproject_deg(thigh_deg, *camera) - unproject_deg(shank_deg, *camera))
    knee_deg = knee_deg - calibration.knee_bias_deg(apart)
    # Both are 180 minus an angle and never negative. Hyperextension of a nearly straight knee is noise; to which side a
    # thigh that lies down leans cannot be told.
    return np.abs(hip_deg), np.maximum(knee_deg, 0.0)


def _hand_distance_thighs(track: PoseTrack, joints: Joints) -> FloatArray:
    """Distance (T,) of the nearer wrist from the thigh, in thigh lengths."""
    thigh_px = length(joints.knee - joints.hip)
    distances = [distance_to_segment(track.xy_px[:, wrist], joints.hip, joints.knee) / thigh_px for wrist in WRISTS]
    return np.fmin(*distances)
