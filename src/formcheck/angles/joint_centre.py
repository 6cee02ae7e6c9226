"""The hip joint from the path of the knee.

While a leg is raised or lowered its knee moves on a circle about the hip. Where the middle of that circle is does not
depend on where the landmarker puts the hip, which is the largest error of the angles (docs/method.md). It is known to a
few hundredths of the thigh's length, about as well as where the landmarker usually puts the hip, so that the two are
combined by their variances.
"""

from __future__ import annotations

import math

import numpy as np

from formcheck.angles.calibration import HipPoint
from formcheck.angles.geometry import direction_deg, length, project, unproject, wrap_deg
from formcheck.types import FloatArray

# Places are collected by the direction of the thigh, in steps of this size: a held thigh shall not outweigh a short
# movement. Of each direction the newest places are kept, some twenty seconds.
_STEP_DEG = 5.0
_KEPT = 300
# A circle is fitted to an arc of at least this.
_ARC_DEG = 30.0
# Thigh on the floor: where the resting leg is painted out, the landmarker guesses.
_LOWEST_DEG = 25.0
# Less bent than this, the knee has no corner to be seen, and its point slides along the leg.
_BENT_DEG = 30.0
# Along and off the floor the hip's point moves less than this (thigh lengths) while a leg is raised. If it moves more,
# the pelvis is lifted or the person lies elsewhere by now, and the hip is no fixed centre.
_HIP_STILL = (0.3, 0.2)
# Error of the knee's points, the same in neighbouring directions (thigh lengths).
_KNEE_SD = 0.05
_ITERATIONS = 30


class KneePath:
    """Collects where hip and knee were.

    Parameters
    ----------
    lag_s : float
        In a window that slides, rows newer than this may still change and are left for later.
    """

    def __init__(self, *, lag_s: float = 0.0) -> None:
        self._lag_s = lag_s
        self._until_s = -math.inf
        self._places: dict[int, FloatArray] = {}
        self._typical: dict[int, FloatArray] = {}
        self._counts: dict[int, int] = {}

    def add(self, t_s: FloatArray, leg: FloatArray) -> None:
        """Add the rows that are newer than all before.

        Parameters
        ----------
        t_s : (T,) float
        leg : (T, 3, 2) float
            Hip, knee and ankle: along the floor towards the feet, and up; px.
        """
        thigh_deg, shank_deg = direction_deg(leg[:, 1] - leg[:, 0]), direction_deg(leg[:, 2] - leg[:, 1])
        due = (t_s > self._until_s) & (t_s <= t_s[-1] - self._lag_s)
        with np.errstate(invalid="ignore"):
            clear = due & (thigh_deg >= _LOWEST_DEG) & (wrap_deg(thigh_deg - shank_deg) > _BENT_DEG)
        self._until_s = max(self._until_s, float(t_s[-1]) - self._lag_s)
        steps = np.floor(np.where(clear, thigh_deg, 0.0) / _STEP_DEG).astype(int)
        for step in np.unique(steps[clear]).tolist():
            new = leg[clear & (steps == step), :2]
            known = self._places.get(step, new[:0])
            self._places[step] = np.concatenate([known, new])[-_KEPT:]
            self._typical[step] = np.median(self._places[step], axis=0)
            self._counts[step] = self._counts.get(step, 0) + len(new)

    def hip_shift(self, hip_point: HipPoint, *, azimuth_deg: float, elevation_deg: float) -> FloatArray:
        """How far the hip's point lies from where the landmarker would usually put it.

        Returns
        -------
        (2,) float: to be added to the hip's point, along the floor and up, px. Zero where the path does not tell.
        """
        steps = sorted(self._typical)
        if not steps or (steps[-1] - steps[0]) * _STEP_DEG < _ARC_DEG:
            return np.zeros(2)
        hips, knees = np.stack([self._typical[step] for step in steps], axis=1)
        usual = int(np.argmax([self._counts[step] for step in steps]))
        thigh_px = float(length(knees[usual] - hips[usual]))
        if (np.ptp(hips, axis=0) > thigh_px * np.array(_HIP_STILL)).any():
            return np.zeros(2)
        camera = (azimuth_deg, elevation_deg)
        centre = fit_circle(unproject((knees - hips[usual]) / thigh_px, *camera), hip_point)
        return thigh_px * project(centre - hip_point.joint, *camera)


def fit_circle(points: FloatArray, hip_point: HipPoint) -> FloatArray:
    """Centre (2,) of the circle that points (N, 2) lie on: in the sagittal plane, thigh lengths from the hip's point.

    Least squares of the distances from the circle and of the centre's distance from where it usually is, each in its
    standard errors, by the Gauss-Newton method. Outlying points weigh less (pseudo-Huber loss).
    """
    usual = np.array([*hip_point.joint, 1.0])
    certainty = np.diag([*(1 / np.square(hip_point.sd)), 0.0])  # nothing is assumed of the radius
    guess = usual
    for _ in range(_ITERATIONS):
        away = points - guess[:2]
        distance = length(away)
        off = (distance - guess[2]) / _KNEE_SD
        slope = np.column_stack([-away / distance[:, None], -np.ones(len(points))]) / _KNEE_SD
        weighted = slope / np.sqrt(1 + off**2)[:, None]
        towards = weighted.T @ off + certainty @ (guess - usual)
        guess = guess - np.linalg.solve(weighted.T @ slope + certainty, towards)
    return guess[:2]
