"""The working leg on the picture, its knee arc, and on the arc the personal limit."""

from __future__ import annotations

import math

import numpy as np

from formcheck.report.ink import GOOD, GREY, LIMB, WARN, WHITE, Colour, arc, dashed, dot, outlined
from formcheck.types import FloatArray, ImageBgr

_SHOULDER, _HIP, _KNEE, _ANKLE, _HEEL, _TOE = range(6)
_LIMBS = ((_SHOULDER, _HIP), (_HIP, _KNEE), (_KNEE, _ANKLE), (_ANKLE, _HEEL), (_HEEL, _TOE))
_ARC_SHARE = 0.45


def draw_leg(image: ImageBgr, joints: FloatArray, unit_px: float, *, limit_deg: float, known: bool) -> None:
    """Draw shoulder, hip, knee, ankle, heel and toe (6, 2) px; NaN where not seen.

    ``limit_deg`` is the knee flexion not to go below, NaN for none; ``known`` says whether angles can be told.
    """
    colour: Colour = LIMB if known else GREY
    if known:
        _knee_arc(image, joints, unit_px, limit_deg)
    for a, b in _LIMBS:
        if np.isfinite(joints[[a, b]]).all():
            outlined(image, joints[[a, b]], max(3.0, 1.1 * unit_px), colour)
    for joint in (_SHOULDER, _HIP, _KNEE, _ANKLE):
        if np.isfinite(joints[joint]).all():
            dot(image, (float(joints[joint][0]), float(joints[joint][1])), max(4.0, 1.3 * unit_px), WHITE)


def _knee_arc(image: ImageBgr, joints: FloatArray, unit_px: float, limit_deg: float) -> None:
    """From straight on to the shank; the part beyond the personal limit is marked, and named by a dashed line."""
    hip, knee, ankle = joints[_HIP], joints[_KNEE], joints[_ANKLE]
    if not np.isfinite([hip, knee, ankle]).all():
        return
    thigh, shank = knee - hip, ankle - knee
    reach_px = _ARC_SHARE * float(np.hypot(*shank))
    if reach_px < 4:
        return
    straight = math.atan2(thigh[1], thigh[0])
    turn = math.remainder(math.atan2(shank[1], shank[0]) - straight, 2 * math.pi)
    outlined(image, arc(knee, reach_px, straight, turn), max(2.0, 0.7 * unit_px), GOOD)
    dashed(image, knee, knee + 1.15 * reach_px * _unit(straight), max(1.0, 0.35 * unit_px), WHITE)
    if math.isfinite(limit_deg):
        at = straight + math.copysign(math.radians(limit_deg), turn)
        outlined(image, arc(knee, reach_px, straight, at - straight), max(3.0, 1.2 * unit_px), WARN)
        ends = np.stack([knee + 0.6 * reach_px * _unit(at), knee + 1.8 * reach_px * _unit(at)])
        outlined(image, ends, max(3.0, 1.0 * unit_px), WARN)


def _unit(angle_rad: float) -> FloatArray:
    return np.array([math.cos(angle_rad), math.sin(angle_rad)])
