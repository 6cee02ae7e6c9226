"""A batch on a Dask cluster.

Each Dask worker keeps one process for the clips, watched as on one machine: a clip that crashes, hangs or hogs costs
itself, not the Dask worker. Dask's part is to hand out clips and to hand them out again when a worker is lost.
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

from formcheck.batch.local import fingerprint
from formcheck.batch.pool import WORKER, Pool
from formcheck.batch.settings import software
from formcheck.batch.values import Clip, Failure, Limits, Outcome, Settings, Task, Trouble
from formcheck.errors import FormcheckError, InputError

_CONNECT_S = 15.0
_FIRST_WORKER_S = 60.0
_LOOK_EVERY_S = 0.5
_COUNT_EVERY_S = 2.0


class Bench(WorkerPlugin):  # type: ignore[misc]  # distributed has no types
    """What each Dask worker keeps for the batch: the settings, the model's file, and a process for the clips.

    The model and the protocol travel with it by content, so that workers need neither file.
    """

    def __init__(self, settings: Settings, limits: Limits, *, command: Sequence[str] | None) -> None:
        model = Path(settings.model_path)
        self.name = f"formcheck-{uuid.uuid4().hex}"
        self._settings, self._limits, self._command = settings, limits, command
        # Its name is that of the model, which the results tell.
        self._model_name, self._model = model.name, model.read_bytes()

    def setup(self, worker: Any) -> None:
        here = software()
        if here != self._settings.software:
            raise RuntimeError(
                f"expected formcheck {self._settings.software[0]} with mediapipe {self._settings.software[1]} "
                f"on every worker, got {here[0]} with {here[1]} on {worker.name}"
            )
        self._lock = Lock()
        self._folder = tempfile.mkdtemp(prefix="formcheck-model-", dir=worker.local_directory)
        model = Path(self._folder) / self._model_name
        model.write_bytes(self._model)
        self._pool = Pool(
            replace(self._settings, model_path=str(model)), self._limits, jobs=1, command=self._command or WORKER
        )

    def teardown(self, worker: Any) -> None:  # noqa: ARG002 - as distributed calls it
        self._pool.close()
        shutil.rmtree(self._folder, ignore_errors=True)

    def analyze(self, task: Task) -> Failure | None:
        """Do one task in the process kept for it: one at a time, however many threads the worker has."""
        with self._lock:
            try:
                return self._pool.run(task).failure
            except FormcheckError as error:
                return Failure(Trouble.MACHINE, f"{error} (on a worker of the cluster)")


def _analyze(task: Task, bench: str) -> Failure | None:
    plugin: Bench = get_worker().plugins[bench]
    return plugin.analyze(task)


def _fingerprint(clip: Clip) -> str | Failure:
    return fingerprint(clip)


class ClusterRunner:
    """Analyses clips on the workers of a Dask scheduler.

    Clips and results must be where every worker reaches them: a shared folder, or URLs.

    Raises
    ------
    InputError
        The scheduler cannot be reached, has no workers, or they have another formcheck.
    """

    def __init__(
        self, address: str, settings: Settings, limits: Limits, *, command: Sequence[str] | None = None
    ) -> None:
        _quiet()
        _check_scheduler(address)
        try:
            self._client = Client(address, timeout=_CONNECT_S, set_as_default=False)
        except (OSError, ValueError) as error:
            raise _no_scheduler(address, type(error).__name__) from None
        self._bench = Bench(settings, limits, command=command)
        try:
            self._prepare(address)
        except BaseException:
            self._client.close()
            raise
        self._events: queue.SimpleQueue[Task | tuple[Task, Future] | None] = queue.SimpleQueue()
        self._waiting: deque[Task] = deque()
        self._open: dict[str, Future] = {}
        self._finished = False
        self._slots, self._counted_s = 1, -math.inf

    def _prepare(self, address: str) -> None:
        try:
            self._client.wait_for_workers(1, timeout=_FIRST_WORKER_S)
        except TimeoutError:
            raise InputError(
                f"{address}: expected a scheduler with workers, got none in {_FIRST_WORKER_S:.0f} s; start some with "
                f"`dask worker {address} --nthreads 1`"
            ) from None
        try:
            self._client.register_plugin(self._bench)
        except Exception as error:  # noqa: BLE001 - whatever a worker raised when it met the batch's code comes up here
            raise InputError(
                f"{address}: its workers cannot run formcheck ({error}); install the same "
                f"formcheck[cluster]=={software()[0]} there as here"
            ) from None

    def fingerprints(self, clips: Sequence[Clip]) -> Iterator[str | Failure]:
        futures = deque(self._client.submit(_fingerprint, clip, pure=False, priority=1) for clip in clips)
        while futures:
            yield _result(futures.popleft())

    def submit(self, task: Task) -> None:
        self._events.put(task)

    def finish(self) -> None:
        self._events.put(None)

    def outcomes(self) -> Iterator[Outcome | None]:
        while not self._finished or self._waiting or self._open:
            self._hand_out()
            try:
                event = self._events.get(timeout=_LOOK_EVERY_S)
            except queue.Empty:
                yield None
                continue
            if event is None:
                self._finished = True
            elif isinstance(event, Task):
                self._waiting.append(event)
            else:
                task, future = event
                del self._open[task.key]
                yield Outcome(task, _result(future))

    def _hand_out(self) -> None:
        """Give the scheduler as many clips as there are workers, no more.

        What waits on a worker that is lost counts as having had to do with it: clips that wait for their turn behind
        one that kills workers would be given up with it.
        """
        if time.monotonic() - self._counted_s > _COUNT_EVERY_S:
            self._slots, self._counted_s = max(len(self._client.nthreads()), 1), time.monotonic()
        while self._waiting and len(self._open) < self._slots:
            task = self._waiting.popleft()
            future = self._client.submit(_analyze, task, self._bench.name, pure=False)
            self._open[task.key] = future
            future.add_done_callback(partial(self._landed, task))

    def _landed(self, task: Task, future: Future) -> None:
        self._events.put((task, future))

    def close(self) -> None:
        """End what is under way, and leave the cluster as it was."""
        if self._client.status in {"closing", "closed"}:
            return
        # A cluster that is gone cannot be tidied.
        with suppress(OSError, TimeoutError):
            self._client.cancel(list(self._open.values()))
            self._client.unregister_worker_plugin(self._bench.name)
        self._client.close()


def _quiet() -> None:
    """Let distributed not speak of every lost worker with traces; what matters of that is in the outcomes."""
    for name in logging.root.manager.loggerDict:
        if name.partition(".")[0] in {"distributed", "tornado"}:
            logging.getLogger(name).setLevel(logging.CRITICAL + 1)


def _check_scheduler(address: str) -> None:
    """Make sure that something answers as Dask does, since its client waits for ever for a server of another kind."""
    parts = urlsplit(address)
    if not (parts.scheme and parts.netloc):
        raise _no_scheduler(address, "no address such as tcp://host:8786")
    if parts.scheme != "tcp":
        return
    try:
        with socket.create_connection((parts.hostname or "", parts.port or 0), timeout=_CONNECT_S) as connection:
            # a scheduler speaks first
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
    """What a task returned, or why it did not, as a `Failure`."""
    try:
        return future.result()
    except KilledWorker as error:
        lost = error.allowed_failures + 1
        return Failure(Trouble.LOST, f"{lost} workers were lost with it; it may take too much memory for them")
    except CancelledError:
        return Failure(
            Trouble.MACHINE, "the scheduler was lost; what is done is kept, and the same command goes on with another"
        )
    except Exception as error:  # noqa: BLE001 - whatever a worker raised comes up here
        return Failure(Trouble.MACHINE, f"a worker of the cluster failed ({type(error).__name__}); look at its log")
