"""What the user may ask for of a clip: a part of it, and another speed."""

from __future__ import annotations

import math

from formcheck.errors import UsageError

# Players show whole seconds, so a user types '--end 22' for a clip of 21.87 s.
_END_GRACE_S = 1.0

# Speeds at which a clip may play against reality.
SLOWEST, FASTEST = 0.01, 100.0


def check_window(start_s: float | None, end_s: float | None, duration_s: float) -> tuple[float, float]:
    """The window [start, end) with its open ends filled in; UsageError when it is empty or outside the clip."""
    start = 0.0 if start_s is None else start_s
    end = math.inf if end_s is None else end_s
    length = f"the clip is {duration_s:.2f} s long"
    if not (math.isfinite(start) and start >= 0):
        raise UsageError(f"start must be 0 s or later, got {start:g}; {length}")
    if start >= duration_s:
        raise UsageError(f"start must lie before the clip's end, got {start:g} s; {length}")
    if math.isnan(end) or end <= start:
        raise UsageError(f"end must be later than start ({start:g} s), got {end:g} s; {length}")
    if math.isfinite(end) and end > duration_s + _END_GRACE_S:
        raise UsageError(f"end must lie within the clip, got {end:g} s; {length}")
    return start, end
