"""Landmarks of a person lying on the back, side-on, with one thigh upright: made by hand, to draw around."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray


def body_xy(
    size_px: tuple[int, int],
    *,
    at: tuple[float, float] = (0.5, 0.7),
    height: float = 0.25,
    knee_deg: float = 60.0,
    head: str = "left",
    rest_seen: bool = False,
) -> NDArray[np.float64]:
    """Return (33, 2) px: the left thigh upright, its knee flexed by ``knee_deg``.

    ``at`` is the hip as a share of the frame's size, ``height`` the thigh's length as a share of the shorter side. The
    right leg lies stretched out; unless ``rest_seen`` its points are missing, as when it was painted out.
    """
    thigh = height * min(size_px)
    hip = np.array(at) * np.array(size_px)
    way = -1.0 if head == "left" else 1.0

    def place(along: float, up: float) -> NDArray[np.float64]:
        return hip + thigh * np.array([way * along, -up])

    bend = math.radians(knee_deg)
    knee = (0.0, 1.0)
    ankle = (-math.sin(bend), 1.0 + math.cos(bend))
    points = np.full((33, 2), np.nan)
    for index in range(11):
        points[index] = place(1.75, 0.12)
    for index in (7, 8):
        points[index] = place(1.65, 0.05)
    for side in (0, 1):
        points[11 + side] = place(1.2, 0.05)
        points[13 + side] = place(0.75, 0.25)
        points[15 + side] = place(0.1, 0.6)
        points[23 + side] = place(0.0, 0.0)
    points[17:23:2] = points[15]
    points[18:23:2] = points[16]
    points[25], points[27] = place(*knee), place(*ankle)
    points[29] = place(ankle[0] - 0.1, ankle[1] - 0.05)
    points[31] = place(ankle[0] - 0.05, ankle[1] + 0.3)
    if rest_seen:
        for index, along in ((26, -1.0), (28, -1.95), (30, -2.0), (32, -2.0)):
            points[index] = place(along, 0.02)
    return points
