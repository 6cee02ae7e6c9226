"""Where the parts of a live screen stand, for a frame of any size and shape.

The frame keeps its place at the top; below it a band is added for what matters most, so that nothing of the body is
covered by it. Capitals as high as a sixteenth of a laptop's screen are read from three metres.
"""

from __future__ import annotations

from dataclasses import dataclass

from formcheck.draw.canvas import Rect, unit_px

_BAND_UNITS = 22.0
_LARGE_BAND_UNITS = 34.0
# From this shape on (width to height) parts stand side by side.
_WIDE = 1.0


@dataclass(frozen=True, slots=True)
class ScreenLayout:
    """Rectangles in pixels.

    ``size_px`` (w, h) is that of the whole screen, ``band_px`` the height of what is added below the frame.
    """

    size_px: tuple[int, int]
    band_px: int
    unit_px: float
    count: Rect
    phase: Rect
    band: Rect
    middle: Rect
    page: Rect
    checks: Rect


def screen_layout(size_px: tuple[int, int], *, large: bool = False) -> ScreenLayout:
    """Lay the parts out for a frame of (w, h) pixels; with a ``large`` band for who must read what others hear."""
    w, h = float(size_px[0]), float(size_px[1])
    u = unit_px(size_px)
    band_h = round((_LARGE_BAND_UNITS if large else _BAND_UNITS) * u)
    band = Rect(0.0, h, w, float(band_h))
    middle = Rect(0.0, 0.5 * h - 14 * u, w, 28 * u)
    page = Rect(0.0, 0.0, w, h + band_h)
    if w / h >= _WIDE:
        count = Rect(0.0, 0.0, 34 * u, 22 * u)
        phase = Rect(w - 46 * u, 0.0, 46 * u, 22 * u)
        checks = Rect(0.0, 0.0, 44 * u, 40 * u)
    else:
        count = Rect(0.0, 0.0, 0.42 * w, 24 * u)
        phase = Rect(0.42 * w, 0.0, 0.58 * w, 24 * u)
        checks = Rect(0.0, 0.0, w, 44 * u)
    return ScreenLayout((size_px[0], size_px[1] + band_h), band_h, u, count, phase, band, middle, page, checks)
