"""Comparing a measured number with a limit, honestly about the number's error."""

from __future__ import annotations

import math

from formcheck.types import Verdict

# Two-sided 95 % band of a normal error.
BAND = 1.96

Limits = tuple[float | None, float | None]


def whole(value: float) -> int:
    """Round half away from zero, so that 22.5 and 23.5 do not land on neighbours' sides."""
    return int(math.copysign(math.floor(abs(value) + 0.5), value))


def ceiling(value: float) -> int:
    """Round an error band up: a band is never stated smaller than it is."""
    return math.ceil(value - 1e-9)


def with_band(value: float, se: float, decimals: int = 0) -> str:
    """Return a number with the half width of its 95 % band, ``10 ± 9``: the one way to round the two."""
    scale = 10**decimals
    number = whole(value * scale) / scale
    band = ceiling(BAND * se * scale) / scale
    return f"{number:.{decimals}f} ± {band:.{decimals}f}"


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
