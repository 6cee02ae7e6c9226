"""The lying body's own axes in the image: along the trunk, and towards the person's front."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from formcheck.pose.landmarks import EARS, HIPS, LEGS, NOSE, SHOULDERS
from formcheck.timeseries import running_median
from formcheck.types import FloatArray, Side

# The trunk lies still but may shift: its position is a running median over this long.
_WINDOW_S = 4.0
# A knee at least this many trunk lengths off the trunk's line is raised.
_RAISED = 0.5


@dataclass(frozen=True, slots=True)
class BodyAxes:
    """The body's axes at one instant.

    Body coordinates are (along, front) in trunk lengths, with the origin midway between the hips: ``down`` points
    along the trunk to the feet, ``front`` at right angles to it towards the person's front. Both are unit vectors (2,)
    in the image.
    """

    hip_px: FloatArray
    trunk_px: float
    down: FloatArray
    front: FloatArray

    def to_px(self, point: FloatArray) -> FloatArray:
        """Body coordinates (..., 2) to image points (..., 2) px."""
        return self.hip_px + self.trunk_px * (point[..., :1] * self.down + point[..., 1:] * self.front)


@dataclass(frozen=True, slots=True)
class Body:
    """The body's axes through time.

    Parameters
    ----------
    t_s : (S,) float
        Times of the samples.
    hip_px : (S, 2) float
        Midpoint of the hips.
    trunk : (S, 2) float
        From mid-shoulder to mid-hip, px.
    turn : float
        On which side of the trunk the front is, +1 or -1 (see `front_turn`); the same for the whole clip.
    """

    t_s: FloatArray
    hip_px: FloatArray
    trunk: FloatArray
    turn: float

    def at(self, t_s: float) -> BodyAxes:
        """The axes at a time; before the first and after the last sample, those of that sample."""
        hip = np.array([np.interp(t_s, self.t_s, self.hip_px[:, k]) for k in range(2)])
        trunk = np.array([np.interp(t_s, self.t_s, self.trunk[:, k]) for k in range(2)])
        length = float(np.hypot(*trunk))
        down = trunk / length
        return BodyAxes(hip, length, down, self.turn * np.array([down[1], -down[0]]))

    def to_body(self, t_s: FloatArray, xy_px: FloatArray) -> FloatArray:
        """Image points (T, ..., 2) px at times (T,) to body coordinates (T, ..., 2) of those times."""
        hip, trunk = (
            np.stack([np.interp(t_s, self.t_s, values[:, k]) for k in range(2)], axis=-1)
            for values in (self.hip_px, self.trunk)
        )
        length = np.hypot(trunk[:, 0], trunk[:, 1])[:, None]
        down = trunk / length
        front = self.turn * np.stack([down[:, 1], -down[:, 0]], axis=-1)
        frames = (-1, *[1] * (xy_px.ndim - 2), 2)
        relative = (xy_px - hip.reshape(frames)) / length.reshape(-1, *[1] * (xy_px.ndim - 1))
        return np.stack([(relative * axis.reshape(frames)).sum(axis=-1) for axis in (down, front)], axis=-1)

    @property
    def near_side(self) -> Side:
        """The side that faces the camera."""
        trunk = np.median(self.trunk, axis=0)
        return near_side(trunk, self.turn * np.array([trunk[1], -trunk[0]]))


def find_body(t_s: FloatArray, xy_px: FloatArray) -> Body:
    """Find the trunk through time in landmarks (S, 33, 2) px, all finite."""
    hip = running_median(t_s, xy_px[:, HIPS].mean(axis=1), window_s=_WINDOW_S)
    shoulder = running_median(t_s, xy_px[:, SHOULDERS].mean(axis=1), window_s=_WINDOW_S)
    trunk = hip - shoulder
    return Body(t_s, hip, trunk, front_turn(xy_px, hip, trunk)[0])


def front_turn(xy_px: FloatArray, hip: FloatArray, trunk: FloatArray) -> tuple[float, bool]:
    """On which side of the trunk the person's front is.

    A knee can only be raised to the front; with both knees down the face tells.

    Parameters
    ----------
    xy_px : (N, 33, 2) float
        Landmarks; frames of NaN are skipped, at least one must be finite.
    hip, trunk : (N, 2) or (2,) float
        Midpoint of the hips, and the vector to it from the midpoint of the shoulders.

    Returns
    -------
    +1 when the front is towards (trunk y, -trunk x), else -1; and whether a raised knee shows it.
    """
    length = np.hypot(trunk[..., 0], trunk[..., 1])[..., None]
    normal = np.stack([trunk[..., 1], -trunk[..., 0]], axis=-1) / length

    def height(points: FloatArray) -> FloatArray:
        heights: FloatArray = ((points - hip) * normal).sum(-1) / length[..., 0]
        return heights

    knees = np.stack([height(xy_px[:, leg.knee]) for leg in LEGS.values()])
    # one knee may be hidden, and then it is NaN
    reach = np.fmax(*knees) + np.fmin(*knees) - np.where(np.isnan(knees).any(axis=0), np.fmin(*knees), 0.0)
    raised = float(np.nanmedian(reach))
    if abs(raised) >= _RAISED:
        return (1.0 if raised > 0 else -1.0), True
    face = height(xy_px[:, NOSE]) - height(xy_px[:, EARS].mean(axis=1))
    return (1.0 if np.nanmedian(face) >= 0 else -1.0), False


def near_side(trunk: FloatArray, front: FloatArray) -> Side:
    """The side that faces the camera: for a person on the back with the head to the right of the image, the left.

    Parameters
    ----------
    trunk, front : (2,) float
        From the shoulders to the hips, and towards the person's front, in the image.
    """
    return Side.LEFT if trunk[0] * front[1] - trunk[1] * front[0] > 0 else Side.RIGHT
