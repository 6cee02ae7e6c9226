"""Worker processes on this machine and their supervision.

A worker is killed when its clip makes no progress or takes too much memory; it is also replaced when it has grown.
"""

from __future__ import annotations

import queue
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from formcheck.batch.locations import UnreachableError, content_sha256
from formcheck.batch.rows import SessionRows
from formcheck.batch.tasks import (
    BatchClip,
    BatchSettings,
    ClipFailure,
    ClipLimits,
    ClipTask,
    FailureKind,
    TaskOutcome,
)
from formcheck.batch.worker_process import WORKER_COMMAND, WorkerProcess, remove_stale_scratch
from formcheck.cores import available_cores
from formcheck.errors import FormcheckError, InputError, UsageError

_POLL_S = 0.2
# Loading the libraries takes seconds; from a cold network disk many.
_START_S = 180.0
_MAX_FAILED_STARTS = 3
# Far above the 250 MB that are usual after a clip: then a fresh worker is worth the seconds that it takes to start.
_RECYCLE_BYTES = 600e6
# Reading remote clips is mostly waiting for the network.
_READ_THREADS = 4


class WorkerPool:
    """Analyses clips in at most ``jobs`` processes at a time.

    Parameters
    ----------
    settings : BatchSettings
    limits : ClipLimits
    jobs : int
    command : sequence of str
        Starts a worker.
    """

    def __init__(
        self, settings: BatchSettings, limits: ClipLimits, *, jobs: int, command: Sequence[str] = WORKER_COMMAND
    ) -> None:
        self._settings, self._limits, self._jobs, self._command = settings, limits, jobs, command
        # (worker, message), (worker, None) when it has ended, (None, task) from `submit`, (None, None) from `finish`
        self._events: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self._waiting: deque[ClipTask] = deque()
        self._workers: list[WorkerProcess] = []
        remove_stale_scratch()
        self._open = True
        self._failed_starts = 0

    def submit(self, task: ClipTask) -> None:
        """Add a task; may be called from any thread."""
        self._events.put((None, task))

    def finish(self) -> None:
        """Say that no more tasks will be submitted."""
        self._events.put((None, None))

    def run(self, task: ClipTask) -> TaskOutcome:
        """Run one task and wait for it; the worker stays for the next."""
        self._waiting.append(task)
        try:
            while True:
                outcome = self._step()
                if outcome is not None:
                    return outcome
        finally:
            self._waiting.clear()

    def outcomes(self) -> Iterator[TaskOutcome | None]:
        """Yield outcomes as they come, and None in between, until all tasks are done and `finish` was called."""
        while self._open or self._waiting or any(worker.task for worker in self._workers):
            yield self._step()

    def close(self) -> None:
        """End all workers, whatever they are doing."""
        for worker in self._workers:
            worker.close()
        self._workers.clear()

    def _step(self) -> TaskOutcome | None:
        self._assign()
        try:
            worker, message = self._events.get(timeout=_POLL_S)
        except queue.Empty:
            worker, message = None, {}
        outcome = self._handle(worker, message)
        self._enforce_limits()
        return outcome

    def _assign(self) -> None:
        """Give waiting tasks to idle workers, and start workers while more tasks than workers are waiting."""
        for worker in self._workers:
            if self._waiting and worker.ready and worker.task is None and worker.failure is None:
                worker.assign(self._waiting.popleft())
        starting = sum(not worker.ready for worker in self._workers)
        for _ in range(min(len(self._waiting) - starting, self._jobs - len(self._workers))):
            self._workers.append(WorkerProcess(self._command, self._settings, self._events))

    def _handle(self, worker: WorkerProcess | None, message: Any) -> TaskOutcome | None:
        if worker is None:
            if message is None:
                self._open = False
            elif isinstance(message, ClipTask):
                self._waiting.append(message)
        elif worker not in self._workers:
            return None
        elif message is None:
            return self._ended(worker)
        elif "progress" in message:
            worker.note_progress(message["progress"])
        elif "ready" in message:
            worker.ready, self._failed_starts = True, 0
        elif worker.task is not None:
            return self._done(worker, worker.task, message)
        return None

    def _done(self, worker: WorkerProcess, task: ClipTask, message: dict[str, Any]) -> TaskOutcome:
        worker.task = None
        if worker.memory_bytes > _RECYCLE_BYTES:
            worker.close()
            self._workers.remove(worker)
        failure, rows = message["done"], message.get("rows")
        return TaskOutcome(
            task, ClipFailure.from_dict(failure) if failure else None, SessionRows.from_json(rows) if rows else None
        )

    def _ended(self, worker: WorkerProcess) -> TaskOutcome | None:
        """Say why a worker has ended: it exceeded a limit, or crashed."""
        worker.close()
        self._workers.remove(worker)
        if not worker.ready:
            self._failed_starts += 1
        if self._failed_starts == _MAX_FAILED_STARTS:
            raise InputError(
                f"a worker process could not start ({worker.exit_status}); "
                "run `formcheck doctor`, which says what is missing"
            )
        if worker.task is None:
            return None
        killed = " (the system does so when memory runs out)" if worker.exit_status == "SIGKILL" else ""
        crash = ClipFailure(FailureKind.CRASHED, f"crashed the process that analysed it: {worker.exit_status}{killed}")
        return TaskOutcome(worker.task, worker.failure or crash)

    def _enforce_limits(self) -> None:
        for worker in self._workers:
            if worker.failure is not None:
                continue
            if worker.task is None:
                if not worker.ready and worker.stalled_s > _START_S:
                    worker.kill()
                continue
            worker.failure = self._exceeded(worker, self._limits.stall_of(worker.task.size_bytes))
            if worker.failure is not None:
                worker.kill()

    def _exceeded(self, worker: WorkerProcess, stall_s: float) -> ClipFailure | None:
        """Return the failure of a clip that exceeds a limit."""
        if worker.stalled_s > stall_s:
            return ClipFailure(
                FailureKind.HUNG, f"made no progress for {stall_s:.0f} s; try a larger --timeout, or check the file"
            )
        if worker.memory_bytes > self._limits.memory_bytes:
            return ClipFailure(
                FailureKind.MEMORY,
                f"needed more than {self._limits.memory_bytes / 1e6:.0f} MB of memory; "
                "try a larger --memory-limit, or check the file",
            )
        return None


class LocalRunner:
    """Runs the tasks of a batch on this machine; see `tasks.BatchRunner`."""

    def __init__(
        self,
        settings: BatchSettings,
        limits: ClipLimits,
        *,
        jobs: int | None = None,
        command: Sequence[str] = WORKER_COMMAND,
    ) -> None:
        self._pool = WorkerPool(settings, limits, jobs=jobs or available_cores(), command=command)
        self._stopped = threading.Event()
        self._readers = ThreadPoolExecutor(_READ_THREADS, "formcheck-read")

    def fingerprints(self, clips: Sequence[BatchClip]) -> Iterator[str | ClipFailure]:
        return self._readers.map(lambda clip: fingerprint(clip, self._stopped.is_set), clips)

    def submit(self, task: ClipTask) -> None:
        self._pool.submit(task)

    def finish(self) -> None:
        self._pool.finish()

    def outcomes(self) -> Iterator[TaskOutcome | None]:
        return self._pool.outcomes()

    def close(self) -> None:
        self._stopped.set()
        self._readers.shutdown(wait=False, cancel_futures=True)
        self._pool.close()


def fingerprint(clip: BatchClip, stop: Callable[[], bool] = lambda: False) -> str | ClipFailure:
    """SHA-256 of a clip's content, or why it cannot be read."""
    try:
        return content_sha256(clip.location, shown=clip.display_path, stop=stop)
    except FormcheckError as error:
        kind = FailureKind.MACHINE if isinstance(error, UsageError) else FailureKind.UNREADABLE
        kind = FailureKind.UNREACHABLE if isinstance(error, UnreachableError) else kind
        return ClipFailure(kind, str(error).removeprefix(f"{clip.display_path}: "))
