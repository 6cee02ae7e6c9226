"""In which format a camera is opened: one that gives many frames a second before one that gives large images.

Compressed (MJPG), a webcam sends 1280 x 720 at 30 frames a second; uncompressed, over USB 2, that size comes some ten
times a second, and only a smaller one faster. No camera need do what it is asked for: what it says that it will do is
looked at, and whether images come; where none do, it is opened again without being asked for anything.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np

from formcheck.live.camera import Camera, is_black
from formcheck.types import ImageBgr

_MJPG = cv2.VideoWriter.fourcc(*"MJPG")
WISHED_FPS = 30
# Fewer frames a second than this are few: a smaller image that comes more often is better.
_FEW_FPS = 20.0
# An image less wide than this is smaller than any that was asked for.
_NARROW_PX = 640
# A camera's first images may be black.
_FIRST_IMAGES = 10


@dataclass(frozen=True, slots=True)
class Wish:
    """What a camera is asked for."""

    size_px: tuple[int, int]
    compressed: bool


WISHES = (Wish((1280, 720), compressed=True), Wish((1280, 720), compressed=False), Wish((640, 480), compressed=False))


class OpenCvCamera:
    """A camera that OpenCV opened. ``promised_hz``: how many frames a second it said it gives; NaN if it does not."""

    def __init__(self, capture: cv2.VideoCapture) -> None:
        self._capture = capture
        self.promised_hz = _fps(capture)

    def read(self) -> ImageBgr | None:
        """Wait for the next image."""
        good, image = self._capture.read()
        return np.asarray(image, dtype=np.uint8) if good else None

    def close(self) -> None:
        """Release the device."""
        self._capture.release()


class FastOpener:
    """Opens a camera in the first of `WISHES` that it grants; as it is by itself where that brings no image.

    What brought images is kept for when the camera must be opened again.

    Parameters
    ----------
    open_capture : callable
        Opens the device, anew each time.
    """

    def __init__(self, open_capture: Callable[[], cv2.VideoCapture]) -> None:
        self._open_capture = open_capture
        self._wishes: tuple[Wish, ...] = WISHES

    def __call__(self) -> Camera | None:
        """Open it; None when it cannot be opened."""
        tried = self._wishes
        other = () if tried else WISHES
        camera = _open(self._open_capture, tried)
        if camera is None:
            return None
        # Reading may hang until the camera is given up, and is opened again: then in the other way.
        self._wishes = other
        if _gives_images(camera):
            self._wishes = tried
            return camera
        camera.close()
        camera = _open(self._open_capture, other)
        if camera is None or _gives_images(camera):
            return camera
        # Black either way: the lens is covered, and the format not to blame.
        camera.close()
        self._wishes = WISHES
        return _open(self._open_capture, WISHES)


def _open(open_capture: Callable[[], cv2.VideoCapture], wishes: tuple[Wish, ...]) -> OpenCvCamera | None:
    capture = open_capture()
    if not capture.isOpened():
        capture.release()
        return None
    for wish in wishes:
        _ask(capture, wish)
        if _is_granted(capture, wish):
            break
    capture.set(cv2.CAP_PROP_BUFFERSIZE, 1)
    return OpenCvCamera(capture)


def _ask(capture: cv2.VideoCapture, wish: Wish) -> None:
    if wish.compressed:
        capture.set(cv2.CAP_PROP_FOURCC, _MJPG)
    elif _fourcc(capture) == _MJPG:
        # Granted before, but with too few frames or in a size too small: any other format will do.
        capture.set(cv2.CAP_PROP_FOURCC, cv2.VideoWriter.fourcc(*"YUYV"))
    capture.set(cv2.CAP_PROP_FRAME_WIDTH, wish.size_px[0])
    capture.set(cv2.CAP_PROP_FRAME_HEIGHT, wish.size_px[1])
    capture.set(cv2.CAP_PROP_FPS, WISHED_FPS)
    if wish.compressed and _fourcc(capture) != _MJPG:
        # DirectShow takes the format back when the size is set.
        capture.set(cv2.CAP_PROP_FOURCC, _MJPG)


def _is_granted(capture: cv2.VideoCapture, wish: Wish) -> bool:
    """Whether the camera says that it does what it was asked for, or nearly so."""
    few, narrow = _fps(capture) < _FEW_FPS, capture.get(cv2.CAP_PROP_FRAME_WIDTH) < _NARROW_PX
    return not few and not narrow and (not wish.compressed or _fourcc(capture) == _MJPG)


def _fourcc(capture: cv2.VideoCapture) -> int:
    code = capture.get(cv2.CAP_PROP_FOURCC)
    return int(code) if math.isfinite(code) else 0


def _fps(capture: cv2.VideoCapture) -> float:
    """Frames a second as the camera says; NaN where it says nothing."""
    fps = capture.get(cv2.CAP_PROP_FPS)
    return fps if math.isfinite(fps) and fps > 0 else math.nan


def _gives_images(camera: OpenCvCamera) -> bool:
    """Whether one of the first images shows something."""
    for _ in range(_FIRST_IMAGES):
        image = camera.read()
        if image is None:
            return False
        if not is_black(image):
            return True
    return False
