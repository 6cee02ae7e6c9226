"""Finding repetitions in the knee's curve.

A repetition is a there-and-back of the knee of at least the protocol's smallest excursion, with the thigh held and the
foot off the floor. All thresholds are the protocol's.
"""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import numpy as np

from formcheck.angles.filtering import jitter_deg
from formcheck.angles.leg import MAX_JITTER_DEG
from formcheck.protocols.model import RepetitionLimits
from formcheck.reps.measure import RepTimes, Samples, measure_rep
from formcheck.reps.rep_set import RepSet, make_rep_set
from formcheck.reps.timing import Turn, find_turns, movement_times, return_times
from formcheck.timeseries import runs
from formcheck.types import FloatArray, LegAngles, Rep

# A repetition that begins or ends within this time of an edge (of the clip or a gap) is cut by it when the knee is this
# share of the excursion away from its angle at the other end.
_EDGE_S = 0.5
_CUT_FRACTION = 0.25
# Of a repetition that is cut only a part is seen, and a leg that is raised before a set or lowered after it straightens
# its knee as well. One in which the thigh is held moves the knee at least this many times as much as the hip.
_CUT_KNEE_TO_HIP = 2.0
# A there-and-back whose knee moves less than it should against the hip, but at least this share of that, may be a
# repetition of a thigh that is held badly.
_NEAR_RATIO = 0.75
# Shank to thigh length: the ankle's height follows from the two angles (Winter, Biomechanics, table 4.1).
_SHANK_TO_THIGH = 1.0


class _Cycle(NamedTuple):
    """Turning points of one there-and-back; None where the clip or a gap cuts it."""

    start: Turn | None
    peak: Turn
    end: Turn | None


def find_reps(angles: LegAngles, limits: RepetitionLimits) -> RepSet:
    """Find the repetitions of a set.

    Frames that cannot be measured split the curve; a repetition across such a gap is cut, not guessed.
    """
    reps: list[Rep] = []
    unsure_s: list[float] = []
    mixed_s: list[float] = []
    for run in runs(angles.usable):
        samples = Samples.of(angles, run)
        for cycle in _cycles(samples.t_s, samples.knee_deg, limits):
            times = _times(samples, cycle, limits)
            complete = cycle.start is not None and cycle.end is not None
            lead = _knee_lead(samples, times, limits)
            least = limits.min_knee_to_hip_ratio.value if complete else _CUT_KNEE_TO_HIP
            at_s = float(samples.t_s[cycle.peak.at])
            if complete and _NEAR_RATIO * least <= lead < least:
                unsure_s.append(at_s)
            if lead >= least and _legs_mixed(samples, times):
                mixed_s.append(at_s)
            elif lead >= least:
                within_deg = limits.hold_within_deg.value
                reps.append(measure_rep(samples, cycle.peak.at, times, complete=complete, hold_within_deg=within_deg))
    found = make_rep_set(angles.t_s, angles.usable, reps, limits)
    return replace(found, unsure_s=tuple(unsure_s), mixed_s=tuple(mixed_s))


def _legs_mixed(samples: Samples, times: RepTimes) -> bool:
    """The thigh jitters so much within the movement that its points wander between the legs."""
    inside = samples.between(times.start_s, times.end_s)
    return jitter_deg(samples.t_s[inside], samples.hip_deg[inside]) > MAX_JITTER_DEG


def _cycles(t_s: FloatArray, knee_deg: FloatArray, limits: RepetitionLimits) -> list[_Cycle]:
    """Pair the turning points of one unbroken stretch into there-and-backs."""
    turns = find_turns(knee_deg, min_swing=limits.min_excursion_deg.value)
    cycles: list[_Cycle] = []
    start: Turn | None = None
    peak: Turn | None = None
    for turn in turns:
        if not turn.high:
            peak = turn if peak is None or turn.value < peak.value else peak
        elif peak is None:
            start = turn
        elif start is None or _comes_back(t_s, knee_deg, (start, peak, turn), limits):
            # A knee that is back begins anew, whether or not what lies behind was a repetition: a leg that is bent and
            # raised before the set comes back from straight.
            if _is_movement(t_s, knee_deg, (start, peak, turn), limits):
                cycles.append(_Cycle(start, peak, turn))
            start, peak = turn, None
        # else: a bounce near full extension, or a jump of the points; the knee has not come back yet
    if peak is not None and start is not None:
        cycles.append(_Cycle(start, peak, None))
    return [_cut_at_edges(cycle, t_s) for cycle in cycles]


def _comes_back(
    t_s: FloatArray, knee_deg: FloatArray, cycle: tuple[Turn, Turn, Turn], limits: RepetitionLimits
) -> bool:
    """The knee is back far enough, and did not jump there."""
    start, peak, end = cycle
    far_enough = end.value - peak.value >= limits.min_return_fraction.value * (start.value - peak.value)
    return far_enough and _return_s(t_s, knee_deg, peak, end) >= limits.min_movement_s.value


def _is_movement(
    t_s: FloatArray, knee_deg: FloatArray, cycle: tuple[Turn | None, Turn, Turn], limits: RepetitionLimits
) -> bool:
    """Neither way was too quick for a knee."""
    start, peak, end = cycle
    shortest_s = limits.min_movement_s.value
    if _return_s(t_s, knee_deg, peak, end) < shortest_s:
        return False
    if start is None:
        return True
    there = slice(start.at, peak.at + 1)
    begin_s, end_s = movement_times(t_s[there], knee_deg[there])
    return end_s - begin_s >= shortest_s


def _return_s(t_s: FloatArray, knee_deg: FloatArray, peak: Turn, end: Turn) -> float:
    back = slice(peak.at, end.at + 1)
    begin_s, end_s = return_times(t_s[back], knee_deg[back])
    return end_s - begin_s


def _cut_at_edges(cycle: _Cycle, t_s: FloatArray) -> _Cycle:
    start, peak, end = cycle
    if start is None or end is None:
        return cycle
    missing = _CUT_FRACTION * (max(start.value, end.value) - peak.value)
    if t_s[start.at] - t_s[0] < _EDGE_S and end.value - start.value > missing:
        return cycle._replace(start=None)
    if t_s[-1] - t_s[end.at] < _EDGE_S and start.value - end.value > missing:
        return cycle._replace(end=None)
    return cycle


def _times(samples: Samples, cycle: _Cycle, limits: RepetitionLimits) -> RepTimes:
    """When the movements began and ended; one that is cut begins or ends with the unbroken stretch."""
    t_s, knee_deg, peak = samples.t_s, samples.knee_deg, cycle.peak.at
    far = knee_deg > knee_deg[peak] + limits.hold_within_deg.value
    if cycle.start is not None:
        there = slice(cycle.start.at, peak + 1)
        start_s, peak_s = movement_times(t_s[there], knee_deg[there])
    else:
        before = np.flatnonzero(far[:peak])
        start_s, peak_s = float(t_s[0]), float(t_s[before[-1] + 1] if before.size else t_s[0])
    if cycle.end is not None:
        back = slice(peak, cycle.end.at + 1)
        leave_s, end_s = return_times(t_s[back], knee_deg[back])
    else:
        after = np.flatnonzero(far[peak:])
        leave_s, end_s = float(t_s[peak + after[0]] if after.size else t_s[-1]), float(t_s[-1])
    return RepTimes(start_s, min(peak_s, leave_s), leave_s, end_s)


def _knee_lead(samples: Samples, times: RepTimes, limits: RepetitionLimits) -> float:
    """How many times as much as the hip the knee moves; 0 for a heel slide, whose foot is never off the floor.

    In a glide the thigh is held. In a leg raise or a bridge the hip moves more than the knee.
    """
    inside = samples.between(times.start_s, times.end_s)
    hip_deg, knee_deg = samples.hip_deg[inside], samples.knee_deg[inside]
    ankle_lift = np.sin(np.radians(hip_deg)) + _SHANK_TO_THIGH * np.sin(np.radians(hip_deg - knee_deg))
    if ankle_lift.max() < limits.min_foot_lift_thighs.value:
        return 0.0
    return float(np.ptp(knee_deg) / max(float(np.ptp(hip_deg)), 1e-6))
