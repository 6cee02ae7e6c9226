"""Is somebody else in the picture? A few frames of the survey are searched for more than one person.

The landmarker follows one person. Someone who kneels beside them or holds their leg may cover it, and is not what
the errors of the angles were measured with.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np

from formcheck.pose.landmarker import Detection
from formcheck.pose.landmarks import HIPS, SHOULDERS
from formcheck.types import FloatArray, ImageBgr

LOOKS = 12
"""About so many frames of a clip are searched."""

# Two detections are of two people when their hips or their shoulders are at least this far apart (trunk lengths).
_APART = 0.5
# A second person is there when they are found in so many of the frames, and in this share of them.
_LEAST_FOUND, _LEAST_SHARE = 2, 0.15


class PeopleDetector(Protocol):
    """Finds everybody in an image."""

    def detect_all(self, image_bgr: ImageBgr, t_s: float) -> Sequence[Detection]: ...

    def close(self) -> None: ...


def count_people(found: Sequence[Detection]) -> int:
    """Count people in the detections of one image; two of one person count once."""
    if not found:
        return 0
    places: list[FloatArray] = []
    for one in found:
        place = np.stack([one.xy_px[list(pair)].mean(axis=0) for pair in (SHOULDERS, HIPS)]).astype(np.float64)
        trunk_px = float(np.hypot(*(place[1] - place[0])))
        if all(np.hypot(*(place - other).T).max() >= _APART * trunk_px for other in places):
            places.append(place)
    return len(places)


def second_person(counts: Sequence[int]) -> bool:
    """Tell from the numbers of people in some frames whether a second person is in the clip."""
    more = sum(count > 1 for count in counts)
    return more >= _LEAST_FOUND and more >= _LEAST_SHARE * len(counts)
