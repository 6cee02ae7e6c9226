"""Repetitions whose times a person gave: measured as they are, found again where they agree with what was found."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from formcheck.protocols.model import RepetitionLimits
from formcheck.reps.find import RepSet, find_reps, label_frames, mark_partial
from formcheck.reps.timing import movement_times, return_times
from formcheck.types import FloatArray, LegAngles, Phase, Rep

# Results keep milliseconds: times that agree to this are the same.
_SAME_S = 0.0015


class Span(NamedTuple):
    """When a repetition was; ``peak_s`` None = where the knee is straightest."""

    start_s: float
    peak_s: float | None
    end_s: float


def given_reps(t_s: FloatArray, angles: LegAngles | None, spans: Sequence[Span], limits: RepetitionLimits) -> RepSet:
    """Measure repetitions at given times.

    One whose times are those that `find_reps` finds is that repetition, with its numbers. Any other is measured from
    the frames within it that can be measured, and is complete: who gave its times saw it.

    Parameters
    ----------
    t_s : (T,) float
        Times of the frames.
    angles : LegAngles or None
        None when no leg could be followed: then every number is NaN.
    spans : sequence of Span
        In order of time, not overlapping.
    limits : RepetitionLimits
    """
    if angles is None:
        unknown = tuple(replace(_blank(span), index=i) for i, span in enumerate(spans, start=1))
        return RepSet(unknown, (Phase.UNKNOWN,) * len(t_s), _numbers(t_s, unknown))
    found = find_reps(angles, limits).reps
    reps = [_same(found, span) or _measured(angles, span, limits) for span in spans]
    marked = mark_partial(reps, limits)
    return RepSet(tuple(marked), *label_frames(angles, marked))


def _same(found: Sequence[Rep], span: Span) -> Rep | None:
    for rep in found:
        pairs = [(rep.start_s, span.start_s), (rep.end_s, span.end_s)]
        pairs += [(rep.peak_s, span.peak_s)] if span.peak_s is not None else []
        if all(abs(a - b) <= _SAME_S for a, b in pairs):
            return rep
    return None


def _measured(angles: LegAngles, span: Span, limits: RepetitionLimits) -> Rep:
    rows = angles.usable & (angles.t_s >= span.start_s) & (angles.t_s <= span.end_s)
    if not rows.any():
        return _blank(span)
    t_s, knee, hip = angles.t_s[rows], angles.knee_flexion_deg[rows], angles.hip_flexion_deg[rows]
    peak = int(np.argmin(np.abs(t_s - span.peak_s))) if span.peak_s is not None else int(knee.argmin())
    reached_s, leave_s = _turning_s(t_s, knee, peak, span, limits)
    # What the person placed stands.
    peak_s = span.peak_s if span.peak_s is not None else min(reached_s, leave_s)
    leave_s = max(leave_s, peak_s)
    held = (knee <= knee[peak] + limits.hold_within_deg.value) & (t_s >= peak_s) & (t_s <= leave_s)
    held[peak] = True
    speed = np.abs(np.gradient(knee, t_s)) if len(t_s) > 1 else np.zeros(1)
    return Rep(
        index=0,
        start_s=span.start_s,
        peak_s=peak_s,
        end_s=span.end_s,
        complete=True,
        partial=False,
        knee_flexion_start_deg=float(knee[0]),
        knee_flexion_peak_deg=float(np.median(knee[held])),
        knee_se_deg=float(np.mean(angles.knee_se_deg[rows][held])),
        hip_flexion_mean_deg=float(hip.mean()),
        hip_flexion_min_deg=float(hip.min()),
        hip_flexion_max_deg=float(hip.max()),
        hip_se_deg=float(angles.hip_se_deg[rows].mean()),
        extend_s=peak_s - span.start_s,
        hold_s=leave_s - peak_s,
        return_s=span.end_s - leave_s,
        peak_speed_deg_s=float(speed.max()),
    )


def _turning_s(
    t_s: FloatArray, knee_deg: FloatArray, peak: int, span: Span, limits: RepetitionLimits
) -> tuple[float, float]:
    """When the knee arrived at the peak and left it, timed as `find_reps` does.

    Where it only straightens, it holds to the end; where it only bends, it holds from the start: a way that is not
    within the times takes no time. Where it hardly moves both are the peak's own time.
    """
    moved_deg = limits.min_excursion_deg.value
    there = bool(knee_deg[0] - knee_deg[peak] >= moved_deg)
    back = bool(knee_deg[-1] - knee_deg[peak] >= moved_deg)
    if not there and not back:
        return float(t_s[peak]), float(t_s[peak])
    reached_s = movement_times(t_s[: peak + 1], knee_deg[: peak + 1])[1] if there else span.start_s
    leave_s = return_times(t_s[peak:], knee_deg[peak:])[0] if back else span.end_s
    return reached_s, leave_s


def _blank(span: Span) -> Rep:
    """A repetition of which only the times are known."""
    peak_s = span.peak_s if span.peak_s is not None else (span.start_s + span.end_s) / 2
    unknown = (math.nan,) * 7
    return Rep(0, span.start_s, peak_s, span.end_s, True, False, *unknown, peak_s - span.start_s, 0.0,
               span.end_s - peak_s, math.nan)  # fmt: skip


def _numbers(t_s: FloatArray, reps: Sequence[Rep]) -> NDArray[np.int64]:
    numbers = np.zeros(len(t_s), np.int64)
    for rep in reps:
        numbers[(t_s >= rep.start_s) & (t_s < rep.end_s)] = rep.index
    return numbers
