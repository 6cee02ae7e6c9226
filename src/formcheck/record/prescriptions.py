"""What is prescribed, and whether it was done: sets of each day against those prescribed."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from sqlalchemy import Connection, RowMapping, insert, select

from formcheck.errors import UsageError
from formcheck.parsing import parse_day, parse_moment
from formcheck.record.damage import readable
from formcheck.record.schema import PRESCRIPTION
from formcheck.record.values import SIDES, Prescription, Role, SessionLine

BOTH = "both"
_MAX_REPS, _MAX_SETS = 200, 24
# A set with at least this share of its repetitions is done. Stopping when symptoms rise is right, and counting may
# miss one: neither must look like a set that was skipped.
DONE_FROM = 0.5


def prescribe(connection: Connection, profile_id: int, prescription: Prescription) -> None:
    """Add a prescription. A change is a new row; the old one stays, for the days before.

    Raises
    ------
    UsageError
        A number is out of range, or the end is before the start.
    """
    new = prescription
    if not 1 <= new.reps <= _MAX_REPS:
        raise UsageError(f"expected 1 to {_MAX_REPS} repetitions, got {new.reps}")
    if not 1 <= new.sets_per_day <= _MAX_SETS:
        raise UsageError(f"expected 1 to {_MAX_SETS} sets a day, got {new.sets_per_day}")
    if new.ends_on is not None and new.ends_on < new.starts_on:
        raise UsageError(f"expected an end on or after {new.starts_on}, got {new.ends_on}")
    connection.execute(
        insert(PRESCRIPTION).values(
            profile_id=profile_id,
            author_role=new.author_role.value,
            made_at=new.made_at.isoformat(timespec="seconds"),
            protocol_id=new.protocol_id,
            side=new.side,
            reps=new.reps,
            sets_per_day=new.sets_per_day,
            starts_on=new.starts_on.isoformat(),
            ends_on=new.ends_on.isoformat() if new.ends_on else None,
            notes=new.notes,
        )
    )


def prescriptions(connection: Connection, profile_id: int) -> list[Prescription]:
    """Return all prescriptions of a profile, oldest first."""
    rows = connection.execute(
        select(PRESCRIPTION).where(PRESCRIPTION.c.profile_id == profile_id).order_by(PRESCRIPTION.c.id)
    ).mappings()
    return readable(rows, _prescription, name=lambda row: f"a prescription of {row['protocol_id']}")


def _prescription(row: RowMapping) -> Prescription:
    return Prescription(
        protocol_id=row["protocol_id"],
        side=row["side"],
        reps=row["reps"],
        sets_per_day=row["sets_per_day"],
        starts_on=parse_day(row["starts_on"]),
        ends_on=parse_day(row["ends_on"]) if row["ends_on"] else None,
        notes=row["notes"],
        author_role=Role(row["author_role"]),
        made_at=parse_moment(row["made_at"]),
    )


def in_force(known: Sequence[Prescription], day: date) -> list[Prescription]:
    """Return what holds on a day: for each protocol and leg, the newest that has begun.

    One that has begun replaces the older ones even when it has ended by then, so that a shorter
    prescription does not bring an old one back to life. 'Both' legs replace, and are replaced by, either.
    """
    held: list[Prescription] = []
    for new in known:
        if new.starts_on > day:
            continue
        held = [old for old in held if not _replaces(new, old)]
        held.append(new)
    return [one for one in held if one.covers(day)]


def _replaces(new: Prescription, old: Prescription) -> bool:
    legs = {new.side, old.side}
    return new.protocol_id == old.protocol_id and (len(legs) == 1 or BOTH in legs)


@dataclass(frozen=True, slots=True)
class Goal:
    """Sets of one leg on one day: done of wanted."""

    protocol_id: str
    side: str
    reps: int
    wanted: int
    done: int

    @property
    def kept(self) -> int:
        """Prescribed sets that were done; more than were prescribed do not make up for another leg or day."""
        return min(self.done, self.wanted)


class DayKind(StrEnum):
    """How a day went. ``EXTRA``: sets were done, though none was prescribed; ``FREE``: neither."""

    ALL = "all"
    SOME = "some"
    NONE = "none"
    EXTRA = "extra"
    FREE = "free"


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
        """Prescribed sets that were done."""
        return sum(goal.kept for goal in self.goals)

    @property
    def besides(self) -> int:
        """Sets that were done and are none of the prescribed: more of them, shorter, of another leg or exercise."""
        return max(self.sets - self.done, 0)

    @property
    def kind(self) -> DayKind:
        """How it went."""
        if not self.wanted:
            return DayKind.EXTRA if self.sets else DayKind.FREE
        return DayKind.ALL if self.done >= self.wanted else DayKind.SOME if self.done else DayKind.NONE


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
