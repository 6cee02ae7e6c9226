"""Drawing primitives for the overlay: text, panels, outlined lines, marks. Nothing here knows the exercise.

Colours are Okabe and Ito's, which stay apart for every kind of colour vision (jfly.uni-koeln.de/color);
whatever a colour says is also said by a word, a mark or a place.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import cv2
import numpy as np

if TYPE_CHECKING:
    from formcheck.types import FloatArray, ImageBgr

Colour = tuple[int, int, int]
Point = tuple[float, float]
Align = Literal["left", "centre", "right"]

WHITE: Colour = (248, 248, 248)
GREY: Colour = (196, 196, 196)
DARK: Colour = (26, 20, 16)
GOOD: Colour = (233, 180, 86)
WARN: Colour = (0, 159, 230)
LIMB: Colour = (66, 228, 240)

_CAP_HEIGHT = 0.70
_SUBPIXEL_BITS = 4
_PANEL_SHOWS_THROUGH = 0.18


@dataclass(frozen=True, slots=True)
class Rect:
    """A rectangle in pixels; ``x, y`` is its top left corner."""

    x: float
    y: float
    w: float
    h: float

    @property
    def right(self) -> float:
        return self.x + self.w

    @property
    def bottom(self) -> float:
        return self.y + self.h

    def inset(self, by: float) -> Rect:
        """Shrink on all sides."""
        return Rect(self.x + by, self.y + by, self.w - 2 * by, self.h - 2 * by)

    def overlaps(self, other: Rect) -> bool:
        """Whether the two share any area."""
        return self.x < other.right and other.x < self.right and self.y < other.bottom and other.y < self.bottom


class Ink:
    """Draws on one picture at a time. Not shared between threads: the font keeps its own state."""

    def __init__(self) -> None:
        self._font = cv2.FontFace("sans")
        self._widths: dict[tuple[str, int, int], int] = {}

    def width(self, text: str, size_px: float, weight: int = 400) -> int:
        """Width of a line of text in pixels."""
        key = (text, round(size_px), weight)
        if key not in self._widths:
            if len(self._widths) > 4096:
                self._widths.clear()
            box = cv2.getTextSize((0, 0), text, (0, 0), self._font, round(size_px), weight)
            self._widths[key] = box[0] + box[2]
        return self._widths[key]

    def text(
        self,
        image: ImageBgr,
        text: str,
        at: Point,
        size_px: float,
        *,
        colour: Colour = WHITE,
        weight: int = 400,
        align: Align = "left",
    ) -> float:
        """Write one line, ``at`` on its baseline; return its width."""
        width = self.width(text, size_px, weight)
        x = at[0] - {"left": 0.0, "centre": width / 2, "right": width}[align]
        cv2.putText(image, text, (round(x), round(at[1])), colour, self._font, round(size_px), weight)
        return width

    def middle(self, rect_y: float, rect_h: float, size_px: float) -> float:
        """Baseline that puts capitals in the middle of a band."""
        return rect_y + (rect_h + _CAP_HEIGHT * size_px) / 2

    def wrap(self, text: str, size_px: float, width: float, weight: int = 400) -> list[str]:
        """Break a sentence into lines no wider than ``width`` where words allow."""
        lines: list[str] = []
        for word in text.split():
            longer = f"{lines[-1]} {word}" if lines else word
            if lines and self.width(longer, size_px, weight) <= width:
                lines[-1] = longer
            else:
                lines.append(word)
        return lines

    def fitted(
        self, text: str, size_px: float, width: float, *, lines: int, least_px: float, weight: int = 400
    ) -> tuple[list[str], float]:
        """Lines, and the largest size at which they fit; at ``least_px`` they are cut with an ellipsis."""
        size = size_px
        while size > least_px and not self._fits(text, size, width, lines, weight):
            size = max(least_px, size - 1)
        found = self.wrap(text, size, width, weight)
        if len(found) > lines:
            found = [*found[: lines - 1], found[lines - 1] + " …"]
        return [self._cut(line, size, width, weight) for line in found], size

    def _fits(self, text: str, size_px: float, width: float, lines: int, weight: int) -> bool:
        found = self.wrap(text, size_px, width, weight)
        return len(found) <= lines and all(self.width(line, size_px, weight) <= width for line in found)

    def _cut(self, line: str, size_px: float, width: float, weight: int) -> str:
        while len(line) > 2 and self.width(line, size_px, weight) > width:
            line = line.removesuffix("…").rstrip()[:-1] + "…"
        return line


def panel(image: ImageBgr, rect: Rect) -> None:
    """Darken a rectangle so that text on it reads on any picture."""
    region = _region(image, rect)
    if region.size:
        shown = _PANEL_SHOWS_THROUGH
        base = np.array(DARK) * (1 - shown)
        cv2.convertScaleAbs(region, dst=region, alpha=shown, beta=float(base.mean()))


def hatch(image: ImageBgr, rect: Rect, step_px: float) -> None:
    """Fill a rectangle with grey and slanted darker stripes: the sign for 'no answer here'."""
    region = _region(image, rect)
    if not region.size:
        return
    h, w = region.shape[:2]
    region[:] = (92, 92, 92)
    thickness = max(1, round(step_px / 2.4))
    for x in np.arange(-h, w + h, max(4.0, step_px)):
        cv2.line(region, (round(x), h), (round(x + h), 0), (72, 72, 72), thickness, cv2.LINE_AA)


def box(image: ImageBgr, rect: Rect, colour: Colour) -> None:
    """Fill a rectangle."""
    cv2.rectangle(
        image,
        (round(rect.x), round(rect.y)),
        (round(rect.right) - 1, round(rect.bottom) - 1),
        colour,
        cv2.FILLED,
    )


def line(image: ImageBgr, a: Point, b: Point, width_px: float, colour: Colour = WHITE) -> None:
    """Draw a smooth line."""
    stroke(image, np.array([a, b], dtype=np.float64), width_px, colour)


def stroke(image: ImageBgr, points: FloatArray, width_px: float, colour: Colour = WHITE) -> None:
    """Draw a smooth open path through (N, 2) points, to a sixteenth of a pixel."""
    fixed = np.round(points * (1 << _SUBPIXEL_BITS)).astype(np.int32)
    cv2.polylines(image, [fixed], False, colour, max(1, round(width_px)), cv2.LINE_AA, _SUBPIXEL_BITS)


def outlined(image: ImageBgr, points: FloatArray, width_px: float, colour: Colour) -> None:
    """Draw a path with a dark edge, so that it reads on light and dark."""
    stroke(image, points, width_px + max(2.0, width_px * 0.5), DARK)
    stroke(image, points, width_px, colour)


def dot(image: ImageBgr, at: Point, radius_px: float, colour: Colour) -> None:
    """Draw a disc with a dark edge."""
    scale = 1 << _SUBPIXEL_BITS
    centre = (round(at[0] * scale), round(at[1] * scale))
    edge = max(1.0, radius_px * 0.3)
    for radius, fill in ((radius_px + edge, DARK), (radius_px, colour)):
        cv2.circle(image, centre, round(radius * scale), fill, cv2.FILLED, cv2.LINE_AA, _SUBPIXEL_BITS)


def dashed(image: ImageBgr, a: FloatArray, b: FloatArray, width_px: float, colour: Colour) -> None:
    """Draw an outlined dashed line."""
    length = float(np.hypot(*(b - a)))
    dash = max(4.0, 3 * width_px)
    for start in np.arange(0.0, length - dash, 2.2 * dash):
        ends = np.array([start, min(start + dash, length)])[:, None] / max(length, 1e-9)
        outlined(image, a + ends * (b - a), width_px, colour)


def arc(centre: FloatArray, radius_px: float, start_rad: float, sweep_rad: float) -> FloatArray:
    """Points (N, 2) of an arc; angles by atan2 in the picture (y down)."""
    count = max(3, int(abs(sweep_rad) * radius_px / 4))
    at = start_rad + np.linspace(0.0, sweep_rad, count)
    return centre + radius_px * np.stack([np.cos(at), np.sin(at)], axis=1)


def polygon(image: ImageBgr, points: list[Point], colour: Colour) -> None:
    """Fill a polygon."""
    fixed = np.round(np.array(points) * (1 << _SUBPIXEL_BITS)).astype(np.int32)
    cv2.fillPoly(image, [fixed], colour, cv2.LINE_AA, _SUBPIXEL_BITS)


def tick_mark(image: ImageBgr, centre: Point, size_px: float, colour: Colour) -> None:
    """Draw a tick: done, or within limits."""
    x, y = centre
    points = np.array(
        [
            (x - 0.45 * size_px, y),
            (x - 0.1 * size_px, y + 0.35 * size_px),
            (x + 0.5 * size_px, y - 0.4 * size_px),
        ]
    )
    stroke(image, points, max(2.0, size_px * 0.2), colour)


def warning_mark(image: ImageBgr, centre: Point, size_px: float) -> None:
    """Draw a triangle with an exclamation mark: mind this."""
    x, y = centre
    r = size_px * 0.62
    corners = [(x + r * math.sin(a), y + size_px * 0.12 - r * math.cos(a)) for a in (0, 2.094, 4.189)]
    polygon(image, corners, WARN)
    bar = max(1.5, size_px * 0.11)
    line(image, (x, y - 0.2 * size_px), (x, y + 0.14 * size_px), bar, DARK)
    line(image, (x, y + 0.30 * size_px), (x, y + 0.31 * size_px), bar, DARK)


def _region(image: ImageBgr, rect: Rect) -> ImageBgr:
    h, w = image.shape[:2]
    x0, x1 = (int(np.clip(round(v), 0, w)) for v in (rect.x, rect.right))
    y0, y1 = (int(np.clip(round(v), 0, h)) for v in (rect.y, rect.bottom))
    return image[y0:y1, x0:x1]
