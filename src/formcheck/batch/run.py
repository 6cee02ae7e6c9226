"""A batch from beginning to end: what is done is left alone, the rest is analysed, and all of it tabled."""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Protocol

from formcheck.batch.entries import Entry, read_entry
from formcheck.batch.page import render_summary
from formcheck.batch.places import Place
from formcheck.batch.tables import Line, State, table_files
from formcheck.batch.values import CLIPS, FAILURE, OWN, SESSION, Clip, Failure, Outcome, Settings, Task, Trouble
from formcheck.errors import InputError, OutputError

SUMMARY = "summary.html"
_HASHES = f"{OWN}/hashes.json"
# A file written to in these last seconds may be written to again without its time changing.
_FRESH_S = 3.0
_NAME_LENGTH = 60


class Runner(Protocol):
    """What does the work: processes here, or a cluster."""

    def fingerprints(self, clips: Sequence[Clip]) -> Iterator[str | Failure]:
        """SHA-256 of each clip's content, in their order."""
        ...

    def submit(self, task: Task) -> None:
        """Add a task; any thread may."""
        ...

    def finish(self) -> None:
        """Say that no more tasks come."""
        ...

    def outcomes(self) -> Iterator[Outcome | None]:
        """Outcomes as they come, None now and then, until all is done."""
        ...

    def close(self) -> None:
        """End all work, whatever is under way; more than once is as good."""
        ...


@dataclass(slots=True)
class Count:
    """How far a batch is. Sizes weigh the estimate: a clip's length is known only when it is read."""

    clips: int
    total_bytes: int
    settled: int = 0
    settled_bytes: int = 0
    analysed: int = 0
    analysed_bytes: int = 0
    done_before: int = 0
    failed: int = 0
    began_s: float = field(default_factory=time.monotonic)

    @property
    def left_s(self) -> float | None:
        """Estimate of the time left; None until there is something to go by."""
        if not self.analysed_bytes:
            return None
        pace = (time.monotonic() - self.began_s) / self.analysed_bytes
        return pace * (self.total_bytes - self.settled_bytes)


def run_batch(
    clips: Sequence[Clip],
    place: Place,
    runner: Runner,
    *,
    settings: Settings,
    retry_failed: bool = False,
    show: Callable[[Count], None] = lambda _count: None,
) -> list[Line]:
    """Analyse the clips that have no result yet, and write the tables and the summary.

    Parameters
    ----------
    clips : sequence of Clip
    place : Place
        Where results go; the caller holds its lock.
    runner : Runner
        Closed at the end.
    settings : Settings
    retry_failed : bool
        Try clips again that failed in an earlier run.
    show : callable
        Told now and then how far it is.

    Returns
    -------
    list of Line
        One a clip, in their order.

    Raises
    ------
    FormcheckError
        It cannot go on: results cannot be written, or nothing can be analysed on this machine. What is done
        stays done.
    KeyboardInterrupt
        After the tables were written with what is done so far.
    """
    with closing(runner):
        place.prepare()
        batch = _Batch(clips, place, runner, settings, retry_failed=retry_failed)
        try:
            batch.work(show)
        finally:
            runner.close()
            lines = batch.lines()
            for name, data in (*table_files(lines), (SUMMARY, render_summary(lines, settings).encode())):
                place.write(name, data)
    return lines


class _Batch:
    """The state of one run."""

    def __init__(
        self, clips: Sequence[Clip], place: Place, runner: Runner, settings: Settings, *, retry_failed: bool
    ) -> None:
        self._clips, self._place, self._runner, self._settings = clips, place, runner, settings
        self._retry_failed = retry_failed
        self._lines: dict[str, Line] = {}
        self._first: dict[str, Clip] = {}
        self._asked: dict[str, Clip] = {}
        self._hashes = _read_hashes(place)
        self._folders = {name.rpartition("-")[2]: name for name in place.folders()}
        self._before = self._read_before()
        self._stopped = threading.Event()
        self._settling = threading.Lock()
        self.count = Count(len(clips), sum(clip.size_bytes for clip in clips))

    def lines(self) -> list[Line]:
        return [self._lines.get(clip.location, Line(clip, State.PENDING)) for clip in self._clips]

    def work(self, show: Callable[[Count], None]) -> None:
        """Find out what is to be done in a thread, and take in what comes back."""
        trouble: list[BaseException] = []
        finder = threading.Thread(target=self._find_work, args=(trouble,), daemon=True)
        finder.start()
        try:
            for outcome in self._runner.outcomes():
                if outcome is not None:
                    self._take(outcome)
                show(self.count)
        finally:
            self._stopped.set()
            self._keep_hashes()
        finder.join()
        if trouble:
            raise trouble[0]

    def _keep_hashes(self) -> None:
        # a copy: the other thread may be adding to it
        self._place.write(_HASHES, json.dumps(dict(self._hashes), indent=0, sort_keys=True).encode())

    def _read_before(self) -> dict[str, Entry | Failure]:
        """What earlier runs left, by key."""
        names = [f"{CLIPS}/{folder}/{file}" for folder in self._folders.values() for file in (SESSION, FAILURE)]
        before: dict[str, Entry | Failure] = {}
        for name, data in self._place.read(names):
            folder, file = name.split("/")[1:]
            key = folder.rpartition("-")[2]
            known = read_entry(data) if file == SESSION else Failure.from_json(data or b"")
            if known is not None and key not in before:
                before[key] = known
        return before

    def _find_work(self, trouble: list[BaseException]) -> None:
        try:
            unknown = [clip for clip in self._clips if not clip.problem and self._remembered(clip) is None]
            fresh = self._runner.fingerprints(unknown)
            for clip in self._clips:
                if self._stopped.is_set():
                    break
                self._sort(clip, self._remembered(clip) or self._read(clip, fresh))
            self._keep_hashes()
        except Exception as error:  # noqa: BLE001 - the rim of a thread: raised again where the batch waits for it
            trouble.append(error)
        finally:
            self._runner.finish()

    def _remembered(self, clip: Clip) -> str | None:
        size, stamp, content = self._hashes.get(clip.shown, (0, "", ""))
        return content if clip.stamp and (size, stamp) == (clip.size_bytes, clip.stamp) else None

    def _read(self, clip: Clip, fresh: Iterator[str | Failure]) -> str | Failure:
        if clip.problem:
            return Failure(Trouble.UNREADABLE, clip.problem)
        content = next(fresh)
        if isinstance(content, str) and clip.stamp and not _just_written(clip):
            self._hashes[clip.shown] = (clip.size_bytes, clip.stamp, content)
        return content

    def _sort(self, clip: Clip, content: str | Failure) -> None:
        """Decide what is to be done about a clip: nothing, or a task."""
        if isinstance(content, Failure):
            _raise_if_it_stops(content)
            self._settle(Line(clip, State.FAILED, failure=content))
            return
        key = self._settings.key_of(content)
        first = self._first.setdefault(key, clip)
        folder = self._folders.setdefault(key, f"{_slug(clip.name)}-{key}")
        before = self._before.get(key)
        if first is not clip:
            self._settle(Line(clip, State.DUPLICATE, content, same_as=first.shown))
        elif isinstance(before, Entry):
            self.count.done_before += 1
            self._settle(Line(clip, State.DONE, content, f"{CLIPS}/{folder}", entry=before))
        elif before is not None and not self._retry_failed:
            self._settle(Line(clip, State.FAILED, content, failure=before))
        else:
            self._asked[key] = clip
            self._runner.submit(
                Task(key, clip.location, clip.shown, clip.name, clip.size_bytes, content, self._place.out, folder)
            )

    def _take(self, outcome: Outcome) -> None:
        """Take in what became of a task."""
        task, failure = outcome.task, outcome.failure
        clip = self._asked[task.key]
        folder = f"{CLIPS}/{task.folder}"
        entry = None
        if failure is None:
            entry = read_entry(next(iter(self._place.read([f"{folder}/{SESSION}"])))[1])
            failure = Failure(Trouble.BUG, "its results are not where they should be") if entry is None else None
        if failure is not None:
            self._place.tidy(task.folder)
            _raise_if_it_stops(failure)
        if failure is not None and failure.lasting:
            self._place.write(f"{folder}/{FAILURE}", failure.to_json())
        elif task.key in self._before:
            self._place.remove(f"{folder}/{FAILURE}")
        self.count.analysed += 1
        self.count.analysed_bytes += clip.size_bytes
        state = State.FAILED if failure is not None else State.DONE
        kept = folder if failure is None else ""
        self._settle(Line(clip, state, task.content_sha256, kept, failure=failure, entry=entry))

    def _settle(self, line: Line) -> None:
        with self._settling:
            self._lines[line.clip.location] = line
            self.count.settled += 1
            self.count.settled_bytes += line.clip.size_bytes
            self.count.failed += line.state is State.FAILED


def _raise_if_it_stops(failure: Failure) -> None:
    if failure.stops_batch:
        raise (OutputError if failure.trouble is Trouble.OUTPUT else InputError)(failure.reason)


def _read_hashes(place: Place) -> dict[str, tuple[int, str, str]]:
    """Contents that earlier runs found, by path, with the size and stamp that they had."""
    data = next(iter(place.read([_HASHES])))[1]
    try:
        return {
            str(path): (int(size), str(stamp), str(sha)) for path, (size, stamp, sha) in json.loads(data or b"").items()
        }
    except (ValueError, TypeError, AttributeError):
        # It only saves time: without it clips are read again.
        return {}


def _just_written(clip: Clip) -> bool:
    return clip.stamp.isdigit() and time.time() - int(clip.stamp) / 1e9 < _FRESH_S


def _slug(name: str) -> str:
    """Return what of a file's name may stand in a folder's, on any system."""
    return re.sub(r"[^\w.-]+", "_", PurePosixPath(name).stem)[:_NAME_LENGTH].strip("._-") or "clip"
