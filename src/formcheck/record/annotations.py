"""What people say about a session: notes, corrections and reviews. What was measured is never altered."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, insert, select
from sqlalchemy.dialects.sqlite import insert as insert_or

from formcheck.errors import UsageError
from formcheck.parsing import parse_moment
from formcheck.record.profiles import session_key
from formcheck.record.schema import CORRECTION, NOTE, REVIEW, SESSION, now
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


def check_value(subject: str, value: str) -> None:
    """Check a stored correction, which another program may have changed.

    Raises
    ------
    ValueError
        It corrects nothing that is known, or its value is none that the subject can have.
    """
    if subject not in SUBJECTS:
        raise ValueError(f"expected one of {', '.join(SUBJECTS)} to correct, got another subject")
    try:
        SUBJECTS[subject](value)
    except UsageError as error:
        raise ValueError(str(error)) from None
    if subject == "practised_at":
        parse_moment(value)


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


@dataclass(frozen=True, slots=True)
class ReviewRow:
    """A review as it is stored: its text is the reviewer's layer, ``outcome`` its line of the worklist, both JSON."""

    revision: int
    saved_at: str
    reviewer: str
    done: bool
    text: str
    outcome: str


def review_of(connection: Connection, uid: str) -> ReviewRow | None:
    """Return the review of a session, or None."""
    columns = [REVIEW.c[name] for name in ReviewRow.__dataclass_fields__]
    statement = select(*columns).where(REVIEW.c.session_id == session_key(connection, uid))
    row = connection.execute(statement).mappings().one_or_none()
    return ReviewRow(**row) if row is not None else None


def reviews(connection: Connection) -> dict[str, ReviewRow]:
    """Return all reviews by session."""
    columns = [REVIEW.c[name] for name in ReviewRow.__dataclass_fields__]
    joined = select(SESSION.c.uid, *columns).join(SESSION, SESSION.c.id == REVIEW.c.session_id)
    found = {}
    for row in connection.execute(joined).mappings():
        values = dict(row)
        uid = values.pop("uid")
        found[uid] = ReviewRow(**values)
    return found


def save_review(connection: Connection, uid: str, row: ReviewRow) -> None:
    """Save a review in place of the version before. The caller compares revisions first, in the same transaction."""
    values = asdict(row)
    statement = insert_or(REVIEW).values(session_id=session_key(connection, uid), **values)
    connection.execute(statement.on_conflict_do_update(index_elements=[REVIEW.c.session_id], set_=values))


def delete_review(connection: Connection, uid: str) -> None:
    """Remove the review of a session."""
    connection.execute(delete(REVIEW).where(REVIEW.c.session_id == session_key(connection, uid)))
