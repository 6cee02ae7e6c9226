"""Calibrations by hand that are kept for a leg of a person, and used in later sets (`angles.kept_calibration`)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from sqlalchemy import Connection, RowMapping, delete, insert, select

from formcheck.errors import UsageError
from formcheck.record.damage import readable
from formcheck.record.profiles import profile_codes, profile_key
from formcheck.record.schema import CALIBRATION
from formcheck.record.store import exists, open_store
from formcheck.session.kept import kept_text, parse_kept
from formcheck.types import KeptCalibration


@dataclass(frozen=True, slots=True)
class StoredCalibration:
    """A kept calibration, and the number by which it is removed."""

    number: int
    kept: KeptCalibration


def keep_calibration(connection: Connection, profile_id: int, kept: KeptCalibration) -> int:
    """Store a calibration unless it is there; return its number.

    Older ones of the leg stay, for cameras that stand as theirs did.
    """
    for one in stored_calibrations(connection, profile_id):
        if replace(one.kept, made_at=kept.made_at) == kept:
            return one.number
    row = {"made_at": kept.made_at, "side": kept.side.value, "text": kept_text(kept)}
    new = insert(CALIBRATION).values(profile_id=profile_id, **row)
    return int(connection.execute(new.returning(CALIBRATION.c.id)).scalar_one())


def stored_calibrations(connection: Connection, profile_id: int) -> list[StoredCalibration]:
    """Return what is kept for a person, the newest first."""
    rows = connection.execute(
        select(CALIBRATION).where(CALIBRATION.c.profile_id == profile_id).order_by(CALIBRATION.c.id.desc())
    ).mappings()
    return readable(rows, _stored, name=lambda row: f"a calibration by hand of {row['made_at']}")


def _stored(row: RowMapping) -> StoredCalibration:
    return StoredCalibration(row["id"], parse_kept(row["text"]))


def kept_of(connection: Connection, code: str) -> tuple[KeptCalibration, ...]:
    """Return what is kept for a person; nothing where the record does not know the person."""
    if code not in profile_codes(connection):
        return ()
    return tuple(one.kept for one in stored_calibrations(connection, profile_key(connection, code)))


def remove_calibration(connection: Connection, profile_id: int, number: int) -> None:
    """Remove a calibration of a person; sets that were judged with it stay as they are.

    Raises
    ------
    UsageError
        The person has none of that number.
    """
    which = (CALIBRATION.c.profile_id == profile_id) & (CALIBRATION.c.id == number)
    if connection.execute(delete(CALIBRATION).where(which)).rowcount == 0:
        raise UsageError(f"expected the number of a calibration that is kept for this person, got {number}")


def calibrations_of(code: str, folder: Path | None = None, *, known: bool = False) -> tuple[KeptCalibration, ...]:
    """Return what a record holds for a person; nothing where the person is not in it, unless that is an error.

    Parameters
    ----------
    code : str
        Of the person.
    folder : Path, optional
        Of the record.
    known : bool
        The person must be in the record.

    Raises
    ------
    StoreError, UsageError
        The person must be in the record, and is not.
    """
    if not known and not exists(folder):
        return ()
    with open_store(folder, write=False) as record, record.reading() as connection:
        if known:
            profile_key(connection, code)
        return kept_of(connection, code)
