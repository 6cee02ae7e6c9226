"""A camera that is read in a thread which keeps only the latest frame.

A camera may stall, be unplugged, send black frames or frames of another size, or never open. Its thread may hang in
the driver, so nothing waits for it: within two seconds it is known what is wrong, and the camera is opened again, at
growing intervals, until it comes back or is given up.
"""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable
from typing import Protocol

import cv2
import numpy as np

from formcheck.live.sources import CameraFault, CapturedFrame, LatestFrame
from formcheck.types import Frame, ImageBgr

STALLED_S = 2.0
_GIVE_UP_S = 60.0
_RETRY_S = (0.5, 1.0, 2.0, 4.0, 8.0)
# A covered lens still gives a little noise around black.
_BLACK_LUMA = 6.0
_BLACK_S = 2.0


class Camera(Protocol):
    """An open camera. ``promised_hz``: how many frames a second it said it gives; NaN if it did not say."""

    promised_hz: float

    def read(self) -> ImageBgr | None:
        """Wait for the next image; None when there will be none."""
        ...

    def close(self) -> None: ...


# Opens the camera; None when it cannot be opened. May block.
OpenCamera = Callable[[], Camera | None]


class CameraSource:
    """Reads a camera in a thread, and opens it again when it stops.

    Parameters
    ----------
    open_camera : callable
    clock : callable
        Monotonic seconds.
    """

    def __init__(self, open_camera: OpenCamera, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._open = open_camera
        self._clock = clock
        self._latest = LatestFrame()
        # Counts the attempts to open; a thread whose attempt is no longer the current one ends.
        self._attempt = 0
        self._size_px: tuple[int, int] | None = None
        self._begun_s = clock()
        # Since when somebody waits for a frame in vain: time in which the frame before was worked on is no silence.
        self._waiting_s: float | None = None
        self._not_black_s = self._begun_s
        self._failures = 0
        self._failed = False
        self._retry_at_s = self._begun_s
        self._index = 0
        self.promised_hz = math.nan
        self.fault: CameraFault | None = CameraFault.OPENING
        self._start()

    @property
    def dropped(self) -> int:
        """Frames that newer ones replaced before they were taken."""
        return self._latest.dropped

    @property
    def ended(self) -> bool:
        """Whether the camera was given up."""
        return self.fault is CameraFault.GONE

    def take(self, timeout_s: float) -> CapturedFrame | None:
        """The latest frame, in the size of the first; None when none came in time. Updates ``fault``."""
        asked_s = self._clock()
        captured = self._latest.take(timeout_s)
        now_s = self._clock()
        if captured is None:
            if self._waiting_s is None:
                self._waiting_s = asked_s
            self._handle_silence(now_s, now_s - self._waiting_s)
            return None
        self._waiting_s, self._failures = None, 0
        image = captured.frame.image_bgr
        if self._size_px is None:
            self._size_px = (image.shape[1], image.shape[0])
        if not is_black(image):
            self._not_black_s = now_s
        self.fault = CameraFault.BLACK if now_s - self._not_black_s >= _BLACK_S else None
        self._index += 1
        t_s = captured.frame.t_s - self._begun_s
        return CapturedFrame(Frame(self._index - 1, t_s, letterbox(image, self._size_px)), captured.captured_s)

    def close(self) -> None:
        """Stop reading. A thread that hangs in the driver is left to itself."""
        self._attempt += 1

    def _handle_silence(self, now_s: float, silent_s: float) -> None:
        if self._failed:
            self.fault = CameraFault.FAILED
        elif silent_s >= STALLED_S:
            self.fault = CameraFault.STALLED if self._size_px is not None else CameraFault.FAILED
        if silent_s >= _GIVE_UP_S:
            self.fault = CameraFault.GONE
            self.close()
        elif (self._failed or silent_s >= STALLED_S) and now_s >= self._retry_at_s:
            self._start()

    def _start(self) -> None:
        self._attempt += 1
        self._failed = False
        wait_s = _RETRY_S[min(self._failures, len(_RETRY_S) - 1)]
        self._failures += 1
        self._retry_at_s = self._clock() + STALLED_S + wait_s
        threading.Thread(target=self._read, args=(self._attempt,), name="camera", daemon=True).start()

    def _read(self, attempt: int) -> None:
        camera = self._open()
        if camera is None:
            if attempt == self._attempt:
                self._failed = True
            return
        self.promised_hz = camera.promised_hz
        try:
            while attempt == self._attempt:
                image = camera.read()
                now_s = self._clock()
                if attempt != self._attempt:
                    return
                if image is None:
                    self._failed = True
                    return
                self._latest.put(CapturedFrame(Frame(0, now_s, image), now_s))
        finally:
            camera.close()


def is_black(image_bgr: ImageBgr) -> bool:
    """Whether the image shows nothing, as behind a covered lens."""
    return float(image_bgr[::16, ::16].mean()) <= _BLACK_LUMA


def letterbox(image_bgr: ImageBgr, size_px: tuple[int, int]) -> ImageBgr:
    """The image in another size with its aspect ratio kept; the margins are black."""
    h, w = image_bgr.shape[:2]
    if (w, h) == size_px:
        return image_bgr
    scale = min(size_px[0] / w, size_px[1] / h)
    inner = (max(1, round(w * scale)), max(1, round(h * scale)))
    small = cv2.resize(image_bgr, inner, interpolation=cv2.INTER_AREA)
    fitted = np.zeros((size_px[1], size_px[0], 3), np.uint8)
    x, y = (size_px[0] - inner[0]) // 2, (size_px[1] - inner[1]) // 2
    fitted[y : y + inner[1], x : x + inner[0]] = small
    return fitted
