"""Where the overlay's parts stand in a frame of any size and shape: the panel takes the emptiest edge or corner.

Sizes are in units of `canvas.unit_px`.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from formcheck.draw.canvas import Rect, unit_px

if TYPE_CHECKING:
    from formcheck.draw.body import BodyPoints


class PanelPlace(StrEnum):
    """Where the panel stands. Corners are for frames wide enough."""

    BOTTOM = "bottom"
    TOP = "top"
    TOP_RIGHT = "top right"
    TOP_LEFT = "top left"
    BOTTOM_RIGHT = "bottom right"
    BOTTOM_LEFT = "bottom left"


_EDGES = (PanelPlace.BOTTOM, PanelPlace.TOP)
_CORNERS = (PanelPlace.TOP_RIGHT, PanelPlace.TOP_LEFT, PanelPlace.BOTTOM_RIGHT, PanelPlace.BOTTOM_LEFT)
# From this width on there is room for three blocks side by side, and for a column with the frame beside it.
_WIDE_UNITS = 90.0
_STRIP_UNITS = 18.0
_TWO_ROWS_UNITS = 30.0
_COLUMN_UNITS = (37.0, 45.0)
_COLUMN_ROWS = (0.255, 0.315, 0.43)
_CUE_UNITS = 7.4
_TALL_CUE_UNITS = 11.8
_PAD_UNITS = 2.0
# The body should stay this far from the panel; joints are marked in the middle of limbs, which have a thickness.
_REACH_UNITS = 16.0
_CUE_REACH_UNITS = 4.0
# The cue comes and goes.
_CUE_SHARE = 0.5


@dataclass(frozen=True, slots=True)
class Layout:
    """Rectangles of the overlay's parts in pixels.

    ``answer`` is where phase, tempo and hip stand; it becomes the 'cannot tell' field. ``cue`` is
    drawn only while there is one. ``frame`` is the whole frame.
    """

    place: PanelPlace
    unit_px: float
    frame: Rect
    panel: Rect
    counter: Rect
    phase: Rect
    gauge: Rect
    answer: Rect
    cue: Rect


def layouts(size_px: tuple[int, int]) -> tuple[Layout, ...]:
    """Return every layout that suits a frame of (w, h) pixels, the most usual first."""
    wide = size_px[0] / unit_px(size_px) >= _WIDE_UNITS
    # The cue stands beside a strip, and at the edge below a column, unless the body is there.
    found = [_edge(size_px, place, cue, wide=wide) for place in _EDGES for cue in sorted(_EDGES, key=place.__ne__)]
    if wide:
        found += [_corner(size_px, place, cue) for place in _CORNERS for cue in _EDGES]
    return tuple(found)


def choose_layout(size_px: tuple[int, int], body: BodyPoints) -> Layout:
    """Return the layout whose panel and cue cover and crowd the body least; of equals the most usual."""
    return min(layouts(size_px), key=lambda layout: round(covered_share(layout, body), 2))


def covered_share(layout: Layout, body: BodyPoints) -> float:
    """Return how much of the body's weight is behind a layout's panel and cue, or near them."""
    panel = body.weight_near(layout.panel, _REACH_UNITS * layout.unit_px)
    return panel + _CUE_SHARE * body.weight_near(layout.cue, _CUE_REACH_UNITS * layout.unit_px)


def _edge(size_px: tuple[int, int], place: PanelPlace, cue_place: PanelPlace, *, wide: bool) -> Layout:
    """A panel across the frame's whole width."""
    u = unit_px(size_px)
    frame = Rect(0.0, 0.0, float(size_px[0]), float(size_px[1]))
    height = (_STRIP_UNITS if wide else _TWO_ROWS_UNITS) * u
    cue_h = (_CUE_UNITS if wide else _TALL_CUE_UNITS) * u
    panel = _band(frame, place, height)
    beside = Rect(0.0, panel.y - cue_h if place is PanelPlace.BOTTOM else panel.bottom, frame.w, cue_h)
    cue = beside if cue_place is place else _band(frame, cue_place, cue_h)
    inner = panel.inset(_PAD_UNITS * u)
    if wide:
        gap = 3 * u
        w = inner.w - 2 * gap
        counter = Rect(inner.x, inner.y, w * 0.24, inner.h)
        phase = Rect(counter.right + gap, inner.y, w * 0.34, inner.h)
        gauge = Rect(phase.right + gap, inner.y, w * 0.42, inner.h)
        answer = Rect(phase.x, inner.y, inner.right - phase.x, inner.h)
        return Layout(place, u, frame, panel, counter, phase, gauge, answer, cue)
    gap = 2 * u
    row = (inner.h - gap) / 2
    counter = Rect(inner.x, inner.y, inner.w * 0.40, row)
    phase = Rect(counter.right + gap, inner.y, inner.w * 0.60 - gap, row)
    gauge = Rect(inner.x, inner.y + row + gap, inner.w, row)
    return Layout(place, u, frame, panel, counter, phase, gauge, gauge, cue)


def _corner(size_px: tuple[int, int], place: PanelPlace, cue_place: PanelPlace) -> Layout:
    """A column in a corner; the cue takes the other edge, or what the column leaves of its own."""
    u = unit_px(size_px)
    frame = Rect(0.0, 0.0, float(size_px[0]), float(size_px[1]))
    w, h = (units * u for units in _COLUMN_UNITS)
    left = place in (PanelPlace.TOP_LEFT, PanelPlace.BOTTOM_LEFT)
    vertical = PanelPlace.TOP if place in (PanelPlace.TOP_LEFT, PanelPlace.TOP_RIGHT) else PanelPlace.BOTTOM
    panel = Rect(0.0 if left else frame.w - w, 0.0 if vertical is PanelPlace.TOP else frame.h - h, w, h)
    cue = _band(frame, cue_place, _CUE_UNITS * u)
    if cue_place is vertical:
        cue = Rect(w if left else 0.0, cue.y, frame.w - w, cue.h)
    inner = panel.inset(_PAD_UNITS * u)
    gap = 1.6 * u
    heights = [share * (inner.h - 2 * gap) for share in _COLUMN_ROWS]
    counter = Rect(inner.x, inner.y, inner.w, heights[0])
    phase = Rect(inner.x, counter.bottom + gap, inner.w, heights[1])
    gauge = Rect(inner.x, phase.bottom + gap, inner.w, heights[2])
    answer = Rect(inner.x, phase.y, inner.w, inner.bottom - phase.y)
    return Layout(place, u, frame, panel, counter, phase, gauge, answer, cue)


def _band(frame: Rect, place: PanelPlace, height: float) -> Rect:
    return Rect(0.0, 0.0 if place is PanelPlace.TOP else frame.h - height, frame.w, height)


def without_panel(size_px: tuple[int, int]) -> Layout:
    """Return a layout whose panel and parts are empty: the whole frame is free."""
    frame, nothing = Rect(0.0, 0.0, float(size_px[0]), float(size_px[1])), Rect(0.0, 0.0, 0.0, 0.0)
    return Layout(PanelPlace.BOTTOM, unit_px(size_px), frame, *[nothing] * 6)
