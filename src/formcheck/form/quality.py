"""How much of the clip could be measured, and what to do about the rest."""

from __future__ import annotations

import numpy as np

from formcheck.angles.calibration import calibration_for
from formcheck.angles.camera import find_posture
from formcheck.angles.leg import MAX_ELEVATION_DEG, MAX_REP_JITTER_DEG
from formcheck.message import Message
from formcheck.pose.landmarks import HIPS, KNEES, LEGS
from formcheck.text.numbers import whole
from formcheck.types import FloatArray, LegAngles, PoseTrack, Quality, View

# Shares of the clip below which a reason is worth a sentence.
_NOTABLE = 0.05
# Mean brightness (0-255) of a picture that is too dark to trust.
DARK_LUMA = 45.0
# Turn of the camera from which the angles suffer noticeably.
TURNED_DEG = 20.0
# An ankle this near to the picture's edge (share of its size) has its foot outside.
_EDGE = 0.02
# Height of the camera, degrees, from which the angles suffer noticeably.
_HIGH_DEG = 18.0
# Jitter of a held thigh, degrees, from which its points must be taken to wander.
_JITTERY_DEG = 1.0
# Frames per second below which movements that the filter keeps (4 Hz) are lost.
_SLOW_HZ = 8.0
# A thigh shorter than this in the picture is too small to measure.
_SMALL_THIGH_PX = 40.0


def assess_quality(track: PoseTrack, angles: LegAngles | None, view: View) -> Quality:
    """Usable share of the frames, and the reasons for what is missing, worst first, each with its remedy."""
    usable = float(angles.usable.mean()) if angles is not None else 0.0
    seen = np.isfinite(track.xy_px[:, 0, 0])
    reasons = [
        *_presence(seen, view),
        *_geometry(view, measured=usable > 0),
        *_far_leg(track, angles, view),
        *_framing(track, view),
        *_image_reasons(track, seen),
        *_network(track, view),
        *track.warnings,
    ]
    if seen.any() and view.lying and usable < 1 - _NOTABLE:
        reasons.insert(0, Message.of("quality.leg_lost", percent=whole(100 * (1 - usable))))
    return Quality(usable, tuple(reasons))


def _presence(seen: np.ndarray, view: View) -> list[Message]:
    if not seen.any():
        return [Message.of("quality.nobody")]
    reasons = []
    if not view.lying:
        reasons.append(Message.of("quality.not_lying"))
    if seen.mean() < 1 - _NOTABLE:
        reasons.append(Message.of("quality.nobody_for", percent=whole(100 * (1 - seen.mean()))))
    return reasons


def _geometry(view: View, *, measured: bool) -> list[Message]:
    reasons = []
    if view.roll_deg:
        reasons.append(Message.of("quality.rolled", roll=whole(view.roll_deg)))
    if view.lying and abs(view.azimuth_deg) > TURNED_DEG:
        end = "feet" if view.azimuth_deg > 0 else "head"
        reasons.append(Message.of(f"quality.from_{end}", azimuth=whole(abs(view.azimuth_deg))))
    if view.lying and view.elevation_deg > _HIGH_DEG:
        key = "quality.too_high" if view.elevation_deg > MAX_ELEVATION_DEG else "quality.high"
        reasons.append(Message.of(key, elevation=whole(view.elevation_deg)))
    if view.lying and view.jitter_deg > _JITTERY_DEG:
        refused = not measured and view.jitter_deg > MAX_REP_JITTER_DEG
        key = "quality.legs_mixed_up" if refused else "quality.legs_mixed"
        reasons.append(Message.of(key))
    return reasons


def _far_leg(track: PoseTrack, angles: LegAngles | None, view: View) -> list[Message]:
    if angles is None or not view.lying:
        return []
    near_side = find_posture(track, max_trunk_from_floor_deg=90.0).near_side
    return [] if angles.side is near_side else [Message.of("quality.far_leg")]


def _framing(track: PoseTrack, view: View) -> list[Message]:
    if track.working_side is None or not view.lying:
        return []
    ankle = track.xy_px[:, LEGS[track.working_side].ankle]
    with np.errstate(invalid="ignore"):
        edge = (ankle < _EDGE * np.array(track.size_px)) | (ankle > (1 - _EDGE) * np.array(track.size_px))
    return [Message.of("quality.foot_cut")] if edge.any(axis=1).mean() >= _NOTABLE else []


def _image_reasons(track: PoseTrack, seen: np.ndarray) -> list[Message]:
    reasons = []
    if np.median(track.luma) < DARK_LUMA:
        reasons.append(Message.of("quality.dark"))
    thigh_px = _thigh_px(track)
    if seen.any() and thigh_px < _SMALL_THIGH_PX:
        reasons.append(Message.of("quality.small"))
    if len(track.t_s) > 1 and 1 / np.median(np.diff(track.t_s)) < _SLOW_HZ:
        reasons.append(Message.of("quality.few_frames"))
    return reasons


def _network(track: PoseTrack, view: View) -> list[Message]:
    if not view.lying or calibration_for(track.model).network is not None:
        return []
    return [Message.of("quality.uncalibrated", model=track.model.name)]


def _thigh_px(track: PoseTrack) -> float:
    """Typical length of the longer thigh; a hidden leg is NaN throughout."""
    thighs: FloatArray = np.hypot(*np.moveaxis(track.xy_px[:, KNEES] - track.xy_px[:, HIPS], -1, 0))
    known = [thigh[np.isfinite(thigh)] for thigh in thighs.T]
    return max((float(np.median(thigh)) for thigh in known if thigh.size), default=np.nan)
