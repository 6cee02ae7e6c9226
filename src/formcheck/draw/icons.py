"""Small signs that say the same as words and colours."""

from __future__ import annotations

import math

import numpy as np

from formcheck.draw.canvas import DARK, GOOD, GREY, WARN, WHITE, Canvas, Colour, Point, Rect
from formcheck.types import Phase


def tick_icon(canvas: Canvas, centre: Point, size_px: float, colour: Colour = GOOD) -> None:
    """Draw a tick: done, or within limits."""
    x, y = centre
    points = np.array(
        [
            (x - 0.45 * size_px, y),
            (x - 0.1 * size_px, y + 0.35 * size_px),
            (x + 0.5 * size_px, y - 0.4 * size_px),
        ]
    )
    canvas.path(points, max(2.0, size_px * 0.2), colour)


def dash_icon(canvas: Canvas, centre: Point, size_px: float) -> None:
    """Draw a dash: not there yet."""
    x, y = centre
    canvas.box(Rect(x - 0.4 * size_px, y - 0.1 * size_px, 0.8 * size_px, 0.2 * size_px), GREY)


def warning_icon(canvas: Canvas, centre: Point, size_px: float) -> None:
    """Draw a triangle with an exclamation mark: put this right."""
    x, y = centre
    r = size_px * 0.62
    corners = [(x + r * math.sin(a), y + size_px * 0.12 - r * math.cos(a)) for a in (0, 2.094, 4.189)]
    canvas.polygon(corners, WARN)
    bar = max(1.5, size_px * 0.11)
    canvas.line((x, y - 0.2 * size_px), (x, y + 0.14 * size_px), bar, DARK)
    canvas.line((x, y + 0.30 * size_px), (x, y + 0.31 * size_px), bar, DARK)


def phase_icon(canvas: Canvas, phase: Phase, rect: Rect) -> None:
    """Draw up for straightening, two bars for holding, down for bending, a dash for the rest."""
    x, y, s = rect.x, rect.y, rect.h
    if phase is Phase.EXTENDING:
        canvas.polygon([(x, y + s), (x + s, y + s), (x + s / 2, y)], WHITE)
    elif phase is Phase.RETURNING:
        canvas.polygon([(x, y), (x + s, y), (x + s / 2, y + s)], WHITE)
    elif phase is Phase.HOLDING:
        canvas.box(Rect(x, y, s * 0.36, s), WHITE)
        canvas.box(Rect(x + s * 0.62, y, s * 0.36, s), WHITE)
    else:
        canvas.box(Rect(x, y + s * 0.38, s, s * 0.24), WHITE)
