"""The video of a session, for those who asked for one; with the face hidden if they asked for that."""

from __future__ import annotations

from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import Self

from formcheck.pose.faces import Circle, cover, head_circles
from formcheck.types import FloatArray, ImageBgr
from formcheck.video.writer import H264Writer

VIDEO = "recording.mp4"
_WAITING = 8
# The head may move faster than its landmarks: the places of this long stay covered.
_REMEMBERED_S = 0.5


class Recorder:
    """Writes the video in a thread of its own; pictures that it cannot keep up with are left out and counted.

    Parameters
    ----------
    path : Path
    size_px : (w, h)
    deidentify : bool
        Hide the face.
    """

    def __init__(self, path: Path, *, size_px: tuple[int, int], deidentify: bool) -> None:
        self._writer = H264Writer(path, size_px=size_px)
        self._faces = FaceHider() if deidentify else None
        self._pool = ThreadPoolExecutor(1, "record")
        self._waiting: deque[Future[None]] = deque()
        self._first_s: float | None = None
        self.left_out = 0

    def add(self, image_bgr: ImageBgr, xy_px: FloatArray, t_s: float) -> None:
        """Keep a picture; ``image_bgr`` must not be changed afterwards."""
        while self._waiting and self._waiting[0].done():
            self._waiting.popleft().result()
        if len(self._waiting) >= _WAITING:
            self.left_out += 1
            return
        self._first_s = t_s if self._first_s is None else self._first_s
        self._waiting.append(self._pool.submit(self._write, image_bgr, xy_px, t_s - self._first_s))

    def _write(self, image_bgr: ImageBgr, xy_px: FloatArray, t_s: float) -> None:
        hidden = image_bgr if self._faces is None else self._faces.hide(image_bgr, xy_px, t_s)
        self._writer.write(hidden, t_s)

    def __enter__(self) -> Self:
        self._writer.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._pool.shutdown()
        failed = next((one.exception() for one in self._waiting if one.exception() is not None), None)
        if kind is None and failed is None and self._first_s is not None:
            self._writer.__exit__(None, None, None)
            return
        # Nothing was filmed, or it failed: no half video stays.
        self._writer.__exit__(kind or RuntimeError, error, trace)
        if kind is None and failed is not None:
            raise failed


class FaceHider:
    """Covers the face where it is and was just now; a picture in which it cannot be placed is covered whole."""

    def __init__(self) -> None:
        self._lately: deque[tuple[float, tuple[Circle, ...]]] = deque()

    def hide(self, image_bgr: ImageBgr, xy_px: FloatArray, t_s: float) -> ImageBgr:
        """A copy of the picture without the face of the person whose landmarks (33, 2) px these are."""
        found = head_circles(xy_px, size_px=(image_bgr.shape[1], image_bgr.shape[0]))
        self._lately.append((t_s, found))
        while self._lately[0][0] < t_s - _REMEMBERED_S:
            self._lately.popleft()
        return cover(image_bgr, [circle for _, circles in self._lately for circle in circles] if found else ())
