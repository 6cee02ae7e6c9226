"""What the page asks of a point that is followed: the part of a clip from one mark to the next, or on from the last."""

from __future__ import annotations

import math
from typing import Any

from pydantic import ValidationError

from formcheck.review.drawings import PlacedPoint
from formcheck.review.follow import follow, through_mark
from formcheck.review.model import first_problem
from formcheck.review.parts import Part
from formcheck.review.service import ReviewService
from formcheck.server.errors import RequestError
from formcheck.video.source import FileSource

# From the last mark on: a few repetitions, in a second or two.
_ON_S = 10.0
_BEFORE_S = 0.0005


class _Stretch(Part):
    """From a mark to the next one; without it, on from the last."""

    start: PlacedPoint
    end: PlacedPoint | None = None


def follow_point(service: ReviewService, item_id: str, body: Any) -> dict[str, Any]:
    """Follow a point in an item's clip; return its places (t_s, x, y), and whether it was lost.

    Raises
    ------
    RequestError
        The request is not a stretch between marks, or the clip cannot be shown.
    """
    try:
        stretch = _Stretch.model_validate(body)
    except ValidationError as error:
        raise RequestError(f"expected the marks of a point: {first_problem(error)}") from None
    start, end = stretch.start, stretch.end
    if end is not None and end.t_s <= start.t_s:
        raise RequestError(f"expected the next mark after {start.t_s:.2f} s, got {end.t_s:.2f} s")
    clip, track = service.clip_and_track(service.item(item_id))
    until_s = end.t_s if end is not None else start.t_s + _ON_S
    with FileSource(clip, speed=track.clip.speed_to_read_with).part(
        max(0.0, start.t_s - _BEFORE_S), math.inf
    ) as frames:
        found = follow(frames, start.point, until_s)
    places = found.places
    if end is not None and not found.lost and len(places) > 1:
        path = through_mark(places, (end.t_s, *end.point))
        places = tuple((round(t, 4), round(x, 2), round(y, 2)) for t, x, y in path.tolist())
    return {"places": places, "lost": found.lost}
