"""Finds the items in the practice record."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

from formcheck.record.read import sessions
from formcheck.record.reviews import newest_results, result_documents, reviews
from formcheck.record.store import Store
from formcheck.record.values import SessionLine
from formcheck.review.items import item_id
from formcheck.review.kept_items import StoreItem
from formcheck.review.library import walk
from formcheck.review.material import Shelf
from formcheck.review.outcome import outcome
from formcheck.video.container import file_sha256


class StoreLibrary:
    """Kept sessions: all of them, or one.

    Parameters
    ----------
    store : Store
        Stays open as long as the library is used.
    uid : str, optional
        The one session that was opened.
    clips : Path, optional
        A folder in which the clips are: the record keeps none. One is shown with a session when its checksum is that of
        the clip that was judged.
    """

    uploads: Path | None = None

    def __init__(self, store: Store, shelf: Shelf, *, uid: str | None = None, clips: Path | None = None) -> None:
        self.opened = "store" if uid is None else "session"
        self._store = store
        self._uid = uid
        self._shelf = shelf
        self._items: dict[str, StoreItem] = {}
        self._lines: dict[int, dict[str, Any]] = {}
        self._clips = _by_name(clips) if clips is not None else {}
        self._names: dict[int, tuple[str, str]] = {}
        self._lock = threading.Lock()

    def items(self) -> list[StoreItem]:
        with self._lock, self._store.reading() as connection:
            kept = sessions(connection, uids=None if self._uid is None else [self._uid])
            newest, written = newest_results(connection), reviews(connection)
            wanted = {newest[line.uid] for line in kept}
            for key, document in result_documents(connection, sorted(wanted - self._lines.keys())):
                self._lines[key] = outcome(document)
                self._names[key] = (document["clip"]["name"], document["clip"]["sha256"])
            found = {}
            for line in reversed(kept):
                item = self._items.get(item_id("session", line.uid))
                item = item or StoreItem(self._store, line.uid, self._shelf)
                item.person, item.name = line.profile, f"{line.profile}, {line.practised_at:%Y-%m-%d %H:%M}"
                item.newest = newest[line.uid]
                item.clip = self._clip(*self._names[item.newest])
                item.values = _store_line(line, self._lines[newest[line.uid]])
                if (row := written.get(line.uid)) is not None:
                    item.values |= item.reviewed(row)
                found[item.id] = item
            self._items = found
            return list(found.values())

    def _clip(self, name: str, sha256: str) -> Path | None:
        """The clip of a session: of several with its name the one with its checksum."""
        found = self._clips.get(name, [])
        if len(found) < 2:
            return found[0] if found else None
        return next((path for path in found if file_sha256(path) == sha256), None)

    def get(self, key: str) -> StoreItem | None:
        if key not in self._items:
            self.items()
        return self._items.get(key)


def _by_name(folder: Path) -> dict[str, list[Path]]:
    found: dict[str, list[Path]] = {}
    for path in walk(folder.resolve())[0]:
        found.setdefault(path.name, []).append(path)
    return found


def _store_line(line: SessionLine, counted: dict[str, Any]) -> dict[str, Any]:
    return counted | {
        "date": line.practised_at.isoformat(timespec="seconds"),
        "date_kind": "practised",
        "side": line.side,
        "reps": line.rep_count,
        "pain_before": line.pain_before,
        "pain_after": line.pain_after,
        "state": "analysed",
        "reviewed": False,
    }
