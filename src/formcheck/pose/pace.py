"""How fast the working leg moves: where it is fast every frame of a clip is looked at, elsewhere fewer are enough.

A landmarker that tracks a person lags a little behind, and by more the longer ago the last frame was. For a slow leg
that is nothing; a leg that swings is off by several degrees then.
"""

from __future__ import annotations

import numpy as np

from formcheck import filters
from formcheck.pose.landmarks import LEGS
from formcheck.types import FloatArray, Side

# Thigh or shank turning faster than this is fast. Glides that are done as the leaflet says peak at 60; at 90 a lag of a
# thirtieth of a second, the difference between 15 and 30 frames a second, is 3 degrees.
_FAST_DEG_S = 90.0
# So long before and after it every frame is looked at as well: the survey's samples are this far apart.
_MARGIN_S = 1 / 6

Stretch = tuple[float, float]


def fast_stretches(t_s: FloatArray, xy_px: FloatArray, side: Side) -> tuple[Stretch, ...]:
    """Where a leg moves fast, from a few samples a second.

    Parameters
    ----------
    t_s : (S,) float
    xy_px : (S, 33, 2) float
        Landmarks.
    side : Side
        Of the leg.

    Returns
    -------
    Stretches (from, to) in seconds, apart and in order.
    """
    if len(t_s) < 2:
        return ()
    leg = LEGS[side]
    limbs = np.stack([xy_px[:, leg.knee] - xy_px[:, leg.hip], xy_px[:, leg.ankle] - xy_px[:, leg.knee]], axis=1)
    direction_deg = np.degrees(np.unwrap(np.arctan2(limbs[..., 1], limbs[..., 0]), axis=0))
    # A single sample in which the legs are mixed up is no movement.
    steady_deg = filters.median(direction_deg, size=3)
    fast = (np.abs(np.diff(steady_deg, axis=0)).max(axis=1) / np.diff(t_s)) > _FAST_DEG_S
    stretches: list[Stretch] = []
    for i in np.flatnonzero(fast):
        begin, end = float(t_s[i]) - _MARGIN_S, float(t_s[i + 1]) + _MARGIN_S
        if stretches and begin <= stretches[-1][1]:
            begin = stretches.pop()[0]
        stretches.append((begin, end))
    return tuple(stretches)
