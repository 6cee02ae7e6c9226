"""Run a batch: clips that have a result are skipped, the others analysed, and the tables and the page written."""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from formcheck.batch.page import render_summary
from formcheck.batch.reviews import BatchReviews
from formcheck.batch.storage import ResultStorage
from formcheck.batch.tables import ALL_TABLES, ClipResult, ClipState, SessionRows, read_rows, table_files, table_names
from formcheck.batch.tasks import (
    CLIPS_FOLDER,
    FAILURE_FILE,
    PRIVATE_FOLDER,
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
from formcheck.parsing import parse_json_object
from formcheck.text.catalogue import Texts

SUMMARY_FILE = "summary.html"
_HASHES = f"{PRIVATE_FOLDER}/hashes.json"
# The modification time of a file written this recently may stay the same when it is written again.
_FRESH_S = 3.0
_MAX_NAME_LENGTH = 60


@dataclass(slots=True)
class BatchProgress:
    """How far a batch is. The estimate goes by file sizes: a clip's length is known only when it is read.

    ``finished`` counts clips whose state is known, ``analysed`` those of them that were analysed in this run.
    """

    clips: int
    total_bytes: int
    finished: int = 0
    finished_bytes: int = 0
    analysed: int = 0
    analysed_bytes: int = 0
    done_before: int = 0
    failed: int = 0
    started_s: float = field(default_factory=time.monotonic)

    @property
    def remaining_s(self) -> float | None:
        """Estimate of the time left; None until a clip was analysed."""
        if not self.analysed_bytes:
            return None
        s_per_byte = (time.monotonic() - self.started_s) / self.analysed_bytes
        return s_per_byte * (self.total_bytes - self.finished_bytes)


def run_batch(
    clips: Sequence[BatchClip],
    storage: ResultStorage,
    runner: BatchRunner,
    *,
    settings: BatchSettings,
    retry_failed: bool = False,
    show: Callable[[BatchProgress], None] = lambda _progress: None,
) -> list[ClipResult]:
    """Analyse the clips that have no result yet, and write the tables and the summary.

    Parameters
    ----------
    clips : sequence of BatchClip
    storage : ResultStorage
        Where results go; the caller holds its lock.
    runner : BatchRunner
        Closed at the end.
    settings : BatchSettings
    retry_failed : bool
        Analyse clips again that failed in an earlier run.
    show : callable
        Called with the progress several times a second.

    Returns
    -------
    list of ClipResult
        One a clip, in their order.

    Raises
    ------
    FormcheckError
        It cannot go on: results cannot be written, or nothing can be analysed on this machine. Finished clips
        keep their results.
    KeyboardInterrupt
        After the tables were written with what is done so far.
    """
    with closing(runner):
        storage.prepare()
        batch = _Batch(clips, storage, runner, settings, retry_failed=retry_failed)
        try:
            batch.run(show)
        finally:
            runner.close()
            results = batch.results()
            for name, data in _report_files(results, settings):
                storage.write(name, data)
            # Tables of an earlier run that are not written anew would be of other results.
            for name in ALL_TABLES.difference(table_names()):
                storage.remove(name)
    return results


def _report_files(results: Sequence[ClipResult], settings: BatchSettings) -> Iterator[tuple[str, bytes]]:
    yield from table_files(results, Texts(settings.language))
    yield SUMMARY_FILE, render_summary(results, settings).encode()


class _Batch:
    """The state of one run."""

    def __init__(
        self,
        clips: Sequence[BatchClip],
        storage: ResultStorage,
        runner: BatchRunner,
        settings: BatchSettings,
        *,
        retry_failed: bool,
    ) -> None:
        self._clips, self._storage, self._runner, self._settings = clips, storage, runner, settings
        self._retry_failed = retry_failed
        self._results: dict[str, ClipResult] = {}
        self._first_of_key: dict[str, BatchClip] = {}
        self._submitted: dict[str, BatchClip] = {}
        self._hashes = _read_hashes(storage)
        self._folders = {name.rpartition("-")[2]: name for name in storage.folders()}
        self._earlier = self._read_earlier()
        self._reviews = BatchReviews(storage)
        self._stopped = threading.Event()
        self._lock = threading.Lock()
        self._progress = BatchProgress(len(clips), sum(clip.size_bytes for clip in clips))

    def results(self) -> list[ClipResult]:
        return [self._results.get(clip.location, ClipResult(clip, ClipState.PENDING)) for clip in self._clips]

    def run(self, show: Callable[[BatchProgress], None]) -> None:
        """Submit tasks from a thread, and handle their outcomes in this one."""
        errors: list[BaseException] = []
        submitter = threading.Thread(target=self._submit_tasks, args=(errors,), daemon=True)
        submitter.start()
        try:
            for outcome in self._runner.outcomes():
                if outcome is not None:
                    self._handle(outcome)
                show(self._progress)
        finally:
            self._stopped.set()
            self._save_hashes()
        submitter.join()
        if errors:
            raise errors[0]

    def _save_hashes(self) -> None:
        # A copy: the other thread may be adding to it.
        self._storage.write(_HASHES, json.dumps(dict(self._hashes), indent=0, sort_keys=True).encode())

    def _read_earlier(self) -> dict[str, SessionRows | ClipFailure]:
        """Results and failures of earlier runs, by key."""
        files = (SESSION_FILE, FAILURE_FILE)
        names = [f"{CLIPS_FOLDER}/{folder}/{file}" for folder in self._folders.values() for file in files]
        earlier: dict[str, SessionRows | ClipFailure] = {}
        for name, data in self._storage.read(names):
            folder, file = name.split("/")[1:]
            key = folder.rpartition("-")[2]
            known = read_rows(data) if file == SESSION_FILE else ClipFailure.from_json(data or b"")
            if known is not None and key not in earlier:
                earlier[key] = known
        return earlier

    def _submit_tasks(self, errors: list[BaseException]) -> None:
        try:
            unknown = [clip for clip in self._clips if not clip.problem and self._known_hash(clip) is None]
            hashes = self._runner.fingerprints(unknown)
            for clip in self._clips:
                if self._stopped.is_set():
                    break
                self._submit_or_skip(clip, self._known_hash(clip) or self._next_hash(clip, hashes))
            self._save_hashes()
        except Exception as error:  # noqa: BLE001 - the rim of a thread: raised again in `run`
            errors.append(error)
        finally:
            self._runner.finish()

    def _known_hash(self, clip: BatchClip) -> str | None:
        size, stamp, content = self._hashes.get(clip.display_path, (0, "", ""))
        return content if clip.stamp and (size, stamp) == (clip.size_bytes, clip.stamp) else None

    def _next_hash(self, clip: BatchClip, hashes: Iterator[str | ClipFailure]) -> str | ClipFailure:
        if clip.problem:
            return ClipFailure(FailureKind.UNREADABLE, clip.problem)
        content = next(hashes)
        if isinstance(content, str) and clip.stamp and not _just_written(clip):
            self._hashes[clip.display_path] = (clip.size_bytes, clip.stamp, content)
        return content

    def _submit_or_skip(self, clip: BatchClip, content: str | ClipFailure) -> None:
        """Submit a task for a clip, unless its result is known already."""
        if isinstance(content, ClipFailure):
            _raise_if_fatal(content)
            self._finish(ClipResult(clip, ClipState.FAILED, failure=content))
            return
        key = self._settings.key_of(content)
        first = self._first_of_key.setdefault(key, clip)
        folder = self._folders.setdefault(key, f"{_folder_name(clip.name)}-{key}")
        earlier = self._earlier.get(key)
        if first is not clip:
            self._finish(ClipResult(clip, ClipState.DUPLICATE, content, same_as=first.display_path))
        elif isinstance(earlier, SessionRows):
            self._progress.done_before += 1
            self._finish(ClipResult(clip, ClipState.DONE, content, f"{CLIPS_FOLDER}/{folder}", rows=earlier))
        elif earlier is not None and not self._retry_failed:
            self._finish(ClipResult(clip, ClipState.FAILED, content, failure=earlier))
        else:
            self._submitted[key] = clip
            out = self._storage.out
            self._runner.submit(
                ClipTask(key, clip.location, clip.display_path, clip.name, clip.size_bytes, content, out, folder)
            )

    def _handle(self, outcome: TaskOutcome) -> None:
        """Read the result of a task, or store its failure."""
        task, failure = outcome.task, outcome.failure
        clip = self._submitted[task.key]
        folder = f"{CLIPS_FOLDER}/{task.folder}"
        rows = None
        if failure is None:
            rows = read_rows(next(iter(self._storage.read([f"{folder}/{SESSION_FILE}"])))[1])
            failure = ClipFailure(FailureKind.BUG, "its results are missing") if rows is None else None
        if failure is not None:
            self._storage.remove_partial(task.folder)
            _raise_if_fatal(failure)
        if failure is not None and failure.permanent:
            self._storage.write(f"{folder}/{FAILURE_FILE}", failure.to_json())
        elif task.key in self._earlier:
            self._storage.remove(f"{folder}/{FAILURE_FILE}")
        self._progress.analysed += 1
        self._progress.analysed_bytes += clip.size_bytes
        state = ClipState.FAILED if failure is not None else ClipState.DONE
        folder = folder if failure is None else ""
        review = self._reviews.keep(clip, task.content_sha256, folder) if folder else None
        self._finish(ClipResult(clip, state, task.content_sha256, folder, failure=failure, rows=rows, review=review))

    def _finish(self, result: ClipResult) -> None:
        with self._lock:
            self._results[result.clip.location] = result
            self._progress.finished += 1
            self._progress.finished_bytes += result.clip.size_bytes
            self._progress.failed += result.state is ClipState.FAILED


def _raise_if_fatal(failure: ClipFailure) -> None:
    if failure.stops_batch:
        raise (OutputError if failure.kind is FailureKind.OUTPUT else InputError)(failure.reason)


def _read_hashes(storage: ResultStorage) -> dict[str, tuple[int, str, str]]:
    """Content hashes that earlier runs computed, by path, with the clip's size and stamp at that time."""
    data = next(iter(storage.read([_HASHES])))[1]
    try:
        known = parse_json_object(data or b"")
        return {str(path): (int(size), str(stamp), str(sha)) for path, (size, stamp, sha) in known.items()}
    except (ValueError, TypeError, AttributeError):
        # It is only a cache: without it clips are read again.
        return {}


def _just_written(clip: BatchClip) -> bool:
    return clip.stamp.isdigit() and time.time() - int(clip.stamp) / 1e9 < _FRESH_S


def _folder_name(name: str) -> str:
    """Return a clip's file name without suffix and without characters that a folder's may not have on any system."""
    return re.sub(r"[^\w.-]+", "_", PurePosixPath(name).stem)[:_MAX_NAME_LENGTH].strip("._-") or "clip"
