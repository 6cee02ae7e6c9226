"""What the worklist shows of a session, from the document of its ``session.json``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from formcheck.form.rules import SET_COMPLETE
from formcheck.form.statistics import rep_status
from formcheck.message import verbatim
from formcheck.types import Finding, Verdict


def document_entry(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return the same as `library.session_entry`."""
    statuses = [
        rep_status(rep["index"], map(_finding, rep["findings"])).status.value
        for rep in document["reps"]
        if rep["complete"]
    ]
    complete = next((finding for finding in document["findings"] if finding["rule"] == SET_COMPLETE.id), None)
    return {
        "protocol": document["protocol"]["id"],
        "side": document["side"],
        "reps": document["rep_count"],
        **{status: statuses.count(status) for status in ("met", "not_met", "undecided")},
        "prescribed": int(complete["limit"][0]) if complete is not None and complete["limit"][0] is not None else None,
        "usable_fraction": document["quality"]["usable_fraction"],
        "quality": tuple(map(verbatim, document["quality"]["reasons"])),
    }


def _finding(part: Mapping[str, Any]) -> Finding:
    return Finding(**{**part, "verdict": Verdict(part["verdict"]), "limit": tuple(part["limit"])})
