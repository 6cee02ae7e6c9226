"""The landmarker: one image in, 33 points of one person out. The only import of mediapipe."""

from __future__ import annotations

import os
import sys
import threading
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple, Protocol, Self

import cv2
import numpy as np
from numpy.typing import NDArray

from formcheck.errors import InputError
from formcheck.memory import give_back_memory, use_one_heap
from formcheck.pose.landmarks import COUNT
from formcheck.types import ImageBgr

# Inference works on a 256 px crop of the person: a larger image costs time and adds nothing.
_MAX_SIDE_PX = 1280


class Detection(NamedTuple):
    """One person in one image: image points (33, 2) px, world points (33, 3) m, visibility (33,)."""

    xy_px: NDArray[np.floating]
    world_m: NDArray[np.floating]
    visibility: NDArray[np.floating]


class Landmarker(Protocol):
    """Finds one person in each image of a clip. ``tests/contract/test_landmarker.py`` holds what is promised here."""

    def detect(self, image_bgr: ImageBgr, t_s: float) -> Detection | None:
        """Find the person.

        Parameters
        ----------
        image_bgr : (H, W, 3) uint8
            Not changed.
        t_s : float
            Must grow from call to call.

        Returns
        -------
        Detection or None
            None when nobody was found.
        """
        ...

    def close(self) -> None:
        """Release what it holds. It cannot be used afterwards."""
        ...


class MediaPipeLandmarker:
    """MediaPipe's PoseLandmarker.

    A fresh one is needed for each clip, and it must be closed: left to the interpreter's exit it prints
    a TypeError.

    Parameters
    ----------
    model_path : Path
    tracking : bool
        True: track one person from frame to frame, with smoothing (VIDEO mode). False: take each frame by itself
        (IMAGE mode): there is more jitter, but a leg that is taken for the other one in one frame does not affect
        the frames after it.

    Raises
    ------
    InputError
        The model file is missing or is not a landmark bundle.
    """

    def __init__(self, model_path: Path, *, tracking: bool = True) -> None:
        # Its C++ log lines (delegate created, feedback manager) mean nothing to a user.
        os.environ.setdefault("GLOG_minloglevel", "2")
        os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
        use_one_heap()
        import mediapipe
        from mediapipe.tasks.python import BaseOptions, vision

        modes = vision.RunningMode
        self._tracking = tracking
        self._image = mediapipe.Image
        self._srgb = mediapipe.ImageFormat.SRGB
        try:
            with _SILENT_STDERR:
                self._landmarker = vision.PoseLandmarker.create_from_options(
                    vision.PoseLandmarkerOptions(
                        base_options=BaseOptions(**_asset(model_path)),
                        running_mode=modes.VIDEO if tracking else modes.IMAGE,
                    )
                )
        except (OSError, RuntimeError, ValueError) as error:
            raise InputError(
                f"{model_path}: expected a pose landmark bundle (.task), got: {_first_line(error)}; "
                "check it with 'formcheck models verify'"
            ) from None
        self._last_ms = -1
        self._warm = False

    def detect(self, image_bgr: ImageBgr, t_s: float) -> Detection | None:
        height, width = image_bgr.shape[:2]
        # MediaPipe reads rows without their stride: the array must be contiguous (cvtColor's is).
        rgb = cv2.cvtColor(shrink_for_inference(image_bgr), cv2.COLOR_BGR2RGB)
        image = self._image(self._srgb, rgb)
        if self._warm:
            result = self._detect(image, t_s)
        else:
            with _SILENT_STDERR:
                result = self._detect(image, t_s)
        if not result.pose_landmarks:
            return None
        self._warm = True
        points, world = result.pose_landmarks[0], result.pose_world_landmarks[0]
        return Detection(
            # single precision is what the network computes in, and half the memory of a long clip
            np.array([(p.x * width, p.y * height) for p in points], dtype=np.float32),
            np.array([(p.x, p.y, p.z) for p in world], dtype=np.float32),
            np.array([p.visibility for p in points], dtype=np.float32),
        )

    def _detect(self, image: Any, t_s: float) -> Any:
        if not self._tracking:
            return self._landmarker.detect(image)
        self._last_ms = max(self._last_ms + 1, round(t_s * 1000))
        return self._landmarker.detect_for_video(image, self._last_ms)

    def close(self) -> None:
        self._landmarker.close()
        give_back_memory()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def shrink_for_inference(image_bgr: ImageBgr) -> ImageBgr:
    """The image (H, W, 3) itself, or a smaller copy of a large one."""
    shrink = min(1.0, _MAX_SIDE_PX / max(image_bgr.shape[:2]))
    if shrink == 1.0:
        return image_bgr
    return np.asarray(cv2.resize(image_bgr, None, fx=shrink, fy=shrink, interpolation=cv2.INTER_AREA), dtype=np.uint8)


def no_detection() -> Detection:
    """The detection of nobody: all NaN."""
    return Detection(np.full((COUNT, 2), np.nan), np.full((COUNT, 3), np.nan), np.full(COUNT, np.nan))


def _asset(model_path: Path) -> dict[str, Any]:
    """How the library gets the model: given a path it maps the file, which saves 35 MB for every landmarker."""
    with model_path.open("rb") as file:
        # On Windows it cannot open files of some names.
        return {"model_asset_buffer": file.read()} if sys.platform == "win32" else {"model_asset_path": str(model_path)}


def _first_line(error: Exception) -> str:
    return str(error).strip().splitlines()[0][:160] if str(error).strip() else type(error).__name__


class _SilentStderr:
    """Silences the process's stderr while the C++ library starts, which writes past Python's own stream.

    Several threads may be inside at once: the first one in turns stderr off, the last one out turns it on again.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._inside = 0
        self._saved: int | None = None

    def __enter__(self) -> None:
        with self._lock:
            if self._inside == 0:
                self._turn_off()
            self._inside += 1

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._lock:
            self._inside -= 1
            if self._inside == 0 and self._saved is not None:
                os.dup2(self._saved, 2)
                os.close(self._saved)
                self._saved = None

    def _turn_off(self) -> None:
        try:
            self._saved = os.dup(2)
        except OSError:  # a process without stderr has nothing to silence
            return
        sink = os.open(os.devnull, os.O_WRONLY)
        os.dup2(sink, 2)
        os.close(sink)


_SILENT_STDERR = _SilentStderr()
