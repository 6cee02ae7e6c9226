"""Comparing a measured number with a limit, honestly about the number's error."""

from __future__ import annotations

import math
from typing import NamedTuple

from formcheck.types import Verdict

Limits = tuple[float | None, float | None]


class Measured(NamedTuple):
    """A number and its standard error, both in the rule's unit. NaN = not measurable."""

    value: float
    se: float


UNKNOWN = Measured(math.nan, math.nan)


# What is decided is right with at least this probability.
SURE = 0.95


def compare(measured: Measured, limits: Limits) -> Verdict:
    """Verdict on a measured number against (low, high), None for an open end.

    ``MET`` when the limits are kept with a probability of at least 95 %, ``NOT_MET`` when they are missed with such a
    probability, ``BORDERLINE`` between the two; ``NOT_ASSESSABLE`` for NaN.
    """
    kept = probability_kept(measured, limits)
    if math.isnan(kept):
        return Verdict.NOT_ASSESSABLE
    if kept >= SURE:
        return Verdict.MET
    return Verdict.NOT_MET if kept <= 1 - SURE else Verdict.BORDERLINE


def probability_kept(measured: Measured, limits: Limits) -> float:
    """Probability that the true number lies within (low, high), for a normal error; NaN when it is not known."""
    value, se = measured
    if not (math.isfinite(value) and math.isfinite(se)):
        return math.nan
    low, high = limits
    below = _normal_cdf(low - value, se) if low is not None else 0.0
    above = _normal_cdf(value - high, se) if high is not None else 0.0
    return 1.0 - below - above


def _normal_cdf(distance: float, se: float) -> float:
    """Probability that a normal error of standard error ``se`` lies below ``distance``; a limit that is met is kept."""
    if se == 0:
        return float(distance > 0)
    return 0.5 * math.erfc(-distance / (se * math.sqrt(2)))


def missed_end(value: float, limits: Limits) -> str:
    """Which end of a band a number lies beyond or nearer to: ``low`` or ``high``; empty where there is one limit."""
    low, high = limits
    if low is None or high is None or not math.isfinite(value):
        return ""
    return "low" if value < (low + high) / 2 else "high"
