"""Reviews of kept sessions: one layer a session, the newest version of it. What was found is never altered."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, delete, func, select
from sqlalchemy.dialects.sqlite import insert as insert_or

from formcheck.record.profiles import session_key
from formcheck.record.results import now, unpacked
from formcheck.record.tables import RESULT, REVIEW, SESSION


@dataclass(frozen=True, slots=True)
class ReviewRow:
    """A review as it is kept: its text is the reviewer's layer, ``outcome`` its line of the worklist, both JSON."""

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


def keep_review(connection: Connection, uid: str, *, revision: int, reviewer: str, done: bool, text: str,
                outcome: str) -> str:  # fmt: skip
    """Keep the newest version of a review in place of the one before; return when. Who calls compares revisions first,
    in the same transaction.
    """
    values: dict[str, Any] = {
        "revision": revision, "saved_at": now(), "reviewer": reviewer, "done": done, "text": text, "outcome": outcome,
    }  # fmt: skip
    statement = insert_or(REVIEW).values(session_id=session_key(connection, uid), **values)
    connection.execute(statement.on_conflict_do_update(index_elements=[REVIEW.c.session_id], set_=values))
    return str(values["saved_at"])


def forget_review(connection: Connection, uid: str) -> None:
    """Remove the review of a session."""
    connection.execute(delete(REVIEW).where(REVIEW.c.session_id == session_key(connection, uid)))


def newest_results(connection: Connection) -> dict[str, int]:
    """Return the row of every session's newest result, by session."""
    newest = select(SESSION.c.uid, func.max(RESULT.c.id)).join(RESULT, RESULT.c.session_id == SESSION.c.id)
    return {str(uid): int(key) for uid, key in connection.execute(newest.group_by(SESSION.c.uid)).all()}


def result_documents(connection: Connection, keys: Collection[int]) -> Iterator[tuple[int, dict[str, Any]]]:
    """Return the documents of these results."""
    for key in keys:
        data = connection.execute(select(RESULT.c.document).where(RESULT.c.id == key)).scalar_one()
        yield key, unpacked(data)
