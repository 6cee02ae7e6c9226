"""A recorded clip as a stream of frames with their true times."""

from __future__ import annotations

import math
from fractions import Fraction
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Self

from av.video.reformatter import VideoReformatter

from formcheck.errors import InputError, UsageError
from formcheck.types import ClipInfo, Frame
from formcheck.video.container import Damage, Head, decoded, file_sha256, open_video, read_head
from formcheck.video.geometry import shape_differs, upright_bgr

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import TracebackType

    from av.container import InputContainer
    from av.video.frame import VideoFrame

# Containers that count in milliseconds round their stamps; a stride must not skip a frame for that.
_STRIDE_GRACE_S = 0.001
# Players show whole seconds, so '--end 22' for a clip of 21.87 s is what a reader of the player writes.
_END_GRACE_S = 1.0
# Headers round too; a shorter gap than this at the end of a file is not a missing piece.
_TRUNCATION_S = 0.5


def probe(path: str | Path) -> ClipInfo:
    """Say what a clip is: reads the header, the first picture and, for the checksum, every byte.

    ``duration_s`` is what the container declares (a clip cut off while being copied still declares
    its full length). ``size_px`` is the upright picture with square pixels. ``rotation_deg`` is the
    clockwise turn the container asks for (0, 90, 180, 270). ``nominal_fps`` is NaN when unknown and
    is never used for timing.

    Raises
    ------
    InputError
        The file cannot be read as a video.
    """
    path = Path(path)
    return _info(path, read_head(path))


def _info(path: Path, head: Head) -> ClipInfo:
    return ClipInfo(
        name=path.name,
        sha256=file_sha256(path),
        size_px=head.geometry.upright_px,
        duration_s=head.duration_s,
        rotation_deg=head.geometry.turn_deg,
        codec=head.codec,
        nominal_fps=head.nominal_fps,
    )


class FileSource:
    """Frames of a recorded clip, one at a time, in constant memory.

    ``Frame.t_s`` is the container's presentation time minus that of the clip's first picture, so
    the first picture of every clip is at 0 whatever the container's own start. With ``start_s``,
    times stay on that clock: the first frame of the window is at about ``start_s``. Times are
    strictly increasing: a picture whose time repeats or goes backwards, or that has none, is left out
    and counted, never given an invented time. ``Frame.index`` counts the pictures of the window from 0;
    pictures passed over by ``stride_s`` count too.

    Pictures come upright (display rotation and mirroring applied), with square pixels, as BGR. A
    picture whose size changes on the way is scaled to the first one's size; if its shape changes
    (a phone turned while recording) reading stops there and `warnings` says so.

    Each iteration reads the clip from the start of the window again.

    Parameters
    ----------
    path : str or Path
    start_s, end_s : float, optional
        Window [start, end) on the clip's clock. ``end_s`` may exceed the clip's length by up to 1 s.
    stride_s : float, optional
        Yield at most one frame in this time. Frames between are decoded but not converted.

    Raises
    ------
    InputError
        The file cannot be read as a video, or the window holds no readable picture.
    UsageError
        The window is empty or lies outside the clip.
    """

    def __init__(
        self,
        path: str | Path,
        *,
        start_s: float | None = None,
        end_s: float | None = None,
        stride_s: float = 0.0,
    ) -> None:
        if not (math.isfinite(stride_s) and stride_s >= 0):
            raise ValueError(f"stride_s must be 0 or a positive number of seconds, got {stride_s}")
        self.path = Path(path)
        self._head = read_head(self.path)
        self._start_s, self._end_s = _window(start_s, end_s, self._head.duration_s)
        self._stride_s = stride_s
        self._container: InputContainer | None = None
        self._reset()

    def _reset(self) -> None:
        self._damage = Damage()
        self._read_to_s = math.nan
        self._truncated = False
        self._reshaped: str | None = None

    @cached_property
    def info(self) -> ClipInfo:
        """What was filmed; the checksum reads the whole file once, on first use."""
        return _info(self.path, self._head)

    @property
    def size_px(self) -> tuple[int, int]:
        """Size (w, h) of every frame."""
        return self._head.geometry.upright_px

    @property
    def duration_s(self) -> float:
        """Length the container declares."""
        return self._head.duration_s

    @property
    def nominal_fps(self) -> float:
        """Frames per second on average, NaN when unknown. Never a clock."""
        return self._head.nominal_fps

    @property
    def read_to_s(self) -> float:
        """Time at which the last picture read so far stops being shown; NaN before the first."""
        return self._read_to_s

    @property
    def truncated(self) -> bool:
        """The file ended before the length it declares. Known once the iteration has ended."""
        return self._truncated

    @property
    def warnings(self) -> tuple[str, ...]:
        """What was lost on the way, in plain sentences. Complete once the iteration has ended."""
        sentences = []
        if self._truncated:
            sentences.append(
                f"The file is cut off: it can be read to {self._read_to_s:.1f} s of {self._head.declared_s:.1f} s."
            )
        if self._reshaped:
            sentences.append(self._reshaped)
        if self._damage.unreadable:
            sentences.append(f"Damaged pieces of the file left out: {self._damage.unreadable}.")
        if self._damage.bad_stamps:
            sentences.append(f"Pictures with a missing, repeated or backward time left out: {self._damage.bad_stamps}.")
        return tuple(sentences)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the file. Iterating afterwards opens it again."""
        if self._container is not None:
            self._container.close()
            self._container = None

    def __iter__(self) -> Iterator[Frame]:
        self._reset()
        reformatter = VideoReformatter()
        geometry = self._head.geometry
        due_s = -math.inf
        index = -1
        for index, (t_s, picture) in enumerate(self._pictures()):
            if t_s >= due_s:
                due_s = t_s + self._stride_s - _STRIDE_GRACE_S
                yield Frame(index, t_s, upright_bgr(picture, reformatter, geometry))
        if index < 0:
            raise InputError(
                f"{self.path}: no picture can be read from {self._start_s:.2f} s on; "
                "the file is cut off or damaged there: copy it again"
            )

    def _pictures(self) -> Iterator[tuple[float, VideoFrame]]:
        """Pictures of the window with increasing times; keeps the account of what was lost."""
        last_s, gap_s = -math.inf, 0.0
        for t_s, picture in self._from_start():
            if t_s <= last_s:
                self._damage.bad_stamps += 1
                continue
            gap_s, last_s = t_s - last_s, t_s
            if t_s < self._start_s:
                continue
            if t_s >= self._end_s:
                return
            if shape_differs(picture, self._head.geometry):
                self._reshaped = (
                    f"The picture changes shape at {t_s:.1f} s (to {picture.width}x{picture.height}): "
                    "nothing after it was read."
                )
                return
            shown_s = _shown_s(picture) or (gap_s if math.isfinite(gap_s) else 0.0)
            self._read_to_s = min(t_s + shown_s, self._end_s)
            yield t_s, picture
        expected_s = min(self._end_s, self._head.declared_s)
        self._truncated = expected_s - self._read_to_s > _TRUNCATION_S

    def _from_start(self) -> Iterator[tuple[float, VideoFrame]]:
        """Pictures from one at or before the window's start onwards."""
        if self._start_s > 0:
            pictures = self._decode(seek_s=self._start_s)
            first = next(pictures, None)
            if first is not None and first[0] <= self._start_s:
                yield first
                yield from pictures
                return
            # Some containers have no index and land past the target: read up to it instead.
            self._damage = Damage()
        yield from self._decode(seek_s=0.0)

    def _decode(self, *, seek_s: float) -> Iterator[tuple[float, VideoFrame]]:
        container, stream = open_video(self.path)
        self._container = container
        origin = self._head.origin
        with container:
            if seek_s > 0 and stream.time_base is not None:
                target = (origin + Fraction(seek_s)) / stream.time_base
                container.seek(math.floor(target), stream=stream)
            for at, picture in decoded(container, stream, self._damage):
                yield float(at - origin), picture
                if self._container is not container:  # closed meanwhile: reading on would crash in FFmpeg
                    return


def _window(start_s: float | None, end_s: float | None, duration_s: float) -> tuple[float, float]:
    start = 0.0 if start_s is None else start_s
    end = math.inf if end_s is None else end_s
    length = f"the clip is {duration_s:.2f} s long"
    if not (math.isfinite(start) and start >= 0):
        raise UsageError(f"start must be 0 s or later, got {start:g}; {length}")
    if start >= duration_s:
        raise UsageError(f"start must lie before the clip's end, got {start:g} s; {length}")
    if math.isnan(end) or end <= start:
        raise UsageError(f"end must be later than start ({start:g} s), got {end:g} s; {length}")
    if math.isfinite(end) and end > duration_s + _END_GRACE_S:
        raise UsageError(f"end must lie within the clip, got {end:g} s; {length}")
    return start, end


def _shown_s(picture: VideoFrame) -> float:
    return float(picture.duration * picture.time_base) if picture.time_base is not None else 0.0
