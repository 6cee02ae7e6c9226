"""Analyses asked for from the page: a queue, and a process for each, so that a crash costs that clip alone."""

from __future__ import annotations

import multiprocessing
import shutil
import threading
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from formcheck.files import PART_FOLDERS
from formcheck.review.items import item_id
from formcheck.review.worker import analyse_in_process

if TYPE_CHECKING:
    from multiprocessing.connection import Connection
    from multiprocessing.context import SpawnProcess

# How long a process may take to clean up after it was asked to end.
_GRACE_S = 3.0
_POLL_S = 0.1
_OPEN = frozenset({"queued", "running"})
# Ended jobs the page may still ask about.
_REMEMBERED = 50


@dataclass(slots=True)
class Job:
    """One analysis. ``state``: queued, running, done, failed or cancelled.

    ``uploaded``: the clip came with the job; cancelled, it goes with it.
    """

    key: str
    item: str
    name: str
    clip: Path
    out: Path
    protocol: str
    side: str | None
    uploaded: bool = False
    state: str = "queued"
    stage: str = ""
    share: float = 0.0
    error: str | None = None
    cancelled: threading.Event = field(default_factory=threading.Event)

    def plain(self) -> dict[str, Any]:
        """Return the job as JSON has it."""
        return {
            "job": self.key,
            "kind": "analysis",
            "id": self.item,
            "name": self.name,
            "state": self.state,
            "stage": self.stage,
            "share": round(self.share, 3),
            "error": self.error,
        }


class Jobs:
    """Analyses one after another; each begins a fresh process (spawn), which is ended to cancel it.

    Parameters
    ----------
    work : callable, optional
        What the process runs; see `worker.analyse_in_process`.
    """

    def __init__(self, work: Callable[..., None] = analyse_in_process) -> None:
        self._work = work
        self._context = multiprocessing.get_context("spawn")
        self._jobs: dict[str, Job] = {}
        self._queue: deque[Job] = deque()
        self._wake = threading.Condition()
        self._closed = False
        self._count = 0
        self._thread = threading.Thread(target=self._run, name="formcheck-jobs", daemon=True)
        self._thread.start()

    def add(
        self, *, item: str, name: str, clip: Path, out: Path, protocol: str, side: str | None, uploaded: bool = False
    ) -> Job:
        """Queue an analysis; the open one of the same item is returned instead of a second."""
        with self._wake:
            for job in self._jobs.values():
                if job.item == item and job.state in _OPEN:
                    return job
            self._count += 1
            key = item_id("job", f"{item} {self._count}")
            job = Job(key, item, name, clip, out, protocol, side, uploaded)
            self._jobs[key] = job
            self._queue.append(job)
            self._forget_old()
            self._wake.notify_all()
            return job

    def _forget_old(self) -> None:
        ended = [key for key, job in self._jobs.items() if job.state not in _OPEN]
        for key in ended[: max(0, len(ended) - _REMEMBERED)]:
            del self._jobs[key]

    def all(self) -> list[dict[str, Any]]:
        """Return all jobs, oldest first."""
        with self._wake:
            return [job.plain() for job in self._jobs.values()]

    def by_item(self) -> dict[str, str]:
        """Return the state that open jobs give their items."""
        words = {"queued": "queued", "running": "analysing"}
        with self._wake:
            return {job.item: words[job.state] for job in self._jobs.values() if job.state in _OPEN}

    def failure_of(self, item: str) -> str | None:
        """Return why the last analysis of an item failed; None when it did not."""
        with self._wake:
            last = [job for job in self._jobs.values() if job.item == item]
            return last[-1].error if last and last[-1].state == "failed" else None

    def cancel(self, key: str) -> bool:
        """Take a job out of the queue, or end its process; False when there is no such open job."""
        with self._wake:
            job = self._jobs.get(key)
            if job is None or job.state not in _OPEN:
                return False
            if job.state == "queued":
                self._queue.remove(job)
                job.state = "cancelled"
                _forget_upload(job)
            job.cancelled.set()
            return True

    def close(self) -> None:
        """End what runs and take no more."""
        with self._wake:
            self._closed = True
            self._queue.clear()
            for job in self._jobs.values():
                job.cancelled.set()
            self._wake.notify_all()
        self._thread.join()

    def _run(self) -> None:
        while True:
            with self._wake:
                while not self._queue and not self._closed:
                    self._wake.wait()
                if self._closed:
                    return
                job = self._queue.popleft()
                job.state = "running"
            try:
                state, error = self._one(job)
            except Exception as problem:  # noqa: BLE001 - the thread's rim: the next clip must have its turn
                state, error = "failed", f"{job.name}: it could not be analysed ({type(problem).__name__}: {problem})"
            with self._wake:
                job.state, job.error = state, error
                job.share = 1.0 if state == "done" else job.share

    def _one(self, job: Job) -> tuple[str, str | None]:
        existed = job.out.exists()
        before = set(job.out.iterdir()) if existed else set()
        receiver, sender = self._context.Pipe(duplex=False)
        process = self._context.Process(
            target=self._work, args=(sender, job.clip, job.out, job.protocol, job.side), daemon=True
        )
        process.start()
        sender.close()
        try:
            answer = self._follow(job, process, receiver)
        finally:
            exit_code = _end(process, at_once=job.cancelled.is_set())
            receiver.close()
        if answer == "done":
            return "done", None
        _clear(job.out, before, existed=existed)
        if job.cancelled.is_set():
            # The server's end is no wish to lose the clip.
            if not self._closed:
                _forget_upload(job)
            return "cancelled", None
        if answer is not None:
            return "failed", answer
        return "failed", (
            f"{job.name}: the analysis ended without an answer (exit code {exit_code}); "
            "try again, or run formcheck analyze on it to see more"
        )

    def _follow(self, job: Job, process: SpawnProcess, receiver: Connection) -> str | None:
        """Take the process's reports; return "done", why it failed, or None when it said neither."""
        while not job.cancelled.is_set():
            try:
                if not receiver.poll(_POLL_S):
                    if not process.is_alive() and not receiver.poll():
                        return None
                    continue
                kind, *values = receiver.recv()
            except (EOFError, OSError):
                return None
            if kind == "progress":
                job.stage, job.share = values[0], min(1.0, max(0.0, values[1]))
            elif kind == "done":
                return "done"
            else:
                return str(values[0])
        return None


def _end(process: SpawnProcess, *, at_once: bool) -> int | None:
    """See a process to its end, by force if need be; return its exit code."""
    process.join(0 if at_once else _GRACE_S)
    if process.is_alive():
        process.terminate()
        process.join(_GRACE_S)
    if process.is_alive():
        process.kill()
        process.join()
    exit_code = process.exitcode
    process.close()
    return exit_code


def _forget_upload(job: Job) -> None:
    if job.uploaded:
        job.clip.unlink(missing_ok=True)


def _clear(out: Path, before: set[Path], *, existed: bool) -> None:
    """Remove what an unfinished analysis left; what stood there before stays."""
    with suppress(FileNotFoundError):
        for path in out.iterdir():
            if path not in before and path.match(PART_FOLDERS):
                shutil.rmtree(path, ignore_errors=True)
        if not existed and not any(out.iterdir()):
            out.rmdir()
