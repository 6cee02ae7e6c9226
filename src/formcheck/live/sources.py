"""What live practice takes frames from, and a recorded clip that plays as if it were a camera."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Protocol

from formcheck.types import ClipInfo, Frame
from formcheck.video.source import FileSource

_GAP_BETWEEN_LOOPS_S = 1 / 30


class CameraFault(StrEnum):
    """What is wrong with a camera; each is a key of the catalogue."""

    OPENING = "camera.opening"
    FAILED = "camera.failed"
    STALLED = "camera.stalled"
    BLACK = "camera.black"
    GONE = "camera.gone"


@dataclass(frozen=True, slots=True)
class CapturedFrame:
    """A frame and when it was captured (monotonic clock)."""

    frame: Frame
    captured_s: float


class LiveSource(Protocol):
    """What the loop takes frames from."""

    fault: CameraFault | None
    # How many frames a second the camera said it gives; NaN if it did not say.
    promised_hz: float

    @property
    def dropped(self) -> int:
        """Frames that newer ones replaced before they were taken."""
        ...

    @property
    def ended(self) -> bool:
        """Whether no frame will come any more."""
        ...

    def take(self, timeout_s: float) -> CapturedFrame | None:
        """The latest frame; None when none came in time."""
        ...

    def close(self) -> None:
        """Stop."""
        ...


class LatestFrame:
    """Passes frames from one thread to another: holds one, which a newer one replaces; that is counted."""

    def __init__(self) -> None:
        self._condition = threading.Condition()
        self._captured: CapturedFrame | None = None
        self._closed = False
        self.dropped = 0

    def put(self, captured: CapturedFrame) -> None:
        """Offer a frame."""
        with self._condition:
            self.dropped += self._captured is not None
            self._captured = captured
            self._condition.notify()

    def close(self) -> None:
        """No frame will be put any more."""
        with self._condition:
            self._closed = True
            self._condition.notify()

    @property
    def closed(self) -> bool:
        """Whether it is empty and will stay so."""
        with self._condition:
            return self._closed and self._captured is None

    def take(self, timeout_s: float) -> CapturedFrame | None:
        """Take the latest frame; None when none came in time."""
        with self._condition:
            self._condition.wait_for(lambda: self._captured is not None or self._closed, timeout_s)
            captured, self._captured = self._captured, None
            return captured


class FileCamera:
    """A recorded clip as a camera: paced by its own timestamps, or as fast as its frames are taken.

    It begins to play when the first frame is asked for. Paced, a frame that nobody took in time is dropped, as with a
    camera; fast, none is.

    Parameters
    ----------
    path : Path
    fast : bool
    loop_s : float, optional
        Play the clip over and over for this long.
    """

    def __init__(self, path: Path, *, fast: bool, loop_s: float | None = None) -> None:
        self._source = FileSource(path)
        self._fast = fast
        self._loop_s = loop_s
        self._latest = LatestFrame()
        self._closing = threading.Event()
        self._ended = False
        self._unpaced = self._frames()
        self.fault: CameraFault | None = None
        self.promised_hz = self._source.nominal_fps
        self._thread = threading.Thread(target=self._play, name="camera", daemon=True)

    @property
    def info(self) -> ClipInfo:
        """The clip's fingerprint."""
        return self._source.info

    @property
    def dropped(self) -> int:
        """Frames that newer ones replaced before they were taken."""
        return self._latest.dropped

    @property
    def ended(self) -> bool:
        """Whether the clip has been played to its end."""
        return self._ended if self._fast else self._latest.closed

    def take(self, timeout_s: float) -> CapturedFrame | None:
        """The next frame (fast), or the latest one (paced)."""
        if not self._fast:
            if self._thread.ident is None:
                self._thread.start()
            return self._latest.take(timeout_s)
        captured = next(self._unpaced, None)
        self._ended = captured is None
        return captured

    def close(self) -> None:
        """Stop playing."""
        self._closing.set()
        if self._thread.ident is None:
            self._source.close()

    def _play(self) -> None:
        begun_s = first_s = None
        for captured in self._frames():
            if begun_s is None or first_s is None:
                begun_s, first_s = time.monotonic(), captured.frame.t_s
            wait_s = begun_s + captured.frame.t_s - first_s - time.monotonic()
            if self._closing.wait(max(0.0, wait_s)):
                break
            self._latest.put(CapturedFrame(captured.frame, time.monotonic()))
        self._source.close()
        self._latest.close()

    def _frames(self) -> Iterator[CapturedFrame]:
        first_index, offset_s = 0, 0.0
        index, t_s = 0, 0.0
        while True:
            for frame in self._source:
                index, t_s = frame.index + first_index, frame.t_s + offset_s
                yield CapturedFrame(Frame(index, t_s, frame.image_bgr), time.monotonic())
            if self._closing.is_set() or self._loop_s is None or t_s >= self._loop_s:
                return
            first_index, offset_s = index + 1, t_s + _GAP_BETWEEN_LOOPS_S
