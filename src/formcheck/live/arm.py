"""An arm pointed at the ceiling: how somebody who lies on the back answers without hands on a keyboard."""

from __future__ import annotations

import math

import numpy as np

from formcheck.pose.landmarks import ELBOWS, HIPS, SHOULDERS, WRISTS
from formcheck.types import FloatArray

# In trunk lengths from the shoulder. A hand on the thigh is about 0.6 up and 0.9 towards the feet; that of an arm
# pointed at the ceiling about 1.0 up.
_RAISED_UP, _RAISED_ALONG, _RAISED_ELBOW_UP = 0.6, 0.5, 0.0
# An arm that was up is down once it is clearly elsewhere: landmarks that jitter change nothing.
_LOWERED_UP, _LOWERED_ALONG = 0.45, 0.7
# Steeper than this in the image the trunk does not lie, and up is not the ceiling.
_MAX_TRUNK_SLOPE = 0.7
_RAISED_FOR_S = 0.5
_LOWERED_FOR_S = 0.4


def arm_raised(xy_px: FloatArray) -> bool | None:
    """Tell whether an arm of somebody who lies points at the ceiling; None when it is neither clearly up nor down.

    Parameters
    ----------
    xy_px : (33, 2)
        NaN where nobody is seen.
    """
    shoulders, hips = xy_px[list(SHOULDERS)], xy_px[list(HIPS)]
    trunk = hips.mean(axis=0) - shoulders.mean(axis=0)
    length_px = float(np.hypot(*trunk))
    if not math.isfinite(length_px) or length_px == 0 or abs(trunk[1]) > _MAX_TRUNK_SLOPE * abs(trunk[0]):
        return None
    along = trunk / length_px
    up = np.array([along[1], -along[0]]) if along[0] > 0 else np.array([-along[1], along[0]])
    hand, elbow = ((xy_px[list(rows)] - shoulders) / length_px for rows in (WRISTS, ELBOWS))
    hand_up, hand_along = hand @ up, np.abs(hand @ along)
    raised = (hand_up >= _RAISED_UP) & (hand_along <= _RAISED_ALONG) & (elbow @ up >= _RAISED_ELBOW_UP)
    if raised.any():
        return True
    lowered = (hand_up < _LOWERED_UP) | (hand_along > _LOWERED_ALONG)
    return False if lowered.all() else None


class ArmMonitor:
    """Tells from frame to frame whether an arm is up, once that lasts.

    Attributes
    ----------
    up : bool
    changed_s : float
        When the arm began to be where it is.
    """

    def __init__(self) -> None:
        self.up = False
        self.changed_s = -math.inf
        self._other_since_s = math.nan

    def update(self, t_s: float, raised: bool | None) -> bool:
        """Take in the newest frame; tell whether the arm went up or down with it."""
        if raised is None or raised is self.up:
            # What cannot be told neither continues nor breaks a change that is under way, unless it is taken back.
            self._other_since_s = self._other_since_s if raised is None else math.nan
            return False
        if math.isnan(self._other_since_s):
            self._other_since_s = t_s
        if t_s - self._other_since_s < (_LOWERED_FOR_S if self.up else _RAISED_FOR_S):
            return False
        self.up, self.changed_s, self._other_since_s = raised, self._other_since_s, math.nan
        return True
