"""Where the screens' parts stand, for a picture of any size and shape.

The picture keeps its place at the top; below it a band is added for what matters most, so that nothing of the body is
covered by it. Capitals as high as a sixteenth of a laptop's screen are read from three metres.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from formcheck.report.ink import DARK, Rect
from formcheck.types import ImageBgr

_BAND_UNITS = 22.0
# From this shape on (width to height) things stand side by side.
_WIDE = 1.0


@dataclass(frozen=True, slots=True)
class Areas:
    """Rectangles in pixels. ``unit_px`` is a hundredth of the geometric mean of the picture's width and height."""

    size_px: tuple[int, int]
    unit_px: float
    count: Rect
    phase: Rect
    band: Rect
    middle: Rect
    page: Rect
    checks: Rect

    def canvas(self, image: ImageBgr) -> ImageBgr:
        """The picture with the empty band below it."""
        w, h = self.size_px
        made = np.empty((h, w, 3), np.uint8)
        made[: image.shape[0]] = image
        made[image.shape[0] :] = DARK
        return made


def areas(size_px: tuple[int, int]) -> Areas:
    """Lay the parts out for a picture of (w, h) pixels."""
    w, h = float(size_px[0]), float(size_px[1])
    u = math.sqrt(w * h) / 100
    band_h = round(_BAND_UNITS * u)
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
    return Areas((size_px[0], size_px[1] + band_h), u, count, phase, band, middle, page, checks)
