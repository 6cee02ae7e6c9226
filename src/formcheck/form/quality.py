"""How much of the clip could be measured, and what to do about the rest."""

from __future__ import annotations

import numpy as np

from formcheck.angles.calibration import calibration_for
from formcheck.angles.camera import Posture, find_posture
from formcheck.angles.leg import MAX_ELEVATION_DEG, MAX_REP_JITTER_DEG, floor_axes, in_envelope
from formcheck.angles.pelvis import find_pelvis_lift
from formcheck.message import Message
from formcheck.pose.landmarks import HIPS, KNEES, LEGS
from formcheck.text.numbers import whole
from formcheck.types import (
    SECOND_PERSON,
    SIDE_UNDECIDED,
    TOO_SLOW,
    BoolArray,
    FloatArray,
    LegAngles,
    PoseTrack,
    Quality,
    Side,
    View,
)

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


def assess_quality(
    track: PoseTrack, angles: LegAngles | None, view: View, *, max_trunk_from_floor_deg: float, side_given: bool = False
) -> Quality:
    """Usable share of the frames, and the reasons for what is missing, worst first, each with its remedy.

    A trunk steeper than ``max_trunk_from_floor_deg`` is not lying; with ``side_given`` a person said which leg works.
    """
    usable = float(angles.usable.mean()) if angles is not None else 0.0
    seen = np.isfinite(track.xy_px[:, 0, 0])
    posture = find_posture(track, max_trunk_from_floor_deg=max_trunk_from_floor_deg)
    reasons = (
        *_lost(track, angles, view, seen & posture.lying),
        *_presence(seen, view),
        *_not_lying_for(seen & ~posture.lying, view),
        *_geometry(angles, view),
        *_which_leg(angles, view, posture, side_given=side_given),
        *_pelvis(track, angles, view, posture),
        *_framing(track, view),
        *_image_reasons(track, seen),
        *_network(track, view),
        *(_of_unmeasured(warning) if not usable else warning for warning in track.warnings),
    )
    return Quality(usable, reasons)


def _lost(track: PoseTrack, angles: LegAngles | None, view: View, lying: BoolArray) -> list[Message]:
    """Why the leg of a person who lies there could not be followed: it leaves the image, or cannot be told.

    Where nothing was measured because of the camera or of legs that are mixed up, that is the reason.
    """
    if angles is None or not view.lying or not in_envelope(view) or _refused_for_jitter(angles, view):
        return []
    lost = lying & ~angles.usable
    outside = lost & _at_edge(track, angles.side)
    shares = {"quality.leg_lost": outside.mean(), "quality.leg_unclear": (lost & ~outside).mean()}
    found = sorted(((share, key) for key, share in shares.items() if share >= _NOTABLE), reverse=True)
    return [Message.of(key, percent=whole(100 * share)) for share, key in found]


def _refused_for_jitter(angles: LegAngles | None, view: View) -> bool:
    """Whether nothing was measured since the legs were mixed up."""
    return view.jitter_deg > MAX_REP_JITTER_DEG and (angles is None or not angles.usable.any())


def _presence(seen: np.ndarray, view: View) -> list[Message]:
    if not seen.any():
        return [Message.of("quality.nobody")]
    reasons = []
    if not view.lying:
        reasons.append(Message.of("quality.not_lying"))
    if seen.mean() < 1 - _NOTABLE:
        reasons.append(Message.of("quality.nobody_for", percent=whole(100 * (1 - seen.mean()))))
    return reasons


def _geometry(angles: LegAngles | None, view: View) -> list[Message]:
    reasons = []
    if view.roll_deg:
        reasons.append(Message.of("quality.rolled", roll=whole(view.roll_deg)))
    if view.lying and abs(view.azimuth_deg) > TURNED_DEG:
        end = "feet" if view.azimuth_deg > 0 else "head"
        reasons.append(Message.of(f"quality.from_{end}", azimuth=whole(abs(view.azimuth_deg))))
    if view.lying and view.elevation_deg > _HIGH_DEG:
        # Live, the camera can appear too high for the set as a whole, and not for most of its time.
        measured = angles is not None and bool(angles.usable.any())
        key = "quality.high" if measured or view.elevation_deg <= MAX_ELEVATION_DEG else "quality.too_high"
        reasons.append(Message.of(key, elevation=whole(view.elevation_deg)))
    if view.lying and view.jitter_deg > _JITTERY_DEG:
        mixed_up = _refused_for_jitter(angles, view)
        reasons.append(Message.of("quality.legs_mixed_up" if mixed_up else "quality.legs_mixed"))
    return reasons


def _not_lying_for(not_lying: BoolArray, view: View) -> list[Message]:
    share = float(not_lying.mean())
    return [Message.of("quality.not_lying_for", percent=whole(100 * share))] if view.lying and share >= _NOTABLE else []


def _which_leg(angles: LegAngles | None, view: View, posture: Posture, *, side_given: bool) -> list[Message]:
    """Say that the further leg works; or only seems to, since the landmarker at times takes one for the other."""
    if angles is None or not angles.usable.any() or not view.lying or angles.side is posture.near_side:
        return []
    if side_given:
        return [Message.of("quality.far_leg")]
    legs = {"leg": Message(f"side.{angles.side}"), "side": str(angles.side), "other": str(angles.side.other)}
    return [Message.of(SIDE_UNDECIDED, **legs)]


def _pelvis(track: PoseTrack, angles: LegAngles | None, view: View, posture: Posture) -> list[Message]:
    if angles is None or not view.lying:
        return []
    share = float((find_pelvis_lift(track, posture, *floor_axes(posture)).lifted & angles.usable).mean())
    return [Message.of("quality.pelvis_lifted", percent=whole(100 * share))] if share >= _NOTABLE else []


def _framing(track: PoseTrack, view: View) -> list[Message]:
    if track.working_side is None or not view.lying:
        return []
    return [Message.of("quality.foot_cut")] if _at_edge(track, track.working_side).mean() >= _NOTABLE else []


def _at_edge(track: PoseTrack, side: Side) -> BoolArray:
    """Frames (T,) in which the ankle is so near to the image's edge that the foot is outside."""
    ankle, size = track.xy_px[:, LEGS[side].ankle], np.array(track.size_px)
    with np.errstate(invalid="ignore"):
        edge = (ankle < _EDGE * size) | (ankle > (1 - _EDGE) * size)
    return np.asarray(edge.any(axis=1))


def _image_reasons(track: PoseTrack, seen: np.ndarray) -> list[Message]:
    reasons = []
    if np.median(track.luma) < DARK_LUMA:
        reasons.append(Message.of("quality.dark"))
    thigh_px = _thigh_px(track)
    if seen.any() and thigh_px < _SMALL_THIGH_PX:
        reasons.append(Message.of("quality.small"))
    few = len(track.t_s) > 1 and 1 / np.median(np.diff(track.t_s)) < _SLOW_HZ
    # Where the machine was too slow, its warning says so, and a camera with more frames is no remedy.
    if few and not any(warning.key == TOO_SLOW for warning in track.warnings):
        reasons.append(Message.of("quality.few_frames"))
    return reasons


def _network(track: PoseTrack, view: View) -> list[Message]:
    if not view.lying or calibration_for(track.model).network is not None:
        return []
    return [Message.of("quality.uncalibrated", model=track.model.name)]


def _of_unmeasured(warning: Message) -> Message:
    """Where nothing was measured, a second person is all that can be said of others in the frame."""
    return Message.of("quality.more_people") if warning.key == SECOND_PERSON else warning


def _thigh_px(track: PoseTrack) -> float:
    """Typical length of the longer thigh; a hidden leg is NaN throughout."""
    thighs: FloatArray = np.hypot(*np.moveaxis(track.xy_px[:, KNEES] - track.xy_px[:, HIPS], -1, 0))
    known = [thigh[np.isfinite(thigh)] for thigh in thighs.T]
    return max((float(np.median(thigh)) for thigh in known if thigh.size), default=np.nan)
