"""Where a clip is cut: one picture has nothing to do with the one before."""

from __future__ import annotations

import cv2
import numpy as np

from formcheck.types import ImageBgr

# Pictures are compared as small grey ones; a person who moves changes few of their cells.
_SIZE = (32, 18)
# Mean change in grey levels from one picture to the next that makes a cut ...
_CUT_GREY = 22.0
# ... if it is also this many times the usual change: a shaking camera changes every picture.
_CUT_RATIO = 6.0
_USUAL_SHARE = 0.1


class ShotCounter:
    """Numbers the shots of a clip, picture by picture."""

    def __init__(self) -> None:
        self._shot = 0
        self._last: np.ndarray | None = None
        self._usual = 0.0

    def count(self, image_bgr: ImageBgr) -> int:
        """Number of the shot this picture belongs to, 0 for the first."""
        small = cv2.resize(image_bgr, _SIZE, interpolation=cv2.INTER_AREA)
        grey = np.asarray(cv2.cvtColor(small, cv2.COLOR_BGR2GRAY), dtype=np.float32)
        if self._last is not None:
            change = float(np.abs(grey - self._last).mean())
            if change > _CUT_GREY and change > _CUT_RATIO * self._usual:
                self._shot += 1
            self._usual += _USUAL_SHARE * (change - self._usual)
        self._last = grey
        return self._shot
