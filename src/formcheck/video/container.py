"""Opening a video file, and saying clearly why one cannot be opened.

Every fault of the file shows here or at the first frame, so that later steps only ever see a file from which at least
one frame was decoded.
"""

from __future__ import annotations

import hashlib
import heapq
import math
import re
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

import av
import av.error
from av.packet import Packet
from av.stream import Discard, Disposition
from av.video.stream import VideoStream

from formcheck.errors import InputError
from formcheck.timeseries import LONGEST_S
from formcheck.video.admission import check_readable, check_size, open_container
from formcheck.video.boxes import has_changed_speed
from formcheck.video.geometry import Geometry, geometry_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from fractions import Fraction
    from pathlib import Path

    from av.container import InputContainer
    from av.video.frame import VideoFrame

_T = TypeVar("_T")

# FFmpeg reads these in the same way, but they are not clips: single images, terminal art, and playlists that name
# further files.
_NOT_CLIPS = frozenset({"image2", "tty", "hls", "dash", "concat", "webvtt"})

# Even a still scene of the smallest size takes more.
_FEWEST_BYTES_A_S = 300

MOST_FPS = 2000.0
"""The fastest camera of a phone."""

# Keys of the metadata of Android and Apple.
_CAPTURE_FPS = "com.android.capture.fps"
_APPLE = "com.apple.quicktime."

# AVI stores decoding times only. Its frames leave the decoder in display order with those times shuffled by at most the
# reordering depth, so sorting over a short window corrects them.
_SHUFFLED_TIMESTAMPS = frozenset({"avi"})
_REORDER_WINDOW = 8


@dataclass(slots=True)
class Damage:
    """What could not be used, counted while reading."""

    unreadable: int = 0
    bad_timestamps: int = 0

    @property
    def count(self) -> int:
        return self.unreadable + self.bad_timestamps


@dataclass(frozen=True, slots=True)
class ClipHeader:
    """What the container and the first frame say.

    ``origin`` is the first frame's presentation time on the container's own scale, in seconds. ``declared_s`` is the
    length of the video stream as the container declares it, NaN when it does not or cannot be believed.
    ``capture_fps`` is the rate of filming where Android says it; ``by_apple``: written by a device of Apple's.
    """

    geometry: Geometry
    origin: Fraction
    declared_s: float
    codec: str
    nominal_fps: float
    capture_fps: float | None = None
    by_apple: bool = False


def open_video(path: Path, *, threads: int = 0) -> tuple[InputContainer, VideoStream]:
    """Open the best video stream of a file, decoding on so many threads (0: as many as the machine has).

    Raises
    ------
    InputError
        The file is missing, unreadable, not a video, or has no video stream that can be decoded.
    """
    try:
        # FFmpeg does not understand edits that change the speed, and shows frames twice; without them the times are
        # those of filming.
        container = open_container(path)
        if "mov" in container.format.name and has_changed_speed(path):
            container.close()
            container = open_container(path, ignore_edits=True)
    except (av.error.FFmpegError, MemoryError) as error:
        raise InputError(
            f"{path}: expected a video, but FFmpeg cannot read it ({_reason(error)}); it is not a video or "
            "was cut off while being copied: copy it again, or play it elsewhere to check"
        ) from None
    try:
        stream = _video_stream(container, path)
    except BaseException:
        container.close()
        raise
    for other in container.streams:
        if other.index != stream.index:
            other.discard = Discard.all
    stream.thread_type = "AUTO"
    stream.codec_context.thread_count = threads
    return container, stream


def _reason(error: av.error.FFmpegError | MemoryError) -> str:
    return (getattr(error, "strerror", None) or type(error).__name__).lower()


def _video_stream(container: InputContainer, path: Path) -> VideoStream:
    kind = container.format.name
    if kind.endswith("_pipe") or kind in _NOT_CLIPS:
        raise InputError(f"{path}: expected a video, found {kind.removesuffix('_pipe')}; give a recorded clip")
    stream = container.streams.best("video")
    if not isinstance(stream, VideoStream) or stream.disposition & Disposition.attached_pic:
        content = "sound only" if container.streams.audio else "no video stream"
        raise InputError(f"{path}: expected a video, found {content}; give a clip with a video stream")
    if stream.codec_context is not None:
        check_size(path, stream.codec_context.width, stream.codec_context.height)
    else:
        raise InputError(
            f"{path}: expected frames that can be decoded, but the file is damaged or in a rare format; "
            "copy it again, or convert it to H.264"
        )
    return stream


def decode_frames(
    container: InputContainer, stream: VideoStream, damage: Damage, skips: Callable[[Fraction], bool] | None = None
) -> Iterator[tuple[Fraction, VideoFrame]]:
    """Frames in display order with their rising container times in seconds, damaged ones left out.

    ``skips`` tells by its time whether a frame can be missing; such a frame is left out if no other one refers to it,
    so that all others are the same without it. A packet that cannot be decoded is skipped, as a player would; a file
    that stops being readable ends the iteration.
    """
    frames = _timed_frames(container, stream, damage, skips)
    if container.format.name in _SHUFFLED_TIMESTAMPS:
        frames = sort_timestamps(frames)
    return _rising(frames, damage)


def _rising(pairs: Iterable[tuple[Fraction, _T]], damage: Damage) -> Iterator[tuple[Fraction, _T]]:
    """Leave out frames whose time is wrong: one that is not later than the frame before, or one alone that is too late.

    Without the second all that follows would seem to go back, up to the time of the one.
    """
    given: Fraction | None = None
    waiting: tuple[Fraction, _T] | None = None
    for pair in pairs:
        if waiting is None:
            waiting = pair
        elif pair[0] > waiting[0]:
            yield waiting
            given, waiting = waiting[0], pair
        else:
            damage.bad_timestamps += 1
            if pair[0] != waiting[0] and (given is None or pair[0] > given):
                waiting = pair
    if waiting is not None:
        yield waiting


def sort_timestamps(pairs: Iterable[tuple[Fraction, _T]]) -> Iterator[tuple[Fraction, _T]]:
    """Give frames in display order their timestamps in rising order, looking a short window ahead."""
    frames: deque[_T] = deque()
    timestamps: list[Fraction] = []
    for timestamp, frame in pairs:
        frames.append(frame)
        heapq.heappush(timestamps, timestamp)
        if len(frames) > _REORDER_WINDOW:
            yield heapq.heappop(timestamps), frames.popleft()
    while frames:
        yield heapq.heappop(timestamps), frames.popleft()


def _timed_frames(
    container: InputContainer, stream: VideoStream, damage: Damage, skips: Callable[[Fraction], bool] | None
) -> Iterator[tuple[Fraction, VideoFrame]]:
    for frame in _raw_frames(container, stream, damage, skips):
        if frame.is_corrupt:
            damage.unreadable += 1
        elif frame.pts is None or frame.time_base is None:
            damage.bad_timestamps += 1
        else:
            yield frame.pts * frame.time_base, frame


def _raw_frames(
    container: InputContainer, stream: VideoStream, damage: Damage, skips: Callable[[Fraction], bool] | None
) -> Iterator[VideoFrame]:
    for packet in read_packets(container, stream, damage):
        if skips is not None and packet.pts is not None:
            can_be_missing = skips(packet.pts * packet.time_base)
            stream.codec_context.skip_frame = "NONREF" if can_be_missing else "DEFAULT"
        try:
            yield from packet.decode()
        except av.error.FFmpegError:
            damage.unreadable += 1


def read_packets(container: InputContainer, stream: VideoStream, damage: Damage) -> Iterator[Packet[VideoStream]]:
    """Packets up to the end or the first unreadable one; the last one is always empty, to flush the decoder."""
    try:
        yield from container.demux(stream)
    except av.error.FFmpegError:
        damage.unreadable += 1
        flush: Packet[Any] = Packet()
        flush.stream = stream
        yield flush


def read_header(path: Path) -> ClipHeader:
    """Open a clip, decode its first frame, and say what it is.

    Raises
    ------
    InputError
        As `open_video`; or no frame can be decoded; or the frames have no times.
    """
    container, stream = open_video(path)
    with container:
        damage = Damage()
        first = next(decode_frames(container, stream, damage), None)
        if first is None:
            raise InputError(_no_frames(path, damage))
        origin, frame = first
        declared_s = _declared_s(container, stream, origin)
        # What is there counts: so few bytes are no video of that length.
        if not 0 < declared_s <= min(LONGEST_S, max(path.stat().st_size / _FEWEST_BYTES_A_S, 60.0)):
            declared_s = math.nan
        geometry = geometry_of(frame, stream.sample_aspect_ratio)
        check_size(path, *geometry.coded_px)
        check_size(path, *geometry.square_px)
        return ClipHeader(
            geometry=geometry,
            origin=origin,
            declared_s=declared_s,
            codec=stream.codec_context.name,
            nominal_fps=float(stream.average_rate) if stream.average_rate else math.nan,
            capture_fps=_capture_fps(container),
            by_apple=any(key.startswith(_APPLE) for key in container.metadata),
        )


def _capture_fps(container: InputContainer) -> float | None:
    try:
        fps = float(container.metadata[_CAPTURE_FPS])
    except (KeyError, ValueError):
        return None
    return fps if 0 < fps <= MOST_FPS else None


def _no_frames(path: Path, damage: Damage) -> str:
    if damage.bad_timestamps > damage.unreadable:
        return (
            f"{path}: expected frames with times, but they carry no times, so nothing can be timed; put the original "
            "recording in a container that keeps them, such as MP4 or MKV"
        )
    return f"{path}: expected a video, but not one frame in it can be decoded; copy or record the clip again"


def _declared_s(container: InputContainer, stream: VideoStream, origin: Fraction) -> float:
    if stream.duration is not None and stream.time_base is not None:
        return float(stream.duration * stream.time_base)
    tag = stream.metadata.get("DURATION", "")
    parts = tag.rstrip("\0").split(":")
    if len(parts) == 3 and all(re.fullmatch(r"[0-9]{1,9}(\.[0-9]{0,12})?", p) for p in parts):
        hours, minutes, seconds = (float(p) for p in parts)
        return 3600 * hours + 60 * minutes + seconds - float(origin)
    if container.duration is not None:
        return container.duration / av.time_base - max(float(origin), 0.0)
    return math.nan


def file_sha256(path: Path) -> str:
    """SHA-256 of a file's bytes, read in chunks."""
    check_readable(path)
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
