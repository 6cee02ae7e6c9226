"""A recorded clip as a stream of frames with their true times."""

from __future__ import annotations

import copy
import math
from bisect import bisect_left
from dataclasses import replace
from fractions import Fraction
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Self

from av.video.reformatter import VideoReformatter

from formcheck.errors import InputError
from formcheck.message import Message
from formcheck.timeseries import LONGEST_GAP_S
from formcheck.types import ClipInfo, Frame
from formcheck.video.clip_times import ClipTimes
from formcheck.video.container import (
    Damage,
    decode_frames,
    file_sha256,
    open_video,
    read_header,
)
from formcheck.video.geometry import shape_differs, upright_bgr
from formcheck.video.thinning import Thinning
from formcheck.video.window import check_window

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from types import TracebackType

    from av.container import InputContainer
    from av.video.frame import VideoFrame

# With these, FFmpeg can leave out single frames that no other one refers to.
_SKIPPING = frozenset({"h264", "hevc"})
# How much earlier to try again when seeking a time leads past it.
_BACK_S = 5.0
# Reading further than this before the window begins costs more than reading in parts can save.
_FAR_S = 30.0


class FileSource:
    """Frames of a recorded clip, one at a time, in constant memory.

    ``Frame.t_s`` is the container's presentation time minus that of the clip's first frame, so the first frame of every
    clip is at 0 whatever the container's own start; in slow motion it is the real time. With ``start_s``, times stay on
    that clock: the first frame of the window is at about ``start_s``. Times are strictly increasing: a frame whose time
    repeats or goes backwards, or that has none, is left out and counted, never given an invented time. ``Frame.index``
    counts the frames of the window from 0; frames skipped by ``stride_s`` count too.

    Frames come upright (display rotation and mirroring applied), with square pixels, as BGR. A frame of another size
    than the first one is scaled to its size; if the shape changes (a phone turned while recording) reading stops there
    and `warnings` says so.

    Each iteration reads the clip from the start of the window again.

    Parameters
    ----------
    path : str or Path
    start_s, end_s : float, optional
        Window [start, end) on the clip's clock. ``end_s`` may exceed the clip's length by up to 1 s.
    stride_s : float, optional
        Yield only the first frame of every ``stride_s``, counted from the window's start. Frames between are decoded
        only where others refer to them.
    whole : sequence of (from, to)
        Stretches on the clip's clock of which every frame is yielded nevertheless.
    threads : int, optional
        Decode on so many threads; 0: as many as the machine has. What a damaged file gives may depend on it.
    speed : float, optional
        Speed at which the clip plays against reality, 0.5 for half. None: as the file says, which for most is 1.

    Raises
    ------
    InputError
        The file cannot be read as a video, or the window has no readable frame.
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
        whole: Sequence[tuple[float, float]] = (),
        threads: int = 0,
        speed: float | None = None,
    ) -> None:
        if not (math.isfinite(stride_s) and stride_s >= 0):
            raise ValueError(f"stride_s must be 0 or a positive number of seconds, got {stride_s}")
        self.path = Path(path)
        self._header = read_header(self.path)
        self._times = ClipTimes(self.path, self._header, speed)
        self._start_s, self._end_s = 0.0, math.inf
        if start_s is not None or end_s is not None:
            self._start_s, self._end_s = check_window(start_s, end_s, self._times.recorded_s)
        self._thinning = Thinning(stride_s, tuple(whole), self._start_s)
        self._threads = threads
        self._is_part = False
        self._container: InputContainer | None = None
        self._reset()

    def thinned(self, stride_s: float, *, whole: Sequence[tuple[float, float]] = ()) -> FileSource:
        """The same window of the clip with another stride; nothing is read for it again."""
        other = copy.copy(self)
        other._thinning = replace(self._thinning, stride_s=stride_s, whole=tuple(whole))  # noqa: SLF001 - of the same class
        other._container = None  # noqa: SLF001
        other._reset()  # noqa: SLF001
        return other

    def _reset(self) -> None:
        self._damage = Damage()
        self._read_to_s = math.nan
        self._read_all = False
        self._truncated = False
        self._reshaped: Message | None = None
        self._seek_failed = False
        self._left_out: frozenset[float] = frozenset()

    def part(self, start_s: float, end_s: float) -> FileSource:
        """The same clip with another window, which may have no frame; strides keep their grid."""
        part = copy.copy(self)
        part._narrow(start_s, end_s)  # noqa: SLF001 - of the same class
        return part

    def _narrow(self, start_s: float, end_s: float) -> None:
        self._start_s, self._end_s = max(start_s, self._start_s), min(end_s, self._end_s)
        self._is_part = True
        self._container = None
        self._reset()

    @cached_property
    def info(self) -> ClipInfo:
        """What the clip is; the checksum reads the whole file once, on first use.

        ``duration_s`` is the length of what can be read, whatever the container declares; ``rotation_deg`` is the
        clockwise turn the container asks for. ``nominal_fps`` is NaN when unknown and is never used for timing;
        ``speed`` is that of playing the file against reality, NaN where it changes.
        """
        return ClipInfo(
            name=self.path.name,
            sha256=file_sha256(self.path),
            size_px=self._header.geometry.upright_px,
            duration_s=self.duration_s,
            rotation_deg=self._header.geometry.turn_deg,
            codec=self._header.codec,
            nominal_fps=self.nominal_fps,
            speed=self._times.scale.speed,
        )

    @property
    def size_px(self) -> tuple[int, int]:
        """Size (w, h) of every frame."""
        return self._header.geometry.upright_px

    @property
    def duration_s(self) -> float:
        """Length of what can be read: of the frames that were decoded, or that are there to be."""
        return self._read_to_s if self._read_all and not self._times.scan.in_order else self._times.there_s

    @property
    def expected_s(self) -> float:
        """Length for planning and progress."""
        return self._times.expected_s

    @property
    def nominal_fps(self) -> float:
        """Frames in a real second on average, NaN when unknown. Never a clock."""
        return self._times.nominal_fps

    @property
    def read_to_s(self) -> float:
        """Time at which the last frame read so far stops being shown; NaN before the first."""
        return self._read_to_s

    def check_times(self) -> None:
        """Refuse a clip that nothing could be measured by, as its times are wrong. Reads the file.

        Raises
        ------
        InputError
        """
        self._times.scan.check(self.path)

    def can_be_split(self) -> bool:
        """Whether parts of the clip, read one by one, can be expected to be those of the whole. Reads the file."""
        return self._times.scan.in_order

    @property
    def in_order(self) -> bool:
        """Nothing was lost so far, and the window's start was found without reading far: other parts will fit this."""
        return not (self._seek_failed or self._truncated or self._reshaped or self._damage.count)

    @property
    def stride_s(self) -> float:
        """Time of which only the first frame is read; 0: all frames are."""
        return self._thinning.stride_s

    @property
    def window_s(self) -> tuple[float, float]:
        """Window [start, end); the end may be infinite."""
        return self._start_s, self._end_s

    @property
    def warnings(self) -> tuple[Message, ...]:
        """What was lost while reading. Complete once the iteration has ended."""
        messages = [self._times.scale.message] if self._times.scale.message is not None else []
        if self._truncated:
            read_s, declared_s = self._read_to_s, self._times.declared_s
            messages.append(Message.of("warning.cut_off", read_s=read_s, declared_s=declared_s))
        if self._reshaped:
            messages.append(self._reshaped)
        if self._damage.unreadable:
            messages.append(Message.of("warning.unreadable", n=self._damage.unreadable))
        if self._damage.bad_timestamps:
            messages.append(Message.of("warning.bad_timestamps", n=self._damage.bad_timestamps))
        return tuple(messages)

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
        geometry = self._header.geometry
        takes = self._thinning.selector()
        times_s = self._times_to_thin_out()
        self._left_out = frozenset(self._thinning.left_out(times_s))
        count = 0
        for t_s, frame in self._frames():
            if takes(t_s):
                index = bisect_left(times_s, t_s) if self._left_out else count
                yield Frame(index, t_s, upright_bgr(frame, reformatter, geometry))
            count += 1
        if count == 0 and not self._is_part:
            raise InputError(
                f"{self.path}: no frame can be read from {self._start_s:.2f} s on; "
                "the file is cut off or damaged there: copy it again"
            )

    def _times_to_thin_out(self) -> Sequence[float]:
        """The times of the window's frames, where some need not be decoded; else none."""
        if not self._thinning.stride_s or self._header.codec not in _SKIPPING or not self._times.scan.in_order:
            return ()
        times_s = self._times.frames_s
        return times_s[bisect_left(times_s, self._start_s) : bisect_left(times_s, self._end_s)]

    def _frames(self) -> Iterator[tuple[float, VideoFrame]]:
        """Frames of the window with increasing times; counts what was lost."""
        last_s, gap_s = -math.inf, 0.0
        for t_s, frame in self._from_start():
            # A time far ahead would be believed by everything after it.
            if t_s <= last_s or (math.isfinite(last_s) and t_s - last_s > LONGEST_GAP_S):
                self._damage.bad_timestamps += 1
                continue
            gap_s, last_s = t_s - last_s, t_s
            if t_s < self._start_s:
                continue
            if t_s >= self._end_s:
                return
            if shape_differs(frame, self._header.geometry):
                self._reshaped = Message.of("warning.shape_changed", at_s=t_s, width=frame.width, height=frame.height)
                return
            shown_s = self._times.scale.lasting(t_s, _shown_s(frame)) or (gap_s if math.isfinite(gap_s) else 0.0)
            self._read_to_s = min(t_s + shown_s, self._end_s)
            yield t_s, frame
        self._read_all = not self._is_part and self._end_s == math.inf
        damaged = self._damage.unreadable > 0
        self._truncated = self._times.is_cut_off(read_s=self._read_to_s, to_s=self._end_s, damaged=damaged)

    def _from_start(self) -> Iterator[tuple[float, VideoFrame]]:
        """Frames from one at or before the window's start onwards."""
        for back_s in (0.0, _BACK_S):
            if self._start_s <= back_s:
                break
            frames = self._decode(seek_s=self._start_s - back_s)
            first = next(frames, None)
            if first is not None and first[0] <= self._start_s:
                self._seek_failed = self._start_s - first[0] > _FAR_S
                # What comes before the first complete frame was not lost: it was not asked for. The count goes on.
                self._damage.unreadable = self._damage.bad_timestamps = 0
                yield first
                yield from frames
                return
            # Seeking without an index ends somewhere near, and past the target if no key frame is in between.
            self._damage = Damage()
        self._seek_failed = self._start_s > _FAR_S
        yield from self._decode(seek_s=0.0)

    def _decode(self, *, seek_s: float) -> Iterator[tuple[float, VideoFrame]]:
        container, stream = open_video(self.path, threads=self._threads)
        self._container = container
        with container:
            if seek_s > 0 and stream.time_base is not None:
                target = (self._header.origin + Fraction(self._times.scale.file(seek_s))) / stream.time_base
                container.seek(math.floor(target), stream=stream)
            skips = self._skips if self._left_out else None
            for at, frame in decode_frames(container, stream, self._damage, skips):
                yield self._times.real(at), frame
                if self._container is not container:  # closed meanwhile: reading on would crash in FFmpeg
                    return

    def _skips(self, at: Fraction) -> bool:
        """Whether the frame of a container time need not be decoded."""
        t_s = self._times.real(at)
        return t_s < self._start_s or t_s in self._left_out


def _shown_s(frame: VideoFrame) -> float:
    return float(frame.duration * frame.time_base) if frame.time_base is not None else 0.0
