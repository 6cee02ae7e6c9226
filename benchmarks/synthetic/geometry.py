"""Rotations, directions and the two-bone reach.

World axes of the person on their back: x towards the feet, y to the person's left, z up; the lying surface is z = 0.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

UP: FloatArray = np.array([0.0, 0.0, 1.0])
_TINY = 1e-9


def unit(vector: FloatArray) -> FloatArray:
    """The vector (3,) at length 1; a zero vector stays zero."""
    return vector / max(float(np.linalg.norm(vector)), _TINY)


def without(vector: FloatArray, direction: FloatArray) -> FloatArray:
    """The unit vector (3,) of what is left of ``vector`` square to a unit ``direction``."""
    return unit(vector - (vector @ direction) * direction)


def turn(axis: Literal["x", "y", "z"], angle_deg: float) -> FloatArray:
    """The rotation (3, 3) about a world axis."""
    c, s = np.cos(np.radians(angle_deg)), np.sin(np.radians(angle_deg))
    if axis == "x":
        return np.array([[1, 0, 0], [0, c, -s], [0, s, c]])
    if axis == "y":
        return np.array([[c, 0, s], [0, 1, 0], [-s, 0, c]])
    return np.array([[c, -s, 0], [s, c, 0], [0, 0, 1]])


def turn_about(axis: FloatArray, angle_deg: float) -> FloatArray:
    """The rotation (3, 3) about any axis (3,), by Rodrigues' formula."""
    x, y, z = unit(axis)
    cross = np.array([[0, -z, y], [z, 0, -x], [-y, x, 0]])
    angle = np.radians(angle_deg)
    turned: FloatArray = np.eye(3) + np.sin(angle) * cross + (1 - np.cos(angle)) * cross @ cross
    return turned


def shortest_turn(start: FloatArray, end: FloatArray) -> FloatArray:
    """The smallest rotation (3, 3) that takes one direction to another."""
    a, b = unit(start), unit(end)
    axis = np.cross(a, b)
    sine = float(np.linalg.norm(axis))
    if sine < 1e-8:
        return np.eye(3)
    return turn_about(axis, float(np.degrees(np.arctan2(sine, a @ b))))


def frame(direction: FloatArray, hint: FloatArray) -> FloatArray:
    """A right-handed frame (3, 3) whose first column is the direction and whose second lies towards the hint."""
    x = unit(direction)
    z = unit(np.cross(x, hint))
    return np.stack([x, np.cross(z, x), z], axis=1)


def blend_turns(start: FloatArray, end: FloatArray, share: float) -> FloatArray:
    """The rotation (3, 3) a share (0 to 1) of the way from one to another, at a constant rate."""
    if share <= 0:
        return start
    if share >= 1:
        return end
    between = start.T @ end
    angle = float(np.arccos(np.clip((np.trace(between) - 1) / 2, -1, 1)))
    axis = np.array(
        [between[2, 1] - between[1, 2], between[0, 2] - between[2, 0], between[1, 0] - between[0, 1]],
    )
    if angle < 1e-6 or np.linalg.norm(axis) < _TINY:
        return start
    return start @ turn_about(axis, float(np.degrees(angle)) * share)


def angle_between(u: FloatArray, v: FloatArray) -> float:
    """The angle of two directions, degrees."""
    return float(np.degrees(np.arccos(np.clip(unit(u) @ unit(v), -1, 1))))


def reach(
    start: FloatArray, target: FloatArray, lengths: tuple[float, float], pole: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Point a chain of two bones at a target.

    Parameters
    ----------
    start, target : (3,) m
    lengths
        Of the first and the second bone, m. A target out of reach is approached as far as they allow.
    pole : (3,)
        The direction in which the joint between the bones points.

    Returns
    -------
    tuple of (3,), (3,)
        Unit directions of the two bones.
    """
    first, second = lengths
    to_target = target - start
    distance = float(np.clip(np.linalg.norm(to_target), abs(first - second) + 1e-3, (first + second) * 0.9995))
    axis = unit(to_target)
    cosine = (first * first + distance * distance - second * second) / (2 * first * distance)
    sine = np.sqrt(max(0.0, 1 - cosine * cosine))
    joint = start + first * (cosine * axis + sine * without(pole, axis))
    return unit(joint - start), unit(start + distance * axis - joint)


def ease(share: float) -> float:
    """Minimum-jerk progress: 0 to 1, with no speed and no acceleration at both ends."""
    x = min(max(share, 0.0), 1.0)
    return x**3 * (10 - 15 * x + 6 * x * x)
