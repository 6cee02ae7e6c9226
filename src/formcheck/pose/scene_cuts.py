"""Scene cuts: where a clip was edited, so that a frame has nothing to do with the one before."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from formcheck.types import FloatArray, ImageBgr

# Frames are compared as small grey images; a person who moves changes few of their cells.
_SIZE = (32, 18)
_ENOUGH_PX = 135
# Mean change in grey levels from one frame to the next that makes a cut ...
_CUT_GREY = 22.0
# ... if it is also this many times the usual change: a shaking camera changes every frame.
_CUT_RATIO = 6.0
_USUAL_SHARE = 0.1


class FrameDifference:
    """Measures how much each frame differs from the one before."""

    def __init__(self) -> None:
        self._last: FloatArray | None = None

    def update(self, image_bgr: ImageBgr) -> float:
        """Mean change in grey levels since the last frame; 0 for the first."""
        # Every so many pixels are enough for the mean of a cell, and a fraction of the work.
        step = max(1, min(image_bgr.shape[:2]) // _ENOUGH_PX)
        small = cv2.resize(np.ascontiguousarray(image_bgr[::step, ::step]), _SIZE, interpolation=cv2.INTER_AREA)
        grey = np.asarray(cv2.cvtColor(small, cv2.COLOR_BGR2GRAY), dtype=np.float64)
        last, self._last = self._last, grey
        return 0.0 if last is None else float(np.abs(grey - last).mean())


def number_shots(changes: FloatArray) -> NDArray[np.int64]:
    """Number of the shot that each frame belongs to.

    Parameters
    ----------
    changes : (T,) float
        How much each frame differs from the one before, grey levels.

    Returns
    -------
    (T,) int, growing by 1 at every cut from 0 on.
    """
    numbers = np.zeros(len(changes), dtype=np.int64)
    shot, usual = 0, 0.0
    for i, change in enumerate(changes):
        if change > _CUT_GREY and change > _CUT_RATIO * usual:
            shot += 1
        usual += _USUAL_SHARE * (change - usual)
        numbers[i] = shot
    return numbers
