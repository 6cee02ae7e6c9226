"""Writing H.264 video that a browser plays, with the times it is given."""

from __future__ import annotations

import io
import math
from contextlib import contextmanager, suppress
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Self

import av
import av.codec
import av.error
import cv2
import numpy as np
from av.video.frame import VideoFrame
from av.video.reformatter import ColorPrimaries, ColorRange, ColorTrc
from av.video.stream import VideoStream

from formcheck.errors import OutputError
from formcheck.files import PendingFile, disk_is_full, final_path

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import TracebackType

    from av.container import OutputContainer

    from formcheck.types import ImageBgr

_TIME_BASE = Fraction(1, 90_000)
_AVCOL_SPC_BT601 = 6

# libx264 first; the others are what a PyAV build may carry instead. Measured at 960x540: 'veryfast' costs
# 1.6 ms a frame and makes a third of the bytes of 'superfast' (1.1 ms).
# No B-frames, so that no player needs an edit list; a key frame every 60, so that scrubbing is quick.
_ENCODERS: dict[str, dict[str, str]] = {
    "libx264": {"preset": "veryfast", "crf": "21", "bf": "0", "g": "60"},
    "h264_videotoolbox": {"b": "4000000"},
    "h264_mf": {"b": "4000000"},
    "libopenh264": {"b": "4000000"},
}


class H264Writer:
    """An MP4 with H.264 (yuv420p, index at the front), frame by frame, each with its own time.

    Used as a context manager. The video appears under its name only when the block ends without an error; until then it
    has a hidden name beside it, and an error leaves nothing behind. The file is readable by its owner only, since it
    shows a patient.

    Parameters
    ----------
    path : str or Path
        Target; replaced when the new video is complete.
    size_px : (w, h)
        Size of every frame. An odd size is made even by repeating the last row or column.
    nominal_fps : float, optional
        A hint for the encoder's rate control; never used for timing.

    Raises
    ------
    OutputError
        No H.264 encoder, the folder is missing or may not be written, or the disk is full.
    """

    def __init__(self, path: str | Path, *, size_px: tuple[int, int], nominal_fps: float = math.nan) -> None:
        self.path = Path(path)
        self._size_px = size_px
        self._nominal_fps = nominal_fps
        self._pending: PendingFile | None = None
        self._mp4: _Mp4 | None = None

    def __enter__(self) -> Self:
        with self._explained():
            self._pending = PendingFile(self.path)
            self._mp4 = _Mp4(self._pending.path, self._size_px, _rate(self._nominal_fps))
        return self

    def write(self, image_bgr: ImageBgr, t_s: float) -> None:
        """Add a frame.

        Parameters
        ----------
        image_bgr : (H, W, 3) uint8
            May be reused by the caller at once.
        t_s : float
            Time at which it is shown; at least 1/90000 s later than the one before.
        """
        w, h = self._size_px
        if image_bgr.shape != (h, w, 3):
            raise ValueError(f"expected a frame of shape {(h, w, 3)}, got {image_bgr.shape}")
        with self._explained():
            self._open_mp4().add(image_bgr, t_s)

    def end_at(self, t_s: float) -> None:
        """Set when the last frame stops being shown. Otherwise it lasts as long as the one before."""
        self._open_mp4().end_s = t_s

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is not None:
            self._discard()
        elif self._pending is not None:
            with self._explained():
                self._open_mp4().finish()
                self._pending.commit()

    def _open_mp4(self) -> _Mp4:
        if self._mp4 is None:
            raise ValueError("H264Writer is used outside its 'with' block")
        return self._mp4

    @contextmanager
    def _explained(self) -> Iterator[None]:
        """Turn a failure to write into one clear line, with nothing left on the disk."""
        try:
            yield
        except (av.error.FFmpegError, OSError) as error:
            self._discard()
            raise _refusal(final_path(self.path), error) from None
        except BaseException:
            self._discard()
            raise

    def _discard(self) -> None:
        if self._mp4 is not None:
            # A full disk refuses the trailer too; the first failure is the one to report.
            with suppress(av.error.FFmpegError):
                self._mp4.container.close()
            self._mp4 = None
        if self._pending is not None:
            self._pending.discard()


def try_encoder() -> int:
    """Encode a short video in memory as any other is; return its bytes.

    Raises
    ------
    OutputError
        No H.264 encoder.
    av.error.FFmpegError
        It does not work.
    """
    written = io.BytesIO()
    with av.open(written, "w", format="mp4") as container:
        stream = _h264_stream(container, Fraction(30), (64, 64))
        frame = VideoFrame.from_ndarray(np.full((96, 64), 128, np.uint8), format="yuv420p")
        for index in range(3):
            frame.pts, frame.time_base = round(index / 30 / _TIME_BASE), _TIME_BASE
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return len(written.getvalue())


def _refusal(path: Path, error: av.error.FFmpegError | OSError) -> OutputError:
    why, remedy = (error.strerror or str(error)).lower(), "choose a folder that may be written"
    if isinstance(error, FileNotFoundError):
        why, remedy = f"there is no folder {path.parent}", "make it, or choose another"
    elif isinstance(error, OSError) and disk_is_full(error):
        why, remedy = "the disk is full", "free some space, or choose another folder"
    return OutputError(f"{path}: the video cannot be written ({why}); {remedy}")


class _Mp4:
    """The encoder, and the file under its hidden name."""

    def __init__(self, path: Path, size_px: tuple[int, int], rate: Fraction) -> None:
        self.container = av.open(f"file:{path}", "w", format="mp4", options={"movflags": "+faststart"})
        self.end_s: float | None = None
        self._stream = _h264_stream(self.container, rate, size_px)
        # One frame is held back, because only the next one tells how long it is shown.
        self._held: tuple[VideoFrame, int] | None = None
        self._gap = round(1 / rate / _TIME_BASE)
        self._durations: dict[int, int] = {}

    def add(self, image_bgr: ImageBgr, t_s: float) -> None:
        pts = round(t_s / _TIME_BASE)
        if self._held is not None:
            frame, held_pts = self._held
            if pts <= held_pts:
                raise ValueError(f"times must increase by at least {_TIME_BASE} s, got {t_s} s again or earlier")
            self._gap = pts - held_pts
            self._durations[held_pts] = self._gap
            self._mux(frame)
        self._held = (self._encodable(image_bgr, pts), pts)

    def finish(self) -> None:
        if self._held is None:
            raise ValueError("no frame was written")
        frame, pts = self._held
        self._durations[pts] = self._gap if self.end_s is None else max(1, round(self.end_s / _TIME_BASE) - pts)
        self._mux(frame)
        self._mux(None)
        self.container.close()

    def _mux(self, frame: VideoFrame | None) -> None:
        for packet in self._stream.encode(frame):
            if packet.pts is not None:
                packet.duration = self._durations.pop(packet.pts)
            self.container.mux_one(packet)

    def _encodable(self, image_bgr: ImageBgr, pts: int) -> VideoFrame:
        h, w = image_bgr.shape[:2]
        if h % 2 or w % 2:
            image_bgr = np.pad(image_bgr, ((0, h % 2), (0, w % 2), (0, 0)), mode="edge")
        # OpenCV's conversion (BT.601, video range) takes a sixth of the time of FFmpeg's.
        planes = np.asarray(cv2.cvtColor(image_bgr, cv2.COLOR_BGR2YUV_I420), dtype=np.uint8)
        frame = VideoFrame.from_ndarray(planes, format="yuv420p")
        frame.pts, frame.time_base = pts, _TIME_BASE
        return frame


def _h264_stream(container: OutputContainer, rate: Fraction, size_px: tuple[int, int]) -> VideoStream:
    name = next((name for name in _ENCODERS if _has_encoder(name)), None)
    if name is None:
        raise OutputError("no H.264 encoder in this PyAV build, so no video can be written; reinstall 'av' as a wheel")
    stream = container.add_stream(name, rate=rate, options=dict(_ENCODERS[name]))
    if not isinstance(stream, VideoStream):
        raise TypeError(f"{name} made a {stream.type} stream")
    w, h = size_px
    stream.width, stream.height = w + w % 2, h + h % 2
    stream.pix_fmt = "yuv420p"
    context = stream.codec_context
    context.time_base = _TIME_BASE
    # Without tags, players differ in the colours they show.
    context.colorspace = _AVCOL_SPC_BT601
    context.color_primaries = ColorPrimaries.BT709
    context.color_trc = ColorTrc.BT709
    context.color_range = ColorRange.MPEG
    # Constant, since the bytes depend on it; two threads keep up with the drawing, and more would cost memory.
    context.thread_count = 2
    return stream


def _has_encoder(name: str) -> bool:
    try:
        return av.codec.Codec(name, "w").is_encoder
    except av.codec.codec.UnknownCodecError:
        return False


def _rate(nominal_fps: float) -> Fraction:
    known = math.isfinite(nominal_fps) and 1 <= nominal_fps <= 240
    return Fraction(nominal_fps if known else 30.0).limit_denominator(1001)
