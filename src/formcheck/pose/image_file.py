"""Images that are kept for later: on the disk, so that they take no memory beside the landmarkers."""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Callable
from contextlib import suppress
from types import TracebackType
from typing import Self

import numpy as np

from formcheck.types import ImageBgr

# Gives an image (H, W, 3) that was kept, not to be changed.
ReadImage = Callable[[], ImageBgr]
# Puts an image (H, W, 3) away.
KeepImage = Callable[[ImageBgr], ReadImage]


def in_memory(image_bgr: ImageBgr) -> ReadImage:
    """Keep an image as it is."""
    return lambda: image_bgr


class ImageFile:
    """A temporary file of images, without a name where the system allows it.

    Used as a context manager: its images can be read until the block ends. Threads may share one.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._file = None
        with suppress(OSError):
            self._file = tempfile.TemporaryFile(buffering=0)  # noqa: SIM115 - closed in __exit__
        self._end = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._file is not None:
            self._file.close()

    def keep(self, image_bgr: ImageBgr) -> ReadImage:
        """Put an image (H, W, 3) away. Where there is no room for it on the disk it stays in memory."""
        file = self._file
        if file is None:
            return in_memory(image_bgr)
        shape, size = image_bgr.shape, image_bgr.nbytes
        with self._lock:
            begin = self._end
            try:
                file.seek(begin)
                if file.write(image_bgr.tobytes()) < size:
                    return in_memory(image_bgr)
            except OSError:
                return in_memory(image_bgr)
            self._end += size

        def read() -> ImageBgr:
            with self._lock:
                file.seek(begin)
                return np.frombuffer(file.read(size), np.uint8).reshape(shape)

        return read
