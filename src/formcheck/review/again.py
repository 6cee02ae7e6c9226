"""A clip is analysed again that was reviewed: what was said is kept, and is a draft where the results are others."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from formcheck.errors import InputError
from formcheck.files import read_limited
from formcheck.pipeline import SESSION_FILE
from formcheck.review.storage import FileReviewStore, possible_review_files, read_review_file


@dataclass(frozen=True, slots=True)
class CompletedReview:
    """A review that was completed on results that are about to be written anew."""

    path: Path
    clip_sha256: str
    results: bytes


def completed_review(results: Path) -> CompletedReview | None:
    """Return the completed review of a results folder, if there is one that can be read."""
    try:
        before = read_limited(results / SESSION_FILE)
        for path in possible_review_files(results):
            file = read_review_file(path)
            if file is not None:
                return CompletedReview(path, file.clip_sha256, before) if file.review.done else None
    except (InputError, OSError):
        # Whoever opens it is told.
        return None
    return None


def keep_as_draft(review: CompletedReview, results: Path) -> bool:
    """Make a review a draft, unless the new results are what it was completed on; return whether it is one now.

    The practice record goes on showing what was signed.

    Raises
    ------
    FormcheckError
        It cannot be written.
    """
    if (results / SESSION_FILE).read_bytes() == review.results:
        return False
    store = FileReviewStore(review.path, review.clip_sha256)
    stored = store.load()
    draft = stored.review.model_copy(update={"done": False})
    store.save(draft, expected=stored.review.revision, outcome=stored.outcome or {})
    return True
