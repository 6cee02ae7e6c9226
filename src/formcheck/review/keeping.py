"""A clip's set goes into the practice record, and with it the review of the clip, if it is complete."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

from formcheck.pose.track_file import load_track
from formcheck.protocols.loader import LoadedProtocol
from formcheck.record.profiles import CODE_PATTERN
from formcheck.record.queries import session_line
from formcheck.record.save import save_set
from formcheck.record.store import Store, open_store
from formcheck.record.values import Origin, Practice, ReviewStatus, Saved
from formcheck.review.analysis import AvailableProtocols
from formcheck.review.file_library import FileItem, FileLibrary
from formcheck.review.opened import OpenedItem
from formcheck.review.service import ReviewService
from formcheck.review.signing import signed_result
from formcheck.server.errors import RequestError
from formcheck.text.catalogue import Texts
from formcheck.types import Session
from formcheck.video.filmed import filming_time


def keep_clip(
    record: Store,
    results: Path,
    session: Session,
    *,
    protocol: LoadedProtocol,
    profile: str,
    practised_at: datetime,
    texts: Texts,
) -> Saved:
    """Save a clip's set, and show it as its review says, if that is complete.

    Parameters
    ----------
    record : Store
        Open for writing.
    results : Path
        The folder of the analysis.
    session : Session
        As analysed.
    protocol : LoadedProtocol
        What it was judged by.
    profile : str
        The person's code.
    practised_at : datetime
    texts : Texts
        For the sentences of the reviewed document.

    Raises
    ------
    FormcheckError
        It could not be saved, or a review of the clip cannot be read.
    """
    track = load_track(results / "track.npz")
    practice = Practice(profile, Origin.ANALYZE, practised_at)
    saved = save_set(record, session, track, protocol=protocol, practice=practice)
    library = FileLibrary(results.parent, AvailableProtocols([protocol]), only=results, record=record.folder)
    _sign(library.items()[0], texts)
    return saved


def _sign(item: FileItem, texts: Texts) -> None:
    store = item.review_store()
    stored = store.load()
    if not stored.review.done:
        return
    analysis = item.read_analysis()
    store.follow(signed_result(analysis, analysis.apply(stored.review), stored, texts))


class Keeping:
    """What the page can ask for to put a clip into the practice record.

    Parameters
    ----------
    service : ReviewService
    """

    def __init__(self, service: ReviewService) -> None:
        self._service = service

    def keep(self, item_id: str) -> dict[str, Any]:
        """Keep the set of a clip for the person in it; return the session's id, and how it is shown.

        Raises
        ------
        RequestError
            The person is not known, or it is no clip.
        """
        opened = self._service.open(item_id)
        item, analysis, person = opened.item, opened.analysis, opened.person
        if not isinstance(item, FileItem) or item.results is None:
            raise RequestError(f"expected a clip or its results, got {item.name}, which is in the record already")
        if person is None:
            raise RequestError(
                f"expected the person's code ({CODE_PATTERN}) under Finish, such as P017, got none that is a code"
            )
        if analysis.protocol is None:
            raise RequestError(
                f"the protocol '{analysis.session.protocol_id}' of this session is not on this machine: open the "
                "review with --protocol FILE"
            )
        with open_store(self._service.library.record) as record:
            saved = keep_clip(
                record,
                item.results.path,
                analysis.session,
                protocol=analysis.protocol,
                profile=person,
                practised_at=_practised_at(opened),
                texts=self._service.texts,
            )
            with record.reading() as connection:
                line = session_line(connection, saved.uid)
        item.person = line.profile
        return {
            "session": saved.uid,
            "person": line.profile,
            "new": saved.new,
            "reviewed": line.review_status is ReviewStatus.REVIEWED,
        }


def _practised_at(opened: OpenedItem) -> datetime:
    """Return when the clip was filmed; where there are its results alone, when it was analysed."""
    if opened.item.clip is not None:
        return filming_time(opened.item.clip).moment
    analysed_at = opened.item.analysed_at()
    return datetime.fromisoformat(analysed_at) if analysed_at is not None else datetime.now().astimezone()
