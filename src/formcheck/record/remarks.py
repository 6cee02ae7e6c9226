"""Notes and corrections: new rows that name their author's role and time. What was found is never altered."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import Connection, insert, select

from formcheck.errors import UsageError
from formcheck.record.profiles import session_key
from formcheck.record.results import now
from formcheck.record.tables import CORRECTION, NOTE, SESSION
from formcheck.record.values import PAIN_MAX, PAIN_MIN, SIDES, Role

_MAX_REPS = 999


def add_note(connection: Connection, uid: str, *, text: str, role: Role) -> None:
    """Add a note to a session."""
    text = text.strip()
    if not text:
        raise UsageError("expected a note of some words, got none")
    key = session_key(connection, uid)
    profile_id = connection.execute(select(SESSION.c.profile_id).where(SESSION.c.id == key)).scalar_one()
    connection.execute(
        insert(NOTE).values(session_id=key, profile_id=profile_id, author_role=role.value, written_at=now(), text=text)
    )


def add_correction(connection: Connection, uid: str, *, subject: str, value: str, reason: str, role: Role) -> None:
    """Say what is right about a session, and why.

    Raises
    ------
    UsageError
        No such session or subject, a value that the subject cannot have, or no reason.
    """
    if subject not in SUBJECTS:
        raise UsageError(f"expected one of {', '.join(SUBJECTS)} to correct, got '{subject}'")
    if not reason.strip():
        raise UsageError("expected a reason for the correction with --because, got none")
    key = session_key(connection, uid)
    connection.execute(
        insert(CORRECTION).values(
            session_id=key,
            author_role=role.value,
            made_at=now(),
            subject=subject,
            value=SUBJECTS[subject](value.strip()),
            reason=reason.strip(),
        )
    )


def _whole(low: int, high: int) -> Callable[[str], str]:
    def check(value: str) -> str:
        if not (value.isascii() and value.isdigit() and low <= int(value) <= high):
            raise UsageError(f"expected a whole number from {low} to {high}, got '{value}'")
        return str(int(value))

    return check


def _one_of(*words: str) -> Callable[[str], str]:
    def check(value: str) -> str:
        if value not in words:
            raise UsageError(f"expected {' or '.join(words)}, got '{value}'")
        return value

    return check


def _moment(value: str) -> str:
    try:
        return datetime.fromisoformat(value).astimezone().isoformat(timespec="seconds")
    except ValueError:
        raise UsageError(f"expected a date and time such as 2026-03-02T18:30, got '{value}'") from None


SUBJECTS = {
    "rep_count": _whole(0, _MAX_REPS),
    "side": _one_of(*SIDES),
    "practised_at": _moment,
    "pain_before": _whole(PAIN_MIN, PAIN_MAX),
    "pain_after": _whole(PAIN_MIN, PAIN_MAX),
    "counts": _one_of("yes", "no"),
}
"""What may be corrected, and how its value is written. ``counts``: whether a session is practice at all."""
