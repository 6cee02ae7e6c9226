"""Where pictures come from: a camera by number, name or address, or a file that plays as if it were one."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

import cv2
import numpy as np

from formcheck.errors import InputError
from formcheck.live.capture import Arrival, CameraWatch, Mailbox, OpenCamera, Trouble
from formcheck.types import ClipInfo, ImageBgr
from formcheck.video.source import FileSource

_FORMATS = {"linux": "v4l2", "darwin": "avfoundation", "win32": "dshow"}
_WIDTH_PX, _HEIGHT_PX, _FPS = 1280, 720, 30
_READ_TIMEOUT_MS = 5000


class Source(Protocol):
    """What the loop takes pictures from."""

    trouble: Trouble | None

    @property
    def dropped(self) -> int: ...

    @property
    def ended(self) -> bool: ...

    def take(self, timeout_s: float) -> Arrival | None: ...

    def close(self) -> None: ...


class OpenCvCamera:
    """A camera that OpenCV opens."""

    def __init__(self, capture: cv2.VideoCapture) -> None:
        self._capture = capture

    def read(self) -> ImageBgr | None:
        """Wait for the next picture."""
        good, image = self._capture.read()
        return np.asarray(image, dtype=np.uint8) if good else None

    def close(self) -> None:
        self._capture.release()


def camera_opener(camera: str) -> OpenCamera:
    """How to open a camera.

    Parameters
    ----------
    camera : str
        A number (``0`` is the first), the name that ``formcheck doctor`` shows or a part of it, or an address
        (``rtsp://...``, ``http://...``).

    Raises
    ------
    InputError
        No camera has that name.
    """
    # OpenCV's own lines about drivers say nothing to a user; what is wrong with a camera is said in words.
    cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)
    target: int | str = camera if "://" in camera else _number(camera)

    def open_camera() -> OpenCvCamera | None:
        if isinstance(target, str):
            capture = cv2.VideoCapture(
                target,
                cv2.CAP_FFMPEG,
                [cv2.CAP_PROP_OPEN_TIMEOUT_MSEC, _READ_TIMEOUT_MS, cv2.CAP_PROP_READ_TIMEOUT_MSEC, _READ_TIMEOUT_MS],
            )
        else:
            capture = cv2.VideoCapture(target)
            capture.set(cv2.CAP_PROP_FRAME_WIDTH, _WIDTH_PX)
            capture.set(cv2.CAP_PROP_FRAME_HEIGHT, _HEIGHT_PX)
            capture.set(cv2.CAP_PROP_FPS, _FPS)
        capture.set(cv2.CAP_PROP_BUFFERSIZE, 1)
        if not capture.isOpened():
            capture.release()
            return None
        return OpenCvCamera(capture)

    return open_camera


def _number(camera: str) -> int:
    if camera.isdecimal():
        return int(camera)
    import av.device  # noqa: PLC0415 - only to look a name up

    found = av.device.enumerate_input_devices(_FORMATS.get(sys.platform, "v4l2"))
    names = [device.description for device in found if device.media_types in ([], ["video"])]
    matching = [number for number, name in enumerate(names) if camera.lower() in name.lower()]
    if len(matching) != 1:
        seen = ", ".join(f"{number}: {name}" for number, name in enumerate(names)) or "none"
        raise InputError(
            f"camera {camera!r}: expected the number or name of one camera, found {len(matching)} of that name; "
            f"on this machine: {seen}"
        )
    return matching[0]


class CameraSource(CameraWatch):
    """A camera as a source."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class FileCamera:
    """A recorded clip as a camera: paced by its own times, or as fast as it is taken.

    Paced, a picture that nobody took in time is dropped, as with a camera; fast, none is.

    Parameters
    ----------
    path : Path
    fast : bool
    loop_s : float, optional
        Play it over and over for this long.
    """

    def __init__(
        self,
        path: Path,
        *,
        fast: bool,
        loop_s: float | None = None,
    ) -> None:
        self._source = FileSource(path)
        self._fast = fast
        self._loop_s = loop_s
        self._mailbox = Mailbox()
        self._closing = threading.Event()
        self._ended = False
        self._pictures = self._frames()
        self.trouble: Trouble | None = None
        if not fast:
            threading.Thread(target=self._play, name="camera", daemon=True).start()

    @property
    def info(self) -> ClipInfo:
        """What was filmed."""
        return self._source.info

    @property
    def dropped(self) -> int:
        """Pictures that came too late to be taken."""
        return self._mailbox.dropped

    @property
    def ended(self) -> bool:
        """The file is played."""
        return self._ended if self._fast else self._mailbox.closed

    def take(self, timeout_s: float) -> Arrival | None:
        """The next picture (fast), or the latest one (paced)."""
        if not self._fast:
            return self._mailbox.take(timeout_s)
        arrival = next(self._pictures, None)
        self._ended = arrival is None
        return arrival

    def close(self) -> None:
        """Stop playing."""
        self._closing.set()
        if self._fast:
            self._source.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _play(self) -> None:
        begun_s = first_s = None
        for arrival in self._frames():
            if begun_s is None or first_s is None:
                begun_s, first_s = time.monotonic(), arrival.frame.t_s
            wait_s = begun_s + arrival.frame.t_s - first_s - time.monotonic()
            if self._closing.wait(max(0.0, wait_s)):
                break
            self._mailbox.put(Arrival(arrival.frame, time.monotonic()))
        self._source.close()
        self._mailbox.close()

    def _frames(self) -> Iterator[Arrival]:
        offset_s, last_s = 0.0, 0.0
        while True:
            for frame in self._source:
                last_s = frame.t_s + offset_s
                shifted = frame if offset_s == 0.0 else type(frame)(frame.index, last_s, frame.image_bgr)
                yield Arrival(shifted, time.monotonic())
            if self._loop_s is None or last_s >= self._loop_s:
                return
            offset_s = last_s + 1 / 30
