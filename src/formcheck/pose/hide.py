"""Paints out the resting leg, so that the landmarker has one leg to see."""

from __future__ import annotations

import cv2
import numpy as np

from formcheck.pose.body import BodyFrame
from formcheck.pose.survey import RestingLeg
from formcheck.types import FloatArray, ImageBgr

_GREY = (127, 127, 127)
# In trunk lengths. The working thigh leaves the trunk at the hip, so the region starts beyond it; the resting
# foot points up and reaches beyond the ankle; the floor side has room for the leg's own thickness and shadow.
_START = 0.3
_BEYOND_ANKLE = 0.55
_FRONT = (0.25, 0.5)
_BACK = 0.45


def hidden_region(frame: BodyFrame, resting: RestingLeg) -> FloatArray:
    """Corners (4, 2) px of the region that holds the resting leg: a strip along hip to ankle."""
    hip = np.zeros(2)
    axis = resting.ankle - hip
    length = float(np.hypot(*axis))
    along = axis / length
    front = np.array([-along[1], along[0]])
    start, end = _START * along, (length + _BEYOND_ANKLE) * along
    corners = [start + _FRONT[0] * front, end + _FRONT[1] * front, end - _BACK * front, start - _BACK * front]
    return frame.to_px(np.stack(corners))


def hide(image_bgr: ImageBgr, region_px: FloatArray) -> ImageBgr:
    """A copy of the picture with the region (4, 2) px painted grey."""
    painted = image_bgr.copy()
    cv2.fillConvexPoly(painted, np.round(region_px).astype(np.int32), _GREY)
    return painted
