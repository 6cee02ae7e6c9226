"""Hiding the resting leg, so that the landmarker sees one leg only.

A straight one is painted out, a bent one replaced by the background (see `clean_plate`). The landmarker is run on up to
two images of a frame: the plain one, and the one with the resting leg hidden.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from concurrent.futures import Executor
from functools import partial
from typing import Literal, Protocol

import cv2
import numpy as np

from formcheck.pose.body import BodyAxes
from formcheck.pose.detections import FrameDetections
from formcheck.pose.landmarker import Detection, Landmarker, no_detection
from formcheck.pose.survey import Survey
from formcheck.pose.survey_legs import RestingLeg
from formcheck.types import FloatArray, Frame, ImageBgr

# Which image of a frame: as it is, or with the resting leg hidden.
Variant = Literal["plain", "hidden"]

_GREY = (127, 127, 127)
# In trunk lengths. The working thigh leaves the trunk at the hip, so the region starts beyond it; the resting foot
# points up and reaches beyond the ankle; on the floor side there is room for the leg's own thickness and shadow.
_START = 0.3
_BEYOND_ANKLE = 0.55
_FRONT = (0.25, 0.5)
_BACK = 0.45


class MakeLandmarker(Protocol):
    """Makes a new landmarker; see `MediaPipeLandmarker` for ``tracking``."""

    def __call__(self, *, tracking: bool = True) -> Landmarker: ...


def paint_out(image_bgr: ImageBgr, axes: BodyAxes, resting: RestingLeg) -> ImageBgr:
    """A copy of the image (H, W, 3) with the resting leg, which must be straight, painted grey."""
    painted = image_bgr.copy()
    corners = np.round(axes.to_px(_strip(resting))).astype(np.int32)
    cv2.fillConvexPoly(painted, corners, _GREY)
    return painted


def _strip(resting: RestingLeg) -> FloatArray:
    """Corners (4, 2) in body coordinates of a strip from hip to ankle."""
    length = float(np.hypot(*resting.ankle))
    along = resting.ankle / length
    front = np.array([-along[1], along[0]])
    start, end = _START * along, (length + _BEYOND_ANKLE) * along
    corners = [start + _FRONT[0] * front, end + _FRONT[1] * front, end - _BACK * front, start - _BACK * front]
    return np.stack(corners)


def variants_of(frame: Frame, survey: Survey | None) -> dict[Variant, ImageBgr]:
    """The images of a frame to run the landmarker on.

    A resting leg that lies straight is hidden; while it is not certain that the working leg is up, the plain image is
    used too. With a bent one both images are always used: hiding it now and then takes along a piece of the working
    leg. Otherwise the plain image alone.
    """
    if survey is not None and survey.plate is not None:
        return {"hidden": survey.plate.hide(frame.image_bgr), "plain": frame.image_bgr}
    if survey is None or survey.resting is None or not survey.resting.straight:
        return {"plain": frame.image_bgr}
    images: dict[Variant, ImageBgr] = {"hidden": paint_out(frame.image_bgr, survey.body.at(frame.t_s), survey.resting)}
    if not survey.raised_at(frame.t_s):
        images["plain"] = frame.image_bgr
    return images


class VariantDetector:
    """Runs a landmarker on each image of a frame.

    Each variant has a landmarker of its own: it tracks the person, and an image of the other kind would make it lose
    track.

    Parameters
    ----------
    make_landmarker : callable
    untracked : collection of Variant
        Variants of which each image is taken by itself, see `MediaPipeLandmarker`.
    pool : Executor, optional
        Where there is one, two images are processed at the same time.
    """

    def __init__(
        self, make_landmarker: MakeLandmarker, *, untracked: Collection[Variant] = (), pool: Executor | None = None
    ) -> None:
        self._make = make_landmarker
        self._untracked = untracked
        self._pool = pool
        self._landmarkers: dict[Variant, Landmarker] = {}

    def prepare(self, variants: Iterable[Variant]) -> None:
        """Make the landmarkers that are still missing for these variants."""
        for variant in variants:
            if variant not in self._landmarkers:
                self._landmarkers[variant] = self._make(tracking=variant not in self._untracked)

    def detect(self, images: Mapping[Variant, ImageBgr], t_s: float) -> dict[Variant, Detection | None]:
        """Find the person in each image; None where nobody was found."""
        self.prepare(images)
        calls = [partial(self._landmarkers[variant].detect, image, t_s) for variant, image in images.items()]
        if self._pool is not None and len(calls) > 1:
            found = [future.result() for future in [self._pool.submit(call) for call in calls]]
        else:
            found = [call() for call in calls]
        return dict(zip(images, found, strict=True))

    def close(self) -> None:
        """Close all landmarkers."""
        for landmarker in self._landmarkers.values():
            landmarker.close()


def frame_detections(
    frame: Frame, found: Mapping[Variant, Detection | None], *, change: float = 0.0
) -> FrameDetections:
    """What was found in a frame, by variant; NaN where nobody was."""
    named = {variant: detection or no_detection() for variant, detection in found.items()}
    luma = float(frame.image_bgr[::8, ::8].mean())
    return FrameDetections(frame.t_s, luma, plain=named.get("plain"), hidden=named.get("hidden"), change=change)
