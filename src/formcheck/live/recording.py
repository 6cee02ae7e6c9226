"""The video of a session, only on request; with the face covered, on request."""

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
_MAX_QUEUED = 8
# The head may move faster than its landmarks: where it was within this time stays covered.
_COVERED_FOR_S = 0.5


class Recorder:
    """Writes the video in a thread of its own; frames that come faster than it can write are skipped.

    Parameters
    ----------
    path : Path
    size_px : (w, h)
    deidentify : bool
        Cover the face.
    """

    def __init__(self, path: Path, *, size_px: tuple[int, int], deidentify: bool) -> None:
        self._writer = H264Writer(path, size_px=size_px)
        self._faces = FaceCover() if deidentify else None
        self._pool = ThreadPoolExecutor(1, "record")
        self._queued: deque[Future[None]] = deque()
        self._first_s: float | None = None

    def add(self, image_bgr: ImageBgr, xy_px: FloatArray, t_s: float) -> None:
        """Write a frame; ``image_bgr`` must not be changed afterwards."""
        while self._queued and self._queued[0].done():
            self._queued.popleft().result()
        if len(self._queued) >= _MAX_QUEUED:
            return
        self._first_s = t_s if self._first_s is None else self._first_s
        self._queued.append(self._pool.submit(self._write, image_bgr, xy_px, t_s - self._first_s))

    def _write(self, image_bgr: ImageBgr, xy_px: FloatArray, t_s: float) -> None:
        covered = image_bgr if self._faces is None else self._faces.cover(image_bgr, xy_px, t_s)
        self._writer.write(covered, t_s)

    def __enter__(self) -> Self:
        self._writer.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._pool.shutdown()
        failed = next((one.exception() for one in self._queued if one.exception() is not None), None)
        if kind is None and failed is None and self._first_s is not None:
            self._writer.__exit__(None, None, None)
            return
        # Nothing was recorded, or writing failed: no partial video stays.
        self._writer.__exit__(kind or RuntimeError, error, trace)
        if kind is None and failed is not None:
            raise failed


class FaceCover:
    """Covers the face where it is and was in the last half second; a frame without a known head is covered whole."""

    def __init__(self) -> None:
        self._recent: deque[tuple[float, tuple[Circle, ...]]] = deque()

    def cover(self, image_bgr: ImageBgr, xy_px: FloatArray, t_s: float) -> ImageBgr:
        """A copy of the image with the face of the person covered whose landmarks (33, 2) px these are."""
        found = head_circles(xy_px, size_px=(image_bgr.shape[1], image_bgr.shape[0]))
        self._recent.append((t_s, found))
        while self._recent[0][0] < t_s - _COVERED_FOR_S:
            self._recent.popleft()
        return cover(image_bgr, [circle for _, circles in self._recent for circle in circles] if found else ())
