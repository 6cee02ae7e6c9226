"""The sets of the practice record that were analysed from a clip, whose review is stored beside the clip.

What is signed there stands for them too. A set that has a review of its own in the record keeps to that one.
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from formcheck.errors import FormcheckError
from formcheck.pose.track_file import load_track
from formcheck.record.annotations import review_of
from formcheck.record.queries import session_line
from formcheck.record.reviewed import SignedResult, add_reviewed_result, sessions_of_clip, withdraw_reviewed_results
from formcheck.record.save import series_for
from formcheck.record.store import exists, open_store
from formcheck.types import Session


class ClipRecord:
    """A clip in the practice record, if there is a record and the clip is in it.

    Parameters
    ----------
    folder : Path or None
        Of the record; None = the default one.
    session : Session
        As analysed.
    track : Path
        The file with the track that it was judged from.
    """

    def __init__(self, folder: Path | None, session: Session, track: Path) -> None:
        self._folder = folder
        self._session = session
        self._track = track

    def person(self) -> str | None:
        """Return the code of the person whose set the clip is; None where no record says so, or for several people."""
        if not exists(self._folder):
            return None
        # A record that cannot be read keeps nobody from reviewing a clip; whoever saves is told.
        with suppress(FormcheckError), open_store(self._folder, write=False) as store, store.reading() as connection:
            found = sessions_of_clip(connection, self._session, load_track(self._track))
            people = {session_line(connection, uid).profile for uid in found}
            return people.pop() if len(people) == 1 else None
        return None

    def follow(self, signed: SignedResult | None) -> None:
        """Show the clip's sets as they were signed, or, with None, as analysed again.

        Raises
        ------
        StoreError
            The record cannot be written.
        """
        if not exists(self._folder):
            return
        with open_store(self._folder) as store:
            with store.reading() as connection:
                found = sessions_of_clip(connection, self._session, load_track(self._track))
                uids = [uid for uid in found if review_of(connection, uid) is None]
            for uid in uids:
                if signed is None:
                    with store.writing() as connection:
                        withdraw_reviewed_results(connection, uid)
                    continue
                with series_for(store, signed.session, signed.track) as series, store.writing() as connection:
                    add_reviewed_result(connection, uid, signed, series)
