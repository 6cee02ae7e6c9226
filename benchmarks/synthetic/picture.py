"""What sensor, lens and compression do to a picture."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from synthetic.spec import Picture

Image = NDArray[np.uint8]
_ROOM_PX = 128


def decode(stored: NDArray[Any]) -> Image:
    """A picture file (N,) as pixels (H, W, 3 or 4), red first."""
    picture = cv2.imdecode(stored, cv2.IMREAD_UNCHANGED)
    if picture is None:
        raise ValueError("expected a picture file, got bytes that OpenCV cannot read")
    order = cv2.COLOR_BGRA2RGBA if picture.shape[2] == 4 else cv2.COLOR_BGR2RGB
    return np.asarray(cv2.cvtColor(picture, order), np.uint8)


class Sensor:
    """Adds blur, noise and JPEG artefacts, the same for the same seed."""

    def __init__(self, picture: Picture, seed: int) -> None:
        self.picture = picture
        self._rng = np.random.default_rng(seed)
        height, width = picture.height + _ROOM_PX, picture.width + _ROOM_PX
        luma = self._rng.standard_normal((height, width, 1), np.float32)
        chroma = self._rng.standard_normal((height // 2, width // 2, 3), np.float32)
        # Chroma noise comes in blotches: cameras smooth it.
        self._grain = luma + 0.7 * cv2.resize(chroma, (width, height))

    def expose(self, picture: NDArray[np.floating] | Image) -> Image:
        """A picture (H, W, 3) as the camera would deliver it."""
        about = self.picture
        seen = picture.astype(np.float32)
        if about.blur_px > 0.05:
            seen = cv2.GaussianBlur(seen, (0, 0), about.blur_px).astype(np.float32)
        if about.noise > 0:
            # Dark parts are noisier once they are made brighter.
            seen = seen + 255 * about.noise * (1.4 - 0.8 / 255 * seen) * self._noise()
        exposed = np.clip(seen, 0, 255).astype(np.uint8)
        if about.jpeg_quality:
            stored = cv2.imencode(".jpg", exposed[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, about.jpeg_quality])[1]
            exposed = decode(stored)
        return np.ascontiguousarray(exposed)

    def _noise(self) -> NDArray[np.float32]:
        """A piece of the noise, from a random place and at a random sign: cheaper than new noise for every frame."""
        y, x = self._rng.integers(0, _ROOM_PX, 2)
        piece = self._grain[y : y + self.picture.height, x : x + self.picture.width]
        if self._rng.random() < 0.5:
            piece = piece[:, ::-1]
        return piece if self._rng.random() < 0.5 else -piece
