"""When was a repetition? From the knee's curve to repetitions and phases.

A repetition is a there-and-back of the knee of at least the protocol's smallest excursion, with the thigh held
and the foot off the floor. All thresholds are the protocol's.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from formcheck.angles.smooth import runs
from formcheck.protocols.model import RepetitionLimits
from formcheck.reps.timing import movement_times, return_times
from formcheck.reps.turns import Turn, find_turns
from formcheck.types import FloatArray, LegAngles, Phase, Rep

# A repetition that begins within this time of the clip's (or a gap's) edge is cut when the knee stands this share
# of the excursion away from where it stands at the other end.
_EDGE_S = 0.5
_CUT_FRACTION = 0.25
# Shank to thigh length: the ankle's height follows from the two angles (Winter, Biomechanics, table 4.1).
_SHANK_TO_THIGH = 1.0


class _Cycle(NamedTuple):
    """Turning points of one there-and-back; None where the clip or a gap cuts it."""

    start: Turn | None
    peak: Turn
    end: Turn | None


@dataclass(frozen=True, slots=True)
class RepSet:
    """Repetitions, and for every frame its phase and the index of its repetition (0: none)."""

    reps: tuple[Rep, ...]
    phases: tuple[Phase, ...]
    rep_of_frame: NDArray[np.int64]


def find_reps(angles: LegAngles, limits: RepetitionLimits) -> RepSet:
    """Find the repetitions of a set.

    Frames that cannot be measured split the curve; a repetition across such a gap is cut, not guessed.
    """
    reps: list[Rep] = []
    for run in runs(angles.usable):
        part = _Stretch(
            angles.t_s[run],
            angles.knee_flexion_deg[run],
            angles.hip_flexion_deg[run],
            angles.knee_se_deg[run],
            angles.hip_se_deg[run],
        )
        for cycle in _cycles(part.t_s, part.knee_deg, limits):
            rep = part.measure(cycle, limits)
            if rep is not None:
                reps.append(rep)
    reps = mark_partial(reps, limits)
    return RepSet(tuple(reps), *label_frames(angles, reps))


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
        elif _comes_back(t_s, knee_deg, (start, peak, turn), limits):
            cycles.append(_Cycle(start, peak, turn))
            start, peak = turn, None
        elif start is None:
            start, peak = turn, None
        # else: a bounce near full extension, or a jump of the points; the knee has not come back yet
    if peak is not None and start is not None:
        cycles.append(_Cycle(start, peak, None))
    return [_cut_at_edges(cycle, t_s) for cycle in cycles]


def _comes_back(
    t_s: FloatArray, knee_deg: FloatArray, cycle: tuple[Turn | None, Turn, Turn], limits: RepetitionLimits
) -> bool:
    """The knee is back far enough, and took its time both ways."""
    start, peak, end = cycle

    shortest_s = limits.min_movement_s.value
    back = slice(peak.at, end.at + 1)
    back_begin_s, back_end_s = return_times(t_s[back], knee_deg[back])
    if back_end_s - back_begin_s < shortest_s:
        return False
    if start is None:
        return True
    there = slice(start.at, peak.at + 1)
    begin_s, end_s = movement_times(t_s[there], knee_deg[there])
    far_enough = end.value - peak.value >= limits.min_return_fraction.value * (start.value - peak.value)
    return bool(far_enough and end_s - begin_s >= shortest_s)


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


@dataclass(frozen=True, slots=True)
class _Stretch:
    """Unbroken samples (T,)."""

    t_s: FloatArray
    knee_deg: FloatArray
    hip_deg: FloatArray
    knee_se_deg: FloatArray
    hip_se_deg: FloatArray

    def measure(self, cycle: _Cycle, limits: RepetitionLimits) -> Rep | None:
        """Numbers of one repetition; None when the movement is not a glide (leg raise, bridge, heel slide)."""
        first = cycle.start.at if cycle.start else 0
        last = cycle.end.at if cycle.end else len(self.t_s) - 1
        peak = cycle.peak.at
        start_s, peak_s = (
            self._times(first, peak) if cycle.start else (float(self.t_s[0]), self._reached_s(peak, limits))
        )
        leave_s, end_s = (
            self._back_times(peak, last) if cycle.end else (self._left_s(peak, limits), float(self.t_s[-1]))
        )
        peak_s = min(peak_s, leave_s)
        inside = (self.t_s >= start_s) & (self.t_s <= end_s)
        hip, knee = self.hip_deg[inside], self.knee_deg[inside]
        if not _is_glide(hip, knee, limits):
            return None
        held = self._held(peak, peak_s, leave_s, limits)
        speed = np.abs(np.gradient(self.knee_deg, self.t_s))[inside] if len(self.t_s) > 1 else np.zeros(1)
        return Rep(
            index=0,
            start_s=start_s,
            peak_s=peak_s,
            end_s=end_s,
            complete=cycle.start is not None and cycle.end is not None,
            partial=False,
            knee_flexion_start_deg=float(np.interp(start_s, self.t_s, self.knee_deg)),
            knee_flexion_peak_deg=float(np.median(self.knee_deg[held])),
            knee_se_deg=float(np.mean(self.knee_se_deg[held])),
            hip_flexion_mean_deg=float(hip.mean()),
            hip_flexion_min_deg=float(hip.min()),
            hip_flexion_max_deg=float(hip.max()),
            hip_se_deg=float(self.hip_se_deg[inside].mean()),
            extend_s=peak_s - start_s,
            hold_s=leave_s - peak_s,
            return_s=end_s - leave_s,
            peak_speed_deg_s=float(speed.max()),
        )

    def _times(self, first: int, last: int) -> tuple[float, float]:
        return movement_times(self.t_s[first : last + 1], self.knee_deg[first : last + 1])

    def _back_times(self, first: int, last: int) -> tuple[float, float]:
        return return_times(self.t_s[first : last + 1], self.knee_deg[first : last + 1])

    def _held(self, peak: int, peak_s: float, leave_s: float, limits: RepetitionLimits) -> NDArray[np.bool_]:
        near: NDArray[np.bool_] = self.knee_deg <= self.knee_deg[peak] + limits.hold_within_deg.value
        held = near & (self.t_s >= peak_s) & (self.t_s <= leave_s)
        held[peak] = True
        return held

    def _reached_s(self, peak: int, limits: RepetitionLimits) -> float:
        far = np.flatnonzero(self.knee_deg[:peak] > self.knee_deg[peak] + limits.hold_within_deg.value)
        return float(self.t_s[far[-1] + 1]) if far.size else float(self.t_s[0])

    def _left_s(self, peak: int, limits: RepetitionLimits) -> float:
        far = np.flatnonzero(self.knee_deg[peak:] > self.knee_deg[peak] + limits.hold_within_deg.value)
        return float(self.t_s[peak + far[0]]) if far.size else float(self.t_s[-1])


def _is_glide(hip_deg: FloatArray, knee_deg: FloatArray, limits: RepetitionLimits) -> bool:
    """The knee moves more than the hip, and the foot is off the floor somewhere on the way."""
    ankle_lift = np.sin(np.radians(hip_deg)) + _SHANK_TO_THIGH * np.sin(np.radians(hip_deg - knee_deg))
    knee_leads = np.ptp(knee_deg) >= limits.min_knee_to_hip_ratio.value * np.ptp(hip_deg)
    return bool(knee_leads and ankle_lift.max() >= limits.min_foot_lift_thighs.value)


def mark_partial(reps: list[Rep], limits: RepetitionLimits) -> list[Rep]:
    """Number the repetitions from 1, and mark those well below the set's median excursion."""
    complete = [rep.excursion_deg for rep in reps if rep.complete]
    small = limits.partial_below_fraction.value * float(np.median(complete)) if complete else 0.0
    return [
        replace(rep, index=i, partial=rep.complete and rep.excursion_deg < small) for i, rep in enumerate(reps, start=1)
    ]


def label_frames(angles: LegAngles, reps: list[Rep]) -> tuple[tuple[Phase, ...], NDArray[np.int64]]:
    """Phase and number of the repetition (0: none) of every frame."""
    # numbers of phases, since numpy turns the members of a text enum into plain text
    names = tuple(Phase)
    phases = np.full(len(angles.t_s), names.index(Phase.REST))
    rep_of_frame = np.zeros(len(angles.t_s), dtype=np.int64)
    for rep in reps:
        leave_s = rep.peak_s + rep.hold_s
        for phase, begin_s, end_s in (
            (Phase.EXTENDING, rep.start_s, rep.peak_s),
            (Phase.HOLDING, rep.peak_s, leave_s),
            (Phase.RETURNING, leave_s, rep.end_s),
        ):
            rows = (angles.t_s >= begin_s) & (angles.t_s < end_s)
            phases[rows] = names.index(phase)
            rep_of_frame[rows] = rep.index
    phases[~angles.usable] = names.index(Phase.UNKNOWN)
    return tuple(names[number] for number in phases), rep_of_frame
