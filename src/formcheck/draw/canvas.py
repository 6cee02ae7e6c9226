"""A frame to draw on: boxes, lines and text. Nothing here knows the exercise.

Colours are Okabe and Ito's, which stay apart for every kind of colour vision (jfly.uni-koeln.de/color);
whatever a colour says is also said by a word, an icon or a place.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import cv2
import numpy as np

from formcheck.draw.font import Font

if TYPE_CHECKING:
    from formcheck.types import FloatArray, ImageBgr

Colour = tuple[int, int, int]
Point = tuple[float, float]
Align = Literal["left", "centre", "right"]

# Blue, green, red.
WHITE: Colour = (248, 248, 248)
GREY: Colour = (196, 196, 196)
DARK: Colour = (26, 20, 16)
BAR: Colour = (96, 88, 82)
GOOD: Colour = (233, 180, 86)
WARN: Colour = (0, 159, 230)
LEG: Colour = (66, 228, 240)
RED: Colour = (60, 60, 230)

_HATCH: tuple[Colour, Colour] = ((92, 92, 92), (72, 72, 72))
_SUBPIXEL_BITS = 4
_PANEL_TRANSPARENCY = 0.18


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
        """Shrink on all sides; grow for a negative number."""
        return Rect(self.x + by, self.y + by, self.w - 2 * by, self.h - 2 * by)

    def overlaps(self, other: Rect) -> bool:
        """Whether the two share any area."""
        return self.x < other.right and other.x < self.right and self.y < other.bottom and other.y < self.bottom

    @property
    def edges(self) -> FloatArray:
        """Left, top, right and bottom (4,)."""
        return np.array([self.x, self.y, self.right, self.bottom])


class Canvas:
    """An image of its own to draw on, and the font to write with.

    Parameters
    ----------
    image : (H, W, 3) uint8
        Copied; the caller's stays as it is.
    font : Font, optional
        One font drawn with again and again remembers the widths of texts.
    band_px : int
        Height of an empty dark band added below the image.

    Attributes
    ----------
    image : (H, W, 3) uint8
        What was drawn so far.
    """

    def __init__(self, image: ImageBgr, font: Font | None = None, *, band_px: int = 0) -> None:
        h, w = image.shape[:2]
        self.image: ImageBgr = np.empty((h + band_px, w, 3), np.uint8)
        self.image[:h] = image
        self.image[h:] = DARK
        self.font = font or Font()

    @property
    def size_px(self) -> tuple[int, int]:
        """Size (w, h)."""
        return self.image.shape[1], self.image.shape[0]

    def text(
        self,
        text: str,
        at: Point,
        size_px: float,
        *,
        colour: Colour = WHITE,
        weight: int = 400,
        align: Align = "left",
    ) -> float:
        """Write one line, ``at`` on its baseline; return its width."""
        width = self.font.width(text, size_px, weight)
        x = at[0] - {"left": 0.0, "centre": width / 2, "right": width}[align]
        at_px = (round(x), round(at[1]))
        cv2.putText(self.image, text, at_px, colour, self.font.face, round(size_px), weight)
        return width

    def panel(self, rect: Rect) -> None:
        """Darken a rectangle so that text on it reads on any frame."""
        region = self._region(rect)
        if region.size:
            base = float(np.mean(DARK)) * (1 - _PANEL_TRANSPARENCY)
            cv2.convertScaleAbs(region, dst=region, alpha=_PANEL_TRANSPARENCY, beta=base)

    def hatch(self, rect: Rect, step_px: float) -> None:
        """Fill a rectangle with grey and slanted darker stripes: the sign for 'no answer here'."""
        region = self._region(rect)
        if not region.size:
            return
        h, w = region.shape[:2]
        region[:] = _HATCH[0]
        thickness = max(1, round(step_px / 2.4))
        for x in np.arange(-h, w + h, max(4.0, step_px)):
            cv2.line(region, (round(x), h), (round(x + h), 0), _HATCH[1], thickness, cv2.LINE_AA)

    def box(self, rect: Rect, colour: Colour) -> None:
        """Fill a rectangle."""
        self._region(rect)[:] = colour

    def line(self, a: Point, b: Point, width_px: float, colour: Colour = WHITE) -> None:
        """Draw a smooth line."""
        self.path(np.array([a, b], dtype=np.float64), width_px, colour)

    def path(self, points: FloatArray, width_px: float, colour: Colour = WHITE) -> None:
        """Draw a smooth open path through (N, 2) points, to a sixteenth of a pixel."""
        width = max(1, round(width_px))
        cv2.polylines(self.image, [_fixed(points)], False, colour, width, cv2.LINE_AA, _SUBPIXEL_BITS)

    def outlined(self, points: FloatArray, width_px: float, colour: Colour) -> None:
        """Draw a path with a dark edge, so that it reads on light and dark."""
        self.path(points, width_px + max(2.0, width_px * 0.5), DARK)
        self.path(points, width_px, colour)

    def dashed(self, a: FloatArray, b: FloatArray, width_px: float, colour: Colour) -> None:
        """Draw an outlined dashed line."""
        length = float(np.hypot(*(b - a)))
        dash = max(4.0, 3 * width_px)
        for start in np.arange(0.0, length - dash, 2.2 * dash):
            ends = np.array([start, min(start + dash, length)])[:, None] / max(length, 1e-9)
            self.outlined(a + ends * (b - a), width_px, colour)

    def dot(self, at: Point, radius_px: float, colour: Colour) -> None:
        """Draw a disc with a dark edge."""
        self.disc(at, radius_px + max(1.0, radius_px * 0.3), DARK)
        self.disc(at, radius_px, colour)

    def disc(self, at: Point, radius_px: float, colour: Colour) -> None:
        """Fill a disc."""
        scale = 1 << _SUBPIXEL_BITS
        centre = (round(at[0] * scale), round(at[1] * scale))
        cv2.circle(self.image, centre, round(radius_px * scale), colour, cv2.FILLED, cv2.LINE_AA, _SUBPIXEL_BITS)

    def polygon(self, points: list[Point], colour: Colour) -> None:
        """Fill a polygon."""
        cv2.fillPoly(self.image, [_fixed(np.array(points))], colour, cv2.LINE_AA, _SUBPIXEL_BITS)

    def _region(self, rect: Rect) -> ImageBgr:
        h, w = self.image.shape[:2]
        x0, x1 = (min(max(round(v), 0), w) for v in (rect.x, rect.right))
        y0, y1 = (min(max(round(v), 0), h) for v in (rect.y, rect.bottom))
        return self.image[y0:y1, x0:x1]


def arc(centre: FloatArray, radius_px: float, start_rad: float, sweep_rad: float) -> FloatArray:
    """Return points (N, 2) of an arc; angles by atan2 in the image (y down)."""
    count = max(3, int(abs(sweep_rad) * radius_px / 4))
    at = start_rad + np.linspace(0.0, sweep_rad, count)
    return centre + radius_px * np.stack([np.cos(at), np.sin(at)], axis=1)


def unit_px(size_px: tuple[int, int]) -> float:
    """Return a hundredth of the geometric mean of an image's width and height.

    Parts measured in it keep their share of the image's area: 16:9 is 133 x 75 units, 9:16 is 75 x 133.
    """
    return float(np.sqrt(size_px[0] * size_px[1])) / 100


def _fixed(points: FloatArray) -> np.ndarray[tuple[int, ...], np.dtype[np.int32]]:
    return np.round(points * (1 << _SUBPIXEL_BITS)).astype(np.int32)
