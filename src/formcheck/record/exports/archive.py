"""All that the record holds of a session or a profile as one JSON file, and back without loss."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

import numpy as np
from pydantic import BaseModel
from sqlalchemy import Connection, RowMapping, Table, insert, select

from formcheck.errors import InputError
from formcheck.files import write_whole
from formcheck.record.choice import results_of
from formcheck.record.exports import ExportFiles
from formcheck.record.exports.archived import (
    KIND,
    PROFILE_KIND,
    VERSION,
    ArchivedProfile,
    ArchivedResult,
    ArchivedSeries,
    ArchivedSession,
)
from formcheck.record.exports.selection import Selection, per_session
from formcheck.record.profiles import profile_key
from formcheck.record.results import add_result
from formcheck.record.save import new_series_name, save_protocol
from formcheck.record.schema import (
    ANSWER,
    CALIBRATION,
    CORRECTION,
    MARK,
    NOTE,
    PRESCRIPTION,
    PROFILE,
    PROTOCOL,
    QUESTION,
    RESULT,
    REVIEW,
    SESSION,
)
from formcheck.record.series import (
    FORMAT,
    Series,
    decimals,
    frames_of,
    plain_columns,
    read_series,
    series_bytes,
    track_of,
)
from formcheck.record.storage_errors import storage_errors
from formcheck.record.store import Store
from formcheck.session.document import from_document
from formcheck.timeseries import current_name

_LINKS = {"id", "profile_id", "session_id"}
_SESSION_TABLES = {
    "answers": ANSWER,
    "questions": QUESTION,
    "marks": MARK,
    "notes": NOTE,
    "corrections": CORRECTION,
    "reviews": REVIEW,
}


def json_files(selection: Selection) -> ExportFiles:
    """Return one file per session, and for a whole profile one of what it has besides its sessions."""
    yield from per_session(
        selection, lambda uid: iter([(f"{uid}.json", session_json(selection.store, selection.connection, uid))])
    )
    if selection.profile is not None:
        yield f"profile-{selection.profile}.json", profile_json(selection.connection, selection.profile)


def session_json(store: Store, connection: Connection, uid: str) -> bytes:
    """Return all that the record holds of a session, as JSON."""
    row = connection.execute(select(SESSION).where(SESSION.c.uid == uid)).mappings().one()
    code = connection.execute(select(PROFILE.c.code).where(PROFILE.c.id == row["profile_id"])).scalar_one()
    protocol = connection.execute(select(PROTOCOL).where(PROTOCOL.c.sha256 == row["protocol_sha256"])).mappings().one()
    judged_by = select(RESULT.c.protocol_sha256).where(RESULT.c.session_id == row["id"])
    is_other = PROTOCOL.c.sha256.in_(judged_by) & (PROTOCOL.c.sha256 != row["protocol_sha256"])
    others = connection.execute(select(PROTOCOL).where(is_other).order_by(PROTOCOL.c.sha256)).mappings()
    results = []
    for result in results_of(connection, uid):
        series = read_series(store.series_path(result["series_file"]), sha256=result["series_sha256"])
        results.append(
            {name: result[name] for name in ("kept_at", "software", "document", "withdrawn_at")}
            | {"series": {"about": dict(series.about), "columns": plain_columns(series)}}
        )
    return _text(
        {
            "kind": KIND,
            "version": VERSION,
            "profile": code,
            "session": _plain(row),
            "protocol": dict(protocol),
            "other_protocols": [dict(one) for one in others],
            "results": results,
            **{
                name: _stored_rows(connection, table, table.c.session_id == row["id"])
                for name, table in _SESSION_TABLES.items()
            },
        }
    )


def profile_json(connection: Connection, code: str) -> bytes:
    """Return what the record holds of a profile besides its sessions, as JSON."""
    key = profile_key(connection, code)
    own = (NOTE.c.profile_id == key) & NOTE.c.session_id.is_(None)
    return _text(
        {
            "kind": PROFILE_KIND,
            "version": VERSION,
            "profile": code,
            "prescriptions": _stored_rows(connection, PRESCRIPTION, PRESCRIPTION.c.profile_id == key),
            "notes": _stored_rows(connection, NOTE, own),
            "calibrations": _stored_rows(connection, CALIBRATION, CALIBRATION.c.profile_id == key),
        }
    )


def _text(value: Mapping[str, Any]) -> bytes:
    return (json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":")) + "\n").encode()


def _stored_rows(connection: Connection, table: Table, which: Any) -> list[dict[str, Any]]:
    return [
        _plain(row) for row in connection.execute(select(table).where(which).order_by(*table.primary_key)).mappings()
    ]


def _plain(row: Mapping[str, Any] | RowMapping) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name not in _LINKS}


def _series(part: ArchivedSeries) -> Series:
    columns: dict[str, Any] = {}
    for stored, values in part.columns.items():
        name = current_name(stored)
        if decimals(name) is not None:
            columns[name] = np.array([math.nan if value is None else value for value in values], np.float32)
        else:
            kinds = {"t_s": np.float64, "rep": np.int16, "usable": np.bool_, "hidden": np.bool_}
            columns[name] = np.array(values, kinds[name]) if name in kinds else values
    return Series(columns, part.about)


def _usable_series(result: ArchivedResult) -> Series:
    """Return a result's series, and make sure that it can be read, drawn and judged with its document."""
    series = _series(result.series)
    if len({len(values) for values in series.columns.values()}) != 1:
        raise ValueError("expected columns of the same length")
    if series.about["format"] != FORMAT or not all(map(str.isidentifier, series.columns)):
        raise ValueError("expected the series of a session")
    track_of(series, from_document(result.document, frames_of(series)))
    return series


def import_profile(store: Store, profile: ArchivedProfile) -> bool:
    """Save prescriptions, notes and calibrations of a profile; False when it has all of them already."""
    added = False
    with store.writing() as connection:
        key = profile_key(connection, profile.profile, make=True)
        parts = ((PRESCRIPTION, profile.prescriptions), (NOTE, profile.notes), (CALIBRATION, profile.calibrations))
        for table, given in parts:
            there = _stored_rows(connection, table, table.c.profile_id == key)
            new = [row for row in map(_as_written, given) if row not in there]
            if new:
                connection.execute(insert(table), [{"profile_id": key, **row} for row in new])
                added = True
    return added


def import_session(store: Store, session: ArchivedSession, where: str) -> bool:
    """Save a session as it was exported; False when the profile has it already, which is then left as it is.

    Raises
    ------
    InputError
        Its rows do not fit the record.
    StoreError
        It could not be saved; then nothing of it was.
    """
    files: list[tuple[ArchivedResult, bytes, str]] = []
    try:
        files = [(result, series_bytes(_usable_series(result)), new_series_name()) for result in session.results]
        with store.writing() as connection:
            key = _session_row(connection, session)
            if key is None:
                return False
            # Inside the transaction, so that the file is there before the row can be seen.
            for result, data, name in files:
                with storage_errors(store.folder):
                    write_whole(store.series_path(name), data)
                add_result(
                    connection,
                    key,
                    result.document,
                    kept_at=result.kept_at.isoformat(),
                    software=result.software,
                    series_file=name,
                    series_sha256=hashlib.sha256(data).hexdigest(),
                    withdrawn_at=None if result.withdrawn_at is None else result.withdrawn_at.isoformat(),
                )
            _add_annotations(connection, key, session)
    except (LookupError, TypeError, ValueError, AttributeError, OverflowError) as error:
        _discard(store, files)
        raise InputError(
            f"{where}: expected the rows of a saved session, got others ({type(error).__name__}); export it again"
        ) from None
    except BaseException:
        _discard(store, files)
        raise
    return True


def _discard(store: Store, files: Sequence[tuple[ArchivedResult, bytes, str]]) -> None:
    for _result, _data, name in files:
        store.series_path(name).unlink(missing_ok=True)


def _session_row(connection: Connection, session: ArchivedSession) -> int | None:
    profile_id = profile_key(connection, session.profile, make=True)
    row = session.session
    same = (SESSION.c.profile_id == profile_id) & (SESSION.c.identity == row.identity)
    taken = SESSION.c.uid == row.uid
    if connection.execute(select(SESSION.c.id).where(same | taken)).first() is not None:
        return None
    for protocol in (session.protocol, *session.other_protocols):
        save_protocol(connection, _as_written(protocol))
    made = insert(SESSION).values(profile_id=profile_id, **_as_written(row)).returning(SESSION.c.id)
    return int(connection.execute(made).scalar_one())


def _as_written(row: BaseModel) -> dict[str, Any]:
    """Return a row as it stands in the record: times and days as the text that the archive has."""
    return {
        name: value.isoformat() if isinstance(value, (date, datetime)) else value
        for name, value in row.model_dump(mode="python").items()
    }


def _add_annotations(connection: Connection, key: int, session: ArchivedSession) -> None:
    profile_id = connection.execute(select(SESSION.c.profile_id).where(SESSION.c.id == key)).scalar_one()
    for name, table in _SESSION_TABLES.items():
        links = {"session_id": key} | ({"profile_id": profile_id} if table is NOTE else {})
        new = [links | _as_written(row) for row in getattr(session, name)]
        if new:
            connection.execute(insert(table), new)
