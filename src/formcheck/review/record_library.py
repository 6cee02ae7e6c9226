"""The practice record as a library: all of its sessions, or one."""

from __future__ import annotations

import threading
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from formcheck.errors import ProtocolError
from formcheck.parsing import parse_json_object
from formcheck.protocols.loader import parse_protocol
from formcheck.record.annotations import ReviewRow, reviews
from formcheck.record.choice import analysed_results, result_documents, result_of, signed_results
from formcheck.record.damage import readable
from formcheck.record.profiles import DEFAULT_PROFILE
from formcheck.record.queries import protocol_text, sessions
from formcheck.record.review_words import review_sentences
from formcheck.record.series import frames_of, load_series, track_of
from formcheck.record.store import Store
from formcheck.record.values import SessionLine
from formcheck.record.videos import kept_clips, video_folder
from formcheck.review.analysis import Analysis, AvailableProtocols
from formcheck.review.file_library import find_clips
from formcheck.review.library import Item, Opened, make_id, reviewed_entry, session_entry
from formcheck.review.storage import RecordReviewStore, ReviewStore
from formcheck.session.document import from_document
from formcheck.text.catalogue import Texts
from formcheck.video.container import file_sha256


class _Results(NamedTuple):
    """Rows of a session's results: the newest as analysed, and the one that history shows."""

    newest: int
    shown: int

    @property
    def signed(self) -> bool:
        """Whether what was analysed last is signed."""
        return self.shown > self.newest


class RecordItem(Item):
    """A session of the practice record, which holds only the clips that were kept on purpose."""

    origin = "session"

    def __init__(self, store: Store, uid: str, protocols: AvailableProtocols) -> None:
        super().__init__(make_id("session", uid), uid)
        self.uid = uid
        self.values: dict[str, Any] = {}
        self.newest_result = 0
        # As history shows it, where that is not what is reviewed here.
        self.signed_before: SessionLine | None = None
        self._store = store
        self._protocols = protocols
        self._reviews = RecordReviewStore(store, uid)

    @property
    def is_analysed(self) -> bool:
        return True

    def entry(self) -> dict[str, Any]:
        return dict(self.values)

    def analysed_at(self) -> str | None:
        with self._store.reading() as connection:
            return str(result_of(connection, self.uid, as_analysed=True)["kept_at"])

    def results_version(self) -> object:
        return self.newest_result

    def read_analysis(self) -> Analysis:
        with self._store.reading() as connection:
            document = result_of(connection, self.uid, as_analysed=True)["document"]
            series = load_series(self._store, connection, self.uid, as_analysed=True)
            text = protocol_text(connection, document["protocol"]["sha256"])
        session = from_document(document, frames_of(series))
        try:
            protocol = parse_protocol(text, where=f"protocol of {self.uid}")
        except ProtocolError:
            # Written for another version of formcheck: then the protocol of that id judges, and the change is listed.
            protocol = None
        return Analysis(document, session, track_of(series, session), self._protocols, own_protocol=protocol)

    def results_folder(self) -> Path | None:
        return video_folder(self._store, self.uid)

    def review_store(self) -> ReviewStore:
        return self._reviews

    def notices(self, texts: Texts) -> list[str]:
        line = self.signed_before
        if line is None:
            return []
        counts = {"met": line.met_reps, "not_met": line.not_met_reps, "undecided": line.undecided_reps}
        shown = texts.get("clinician.notice.signed_before", n=line.rep_count, **counts)
        return [*review_sentences(line, texts), shown]


class RecordLibrary:
    """Sessions of the practice record: all of them, or one.

    Parameters
    ----------
    store : Store
        Stays open as long as the library is used.
    protocols : AvailableProtocols
    uid : str, optional
        The one session that was opened.
    clips : Path, optional
        A folder with the clips that the record does not hold. One is shown with a session if its checksum is that of
        the clip that was analysed.
    """

    uploads: Path | None = None

    def __init__(
        self, store: Store, protocols: AvailableProtocols, *, uid: str | None = None, clips: Path | None = None
    ) -> None:
        self.opened: Opened = "store" if uid is None else "session"
        self.record: Path | None = store.folder
        self._store = store
        self._uid = uid
        self._protocols = protocols
        self._items: dict[str, RecordItem] = {}
        # By row of the result, which never changes: what the worklist shows of it, and name and checksum of its clip.
        self._entries: dict[int, dict[str, Any]] = {}
        self._clip_of: dict[int, tuple[str, str]] = {}
        self._clips = _by_name(clips) if clips is not None else {}
        self._lock = threading.Lock()

    def items(self) -> list[RecordItem]:
        with self._lock, self._store.reading() as connection:
            lines = sessions(connection, uids=None if self._uid is None else [self._uid])
            newest, written = analysed_results(connection), reviews(connection)
            signed = signed_results(connection)
            shown = {line.uid: signed.get(line.uid, newest[line.uid]) for line in lines}
            wanted = {newest[uid] for uid in shown} | set(shown.values())
            for row, document in result_documents(connection, sorted(wanted - self._entries.keys())):
                # Without an entry if it is damaged.
                for session in readable([document], from_document, name=f"result {row}"):
                    self._entries[row] = session_entry(session)
                    self._clip_of[row] = (session.clip.name, session.clip.sha256)
            kept = kept_clips(self._store)
            known = [line for line in reversed(lines) if newest[line.uid] in self._entries]
            found = []
            for line in known:
                results = _Results(newest[line.uid], shown[line.uid])
                found.append(self._item(line, results, written.get(line.uid), kept))
            self._items = {item.id: item for item in found}
            return found

    def _item(
        self,
        line: SessionLine,
        results: _Results,
        review: ReviewRow | None,
        kept: dict[str, Path],
    ) -> RecordItem:
        item = self._items.get(make_id("session", line.uid)) or RecordItem(self._store, line.uid, self._protocols)
        when = f"{line.practised_at:%Y-%m-%d %H:%M}, {line.uid}"
        item.person, item.name = line.profile, when if line.profile == DEFAULT_PROFILE else f"{line.profile}, {when}"
        item.newest_result = results.newest
        item.clip = kept.get(line.uid) or self._find_clip(*self._clip_of[results.newest])
        # What was signed is shown as history shows it, also where it was signed beside its clip.
        item.values = self._entries.get(results.shown, self._entries[results.newest]) | _line_entry(line, results)
        # Analysed again since: said where it is opened.
        item.signed_before = line if line.reviewed_at is not None and not results.signed else None
        if review is not None:
            entry_of = partial(_review_entry, done=review.done and results.signed)
            for entry in readable([review], entry_of, name=f"the review of session {line.uid}"):
                item.values |= entry
        return item

    def _find_clip(self, name: str, sha256: str) -> Path | None:
        """Return the clip of a session: of several with its name the one with its checksum."""
        found = self._clips.get(name, [])
        if len(found) < 2:
            return found[0] if found else None
        return next((path for path in found if file_sha256(path) == sha256), None)

    def get(self, item_id: str) -> RecordItem | None:
        if item_id not in self._items:
            self.items()
        return self._items.get(item_id)


def _by_name(folder: Path) -> dict[str, list[Path]]:
    found: dict[str, list[Path]] = {}
    for path in find_clips(folder.resolve())[0]:
        found.setdefault(path.name, []).append(path)
    return found


def _line_entry(line: SessionLine, results: _Results) -> dict[str, Any]:
    return {
        "date": line.practised_at.isoformat(timespec="seconds"),
        "date_kind": "practised",
        "side": line.side,
        "reps": line.rep_count,
        "met": line.met_reps,
        "not_met": line.not_met_reps,
        "undecided": line.undecided_reps,
        "pain_before": line.pain_before,
        "pain_after": line.pain_after,
        "state": "analysed",
        "reviewed": results.signed,
        "review_started": line.reviewed_at is not None,
        "reviewed_at": line.reviewed_at.isoformat(timespec="seconds") if line.reviewed_at is not None else None,
    }


def _review_entry(row: ReviewRow, *, done: bool) -> dict[str, Any]:
    person = str(parse_json_object(row.text).get("person", ""))
    return reviewed_entry(parse_json_object(row.outcome), done=done, saved_at=row.saved_at, person=person)
