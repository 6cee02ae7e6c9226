"""Keeping a review: checked against its session, applied, and written when nobody else wrote since."""

from __future__ import annotations

from typing import Any

from pydantic import ValidationError

from formcheck.errors import UsageError
from formcheck.report.data import session_document
from formcheck.review.accept import RefusedError, check_places, compared
from formcheck.review.bench import reviewed_part
from formcheck.review.desk import Desk
from formcheck.review.model import Review, first_problem, plain
from formcheck.review.outcome import outcome

_DRAFT_AGAIN = "The review was changed after it was marked as complete: it is a draft again until that is confirmed."


def _signed(review: Review, before: Review) -> bool:
    """Whether a review that says it is done may: signing is an act of its own, a signature does not move along."""
    return not before.done or review.says_the_same(before)


class Keeping:
    """What the page writes."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def put(self, key: str, body: Any) -> dict[str, Any]:
        """Keep a review, and return the session judged by it.

        Raises
        ------
        RefusedError
            The review does not fit the session.
        NewerError
            Another window wrote since.
        """
        if not isinstance(body, dict) or not isinstance(body.get("revision"), int):
            raise RefusedError("expected {revision, review}, got something else")
        try:
            review = Review.model_validate(body.get("review"))
        except ValidationError as error:
            raise RefusedError(f"the review does not fit: {first_problem(error)}") from None
        item = self._desk.item(key)
        with item.lock:
            material = self._desk.material(item)
            try:
                reviewed = material.apply(review)
            except UsageError as error:
                raise RefusedError(str(error)) from None
            check_places(review, material, reviewed)
            complete = review.model_copy(update={"goniometer": compared(review, reviewed.session)})
            layer = item.layer()
            signed = complete.done and (body.get("confirm") is True or _signed(complete, layer.load().review))
            notices = [*reviewed.remarks] if signed or not complete.done else [_DRAFT_AGAIN, *reviewed.remarks]
            complete = complete.model_copy(update={"done": signed})
            document = session_document(reviewed.session)
            kept = layer.save(complete, expected=body["revision"], outcome=outcome(document))
        return {
            "revision": kept.review.revision,
            "review": plain(kept.review),
            "reviewed_at": kept.saved_at,
            "reviewed": reviewed_part(reviewed),
            "notices": notices,
        }

    def forget(self, key: str) -> dict[str, Any]:
        """Remove an item's review; return the empty one."""
        item = self._desk.item(key)
        with item.lock:
            layer = item.layer()
            layer.forget()
            kept = layer.load()
        return {"revision": kept.review.revision, "review": plain(kept.review), "reviewed": {"same": True}}
