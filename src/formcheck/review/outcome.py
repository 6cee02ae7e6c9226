"""A judged session in one line of the worklist, from the document of its ``session.json``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_UNSURE = frozenset({"BORDERLINE", "NOT_ASSESSABLE"})


def outcome(document: Mapping[str, Any]) -> dict[str, Any]:
    """Count a session's complete repetitions by how they were done.

    ``incorrect``: a rule that counts is not met; ``unsure``: none is, but one is borderline or cannot be told;
    ``correct``: the rest.
    """
    counts = {"correct": 0, "incorrect": 0, "unsure": 0}
    for rep in document["reps"]:
        if rep["complete"]:
            counts[standing(rep)] += 1
    return {
        "protocol": document["protocol"]["id"],
        "side": document["side"],
        "reps": document["rep_count"],
        **counts,
        "prescribed": _prescribed(document),
        "usable_fraction": document["quality"]["usable_fraction"],
        "quality": list(document["quality"]["reasons"]),
    }


def standing(rep: Mapping[str, Any]) -> str:
    """Return ``correct``, ``incorrect`` or ``unsure`` for a repetition of a document."""
    verdicts = {finding["verdict"] for finding in rep["findings"] if not finding["advisory"]}
    if "NOT_MET" in verdicts:
        return "incorrect"
    # Nothing was judged at all: counted by eye where nothing could be measured.
    return "unsure" if verdicts & _UNSURE or not verdicts else "correct"


def _prescribed(document: Mapping[str, Any]) -> int | None:
    for finding in document["findings"]:
        if finding["rule"] == "set_complete" and finding["limit"][0] is not None:
            return int(finding["limit"][0])
    return None
