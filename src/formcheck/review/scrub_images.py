"""Small images of a clip's frames, which the page shows while the hand moves through it: no browser seeks so fast."""

from __future__ import annotations

import os
import threading
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from formcheck.errors import FormcheckError, InputError, OutputError
from formcheck.files import PART_FILES, FileVersion, file_version, replacing
from formcheck.review.clip_process import ClipProcess
from formcheck.review.media import remove_copy, to_jpeg, versioned
from formcheck.server.jobs import Job, JobQueue
from formcheck.types import FloatArray, ImageBgr
from formcheck.video.source import FileSource

# Longer side: a joint can be told, and five minutes take 60 to 100 MB.
_IMAGE_PX = 480
_JPEG_QUALITY = 65
# No hand and no browser shows more of them in a second; longer clips have fewer.
_MOST_HZ = 30.0
_MOST_IMAGES = 12_000
_MOST_BYTES = 300_000_000
# A frame's time may have been rounded since it was analysed.
_SAME_FRAME_S = 0.0005
_LONGEST_S = 600.0
# Two clips may be compared; the others are those that one goes back to.
_KEPT = 4
_BACKGROUND = 10

IntArray = NDArray[np.int64]
# Clip and its version, its speed, the times of its frames.
_Key = tuple[tuple[Path, FileVersion], float | None, bytes]


@dataclass(frozen=True, slots=True)
class ScrubImages:
    """Images in one file, one JPEG behind the other.

    Parameters
    ----------
    path : Path
    frames : (N,) int
        Which of the analysed frames each image shows.
    starts : (N + 1,) int
        Image ``n`` is in bytes [``starts[n]``, ``starts[n + 1]``).
    """

    path: Path
    frames: IntArray
    starts: IntArray

    @property
    def name(self) -> str:
        """Name of this copy; one that is made again has another."""
        return self.path.stem

    def read(self, number: int) -> bytes:
        """Return an image.

        Raises
        ------
        InputError
            There is none of that number, or it is gone.
        """
        if not 0 <= number < len(self.frames):
            raise InputError(f"expected the number of an image, 0 to {len(self.frames) - 1}, got {number}")
        start, end = int(self.starts[number]), int(self.starts[number + 1])
        try:
            with self.path.open("rb") as file:
                file.seek(start)
                return file.read(end - start)
        except OSError as error:
            raise InputError(f"the image cannot be read ({error.strerror}); open the clip again") from None

    @property
    def whole(self) -> bool:
        """Whether the file is still there with all its bytes."""
        with suppress(OSError):
            return self.path.stat().st_size == int(self.starts[-1])
        return False


@dataclass(slots=True)
class _Copy:
    clip: Path
    target: Path
    images: ScrubImages | None = None
    job: Job = field(init=False)


class ScrubCopies:
    """Makes the images of clips in the background, and keeps those of the clips that were looked at last.

    Parameters
    ----------
    folder : Path
        A private folder for nothing else, removed by the caller.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._clips = ClipProcess(longest_s=_LONGEST_S)
        self._queue = JobQueue("formcheck-scrub-images", newest_first=True)
        self._copies: OrderedDict[_Key, _Copy] = OrderedDict()
        self._made = 0
        self._lock = threading.Lock()

    def get(self, item: str, name: str, clip: Path, times_s: FloatArray, speed: float | None) -> ScrubImages | None:
        """Return the images of a clip's analysed frames; None while they are being made, which this begins.

        Parameters
        ----------
        item, name : str
            Of the item that the clip belongs to.
        clip : Path
        times_s : (T,) float
            Times of the frames.
        speed : float, optional
            See `FileSource`.

        Raises
        ------
        FormcheckError
            They could not be made.
        """
        key = (versioned(clip), speed, times_s.tobytes())
        with self._lock:
            self._remove_stale()
            copy = self._copies.get(key) or self._begin(key, item, name, times_s)
            self._copies.move_to_end(key)
            while len(self._copies) > _KEPT:
                self._remove(next(iter(self._copies)))
        if copy.job.error is not None:
            raise FormcheckError(copy.job.error)
        return copy.images if copy.job.state == "done" else None

    def _begin(self, key: _Key, item: str, name: str, times_s: FloatArray) -> _Copy:
        (clip, _), speed, _ = key
        self._made += 1
        copy = self._copies[key] = _Copy(clip, self._folder / f"scrub-{self._made}.jpegs")
        work = partial(self._make, copy=copy, times_s=times_s, speed=speed)
        copy.job = self._queue.add(Job("video", item, name, work, stages=("scrub",)))
        return copy

    def _make(self, _job: Job, *, copy: _Copy, times_s: FloatArray, speed: float | None) -> None:
        try:
            images = self._clips.call(write_scrub_images, copy.clip, copy.clip, copy.target, times_s, speed)
        except FormcheckError:
            # What a process left that was ended while it wrote.
            for part in self._folder.glob(PART_FILES):
                remove_copy(part)
            raise
        with self._lock:
            if copy in self._copies.values():
                copy.images = images
            else:
                remove_copy(copy.target)

    def remove_stale(self) -> None:
        """Remove the images of clips that were removed or replaced since."""
        with self._lock:
            self._remove_stale()

    def _remove_stale(self) -> None:
        for key, copy in list(self._copies.items()):
            damaged = copy.images is not None and not copy.images.whole
            if damaged or file_version(copy.clip) != key[0][1]:
                self._remove(key)

    def _remove(self, key: _Key) -> None:
        copy = self._copies.pop(key)
        self._queue.cancel(copy.job.id)
        remove_copy(copy.target)

    def stop(self) -> None:
        """Stop making images, without waiting."""
        self._clips.stop()
        self._queue.stop()

    def close(self) -> None:
        """Stop, and wait until it is done."""
        self.stop()
        self._clips.close()
        self._queue.close()


def write_scrub_images(clip: Path, target: Path, times_s: FloatArray, speed: float | None) -> ScrubImages:
    """Write the images of a clip's analysed frames, as many as are shown one after another.

    Parameters
    ----------
    clip, target : Path
    times_s : (T,) float
        Times of the frames.
    speed : float, optional
        See `FileSource`.

    Raises
    ------
    InputError
        The clip cannot be read, or has none of the frames.
    OutputError
        The images cannot be written, or take more space than they may.
    """
    # The page and the video in it go first.
    if hasattr(os, "setpriority"):
        os.setpriority(os.PRIO_PROCESS, 0, _BACKGROUND)
    frames: list[int] = []
    starts = [0]
    try:
        with replacing(target) as part, part.open("wb") as file:
            for frame, image in _wanted_frames(clip, times_s, speed):
                starts.append(starts[-1] + file.write(_small_jpeg(image)))
                frames.append(frame)
                if starts[-1] > _MOST_BYTES:
                    raise OutputError(f"{clip.name}: its small images take more than {_MOST_BYTES / 1e6:.0f} MB")
            if not frames:
                raise InputError(f"{clip.name}: expected the frames that were analysed, found none; analyse it again")
    except OSError as error:
        raise OutputError(f"{clip.name}: its small images cannot be written ({error.strerror})") from None
    return ScrubImages(target, np.array(frames, np.int64), np.array(starts, np.int64))


def _wanted_frames(clip: Path, times_s: FloatArray, speed: float | None) -> Iterator[tuple[int, ImageBgr]]:
    """Yield the numbers and images of the analysed frames, every n-th of them."""
    count = len(times_s)
    if count == 0:
        return
    usual_hz = count / max(float(times_s[-1] - times_s[0]), 1e-3)
    step = max(1, round(usual_hz / _MOST_HZ), -(-count // _MOST_IMAGES))
    wanted = 0
    with FileSource(clip, speed=speed, threads=1) as source:
        for frame in source:
            while wanted < count and times_s[wanted] < frame.t_s - _SAME_FRAME_S:
                wanted += step
            if wanted >= count:
                return
            if times_s[wanted] <= frame.t_s + _SAME_FRAME_S:
                yield wanted, frame.image_bgr
                wanted += step


def _small_jpeg(image: ImageBgr) -> bytes:
    h, w = image.shape[:2]
    return to_jpeg(image, width_px=max(1, round(w * _IMAGE_PX / max(w, h))), quality=_JPEG_QUALITY)
