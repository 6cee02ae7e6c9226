"""Pictures as they come: a thread that reads the camera and keeps only the latest picture.

A camera may stall, vanish, send black pictures or other sizes, or never open. Its thread may hang in the driver, so
nothing waits for it: whoever takes pictures learns within two seconds what is wrong, and the camera is opened again,
at growing intervals, until it comes back or is given up.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

import cv2
import numpy as np

from formcheck.types import Frame, ImageBgr

STALLED_S = 2.0
_GIVE_UP_S = 60.0
_RETRY_S = (0.5, 1.0, 2.0, 4.0, 8.0)
# A lens that is covered gives a little noise around black.
_BLACK_LUMA = 6.0
_BLACK_S = 2.0


class Camera(Protocol):
    """An open camera. ``read`` waits for the next picture and returns None when there will be none."""

    def read(self) -> ImageBgr | None: ...

    def close(self) -> None: ...


# Opens the camera; None when it cannot be opened. May block.
OpenCamera = Callable[[], Camera | None]


class Trouble(StrEnum):
    """What is wrong with the camera; each is a key of the catalogue."""

    OPENING = "camera.opening"
    FAILED = "camera.failed"
    STALLED = "camera.stalled"
    BLACK = "camera.black"
    GONE = "camera.gone"


@dataclass(frozen=True, slots=True)
class Arrival:
    """A picture and when it came (monotonic clock)."""

    frame: Frame
    came_s: float


class Mailbox:
    """Room for one picture; a newer one replaces it, and that is counted."""

    def __init__(self) -> None:
        self._condition = threading.Condition()
        self._arrival: Arrival | None = None
        self._closed = False
        self.dropped = 0

    def put(self, arrival: Arrival) -> None:
        """Leave a picture."""
        with self._condition:
            self.dropped += self._arrival is not None
            self._arrival = arrival
            self._condition.notify()

    def close(self) -> None:
        """No picture will come any more."""
        with self._condition:
            self._closed = True
            self._condition.notify()

    @property
    def closed(self) -> bool:
        """No picture is here and none will come."""
        with self._condition:
            return self._closed and self._arrival is None

    def take(self, timeout_s: float) -> Arrival | None:
        """Take the latest picture; None when none came in time."""
        with self._condition:
            self._condition.wait_for(lambda: self._arrival is not None or self._closed, timeout_s)
            arrival, self._arrival = self._arrival, None
            return arrival


class CameraWatch:
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
        self._mailbox = Mailbox()
        self._generation = 0
        self._size_px: tuple[int, int] | None = None
        self._begun_s = clock()
        self._last_s = self._begun_s
        self._lit_s = self._begun_s
        self._tries = 0
        self._failed = False
        self._retry_at_s = self._begun_s
        self._index = 0
        self.trouble: Trouble | None = Trouble.OPENING
        self._start()

    @property
    def dropped(self) -> int:
        """Pictures that were replaced by newer ones before anybody took them."""
        return self._mailbox.dropped

    @property
    def ended(self) -> bool:
        """Given up."""
        return self.trouble is Trouble.GONE

    def take(self, timeout_s: float) -> Arrival | None:
        """The latest picture, fitted to the size of the first; None when none came in time. Updates ``trouble``."""
        arrival = self._mailbox.take(timeout_s)
        now_s = self._clock()
        if arrival is None:
            self._silent(now_s)
            return None
        self._last_s, self._tries, self._failed = now_s, 0, False
        image = arrival.frame.image_bgr
        if self._size_px is None:
            self._size_px = (image.shape[1], image.shape[0])
        if float(image[::16, ::16].mean()) > _BLACK_LUMA:
            self._lit_s = now_s
        self.trouble = Trouble.BLACK if now_s - self._lit_s >= _BLACK_S else None
        self._index += 1
        t_s = arrival.frame.t_s - self._begun_s
        return Arrival(Frame(self._index - 1, t_s, fit(image, self._size_px)), arrival.came_s)

    def close(self) -> None:
        """Stop reading. A thread that hangs in the driver is left to itself."""
        self._generation += 1

    def _silent(self, now_s: float) -> None:
        silent_s = now_s - self._last_s
        if self._failed:
            self.trouble = Trouble.FAILED
        elif silent_s >= STALLED_S:
            self.trouble = Trouble.STALLED if self._size_px is not None else Trouble.FAILED
        if silent_s >= _GIVE_UP_S:
            self.trouble = Trouble.GONE
            self.close()
        elif (self._failed or silent_s >= STALLED_S) and now_s >= self._retry_at_s:
            self._start()

    def _start(self) -> None:
        self._generation += 1
        self._failed = False
        wait_s = _RETRY_S[min(self._tries, len(_RETRY_S) - 1)]
        self._tries += 1
        self._retry_at_s = self._clock() + STALLED_S + wait_s
        threading.Thread(target=self._read, args=(self._generation,), name="camera", daemon=True).start()

    def _read(self, generation: int) -> None:
        camera = self._open()
        if camera is None:
            if generation == self._generation:
                self._failed = True
            return
        try:
            while generation == self._generation:
                image = camera.read()
                now_s = self._clock()
                if image is None or generation != self._generation:
                    self._failed = generation == self._generation
                    return
                self._mailbox.put(Arrival(Frame(0, now_s, image), now_s))
        finally:
            camera.close()


def fit(image_bgr: ImageBgr, size_px: tuple[int, int]) -> ImageBgr:
    """The picture in another size, its shape kept: what is missing at the sides is black."""
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
