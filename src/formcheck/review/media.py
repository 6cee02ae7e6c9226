"""How the page shows a clip: the file itself or a copy that browsers play, and single frames."""

from __future__ import annotations

import math
import threading
from collections import OrderedDict
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np

from formcheck.draw.thumbnails import make_thumbnails
from formcheck.errors import FormcheckError, InputError
from formcheck.files import FileVersion, file_version
from formcheck.review.clip_process import ClipProcess
from formcheck.server.job_process import reporting, run_in_process
from formcheck.server.jobs import Job, JobQueue
from formcheck.stages import Progress
from formcheck.types import FloatArray, ImageBgr
from formcheck.video.clip_times import ClipTimes
from formcheck.video.container import file_sha256, open_video, read_header
from formcheck.video.source import FileSource
from formcheck.video.writer import H264Writer

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

# What Firefox, Chromium and Safari all play, by FFmpeg's name of the container: codecs, pixel formats, media type.
_PLAYABLE = {
    "mov,mp4,m4a,3gp,3g2,mj2": ({"h264"}, {"yuv420p", "yuvj420p"}, "video/mp4"),
    "matroska,webm": ({"vp8", "vp9"}, {"yuv420p"}, "video/webm"),
}
_CACHED_FRAMES = 48
_JPEG_QUALITY = 88
# A frame is looked for from a little before its time, which was rounded on the way here.
_BEFORE_S = 0.0005
# Longer side of a copy: enough to see a joint; larger ones take longer to make and to seek in.
_COPY_PX = 1920

_Versioned = tuple[Path, FileVersion]


@dataclass(frozen=True, slots=True)
class Playback:
    """How the page plays a clip.

    Parameters
    ----------
    direct : bool
        The browser can play the file itself; otherwise a copy in H.264 is made.
    offset_s : float
        Time of the first frame on the video element's clock, when the file itself is played.
    media_type : str
    size_px : (w, h)
    rotation_deg : int
    duration_s : float
    """

    direct: bool
    offset_s: float
    media_type: str
    size_px: tuple[int, int]
    rotation_deg: int
    duration_s: float


@dataclass(frozen=True, slots=True)
class PlayableVideo:
    """A file that a browser plays; ``path`` is None while it is being made, and ``share`` of it is done."""

    path: Path | None
    media_type: str
    share: float


def read_playback(clip: Path, speed: float | None = None) -> Playback:
    """Find out how a clip can be played; see `FileSource` for its speed.

    Raises
    ------
    InputError
        It cannot be read as a video, or its times are lost: nothing can be shown or measured at them.
    """
    header = read_header(clip)
    times = ClipTimes(clip, header, speed)
    times.scan.check(clip)
    container, stream = open_video(clip)
    with container:
        codecs, formats, media_type = _PLAYABLE.get(container.format.name, (set(), set(), "video/mp4"))
        context = stream.codec_context
        direct = (
            context.name in codecs
            and context.pix_fmt in formats
            and not header.geometry.mirrored
            and times.scale.is_real
            # Chromium cannot seek in what begins before zero.
            and (container.start_time or 0) >= 0
        )
    return Playback(
        direct=direct,
        # The element's clock is the container's own (measured in Chromium over edit lists, late tracks, fragments).
        offset_s=float(header.origin) if direct else 0.0,
        media_type=media_type if direct else "video/mp4",
        size_px=header.geometry.upright_px,
        rotation_deg=header.geometry.turn_deg,
        duration_s=times.there_s,
    )


def read_frame(clip: Path, from_s: float, speed: float | None) -> ImageBgr:
    """Return the first frame of a clip at or after a time.

    Raises
    ------
    InputError
        There is none, or it cannot be read.
    """
    with FileSource(clip, speed=speed).part(from_s, math.inf) as source:
        frame = next(iter(source), None)
    if frame is None:
        raise InputError(f"{clip.name}: expected a time within the clip, got {from_s:.2f} s; choose an earlier one")
    return frame.image_bgr


def _check_clip(clip: Path) -> None:
    read_header(clip)


class Media:
    """Clips and their frames, read once for each version of a file, and the copies of those that browsers do not play.

    Parameters
    ----------
    folder : Path
        A private folder for the copies, removed by the caller.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._clips = ClipProcess()
        self._playbacks: dict[tuple[_Versioned, float | None], Playback] = {}
        self._checksums: dict[_Versioned, str] = {}
        self._frames: OrderedDict[tuple[_Versioned, float | None, float], ImageBgr] = OrderedDict()
        self._copies: dict[tuple[_Versioned, float | None], tuple[Path, Job]] = {}
        self._copies_begun = 0
        self._lock = threading.Lock()
        # The newest copy first: it is of the clip that somebody is looking at now.
        self._queue = JobQueue("formcheck-video-copies", newest_first=True)

    def playback(self, clip: Path, speed: float | None = None) -> Playback:
        """Return how a clip is played; see `read_playback`."""
        key = (versioned(clip), speed)
        if key not in self._playbacks:
            self._playbacks[key] = self._clips.call(read_playback, clip, clip, speed)
        return self._playbacks[key]

    def sha256(self, clip: Path) -> str:
        """Return the checksum of a clip."""
        key = versioned(clip)
        if key not in self._checksums:
            self._checksums[key] = file_sha256(clip)
        return self._checksums[key]

    def frame(self, clip: Path, t_s: float, times_s: FloatArray, speed: float | None = None) -> tuple[ImageBgr, float]:
        """Return the frame shown at a time of the clip's own clock, and its own time.

        Parameters
        ----------
        clip : Path
        t_s : float
        times_s : (T,) float
            Times of the frames that were analysed; outside of them the clip itself is searched.
        speed : float, optional
            See `FileSource`.

        Raises
        ------
        FormcheckError
            There is no such frame, or it cannot be read.
        """
        shown_s = _shown_at(times_s, t_s)
        key = (versioned(clip), speed, round(shown_s, 4))
        with self._lock:
            if key in self._frames:
                self._frames.move_to_end(key)
                return self._frames[key].copy(), key[-1]
        image = self._clips.call(read_frame, clip, clip, max(0.0, shown_s - _BEFORE_S), speed)
        with self._lock:
            self._frames[key] = image
            while len(self._frames) > _CACHED_FRAMES:
                self._frames.popitem(last=False)
        return image.copy(), key[-1]

    def copy(self, item: str, name: str, clip: Path, speed: float | None = None) -> Job:
        """Return the job that makes the copy of a clip, begun once for each version of the file."""
        key = (versioned(clip), speed)
        with self._lock:
            if key not in self._copies:
                self._copies_begun += 1
                target = self._folder / f"{self._copies_begun}.mp4"
                work = partial(_copy, clip=clip, target=target, speed=speed)
                self._copies[key] = target, self._queue.add(Job("video", item, name, work, stages=("copy",)))
            return self._copies[key][1]

    def playable(self, item: str, name: str, clip: Path, speed: float | None = None) -> PlayableVideo:
        """Return the file that plays a clip: itself, or its copy.

        Raises
        ------
        FormcheckError
            It cannot be played, and no copy could be made.
        """
        playback = self.playback(clip, speed)
        if playback.direct:
            return PlayableVideo(clip, playback.media_type, 1.0)
        job = self.copy(item, name, clip, speed)
        if job.error is not None:
            raise FormcheckError(job.error)
        target = self._copies[versioned(clip), speed][0] if job.state == "done" else None
        return PlayableVideo(target, playback.media_type, job.share)

    def remove_stale(self) -> None:
        """Remove the copies of clips that were removed or replaced since."""
        with self._lock:
            for key, (target, job) in list(self._copies.items()):
                clip, version = key[0]
                if job.state in ("done", "failed") and file_version(clip) != version:
                    del self._copies[key]
                    remove_copy(target)

    def jobs(self) -> list[dict[str, Any]]:
        """Return the copies that are made, as the page shows jobs."""
        return self._queue.all()

    def thumbnails(self, clip: Path, at_s: Mapping[int, float], **judged: Any) -> dict[int, bytes]:
        """Return images of repetitions; see `make_thumbnails`."""
        return self._clips.call(make_thumbnails, clip, clip, at_s, **judged)

    def check(self, clip: Path) -> None:
        """Make sure that a file is a clip of which a frame can be read.

        Raises
        ------
        InputError
        """
        self._clips.call(_check_clip, clip, clip)

    def stop(self) -> None:
        """Stop reading clips and making copies, without waiting."""
        self._clips.stop()
        self._queue.stop()

    def close(self) -> None:
        """Stop, and wait until it is done."""
        self.stop()
        self._clips.close()
        self._queue.close()


def versioned(clip: Path) -> _Versioned:
    """Return a clip with the version that it has now.

    Raises
    ------
    InputError
        It is gone.
    """
    version = file_version(clip)
    if version is None:
        raise InputError(f"{clip.name}: the clip is gone; put it back, or open the folder again")
    return clip, version


def remove_copy(path: Path) -> None:
    """Remove a copy that was made of a clip."""
    # Windows keeps what is being sent; the folder goes with the server.
    with suppress(OSError):
        path.unlink(missing_ok=True)


def _shown_at(times_s: FloatArray, t_s: float) -> float:
    """Return the time of the frame on show at ``t_s``: the last one that began, to half a millisecond."""
    if len(times_s) == 0 or not times_s[0] <= t_s + _BEFORE_S or t_s > times_s[-1] + 1.0:
        return t_s
    return float(times_s[max(0, int(np.searchsorted(times_s, t_s + _BEFORE_S, side="right")) - 1)])


def _copy(job: Job, *, clip: Path, target: Path, speed: float | None) -> None:
    run_in_process(job, _write_copy, (clip, target, speed))


def _write_copy(reports: Connection, what: tuple[Path, Path, float | None]) -> None:
    reporting(reports, lambda progress: copy_clip(*what, progress=progress))


def copy_clip(clip: Path, target: Path, speed: float | None, *, progress: Progress) -> None:
    """Write a clip again in H.264, with the real times."""
    with FileSource(clip, speed=speed) as source:
        shrink = min(1.0, _COPY_PX / max(source.size_px))
        size_px = (round(source.size_px[0] * shrink), round(source.size_px[1] * shrink))
        with H264Writer(target, size_px=size_px, nominal_fps=source.nominal_fps) as writer:
            for frame in source:
                writer.write(_resized(frame.image_bgr, size_px), frame.t_s)
                progress("copy", frame.t_s / max(source.expected_s, 1e-3))
            writer.end_at(source.read_to_s)


def _resized(image: ImageBgr, size_px: tuple[int, int]) -> ImageBgr:
    if (image.shape[1], image.shape[0]) == size_px:
        return image
    return np.asarray(cv2.resize(image, size_px, interpolation=cv2.INTER_AREA), np.uint8)


def to_jpeg(image: ImageBgr, *, width_px: int | None = None, quality: int = _JPEG_QUALITY) -> bytes:
    """Return an image as JPEG of that quality (0 to 100), no wider than ``width_px``."""
    if width_px is not None and width_px < image.shape[1]:
        image = _resized(image, (width_px, round(image.shape[0] * width_px / image.shape[1])))
    done, data = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, quality])
    if not done:
        raise ValueError("an image could not be encoded as JPEG")
    return data.tobytes()
