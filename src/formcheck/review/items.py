"""What was opened, item by item: clips with or without results, results alone, and kept sessions."""

from __future__ import annotations

import hashlib
import json
import threading
from abc import ABC, abstractmethod
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Literal, NamedTuple

from formcheck.errors import InputError
from formcheck.review.layer import FileLayer, Layer, read_layer_file
from formcheck.review.material import Material, Shelf, load_results
from formcheck.review.outcome import outcome
from formcheck.video.filmed import stated_at

Stamp = tuple[int, int]


DateKind = Literal["filmed", "file", "analysed", "practised"]


class Dated(NamedTuple):
    """A time (ISO) and what was then: a file's own date says no more than when it was written."""

    date: str | None
    kind: DateKind

    def line(self) -> dict[str, Any]:
        """Return it as the worklist and the bench have it."""
        return {"date": self.date, "date_kind": self.kind}


class Item(ABC):
    """One line of the worklist. ``clip`` is the video to show, if there is one."""

    origin: str

    def __init__(self, key: str, name: str) -> None:
        self.id = key
        self.name = name
        self.person: str | None = None
        self.clip: Path | None = None
        # One writer of the review at a time.
        self.lock = threading.RLock()

    @property
    @abstractmethod
    def analysed(self) -> bool:
        """There are results."""

    @abstractmethod
    def line(self) -> dict[str, Any]:
        """Return the line of the worklist, cheaply."""

    def filmed(self) -> Dated:
        """Return when it was filmed, looking into the clip for it."""
        line = self.line()
        return Dated(line["date"], line["date_kind"])

    @abstractmethod
    def analysed_at(self) -> str | None:
        """Return when it was analysed."""

    @abstractmethod
    def version(self) -> object:
        """Return what is another one when the results are."""

    @abstractmethod
    def material(self) -> Material:
        """Return what a review works on."""

    @abstractmethod
    def layer(self) -> Layer:
        """Return where the review is kept."""


def item_id(kind: str, what: str) -> str:
    """Return an id that says nothing, and that is the same at every start."""
    return hashlib.sha256(f"{kind}\0{what}".encode(errors="surrogateescape")).hexdigest()[:20]


def stamp(path: Path) -> Stamp | None:
    """Return what changes when a file does; None when it is not there."""
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size


class ResultsFolder:
    """A results folder, read again only when its ``session.json`` was written again."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._stamp: Stamp | None = None
        self._head: dict[str, Any] | str = ""

    def head(self) -> dict[str, Any]:
        """Return clip name, checksum and line of the worklist.

        Raises
        ------
        InputError
            ``session.json`` is missing or damaged.
        """
        now = stamp(self.path / "session.json")
        if now != self._stamp or now is None:
            self._head = self._read()
            self._stamp = now
        if isinstance(self._head, str):
            raise InputError(self._head)
        return self._head

    def _read(self) -> dict[str, Any] | str:
        try:
            document = json.loads((self.path / "session.json").read_bytes())
            clip = document["clip"]
            return {"clip": str(clip["name"]), "sha256": str(clip["sha256"]), "line": outcome(document)}
        except (OSError, ValueError, KeyError, TypeError, IndexError) as error:
            return (
                f"{self.path.name}: expected the results of an analysis, but session.json is missing or damaged "
                f"({type(error).__name__}); analyse the clip again"
            )


class FileItem(Item):
    """A clip, its results, or both."""

    def __init__(self, *, clip: Path | None, results: ResultsFolder | None, name: str, shelf: Shelf) -> None:
        if clip is None and results is None:
            raise ValueError("expected a clip, results or both, got neither")
        super().__init__(file_item_id(clip, results), name)
        self.clip = clip
        self.results = results
        self.origin = "clip" if clip is not None else "results"
        self._shelf = shelf
        self._layer: FileLayer | None = None
        self._date: tuple[Stamp | None, Dated] = (None, Dated(None, "file"))
        self._review: tuple[Stamp | None, dict[str, Any]] = (None, {})

    @property
    def analysed(self) -> bool:
        return self.results is not None

    def line(self) -> dict[str, Any]:
        values: dict[str, Any] = {"state": "not analysed", "reviewed": False} | self._quick_date().line()
        if self.results is None:
            return values
        try:
            values |= self.results.head()["line"] | {"state": "analysed"}
            return values | self._reviewed()
        except InputError as error:
            return values | {"state": "failed", "error": str(error)}

    def version(self) -> object:
        return stamp(self.results.path / "session.json") if self.results is not None else None

    def material(self) -> Material:
        if self.results is None:
            raise InputError(f"{self.name}: expected an analysed clip; analyse it first")
        return load_results(self.results.path, self._shelf)

    def layer(self) -> FileLayer:
        if self.results is None:
            raise InputError(f"{self.name}: expected an analysed clip; analyse it first")
        path = self._layer_path(self.results.path)
        if self._layer is None or self._layer.path != path:
            self._layer = FileLayer(path, self.results.head()["sha256"])
        return self._layer

    def _layer_path(self, results: Path) -> Path:
        """Beside the clip; in the results where the clip is not beside them; where it is, if it is there already."""
        beside = results.with_name(f"{results.name.removesuffix('.formcheck')}.review.json")
        inside = results / "review.json"
        places = [beside, inside] if self.clip is not None and self.clip.parent == results.parent else [inside, beside]
        return next((path for path in places if path.exists()), places[0])

    def _reviewed(self) -> dict[str, Any]:
        layer = self.layer()
        now = stamp(layer.path)
        if now is None:
            return {}
        if now != self._review[0]:
            self._review = (now, _reviewed_line(layer))
        return self._review[1]

    def filmed(self) -> Dated:
        path = self._dated()
        now = stamp(path)
        if now is not None and now != self._date[0]:
            stated = stated_at(path) if self.clip is not None else None
            dated = Dated(_iso(stated.astimezone()), "filmed") if stated is not None else self._file_date(now)
            self._date = (now, dated)
        return self._date[1]

    def analysed_at(self) -> str | None:
        when = stamp(self.results.path / "track.npz") if self.results is not None else None
        return _iso(_written(when)) if when is not None else None

    def _quick_date(self) -> Dated:
        """When it was filmed if that is known, else when it was written: opening 500 clips takes seconds."""
        now = stamp(self._dated())
        if now is None or now == self._date[0]:
            return self._date[1]
        return self._file_date(now)

    def _file_date(self, when: Stamp) -> Dated:
        return Dated(_iso(_written(when)), "file" if self.clip is not None else "analysed")

    def _dated(self) -> Path:
        if self.clip is not None or self.results is None:
            return self.clip or Path()
        return self.results.path / "session.json"


def _iso(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")


def _written(when: Stamp) -> datetime:
    return datetime.fromtimestamp(when[0] / 1e9).astimezone()


def file_item_id(clip: Path | None, results: ResultsFolder | None) -> str:
    """Return the id of a clip, or of results without one."""
    if clip is not None:
        return item_id("clip", str(clip))
    return item_id("results", str(results.path) if results is not None else "")


def _reviewed_line(layer: FileLayer) -> dict[str, Any]:
    try:
        file = read_layer_file(layer.path)
    except InputError as error:
        return {"review_problem": str(error)}
    if file is None or file.review.empty:
        return {}
    return reviewed_counts(file.outcome, done=file.review.done, saved_at=file.saved_at, person=file.review.person)


_COUNTED = ("protocol", "side", "reps", "correct", "incorrect", "unsure", "prescribed")


def reviewed_counts(counted: Mapping[str, Any], *, done: bool, saved_at: str, person: str) -> dict[str, Any]:
    """Return what a review changes in a line of the worklist."""
    line = {key: counted[key] for key in _COUNTED if key in counted}
    if person:
        line["person"] = person
    return line | {"reviewed": done, "review_started": True, "reviewed_at": saved_at}
