"""The numbers that rules look at, taken from the curves of one repetition. NaN where not measurable."""

from __future__ import annotations

import math

import numpy as np

from formcheck.angles.scatter import duration_se_s, excursion_se_deg, range_se_deg, reversal_se_deg
from formcheck.form.verdicts import UNKNOWN, Measured
from formcheck.protocols.model import ToesReading
from formcheck.types import FloatArray, LegAngles, Rep

# Spread of the foot's coarse points, and of a hand's distance in thigh lengths.
FOOT_SE_DEG = 10.0
HAND_SE_THIGHS = 0.08


def hip_mean(rep: Rep) -> Measured:
    """Mean hip flexion over the repetition, deg."""
    return Measured(rep.hip_flexion_mean_deg, rep.hip_se_deg)


def hip_drift(rep: Rep, angles: LegAngles) -> Measured:
    """Range of hip flexion over the repetition, deg."""
    return Measured(rep.hip_flexion_max_deg - rep.hip_flexion_min_deg, range_se_deg(angles.view))


def knee_end(rep: Rep) -> Measured:
    """Knee flexion at the end of the movement, deg."""
    return Measured(rep.knee_flexion_peak_deg, rep.knee_se_deg)


def knee_start(rep: Rep) -> Measured:
    """Knee flexion where the repetition starts, deg."""
    return Measured(rep.knee_flexion_start_deg, rep.knee_se_deg)


def excursion(rep: Rep, angles: LegAngles) -> Measured:
    """Knee movement from start to peak, deg."""
    return Measured(rep.excursion_deg, excursion_se_deg(rep.excursion_deg, angles.view))


def fastest_mean_speed(rep: Rep, angles: LegAngles, *, shortest_s: float) -> Measured:
    """Mean speed of the faster of extending and returning, deg/s.

    Unknown when either takes less than ``shortest_s``: that is no movement, but a repetition whose given times cut it
    off at its straightest.
    """
    duration_s = min(rep.extend_s, rep.return_s)
    if duration_s < shortest_s:
        return UNKNOWN
    way_deg = excursion(rep, angles)
    speed = way_deg.value / duration_s
    return Measured(speed, math.hypot(way_deg.se, speed * duration_se_s(duration_s)) / duration_s)


def bounce(rep: Rep, angles: LegAngles) -> Measured:
    """Largest movement of the knee against its direction within the repetition, deg."""
    inside = (angles.t_s >= rep.start_s) & (angles.t_s < rep.end_s)
    knee = angles.knee_flexion_deg[inside]
    if knee.size < 3 or not np.isfinite(knee).all():
        return UNKNOWN
    peak = int(knee.argmin())
    there = knee[: peak + 1] - np.minimum.accumulate(knee[: peak + 1])
    back = np.maximum.accumulate(knee[peak:]) - knee[peak:]
    return Measured(float(max(there.max(), back.max())), reversal_se_deg(angles.view))


def hand_distance(rep: Rep, angles: LegAngles) -> Measured:
    """Median distance of the nearer hand from the thigh over the repetition, in thigh lengths."""
    inside = (angles.t_s >= rep.start_s) & (angles.t_s < rep.end_s)
    return Measured(_median(angles.hand_distance_thighs[inside]), HAND_SE_THIGHS)


def toes(rep: Rep, angles: LegAngles, reading: ToesReading) -> Measured:
    """The foot's angle that the protocol's reading of 'toes to the ceiling' looks at, deg.

    ``ceiling``: foot from the vertical while the knee is still bent (with the leg up, no foot can keep its toes to
    the ceiling). Otherwise ankle dorsiflexion around the peak.
    """
    if reading is ToesReading.CEILING:
        values = angles.foot_from_vertical_deg
        middle_s, half_s = rep.start_s, 0.25
    else:
        values = angles.ankle_dorsiflexion_deg
        middle_s, half_s = rep.peak_s + rep.hold_s / 2, max(0.25, rep.hold_s / 2)
    near = np.abs(angles.t_s - middle_s) <= half_s
    return Measured(_median(values[near]), FOOT_SE_DEG)


def _median(values: FloatArray) -> float:
    known = values[np.isfinite(values)]
    return float(np.median(known)) if known.size else math.nan
