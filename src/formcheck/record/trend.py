"""Whether the knee changes over the sessions: only by more than the minimal detectable change."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from statistics import median

# One rater with a goniometer, active knee extension: 7-8 degrees (J Sport Rehabil 2015).
HUMAN_MDC_DEG = 8.0
# The first and the last so many sessions are compared: the median of three is not moved by one outlier.
WINDOW = 3
# 95 % of the differences of two readings that measure the same thing.
_Z_95_OF_DIFFERENCE = 1.96 * math.sqrt(2)


class Change(StrEnum):
    """What can be said of a series of sessions."""

    TOO_FEW = "too few"
    NONE_YET = "no change yet"
    STRAIGHTER = "straighter"
    LESS_STRAIGHT = "less straight"


@dataclass(frozen=True, slots=True)
class Trend:
    """First sessions against latest. Degrees of flexion; NaN where there are too few sessions."""

    change: Change
    sessions: int
    first_deg: float
    latest_deg: float
    mdc_deg: float

    @property
    def by_deg(self) -> float:
        """Latest less first: negative = the knee gets straighter."""
        return self.latest_deg - self.first_deg


def trend(values_deg: Sequence[float], errors_deg: Sequence[float | None]) -> Trend:
    """Compare the first three sessions with the latest three.

    Parameters
    ----------
    values_deg : sequence of float
        Knee flexion of each session, in order of time.
    errors_deg : sequence of float or None
        Standard error of each; None = unknown.
    """
    mdc_deg = minimal_detectable_change(errors_deg)
    if len(values_deg) < 2 * WINDOW:
        first = median(values_deg[:WINDOW]) if values_deg else math.nan
        return Trend(Change.TOO_FEW, len(values_deg), first, math.nan, mdc_deg)
    first, latest = median(values_deg[:WINDOW]), median(values_deg[-WINDOW:])
    change = Change.NONE_YET
    if abs(latest - first) >= mdc_deg:
        change = Change.STRAIGHTER if latest < first else Change.LESS_STRAIGHT
    return Trend(change, len(values_deg), first, latest, mdc_deg)


def minimal_detectable_change(errors_deg: Sequence[float | None]) -> float:
    """Return the least change that is one: that of a human rater, or of this camera where it is worse.

    MDC95 = 1.96 * sqrt(2) * SEM (Weir, J Strength Cond Res 2005;19:231), with the sessions' median standard error.
    """
    known = [error for error in errors_deg if error is not None]
    return max(HUMAN_MDC_DEG, _Z_95_OF_DIFFERENCE * median(known)) if known else HUMAN_MDC_DEG


def trend_words(found: Trend, what: str) -> str:
    """Say a trend in one plain sentence; ``what`` is 'the knee at the end of good repetitions' or the like."""
    mdc = math.ceil(found.mdc_deg - 1e-9)
    if found.change is Change.TOO_FEW:
        needed = 2 * WINDOW
        have = "no session" if found.sessions == 0 else f"{found.sessions} session{'s' * (found.sessions > 1)}"
        return f"Too early to say for {what}: {have} measured, {needed} are needed to compare."
    by = round(abs(found.by_deg))
    ends = f"from {found.first_deg:.0f}° to {found.latest_deg:.0f}° short of straight"
    if found.change is Change.NONE_YET:
        return f"No change yet in {what}: {ends}; a difference below {mdc}° can be measuring alone."
    word = "straighter" if found.change is Change.STRAIGHTER else "less straight"
    return f"{what[0].upper()}{what[1:]}: {by}° {word}, {ends}; that is more than measuring alone explains ({mdc}°)."
