"""Repetitions whose times a reviewer set by hand: measured as they are, or those found where the times agree."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from formcheck.protocols.model import RepetitionLimits
from formcheck.reps.find import find_reps
from formcheck.reps.measure import RepTimes, Samples, measure_rep, unmeasured_rep
from formcheck.reps.rep_set import RepSet, make_rep_set
from formcheck.reps.timing import movement_times, return_times
from formcheck.types import FloatArray, LegAngles, Rep

# Results keep milliseconds: times that agree to this are the same.
_SAME_S = 0.0015


class ManualTimes(NamedTuple):
    """When a repetition was, as a reviewer marked it; ``peak_s`` None: where the knee is straightest."""

    start_s: float
    peak_s: float | None
    end_s: float


def manual_reps(
    t_s: FloatArray, angles: LegAngles | None, spans: Sequence[ManualTimes], limits: RepetitionLimits
) -> RepSet:
    """Measure repetitions at given times.

    One whose times are those that `find_reps` finds is that repetition, with its numbers. Any other is measured from
    the usable frames within its span, and is complete: whoever set its times saw it.

    Parameters
    ----------
    t_s : (T,) float
        Times of the frames.
    angles : LegAngles or None
        None when no leg could be measured: then every number is NaN.
    spans : sequence of ManualTimes
        In order of time, not overlapping.
    limits : RepetitionLimits
    """
    if angles is None:
        reps = [unmeasured_rep(_times_without_samples(span)) for span in spans]
        return make_rep_set(t_s, np.zeros(len(t_s), np.bool_), reps, limits)
    found = find_reps(angles, limits).reps
    reps = [_same(found, span) or _measure(angles, span, limits) for span in spans]
    return make_rep_set(t_s, angles.usable, reps, limits)


def _same(found: Sequence[Rep], span: ManualTimes) -> Rep | None:
    for rep in found:
        pairs = [(rep.start_s, span.start_s), (rep.end_s, span.end_s)]
        pairs += [(rep.peak_s, span.peak_s)] if span.peak_s is not None else []
        if all(abs(a - b) <= _SAME_S for a, b in pairs):
            return rep
    return None


def _measure(angles: LegAngles, span: ManualTimes, limits: RepetitionLimits) -> Rep:
    rows = angles.usable & (angles.t_s >= span.start_s) & (angles.t_s <= span.end_s)
    if not rows.any():
        return unmeasured_rep(_times_without_samples(span))
    samples = Samples.of(angles, rows)
    given_s = span.peak_s
    peak = int(np.argmin(np.abs(samples.t_s - given_s))) if given_s is not None else int(samples.knee_deg.argmin())
    arrive_s, leave_s = _peak_times(samples, peak, span, limits)
    # What the reviewer set stands.
    peak_s = given_s if given_s is not None else min(arrive_s, leave_s)
    times = RepTimes(span.start_s, peak_s, max(leave_s, peak_s), span.end_s)
    return measure_rep(samples, peak, times, complete=True, hold_within_deg=limits.hold_within_deg.value)


def _peak_times(samples: Samples, peak: int, span: ManualTimes, limits: RepetitionLimits) -> tuple[float, float]:
    """When the knee arrived at the peak and left it, timed as `find_reps` does.

    If the knee only straightens within the span, it holds to the end; if it only bends, it holds from the start: a
    movement outside the span takes no time. If it hardly moves, both are the peak's own time.
    """
    t_s, knee_deg = samples.t_s, samples.knee_deg
    moved_deg = limits.min_excursion_deg.value
    there = bool(knee_deg[0] - knee_deg[peak] >= moved_deg)
    back = bool(knee_deg[-1] - knee_deg[peak] >= moved_deg)
    if not there and not back:
        return float(t_s[peak]), float(t_s[peak])
    arrive_s = movement_times(t_s[: peak + 1], knee_deg[: peak + 1])[1] if there else span.start_s
    leave_s = return_times(t_s[peak:], knee_deg[peak:])[0] if back else span.end_s
    return arrive_s, leave_s


def _times_without_samples(span: ManualTimes) -> RepTimes:
    peak_s = span.peak_s if span.peak_s is not None else (span.start_s + span.end_s) / 2
    return RepTimes(span.start_s, peak_s, peak_s, span.end_s)
