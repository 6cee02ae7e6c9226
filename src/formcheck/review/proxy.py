"""Copies in H.264 of clips that browsers do not play, made in the background, gone when the server ends."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from formcheck.errors import FormcheckError
from formcheck.review.items import Stamp, item_id, stamp
from formcheck.types import Frame, ImageBgr
from formcheck.video.source import FileSource
from formcheck.video.writer import H264Writer

# Enough to see a joint; larger ones take longer to make and to seek in.
_LONG_SIDE_PX = 1920


@dataclass(slots=True)
class _Proxy:
    item: str
    name: str
    clip: Path
    target: Path
    state: str = "queued"
    share: float = 0.0
    error: str | None = None


class Proxies:
    """One thread makes one copy after another.

    Parameters
    ----------
    folder : Path
        A private folder, removed by whoever made it.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._made: dict[tuple[Path, Stamp | None], _Proxy] = {}
        self._wake = threading.Condition()
        self._closed = False
        self._thread = threading.Thread(target=self._run, name="formcheck-proxies", daemon=True)
        self._thread.start()

    def begin(self, item: str, name: str, clip: Path) -> None:
        """Begin a copy, once for each version of a clip."""
        key = (clip, stamp(clip))
        with self._wake:
            if key not in self._made:
                target = self._folder / f"{item_id('proxy', f'{clip} {key[1]}')}.mp4"
                self._made[key] = _Proxy(item, name, clip, target)
                self._wake.notify_all()

    def get(self, item: str, clip: Path) -> Path | None:
        """Return the copy, or None while it is being made.

        Raises
        ------
        FormcheckError
            It could not be made.
        """
        self.begin(item, clip.name, clip)
        with self._wake:
            proxy = self._made[clip, stamp(clip)]
            if proxy.error is not None:
                raise FormcheckError(proxy.error)
            return proxy.target if proxy.state == "done" else None

    def share(self, clip: Path) -> float:
        """Return how much of a copy is made."""
        with self._wake:
            proxy = self._made.get((clip, stamp(clip)))
            return proxy.share if proxy is not None else 0.0

    def all(self) -> list[dict[str, Any]]:
        """Return the copies in the form of jobs."""
        with self._wake:
            return [
                {
                    "job": item_id("proxy-job", proxy.target.name),
                    "kind": "video",
                    "id": proxy.item,
                    "name": proxy.name,
                    "state": proxy.state,
                    "stage": "preparing the video",
                    "share": round(proxy.share, 3),
                    "error": proxy.error,
                }
                for proxy in self._made.values()
            ]

    def close(self) -> None:
        """Stop; what is unfinished vanishes."""
        with self._wake:
            self._closed = True
            self._wake.notify_all()
        self._thread.join()

    def _run(self) -> None:
        while True:
            with self._wake:
                while not self._closed and not any(p.state == "queued" for p in self._made.values()):
                    self._wake.wait()
                if self._closed:
                    return
                # The newest first: it is what somebody looks at now.
                proxy = [p for p in self._made.values() if p.state == "queued"][-1]
                proxy.state = "running"
            error = self._make(proxy)
            with self._wake:
                proxy.error = error
                proxy.state = "failed" if error else "done"
                proxy.share = 1.0 if proxy.state == "done" else proxy.share

    def _make(self, proxy: _Proxy) -> str | None:
        """Make a copy; return why that failed, or None."""
        try:
            with FileSource(proxy.clip) as source:
                shrink = min(1.0, _LONG_SIDE_PX / max(source.size_px))
                size_px = (round(source.size_px[0] * shrink), round(source.size_px[1] * shrink))
                with H264Writer(proxy.target, size_px=size_px, nominal_fps=source.nominal_fps) as writer:
                    for frame in self._until_closed(source):
                        writer.write(_sized(frame.image_bgr, size_px), frame.t_s)
                        proxy.share = min(1.0, frame.t_s / max(source.duration_s, 1e-3))
                    writer.end_at(source.read_to_s)
        except FormcheckError as error:
            return str(error)
        except Exception as error:  # noqa: BLE001 - the thread's rim: the page says it instead of waiting for ever
            return f"the video could not be prepared ({type(error).__name__}: {error})"
        return None

    def _until_closed(self, frames: Iterable[Frame]) -> Iterator[Frame]:
        for frame in frames:
            if self._closed:
                raise _StoppedError("the server ended")
            yield frame


class _StoppedError(FormcheckError):
    """The server ends."""


def _sized(image: ImageBgr, size_px: tuple[int, int]) -> ImageBgr:
    if (image.shape[1], image.shape[0]) == size_px:
        return image
    return np.asarray(cv2.resize(image, size_px, interpolation=cv2.INTER_AREA), np.uint8)
