"""Clips of a batch that were reviewed: what was said of them goes with their new results (`review.again`)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from formcheck.batch.locations import is_url, local_path
from formcheck.batch.storage import ResultStorage
from formcheck.batch.tasks import CLIPS_FOLDER, BatchClip
from formcheck.parsing import parse_moment
from formcheck.review.again import AfterAnalysis, CompletedReview, completed_review, keep_review
from formcheck.review.results_folders import may_be_reviewed, possible_results_folders


@dataclass(frozen=True, slots=True)
class KeptReview:
    """A completed review that goes with new results: of which clip, in which folder, and what it is then."""

    name: str
    folder: str
    after: AfterAnalysis


class BatchReviews:
    """The completed reviews of a batch's clips, on earlier results of the batch or on those beside a clip.

    Results at a URL cannot be reviewed where they are, so there are none.

    Parameters
    ----------
    storage : ResultStorage
    """

    def __init__(self, storage: ResultStorage) -> None:
        self._storage = storage
        self._out = None if is_url(storage.out) else local_path(storage.out)
        self.kept: list[KeptReview] = []

    @cached_property
    def _earlier(self) -> dict[str, list[CompletedReview]]:
        """Reviews in the batch's folder by the clip's content; looked for when the first clip was analysed."""
        found: defaultdict[str, list[CompletedReview]] = defaultdict(list)
        folder = local_path(self._storage.out) / CLIPS_FOLDER
        for name in self._storage.names(CLIPS_FOLDER):
            if not may_be_reviewed(folder / name):
                continue
            review = completed_review(folder / name)
            if review is not None:
                found[review.clip_sha256].append(review)
        return found

    def keep(self, clip: BatchClip, content_sha256: str, folder: str) -> None:
        """Let the newest completed review of a clip go with its new results, and add it to ``kept``.

        Parameters
        ----------
        clip : BatchClip
        content_sha256 : str
            Of the clip.
        folder : str
            Of the new results, relative to that of the batch.

        Raises
        ------
        FormcheckError
            It cannot be written.
        """
        if self._out is None:
            return
        beside = (one for one in _beside(clip) if one.clip_sha256 == content_sha256)
        found = [*self._earlier.get(content_sha256, ()), *beside]
        if found:
            newest = max(found, key=lambda one: parse_moment(one.saved_at))
            self.kept.append(KeptReview(clip.name, folder, keep_review(newest, self._out / folder)))


def _beside(clip: BatchClip) -> Iterator[CompletedReview]:
    if is_url(clip.location):
        return
    for folder in possible_results_folders(Path(clip.location)):
        found = completed_review(folder)
        if found is not None:
            yield found
