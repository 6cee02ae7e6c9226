"""What a reviewer draws on frames: lines and words, a known length, and points followed through the clip."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from formcheck.review.parts import Key, Part, Point, Seconds

_Label = Annotated[str, StringConstraints(strip_whitespace=True, max_length=200)]
# A point that is followed at 60 frames a second for nearly two minutes.
_MOST_PLACES = 6000


class Drawing(Part):
    """A line (two points, with its length) or words (one point) on a frame; points in px of the upright frame."""

    id: Key
    t_s: Seconds
    kind: Literal["line", "text"]
    points: Annotated[tuple[Point, ...], Field(min_length=1, max_length=2)]
    text: _Label = ""

    @model_validator(mode="after")
    def _whole(self) -> Self:
        wanted = 2 if self.kind == "line" else 1
        if len(self.points) != wanted:
            raise ValueError(f"expected {wanted} points of a {self.kind}, got {len(self.points)}")
        return self


class KnownLength(Part):
    """A known length, such as the thigh's: two points on a frame, and how far they are apart."""

    t_s: Seconds
    points: tuple[Point, Point]
    length_cm: Annotated[float, Field(gt=0, le=1000)]

    @model_validator(mode="after")
    def _apart(self) -> Self:
        if math.dist(*self.points) < 1:
            raise ValueError("expected two points that are apart, got two at the same place")
        return self

    def cm_per_px(self) -> float:
        """Return how long a pixel is, in the plane and at the distance of the known length."""
        return self.length_cm / math.dist(*self.points)


class PlacedPoint(Part):
    """Where a point is on a frame, set by hand."""

    t_s: Seconds
    point: Point


class FollowedPoint(Part):
    """A point of the body or of the room through the clip.

    ``marks`` were set by hand, the first begins it; ``places`` (t_s, x, y) are what was found between and after them.
    """

    id: Key
    label: _Label = ""
    marks: Annotated[tuple[PlacedPoint, ...], Field(min_length=1, max_length=200)]
    places: Annotated[tuple[tuple[Seconds, float, float], ...], Field(max_length=_MOST_PLACES)] = ()

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        for times in ([mark.t_s for mark in self.marks], [place[0] for place in self.places]):
            if any(after <= before for before, after in pairwise(times)):
                raise ValueError("expected marks and places of a point in the order of time, got two at one time")
        return self


def to_horizontal_deg(points: tuple[Point, ...]) -> float:
    """Return the angle between a line and the horizontal edge of the frame, 0 to 90 degrees."""
    (ax, ay), (bx, by) = points[0], points[-1]
    return math.degrees(math.atan2(abs(by - ay), abs(bx - ax)))


def length_px(points: tuple[Point, ...]) -> float:
    """Return how far the points of a path are apart, one after another."""
    return math.fsum(math.dist(a, b) for a, b in pairwise(points))
