"""Several sets of a day as one point: what is compared over weeks is a day, with the scatter of its sets."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from statistics import median

from formcheck.record.values import SessionLine


@dataclass(frozen=True, slots=True)
class DayPoint:
    """A number of one day: the median of its sets, and the lowest and highest of them.

    ``se`` is the standard error of one set, None = unknown: what the camera is off by is the same in all of a day.
    """

    at: datetime
    value: float
    se: float | None
    low: float
    high: float
    sets: tuple[SessionLine, ...]

    @property
    def day(self) -> date:
        return self.sets[0].day


def daily(lines: Iterable[SessionLine], field: str, error: str | None = None) -> list[DayPoint]:
    """Return a number of sessions by day, oldest first; sessions without it are left out.

    Parameters
    ----------
    lines : iterable of SessionLine
        In order of time.
    field, error : str
        Names of the number and of its standard error in a line.
    """
    known = [line for line in lines if getattr(line, field) is not None]
    return [_point(tuple(sets), field, error) for _, sets in groupby(known, key=lambda line: line.day)]


def _point(sets: Sequence[SessionLine], field: str, error: str | None) -> DayPoint:
    values = [float(getattr(line, field)) for line in sets]
    errors = [value for line in sets if error and (value := getattr(line, error)) is not None]
    # In the middle of the day's sets; a single one keeps its time.
    middle = sets[(len(sets) - 1) // 2].practised_at
    return DayPoint(middle, median(values), median(errors) if errors else None, min(values), max(values), tuple(sets))
