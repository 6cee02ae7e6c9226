"""A batch on a Dask cluster.

Each Dask worker keeps one process for the clips, supervised as on one machine: a clip that crashes, hangs or exhausts
the memory does not harm the Dask worker. Dask distributes the clips, and again when a worker is lost.
"""

from __future__ import annotations

import logging
import math
import queue
import shutil
import socket
import tempfile
import time
import uuid
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import CancelledError
from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from threading import Lock
from typing import Any
from urllib.parse import urlsplit

from distributed import Client, Future, KilledWorker, WorkerPlugin, get_worker

from formcheck.batch.pool import WorkerPool, fingerprint
from formcheck.batch.tasks import (
    BatchClip,
    BatchSettings,
    ClipFailure,
    ClipLimits,
    ClipTask,
    FailureKind,
    TaskOutcome,
    software_versions,
)
from formcheck.batch.worker_process import WORKER_COMMAND
from formcheck.errors import FormcheckError, InputError

_CONNECT_S = 15.0
_FIRST_WORKER_S = 60.0
_POLL_S = 0.5
_COUNT_WORKERS_EVERY_S = 2.0


class ClipWorkerPlugin(WorkerPlugin):  # type: ignore[misc]  # distributed has no types
    """What each Dask worker holds for the batch: the settings, the model's file, and a process that analyses clips.

    The contents of model and protocol are sent with it, so that workers need neither file.
    """

    def __init__(self, settings: BatchSettings, limits: ClipLimits, *, command: Sequence[str] | None) -> None:
        model = Path(settings.model_path)
        self.name = f"formcheck-{uuid.uuid4().hex}"
        self._settings, self._limits, self._command = settings, limits, command
        # The file keeps its name, since results state the model by it.
        self._model_name, self._model = model.name, model.read_bytes()

    def setup(self, worker: Any) -> None:
        installed = software_versions()
        if installed != self._settings.software:
            raise RuntimeError(
                f"expected formcheck {self._settings.software[0]} with mediapipe {self._settings.software[1]} "
                f"on every worker, got {installed[0]} with {installed[1]} on {worker.name}"
            )
        self._lock = Lock()
        self._folder = tempfile.mkdtemp(prefix="formcheck-model-", dir=worker.local_directory)
        model = Path(self._folder) / self._model_name
        model.write_bytes(self._model)
        settings = replace(self._settings, model_path=str(model))
        self._pool = WorkerPool(settings, self._limits, jobs=1, command=self._command or WORKER_COMMAND)

    def teardown(self, worker: Any) -> None:  # noqa: ARG002 - as distributed calls it
        self._pool.close()
        shutil.rmtree(self._folder, ignore_errors=True)

    def analyze(self, task: ClipTask) -> TaskOutcome | ClipFailure:
        """Run one task in this worker's process: one at a time, however many threads the worker has."""
        with self._lock:
            try:
                return self._pool.run(task)
            except FormcheckError as error:
                return ClipFailure(FailureKind.MACHINE, f"{error} (on a worker of the cluster)")


def _analyze(task: ClipTask, plugin_name: str) -> TaskOutcome | ClipFailure:
    plugin: ClipWorkerPlugin = get_worker().plugins[plugin_name]
    return plugin.analyze(task)


def _fingerprint(clip: BatchClip) -> str | ClipFailure:
    return fingerprint(clip)


class ClusterRunner:
    """Runs the tasks of a batch on the workers of a Dask scheduler; see `tasks.BatchRunner`.

    Clips and results must be where every worker can reach them: a shared folder, or URLs.

    Raises
    ------
    InputError
        The scheduler cannot be reached, has no workers, or they have another version of formcheck.
    """

    def __init__(
        self, address: str, settings: BatchSettings, limits: ClipLimits, *, command: Sequence[str] | None = None
    ) -> None:
        _silence_libraries()
        _check_scheduler(address)
        try:
            self._client = Client(address, timeout=_CONNECT_S, set_as_default=False)
        except (OSError, ValueError) as error:
            raise _no_scheduler(address, type(error).__name__) from None
        self._plugin = ClipWorkerPlugin(settings, limits, command=command)
        try:
            self._prepare(address)
        except BaseException:
            self._client.close()
            raise
        self._events: queue.SimpleQueue[ClipTask | tuple[ClipTask, Future] | None] = queue.SimpleQueue()
        self._waiting: deque[ClipTask] = deque()
        self._running: dict[str, Future] = {}
        self._finished = False
        self._worker_count, self._counted_s = 1, -math.inf

    def _prepare(self, address: str) -> None:
        try:
            self._client.wait_for_workers(1, timeout=_FIRST_WORKER_S)
        except TimeoutError:
            raise InputError(
                f"{address}: expected a scheduler with workers, got none in {_FIRST_WORKER_S:.0f} s; start some with "
                f"`dask worker {address} --nthreads 1`"
            ) from None
        try:
            self._client.register_plugin(self._plugin)
        except Exception as error:  # noqa: BLE001 - whatever a worker raised while it loaded the plugin arrives here
            raise InputError(
                f"{address}: its workers cannot run formcheck ({error}); install the same "
                f"formcheck[cluster]=={software_versions()[0]} there as here"
            ) from None

    def fingerprints(self, clips: Sequence[BatchClip]) -> Iterator[str | ClipFailure]:
        futures = deque(self._client.submit(_fingerprint, clip, pure=False, priority=1) for clip in clips)
        while futures:
            yield _result(futures.popleft())

    def submit(self, task: ClipTask) -> None:
        self._events.put(task)

    def finish(self) -> None:
        self._events.put(None)

    def outcomes(self) -> Iterator[TaskOutcome | None]:
        while not self._finished or self._waiting or self._running:
            self._submit_waiting()
            try:
                event = self._events.get(timeout=_POLL_S)
            except queue.Empty:
                yield None
                continue
            if event is None:
                self._finished = True
            elif isinstance(event, ClipTask):
                self._waiting.append(event)
            else:
                task, future = event
                del self._running[task.key]
                ended = _result(future)
                yield TaskOutcome(task, ended) if isinstance(ended, ClipFailure) else ended

    def _submit_waiting(self) -> None:
        """Give the scheduler as many clips as there are workers, no more.

        When a worker is lost, Dask blames every task that it held: clips that wait their turn behind one that kills
        workers would be given up with it.
        """
        if time.monotonic() - self._counted_s > _COUNT_WORKERS_EVERY_S:
            self._worker_count, self._counted_s = max(len(self._client.nthreads()), 1), time.monotonic()
        while self._waiting and len(self._running) < self._worker_count:
            task = self._waiting.popleft()
            future = self._client.submit(_analyze, task, self._plugin.name, pure=False)
            self._running[task.key] = future
            future.add_done_callback(partial(self._on_done, task))

    def _on_done(self, task: ClipTask, future: Future) -> None:
        self._events.put((task, future))

    def close(self) -> None:
        """Cancel what is running, and leave the cluster as it was."""
        if self._client.status in {"closing", "closed"}:
            return
        # The cluster may be gone by now.
        with suppress(OSError, TimeoutError):
            self._client.cancel(list(self._running.values()))
            self._client.unregister_worker_plugin(self._plugin.name)
        self._client.close()


def _silence_libraries() -> None:
    """Keep distributed from logging a traceback for every lost worker; the outcomes say what matters of it."""
    for name in logging.root.manager.loggerDict:
        if name.partition(".")[0] in {"distributed", "tornado"}:
            logging.getLogger(name).setLevel(logging.CRITICAL + 1)


def _check_scheduler(address: str) -> None:
    """Make sure that a Dask scheduler answers: the client would wait for ever for a server of another kind."""
    parts = urlsplit(address)
    if not (parts.scheme and parts.netloc):
        raise _no_scheduler(address, "no address such as tcp://host:8786")
    if parts.scheme != "tcp":
        return
    try:
        with socket.create_connection((parts.hostname or "", parts.port or 0), timeout=_CONNECT_S) as connection:
            # A scheduler sends first.
            first = connection.recv(1)
    except (OSError, ValueError) as error:
        raise _no_scheduler(address, getattr(error, "strerror", None) or str(error)) from None
    if not first:
        raise _no_scheduler(address, "a server of another kind")


def _no_scheduler(address: str, got: str) -> InputError:
    return InputError(
        f"{address}: expected a Dask scheduler, got: {got}; start one with `dask scheduler`, and check the address"
    )


def _result(future: Future) -> Any:
    """Return what a task returned, or a `ClipFailure` that says why it did not."""
    try:
        return future.result()
    except KilledWorker as error:
        lost = error.allowed_failures + 1
        return ClipFailure(FailureKind.LOST, f"{lost} workers were lost with it; it may take too much memory for them")
    except CancelledError:
        return ClipFailure(
            FailureKind.MACHINE, "the scheduler was lost; finished clips are kept: run the same command with another"
        )
    except Exception as error:  # noqa: BLE001 - whatever a worker raised arrives here
        what = f"a worker of the cluster failed ({type(error).__name__}); see its log"
        return ClipFailure(FailureKind.MACHINE, what)
