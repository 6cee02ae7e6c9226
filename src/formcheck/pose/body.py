"""The lying body's own axes in the picture: along the trunk, and towards the person's front."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from formcheck.pose.landmarks import EARS, HIPS, LEGS, NOSE, SHOULDERS
from formcheck.types import FloatArray, Side

# The trunk lies still but may shift: it is followed by a running median this long.
_WINDOW_S = 4.0
# A knee this many trunk lengths off the trunk's line is raised.
_RAISED = 0.5


@dataclass(frozen=True, slots=True)
class BodyFrame:
    """The body's axes at one instant.

    Body coordinates are (along, front) in trunk lengths from the middle of the hips: ``down`` points to
    the feet along the trunk, ``front`` square to it to the person's front. Unit vectors (2,) in the picture.
    """

    hip_px: FloatArray
    trunk_px: float
    down: FloatArray
    front: FloatArray

    def to_px(self, point: FloatArray) -> FloatArray:
        """Body coordinates (..., 2) -> picture (..., 2) px."""
        return self.hip_px + self.trunk_px * (point[..., :1] * self.down + point[..., 1:] * self.front)

    def to_body(self, xy_px: FloatArray) -> FloatArray:
        """Picture (..., 2) px -> body coordinates (..., 2)."""
        relative = (xy_px - self.hip_px) / self.trunk_px
        return np.stack([relative @ self.down, relative @ self.front], axis=-1)


@dataclass(frozen=True, slots=True)
class Body:
    """The axes through time: samples ``t_s`` (S,), ``hip_px`` (S, 2), ``trunk`` (S, 2) px from mid-shoulder
    to mid-hip, and on which side of it the front is (``turn`` +1 or -1, fixed for the clip).
    """

    t_s: FloatArray
    hip_px: FloatArray
    trunk: FloatArray
    turn: float

    def at(self, t_s: float) -> BodyFrame:
        """The axes at a time; the first or last ones outside the samples."""
        hip = np.array([np.interp(t_s, self.t_s, self.hip_px[:, k]) for k in range(2)])
        trunk = np.array([np.interp(t_s, self.t_s, self.trunk[:, k]) for k in range(2)])
        length = float(np.hypot(*trunk))
        down = trunk / length
        return BodyFrame(hip, length, down, self.turn * np.array([down[1], -down[0]]))


def find_body(t_s: FloatArray, xy_px: FloatArray) -> Body:
    """Follow the trunk through samples of landmarks (S, 33, 2) px, all finite."""
    hip = running_median(t_s, xy_px[:, HIPS].mean(axis=1))
    shoulder = running_median(t_s, xy_px[:, SHOULDERS].mean(axis=1))
    trunk = hip - shoulder
    return Body(t_s, hip, trunk, front_turn(xy_px, hip, trunk)[0])


def running_median(t_s: FloatArray, values: FloatArray, window_s: float = _WINDOW_S) -> FloatArray:
    """Median over ``window_s`` around each sample. ``values`` is (S, ...)."""
    first = np.searchsorted(t_s, t_s - window_s / 2)
    last = np.searchsorted(t_s, t_s + window_s / 2, side="right")
    return np.stack([np.median(values[a:b], axis=0) for a, b in zip(first, last, strict=True)])


def front_turn(xy_px: FloatArray, hip: FloatArray, trunk: FloatArray) -> tuple[float, bool]:
    """On which side of the trunk the person's front is.

    A raised knee can only be raised to the front; with both knees down the face tells.

    Parameters
    ----------
    xy_px : (N, 33, 2) float
        Landmarks; rows of NaN are passed over, at least one must be finite.
    hip, trunk : (N, 2) or (2,) float
        Middle of the hips, and the way to it from the middle of the shoulders.

    Returns
    -------
    +1 when the front is (trunk y, -trunk x), else -1; and whether a raised knee shows it.
    """
    length = np.hypot(trunk[..., 0], trunk[..., 1])[..., None]
    square = np.stack([trunk[..., 1], -trunk[..., 0]], axis=-1) / length

    def height(points: FloatArray) -> FloatArray:
        heights: FloatArray = ((points - hip) * square).sum(-1) / length[..., 0]
        return heights

    knees = np.stack([height(xy_px[:, leg.knee]) for leg in LEGS.values()])
    # one knee may be hidden, and then it is NaN
    reach = np.fmax(*knees) + np.fmin(*knees) - np.where(np.isnan(knees).any(axis=0), np.fmin(*knees), 0.0)
    raised = float(np.nanmedian(reach))
    if abs(raised) >= _RAISED:
        return (1.0 if raised > 0 else -1.0), True
    face = height(xy_px[:, NOSE]) - height(xy_px[:, EARS].mean(axis=1))
    return (1.0 if np.nanmedian(face) >= 0 else -1.0), False


def near_side(body: Body) -> Side:
    """The side turned to the camera: of someone on the back, head to the right of the picture, the left."""
    trunk = np.median(body.trunk, axis=0)
    front = body.turn * np.array([trunk[1], -trunk[0]])
    # up the body x to the front, in a picture whose y points down, points to the viewer for the left side
    towards_viewer = (-trunk[0]) * (-front[1]) - (trunk[1]) * (front[0])
    return Side.LEFT if towards_viewer > 0 else Side.RIGHT
