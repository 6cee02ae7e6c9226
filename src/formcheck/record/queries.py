"""Reads the record: sessions in short, repetitions, and everything stored of one session."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, RowMapping, Select, func, select

from formcheck.errors import StoreError
from formcheck.parsing import checked_uid, parse_day, parse_moment
from formcheck.protocols.loader import judging_fingerprint
from formcheck.record.annotations import check_value
from formcheck.record.choice import chosen_results
from formcheck.record.damage import readable
from formcheck.record.schema import (
    ANSWER,
    CALIBRATION_COLUMNS,
    CORRECTION,
    MARK,
    NOTE,
    PROFILE,
    PROTOCOL,
    REP,
    RESULT,
    REVIEW,
    REVIEW_COLUMNS,
    SESSION,
    STATISTICS,
    STATUS_COUNTS,
)
from formcheck.record.values import (
    CalibratedBy,
    Correction,
    Ended,
    MarkKind,
    Origin,
    RepLine,
    ReviewStatus,
    Role,
    SessionLine,
    SessionNote,
)

# SQLite takes no more values than this in one list on old builds.
_CHUNK = 500


def sessions(
    connection: Connection,
    *,
    profile_id: int | None = None,
    uids: Sequence[str] | None = None,
    as_analysed: bool = False,
) -> list[SessionLine]:
    """Return sessions in short, oldest first: all, those of a profile, or those with these ids.

    With ``as_analysed`` what reviewers signed is left out, and corrections of what was measured too.
    """
    lines_of = _lines(as_analysed=as_analysed)
    if uids is not None:
        rows: Sequence[RowMapping] = [
            row for chunk in _chunks(uids) for row in _rows(connection, lines_of.where(SESSION.c.uid.in_(chunk)))
        ]
    else:
        wanted = lines_of if profile_id is None else lines_of.where(SESSION.c.profile_id == profile_id)
        rows = _rows(connection, wanted)
    answers, corrections = _answers(connection), _newest_corrections(connection)
    marks, notes, drafts = _first_marks(connection), _note_counts(connection), _drafts(connection)

    def line(row: RowMapping) -> SessionLine:
        found = _line(row, answers.get(row["key"], {}), marks.get(row["key"]), notes.get(row["key"], 0))
        if found.review_status is ReviewStatus.ANALYSED and not as_analysed and row["key"] in drafts:
            found = replace(found, review_status=ReviewStatus.DRAFT)
        return _corrected(found, corrections.get(found.uid, {}), as_analysed=as_analysed)

    lines = readable(rows, line, name=lambda row: f"session {row['uid']}")
    return sorted(lines, key=lambda line: (line.practised_at, line.uid))


def _rows(connection: Connection, statement: Select[Any]) -> Sequence[RowMapping]:
    return connection.execute(statement).mappings().all()


def _chunks(uids: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(uids), _CHUNK):
        yield uids[start : start + _CHUNK]


def _lines(*, as_analysed: bool) -> Select[Any]:
    chosen = chosen_results(as_analysed=as_analysed)
    return (
        select(
            SESSION.c.id.label("key"),
            SESSION.c.uid,
            PROFILE.c.code.label("profile"),
            *(SESSION.c[name] for name in ("origin", "ended", "practised_at", "day")),
            *(SESSION.c[name] for name in ("model_name", "model_sha256")),
            PROTOCOL.c.id.label("protocol_id"),
            PROTOCOL.c.version.label("protocol_version"),
            PROTOCOL.c.sha256.label("protocol_sha256"),
            *(RESULT.c[name] for name in (*_RESULT_COLUMNS, *REVIEW_COLUMNS, *CALIBRATION_COLUMNS)),
            chosen.c.results,
        )
        .join(PROFILE, PROFILE.c.id == SESSION.c.profile_id)
        .join(chosen, chosen.c.session_id == SESSION.c.id)
        .join(RESULT, RESULT.c.id == chosen.c.id)
        .join(PROTOCOL, PROTOCOL.c.sha256 == RESULT.c.protocol_sha256)
    )


_RESULT_COLUMNS = ("software", "side", "usable_fraction", "rep_count", *STATUS_COUNTS, *STATISTICS)


def _answers(connection: Connection) -> dict[int, dict[str, Any]]:
    """Newest answer to each question, by session."""
    found: dict[int, dict[str, Any]] = defaultdict(dict)
    for row in _rows(connection, select(ANSWER).order_by(ANSWER.c.id)):
        given = {name: row[name] for name in ("pain_before", "pain_after", "places", "stopped_because")}
        found[row["session_id"]] |= {name: value for name, value in given.items() if value is not None}
    return found


def _newest_corrections(connection: Connection) -> dict[str, dict[str, Correction]]:
    """Newest correction of each subject, by session."""
    found: dict[str, dict[str, Correction]] = defaultdict(dict)
    for one in _read_corrections(_rows(connection, _corrections())):
        found[one.session][one.subject] = one
    return found


def _drafts(connection: Connection) -> set[int]:
    """Return the sessions with a review, or with one that was withdrawn: drafts, unless a result of them is signed."""
    withdrawn = select(RESULT.c.session_id).where(RESULT.c.withdrawn_at.is_not(None))
    return set(connection.execute(select(REVIEW.c.session_id).union(withdrawn)).scalars())


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
        review_status=ReviewStatus.ANALYSED if row["reviewed_at"] is None else ReviewStatus.REVIEWED,
        reviewer=row["reviewer"],
        reviewed_at=None if row["reviewed_at"] is None else parse_moment(row["reviewed_at"]),
        overruled=row["overruled"],
        calibration=None if row["calibration"] is None else CalibratedBy(row["calibration"]),
        calibrated_frames=row["calibrated_frames"],
    )


# What a correction says of the measurement itself, which a reviewer who signs later has seen and says anew.
_MEASURED = {"rep_count", "side"}


def _corrected(line: SessionLine, known: Mapping[str, Correction], *, as_analysed: bool) -> SessionLine:
    """Apply corrections to a line; what was measured stays in the record."""
    corrections = {
        subject: one.value
        for subject, one in known.items()
        if subject not in _MEASURED
        or not (as_analysed or (line.reviewed_at is not None and one.made_at < line.reviewed_at))
    }
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


def reps(connection: Connection, uids: Sequence[str], *, as_analysed: bool = False) -> Iterator[RepLine]:
    """Return the repetitions of the result that is shown of each of these sessions."""
    chosen = chosen_results(as_analysed=as_analysed)
    columns = [column for column in REP.c if column.name != "result_id"]
    for chunk in _chunks(uids):
        statement = (
            select(SESSION.c.uid.label("session"), *columns)
            .join(RESULT, RESULT.c.session_id == SESSION.c.id)
            .join(chosen, chosen.c.id == RESULT.c.id)
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
    chosen = (_corrections().where(SESSION.c.uid.in_(chunk)) for chunk in _chunks(uids))
    return _read_corrections(row for statement in chosen for row in _rows(connection, statement))


def _corrections() -> Select[Any]:
    return (
        select(CORRECTION, SESSION.c.uid)
        .join(SESSION, SESSION.c.id == CORRECTION.c.session_id)
        .order_by(CORRECTION.c.id)
    )


def _read_corrections(rows: Iterable[RowMapping]) -> list[Correction]:
    return readable(rows, _correction, name=lambda row: f"a correction of session {row['uid']}")


def _correction(row: RowMapping) -> Correction:
    subject, value = row["subject"], row["value"]
    check_value(subject, value)
    return Correction(row["uid"], Role(row["author_role"]), parse_moment(row["made_at"]), subject, value, row["reason"])


def session_line(connection: Connection, uid: str, *, as_analysed: bool = False) -> SessionLine:
    """Return a session in short, by its full id.

    Raises
    ------
    StoreError
        It is damaged.
    """
    lines = sessions(connection, uids=[uid], as_analysed=as_analysed)
    if not lines:
        raise StoreError(
            f"session {uid!r}: expected it as it was saved, but it is damaged; forget it, or import it again"
        )
    return lines[0]


def judging_fingerprints(connection: Connection) -> dict[str, str]:
    """Return of each protocol's fingerprint what it judges by (`protocols.loader.judging_fingerprint`)."""
    rows = connection.execute(select(PROTOCOL.c.sha256, PROTOCOL.c.text))
    return {sha256: judging_fingerprint(text) for sha256, text in rows}


def protocol_text(connection: Connection, sha256: str) -> str:
    """Return the text of a protocol as it was when a session was judged by it."""
    return str(connection.execute(select(PROTOCOL.c.text).where(PROTOCOL.c.sha256 == sha256)).scalar_one())
