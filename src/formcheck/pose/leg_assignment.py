"""Which of the landmarker's legs is the working one, frame by frame.

The labels left and right cannot be trusted: near full extension they swap for whole seconds, and where the resting leg
is hidden both sets of points sit on the one leg that is left. Limbs, however, keep their length and do not jump. The
cheapest path through the clip decides, not each frame by itself.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from formcheck.types import BoolArray, FloatArray

# Relative deviations of a limb's length that cost one unit: a thigh keeps its length in the image; a shank is
# foreshortened as it swings when the camera is turned, but it never grows.
_THIGH_TOLERANCE = 0.3
_SHANK_LONGER_TOLERANCE = 0.3
_SHANK_SHORTER_TOLERANCE = 0.5
# Speeds, in thigh lengths per second, that cost one unit: the knee of a held thigh hardly moves, an ankle swings.
_KNEE_SPEED = 2.0
_ANKLE_SPEED = 6.0
# Landmarks jitter by about this much (thigh lengths) whatever the time between frames.
_JITTER = 0.05
# No single frame or step may cost more: one outlier must not outvote a second of good points.
_CAP = 9.0
# Cost of a leg that was not detected.
_MISSING = 100.0


def assign_legs(t_s: FloatArray, legs: FloatArray, extra_costs: FloatArray) -> NDArray[np.int64]:
    """Choose one of several candidate legs in every frame: the path of plausible, steady limbs.

    Parameters
    ----------
    t_s : (T,) float
    legs : (T, C, 5, 2) float
        Candidates: hip, knee, ankle, heel and toe in px; NaN where a candidate was not detected.
    extra_costs : (T, C) float
        Further costs of each candidate, in the same units: 1 is one tolerance.

    Returns
    -------
    (T,) int: the candidate of each frame, -1 where none was detected.
    """
    chosen = np.full(len(t_s), -1)
    present: BoolArray = np.asarray(np.isfinite(legs).all(axis=(2, 3)))
    found: BoolArray = np.asarray(present.any(axis=1))
    if found.any():
        costs = np.where(present, _limb_costs(legs), _MISSING) + extra_costs
        chosen[found] = _cheapest_path(costs[found], _step_costs(t_s[found], legs[found]))
    return chosen


def _lengths(legs: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Thigh and shank lengths (T, C) px of legs (T, C, 5, 2)."""
    thigh = legs[:, :, 1] - legs[:, :, 0]
    shank = legs[:, :, 2] - legs[:, :, 1]
    return np.hypot(thigh[..., 0], thigh[..., 1]), np.hypot(shank[..., 0], shank[..., 1])


def _limb_costs(legs: FloatArray) -> FloatArray:
    thigh, shank = _lengths(legs)
    thigh_ratio = thigh / np.nanmedian(thigh)
    shank_ratio = shank / np.nanpercentile(shank, 75)
    shank_tolerance = np.where(shank_ratio > 1, _SHANK_LONGER_TOLERANCE, _SHANK_SHORTER_TOLERANCE)
    limbs: FloatArray = ((thigh_ratio - 1) / _THIGH_TOLERANCE) ** 2 + ((shank_ratio - 1) / shank_tolerance) ** 2
    return np.minimum(limbs, _CAP)


def _step_costs(t_s: FloatArray, legs: FloatArray) -> FloatArray:
    """Costs (T-1, C, C) of going from a leg in one frame to a leg in the next."""
    thigh = float(np.nanmedian(_lengths(legs)[0]))
    step_s = np.diff(t_s)[:, None, None]

    def cost(joint: int, speed: float) -> FloatArray:
        move = legs[1:, None, :, joint] - legs[:-1, :, None, joint]
        distance: FloatArray = np.hypot(move[..., 0], move[..., 1]) / thigh
        return (distance / (speed * step_s + _JITTER)) ** 2

    # to and from a leg that was not detected costs as much as any jump
    return np.nan_to_num(np.minimum(cost(1, _KNEE_SPEED) + cost(2, _ANKLE_SPEED), _CAP), nan=_CAP)


def _cheapest_path(frame_costs: FloatArray, step_costs: FloatArray) -> NDArray[np.int64]:
    """Viterbi: the state (T,) of the cheapest path through costs (T, C) and steps (T-1, C, C)."""
    total = frame_costs[0]
    came_from = np.zeros(frame_costs.shape, dtype=np.int64)
    for i, step in enumerate(step_costs):
        through = total[:, None] + step
        came_from[i + 1] = through.argmin(axis=0)
        total = through.min(axis=0) + frame_costs[i + 1]
    path = np.zeros(len(frame_costs), dtype=np.int64)
    path[-1] = total.argmin()
    for i in range(len(frame_costs) - 1, 0, -1):
        path[i - 1] = came_from[i, path[i]]
    return path
