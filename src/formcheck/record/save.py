"""Saves a judged set: the only way into the record, for `analyze --save` and for live practice."""

from __future__ import annotations

import hashlib
import math
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
from sqlalchemy import Connection, insert, select
from sqlalchemy.dialects.sqlite import insert as insert_or

from formcheck.files import age_s, write_whole
from formcheck.protocols.loader import LoadedProtocol
from formcheck.record.profiles import profile_key
from formcheck.record.results import add_result
from formcheck.record.schema import ANSWER, MARK, PROTOCOL, QUESTION, RESULT, SESSION, now
from formcheck.record.series import SUFFIX, series_bytes, series_of
from formcheck.record.storage_errors import storage_errors
from formcheck.record.store import Store
from formcheck.record.values import Answers, Mark, Origin, Practice, Saved
from formcheck.session.document import installed_version, to_document
from formcheck.text.catalogue import DEFAULT_LANGUAGE, Texts
from formcheck.types import PoseTrack, Session

# A series that no result names and that is older than this was left by a process that ended in between.
_STALE_S = 600.0


def save_set(
    store: Store, session: Session, track: PoseTrack, *, protocol: LoadedProtocol, practice: Practice
) -> Saved:
    """Save a set. The same recording, judged by the same protocol and model, is one session however often it comes.

    A result that differs from those saved (of a newer formcheck, or for the other side) is added to the session; the
    old ones stay. Marks and open questions are saved with a session's first result.

    Parameters
    ----------
    store : Store
        Open for writing.
    session, track
        The judged set and the track it was judged from.
    protocol : LoadedProtocol
        What it was judged by; its text is saved, so that the numbers stay explained.
    practice : Practice
        Whose set it was, when, and what was said about it.

    Raises
    ------
    StoreError
        It could not be saved; then nothing of it was.
    """
    identity = identity_of(session, track, practice.origin)
    with series_for(store, session, track) as series, store.writing() as connection:
        saved = _save_rows(connection, session, identity, protocol, practice, series)
    if not saved.added:
        store.series_path(series.file).unlink(missing_ok=True)
    return saved


@dataclass(frozen=True, slots=True)
class SeriesFile:
    """A series that was written, by its name in the record."""

    file: str
    sha256: str


@contextmanager
def series_for(store: Store, session: Session, track: PoseTrack) -> Iterator[SeriesFile]:
    """Write the series of a session, for the rows that name it; it goes again if they are not written."""
    data, name = series_bytes(series_of(session, track)), new_series_name()
    with storage_errors(store.folder):
        remove_orphaned_series(store, older_than_s=_STALE_S)
        # The file first: a row must never name a series that is not there.
        write_whole(store.series_path(name), data)
    try:
        yield SeriesFile(name, hashlib.sha256(data).hexdigest())
    except BaseException:
        store.series_path(name).unlink(missing_ok=True)
        raise


def _save_rows(
    connection: Connection,
    session: Session,
    identity: str,
    protocol: LoadedProtocol,
    practice: Practice,
    series: SeriesFile,
) -> Saved:
    save_protocol(connection, protocol_row(protocol))
    key, uid, new = _session_row(
        connection,
        {
            "profile_id": profile_key(connection, practice.profile, make=True),
            "identity": identity,
            "origin": practice.origin.value,
            "ended": practice.ended.value,
            "practised_at": practice.practised_at.isoformat(timespec="seconds"),
            "day": practice.practised_at.date().isoformat(),
            "content_sha256": session.clip.sha256,
            "protocol_sha256": protocol.sha256,
            "model_name": session.model.name,
            "model_sha256": session.model.sha256,
        },
    )
    added = add_result(
        connection,
        key,
        # Whoever shows it makes the sentences anew; in one language, equal sets are equal results.
        to_document(session, Texts(DEFAULT_LANGUAGE)),
        kept_at=now(),
        software=this_software(),
        series_file=series.file,
        series_sha256=series.sha256,
    )
    if new and practice.marks:
        connection.execute(insert(MARK), [_mark_row(key, mark) for mark in practice.marks])
    if new and practice.questions:
        asked = [{"session_id": key, "asked_at": now(), "name": question.value} for question in practice.questions]
        connection.execute(insert(QUESTION), asked)
    if practice.answers is not None and not practice.answers.empty:
        add_answers(connection, key, practice.answers)
    return Saved(uid, new, added)


def this_software() -> str:
    """Return how the record names the program that made a result."""
    return f"formcheck {installed_version('formcheck')}"


def new_series_name() -> str:
    """Return a name for a series that says nothing, and that no other has."""
    return f"{secrets.token_hex(12)}{SUFFIX}"


def identity_of(session: Session, track: PoseTrack, origin: Origin) -> str:
    """What makes two analyses one session: what was filmed, which part of it, and what it was judged by."""
    digest = hashlib.sha256()
    if origin is Origin.LIVE:
        # A camera has no file to take a hash of: the landmarks are what was filmed.
        digest.update(np.ascontiguousarray(track.t_s).tobytes() + track.xy_px.astype(np.float32).tobytes())
    window = f"{track.t_s[0]:.3f}-{track.t_s[-1]:.3f}" if len(track.t_s) else "empty"
    digest.update(f"{session.clip.sha256}|{session.protocol_sha256}|{session.model.sha256}|{window}".encode())
    return digest.hexdigest()


def save_protocol(connection: Connection, row: dict[str, str]) -> None:
    """Save the text of a protocol, once."""
    connection.execute(insert_or(PROTOCOL).values(row).on_conflict_do_nothing())


def protocol_row(loaded: LoadedProtocol) -> dict[str, str]:
    """Return a protocol as its row of the record."""
    protocol = loaded.protocol
    return {
        "sha256": loaded.sha256,
        "id": protocol.id,
        "version": protocol.version,
        "name": protocol.name,
        "text": loaded.text,
    }


def _session_row(connection: Connection, values: dict[str, Any]) -> tuple[int, str, bool]:
    """Return row, id and novelty of the session, which is made if it is new."""
    same = (SESSION.c.profile_id == values["profile_id"]) & (SESSION.c.identity == values["identity"])
    row = connection.execute(select(SESSION.c.id, SESSION.c.uid).where(same)).one_or_none()
    if row is not None:
        return row.id, row.uid, False
    uid = _new_uid(connection)
    key = connection.execute(insert(SESSION).values(uid=uid, **values).returning(SESSION.c.id)).scalar_one()
    return key, uid, True


def _new_uid(connection: Connection) -> str:
    """Return an id that no other session has: eight hex digits, short enough to type."""
    while True:
        uid = secrets.token_hex(4)
        if connection.execute(select(SESSION.c.id).where(SESSION.c.uid == uid)).one_or_none() is None:
            return uid


def _mark_row(session_id: int, mark: Mark) -> dict[str, Any]:
    return {
        "session_id": session_id,
        "kind": mark.kind.value,
        "at_s": mark.at_s,
        "knee_flexion_deg": mark.knee_flexion_deg if math.isfinite(mark.knee_flexion_deg) else None,
        "knee_se_deg": mark.knee_se_deg if math.isfinite(mark.knee_se_deg) else None,
    }


def add_answers(connection: Connection, session_id: int, answers: Answers) -> None:
    """Add what was said about a session, unless the same was said last."""
    row = {
        "author_role": answers.author_role.value,
        "pain_before": answers.pain_before,
        "pain_after": answers.pain_after,
        "places": None if answers.places is None else ",".join(answers.places),
        "stopped_because": answers.stopped_because.value if answers.stopped_because else None,
        "red_flags": None if answers.red_flags is None else ",".join(answers.red_flags),
    }
    newest = select(ANSWER).where(ANSWER.c.session_id == session_id).order_by(ANSWER.c.id.desc()).limit(1)
    last = connection.execute(newest).mappings().one_or_none()
    if last is None or any(last[name] != value for name, value in row.items()):
        connection.execute(insert(ANSWER).values(session_id=session_id, given_at=now(), **row))


def remove_orphaned_series(store: Store, *, older_than_s: float) -> None:
    """Remove series that no result names, left by processes that were killed between file and row."""
    old = [path for path in store.series_folder.iterdir() if age_s(path) > older_than_s]
    if not old:
        return
    with store.reading() as connection:
        named = set(connection.execute(select(RESULT.c.series_file)).scalars())
    for path in old:
        if path.name not in named:
            path.unlink(missing_ok=True)
