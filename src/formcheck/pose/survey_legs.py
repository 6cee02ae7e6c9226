"""Both legs in the samples of the survey: which one works, and where the other one rests."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from formcheck.pose.body import Body
from formcheck.pose.landmarks import LEGS
from formcheck.types import BoolArray, FloatArray, Side

# A foot is on the floor when its ankle is less than this in front of the trunk's line (trunk lengths) ...
_FLOOR_ANKLE = 0.35
# ... and in the air when it is more than this, and the thigh higher than that.
_RAISED_ANKLE = 0.4
_RAISED_HIP_DEG = 45.0
# Share of the survey with one foot on the floor and the other in the air that is enough to locate the resting leg.
_MIN_REST_SHARE = 0.25
# A knee that stands off the line from hip to ankle by less than this (trunk lengths) belongs to a straight leg.
_STRAIGHT = 0.35
# Typical distance of knee and ankle from their place beyond which the leg does not rest, even where the images show
# that nothing moves there and it is the labels that wander (see `survey`).
_SPREAD_WHERE_STILL = 0.3
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
# A knee that moves by less than this (degrees) does nothing: the points of a leg that lies still move by up to that.
_LEAST_RANGE_DEG = 10.0
# Where its thigh begins that is not hidden (share of it), so that the hip stays in the image; and how far its toes are
# beyond the ankle, along the trunk and along the shank (trunk lengths).
_THIGH_BEGIN = 0.45
_TOES_ALONG, _TOES_DOWN = 0.24, 0.12


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


class Legs(NamedTuple):
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


def measure_legs(body: Body, xy_px: FloatArray) -> Legs:
    """Both legs in landmarks (S, 33, 2) px of the samples of a body."""
    joints = body.to_body(body.t_s, xy_px)
    hip = np.stack([joints[:, leg.hip] for leg in LEGS.values()], axis=1)
    knee = np.stack([joints[:, leg.knee] for leg in LEGS.values()], axis=1)
    ankle = np.stack([joints[:, leg.ankle] for leg in LEGS.values()], axis=1)
    thigh, shank = knee - hip, ankle - knee
    hip_deg = np.degrees(np.arctan2(thigh[..., 1], thigh[..., 0]))
    knee_deg = hip_deg - np.degrees(np.arctan2(shank[..., 1], shank[..., 0]))
    return Legs(hip_deg, (knee_deg + 180) % 360 - 180, knee, ankle)


def working_side(body: Body, legs: Legs) -> Side:
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
    if knee_range.max() >= _LEAST_RANGE_DEG and knee_range.min() < _IDLE_RANGE_RATIO * knee_range.max():
        return sides[int(knee_range.argmax())]
    return body.near_side
