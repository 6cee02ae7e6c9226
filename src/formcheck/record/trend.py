"""Whether the knee changes over the sessions: only by more than the minimal detectable change."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from statistics import median

from formcheck.message import Message
from formcheck.text.numbers import Z_95, decimals_for, difference
from formcheck.text.rounding import up

# One rater with a goniometer, active knee extension: 7-8 degrees (J Sport Rehabil 2015).
HUMAN_MDC_DEG = 8.0
# The first and the last so many days are compared: the median of three is not moved by one outlier.
WINDOW = 3


class TrendOutcome(StrEnum):
    """What can be said of a series of days."""

    TOO_FEW = "too_few"
    NONE_YET = "none_yet"
    STRAIGHTER = "straighter"
    LESS_STRAIGHT = "less_straight"


@dataclass(frozen=True, slots=True)
class Trend:
    """First days against latest. Degrees of flexion; NaN where there are too few days."""

    outcome: TrendOutcome
    days: int
    first_deg: float
    latest_deg: float
    mdc_deg: float

    @property
    def change_deg(self) -> float:
        """Latest less first: negative = the knee gets straighter."""
        return self.latest_deg - self.first_deg


def trend(values_deg: Sequence[float], errors_deg: Sequence[float | None]) -> Trend:
    """Compare the first three days with the latest three: sets of one day say nothing of a change.

    Parameters
    ----------
    values_deg : sequence of float
        Knee flexion of each day, in order of time.
    errors_deg : sequence of float or None
        Standard error of each; None = unknown.
    """
    mdc_deg = minimal_detectable_change(errors_deg)
    if len(values_deg) < 2 * WINDOW:
        first = median(values_deg[:WINDOW]) if values_deg else math.nan
        return Trend(TrendOutcome.TOO_FEW, len(values_deg), first, math.nan, mdc_deg)
    first, latest = median(values_deg[:WINDOW]), median(values_deg[-WINDOW:])
    return Trend(_outcome(latest - first, mdc_deg), len(values_deg), first, latest, mdc_deg)


def _outcome(change_deg: float, mdc_deg: float) -> TrendOutcome:
    if abs(change_deg) < mdc_deg:
        return TrendOutcome.NONE_YET
    return TrendOutcome.STRAIGHTER if change_deg < 0 else TrendOutcome.LESS_STRAIGHT


def compare(first: tuple[float, float | None], second: tuple[float, float | None]) -> Trend:
    """Compare two sessions by value and standard error of the knee."""
    mdc_deg = minimal_detectable_change([first[1], second[1]])
    return Trend(_outcome(second[0] - first[0], mdc_deg), 2, first[0], second[0], mdc_deg)


def minimal_detectable_change(errors_deg: Sequence[float | None]) -> float:
    """Return the least change that is one: that of a human rater, or of this camera where it is worse.

    MDC95 = 1.96 * sqrt(2) * SEM (Weir, J Strength Cond Res 2005;19:231), with the median standard error.
    """
    known = [error for error in errors_deg if error is not None]
    return max(HUMAN_MDC_DEG, Z_95 * math.sqrt(2) * median(known)) if known else HUMAN_MDC_DEG


def trend_message(found: Trend, what: str) -> Message:
    """Return a trend as one plain sentence; ``what`` is ``knee_end`` or ``p1``."""
    key, named = f"progress.trend.{found.outcome}", Message.of(f"progress.trend.{what}")
    if found.outcome is TrendOutcome.TOO_FEW:
        return Message.of(key, what=named, days=Message.of("progress.days", n=found.days), needed=2 * WINDOW)
    decimals = decimals_for(found.first_deg, found.latest_deg, found.mdc_deg)
    numbers = {
        "first": found.first_deg,
        "latest": found.latest_deg,
        "change": abs(difference(found.first_deg, found.latest_deg, decimals)),
        "mdc": up(found.mdc_deg, decimals),
    }
    said = {name: Message.of("number.degrees", value=value, decimals=decimals) for name, value in numbers.items()}
    return Message.of(key, what=named, **said)
