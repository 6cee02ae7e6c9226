"""A first, coarse look at the clip: where the trunk lies, which leg works, where the other one rests.

The two legs compete for the landmarker's attention, and near full extension it gives one the other's
place. The resting leg keeps still, so a coarse look is enough to know its place; it is then
painted out (see `hide`) before the careful look.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from formcheck.pose.body import Body, find_body, near_side, running_median
from formcheck.pose.engine import Detection
from formcheck.pose.landmarks import LEGS
from formcheck.types import BoolArray, FloatArray, ImageBgr, Side

STRIDE_S = 1 / 6
# Long side of the small grey pictures that tell whether the resting leg keeps still.
_THUMB_PX = 96
# A foot is on the floor when its ankle is less than this in front of the trunk's line (trunk lengths) ...
_FLOOR_ANKLE = 0.35
# ... and in the air when it is more than this, and the thigh higher than that.
_RAISED_ANKLE = 0.4
_RAISED_HIP_DEG = 45.0
# Share of the survey in which one foot is on the floor and the other in the air: enough to place the resting leg ...
_MIN_REST_SHARE = 0.25
# ... and enough to be sure that it never works.
_SURE_REST_SHARE = 0.85
# A knee that stands off the line from hip to ankle by less than this (trunk lengths) belongs to a straight leg.
_STRAIGHT = 0.35
# Half of that time a resting knee and ankle stay within this (trunk lengths). Not most of it: the landmarker gives the
# leg another place now and then. Over 90 clips 0.01 to 0.16, low light included; legs that take turns 0.23.
_STRAY = 0.17
# Up to this far it may stray when the picture shows that nothing moves there: then it is the names that wander.
_STRAY_WHERE_STILL = 0.3
# Mean change, in grey levels, of a place in which nothing moves (noise and shadows).
_STILL_GREY = 18.0
# Names vote on the working side when the thighs differ by this much. Where the far leg works they agree; where they
# do not, the near one works and the landmarker exchanges them (33 rendered clips).
_VOTING_HIP_DEG = 12.0
_AGREED_VOTE = 0.95
# A knee that moves less than this share of the other's does not work.
_IDLE_RANGE_RATIO = 0.7


class RestingLeg(NamedTuple):
    """Where the resting knee and ankle are, each (2,) in body coordinates (see `BodyFrame`)."""

    knee: FloatArray
    ankle: FloatArray

    @property
    def straight(self) -> bool:
        """The leg lies flat, clear of the working one."""
        (along, front), (_, knee) = self.ankle, self.knee
        return bool(abs(along * knee - front * self.knee[0]) < _STRAIGHT * np.hypot(along, front))


@dataclass(frozen=True, slots=True)
class Survey:
    """What the coarse look found.

    Parameters
    ----------
    body : Body
    side : Side
        The working leg.
    resting : RestingLeg or None
        Where the other leg keeps still; None when it does not, or was not seen.
    raised : (S,) bool
        Per sample of ``body``: the working leg is up, clear of where the other one lies.
    """

    body: Body
    side: Side
    resting: RestingLeg | None
    raised: BoolArray

    def raised_at(self, t_s: float) -> bool:
        """Whether the working leg is up at this time."""
        return bool(self.raised[int(np.abs(self.body.t_s - t_s).argmin())])


class Sample(NamedTuple):
    """What the coarse look keeps of a picture: landmarks (33, 2) px, None if nobody was seen, and a small grey copy."""

    t_s: float
    luma: float
    xy_px: NDArray[np.floating] | None
    thumb: ImageBgr
    thumb_scale: float


def take_sample(image_bgr: ImageBgr, t_s: float, detection: Detection | None) -> Sample:
    """Keep what is needed of a picture of the coarse look."""
    scale = _THUMB_PX / max(image_bgr.shape[:2])
    size = (max(1, round(image_bgr.shape[1] * scale)), max(1, round(image_bgr.shape[0] * scale)))
    small = cv2.resize(image_bgr, size, interpolation=cv2.INTER_AREA)
    thumb = np.asarray(cv2.cvtColor(small, cv2.COLOR_BGR2GRAY), dtype=np.uint8)
    return Sample(t_s, float(thumb.mean()), None if detection is None else detection.xy_px, thumb, scale)


class Surveyor:
    """Collects the samples of the coarse look; `finish` draws the conclusion."""

    def __init__(self) -> None:
        self._t_s: list[float] = []
        self._xy: list[FloatArray] = []
        self._thumbs: list[ImageBgr] = []
        self._thumb_scale = 1.0

    def add(self, image_bgr: ImageBgr, t_s: float, detection: Detection | None) -> None:
        """Look at a picture. One in which nobody is seen tells nothing."""
        self.keep(take_sample(image_bgr, t_s, detection))

    def keep(self, sample: Sample) -> None:
        """Take over a sample."""
        if sample.xy_px is None:
            return
        self._t_s.append(sample.t_s)
        self._xy.append(sample.xy_px.astype(np.float64))
        self._thumbs.append(sample.thumb)
        self._thumb_scale = sample.thumb_scale

    def finish(self, side: Side | None = None) -> Survey | None:
        """Draw the conclusion; None when nobody was seen. A given ``side`` is not searched for."""
        if not self._t_s:
            return None
        t_s, xy = np.array(self._t_s), np.stack(self._xy)
        body = find_body(t_s, xy)
        legs = _measure_legs(body, xy)
        side = side or _working_side(body, legs)
        on_floor, raised = legs.on_floor(), legs.raised()
        resting, stray = legs.resting_place(on_floor & raised)
        sure = on_floor.mean() >= _SURE_REST_SHARE and stray < _STRAY
        if resting is not None and not sure and not self._keeps_still(body, resting):
            resting = None
        steadily_raised = running_median(t_s, raised.astype(np.float64), window_s=1.0) > 0.5
        return Survey(body, side, resting, steadily_raised)

    def _keeps_still(self, body: Body, place: RestingLeg) -> bool:
        """Does the picture stay as it is where the resting leg lies?"""
        frame = body.at(float(np.median(body.t_s)))
        shin = frame.to_px(np.stack([0.5 * place.knee, place.knee, place.ankle])) * self._thumb_scale
        mask = np.zeros(self._thumbs[0].shape, np.uint8)
        thickness = max(2, round(0.2 * frame.trunk_px * self._thumb_scale))
        cv2.polylines(mask, [np.round(shin).astype(np.int32)], isClosed=False, color=255, thickness=thickness)
        if not mask.any():
            return False
        inside = np.stack([thumb[mask > 0] for thumb in self._thumbs])
        change = np.abs(inside - np.median(inside, axis=0)).mean(axis=1)
        return bool(np.percentile(change, 90) < _STILL_GREY)


class _Legs(NamedTuple):
    """Both legs by the model's names, left first: hip and knee flexion (S, 2) deg, joints (S, 2, 2) body."""

    hip_deg: FloatArray
    knee_deg: FloatArray
    knee: FloatArray
    ankle: FloatArray

    def _pick(self, values: FloatArray, *, lower: bool) -> FloatArray:
        """Of each sample the values of the leg with the lower, or the higher, ankle."""
        height = self.ankle[..., 1]
        which = height.argmin(axis=1) if lower else height.argmax(axis=1)
        picked: FloatArray = values[np.arange(len(which)), which]
        return picked

    def on_floor(self) -> BoolArray:
        """Per sample: one foot is on the floor."""
        return np.asarray(self._pick(self.ankle, lower=True)[:, 1] < _FLOOR_ANKLE)

    def raised(self) -> BoolArray:
        """Per sample: one leg is up, foot and all."""
        hip, ankle = self._pick(self.hip_deg, lower=False), self._pick(self.ankle, lower=False)
        return np.asarray((hip > _RAISED_HIP_DEG) & (ankle[:, 1] > _RAISED_ANKLE))

    def resting_place(self, apart: BoolArray) -> tuple[RestingLeg | None, float]:
        """Where the leg on the floor is, over the samples in which the other one is up, None if it moves; and how far
        it strays from there (trunk lengths).
        """
        if apart.mean() < _MIN_REST_SHARE:
            return None, np.inf
        knee, ankle = self._pick(self.knee, lower=True)[apart], self._pick(self.ankle, lower=True)[apart]
        place = RestingLeg(np.median(knee, axis=0), np.median(ankle, axis=0))
        strays = np.hypot(*(np.stack([knee - place.knee, ankle - place.ankle]).transpose(2, 0, 1)))
        stray = float(np.median(strays.max(axis=0)))
        return (place if stray < _STRAY_WHERE_STILL else None), stray


def _measure_legs(body: Body, xy_px: FloatArray) -> _Legs:
    frames = [body.at(t) for t in body.t_s]
    joints = np.stack([frame.to_body(points) for frame, points in zip(frames, xy_px, strict=True)])
    hip = np.stack([joints[:, leg.hip] for leg in LEGS.values()], axis=1)
    knee = np.stack([joints[:, leg.knee] for leg in LEGS.values()], axis=1)
    ankle = np.stack([joints[:, leg.ankle] for leg in LEGS.values()], axis=1)
    thigh, shank = knee - hip, ankle - knee
    hip_deg = np.degrees(np.arctan2(thigh[..., 1], thigh[..., 0]))
    knee_deg = hip_deg - np.degrees(np.arctan2(shank[..., 1], shank[..., 0]))
    return _Legs(hip_deg, (knee_deg + 180) % 360 - 180, knee, ankle)


def _working_side(body: Body, legs: _Legs) -> Side:
    """The leg whose thigh is up; of two that are up the one whose knee moves; of two that move the near one."""
    sides = tuple(LEGS)
    apart = legs.hip_deg[:, 0] - legs.hip_deg[:, 1]
    voting = np.abs(apart) > _VOTING_HIP_DEG
    if voting.mean() > _MIN_REST_SHARE:
        first = float((apart[voting] > 0).mean())
        if max(first, 1 - first) >= _AGREED_VOTE:
            return sides[0] if first > 0.5 else sides[1]
        return near_side(body)
    low, high = np.percentile(legs.knee_deg, [10, 90], axis=0)
    knee_range = high - low
    if knee_range.min() < _IDLE_RANGE_RATIO * knee_range.max():
        return sides[int(knee_range.argmax())]
    return near_side(body)
