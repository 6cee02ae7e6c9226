"""Kept sessions as items, and their reviews as rows of the practice record."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from formcheck.errors import InputError, ProtocolError
from formcheck.protocols.loader import parse_protocol
from formcheck.record.read import protocol_text, results_of
from formcheck.record.rebuild import kept_series, session_of
from formcheck.record.reviews import ReviewRow, forget_review, keep_review, review_of
from formcheck.record.store import Store
from formcheck.report.schema import SessionDocument
from formcheck.review.items import Item, item_id, reviewed_counts
from formcheck.review.layer import Kept, Layer, NewerError
from formcheck.review.material import Material, Shelf, track_of
from formcheck.review.model import Review, plain


class StoreItem(Item):
    """A kept session. The record keeps no clips."""

    origin = "session"

    def __init__(self, store: Store, uid: str, shelf: Shelf) -> None:
        super().__init__(item_id("session", uid), uid)
        self.uid = uid
        self.values: dict[str, Any] = {}
        self.newest = 0
        self._store = store
        self._shelf = shelf
        self._layer = StoreLayer(store, uid)

    @property
    def analysed(self) -> bool:
        return True

    def line(self) -> dict[str, Any]:
        return dict(self.values)

    def reviewed(self, row: ReviewRow) -> dict[str, Any]:
        """Return what a kept review changes in the line."""
        person = str(json.loads(row.text).get("person", ""))
        return reviewed_counts(json.loads(row.outcome), done=row.done, saved_at=row.saved_at, person=person)

    def analysed_at(self) -> str | None:
        with self._store.reading() as connection:
            return str(results_of(connection, self.uid)[-1]["kept_at"])

    def version(self) -> object:
        return self.newest

    def material(self) -> Material:
        with self._store.reading() as connection:
            document = results_of(connection, self.uid)[-1]["document"]
            SessionDocument.model_validate(document)
            series = kept_series(self._store, connection, self.uid)
            text = protocol_text(connection, document["protocol"]["sha256"])
        session = session_of(document, series)
        try:
            protocol = parse_protocol(text, where=f"protocol of {self.uid}")
        except ProtocolError:
            # Of another formcheck's format: then the one of that name judges, and the change is said.
            protocol = None
        return Material(document, session, track_of(series, session), self._shelf, kept_protocol=protocol)

    def layer(self) -> Layer:
        return self._layer


class StoreLayer:
    """A layer in the practice record."""

    def __init__(self, store: Store, uid: str) -> None:
        self._store = store
        self._uid = uid
        self._forgotten = 0

    def load(self) -> Kept:
        with self._store.reading() as connection:
            row = review_of(connection, self._uid)
        if row is None:
            return Kept(Review(revision=self._forgotten))
        try:
            review = Review.model_validate_json(row.text).model_copy(update={"revision": row.revision})
            return Kept(review, row.saved_at, json.loads(row.outcome))
        except ValueError:
            raise InputError(
                f"the review of session {self._uid} was kept by a newer formcheck; update formcheck to go on with it"
            ) from None

    def save(self, review: Review, *, expected: int, outcome: Mapping[str, Any]) -> Kept:
        new = review.model_copy(update={"revision": expected + 1})
        with self._store.writing() as connection:
            row = review_of(connection, self._uid)
            if (row.revision if row is not None else self._forgotten) == expected:
                saved_at = keep_review(
                    connection,
                    self._uid,
                    revision=new.revision,
                    reviewer=new.reviewer,
                    done=new.done,
                    text=json.dumps(plain(new), ensure_ascii=False, allow_nan=False),
                    outcome=json.dumps(dict(outcome), ensure_ascii=False, allow_nan=False),
                )
                return Kept(new, saved_at, outcome)
        raise NewerError(self.load())

    def forget(self) -> None:
        with self._store.writing() as connection:
            row = review_of(connection, self._uid)
            forget_review(connection, self._uid)
        if row is not None:
            self._forgotten = row.revision + 1
