"""Paints out the resting leg, so that the landmarker has one leg to see."""

from __future__ import annotations

import cv2
import numpy as np

from formcheck.pose.body import BodyFrame
from formcheck.pose.survey import RestingLeg
from formcheck.types import FloatArray, ImageBgr

_GREY = (127, 127, 127)
# In trunk lengths. The working thigh leaves the trunk at the hip, so the region starts beyond it; the resting foot
# points up and reaches beyond the ankle; the floor side has room for the leg's own thickness and shadow.
_START = 0.3
_BEYOND_ANKLE = 0.55
_FRONT = (0.25, 0.5)
_BACK = 0.45


def hide(image_bgr: ImageBgr, frame: BodyFrame, resting: RestingLeg) -> ImageBgr:
    """A copy of the picture with the resting leg, a straight one, painted grey."""
    painted = image_bgr.copy()
    corners = np.round(frame.to_px(_strip(resting))).astype(np.int32)
    cv2.fillConvexPoly(painted, corners, _GREY)
    return painted


def _strip(resting: RestingLeg) -> FloatArray:
    """Corners (4, 2) in body coordinates of a strip along hip to ankle."""
    length = float(np.hypot(*resting.ankle))
    along = resting.ankle / length
    front = np.array([-along[1], along[0]])
    start, end = _START * along, (length + _BEYOND_ANKLE) * along
    corners = [start + _FRONT[0] * front, end + _FRONT[1] * front, end - _BACK * front, start - _BACK * front]
    return np.stack(corners)
