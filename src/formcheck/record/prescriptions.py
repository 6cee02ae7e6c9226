"""What is prescribed. A change is a new row: the old one keeps saying what was in force before."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import Connection, insert, select

from formcheck.errors import UsageError
from formcheck.record.tables import PRESCRIPTION
from formcheck.record.values import Prescription, Role

BOTH = "both"
_MAX_REPS, _MAX_SETS = 200, 24


def prescribe(connection: Connection, profile_id: int, prescription: Prescription) -> None:
    """Add a prescription.

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
    return [
        Prescription(
            protocol_id=row["protocol_id"],
            side=row["side"],
            reps=row["reps"],
            sets_per_day=row["sets_per_day"],
            starts_on=date.fromisoformat(row["starts_on"]),
            ends_on=date.fromisoformat(row["ends_on"]) if row["ends_on"] else None,
            notes=row["notes"],
            author_role=Role(row["author_role"]),
            made_at=datetime.fromisoformat(row["made_at"]),
        )
        for row in rows
    ]


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
