"""The numbers that rules look at, taken from the curves of one repetition. NaN where not measurable."""

from __future__ import annotations

import math

import numpy as np

from formcheck.form.verdicts import UNKNOWN, Measured
from formcheck.protocols.model import ToesReading
from formcheck.types import FloatArray, LegAngles, Rep

# Start and end of a movement are known to about this (median over clips with truth, docs/accuracy.md).
TIMING_SE_S = 0.1
# A difference between two readings of the same leg in the same view: what is systematic cancels.
DIFFERENCE_SHARE = 0.5
# Spread of the foot's coarse points, and of a hand's distance in thigh lengths.
FOOT_SE_DEG = 10.0
HAND_SE_THIGHS = 0.08


def hip_mean(rep: Rep) -> Measured:
    """Mean hip flexion over the repetition, deg."""
    return Measured(rep.hip_flexion_mean_deg, rep.hip_se_deg)


def hip_drift(rep: Rep) -> Measured:
    """Range of hip flexion over the repetition, deg."""
    return Measured(rep.hip_flexion_max_deg - rep.hip_flexion_min_deg, DIFFERENCE_SHARE * rep.hip_se_deg)


def knee_end(rep: Rep) -> Measured:
    """Knee flexion at the end of the movement, deg."""
    return Measured(rep.knee_flexion_peak_deg, rep.knee_se_deg)


def knee_start(rep: Rep) -> Measured:
    """Knee flexion where the repetition starts, deg."""
    return Measured(rep.knee_flexion_start_deg, rep.knee_se_deg)


def excursion(rep: Rep) -> Measured:
    """Knee movement from start to peak, deg."""
    return Measured(rep.excursion_deg, DIFFERENCE_SHARE * rep.knee_se_deg)


def fastest_mean_speed(rep: Rep, *, shortest_s: float) -> Measured:
    """Mean speed of the faster of extending and returning, deg/s.

    Unknown when either takes less than ``shortest_s``: that is no movement, but a repetition whose given times cut it
    off at its straightest.
    """
    duration_s = min(rep.extend_s, rep.return_s)
    if duration_s < shortest_s:
        return UNKNOWN
    speed = rep.excursion_deg / duration_s
    return Measured(speed, speed * min(1.0, TIMING_SE_S / duration_s))


def bounce(rep: Rep, angles: LegAngles) -> Measured:
    """Largest movement of the knee against its direction within the repetition, deg."""
    inside = (angles.t_s >= rep.start_s) & (angles.t_s < rep.end_s)
    knee = angles.knee_flexion_deg[inside]
    if knee.size < 3 or not np.isfinite(knee).all():
        return UNKNOWN
    peak = int(knee.argmin())
    there = knee[: peak + 1] - np.minimum.accumulate(knee[: peak + 1])
    back = np.maximum.accumulate(knee[peak:]) - knee[peak:]
    return Measured(float(max(there.max(), back.max())), DIFFERENCE_SHARE * rep.knee_se_deg)


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
