"""Whether the room is dark: then images are noisy, and a camera that exposes them for longer gives fewer of them."""

from __future__ import annotations

from collections import deque

import numpy as np

from formcheck.types import ImageBgr

# The 95th percentile of brightness (0 to 255): in any room with enough light something is bright, whatever the floor
# and the clothes are like. In the rendered clips it is 202 to 226, in the one with little light 93; in recorded clips
# of lit rooms 147 or more (the mean falls to 49 over black mats), in one of a dark room 63.
_DARK_LUMA = 110.0
# Darker than this a room may still look well, since the camera exposes for longer: its rate tells.
_MEDIUM_LUMA = 180.0
_SLOWED = 0.6
_PERCENTILE = 95
# Every so many pixels of rows and columns are looked at, and so many images.
_STRIDE = 8
_IMAGES = 15


class RoomLight:
    """Follows the light of the last images.

    Parameters
    ----------
    promised_hz : float
        How many frames a second the camera said it gives; NaN if it did not say.
    """

    def __init__(self, promised_hz: float) -> None:
        self._promised_hz = promised_hz
        self._bright: deque[float] = deque(maxlen=_IMAGES)

    def is_dark(self, image_bgr: ImageBgr, coming_hz: float) -> bool:
        """Whether the room is dark, from the newest image and the frames a second that come (NaN: not yet known)."""
        grey = image_bgr[::_STRIDE, ::_STRIDE].mean(axis=2)
        self._bright.append(float(np.percentile(grey, _PERCENTILE)))
        bright = float(np.median(self._bright))
        slowed = coming_hz < _SLOWED * self._promised_hz
        return bright < _DARK_LUMA or (slowed and bright < _MEDIUM_LUMA)
