"""How a browser shows a clip: whether it can, and at which of its own times each frame stands."""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from formcheck.errors import InputError
from formcheck.review.items import Stamp, stamp
from formcheck.types import FloatArray, ImageBgr
from formcheck.video.container import file_sha256, open_video, read_head
from formcheck.video.source import FileSource

# What Firefox, Chromium and Safari all play, by FFmpeg's name of the container: picture and pixel format.
_PLAYABLE = {
    "mov,mp4,m4a,3gp,3g2,mj2": ({"h264"}, {"yuv420p", "yuvj420p"}, "video/mp4"),
    "matroska,webm": ({"vp8", "vp9"}, {"yuv420p"}, "video/webm"),
}
_FRAMES_KEPT = 48
_JPEG_QUALITY = 88
# A frame is looked for from a little before its time, which was rounded on the way here.
_BEFORE_S = 0.0005


@dataclass(frozen=True, slots=True)
class Playback:
    """How the page plays a clip.

    Parameters
    ----------
    direct : bool
        The browser can play the file itself; otherwise a copy in H.264 is made.
    offset_s : float
        Time of the first picture on the video element's clock, when the file itself is played.
    media_type : str
    """

    direct: bool
    offset_s: float
    media_type: str
    size_px: tuple[int, int]
    rotation_deg: int
    duration_s: float


def read_playback(clip: Path) -> Playback:
    """Look into a clip.

    Raises
    ------
    InputError
        It cannot be read as a video.
    """
    head = read_head(clip)
    container, stream = open_video(clip)
    with container:
        codecs, formats, media_type = _PLAYABLE.get(container.format.name, (set(), set(), "video/mp4"))
        context = stream.codec_context
        direct = (
            context.name in codecs
            and context.pix_fmt in formats
            and not head.geometry.mirrored
            # Chromium cannot seek in what begins before zero.
            and (container.start_time or 0) >= 0
        )
    return Playback(
        direct=direct,
        # The element's clock is the container's own (measured in Chromium over edit lists, late tracks, fragments).
        offset_s=float(head.origin) if direct else 0.0,
        media_type=media_type if direct else "video/mp4",
        size_px=head.geometry.upright_px,
        rotation_deg=head.geometry.turn_deg,
        duration_s=head.duration_s,
    )


class Clips:
    """What is known of clips, and pictures of them, read once for each version of a file."""

    def __init__(self) -> None:
        self._playbacks: dict[tuple[Path, Stamp], Playback] = {}
        self._sums: dict[tuple[Path, Stamp], str] = {}
        self._frames: OrderedDict[tuple[Path, Stamp, float], ImageBgr] = OrderedDict()
        self._lock = threading.Lock()

    def playback(self, clip: Path) -> Playback:
        """Return how a clip is played; see `read_playback`."""
        key = (clip, _stamp(clip))
        if key not in self._playbacks:
            self._playbacks[key] = read_playback(clip)
        return self._playbacks[key]

    def sha256(self, clip: Path) -> str:
        """Return the checksum of a clip."""
        key = (clip, _stamp(clip))
        if key not in self._sums:
            self._sums[key] = file_sha256(clip)
        return self._sums[key]

    def frame(self, clip: Path, t_s: float, times_s: FloatArray) -> tuple[ImageBgr, float]:
        """Return the picture shown at a time of the clip's own clock, and its own time.

        Parameters
        ----------
        clip : Path
        t_s : float
        times_s : (T,) float
            Times of the frames that were analysed; outside of them the clip itself is searched.

        Raises
        ------
        FormcheckError
            There is no such picture, or it cannot be read.
        """
        shown_s = _shown_at(times_s, t_s)
        key = (clip, _stamp(clip), round(shown_s, 4))
        with self._lock:
            if key in self._frames:
                self._frames.move_to_end(key)
                return self._frames[key].copy(), key[2]
        with FileSource(clip, start_s=max(0.0, shown_s - _BEFORE_S)) as source:
            image = next(iter(source)).image_bgr
        with self._lock:
            self._frames[key] = image
            while len(self._frames) > _FRAMES_KEPT:
                self._frames.popitem(last=False)
        return image.copy(), key[2]


def _stamp(clip: Path) -> Stamp:
    found = stamp(clip)
    if found is None:
        raise InputError(f"{clip.name}: the clip is gone; put it back, or open the folder again")
    return found


def _shown_at(times_s: FloatArray, t_s: float) -> float:
    """The time of the frame on show at ``t_s``: the last one that began, to half a millisecond."""
    if len(times_s) == 0 or not times_s[0] <= t_s + _BEFORE_S or t_s > times_s[-1] + 1.0:
        return t_s
    return float(times_s[max(0, int(np.searchsorted(times_s, t_s + _BEFORE_S, side="right")) - 1)])


def jpeg(image: ImageBgr, *, width_px: int | None = None) -> bytes:
    """Return a picture as JPEG, at most so wide."""
    if width_px is not None and width_px < image.shape[1]:
        shrink = width_px / image.shape[1]
        image = np.asarray(cv2.resize(image, None, fx=shrink, fy=shrink, interpolation=cv2.INTER_AREA), np.uint8)
    done, data = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, _JPEG_QUALITY])
    if not done:
        raise ValueError("a picture could not be encoded as JPEG")
    return data.tobytes()
