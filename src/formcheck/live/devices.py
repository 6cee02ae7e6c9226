"""Opens a camera by its number, its name, or its address.

The position in a list of names is not the number that another library opens: each name is opened by the identifier
that the system's own interface gives it.
"""

from __future__ import annotations

import math
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass

import av
import cv2
import numpy as np
from av.container import InputContainer

from formcheck.errors import InputError, without_passwords
from formcheck.live.camera import Camera, OpenCamera
from formcheck.live.capture_format import WISHED_FPS, WISHES, FastOpener, OpenCvCamera
from formcheck.probes import CAMERA_FORMATS, cameras
from formcheck.types import ImageBgr

_READ_TIMEOUT_MS = 5000


class FfmpegCamera:
    """A camera that FFmpeg opens, where OpenCV counts the cameras in another order than the list of names."""

    def __init__(self, container: InputContainer) -> None:
        self._container = container
        rate = container.streams.video[0].average_rate
        self.promised_hz = float(rate) if rate else math.nan
        self._frames: Iterator[av.VideoFrame] = container.decode(video=0)

    def read(self) -> ImageBgr | None:
        """Wait for the next image."""
        try:
            return np.asarray(next(self._frames).to_ndarray(format="bgr24"), dtype=np.uint8)
        except (StopIteration, av.FFmpegError):
            return None

    def close(self) -> None:
        """Release the device."""
        self._container.close()


@dataclass(frozen=True, slots=True)
class CameraDevice:
    """A camera that the system lists: the identifier that it is opened by, its name, and its place among the others."""

    identifier: str
    name: str
    position: int


def devices() -> list[CameraDevice]:
    """The cameras of this machine."""
    return [CameraDevice(one["id"], one["name"], n) for n, one in enumerate(cameras()["cameras"])]


def camera_opener(camera: str | None, *, system: str = sys.platform) -> OpenCamera:
    """How to open a camera.

    Parameters
    ----------
    camera : str, optional
        The name that ``formcheck doctor`` shows or a part of it, the system's own number (Linux: 2 is /dev/video2), or
        an address (``rtsp://...``, ``http://...``). Default: the first one that is listed.
    system : str
        As `sys.platform` says it.

    Raises
    ------
    InputError
        Not exactly one camera has that name.
    """
    # Their own messages about drivers and protocols do not help a user; faults are reported in words.
    cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)
    os.environ["OPENCV_FFMPEG_LOGLEVEL"] = "-8"
    if camera is not None and "://" in camera:
        return _address_opener(camera)
    if camera is not None and camera.isdecimal():
        return _index_opener(int(camera))
    listed = devices()
    if camera is None:
        return _device_opener(min(listed, key=lambda one: one.identifier), system) if listed else _index_opener(0)
    return _device_opener(find_device(camera, listed), system)


def find_device(wanted: str, listed: list[CameraDevice]) -> CameraDevice:
    """The one camera of that identifier or name, or with that part of a name."""
    exact = [one for one in listed if wanted in (one.identifier, one.name)]
    found = exact or [one for one in listed if wanted.lower() in one.name.lower()]
    if len(found) == 1:
        return found[0]
    seen = ", ".join(f"{one.name} ({one.identifier})" for one in listed) or "none"
    raise InputError(
        f"camera {without_passwords(wanted)!r}: expected the number or name of one camera, found {len(found)} of that "
        f"name; on this machine: {seen}"
    )


def _device_opener(device: CameraDevice, system: str) -> OpenCamera:
    if system == "darwin":
        # OpenCV sorts the cameras, FFmpeg does not.
        return lambda: _open_with_ffmpeg(device.identifier, CAMERA_FORMATS[system])
    if system == "win32":
        # Both list what DirectShow does, in its order.
        return _index_opener(device.position, cv2.CAP_DSHOW)
    return FastOpener(lambda: cv2.VideoCapture(device.identifier, cv2.CAP_V4L2))


def _index_opener(index: int, backend: int = cv2.CAP_ANY) -> OpenCamera:
    return FastOpener(lambda: cv2.VideoCapture(index, backend))


def _address_opener(address: str) -> OpenCamera:
    timeouts = [cv2.CAP_PROP_OPEN_TIMEOUT_MSEC, _READ_TIMEOUT_MS, cv2.CAP_PROP_READ_TIMEOUT_MSEC, _READ_TIMEOUT_MS]
    return lambda: _opened(cv2.VideoCapture(address, cv2.CAP_FFMPEG, timeouts))


def _opened(capture: cv2.VideoCapture) -> Camera | None:
    capture.set(cv2.CAP_PROP_BUFFERSIZE, 1)
    if not capture.isOpened():
        capture.release()
        return None
    return OpenCvCamera(capture)


def _open_with_ffmpeg(identifier: str, container_format: str) -> Camera | None:
    # AVFoundation decodes compressed images itself: only size and rate are asked for.
    w, h = WISHES[0].size_px
    options = {"framerate": str(WISHED_FPS), "video_size": f"{w}x{h}"}
    # Not every camera has that size: then in its own.
    for wanted in (options, {"framerate": str(WISHED_FPS)}, {}):
        try:
            return FfmpegCamera(av.open(identifier, format=container_format, options=wanted))
        except (av.FFmpegError, OSError):
            continue
    return None
