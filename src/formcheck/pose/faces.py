"""Covering faces: where a head may be, with a wide margin, and what is put over it.

It fails safe: where the points do not agree on a head the region grows, and where nobody was detected the whole image
is covered.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import cv2
import numpy as np

from formcheck.pose.landmarks import FACE, HIPS, SHOULDERS
from formcheck.types import FloatArray, ImageBgr

# In trunk lengths, mid-shoulder to mid-hip. The crown of the head is about 0.6 beyond the shoulders
# (Winter, Biomechanics, table 4.1); a pillow tilts the head, a near camera enlarges it.
_HEAD_BEYOND_SHOULDERS = 0.35
_HEAD_RADIUS = 0.55
_UNSURE_RADIUS = 1.1
_FACE_GROWTH = 2.0
# A trunk shorter than this share of the image's diagonal is seen end-on, or is not one.
_MIN_TRUNK = 0.08
# Blocks that are left across a head: nobody can be recognised by six.
_BLOCKS_PER_HEAD = 6
_BLOCKS_PER_IMAGE = 16


class Circle(NamedTuple):
    """A region of the image to cover, px."""

    x_px: float
    y_px: float
    radius_px: float


def head_circles(xy_px: FloatArray, *, size_px: tuple[int, int]) -> tuple[Circle, ...]:
    """Where the head of a person may be.

    The points of the face and the line of the trunk are two independent sources: both regions are covered, and where
    they disagree, one as large as the trunk.

    Parameters
    ----------
    xy_px : (33, 2) float
        Landmarks.
    size_px : (w, h)
        Of the image.

    Returns
    -------
    Circles; none when the points do not show it, so that the whole image must be covered.
    """
    face, shoulders, hips = (xy_px[list(part)] for part in (FACE, SHOULDERS, HIPS))
    if not (np.isfinite(face).all() and np.isfinite(shoulders).all() and np.isfinite(hips).all()):
        return ()
    neck, pelvis, centre = shoulders.mean(axis=0), hips.mean(axis=0), face.mean(axis=0)
    trunk_px = float(np.linalg.norm(neck - pelvis))
    if trunk_px < _MIN_TRUNK * float(np.hypot(*size_px)):
        return ()
    head = neck + _HEAD_BEYOND_SHOULDERS * (neck - pelvis)
    agree = np.linalg.norm(centre - head) < _HEAD_RADIUS * trunk_px
    spread_px = float(np.linalg.norm(face - centre, axis=1).max())
    by_face_px = max(_FACE_GROWTH * spread_px, (_HEAD_RADIUS / 2 if agree else _HEAD_RADIUS) * trunk_px)
    by_trunk_px = (_HEAD_RADIUS if agree else _UNSURE_RADIUS) * trunk_px
    return (Circle(float(centre[0]), float(centre[1]), by_face_px), Circle(float(head[0]), float(head[1]), by_trunk_px))


def cover(image_bgr: ImageBgr, circles: Sequence[Circle]) -> ImageBgr:
    """A copy of an image (H, W, 3) with these regions blurred beyond recognition; without any, all of it."""
    h, w = image_bgr.shape[:2]
    if not circles:
        return _pixelated(image_bgr, max(w, h) / _BLOCKS_PER_IMAGE)
    covered = _pixelated(image_bgr, 2 * min(circle.radius_px for circle in circles) / _BLOCKS_PER_HEAD)
    mask = np.zeros((h, w), np.uint8)
    for circle in circles:
        centre = (round(circle.x_px), round(circle.y_px))
        cv2.circle(mask, centre, max(1, round(circle.radius_px)), 255, thickness=-1)
    result = image_bgr.copy()
    result[mask > 0] = covered[mask > 0]
    return result


def _pixelated(image_bgr: ImageBgr, block_px: float) -> ImageBgr:
    """Average over blocks, then smooth their edges: the detail within a block is gone, not just blurred."""
    h, w = image_bgr.shape[:2]
    few = (max(1, round(w / block_px)), max(1, round(h / block_px)))
    small = cv2.resize(image_bgr, few, interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.resize(small, (w, h), interpolation=cv2.INTER_LINEAR), np.uint8)
