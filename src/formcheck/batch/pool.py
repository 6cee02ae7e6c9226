"""Worker processes on this machine, and the eye kept on them.

Each worker has its own pipes, so that one that dies takes nothing of the others with it. It is ended when its clip
makes no progress or takes too much memory, and when it has grown; another takes its place.
"""

from __future__ import annotations

import json
import os
import queue
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO, Any, cast

import psutil

from formcheck.batch.values import Failure, Limits, Outcome, Settings, Task, Trouble
from formcheck.errors import InputError
from formcheck.files import age_s

WORKER = (sys.executable, "-m", "formcheck.batch.worker")
_LOOK_EVERY_S = 0.2
# Loading the libraries takes seconds; on a cold network disk many.
_START_S = 180.0
_MAX_FAILED_STARTS = 3
# Far above the 250 MB that are usual after a clip: a fresh worker, which takes seconds to start, is then worth it.
_RECYCLE_BYTES = 600e6
# Where a worker keeps copies of far clips: then the number of the process that made it, and letters.
_SCRATCH = "formcheck-worker-"
_STALE_S = 86_400.0


class _Worker:
    """One process and what is known of it."""

    def __init__(self, command: Sequence[str], settings: Settings, events: queue.SimpleQueue[Any]) -> None:
        self._scratch = tempfile.mkdtemp(prefix=f"{_SCRATCH}{os.getpid()}-")
        # its own session: Ctrl-C is for the parent, which then ends its workers
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            text=True,
            encoding="utf-8",
        )
        self._tell, self._answers = cast("IO[str]", self._process.stdin), cast("IO[str]", self._process.stdout)
        self._watched = psutil.Process(self._process.pid)
        self._events = events
        self.task: Task | None = None
        self.ready = False
        self.verdict: Failure | None = None
        self._at: Any = None
        self._moved_s = time.monotonic()
        self._send({"settings": settings.to_dict(), "scratch": self._scratch})
        threading.Thread(target=self._listen, daemon=True).start()

    def _send(self, message: dict[str, Any]) -> None:
        # If it died meanwhile, the listener is about to say so.
        with suppress(OSError):
            self._tell.write(json.dumps(message) + "\n")
            self._tell.flush()

    def _listen(self) -> None:
        with self._answers:
            for line in self._answers:
                # what is no answer: the first half of one that a crash cut off, or a library's remark
                with suppress(ValueError):
                    self._events.put((self, json.loads(line)))
        self._process.wait()
        self._events.put((self, None))

    def give(self, task: Task) -> None:
        self.task, self._at = task, None
        self._moved_s = time.monotonic()
        self._send(task.to_dict())

    def note(self, at: Any) -> None:
        if at != self._at:
            self._at, self._moved_s = at, time.monotonic()

    @property
    def quiet_s(self) -> float:
        """Time since it last got on."""
        return time.monotonic() - self._moved_s

    @property
    def memory_bytes(self) -> int:
        try:
            return int(self._watched.memory_info().rss)
        except psutil.Error:
            return 0

    @property
    def death(self) -> str:
        """How its process ended, in words."""
        code = self._process.returncode or 0
        if code >= 0:
            return f"exit code {code}"
        try:
            return signal.Signals(-code).name
        except ValueError:
            return f"signal {-code}"

    def kill(self) -> None:
        self._process.kill()

    def close(self) -> None:
        """End it and wait until it is gone."""
        self._process.kill()
        self._process.wait()
        with suppress(OSError):
            self._tell.close()
        shutil.rmtree(self._scratch, ignore_errors=True)


def sweep_scratch() -> None:
    """Remove the copies of clips that workers left which were killed together with whoever started them."""
    for left in Path(tempfile.gettempdir()).glob(f"{_SCRATCH}*-*"):
        starter = left.name.removeprefix(_SCRATCH).partition("-")[0]
        # the age, too: from within a container the processes of another that shares the folder are not to be seen
        if age_s(left) > _STALE_S and starter.isdigit() and not psutil.pid_exists(int(starter)):
            shutil.rmtree(left, ignore_errors=True)


class Pool:
    """Analyses clips in at most ``jobs`` processes at a time.

    Parameters
    ----------
    settings : Settings
    limits : Limits
    jobs : int
    command : sequence of str
        Starts a worker.
    """

    def __init__(self, settings: Settings, limits: Limits, *, jobs: int, command: Sequence[str] = WORKER) -> None:
        self._settings, self._limits, self._jobs, self._command = settings, limits, jobs, command
        self._events: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self._waiting: deque[Task] = deque()
        self._workers: list[_Worker] = []
        sweep_scratch()
        self._open = True
        self._failed_starts = 0

    def submit(self, task: Task) -> None:
        """Add a task; any thread may."""
        self._events.put((None, task))

    def finish(self) -> None:
        """Say that no more tasks come."""
        self._events.put((None, None))

    def run(self, task: Task) -> Outcome:
        """Do one task and wait for it; the worker stays for the next."""
        self._waiting.append(task)
        try:
            while True:
                outcome = self._step()
                if outcome is not None:
                    return outcome
        finally:
            self._waiting.clear()

    def outcomes(self) -> Iterator[Outcome | None]:
        """Outcomes as they come, and None now and then, until all tasks are done and `finish` was called."""
        while self._open or self._waiting or any(worker.task for worker in self._workers):
            yield self._step()

    def close(self) -> None:
        """End all workers, whatever they do."""
        for worker in self._workers:
            worker.close()
        self._workers.clear()

    def _step(self) -> Outcome | None:
        self._assign()
        try:
            worker, message = self._events.get(timeout=_LOOK_EVERY_S)
        except queue.Empty:
            worker, message = None, {}
        outcome = self._heed(worker, message)
        self._watch()
        return outcome

    def _assign(self) -> None:
        """Give waiting tasks to idle workers, and start workers while there is more to do than workers."""
        for worker in self._workers:
            if self._waiting and worker.ready and worker.task is None and worker.verdict is None:
                worker.give(self._waiting.popleft())
        starting = sum(not worker.ready for worker in self._workers)
        for _ in range(min(len(self._waiting) - starting, self._jobs - len(self._workers))):
            self._workers.append(_Worker(self._command, self._settings, self._events))

    def _heed(self, worker: _Worker | None, message: Any) -> Outcome | None:
        if worker is None:
            if message is None:
                self._open = False
            elif isinstance(message, Task):
                self._waiting.append(message)
        elif worker not in self._workers:
            return None
        elif message is None:
            return self._lost(worker)
        elif "at" in message:
            worker.note(message["at"])
        elif "ready" in message:
            worker.ready, self._failed_starts = True, 0
        elif worker.task is not None:
            return self._done(worker, worker.task, message["done"])
        return None

    def _done(self, worker: _Worker, task: Task, failure: dict[str, Any] | None) -> Outcome:
        worker.task = None
        if worker.memory_bytes > _RECYCLE_BYTES:
            worker.close()
            self._workers.remove(worker)
        return Outcome(task, Failure(**{**failure, "trouble": Trouble(failure["trouble"])}) if failure else None)

    def _lost(self, worker: _Worker) -> Outcome | None:
        """Say why a worker is gone: it was ended for cause, or crashed."""
        worker.close()
        self._workers.remove(worker)
        if not worker.ready:
            self._failed_starts += 1
        if self._failed_starts == _MAX_FAILED_STARTS:
            raise InputError(
                f"a worker process could not start ({worker.death}); run `formcheck doctor`, which says what is missing"
            )
        if worker.task is None:
            return None
        killed = " (the system does so when memory runs out)" if worker.death == "SIGKILL" else ""
        crash = Failure(Trouble.CRASHED, f"crashed the process that analysed it: {worker.death}{killed}")
        return Outcome(worker.task, worker.verdict or crash)

    def _watch(self) -> None:
        for worker in self._workers:
            if worker.verdict is not None:
                continue
            if worker.task is None:
                if not worker.ready and worker.quiet_s > _START_S:
                    worker.kill()
                continue
            stall_s = self._limits.stall_of(worker.task.size_bytes)
            if worker.quiet_s > stall_s:
                worker.verdict = Failure(
                    Trouble.HUNG, f"made no progress for {stall_s:.0f} s; try --timeout with more, or look at the file"
                )
            elif worker.memory_bytes > self._limits.memory_bytes:
                worker.verdict = Failure(
                    Trouble.MEMORY,
                    f"needed more than {self._limits.memory_bytes / 1e6:.0f} MB of memory; "
                    "try --memory-limit with more, or look at the file",
                )
            if worker.verdict is not None:
                worker.kill()
