"""The survey: a first, coarse pass over the clip. Where the trunk lies, which leg works, where the other one rests.

The two legs compete for the landmarker's attention, and near full extension it puts one where the other is. The resting
leg keeps still, so a few frames a second are enough to know its place and its looks; it is then hidden (see
`occlusion`) in the pass over every frame.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from formcheck.pose.body import Body, find_body
from formcheck.pose.clean_plate import CleanPlate, make_plate, shrink_image
from formcheck.pose.image_file import KeepImage, ReadImage, in_memory
from formcheck.pose.landmarker import Detection
from formcheck.pose.pace import Stretch, fast_stretches
from formcheck.pose.people import Look
from formcheck.pose.survey_legs import RestingLeg, measure_legs, working_side
from formcheck.timeseries import running_median
from formcheck.types import BoolArray, FloatArray, ImageBgr, Side

STRIDE_S = 1 / 6
# Long side of the small grey images that tell whether the resting leg keeps still.
_THUMBNAIL_PX = 96
# Share of the survey with one foot on the floor that is enough to be certain that this leg never works.
_CERTAIN_REST_SHARE = 0.85
# In half of that time a resting knee and ankle stay within this (trunk lengths). Not in most of it: the landmarker
# misplaces the leg now and then. Over 90 clips 0.01 to 0.16, low light included; legs that take turns 0.23.
_SPREAD = 0.17
# Mean change, in grey levels, of a place in which nothing moves (noise and shadows).
_STILL_GREY = 18.0
# A bent resting leg is shown by this share of the raised samples, those with the highest ankle: the working shank is
# then clear of it.
_CLEAR_SHARE = 0.35
# Nor is the working thigh, but for its root (share of it).
_GUARD_BEGIN = 0.1
# The working leg counts as raised when it is so in most of this long.
_RAISED_WINDOW_S = 1.0


@dataclass(frozen=True, slots=True)
class Survey:
    """What the coarse pass found.

    Parameters
    ----------
    body : Body
    side : Side
        The working leg.
    resting : RestingLeg or None
        Where the other leg keeps still; None when it does not, or was not seen.
    raised : (S,) bool
        Per sample of ``body``: the working leg is up, clear of where the other one lies.
    fast : tuple of (from, to)
        Stretches, in seconds, in which the working leg moves fast.
    plate : CleanPlate or None
        What hides a bent resting leg.
    second_person : bool
        Somebody else is in the picture.
    """

    body: Body
    side: Side
    resting: RestingLeg | None
    raised: BoolArray
    fast: tuple[Stretch, ...]
    plate: CleanPlate | None = None
    second_person: bool = False

    def raised_at(self, t_s: float) -> bool:
        """Whether the working leg is up at this time."""
        return bool(self.raised[int(np.abs(self.body.t_s - t_s).argmin())])


class SurveySample(NamedTuple):
    """What the survey needs of a frame.

    ``xy_px`` are landmarks (33, 2), None if nobody was found; ``thumbnail`` is a small grey copy of the image, smaller
    by ``thumbnail_scale``; ``image`` gives a larger one in colour. Not every sample needs to have these two. In a few
    samples there is a ``look`` for somebody else.
    """

    t_s: float
    luma: float
    xy_px: NDArray[np.floating] | None
    thumbnail: ImageBgr | None
    thumbnail_scale: float
    image: ReadImage | None
    look: Look | None = None


def take_sample(
    image_bgr: ImageBgr,
    t_s: float,
    detection: Detection | None,
    *,
    with_image: bool = True,
    keep: KeepImage = in_memory,
) -> SurveySample:
    """Take from a frame what the survey needs, an image for `Surveyor.make_plate` included unless told otherwise."""
    scale = _THUMBNAIL_PX / max(image_bgr.shape[:2])
    size = (max(1, round(image_bgr.shape[1] * scale)), max(1, round(image_bgr.shape[0] * scale)))
    small = cv2.resize(image_bgr, size, interpolation=cv2.INTER_AREA)
    thumbnail = np.asarray(cv2.cvtColor(small, cv2.COLOR_BGR2GRAY), dtype=np.uint8)
    xy_px = None if detection is None else detection.xy_px
    image = keep(shrink_image(image_bgr)) if with_image else None
    return SurveySample(t_s, float(thumbnail.mean()), xy_px, thumbnail, scale, image)


class Surveyor:
    """Collects samples; `finish` concludes from them."""

    def __init__(self) -> None:
        self._t_s: list[float] = []
        self._xy: list[FloatArray] = []
        self._thumbnails: list[ImageBgr | None] = []
        self._thumbnail_scale = 1.0
        self._images: list[ReadImage | None] = []

    def add(self, sample: SurveySample) -> None:
        """Add a sample. One in which nobody was found tells nothing."""
        if sample.xy_px is None:
            return
        self._t_s.append(sample.t_s)
        self._xy.append(sample.xy_px.astype(np.float64))
        self._thumbnails.append(sample.thumbnail)
        self._thumbnail_scale = sample.thumbnail_scale
        self._images.append(sample.image)

    def forget_before(self, t_s: float) -> None:
        """Drop the samples older than ``t_s``."""
        old = int(np.searchsorted(self._t_s, t_s))
        for samples in (self._t_s, self._xy, self._thumbnails, self._images):
            del samples[:old]

    def finish(self, side: Side | None = None) -> Survey | None:
        """Conclude from the samples; None when nobody was found. A given ``side`` is taken as the working one."""
        if not self._t_s:
            return None
        t_s, xy = np.array(self._t_s), np.stack(self._xy)
        body = find_body(t_s, xy)
        legs = measure_legs(body, xy)
        side = side or working_side(body, legs)
        on_floor, raised = legs.on_floor(), legs.raised()
        resting, spread = legs.resting_place(on_floor & raised)
        certain = on_floor.mean() >= _CERTAIN_REST_SHARE and spread < _SPREAD
        if resting is not None and not certain and not self._keeps_still(body, resting):
            resting = None
        steadily_raised = running_median(t_s, raised.astype(np.float64), window_s=_RAISED_WINDOW_S) > 0.5
        fast = fast_stretches(t_s, xy, side)
        return Survey(body, side, resting, steadily_raised, fast)

    def make_plate(self, survey: Survey) -> CleanPlate | None:
        """What hides the resting leg of a survey of these samples; None unless that leg is bent."""
        resting = survey.resting
        if resting is None or resting.straight:
            return None
        legs = measure_legs(survey.body, np.stack(self._xy))
        knee, ankle = legs.pick(legs.knee, lower=False), legs.pick(legs.ankle, lower=False)
        apart = legs.on_floor() & legs.raised()
        clear = apart & (ankle[:, 1] >= np.quantile(ankle[apart, 1], 1 - _CLEAR_SHARE))
        shown = [(t, self._images[i]) for i, t in enumerate(self._t_s) if clear[i]]
        images = [read() for _, read in shown if read is not None]
        if not images:
            return None
        axes = survey.body.at(next(t for t, read in shown if read is not None))
        scale = self._thumbnail_scale * max(images[0].shape) / _THUMBNAIL_PX
        thigh = np.median(knee[apart], axis=0)
        return make_plate(
            images,
            leg_px=axes.to_px(resting.outline()) * scale,
            working_thigh_px=axes.to_px(np.stack([_GUARD_BEGIN * thigh, thigh])) * scale,
            trunk_px=axes.trunk_px * scale,
        )

    def _keeps_still(self, body: Body, resting: RestingLeg) -> bool:
        """Does the image stay as it is where the resting leg lies?"""
        axes = body.at(float(np.median(body.t_s)))
        leg = axes.to_px(np.stack([0.5 * resting.knee, resting.knee, resting.ankle])) * self._thumbnail_scale
        thumbnails = [thumbnail for thumbnail in self._thumbnails if thumbnail is not None]
        if not thumbnails:
            return False
        mask = np.zeros(thumbnails[0].shape, np.uint8)
        thickness = max(2, round(0.2 * axes.trunk_px * self._thumbnail_scale))
        cv2.polylines(mask, [np.round(leg).astype(np.int32)], isClosed=False, color=255, thickness=thickness)
        if not mask.any():
            return False
        inside = np.stack([thumbnail[mask > 0] for thumbnail in thumbnails])
        change = np.abs(inside - np.median(inside, axis=0)).mean(axis=1)
        return bool(np.percentile(change, 90) < _STILL_GREY)
