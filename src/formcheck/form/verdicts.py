"""Comparing a measured number with a limit, honestly about the number's error."""

from __future__ import annotations

import math
from typing import NamedTuple

from formcheck.text.numbers import Z_95
from formcheck.types import Verdict

Limits = tuple[float | None, float | None]


class Measured(NamedTuple):
    """A number and its standard error, both in the rule's unit. NaN = not measurable."""

    value: float
    se: float


UNKNOWN = Measured(math.nan, math.nan)


def compare(measured: Measured, limits: Limits) -> Verdict:
    """Verdict on a measured number against (low, high), None for an open end.

    ``BORDERLINE`` when the 95 % band straddles a limit; ``NOT_ASSESSABLE`` for NaN.
    """
    if not (math.isfinite(measured.value) and math.isfinite(measured.se)):
        return Verdict.NOT_ASSESSABLE
    low, high = limits
    inside = min(
        measured.value - low if low is not None else math.inf,
        high - measured.value if high is not None else math.inf,
    )
    if abs(inside) < Z_95 * measured.se:
        return Verdict.BORDERLINE
    return Verdict.MET if inside >= 0 else Verdict.NOT_MET


def missed_end(value: float, limits: Limits) -> str:
    """Which end of a band a number lies beyond or nearer to: ``low`` or ``high``; empty where there is one limit."""
    low, high = limits
    if low is None or high is None or not math.isfinite(value):
        return ""
    return "low" if value < (low + high) / 2 else "high"
