"""The sessions that leave the record: what every format reads of them, as reviewed or as analysed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from formcheck.errors import StoreError
from formcheck.parsing import checked_uid, parse_json_object
from formcheck.record.choice import result_of
from formcheck.record.damage import set_aside
from formcheck.record.exports import ExportFiles
from formcheck.record.queries import session_line, sessions
from formcheck.record.reviewed import review_in_force
from formcheck.record.series import Series, load_series
from formcheck.record.store import Store
from formcheck.record.values import SessionLine
from formcheck.session.by_hand import HandReading, hand_readings
from formcheck.text.catalogue import Texts


@dataclass(frozen=True, slots=True)
class Selection:
    """The sessions to export, and what every format reads of them.

    Parameters
    ----------
    store : Store
    connection : Connection
        One consistent view of the record, while the files are written.
    uids : tuple of str
        Full ids of the sessions.
    profile : str or None
        The person, when the sessions are all that the record has of this person.
    texts : Texts
        Language of what is written for people: the report. Tables and FHIR are English.
    as_analysed : bool
        Leave out what reviewers signed.
    """

    store: Store
    connection: Connection
    uids: tuple[str, ...]
    profile: str | None
    texts: Texts
    as_analysed: bool = False

    def lines(self) -> list[SessionLine]:
        """Return the sessions in short."""
        return sessions(self.connection, uids=self.uids, as_analysed=self.as_analysed)

    def line(self, uid: str) -> SessionLine:
        """Return one of the sessions in short."""
        return session_line(self.connection, uid, as_analysed=self.as_analysed)

    def result(self, uid: str) -> dict[str, Any]:
        """Return the result that is exported of a session, with its document."""
        return result_of(self.connection, uid, as_analysed=self.as_analysed)

    def by_hand(self, uid: str) -> list[HandReading]:
        """Return what was measured by hand in the review of a session, a draft too; nothing as analysed."""
        review = None if self.as_analysed else review_in_force(self.connection, uid)
        return hand_readings(parse_json_object(review.text)) if review is not None else []

    def series(self, uid: str) -> Series:
        """Return the series of the result that is exported of a session."""
        return load_series(self.store, self.connection, uid, as_analysed=self.as_analysed)


def per_session(selection: Selection, make: Callable[[str], ExportFiles]) -> ExportFiles:
    """Yield the files of each session. One that is damaged is set aside with a line, unless it is the only one.

    Raises
    ------
    StoreError
        The only session is damaged.
    """
    for uid in selection.uids:
        try:
            files = list(make(checked_uid(uid)))
        except (StoreError, ValueError, KeyError, TypeError, IndexError) as error:
            if len(selection.uids) == 1:
                raise StoreError(f"session {uid!r}: expected it as it was saved, but it is damaged ({error})") from None
            set_aside(f"session {uid}", str(error))
            continue
        yield from files
