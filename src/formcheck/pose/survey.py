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
from formcheck.pose.landmarker import Detection
from formcheck.pose.landmarks import LEGS
from formcheck.pose.pace import Stretch, fast_stretches
from formcheck.timeseries import running_median
from formcheck.types import BoolArray, FloatArray, ImageBgr, Side

STRIDE_S = 1 / 6
# Long side of the small grey images that tell whether the resting leg keeps still.
_THUMBNAIL_PX = 96
# A foot is on the floor when its ankle is less than this in front of the trunk's line (trunk lengths) ...
_FLOOR_ANKLE = 0.35
# ... and in the air when it is more than this, and the thigh higher than that.
_RAISED_ANKLE = 0.4
_RAISED_HIP_DEG = 45.0
# Share of the survey in which one foot is on the floor and the other in the air: enough to locate the resting leg ...
_MIN_REST_SHARE = 0.25
# ... and enough to be certain that it never works.
_CERTAIN_REST_SHARE = 0.85
# A knee that stands off the line from hip to ankle by less than this (trunk lengths) belongs to a straight leg.
_STRAIGHT = 0.35
# In half of that time a resting knee and ankle stay within this (trunk lengths). Not in most of it: the landmarker
# misplaces the leg now and then. Over 90 clips 0.01 to 0.16, low light included; legs that take turns 0.23.
_SPREAD = 0.17
# The spread may be up to this where the images show that nothing moves there: then it is the labels that wander.
_SPREAD_WHERE_STILL = 0.3
# Mean change, in grey levels, of a place in which nothing moves (noise and shadows).
_STILL_GREY = 18.0
# Labels vote on the working side when the thighs differ by this much. Where the far leg works they agree; where they
# do not, the near one works and the landmarker swaps them (33 rendered clips).
_VOTING_HIP_DEG = 12.0
_AGREED_VOTE = 0.95
# A leg whose knee and ankle move by less than this (trunk lengths) rests, and one with more than that works, where the
# other's foot is on the floor all the time.
_RESTS_TRAVEL = 0.12
_WORKS_TRAVEL = 0.25
# A knee that moves less than this share of the other's does not work.
_IDLE_RANGE_RATIO = 0.7
# A bent resting leg is shown by this share of the raised samples, those with the highest ankle: the working shank is
# then clear of it.
_CLEAR_SHARE = 0.35
# Where its thigh begins that is not hidden (share of it), so that the hip stays in the image; and how far its toes are
# beyond the ankle, along the trunk and along the shank (trunk lengths).
_THIGH_BEGIN = 0.45
_TOES_ALONG, _TOES_DOWN = 0.24, 0.12
# Nor is the working thigh, but for its root (share of it).
_GUARD_BEGIN = 0.1
# The working leg counts as raised when it is so in most of this long.
_RAISED_WINDOW_S = 1.0


class RestingLeg(NamedTuple):
    """Where the resting knee and ankle are, each (2,) in body coordinates (see `BodyAxes`)."""

    knee: FloatArray
    ankle: FloatArray

    @property
    def straight(self) -> bool:
        """The leg lies flat, clear of the working one."""
        (along, front), (_, knee) = self.ankle, self.knee
        return bool(abs(along * knee - front * self.knee[0]) < _STRAIGHT * np.hypot(along, front))

    def outline(self) -> FloatArray:
        """Where the part of the thigh that can be hidden begins, knee, ankle and toes (4, 2) in body coordinates."""
        shank = self.ankle - self.knee
        toes = self.ankle + _TOES_DOWN * shank / np.hypot(*shank) + np.array([_TOES_ALONG, 0.0])
        return np.stack([_THIGH_BEGIN * self.knee, self.knee, self.ankle, toes])


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
    """

    body: Body
    side: Side
    resting: RestingLeg | None
    raised: BoolArray
    fast: tuple[Stretch, ...]
    plate: CleanPlate | None = None

    def raised_at(self, t_s: float) -> bool:
        """Whether the working leg is up at this time."""
        return bool(self.raised[int(np.abs(self.body.t_s - t_s).argmin())])


class SurveySample(NamedTuple):
    """What the survey needs of a frame.

    ``xy_px`` are landmarks (33, 2), None if nobody was found; ``thumbnail`` is a small grey copy of the image, smaller
    by ``thumbnail_scale``; ``image`` is a larger one in colour, which not every sample needs to have.
    """

    t_s: float
    luma: float
    xy_px: NDArray[np.floating] | None
    thumbnail: ImageBgr
    thumbnail_scale: float
    image: ImageBgr | None


def take_sample(
    image_bgr: ImageBgr, t_s: float, detection: Detection | None, *, with_image: bool = True
) -> SurveySample:
    """Take from a frame what the survey needs, an image for `Surveyor.make_plate` included unless told otherwise."""
    scale = _THUMBNAIL_PX / max(image_bgr.shape[:2])
    size = (max(1, round(image_bgr.shape[1] * scale)), max(1, round(image_bgr.shape[0] * scale)))
    small = cv2.resize(image_bgr, size, interpolation=cv2.INTER_AREA)
    thumbnail = np.asarray(cv2.cvtColor(small, cv2.COLOR_BGR2GRAY), dtype=np.uint8)
    xy_px = None if detection is None else detection.xy_px
    image = shrink_image(image_bgr) if with_image else None
    return SurveySample(t_s, float(thumbnail.mean()), xy_px, thumbnail, scale, image)


class Surveyor:
    """Collects samples; `finish` concludes from them."""

    def __init__(self) -> None:
        self._t_s: list[float] = []
        self._xy: list[FloatArray] = []
        self._thumbnails: list[ImageBgr] = []
        self._thumbnail_scale = 1.0
        self._images: list[ImageBgr | None] = []

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
        legs = _measure_legs(body, xy)
        side = side or _working_side(body, legs)
        on_floor, raised = legs.on_floor(), legs.raised()
        resting, spread = legs.resting_place(on_floor & raised)
        certain = on_floor.mean() >= _CERTAIN_REST_SHARE and spread < _SPREAD
        if resting is not None and not certain and not self._keeps_still(body, resting):
            resting = None
        steadily_raised = running_median(t_s, raised.astype(np.float64), window_s=_RAISED_WINDOW_S) > 0.5
        return Survey(body, side, resting, steadily_raised, fast_stretches(t_s, xy, side))

    def make_plate(self, survey: Survey) -> CleanPlate | None:
        """What hides the resting leg of a survey of these samples; None unless that leg is bent."""
        resting = survey.resting
        if resting is None or resting.straight:
            return None
        legs = _measure_legs(survey.body, np.stack(self._xy))
        knee, ankle = legs.pick(legs.knee, lower=False), legs.pick(legs.ankle, lower=False)
        apart = legs.on_floor() & legs.raised()
        clear = apart & (ankle[:, 1] >= np.quantile(ankle[apart, 1], 1 - _CLEAR_SHARE))
        shown = [(t, self._images[i]) for i, t in enumerate(self._t_s) if clear[i]]
        images = [image for _, image in shown if image is not None]
        if not images:
            return None
        axes = survey.body.at(next(t for t, image in shown if image is not None))
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
        mask = np.zeros(self._thumbnails[0].shape, np.uint8)
        thickness = max(2, round(0.2 * axes.trunk_px * self._thumbnail_scale))
        cv2.polylines(mask, [np.round(leg).astype(np.int32)], isClosed=False, color=255, thickness=thickness)
        if not mask.any():
            return False
        inside = np.stack([thumbnail[mask > 0] for thumbnail in self._thumbnails])
        change = np.abs(inside - np.median(inside, axis=0)).mean(axis=1)
        return bool(np.percentile(change, 90) < _STILL_GREY)


class _Legs(NamedTuple):
    """Both legs by the model's labels, left first.

    Hip and knee flexion (S, 2) deg; knee and ankle (S, 2, 2) in body coordinates.
    """

    hip_deg: FloatArray
    knee_deg: FloatArray
    knee: FloatArray
    ankle: FloatArray

    def pick(self, values: FloatArray, *, lower: bool) -> FloatArray:
        """Of each sample the values of the leg with the lower, or the higher, ankle."""
        height = self.ankle[..., 1]
        which = height.argmin(axis=1) if lower else height.argmax(axis=1)
        picked: FloatArray = values[np.arange(len(which)), which]
        return picked

    def on_floor(self) -> BoolArray:
        """Per sample: one foot is on the floor."""
        return np.asarray(self.pick(self.ankle, lower=True)[:, 1] < _FLOOR_ANKLE)

    def raised(self) -> BoolArray:
        """Per sample: one leg is up, foot and all."""
        hip, ankle = self.pick(self.hip_deg, lower=False), self.pick(self.ankle, lower=False)
        return np.asarray((hip > _RAISED_HIP_DEG) & (ankle[:, 1] > _RAISED_ANKLE))

    def held_up(self) -> FloatArray:
        """Per sample the leg that is held up: 1 the first, -1 the second, 0 where it cannot be told.

        A foot in the air tells more than a thigh: the thigh of a leg that stands bent on its foot may be steeper than
        that of a straight one that is raised. With both feet on the floor neither is held up.
        """
        height = self.ankle[..., 1]
        lower, higher = height.min(axis=1), height.max(axis=1)
        by_foot = np.where((lower < _FLOOR_ANKLE) & (higher > _RAISED_ANKLE), np.sign(height[:, 0] - height[:, 1]), 0)
        thighs = self.hip_deg[:, 0] - self.hip_deg[:, 1]
        by_thigh = np.where((np.abs(thighs) > _VOTING_HIP_DEG) & (higher >= _FLOOR_ANKLE), np.sign(thighs), 0)
        return np.where(by_foot != 0, by_foot, by_thigh)

    def travel(self) -> FloatArray:
        """How far knee or ankle of each leg (2,) moves in most of the samples, trunk lengths."""
        joints = np.stack([self.knee, self.ankle])
        low, high = np.percentile(joints, [10, 90], axis=1)
        return np.asarray(np.hypot(*np.moveaxis(high - low, -1, 0)).max(axis=0))

    def resting_place(self, apart: BoolArray) -> tuple[RestingLeg | None, float]:
        """Where the leg on the floor is, over the samples in which the other one is up (``apart``).

        Returns
        -------
        The place, None if the leg moves; and how far it is typically from there, trunk lengths.
        """
        if apart.mean() < _MIN_REST_SHARE:
            return None, np.inf
        knee, ankle = self.pick(self.knee, lower=True)[apart], self.pick(self.ankle, lower=True)[apart]
        place = RestingLeg(np.median(knee, axis=0), np.median(ankle, axis=0))
        distances = np.hypot(*(np.stack([knee - place.knee, ankle - place.ankle]).transpose(2, 0, 1)))
        spread = float(np.median(distances.max(axis=0)))
        return (place if spread < _SPREAD_WHERE_STILL else None), spread


def _measure_legs(body: Body, xy_px: FloatArray) -> _Legs:
    axes = [body.at(t) for t in body.t_s]
    joints = np.stack([at.to_body(points) for at, points in zip(axes, xy_px, strict=True)])
    hip = np.stack([joints[:, leg.hip] for leg in LEGS.values()], axis=1)
    knee = np.stack([joints[:, leg.knee] for leg in LEGS.values()], axis=1)
    ankle = np.stack([joints[:, leg.ankle] for leg in LEGS.values()], axis=1)
    thigh, shank = knee - hip, ankle - knee
    hip_deg = np.degrees(np.arctan2(thigh[..., 1], thigh[..., 0]))
    knee_deg = hip_deg - np.degrees(np.arctan2(shank[..., 1], shank[..., 0]))
    return _Legs(hip_deg, (knee_deg + 180) % 360 - 180, knee, ankle)


def _working_side(body: Body, legs: _Legs) -> Side:
    """The leg that alone moves while the other foot rests; else the one held up; else the one whose knee moves.

    Where none of these tells, or the model's labels contradict each other, it is the near one.
    """
    sides = tuple(LEGS)
    moves, on_floor = legs.travel(), legs.ankle[..., 1] < _FLOOR_ANKLE
    for at, side in enumerate(sides):
        other = 1 - at
        if moves[at] > _WORKS_TRAVEL and moves[other] < _RESTS_TRAVEL and on_floor[:, other].mean() > _AGREED_VOTE:
            return side
    votes = legs.held_up()
    if (votes != 0).mean() > _MIN_REST_SHARE:
        first = float((votes[votes != 0] > 0).mean())
        if max(first, 1 - first) >= _AGREED_VOTE:
            return sides[0] if first > 0.5 else sides[1]
        return body.near_side
    low, high = np.percentile(legs.knee_deg, [10, 90], axis=0)
    knee_range = high - low
    if knee_range.min() < _IDLE_RANGE_RATIO * knee_range.max():
        return sides[int(knee_range.argmax())]
    return body.near_side
