"""The entries of the worklist: what is shown of an item without opening its clip or its track."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from formcheck.form import rules
from formcheck.form.statistics import set_statistics
from formcheck.review.library import Item
from formcheck.text.catalogue import Texts
from formcheck.text.numbers import printable
from formcheck.types import Session

_EMPTY_ENTRY: Mapping[str, Any] = dict.fromkeys(
    (
        "date", "date_kind", "protocol", "side", "reps", "met", "not_met", "undecided", "prescribed", "pain_before",
        "pain_after", "usable_fraction", "error", "reviewed_at", "review_problem",
    )
) | {"quality": [], "state": "not analysed", "reviewed": False, "review_started": False}  # fmt: skip
_OUTCOME_KEYS = ("protocol", "side", "reps", "met", "not_met", "undecided", "prescribed")
# As formcheck stored them before it had a status for repetitions.
_OLD_OUTCOME_KEYS = {"correct": "met", "incorrect": "not_met", "unsure": "undecided"}


def worklist_entry(item: Item, texts: Texts) -> dict[str, Any]:
    """Return the entry of an item, in words."""
    entry = {
        "id": item.id,
        "name": printable(item.name),
        "origin": item.origin,
        "person": item.person,
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
    for finding in session.findings_of(None):
        if finding.rule == rules.SET_COMPLETE.id and finding.limit[0] is not None:
            return int(finding.limit[0])
    return None


def reviewed_entry(outcome: Mapping[str, Any], *, done: bool, saved_at: str, person: str) -> dict[str, Any]:
    """Return what a review changes in an entry of the worklist."""
    current = {_OLD_OUTCOME_KEYS.get(key, key): value for key, value in outcome.items()}
    entry = {key: current[key] for key in _OUTCOME_KEYS if key in current}
    if person:
        entry["person"] = person
    return entry | {"reviewed": done, "review_started": True, "reviewed_at": saved_at}
