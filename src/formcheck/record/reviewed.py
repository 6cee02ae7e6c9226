"""Reviewed results: what a reviewer signed, beside what was analysed. `choice` shows them until they are withdrawn."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection, select, update

from formcheck.protocols.loader import LoadedProtocol
from formcheck.record.annotations import ReviewRow, review_of
from formcheck.record.choice import is_signed, result_of
from formcheck.record.profiles import session_key
from formcheck.record.results import add_result
from formcheck.record.save import SeriesFile, identity_of, protocol_row, save_protocol, this_software
from formcheck.record.schema import RESULT, SESSION, now
from formcheck.record.values import Origin
from formcheck.types import PoseTrack, Session


@dataclass(frozen=True, slots=True)
class SignedResult:
    """A session as a reviewer signed it.

    Parameters
    ----------
    session : Session
    document : mapping
        Its document, with ``reviewed`` in it, signed as complete (`session.schema.ReviewedDocument`).
    track : PoseTrack
        The track that it was judged from.
    protocol : LoadedProtocol or None
        What it was judged by; None when that is not on this machine, because it is the one that the record has already.
    """

    session: Session
    document: Mapping[str, Any]
    track: PoseTrack
    protocol: LoadedProtocol | None


def add_reviewed_result(connection: Connection, uid: str, signed: SignedResult, series: SeriesFile) -> None:
    """Add what a reviewer signed to a session, in whose place it is shown from now on."""
    if signed.protocol is not None:
        save_protocol(connection, protocol_row(signed.protocol))
    add_result(
        connection,
        session_key(connection, uid),
        signed.document,
        kept_at=now(),
        software=this_software(),
        series_file=series.file,
        series_sha256=series.sha256,
    )


def review_in_force(connection: Connection, uid: str) -> ReviewRow | None:
    """Return the review of a session: its own, else the one that was signed beside its clip; None without either.

    It is a draft, ``done`` False, where the session was analysed again since.
    """
    signed = is_signed(connection, uid)
    own = review_of(connection, uid)
    if own is not None:
        return replace(own, done=own.done and signed)
    shown = result_of(connection, uid)
    if shown["reviewed_at"] is None:
        return None
    part = shown["document"]["reviewed"]
    if part.get("review") is None:
        return None
    return ReviewRow(
        revision=part["revision"],
        saved_at=shown["reviewed_at"],
        reviewer=shown["reviewer"],
        done=signed,
        text=json.dumps(part["review"], ensure_ascii=False),
        outcome="{}",
    )


def withdraw_reviewed_results(connection: Connection, uid: str) -> None:
    """Show a session as analysed again: its review is a draft. What was signed stays, marked as withdrawn."""
    signed = (RESULT.c.session_id == session_key(connection, uid)) & RESULT.c.reviewed_at.is_not(None)
    connection.execute(update(RESULT).where(signed & RESULT.c.withdrawn_at.is_(None)).values(withdrawn_at=now()))


def sessions_of_clip(connection: Connection, session: Session, track: PoseTrack) -> list[str]:
    """Return the ids of the sessions that an analysis of a clip is in the record as: one a person at most."""
    same = SESSION.c.identity == identity_of(session, track, Origin.ANALYZE)
    return list(connection.execute(select(SESSION.c.uid).where(same).order_by(SESSION.c.id)).scalars())
