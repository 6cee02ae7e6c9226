"""Keeps what the landmarker found in live practice between runs of a benchmark.

Inference takes most of the time, and how landmarks are judged changes far more often than which images they come from.
Each detection is kept under a hash of all images that its landmarker has seen so far, so one that is found again is the
one that the landmarker would give: code that shows it other images misses, and goes through the clip anew.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from formcheck.pose.landmarker import Detection, Landmarker, no_detection
from formcheck.pose.occlusion import MakeLandmarker

Result = TypeVar("Result")
Found = dict[bytes, Detection | None]


def with_kept_landmarks(file: Path | None, make: MakeLandmarker, run: Callable[[MakeLandmarker], Result]) -> Result:
    """Run with the detections that ``file`` holds, or, where one is missing, with ``make``, and keep what it found."""
    if file is None:
        return run(make)
    if file.exists():
        found = _load(file)
        try:
            return run(lambda *, tracking=True: _Replaying(found, tracking=tracking))
        except _MissingError:
            pass
    fresh: Found = {}
    result = run(lambda *, tracking=True: _Recording(make(tracking=tracking), fresh, tracking=tracking))
    _save(fresh, file)
    return result


class _MissingError(Exception):
    """An image that the landmarker was not shown when the file was made."""


class _History:
    """Hashes the images that one landmarker has been shown, in their order."""

    def __init__(self, *, tracking: bool) -> None:
        self._tracking = tracking
        self._so_far = b""

    def after(self, image_bgr: NDArray[np.uint8], t_s: float) -> bytes:
        # An untracked image is found as if it were the only one.
        before = self._so_far if self._tracking else b"alone"
        parts = (before, np.float64(t_s).tobytes(), np.ascontiguousarray(image_bgr).data)
        digest = hashlib.blake2b(digest_size=16)
        for part in parts:
            digest.update(part)
        self._so_far = digest.digest()
        return self._so_far


class _Recording:
    def __init__(self, landmarker: Landmarker, found: Found, *, tracking: bool) -> None:
        self._landmarker = landmarker
        self._found = found
        self._history = _History(tracking=tracking)
        self._lock = threading.Lock()

    def detect(self, image_bgr: NDArray[np.uint8], t_s: float) -> Detection | None:
        detection = self._landmarker.detect(image_bgr, t_s)
        with self._lock:
            self._found[self._history.after(image_bgr, t_s)] = detection
        return detection

    def close(self) -> None:
        self._landmarker.close()


class _Replaying:
    def __init__(self, found: Found, *, tracking: bool) -> None:
        self._found = found
        self._history = _History(tracking=tracking)

    def detect(self, image_bgr: NDArray[np.uint8], t_s: float) -> Detection | None:
        key = self._history.after(image_bgr, t_s)
        if key not in self._found:
            raise _MissingError
        return self._found[key]

    def close(self) -> None:
        pass


def _save(found: Found, file: Path) -> None:
    kept = [detection or no_detection() for detection in found.values()]
    file.parent.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(
        file,
        key=np.frombuffer(b"".join(found), np.uint8).reshape(-1, 16),
        nobody=np.array([detection is None for detection in found.values()]),
        **{name: np.stack([getattr(detection, name) for detection in kept]) for name in Detection._fields},
    )


def _load(file: Path) -> Found:
    with np.load(file) as kept:
        columns = [kept[name] for name in Detection._fields]
        keys, nobody = kept["key"], kept["nobody"]
    return {
        key.tobytes(): None if absent else Detection(*values)
        for key, absent, *values in zip(keys, nobody, *columns, strict=True)
    }
