"""The working leg: trunk, thigh, shank and foot, and the flexion of hip and knee as arcs."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from formcheck.draw.canvas import GREY, LEG, WARN, WHITE, Canvas, arc
from formcheck.types import FloatArray

SHOULDER, HIP, KNEE, ANKLE, HEEL, TOE = range(6)
ARC_UNITS = 7.5
"""Radius of the arcs."""

_LIMBS = ((SHOULDER, HIP), (HIP, KNEE), (KNEE, ANKLE))
_FOOT = ((ANKLE, HEEL), (HEEL, TOE), (ANKLE, TOE))
_FLEXIONS = {HIP: (SHOULDER, KNEE), KNEE: (HIP, ANKLE)}


@dataclass(frozen=True, slots=True)
class FlexionArc:
    """Flexion of a joint as drawn: where 'straight' would lead, the arc from there, and its radius."""

    joint: FloatArray
    straight_rad: float
    turn_rad: float
    radius_px: float

    @property
    def points(self) -> FloatArray:
        """Points (N, 2) along the arc."""
        return arc(self.joint, self.radius_px, self.straight_rad, self.turn_rad)


def draw_leg(
    canvas: Canvas, joints: FloatArray, unit_px: float, *, known: bool, limit_deg: float = math.nan, bold: float = 1.0
) -> None:
    """Draw the leg; in grey and without angles when they are not known.

    Parameters
    ----------
    canvas : Canvas
    joints : (6, 2) float
        Shoulder, hip, knee, ankle, heel and toe in pixels; NaN where not seen.
    unit_px : float
    known : bool
    limit_deg : float
        Knee flexion not to go below; it is marked on the knee's arc. NaN for none.
    bold : float
        How much thicker than usual, for a screen that is seen from far away.
    """
    seen = np.asarray(np.isfinite(joints).all(axis=1))
    if known:
        _draw_arcs(canvas, joints, unit_px, limit_deg, bold)
    colour = LEG if known else GREY
    for segments, width in ((_LIMBS, 0.75), (_FOOT, 0.45)):
        for a, b in segments:
            if seen[a] and seen[b]:
                canvas.outlined(joints[[a, b]], max(2.0, width * bold * unit_px), colour)
    for joint, radius in ((SHOULDER, 0.8), (ANKLE, 0.8), (HIP, 1.15), (KNEE, 1.15)):
        if seen[joint]:
            x, y = joints[joint]
            canvas.dot((float(x), float(y)), max(2.0, radius * bold * unit_px), WHITE)


def flexion_arcs(joints: FloatArray, radius_px: float) -> dict[int, FlexionArc]:
    """Return the arcs of hip and knee by joint, smaller where a limb is short.

    A joint is left out where a point is missing or two coincide.
    """
    arcs = {at: flexion_arc(joints[[before, at, after]], radius_px) for at, (before, after) in _FLEXIONS.items()}
    return {at: one for at, one in arcs.items() if one is not None}


def flexion_arc(points: FloatArray, radius_px: float) -> FlexionArc | None:
    """Return the arc of flexion at the middle one of three points (3, 2), from 'straight on' to the limb.

    It is smaller where a limb is short; None where a point is missing or two coincide.
    """
    onward, limb = np.diff(points, axis=0)
    if not (np.isfinite(onward).all() and np.isfinite(limb).all()):
        return None
    shorter_px = min(float(np.hypot(*onward)), float(np.hypot(*limb)))
    if shorter_px < 1:
        return None
    straight = math.atan2(onward[1], onward[0])
    turn = math.remainder(math.atan2(limb[1], limb[0]) - straight, 2 * math.pi)
    return FlexionArc(points[1], straight, turn, min(radius_px, 0.6 * shorter_px))


def draw_flexion(canvas: Canvas, one: FlexionArc, unit_px: float) -> None:
    """Draw the arc of flexion, and dashed where the limb would be if it were straight."""
    end = one.joint + 1.5 * one.radius_px * _direction(one.straight_rad)
    canvas.dashed(one.joint, end, max(1.0, 0.3 * unit_px), WHITE)
    canvas.outlined(one.points, max(2.0, 0.55 * unit_px), WHITE)


def _draw_arcs(canvas: Canvas, joints: FloatArray, unit_px: float, limit_deg: float, bold: float) -> None:
    arcs = flexion_arcs(joints, ARC_UNITS * bold * unit_px)
    for one in arcs.values():
        draw_flexion(canvas, one, bold * unit_px)
    if KNEE in arcs and math.isfinite(limit_deg):
        _draw_limit(canvas, arcs[KNEE], limit_deg, bold * unit_px)


def _draw_limit(canvas: Canvas, knee: FlexionArc, limit_deg: float, unit_px: float) -> None:
    """Mark the part of the knee's arc beyond the personal limit, and where the shank is at the limit."""
    turn = math.copysign(math.radians(limit_deg), knee.turn_rad)
    beyond = arc(knee.joint, knee.radius_px, knee.straight_rad, turn)
    canvas.outlined(beyond, max(3.0, 0.9 * unit_px), WARN)
    along = _direction(knee.straight_rad + turn)
    ends = np.stack([knee.joint + share * knee.radius_px * along for share in (0.6, 1.8)])
    canvas.outlined(ends, max(3.0, 0.75 * unit_px), WARN)


def _direction(angle_rad: float) -> FloatArray:
    return np.array([math.cos(angle_rad), math.sin(angle_rad)])
