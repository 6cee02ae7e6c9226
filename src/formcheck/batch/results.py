"""What became of the clips of a batch, read one at a time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from formcheck.batch.clip_list import ClipList, Known
from formcheck.batch.journal import BatchJournal
from formcheck.batch.tables import ClipResult, ClipState

_STATES = {
    Known.NOTHING: ClipState.PENDING,
    Known.DUPLICATE: ClipState.DUPLICATE,
    Known.NOT_NOW: ClipState.FAILED,
}


class BatchResults:
    """The results of the clips of one call, in their order."""

    def __init__(self, listed: ClipList, journal: BatchJournal) -> None:
        self._listed, self._journal = listed, journal

    def __len__(self) -> int:
        return len(self._listed)

    def __getitem__(self, place: int) -> ClipResult:
        return self._result(place, reps=False)

    def __iter__(self) -> Iterator[ClipResult]:
        return (self._result(place, reps=False) for place in range(len(self)))

    def with_reps(self) -> Iterator[ClipResult]:
        """Yield the results with the rows of their repetitions."""
        return (self._result(place, reps=True) for place in range(len(self)))

    def _result(self, place: int, *, reps: bool) -> ClipResult:
        clip = self._listed.clip(place)
        known, number = self._listed.known(place)
        if known is Known.IN_JOURNAL:
            return replace(self._journal.read(number, reps=reps), clip=clip)
        if known is Known.DUPLICATE:
            first = self[number]
            content = first.content_sha256
            return ClipResult(clip, ClipState.DUPLICATE, content, same_as=first.clip.display_path)
        if known is Known.NOT_NOW:
            return ClipResult(clip, ClipState.FAILED, failure=self._listed.failure(number))
        return ClipResult(clip, ClipState.PENDING)

    def state(self, place: int) -> ClipState:
        """Return a clip's state without reading its result."""
        known, number = self._listed.known(place)
        if known is Known.IN_JOURNAL:
            return ClipState.DONE if self._journal.kind(f"{number:016x}") else ClipState.FAILED
        return _STATES[known]

    def fingerprint(self) -> str:
        """Return what changes when a result does, but for one that is analysed again."""
        return self._listed.fingerprint()
