"""Which result of a session is shown: the newest that a reviewer signed, else the newest as analysed.

Every reader of results goes through here: history, progress, every export, and the review itself, which begins with
what was analysed. A signed result stays in force until it is withdrawn or another is signed; an analysis that is added
later does not take its place.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from sqlalchemy import Connection, RowMapping, Select, Subquery, case, func, select

from formcheck.errors import StoreError
from formcheck.record.damage import readable
from formcheck.record.schema import RESULT, SESSION, unpacked

_IS_ANALYSED = RESULT.c.reviewed_at.is_(None)
_IN_FORCE = RESULT.c.reviewed_at.is_not(None) & RESULT.c.withdrawn_at.is_(None)


def chosen_results(*, as_analysed: bool) -> Subquery:
    """Return ``id`` of the result that is shown of each session, and how many ``results`` it has.

    Parameters
    ----------
    as_analysed : bool
        Leave out what reviewers signed.
    """
    analysed, signed = (func.max(case((which, RESULT.c.id))) for which in (_IS_ANALYSED, _IN_FORCE))
    chosen = analysed if as_analysed else func.coalesce(signed, analysed)
    columns = (RESULT.c.session_id, chosen.label("id"), func.count().label("results"))
    return select(*columns).group_by(RESULT.c.session_id).subquery("chosen")


def _of_session(uid: str, *, as_analysed: bool) -> Select[Any]:
    chosen = chosen_results(as_analysed=as_analysed)
    joined = select(RESULT).join(chosen, chosen.c.id == RESULT.c.id)
    return joined.join(SESSION, SESSION.c.id == RESULT.c.session_id).where(SESSION.c.uid == uid)


def result_of(connection: Connection, uid: str, *, as_analysed: bool = False) -> dict[str, Any]:
    """Return the result that is shown of a session, with its document unpacked.

    Raises
    ------
    StoreError
        It is damaged.
    """
    return _read(connection.execute(_of_session(uid, as_analysed=as_analysed)).mappings().one(), uid)


def results_of(connection: Connection, uid: str) -> list[dict[str, Any]]:
    """Return every result of a session, oldest first, each with its document unpacked.

    Raises
    ------
    StoreError
        One is damaged.
    """
    statement = select(RESULT).join(SESSION, SESSION.c.id == RESULT.c.session_id).where(SESSION.c.uid == uid)
    return [_read(row, uid) for row in connection.execute(statement.order_by(RESULT.c.id)).mappings()]


def _read(row: RowMapping, uid: str) -> dict[str, Any]:
    try:
        return {**row, "document": unpacked(row["document"])}
    except ValueError as error:
        raise StoreError(f"session {uid}: expected its result as it was saved, but it is damaged ({error})") from None


def series_file_of(connection: Connection, uid: str, *, as_analysed: bool = False) -> tuple[str, str]:
    """Return name and SHA-256 of the series of the result that is shown of a session."""
    row = connection.execute(_of_session(uid, as_analysed=as_analysed)).one()
    return str(row.series_file), str(row.series_sha256)


def analysed_results(connection: Connection) -> dict[str, int]:
    """Return the row of every session's newest result as analysed, by session."""
    chosen = chosen_results(as_analysed=True)
    statement = select(SESSION.c.uid, chosen.c.id).join(SESSION, SESSION.c.id == chosen.c.session_id)
    return {str(uid): int(key) for uid, key in connection.execute(statement).all()}


def signed_results(connection: Connection) -> dict[str, int]:
    """Return the row of every session's newest result that a reviewer signed and nobody withdrew, by session."""
    statement = select(SESSION.c.uid, func.max(RESULT.c.id)).join(RESULT, RESULT.c.session_id == SESSION.c.id)
    rows = connection.execute(statement.where(_IN_FORCE).group_by(SESSION.c.uid)).all()
    return {str(uid): int(key) for uid, key in rows}


def is_signed(connection: Connection, uid: str) -> bool:
    """Tell whether a reviewer signed the newest analysis of a session, and nobody withdrew that."""
    own = select(RESULT).join(SESSION, SESSION.c.id == RESULT.c.session_id).where(SESSION.c.uid == uid)
    newest = connection.execute(own.where(_IS_ANALYSED | _IN_FORCE).order_by(RESULT.c.id.desc()).limit(1))
    row = newest.mappings().one_or_none()
    return row is not None and row["reviewed_at"] is not None


def result_documents(connection: Connection, keys: Collection[int]) -> Iterator[tuple[int, dict[str, Any]]]:
    """Return the documents of these results; a damaged one is left out."""
    for key in keys:
        data = connection.execute(select(RESULT.c.document).where(RESULT.c.id == key)).scalar_one()
        for document in readable([data], unpacked, name=f"result {key}"):
            yield key, document
