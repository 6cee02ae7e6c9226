"""Was it done? Sets of each day against those prescribed."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from formcheck.record.prescriptions import BOTH, in_force
from formcheck.record.values import SIDES, Prescription, SessionLine

# A set with at least this share of its repetitions is done. Stopping when symptoms rise is right, and counting may
# miss one: neither must look like a set that was skipped.
DONE_FROM = 0.5


@dataclass(frozen=True, slots=True)
class Goal:
    """Sets of one leg on one day: done of wanted."""

    protocol_id: str
    side: str
    reps: int
    wanted: int
    done: int


@dataclass(frozen=True, slots=True)
class Day:
    """One day: what was prescribed, and every set that was done, prescribed or not."""

    day: date
    goals: tuple[Goal, ...]
    sets: int

    @property
    def wanted(self) -> int:
        """Sets prescribed."""
        return sum(goal.wanted for goal in self.goals)

    @property
    def done(self) -> int:
        """Prescribed sets that were done; more sets than prescribed do not make up for another leg or day."""
        return sum(min(goal.done, goal.wanted) for goal in self.goals)


def days(lines: Sequence[SessionLine], known: Sequence[Prescription], *, first: date, last: date) -> list[Day]:
    """Return each day from ``first`` to ``last``, both included."""
    by_day: dict[date, list[SessionLine]] = defaultdict(list)
    for line in lines:
        if line.counts and line.rep_count > 0:
            by_day[line.day].append(line)
    length = (last - first).days + 1
    return [_day(day, by_day.get(day, []), known) for day in (first + timedelta(n) for n in range(length))]


def _day(day: date, lines: list[SessionLine], known: Sequence[Prescription]) -> Day:
    goals = []
    for one in in_force(known, day):
        sides = SIDES if one.side == BOTH else (one.side,)
        for side in sides:
            done = sum(
                line.protocol_id == one.protocol_id and line.side == side and line.rep_count >= enough(one.reps)
                for line in lines
            )
            goals.append(Goal(one.protocol_id, side, one.reps, one.sets_per_day, done))
    return Day(day, tuple(goals), len(lines))


def enough(reps: int) -> int:
    """Return how many of the prescribed repetitions make a set done."""
    return math.ceil(DONE_FROM * reps)


@dataclass(frozen=True, slots=True)
class Share:
    """Sets done of those prescribed, over some days."""

    done: int
    wanted: int

    @property
    def fraction(self) -> float:
        return self.done / self.wanted if self.wanted else math.nan


def share(some: Sequence[Day]) -> Share:
    """Sum up days; a day that still goes on (the last one) should be left out by the caller."""
    return Share(sum(day.done for day in some), sum(day.wanted for day in some))
