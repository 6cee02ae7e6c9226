"""Run a batch: clips that have a result are skipped, the others analysed, and the tables and the page written.

Nothing here grows with the number of clips but a hundred bytes for each: the clips wait in a file, results go to the
journal as they come, and tables and page are written from it clip by clip.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, suppress
from pathlib import PurePosixPath

from formcheck.batch.clip_list import ClipList, Known
from formcheck.batch.index import KeyIndex, key_number
from formcheck.batch.journal import BatchJournal
from formcheck.batch.known_hashes import KnownHashes
from formcheck.batch.progress import BatchProgress
from formcheck.batch.report import BatchReport, write_report
from formcheck.batch.results import BatchResults
from formcheck.batch.reviews import BatchReviews
from formcheck.batch.rows import SessionRows, read_rows
from formcheck.batch.storage import ResultStorage
from formcheck.batch.tables import ClipResult, ClipState
from formcheck.batch.tasks import (
    CLIPS_FOLDER,
    FAILURE_FILE,
    KEY_DIGITS,
    SESSION_FILE,
    BatchClip,
    BatchRunner,
    BatchSettings,
    ClipFailure,
    ClipTask,
    FailureKind,
    TaskOutcome,
)
from formcheck.errors import InputError, OutputError
from formcheck.text.catalogue import Texts

_MAX_NAME_LENGTH = 60
# Tasks that wait or are worked on: enough for a few hundred workers.
_MAX_TASKS = 1000
# Clips that are read, or looked up in a store, together.
_CHUNK = 256
_POLL_S = 0.2
# So long it is waited for a thread that reads from a disk or a network.
_END_S = 10.0
_RESULT_FILES = (SESSION_FILE, FAILURE_FILE)


def run_batch(
    clips: Iterable[BatchClip],
    storage: ResultStorage,
    runner: BatchRunner,
    *,
    settings: BatchSettings,
    retry_failed: bool = False,
    csv: bool = True,
    show: Callable[[BatchProgress], None] = lambda _progress: None,
) -> BatchReport:
    """Analyse the clips that have no result yet, and write the tables and the summary.

    Parameters
    ----------
    clips : iterable of BatchClip
        In the order of the tables; taken while the first ones are analysed.
    storage : ResultStorage
        Where results go; the caller holds its lock.
    runner : BatchRunner
        Closed at the end.
    settings : BatchSettings
    retry_failed : bool
        Analyse clips again that failed in an earlier run.
    csv : bool
        Write the tables as CSV.
    show : callable
        Called with the progress several times a second.

    Returns
    -------
    BatchReport
        How it went.

    Raises
    ------
    FormcheckError
        It cannot go on: results cannot be written, or nothing can be analysed on this machine. Finished clips
        keep their results.
    KeyboardInterrupt
        After the tables were written with what is done so far.
    """
    with closing(runner), closing(ClipList()) as listed:
        storage.prepare()
        batch = _Batch(listed, storage, runner, settings, retry_failed=retry_failed)
        try:
            batch.run(clips, show)
        finally:
            runner.close()
            with closing(batch.journal):
                results = BatchResults(listed, batch.journal)
                report = write_report(
                    results,
                    storage,
                    settings,
                    csv=csv,
                    changed=batch.progress.analysed > 0,
                    partial=not batch.all_listed,
                    reviews=batch.reviews.kept,
                )
    return report


class _Batch:
    """The state of one run."""

    def __init__(
        self,
        listed: ClipList,
        storage: ResultStorage,
        runner: BatchRunner,
        settings: BatchSettings,
        *,
        retry_failed: bool,
    ) -> None:
        self._listed, self._storage, self._runner, self._settings = listed, storage, runner, settings
        self._retry_failed = retry_failed
        self._hashes = KnownHashes(storage)
        names = storage.names(CLIPS_FOLDER)
        self.journal = BatchJournal(storage, Texts(settings.language), _keys_of(names))
        # Folders of results that are not in the journal, of failures, and of clips in progress when a batch was killed.
        self._folders = {key: name for name in names if self.journal.kind(key := name[-KEY_DIGITS:]) is not True}
        for folder in self._folders.values():
            storage.remove_partial(folder)
        self.reviews = BatchReviews(storage)
        self.all_listed = False
        self._first_of_key = KeyIndex()
        self._submitted: dict[str, int] = {}
        self._room = threading.Semaphore(_MAX_TASKS)
        self._stopped = threading.Event()
        self.progress = BatchProgress()

    def run(self, clips: Iterable[BatchClip], show: Callable[[BatchProgress], None]) -> None:
        """List clips in one thread, submit tasks from another, and handle their outcomes in this one."""
        errors: list[BaseException] = []
        threads = [
            threading.Thread(target=_guarded, args=(work, errors), daemon=True)
            for work in (lambda: self._list(clips), self._submit_tasks)
        ]
        for thread in threads:
            thread.start()
        try:
            for outcome in self._runner.outcomes():
                if outcome is not None:
                    self._handle(outcome)
                show(self._updated_progress())
                if errors:
                    break
        finally:
            self._stopped.set()
            # Ends what the threads wait for.
            self._runner.close()
            for thread in threads:
                thread.join(_END_S)
            self._hashes.flush()
        if errors:
            raise errors[0]

    def _updated_progress(self) -> BatchProgress:
        self.progress.clips, self.progress.total_bytes = len(self._listed), self._listed.total_bytes
        self.progress.listed = self._listed.complete
        return self.progress

    def _list(self, clips: Iterable[BatchClip]) -> None:
        try:
            for clip in clips:
                if self._stopped.is_set():
                    return
                self._listed.append(clip)
            self.all_listed = True
        finally:
            self._listed.finish()

    def _submit_tasks(self) -> None:
        try:
            for chunk in self._listed.chunks(_CHUNK):
                known = {place: self._hashes.get(clip) for place, clip in chunk if not clip.problem}
                if self._folders:
                    self._take_existing([(clip, content) for place, clip in chunk if (content := known.get(place))])
                unknown = [clip for place, clip in chunk if place in known and known[place] is None]
                hashes = iter(self._runner.fingerprints(unknown))
                for place, clip in chunk:
                    if self._stopped.is_set():
                        return
                    self._submit_or_skip(place, clip, known.get(place) or self._next_hash(clip, hashes))
            self._hashes.flush()
        finally:
            self._runner.finish()

    def _next_hash(self, clip: BatchClip, hashes: Iterator[str | ClipFailure]) -> str | ClipFailure:
        if clip.problem:
            return ClipFailure(FailureKind.UNREADABLE, clip.problem)
        content = next(hashes)
        if isinstance(content, str):
            self._hashes.add(clip, content)
            self._take_existing([(clip, content)])
        return content

    def _take_existing(self, clips: Iterable[tuple[BatchClip, str]]) -> None:
        """Take into the journal what is not in it: results from just before a batch was killed, say."""
        keys = {self._settings.key_of(content): (clip, content) for clip, content in clips}
        missing = [key for key in keys if key in self._folders and self.journal.kind(key) is None]
        names = {f"{CLIPS_FOLDER}/{self._folders[key]}/{file}": key for key in missing for file in _RESULT_FILES}
        for name, data in self._storage.read(list(names)):
            key = names[name]
            is_session = name.endswith(SESSION_FILE)
            rows = read_rows(data) if is_session else None
            failure = ClipFailure.from_json(data or b"") if not is_session else None
            if (rows or failure) and self.journal.kind(key) is None:
                self._journal(key, *keys[key], self._folders[key], rows or failure)

    def _journal(
        self, key: str, clip: BatchClip, content: str, folder: str, ended: SessionRows | ClipFailure | None
    ) -> None:
        failure = ended if isinstance(ended, ClipFailure) else None
        result = ClipResult(
            clip,
            ClipState.FAILED if failure else ClipState.DONE,
            content,
            "" if failure else f"{CLIPS_FOLDER}/{folder}",
            self._settings.fingerprint,
            failure=failure,
            rows=None if isinstance(ended, ClipFailure) else ended,
        )
        self.journal.add(key, result)

    def _submit_or_skip(self, place: int, clip: BatchClip, content: str | ClipFailure) -> None:
        """Submit a task for a clip, unless its result is known already."""
        if isinstance(content, ClipFailure):
            _raise_if_fatal(content)
            self._listed.note_failure(place, content)
            self.progress.count(clip, failed=True)
            return
        key = self._settings.key_of(content)
        number, kind = key_number(key), self.journal.kind(key)
        first = self._first_of_key.get(number)
        if first is not None:
            self._listed.note(place, Known.DUPLICATE, first)
            self.progress.count(clip)
            return
        self._first_of_key[number] = place
        if kind is not None and (kind or not self._retry_failed):
            self._listed.note(place, Known.IN_JOURNAL, number)
            self.progress.count(clip, failed=not kind, before=kind)
        else:
            self._submit(key, place, clip, content)

    def _submit(self, key: str, place: int, clip: BatchClip, content: str) -> None:
        while not self._room.acquire(timeout=_POLL_S):
            if self._stopped.is_set():
                return
        self._submitted[key] = place
        folder = self._folders.get(key) or f"{_folder_name(clip.name)}-{key}"
        out = self._storage.out
        self._runner.submit(
            ClipTask(key, clip.location, clip.display_path, clip.name, clip.size_bytes, content, out, folder)
        )

    def _handle(self, outcome: TaskOutcome) -> None:
        """Take in the result of a task, or store its failure."""
        task, failure = outcome.task, outcome.failure
        self._room.release()
        place = self._submitted.pop(task.key)
        clip = self._listed.clip(place)
        failure_file = f"{CLIPS_FOLDER}/{task.folder}/{FAILURE_FILE}"
        if failure is not None:
            self._storage.remove_partial(task.folder)
            _raise_if_fatal(failure)
        if failure is not None and not failure.permanent:
            self._listed.note_failure(place, failure)
        else:
            if failure is not None:
                self._storage.write(failure_file, failure.to_json())
            elif task.key in self._folders:
                self._storage.remove(failure_file)
            if failure is None:
                self.reviews.keep(clip, task.content_sha256, f"{CLIPS_FOLDER}/{task.folder}")
            self._journal(task.key, clip, task.content_sha256, task.folder, failure or outcome.rows)
            self._listed.note(place, Known.IN_JOURNAL, key_number(task.key))
        self.progress.count(clip, failed=failure is not None, analysed=True)


def _guarded(work: Callable[[], None], errors: list[BaseException]) -> None:
    """Do a thread's work; `_Batch.run` raises its error."""
    try:
        work()
    except Exception as error:  # noqa: BLE001 - the rim of a thread
        errors.append(error)


def _keys_of(names: Iterable[str]) -> KeyIndex:
    """Return the keys that names of folders end in."""
    present = KeyIndex()
    for name in names:
        with suppress(ValueError):
            present[key_number(name[-KEY_DIGITS:])] = 1
    return present


def _raise_if_fatal(failure: ClipFailure) -> None:
    if failure.stops_batch:
        raise (OutputError if failure.kind is FailureKind.OUTPUT else InputError)(failure.reason)


def _folder_name(name: str) -> str:
    """Return a clip's file name without suffix and without characters that a folder's may not have on any system."""
    return re.sub(r"[^\w.-]+", "_", PurePosixPath(name).stem)[:_MAX_NAME_LENGTH].strip("._-") or "clip"
