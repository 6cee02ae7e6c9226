"""Which of the landmarker's two legs is the working one, frame by frame.

The names left and right cannot be trusted: near full extension they change places for whole seconds, and
where the resting leg is hidden both sets of points sit on the one leg that is left. Limbs, however, keep
their length and do not jump. The cheapest path through the clip decides, not each frame for itself.
"""

from __future__ import annotations

import numpy as np

from formcheck.pose.landmarks import LEGS
from formcheck.types import BoolArray, FloatArray, Side

# Relative deviations of a limb's length that cost one unit: thighs keep theirs in the picture; a shank is
# foreshortened as it swings in a turned camera, but it never grows.
_THIGH_TOLERANCE = 0.2
_SHANK_LONGER_TOLERANCE = 0.2
_SHANK_SHORTER_TOLERANCE = 0.5
# Speeds, in thigh lengths per second, that cost one unit: a held knee hardly moves, an ankle swings.
_KNEE_SPEED = 2.0
_ANKLE_SPEED = 6.0
# Landmarks tremble by about this much (thigh lengths) whatever the time between frames.
_TREMBLE = 0.05
# What a second under the other name costs. Where both legs are seen an exchange of some seconds must cost less than
# the two jumps that come with it; where one is hidden both sets sit on one leg, and the own name's fits better.
_OTHER_NAME_PER_S = 3.0
_OTHER_NAME_HIDDEN_PER_S = 30.0
# No single frame or step may cost more: one wild point must not outvote a second of good ones.
_CAP = 9.0


def choose_working_leg(t_s: FloatArray, xy_px: FloatArray, hidden: BoolArray, side: Side) -> BoolArray:
    """Tell where the working leg bears the other side's name.

    Parameters
    ----------
    t_s : (T,) float
    xy_px : (T, 33, 2) float
        Landmarks by the model's own names; NaN rows where nobody was seen.
    hidden : (T,) bool
        The other leg was painted out.
    side : Side
        The working side.

    Returns
    -------
    (T,) bool
        True where the working leg's points stand under the other side's name.
    """
    seen = np.isfinite(xy_px[:, 0, 0])
    swapped = np.zeros(len(t_s), bool)
    if not seen.any():
        return swapped
    legs = np.stack([xy_px[seen][:, LEGS[name].all] for name in (side, side.other)], axis=1)
    typical_s = float(np.median(np.diff(t_s[seen]))) if seen.sum() > 1 else 0.0
    name_costs = typical_s * np.where(hidden[seen], _OTHER_NAME_HIDDEN_PER_S, _OTHER_NAME_PER_S)
    frame_costs = _limb_costs(legs)
    frame_costs[:, 1] += name_costs
    swapped[seen] = _cheapest_path(frame_costs, _step_costs(t_s[seen], legs)) == 1
    return swapped


def _lengths(legs: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Thigh and shank lengths (T, 2) px of legs (T, 2, 5, 2)."""
    thigh = legs[:, :, 1] - legs[:, :, 0]
    shank = legs[:, :, 2] - legs[:, :, 1]
    return np.hypot(thigh[..., 0], thigh[..., 1]), np.hypot(shank[..., 0], shank[..., 1])


def _limb_costs(legs: FloatArray) -> FloatArray:
    thigh, shank = _lengths(legs)
    thigh_ratio = thigh / np.median(thigh)
    shank_ratio = shank / np.percentile(shank, 75)
    shank_tolerance = np.where(shank_ratio > 1, _SHANK_LONGER_TOLERANCE, _SHANK_SHORTER_TOLERANCE)
    limbs = ((thigh_ratio - 1) / _THIGH_TOLERANCE) ** 2 + ((shank_ratio - 1) / shank_tolerance) ** 2
    return np.minimum(limbs, _CAP)


def _step_costs(t_s: FloatArray, legs: FloatArray) -> FloatArray:
    """Costs (T-1, 2, 2) of going from a leg in one frame to a leg in the next."""
    thigh = float(np.median(_lengths(legs)[0]))
    step_s = np.diff(t_s)[:, None, None]

    def cost(joint: int, speed: float) -> FloatArray:
        move = legs[1:, None, :, joint] - legs[:-1, :, None, joint]
        return (np.hypot(move[..., 0], move[..., 1]) / thigh / (speed * step_s + _TREMBLE)) ** 2

    return np.minimum(cost(1, _KNEE_SPEED) + cost(2, _ANKLE_SPEED), _CAP)


def _cheapest_path(frame_costs: FloatArray, step_costs: FloatArray) -> FloatArray:
    """Viterbi: the state (T,) of the cheapest path through costs (T, K) and steps (T-1, K, K)."""
    total = frame_costs[0]
    came_from = np.zeros(frame_costs.shape, int)
    for i, step in enumerate(step_costs):
        through = total[:, None] + step
        came_from[i + 1] = through.argmin(axis=0)
        total = through.min(axis=0) + frame_costs[i + 1]
    path = np.zeros(len(frame_costs), int)
    path[-1] = total.argmin()
    for i in range(len(frame_costs) - 1, 0, -1):
        path[i - 1] = came_from[i, path[i]]
    return path
