"""What a review was opened on: items, each with what the worklist shows, its results, and the store of its review."""

from __future__ import annotations

import hashlib
import threading
from abc import ABC, abstractmethod
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal, NamedTuple, Protocol

from formcheck.review.analysis import Analysis
from formcheck.review.errors import NotFoundError
from formcheck.review.storage import ReviewStore

Opened = Literal["clip", "folder", "session", "store"]
DateKind = Literal["filmed", "file", "analysed", "practised"]


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

    @abstractmethod
    def review_store(self) -> ReviewStore:
        """Return where its review is stored."""


class Library(Protocol):
    """What was opened."""

    opened: Opened
    # The folder for uploaded clips; None when there is no place for them.
    uploads: Path | None

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
