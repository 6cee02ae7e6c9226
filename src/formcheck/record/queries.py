"""Reads the record: sessions in short, repetitions, and everything stored of one session."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, RowMapping, Select, func, select

from formcheck.errors import StoreError
from formcheck.parsing import checked_uid, parse_day, parse_moment
from formcheck.record.damage import readable
from formcheck.record.schema import (
    ANSWER,
    CORRECTION,
    MARK,
    NOTE,
    PROFILE,
    PROTOCOL,
    REP,
    RESULT,
    SESSION,
    STATISTICS,
    STATUS_COUNTS,
    unpacked,
)
from formcheck.record.values import Correction, Ended, MarkKind, Origin, RepLine, Role, SessionLine, SessionNote

# SQLite takes no more values than this in one list on old builds.
_CHUNK = 500


def sessions(
    connection: Connection, *, profile_id: int | None = None, uids: Sequence[str] | None = None
) -> list[SessionLine]:
    """Return sessions in short, oldest first: all, those of a profile, or those with these ids."""
    if uids is not None:
        rows: Sequence[RowMapping] = [
            row for chunk in _chunks(uids) for row in _rows(connection, _lines().where(SESSION.c.uid.in_(chunk)))
        ]
    else:
        wanted = _lines() if profile_id is None else _lines().where(SESSION.c.profile_id == profile_id)
        rows = _rows(connection, wanted)
    answers, corrections = _answers(connection), _corrections(connection)
    marks, notes = _first_marks(connection), _note_counts(connection)
    lines = readable(
        rows,
        lambda row: _corrected(
            _line(row, answers.get(row["key"], {}), marks.get(row["key"]), notes.get(row["key"], 0)),
            corrections.get(row["key"], {}),
        ),
        name=lambda row: f"session {row['uid']}",
    )
    return sorted(lines, key=lambda line: (line.practised_at, line.uid))


def _rows(connection: Connection, statement: Select[Any]) -> Sequence[RowMapping]:
    return connection.execute(statement).mappings().all()


def _chunks(uids: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(uids), _CHUNK):
        yield uids[start : start + _CHUNK]


def _newest_result() -> Any:
    newest = select(func.max(RESULT.c.id).label("id"), func.count().label("results")).group_by(RESULT.c.session_id)
    return newest.subquery("newest")


def _lines() -> Select[Any]:
    newest = _newest_result()
    return (
        select(
            SESSION.c.id.label("key"),
            SESSION.c.uid,
            PROFILE.c.code.label("profile"),
            *(SESSION.c[name] for name in ("origin", "ended", "practised_at", "day")),
            *(SESSION.c[name] for name in ("protocol_sha256", "model_name", "model_sha256")),
            PROTOCOL.c.id.label("protocol_id"),
            PROTOCOL.c.version.label("protocol_version"),
            *(RESULT.c[name] for name in _RESULT_COLUMNS),
            newest.c.results,
        )
        .join(PROFILE, PROFILE.c.id == SESSION.c.profile_id)
        .join(PROTOCOL, PROTOCOL.c.sha256 == SESSION.c.protocol_sha256)
        .join(RESULT, RESULT.c.session_id == SESSION.c.id)
        .join(newest, newest.c.id == RESULT.c.id)
    )


_RESULT_COLUMNS = ("software", "side", "usable_fraction", "rep_count", *STATUS_COUNTS, *STATISTICS)


def _answers(connection: Connection) -> dict[int, dict[str, Any]]:
    """Newest answer to each question, by session."""
    found: dict[int, dict[str, Any]] = defaultdict(dict)
    for row in _rows(connection, select(ANSWER).order_by(ANSWER.c.id)):
        given = {name: row[name] for name in ("pain_before", "pain_after", "places", "stopped_because")}
        found[row["session_id"]] |= {name: value for name, value in given.items() if value is not None}
    return found


def _corrections(connection: Connection) -> dict[int, dict[str, str]]:
    """Newest correction of each subject, by session."""
    found: dict[int, dict[str, str]] = defaultdict(dict)
    for row in _rows(connection, select(CORRECTION).order_by(CORRECTION.c.id)):
        found[row["session_id"]][row["subject"]] = row["value"]
    return found


def _first_marks(connection: Connection) -> dict[int, tuple[float | None, float | None]]:
    """Knee angle and error at the first P1 of each session."""
    at_p1 = select(MARK).where(MARK.c.kind == MarkKind.P1.value).order_by(MARK.c.at_s.desc())
    return {row["session_id"]: (row["knee_flexion_deg"], row["knee_se_deg"]) for row in _rows(connection, at_p1)}


def _note_counts(connection: Connection) -> dict[int, int]:
    counted = select(NOTE.c.session_id, func.count()).where(NOTE.c.session_id.is_not(None)).group_by(NOTE.c.session_id)
    return {int(session): int(count) for session, count in connection.execute(counted).all()}


def _line(
    row: RowMapping, answers: Mapping[str, Any], p1: tuple[float | None, float | None] | None, notes: int
) -> SessionLine:
    places = answers.get("places")
    return SessionLine(
        uid=checked_uid(row["uid"]),
        profile=row["profile"],
        origin=Origin(row["origin"]),
        ended=Ended(row["ended"]),
        practised_at=parse_moment(row["practised_at"]),
        day=parse_day(row["day"]),
        protocol_id=row["protocol_id"],
        protocol_version=row["protocol_version"],
        protocol_sha256=row["protocol_sha256"],
        model_name=row["model_name"],
        model_sha256=row["model_sha256"],
        **{name: row[name] for name in _RESULT_COLUMNS},
        p1_deg=p1[0] if p1 else None,
        p1_se_deg=p1[1] if p1 else None,
        pain_before=answers.get("pain_before"),
        pain_after=answers.get("pain_after"),
        places=tuple(places.split(",")) if places else (),
        stopped_because=answers.get("stopped_because"),
        results=row["results"],
        notes=notes,
        corrected=frozenset(),
        counts=True,
    )


def _corrected(line: SessionLine, corrections: Mapping[str, str]) -> SessionLine:
    """Apply corrections to a line; what was measured stays in the record."""
    if not corrections:
        return line
    changes: dict[str, Any] = {}
    for subject, value in corrections.items():
        if subject in {"rep_count", "pain_before", "pain_after"}:
            changes[subject] = int(value)
        elif subject == "side":
            changes["side"] = value
        elif subject == "counts":
            changes["counts"] = value == "yes"
        elif subject == "practised_at":
            moment = parse_moment(value)
            changes |= {"practised_at": moment, "day": moment.date()}
    return replace(line, corrected=frozenset(corrections), **changes)


def reps(connection: Connection, uids: Sequence[str]) -> Iterator[RepLine]:
    """Return the repetitions of the newest result of each of these sessions."""
    newest = _newest_result()
    columns = [column for column in REP.c if column.name != "result_id"]
    for chunk in _chunks(uids):
        statement = (
            select(SESSION.c.uid.label("session"), *columns)
            .join(RESULT, RESULT.c.session_id == SESSION.c.id)
            .join(newest, newest.c.id == RESULT.c.id)
            .join(REP, REP.c.result_id == RESULT.c.id)
            .where(SESSION.c.uid.in_(chunk))
            .order_by(SESSION.c.practised_at, SESSION.c.uid, REP.c.number)
        )
        for row in _rows(connection, statement):
            yield RepLine(**{**row, "deciding": tuple(filter(None, row["deciding"].split(",")))})


def notes_of(connection: Connection, uids: Sequence[str]) -> list[SessionNote]:
    """Return the notes on these sessions, oldest first."""
    joined = select(NOTE, SESSION.c.uid).join(SESSION, SESSION.c.id == NOTE.c.session_id)
    rows = (
        row
        for chunk in _chunks(uids)
        for row in _rows(connection, joined.where(SESSION.c.uid.in_(chunk)).order_by(NOTE.c.id))
    )
    return readable(
        rows,
        lambda row: SessionNote(row["uid"], Role(row["author_role"]), parse_moment(row["written_at"]), row["text"]),
        name=lambda row: f"a note on session {row['uid']}",
    )


def corrections_of(connection: Connection, uids: Sequence[str]) -> list[Correction]:
    """Return all corrections of these sessions, oldest first."""
    joined = select(CORRECTION, SESSION.c.uid).join(SESSION, SESSION.c.id == CORRECTION.c.session_id)
    rows = (
        row
        for chunk in _chunks(uids)
        for row in _rows(connection, joined.where(SESSION.c.uid.in_(chunk)).order_by(CORRECTION.c.id))
    )
    return readable(
        rows,
        lambda row: Correction(
            row["uid"],
            Role(row["author_role"]),
            parse_moment(row["made_at"]),
            row["subject"],
            row["value"],
            row["reason"],
        ),
        name=lambda row: f"a correction of session {row['uid']}",
    )


def results_of(connection: Connection, uid: str) -> list[dict[str, Any]]:
    """Return every result of a session, oldest first, each with its document unpacked."""
    statement = select(RESULT).join(SESSION, SESSION.c.id == RESULT.c.session_id).where(SESSION.c.uid == uid)
    statement = statement.order_by(RESULT.c.id)
    try:
        return [{**row, "document": unpacked(row["document"])} for row in _rows(connection, statement)]
    except ValueError as error:
        raise StoreError(f"session {uid}: expected its result as it was saved, but it is damaged ({error})") from None


def session_line(connection: Connection, uid: str) -> SessionLine:
    """Return a session in short, by its full id.

    Raises
    ------
    StoreError
        It is damaged.
    """
    lines = sessions(connection, uids=[uid])
    if not lines:
        raise StoreError(
            f"session {uid!r}: expected it as it was saved, but it is damaged; forget it, or import it again"
        )
    return lines[0]


def protocol_text(connection: Connection, sha256: str) -> str:
    """Return the text of a protocol as it was when a session was judged by it."""
    return str(connection.execute(select(PROTOCOL.c.text).where(PROTOCOL.c.sha256 == sha256)).scalar_one())


def newest_results(connection: Connection) -> dict[str, int]:
    """Return the row of every session's newest result, by session."""
    newest = select(SESSION.c.uid, func.max(RESULT.c.id)).join(RESULT, RESULT.c.session_id == SESSION.c.id)
    return {str(uid): int(key) for uid, key in connection.execute(newest.group_by(SESSION.c.uid)).all()}


def result_documents(connection: Connection, keys: Collection[int]) -> Iterator[tuple[int, dict[str, Any]]]:
    """Return the documents of these results; a damaged one is left out."""
    for key in keys:
        data = connection.execute(select(RESULT.c.document).where(RESULT.c.id == key)).scalar_one()
        for document in readable([data], unpacked, name=f"result {key}"):
            yield key, document
