"""The working leg: its skeleton, and the two angles as arcs with their values."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from formcheck.report.ink import (
    GREY,
    LIMB,
    WHITE,
    Colour,
    Ink,
    Rect,
    arc,
    dashed,
    dot,
    outlined,
    panel,
)
from formcheck.report.words import ceiling, degrees

if TYPE_CHECKING:
    from formcheck.report.overlay_layout import Layout
    from formcheck.report.shown import Angle, Shown
    from formcheck.types import FloatArray, ImageBgr

_SHOULDER, _HIP, _KNEE, _ANKLE, _HEEL, _TOE = range(6)
_PARTS = ((_SHOULDER, _HIP), (_HIP, _KNEE), (_KNEE, _ANKLE), (_ANKLE, _HEEL), (_HEEL, _TOE), (_ANKLE, _TOE))
_MAIN_PARTS = 3
_LABEL_UNITS = 3.7
_ARC_UNITS = 7.5
_CLEAR_OF_JOINT_UNITS = 2.2
_BAND_FROM_PX = 300


class LegDrawing:
    """Draws the leg of one moment after another, and keeps its labels from jumping between them."""

    def __init__(self, where: Layout, ink: Ink) -> None:
        self._where = where
        self._ink = ink
        self._stands: dict[str, int] = {}

    def draw(self, image: ImageBgr, shown: Shown) -> None:
        """Draw the leg; in grey and without angles when the moment cannot be judged."""
        known = shown.cannot_tell is None
        if known:
            _draw_arcs(image, shown, self._where)
        _draw_skeleton(image, shown.leg_xy_px, self._where.unit_px, LIMB if known else GREY)
        if known:
            self._draw_labels(image, shown)

    def _draw_labels(self, image: ImageBgr, shown: Shown) -> None:
        """Values beside the joints, where they hide least: before the kneecap, and under the hip."""
        shoulder, hip, knee = shown.leg_xy_px[[_SHOULDER, _HIP, _KNEE]]
        if not np.isfinite([shoulder, hip, knee]).all():
            return
        thigh = _direction(knee - hip)
        front = np.array([thigh[1], -thigh[0]])
        if front @ (shoulder - hip) < 0:
            front = -front
        self._label(image, "knee", shown.knee, knee, (front, _direction(front + thigh), thigh))
        self._label(image, "hip", shown.hip, hip, (-thigh, _direction(0.45 * thigh - front)))

    def _label(self, image: ImageBgr, name: str, angle: Angle, joint: FloatArray, ways: tuple[FloatArray, ...]) -> None:
        if not math.isfinite(angle.value_deg):
            return
        ink = self._ink
        size = max(11.0, _LABEL_UNITS * self._where.unit_px)
        value = f"{name} {degrees(angle.value_deg)}"
        roomy = min(image.shape[:2]) >= _BAND_FROM_PX and math.isfinite(angle.band_deg)
        band = f" ±{ceiling(angle.band_deg)}" if roomy else ""
        width = ink.width(value, size, 600) + (ink.width(band, size * 0.8) if band else 0)
        plate = self._plate(name, joint, ways, width + 1.2 * size, 1.5 * size)
        panel(image, plate)
        baseline = ink.middle(plate.y, plate.h, size)
        used = ink.text(image, value, (plate.x + 0.6 * size, baseline), size, weight=600)
        if band:
            ink.text(image, band, (plate.x + 0.6 * size + used, baseline), size * 0.8, colour=GREY)

    def _plate(self, name: str, joint: FloatArray, ways: tuple[FloatArray, ...], w: float, h: float) -> Rect:
        """Choose the first way out from the joint that has room, or the one that needs least pushing."""
        u = self._where.unit_px
        gaps = (_CLEAR_OF_JOINT_UNITS * u, *(_ARC_UNITS * u for _ in ways[1:]))
        wished = [_plate_at(joint, way, w, h, gap=gap) for way, gap in zip(ways, gaps, strict=True)]
        kept = [_kept_inside(plate, self._where) for plate in wished]
        pushed_px = [math.hypot(a.x - b.x, a.y - b.y) for a, b in zip(wished, kept, strict=True)]
        # The place of the moment before comes first, so that a label does not flicker between two.
        before = self._stands.get(name, 0)
        stand = min(range(len(ways)), key=lambda way: (pushed_px[way], way != before, way))
        self._stands[name] = stand
        return kept[stand]


def _draw_skeleton(image: ImageBgr, joints: FloatArray, unit_px: float, colour: Colour) -> None:
    seen = np.asarray(np.isfinite(joints).all(axis=1), dtype=np.bool_)
    for number, (a, b) in enumerate(_PARTS):
        if seen[a] and seen[b]:
            width = 0.75 if number < _MAIN_PARTS else 0.45
            outlined(image, joints[[a, b]], max(2.0, width * unit_px), colour)
    for joint, radius in ((_SHOULDER, 0.8), (_ANKLE, 0.8), (_HIP, 1.15), (_KNEE, 1.15)):
        if seen[joint]:
            dot(image, tuple(joints[joint]), max(2.0, radius * unit_px), WHITE)


def _draw_arcs(image: ImageBgr, shown: Shown, where: Layout) -> None:
    joints = shown.leg_xy_px
    u = where.unit_px
    for before, at, after in ((_SHOULDER, _HIP, _KNEE), (_HIP, _KNEE, _ANKLE)):
        bend = _bend(joints[before], joints[at], joints[after])
        if bend is None:
            continue
        start_rad, sweep_rad, reach_px = bend
        radius = min(_ARC_UNITS * u, 0.6 * reach_px)
        straight_on = np.array([math.cos(start_rad), math.sin(start_rad)])
        dashed(image, joints[at], joints[at] + straight_on * radius * 1.5, max(1.0, 0.3 * u), WHITE)
        outlined(image, arc(joints[at], radius, start_rad, sweep_rad), max(2.0, 0.55 * u), WHITE)


def _bend(before: FloatArray, at: FloatArray, after: FloatArray) -> tuple[float, float, float] | None:
    """Flexion as drawn: direction of 'straight on', signed turn from it, and the shorter limb's length.

    None where a point is missing or two coincide.
    """
    onward, limb = at - before, after - at
    if not (np.isfinite(onward).all() and np.isfinite(limb).all()):
        return None
    lengths = float(np.hypot(*onward)), float(np.hypot(*limb))
    if min(lengths) < 1:
        return None
    start = math.atan2(onward[1], onward[0])
    turn = math.atan2(limb[1], limb[0]) - start
    return start, math.remainder(turn, 2 * math.pi), min(lengths)


def _direction(vector: FloatArray) -> FloatArray:
    return vector / max(float(np.hypot(*vector)), 1e-9)


def _plate_at(joint: FloatArray, away: FloatArray, w: float, h: float, *, gap: float) -> Rect:
    """A plate far enough out to clear the joint in whichever direction it lies."""
    x, y = joint + away * (gap + abs(away[0]) * w / 2 + abs(away[1]) * h / 2)
    return Rect(float(x) - w / 2, float(y) - h / 2, w, h)


def _kept_inside(plate: Rect, where: Layout) -> Rect:
    """Move a plate into the free part of the picture and off the panel."""
    free = where.free
    x = min(max(plate.x, free.x), free.right - plate.w)
    y = min(max(plate.y, free.y), free.bottom - plate.h)
    moved = Rect(x, y, plate.w, plate.h)
    if not moved.overlaps(where.panel):
        return moved
    beside = where.panel.right if where.panel.x <= 0 else where.panel.x - plate.w
    return Rect(beside, y, plate.w, plate.h)
