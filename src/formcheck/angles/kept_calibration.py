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
from formcheck.angles.hand_calibration import HandMark, measured_marks, shift_angles, shifts_by
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
    )
    return rounded(kept)


def in_common(kept: KeptCalibration, view: View) -> float:
    """Return how much of its lasting error a clip has in common with the one that was marked."""
    return _IN_COMMON - _LESS_PER_DEG * apart_deg(kept, view)


def apart_deg(kept: KeptCalibration, view: View) -> float:
    """Return by how many degrees the camera stands elsewhere, in both directions together."""
    return math.hypot(kept.azimuth_deg - view.azimuth_deg, kept.elevation_deg - view.elevation_deg)


def use_kept(
    angles: LegAngles, kept: Sequence[KeptCalibration], model: ModelInfo
) -> tuple[LegAngles, CalibrationUse | None]:
    """Return the angles calibrated as the person was before, and what became of that.

    The newest calibration that fits is used. Where none fits the newest one is named with the reason.

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
    use = next((one for one in uses if one.used), uses[0])
    if not use.used:
        return angles, use
    shared = in_common(use.kept, angles.view)
    shifts = shifts_by(angles, use.kept.marks, rater_sd_deg=use.kept.rater_sd_deg, in_common=shared)
    return shift_angles(angles, shifts), use


def refusal_of(kept: KeptCalibration, angles: LegAngles, model: ModelInfo) -> Refusal | None:
    """Return why a calibration cannot be used for these angles; None where it can."""
    if kept.network != fingerprint(model):
        return "network"
    if kept.leg_near is not (angles.side is angles.view.near_side):
        return "far_side"
    # Also where the view is not known.
    return None if apart_deg(kept, angles.view) <= MAX_APART_DEG else "view"
