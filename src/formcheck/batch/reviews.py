"""Clips of a batch that were reviewed: what was said of them goes with their new results (`review.again`)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from formcheck.batch.locations import is_url, local_path
from formcheck.batch.storage import ResultStorage
from formcheck.batch.tasks import CLIPS_FOLDER, BatchClip
from formcheck.parsing import parse_moment
from formcheck.review.again import AfterAnalysis, CompletedReview, completed_review, keep_review
from formcheck.review.analysis import possible_results_folders


class BatchReviews:
    """The completed reviews of a batch's clips, on earlier results of the batch or on those beside a clip.

    Results at a URL cannot be reviewed where they are, so there are none.

    Parameters
    ----------
    storage : ResultStorage
    """

    def __init__(self, storage: ResultStorage) -> None:
        self._out = None if is_url(storage.out) else local_path(storage.out)
        folders = [] if self._out is None else [self._out / CLIPS_FOLDER / name for name in storage.folders()]
        self._earlier = [found for folder in folders if (found := completed_review(folder)) is not None]

    def keep(self, clip: BatchClip, content_sha256: str, folder: str) -> AfterAnalysis | None:
        """Let the newest completed review of a clip go with its new results; return what it is then.

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
        found = [one for one in (*self._earlier, *_beside(clip)) if one.clip_sha256 == content_sha256]
        if self._out is None or not found:
            return None
        return keep_review(max(found, key=lambda one: parse_moment(one.saved_at)), self._out / folder)


def _beside(clip: BatchClip) -> Iterator[CompletedReview]:
    if is_url(clip.location):
        return
    for folder in possible_results_folders(Path(clip.location)):
        found = completed_review(folder)
        if found is not None:
            yield found
