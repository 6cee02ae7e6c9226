"""The only rounding that a reader sees: halves go away from zero, as on paper, however a number is held in binary."""

from __future__ import annotations

import math

# What arithmetic in binary leaves behind the digits that a number has: 0.1 + 0.2, 2.675 * 100.
_SIGNIFICANT = 12


def half_away(value: float, decimals: int = 0) -> float:
    """Round to so many decimals; halves go away from zero, and nothing becomes -0.0."""
    if not math.isfinite(value):
        return value
    scale = 10.0**decimals
    scaled = float(f"{abs(value) * scale:.{_SIGNIFICANT}g}")
    return math.copysign(math.floor(scaled + 0.5) / scale, value) + 0.0


def up(value: float, decimals: int = 0) -> float:
    """Round up to so many decimals."""
    scale = 10.0**decimals
    return math.ceil(value * scale - 1e-9) / scale
