"""Comparing a measured number with a limit, honestly about the number's error."""

from __future__ import annotations

import math

from formcheck.types import Verdict

# Two-sided 95 % band of a normal error.
BAND = 1.96

Limits = tuple[float | None, float | None]


def compare(observed: float, se: float, limits: Limits) -> Verdict:
    """Verdict on ``observed`` with standard error ``se`` against (low, high), None for an open end.

    ``BORDERLINE`` when the 95 % band straddles a limit; ``NOT_ASSESSABLE`` for NaN.
    """
    if not (math.isfinite(observed) and math.isfinite(se)):
        return Verdict.NOT_ASSESSABLE
    low, high = limits
    inside = min(
        observed - low if low is not None else math.inf,
        high - observed if high is not None else math.inf,
    )
    if abs(inside) < BAND * se:
        return Verdict.BORDERLINE
    return Verdict.MET if inside >= 0 else Verdict.NOT_MET
