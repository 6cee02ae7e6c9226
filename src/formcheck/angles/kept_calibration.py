"""Uses in one clip what was measured by hand in another clip of the same leg.

Part of the error is the person's own (where the network puts their hip, how their clothes fall) and comes again when a
camera that stands alike sees them on another day. How much of it does, and how alike the cameras have to stand, was
measured on rendered people (docs/method.md, "Kept for a person").
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from formcheck.angles.calibration import fingerprint
from formcheck.angles.hand_calibration import HandMark, MarkedClip, measured_marks, shift_angles, shifts_by
from formcheck.resolution import rounded
from formcheck.types import (
    CalibrationUse,
    KeptCalibration,
    LegAngles,
    ModelInfo,
    Refusal,
    View,
)

# How far apart two views may be, as formcheck estimates them (deg).
MAX_APART_DEG = 10.0
# How much of the lasting error two clips of a person have in common where their views are alike, and by how much less
# for each degree that they are apart.
_IN_COMMON, _LESS_PER_DEG = 0.5, 0.02


def kept_from(
    angles: LegAngles,
    marks: Sequence[HandMark],
    *,
    model: ModelInfo,
    rater_sd_deg: float,
    made_at: str,
    raters: str,
    clip_sha256: str,
    shot: NDArray[np.int64] | None = None,
) -> KeptCalibration | None:
    """Return what is to be kept of a clip's marks; None where nothing of them is usable, or the view is not known.

    Parameters
    ----------
    angles : LegAngles
        Of the marked clip, not calibrated by hand.
    marks : sequence of HandMark
    model : ModelInfo
        Of the network that the angles are from.
    rater_sd_deg, made_at, raters
        See `KeptCalibration`.
    clip_sha256 : str
        Of the marked clip; empty where it was filmed live.
    shot : (T,) int, optional
        Number of the shot of each frame: marks count in the one whose view the angles have.
    """
    found = measured_marks(angles, marks)
    if shot is not None and angles.usable.any():
        viewed = int(np.argmax(np.bincount(shot[angles.usable])))
        found = [mark for mark in found if shot[mark.frame] == viewed]
    view = angles.view
    if not found or not math.isfinite(view.azimuth_deg) or not math.isfinite(view.elevation_deg):
        return None
    kept = KeptCalibration(
        made_at=made_at,
        raters=raters,
        side=angles.side,
        network=fingerprint(model),
        azimuth_deg=view.azimuth_deg,
        elevation_deg=view.elevation_deg,
        leg_near=angles.side is view.near_side,
        rater_sd_deg=rater_sd_deg,
        marks=tuple(map(rounded, found)),
        clip_sha256=clip_sha256 or None,
    )
    return rounded(kept)


def in_common(kept: KeptCalibration, view: View | KeptCalibration) -> float:
    """Return how much of its lasting error a clip in a view has in common with the one that was marked."""
    return max(_IN_COMMON - _LESS_PER_DEG * apart_deg(kept, view), 0.0)


def marked_clip(kept: KeptCalibration, view: View) -> MarkedClip:
    """Return what was kept as marks of another clip than one in a view."""
    return MarkedClip(kept.marks, kept.rater_sd_deg, *_place(kept), in_common=in_common(kept, view))


def apart_deg(kept: KeptCalibration, view: View | KeptCalibration) -> float:
    """Return by how many degrees the camera stands elsewhere, in both directions together."""
    return math.hypot(kept.azimuth_deg - view.azimuth_deg, kept.elevation_deg - view.elevation_deg)


def of_other_clips(kept: Sequence[KeptCalibration], clip_sha256: str, view: View) -> list[KeptCalibration]:
    """Return what was kept of other clips than this one, whose own marks are in its review.

    One that was filmed live has no checksum and is known by its view: no two clips have the same to
    hundredths of a degree.
    """
    own = _place(rounded(view))
    return [
        one for one in kept if (one.clip_sha256 != clip_sha256 if one.clip_sha256 is not None else _place(one) != own)
    ]


def _place(view: View | KeptCalibration) -> tuple[float, float]:
    return view.azimuth_deg, view.elevation_deg


def use_kept(
    angles: LegAngles, kept: Sequence[KeptCalibration], model: ModelInfo
) -> tuple[LegAngles, CalibrationUse | None]:
    """Return the angles calibrated as the person was before, and what became of that.

    All that fit are used together (`hand_calibration.shifts_by`), of those of one clip the newest. Where none fits the
    newest one is named with the reason.

    Parameters
    ----------
    angles : LegAngles
        Not calibrated by hand.
    kept : sequence of KeptCalibration
        Of the person, of either leg.
    model : ModelInfo
        Of the network that the angles are from.

    Returns
    -------
    The angles, and a CalibrationUse; None where nothing is kept for this leg.
    """
    newest_first = sorted((one for one in kept if one.side is angles.side), key=lambda one: one.made_at, reverse=True)
    uses = [CalibrationUse(one, refusal_of(one, angles, model)) for one in newest_first]
    if not uses or not angles.usable.any():
        return angles, None
    fitting = _of_each_clip([one.kept for one in uses if one.used])
    if not fitting:
        return angles, uses[0]
    clips = [marked_clip(one, angles.view) for one in fitting]
    among = [[1.0 if one is other else in_common(one, other) for other in fitting] for one in fitting]
    shifts = shifts_by(angles, clips, among=np.array(among))
    return shift_angles(angles, shifts), CalibrationUse(fitting[0], others=tuple(fitting[1:]))


def _of_each_clip(newest_first: Sequence[KeptCalibration]) -> list[KeptCalibration]:
    """Return the newest of each clip.

    What was kept again after another frame was marked holds the marks of before, too.
    """
    clips: dict[object, KeptCalibration] = {}
    for one in newest_first:
        clips.setdefault(one.clip_sha256 or _place(one), one)
    return list(clips.values())


def refusal_of(kept: KeptCalibration, angles: LegAngles, model: ModelInfo) -> Refusal | None:
    """Return why a calibration cannot be used for these angles; None where it can."""
    if kept.network != fingerprint(model):
        return "network"
    if kept.leg_near is not (angles.side is angles.view.near_side):
        return "far_side"
    # Also where the view is not known.
    return None if apart_deg(kept, angles.view) <= MAX_APART_DEG else "view"
