"""Work in the background, one job after another in a thread of their queue, each with its state for the page."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

from formcheck.errors import FormcheckError
from formcheck.stages import StageProgress

_OPEN = frozenset({"queued", "running"})
# Ended jobs the page may still ask about.
_REMEMBERED = 50


class JobCancelledError(Exception):
    """Raised by a job's work once it has stopped because it was cancelled."""


@dataclass(slots=True)
class Job:
    """One piece of work on an item.

    Parameters
    ----------
    kind : {"analysis", "video"}
    item : str
        Id of the item.
    name : str
        Of the item, for the page.
    work : callable
        Does it. It advances ``progress``, raises a FormcheckError when it fails, and `JobCancelledError` soon after
        ``cancelled`` is set.
    stages : tuple of str
        Of the work.
    discard : callable, optional
        Called when the job is cancelled, but not when the server ends.
    """

    kind: Literal["analysis", "video"]
    item: str
    name: str
    work: Callable[[Job], None]
    discard: Callable[[], None] | None = None
    stages: tuple[str, ...] = ()
    state: Literal["queued", "running", "done", "failed", "cancelled"] = "queued"
    error: str | None = None
    cancelled: threading.Event = field(default_factory=threading.Event)
    progress: StageProgress = field(init=False)
    id: str = field(default_factory=lambda: secrets.token_hex(8))

    def __post_init__(self) -> None:
        self.progress = StageProgress(self.stages)

    @property
    def share(self) -> float:
        """The share of it that is done, 0 to 1."""
        return 1.0 if self.state == "done" else self.progress.share

    def to_json(self) -> dict[str, Any]:
        """Return what the page shows of the job."""
        left_s = self.progress.left_s() if self.state == "running" else None
        return {
            "job": self.id,
            "kind": self.kind,
            "id": self.item,
            "name": self.name,
            "state": self.state,
            "stage": self.progress.stage,
            "share": round(self.share, 3),
            "left_s": round(left_s) if left_s is not None else None,
            "error": self.error,
        }


class JobQueue:
    """Runs jobs one after another.

    Parameters
    ----------
    name : str
        Of its thread.
    newest_first : bool
        Take the job that was added last, for what somebody is looking at now.
    """

    def __init__(self, name: str, *, newest_first: bool = False) -> None:
        self._newest_first = newest_first
        self._jobs: dict[str, Job] = {}
        self._queue: list[Job] = []
        self._wake = threading.Condition()
        self._closed = False
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    def add(self, job: Job, *, one_per_item: bool = False) -> Job:
        """Queue a job; with ``one_per_item`` return the one of its item that is queued or running, if there is one."""
        with self._wake:
            open_jobs = [other for other in self._jobs.values() if other.item == job.item and other.state in _OPEN]
            if one_per_item and open_jobs:
                return open_jobs[0]
            self._jobs[job.id] = job
            self._queue.append(job)
            self._forget_old()
            self._wake.notify_all()
            return job

    def _forget_old(self) -> None:
        ended = [job_id for job_id, job in self._jobs.items() if job.state not in _OPEN]
        for job_id in ended[: max(0, len(ended) - _REMEMBERED)]:
            del self._jobs[job_id]

    def all(self) -> list[dict[str, Any]]:
        """Return all jobs as the page shows them, oldest first."""
        with self._wake:
            return [job.to_json() for job in self._jobs.values()]

    def states(self) -> dict[str, str]:
        """Return the state of the job of every item that has one queued or running."""
        with self._wake:
            return {job.item: job.state for job in self._jobs.values() if job.state in _OPEN}

    def failure_of(self, item: str) -> str | None:
        """Return why the last job of an item failed; None when it did not."""
        with self._wake:
            jobs = [job for job in self._jobs.values() if job.item == item]
            return jobs[-1].error if jobs and jobs[-1].state == "failed" else None

    def cancel(self, job_id: str) -> bool:
        """Cancel a job; False when no such job is queued or running."""
        with self._wake:
            job = self._jobs.get(job_id)
            if job is None or job.state not in _OPEN:
                return False
            if job.state == "queued":
                self._queue.remove(job)
                job.state = "cancelled"
                if job.discard is not None:
                    job.discard()
            job.cancelled.set()
            return True

    def stop(self) -> None:
        """Cancel everything, without waiting."""
        with self._wake:
            self._closed = True
            self._queue.clear()
            for job in self._jobs.values():
                job.cancelled.set()
            self._wake.notify_all()

    def close(self) -> None:
        """Cancel everything, and wait until the thread has ended."""
        self.stop()
        self._thread.join()

    def _next(self) -> Job | None:
        with self._wake:
            while not self._queue and not self._closed:
                self._wake.wait()
            if self._closed:
                return None
            job = self._queue.pop(-1 if self._newest_first else 0)
            job.state = "running"
            return job

    def _run(self) -> None:
        while (job := self._next()) is not None:
            state: Literal["done", "failed", "cancelled"] = "done"
            error = None
            try:
                job.work(job)
            except JobCancelledError:
                state = "cancelled"
                if job.discard is not None and not self._closed:
                    job.discard()
            except FormcheckError as problem:
                state, error = "failed", str(problem)
            except Exception as problem:  # noqa: BLE001 - the thread's rim: the next job must have its turn
                state, error = "failed", f"{job.name}: this is a bug ({type(problem).__name__}: {problem})"
            with self._wake:
                job.state, job.error = state, error
