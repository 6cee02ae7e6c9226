"""What a review was opened on: items, each with what the worklist shows, its results, and the store of its review."""

from __future__ import annotations

import hashlib
import threading
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, NamedTuple, Protocol

from formcheck.form.statistics import count_finding, set_statistics
from formcheck.pipeline import ANNOTATED
from formcheck.record.profiles import profile_words
from formcheck.review.analysis import Analysis
from formcheck.review.storage import ReviewStore
from formcheck.server.errors import RequestError
from formcheck.text.catalogue import Texts
from formcheck.text.numbers import printable
from formcheck.types import Session

Opened = Literal["clip", "folder", "session", "store"]
DateKind = Literal["filmed", "file", "analysed", "practised"]

_EMPTY_ENTRY: Mapping[str, Any] = dict.fromkeys(
    (
        "date", "date_kind", "protocol", "side", "reps", "met", "not_met", "undecided", "prescribed", "pain_before",
        "pain_after", "usable_fraction", "error", "reviewed_at", "review_problem",
    )
) | {"quality": [], "state": "not analysed", "reviewed": False, "review_started": False}  # fmt: skip
_OUTCOME_KEYS = ("protocol", "side", "reps", "met", "not_met", "undecided", "prescribed")
# As formcheck stored them before it had a status for repetitions.
_OLD_OUTCOME_KEYS = {"correct": "met", "incorrect": "not_met", "unsure": "undecided"}


class NotFoundError(RequestError):
    """There is no such item, clip or job."""

    status = 404


class NotAnalysedError(RequestError):
    """The clip has no results yet."""

    status = 409


class ItemDate(NamedTuple):
    """A time (ISO) and what happened then: a file's own date says no more than when it was written."""

    date: str | None
    kind: DateKind

    def to_json(self) -> dict[str, Any]:
        """Return it as entries of the worklist have it."""
        return {"date": self.date, "date_kind": self.kind}


class Item(ABC):
    """A clip, its results, or a session of the practice record. ``clip`` is the video to show, if there is one."""

    origin: Literal["clip", "results", "session"]

    def __init__(self, item_id: str, name: str) -> None:
        self.id = item_id
        self.name = name
        self.person: str | None = None
        self.clip: Path | None = None
        # Held while the review is changed.
        self.lock = threading.RLock()

    @property
    @abstractmethod
    def is_analysed(self) -> bool:
        """Whether there are results."""

    @abstractmethod
    def entry(self) -> dict[str, Any]:
        """Return what the worklist shows, without opening clip or track; ``quality`` is a tuple of Message."""

    def date(self) -> ItemDate:
        """Return when it was filmed, which may mean opening the clip."""
        entry = self.entry()
        return ItemDate(entry["date"], entry["date_kind"])

    @abstractmethod
    def analysed_at(self) -> str | None:
        """Return when it was analysed (ISO)."""

    @abstractmethod
    def results_version(self) -> object:
        """Return a value that changes when the results do."""

    @abstractmethod
    def read_analysis(self) -> Analysis:
        """Read the results."""

    def annotated(self) -> Path | None:
        """Return the annotated clip of the analysis, if it was made and kept."""
        folder = self.results_folder()
        path = folder / ANNOTATED if folder is not None else None
        # A link in a folder that somebody sent must not lead out of it.
        return path if path is not None and path.is_file() and not path.is_symlink() else None

    @abstractmethod
    def results_folder(self) -> Path | None:
        """Return the folder with the files of the analysis, which need not be there."""

    @abstractmethod
    def review_store(self) -> ReviewStore:
        """Return where its review is stored."""

    def notices(self, _texts: Texts) -> list[str]:
        """Say what whoever opens it should know of it."""
        return []


class Library(Protocol):
    """What was opened."""

    opened: Opened
    # The folder for uploaded clips; None when there is no place for them.
    uploads: Path | None
    # The folder of the practice record; None = the default one.
    record: Path | None

    def items(self) -> Sequence[Item]:
        """Look again, and return what is there."""

    def get(self, item_id: str) -> Item | None:
        """Return an item by its id."""


def clip_of(item: Item) -> Path:
    """Return an item's clip.

    Raises
    ------
    NotFoundError
        There is none.
    """
    if item.clip is None:
        raise NotFoundError(f"{item.name}: the clip is not available")
    return item.clip


def make_id(kind: str, name: str) -> str:
    """Return an id that tells nothing of the name, and is the same at every start."""
    return hashlib.sha256(f"{kind}\0{name}".encode(errors="surrogateescape")).hexdigest()[:20]


def worklist_entry(item: Item, texts: Texts) -> dict[str, Any]:
    """Return the entry of an item, in words."""
    entry = {
        "id": item.id,
        "name": printable(item.name),
        "origin": item.origin,
        "person": profile_words(texts, item.person) if item.person else None,
        "has_video": item.clip is not None,
        **item.entry(),
    }
    return {**_EMPTY_ENTRY, **entry, "quality": [texts.say(reason) for reason in entry.get("quality", ())]}


def session_outcome(session: Session) -> dict[str, Any]:
    """Return what a review can change in an entry of the worklist; it is stored with the review."""
    stats = set_statistics(session)
    return {
        "protocol": session.protocol_id,
        "side": session.side,
        "reps": stats.complete,
        "met": stats.met,
        "not_met": stats.not_met,
        "undecided": stats.undecided,
        "prescribed": prescribed_reps(session),
    }


def session_entry(session: Session) -> dict[str, Any]:
    """Return what the worklist shows of a session."""
    quality = session.quality
    return {
        **session_outcome(session),
        "usable_fraction": quality.usable_fraction,
        "quality": quality.reasons,
    }


def prescribed_reps(session: Session) -> int | None:
    """Return how many repetitions a set should have."""
    counted = count_finding(session)
    return int(counted.limit[0]) if counted is not None and counted.limit[0] is not None else None


def reviewed_entry(outcome: Mapping[str, Any], *, done: bool, saved_at: str, person: str) -> dict[str, Any]:
    """Return what a review changes in an entry of the worklist."""
    current = {_OLD_OUTCOME_KEYS.get(key, key): value for key, value in outcome.items()}
    entry = {key: current[key] for key in _OUTCOME_KEYS if key in current}
    if person:
        entry["person"] = person
    return entry | {"reviewed": done, "review_started": True, "reviewed_at": saved_at}
