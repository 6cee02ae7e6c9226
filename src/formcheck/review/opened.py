"""An item that was opened: its results, with its review applied."""

from __future__ import annotations

from dataclasses import dataclass

from formcheck.record.profiles import code_or_none
from formcheck.review.analysis import Analysis
from formcheck.review.apply import ReviewedSession
from formcheck.review.library import Item
from formcheck.review.storage import StoredReview
from formcheck.server.errors import RequestError
from formcheck.types import Session


@dataclass(frozen=True, slots=True)
class OpenedItem:
    """An item with its results and its review applied. ``problem`` says why a stored review cannot be read."""

    item: Item
    analysis: Analysis
    stored: StoredReview
    reviewed: ReviewedSession
    problem: str | None

    @property
    def person(self) -> str | None:
        """The code of the person in a clip; None where there is none, or what was entered is no code."""
        return code_or_none(self.stored.review.person or self.item.person)

    def session(self, layer: str) -> Session:
        """Return the session as ``analysed`` or as ``reviewed``."""
        if layer not in ("analysed", "reviewed"):
            raise RequestError(f"expected layer=analysed or layer=reviewed, got '{layer}'")
        return self.analysis.session if layer == "analysed" else self.reviewed.session
