"""A clip is analysed again that was reviewed: what was said is kept, and is a draft where the results are others.

Whoever analyses a clip that may have been reviewed asks before and after it (`formcheck analyze`, `formcheck batch`,
`formcheck.analyze`).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from formcheck.errors import InputError
from formcheck.files import read_limited
from formcheck.parsing import parse_json_object
from formcheck.pipeline import SESSION_FILE
from formcheck.review.model import ResultChange
from formcheck.review.results_folders import possible_review_files
from formcheck.review.storage import FileReviewStore, read_review_file


class AfterAnalysis(StrEnum):
    """What a completed review is once its clip was analysed again; its sentence is ``terminal.review_<value>``."""

    HOLDS = "holds"
    DRAFT = "draft"


@dataclass(frozen=True, slots=True)
class CompletedReview:
    """A review that was completed on results of which there are about to be new ones."""

    path: Path
    clip_sha256: str
    saved_at: str
    results: bytes


def completed_review(results: Path) -> CompletedReview | None:
    """Return the completed review of a results folder, if there is one that can be read."""
    try:
        for path in possible_review_files(results):
            file = read_review_file(path)
            if file is not None:
                before = read_limited(results / SESSION_FILE)
                return CompletedReview(path, file.clip_sha256, file.saved_at, before) if file.review.done else None
    except (InputError, OSError):
        # Whoever opens it is told.
        return None
    return None


def keep_review(review: CompletedReview, results: Path) -> AfterAnalysis:
    """Make a review that of the new results: a draft, unless they are what it was completed on.

    The practice record goes on showing what was signed. Where the new results are in another folder than those that
    were reviewed, the review is copied to them, unless they have one of their own.

    Parameters
    ----------
    review : CompletedReview
        As it was before the analysis.
    results : Path
        The folder of the new results.

    Raises
    ------
    FormcheckError
        It cannot be written.
    """
    same = (results / SESSION_FILE).read_bytes() == review.results
    after = AfterAnalysis.HOLDS if same else AfterAnalysis.DRAFT
    places = possible_review_files(results)
    in_place = review.path in places
    if (in_place and same) or (not in_place and any(place.exists() for place in places)):
        return after
    stored = FileReviewStore(review.path, review.clip_sha256).load()
    # The clip of other results is elsewhere: their review is in them.
    store = FileReviewStore(review.path if in_place else places[1], review.clip_sha256)
    why = () if same else _changes(review.results, (results / SESSION_FILE).read_bytes())
    kept = stored.review.model_copy(update={"done": same, "draft_because": why})
    store.save(kept, expected=store.load().review.revision, outcome=stored.outcome or {})
    return after


def _changes(before: bytes, after: bytes) -> tuple[ResultChange, ...]:
    """Return in what two ``session.json`` differ."""
    one, other = (parse_json_object(data) for data in (before, after))
    parts = {
        ResultChange.SOFTWARE: "software",
        ResultChange.PROTOCOL: "protocol",
        ResultChange.SIDE: "side",
        ResultChange.CALIBRATION: "kept_calibration",
    }
    found = tuple(change for change, part in parts.items() if one.get(part) != other.get(part))
    return found or (ResultChange.RESULTS,)
