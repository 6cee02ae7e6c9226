"""Where the overlay's parts stand in a picture of any size and shape.

One unit is a hundredth of the geometric mean of width and height, so that parts keep their share
of the picture's area: 16:9 is 133 x 75 units, 9:16 is 75 x 133.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np

from formcheck.report.ink import Rect

if TYPE_CHECKING:
    from formcheck.types import FloatArray


class Place(StrEnum):
    """Where the panel stands. Corners are for pictures wide enough."""

    BOTTOM = "bottom"
    TOP = "top"
    TOP_RIGHT = "top right"
    TOP_LEFT = "top left"


_STRIP_FROM_UNITS = 95.0
_CORNERS_FROM_UNITS = 110.0
_STRIP_UNITS = 14.0
_ROW_UNITS = 12.0
_COLUMN_UNITS = (37.0, 45.0)
_CUE_UNITS = 7.4
_PAD_UNITS = 2.0
_GRIP_UNITS = 3.0


@dataclass(frozen=True, slots=True)
class Layout:
    """Rectangles of the overlay's parts in pixels.

    ``answer`` is where phase, tempo and hip stand; it becomes the 'cannot tell' field. ``cue`` is
    drawn only while there is one. ``free`` is the part of the picture beside strips and cue.
    """

    unit_px: float
    panel: Rect
    counter: Rect
    phase: Rect
    gauge: Rect
    answer: Rect
    cue: Rect
    free: Rect


def places_for(size_px: tuple[int, int]) -> tuple[Place, ...]:
    """Places that suit a picture's shape, best first."""
    strips = (Place.BOTTOM, Place.TOP)
    if size_px[0] / _unit(size_px) < _CORNERS_FROM_UNITS:
        return strips
    return (*strips, Place.TOP_RIGHT, Place.TOP_LEFT)


def choose_place(size_px: tuple[int, int], points_px: FloatArray, weights: FloatArray) -> Place:
    """Pick the place that covers least of what moves there.

    Parameters
    ----------
    size_px : (w, h)
    points_px : (T, K, 2)
        Body points over the clip; NaN where not seen.
    weights : (K,)
        How much it matters to keep each point in sight.
    """
    places = places_for(size_px)
    seen = np.isfinite(points_px).all(axis=2)
    total = float((seen * weights).sum())
    if total == 0:
        return places[0]
    return min(places, key=lambda place: round(_covered(size_px, place, points_px, weights) / total, 2))


def _covered(size_px: tuple[int, int], place: Place, points_px: FloatArray, weights: FloatArray) -> float:
    """Weight of the points behind the panel; behind the cue, which comes and goes, they count half."""
    parts = layout(size_px, place)
    x, y = points_px[..., 0], points_px[..., 1]
    covered = 0.0
    for part, share in ((parts.panel.inset(-_GRIP_UNITS * parts.unit_px), 1.0), (parts.cue, 0.5)):
        inside = (x >= part.x) & (x < part.right) & (y >= part.y) & (y < part.bottom)
        covered += share * float((inside * weights).sum())
    return covered


def layout(size_px: tuple[int, int], place: Place) -> Layout:
    """Lay the parts out for a picture of (w, h) pixels."""
    if place not in places_for(size_px):
        raise ValueError(f"a picture of {size_px} has no room for a panel at the {place.value}")
    if place in (Place.TOP_LEFT, Place.TOP_RIGHT):
        return _column(size_px, place)
    wide = size_px[0] / _unit(size_px) >= _STRIP_FROM_UNITS
    return _strip(size_px, place) if wide else _two_rows(size_px, place)


def _unit(size_px: tuple[int, int]) -> float:
    return math.sqrt(size_px[0] * size_px[1]) / 100


def _strip(size_px: tuple[int, int], place: Place) -> Layout:
    u = _unit(size_px)
    panel, cue, free = _bands(size_px, place, (_STRIP_UNITS + 2 * _PAD_UNITS) * u)
    inner = panel.inset(_PAD_UNITS * u)
    gap = 3 * u
    w = inner.w - 2 * gap
    counter = Rect(inner.x, inner.y, w * 0.24, inner.h)
    phase = Rect(counter.right + gap, inner.y, w * 0.36, inner.h)
    gauge = Rect(phase.right + gap, inner.y, w * 0.40, inner.h)
    answer = Rect(phase.x, inner.y, inner.right - phase.x, inner.h)
    return Layout(u, panel, counter, phase, gauge, answer, cue, free)


def _two_rows(size_px: tuple[int, int], place: Place) -> Layout:
    u = _unit(size_px)
    gap = 2 * u
    panel, cue, free = _bands(size_px, place, (2 * _ROW_UNITS + 2 * _PAD_UNITS) * u + gap)
    inner = panel.inset(_PAD_UNITS * u)
    row = (inner.h - gap) / 2
    counter = Rect(inner.x, inner.y, inner.w * 0.40, row)
    phase = Rect(counter.right + gap, inner.y, inner.w * 0.60 - gap, row)
    gauge = Rect(inner.x, inner.y + row + gap, inner.w, row)
    return Layout(u, panel, counter, phase, gauge, gauge, cue, free)


def _column(size_px: tuple[int, int], place: Place) -> Layout:
    u = _unit(size_px)
    w, h = (units * u for units in _COLUMN_UNITS)
    panel = Rect(0.0 if place is Place.TOP_LEFT else size_px[0] - w, 0.0, w, h)
    inner = panel.inset(_PAD_UNITS * u)
    gap = 2 * u
    row = (inner.h - 2 * gap) / 3
    counter, phase, gauge = (Rect(inner.x, inner.y + i * (row + gap), inner.w, row) for i in range(3))
    answer = Rect(inner.x, phase.y, inner.w, inner.bottom - phase.y)
    cue = Rect(0.0, size_px[1] - _CUE_UNITS * u, float(size_px[0]), _CUE_UNITS * u)
    free = Rect(0.0, 0.0, float(size_px[0]), cue.y)
    return Layout(u, panel, counter, phase, gauge, answer, cue, free)


def _bands(size_px: tuple[int, int], place: Place, height: float) -> tuple[Rect, Rect, Rect]:
    """Panel, cue and what is left of the picture for a panel across its whole width."""
    w, h = float(size_px[0]), float(size_px[1])
    tall = 1.6 if size_px[0] / _unit(size_px) < _STRIP_FROM_UNITS else 1.0
    cue_h = _CUE_UNITS * _unit(size_px) * tall
    if place is Place.TOP:
        taken = height + cue_h
        return Rect(0.0, 0.0, w, height), Rect(0.0, height, w, cue_h), Rect(0.0, taken, w, h - taken)
    top = h - height
    return Rect(0.0, top, w, height), Rect(0.0, top - cue_h, w, cue_h), Rect(0.0, 0.0, w, top - cue_h)
