"""Is somebody else in the picture? A few frames are searched again, with the trunk of the person found hidden.

The landmarker follows one person. Someone who kneels beside them or holds their leg may cover it, and is not what
the errors of the angles were measured with. Asked for several people at once it misses who stands at the edge of the
frame or behind the leg; with the first trunk gone it finds them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import cv2
import numpy as np

from formcheck.pose.image_file import KeepImage, ReadImage, in_memory
from formcheck.pose.landmarker import Detection, shrink_for_inference
from formcheck.pose.landmarks import ANKLES, ELBOWS, HIPS, KNEES, NOSE, SHOULDERS, WRISTS
from formcheck.types import FloatArray, ImageBgr

LOOKS = 12
"""About so many frames of a clip are searched."""

# Lines of the trunk and the head that are hidden, so wide in trunk lengths.
_TRUNK = (SHOULDERS, HIPS, *zip(SHOULDERS, HIPS, strict=True), *((NOSE, shoulder) for shoulder in SHOULDERS))
_WIDTH = 0.45
_LIMBS = tuple(
    line
    for joints in ((HIPS, KNEES, ANKLES), (SHOULDERS, ELBOWS, WRISTS))
    for pairs in (zip(joints[0], joints[1], strict=True), zip(joints[1], joints[2], strict=True))
    for line in pairs
)
# What remains of the first person may be taken for another one: a raised leg for a trunk. The middles of such shoulders
# or of such hips lie on that leg, within 0.1 trunk lengths in 70 clips; those of helpers are 0.27 and more from it.
_APART = 0.2
# A person's trunk is at least this long (trunk lengths of the other one).
_LEAST_TRUNK = 0.4
# A second person is there when they are found in so many of the frames, and in this share of them.
_LEAST_FOUND, _LEAST_SHARE = 2, 0.15


class Look(NamedTuple):
    """A frame in which somebody else is searched for.

    ``person`` was found in it; ``image`` gives it without their trunk, no larger than a landmarker takes.
    """

    t_s: float
    image: ReadImage
    person: Detection


def take_look(image_bgr: ImageBgr, t_s: float, person: Detection, *, keep: KeepImage = in_memory) -> Look:
    """Keep of a frame (H, W, 3) what a search for somebody else needs."""
    small = shrink_for_inference(image_bgr)
    scaled = person._replace(xy_px=person.xy_px * (small.shape[1] / image_bgr.shape[1]))
    return Look(t_s, keep(without_trunk(small, scaled)), scaled)


def without_trunk(image_bgr: ImageBgr, person: Detection) -> ImageBgr:
    """Return a copy of an image (H, W, 3) with a person's trunk and head painted in the mean colour."""
    xy = person.xy_px.astype(np.float64)
    mask = np.zeros(image_bgr.shape[:2], np.uint8)
    thickness = max(1, int(_WIDTH * _trunk_px(xy)))
    for a, b in _TRUNK:
        cv2.line(mask, xy[a].astype(int).tolist(), xy[b].astype(int).tolist(), 255, thickness)
    painted = image_bgr.copy()
    painted[mask > 0] = image_bgr.mean(axis=(0, 1))
    return painted


def is_another(found: Detection | None, person: Detection) -> bool:
    """Tell whether what was found without a person's trunk is somebody else, and not what remains of the person."""
    if found is None:
        return False
    xy, own = found.xy_px.astype(np.float64), person.xy_px.astype(np.float64)
    trunk_px = _trunk_px(own)
    middles = [xy[list(pair)].mean(axis=0) for pair in (SHOULDERS, HIPS)]
    lines = np.array([(own[a], own[b]) for a, b in (*_TRUNK, *_LIMBS)])
    apart = all(_distance(middle, lines) >= _APART * trunk_px for middle in middles)
    # Neither head nor trunk where the hidden ones are.
    beside = all(
        _distance(point, lines[: len(_TRUNK)]) > 0.5 * _WIDTH * trunk_px for point in xy[[NOSE, *SHOULDERS, *HIPS]]
    )
    return apart and beside and _trunk_px(xy) >= _LEAST_TRUNK * trunk_px


def second_person(found: Sequence[bool]) -> bool:
    """Tell from the frames that were searched whether a second person is in the clip."""
    more = sum(found)
    return more >= _LEAST_FOUND and more >= _LEAST_SHARE * len(found)


def _trunk_px(xy_px: FloatArray) -> float:
    return float(np.hypot(*(xy_px[list(HIPS)].mean(axis=0) - xy_px[list(SHOULDERS)].mean(axis=0))))


def _distance(point: FloatArray, lines: FloatArray) -> float:
    """Distance of a point (2,) from the nearest of line segments (N, 2, 2)."""
    begin, way = lines[:, 0], lines[:, 1] - lines[:, 0]
    along = ((point - begin) * way).sum(axis=1) / np.maximum((way**2).sum(axis=1), 1e-9)
    nearest = begin + np.clip(along, 0.0, 1.0)[:, None] * way
    return float(np.nanmin(np.hypot(*(point - nearest).T)))
