"""One worker process on this machine, as the process that started it sees it.

Each worker has pipes of its own, so that one that dies does not disturb the others. What it sends is put on a queue
that all workers share.
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
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO, Any, cast

import psutil

from formcheck.batch.tasks import BatchSettings, ClipFailure, ClipTask
from formcheck.files import age_s

WORKER_COMMAND = (sys.executable, "-m", "formcheck.batch.worker")
# Folder of a worker's copies of remote clips: followed by the id of the process that started it, and random letters.
_SCRATCH = "formcheck-worker-"
_STALE_S = 86_400.0


class WorkerProcess:
    """A process that analyses clips, one after another.

    Parameters
    ----------
    command : sequence of str
        Starts the process.
    settings : BatchSettings
    events : queue.SimpleQueue
        Receives ``(self, message)`` for each message of the process, and ``(self, None)`` when it has ended.
    """

    def __init__(self, command: Sequence[str], settings: BatchSettings, events: queue.SimpleQueue[Any]) -> None:
        self._scratch = tempfile.mkdtemp(prefix=f"{_SCRATCH}{os.getpid()}-")
        # In a session of its own: Ctrl-C goes to the parent alone, which then ends its workers.
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            text=True,
            encoding="utf-8",
        )
        self._requests, self._messages = cast("IO[str]", self._process.stdin), cast("IO[str]", self._process.stdout)
        self._monitor = psutil.Process(self._process.pid)
        self._events = events
        self.task: ClipTask | None = None
        self.ready = False
        # Why it was killed, if it was.
        self.failure: ClipFailure | None = None
        self._progress: Any = None
        self._progressed_s = time.monotonic()
        self._send({"settings": settings.to_dict(), "scratch": self._scratch})
        threading.Thread(target=self._receive, daemon=True).start()

    def _send(self, message: dict[str, Any]) -> None:
        # If the process has died, the receiving thread is about to report it.
        with suppress(OSError):
            self._requests.write(json.dumps(message) + "\n")
            self._requests.flush()

    def _receive(self) -> None:
        with self._messages:
            for line in self._messages:
                # Not JSON: half a message of a process that crashed, or output of a library.
                with suppress(ValueError):
                    self._events.put((self, json.loads(line)))
        self._process.wait()
        self._events.put((self, None))

    def assign(self, task: ClipTask) -> None:
        """Send it a task; it must be ready and have none."""
        self.task, self._progress = task, None
        self._progressed_s = time.monotonic()
        self._send(task.to_dict())

    def note_progress(self, progress: Any) -> None:
        if progress != self._progress:
            self._progress, self._progressed_s = progress, time.monotonic()

    @property
    def stalled_s(self) -> float:
        """Time since its last progress."""
        return time.monotonic() - self._progressed_s

    @property
    def memory_bytes(self) -> int:
        """Resident memory; 0 when the process is gone."""
        try:
            return int(self._monitor.memory_info().rss)
        except psutil.Error:
            return 0

    @property
    def exit_status(self) -> str:
        """How the process ended: name of a signal, or exit code."""
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
        """Kill the process, wait until it is gone, and remove its scratch folder."""
        self._process.kill()
        self._process.wait()
        with suppress(OSError):
            self._requests.close()
        shutil.rmtree(self._scratch, ignore_errors=True)


def remove_stale_scratch() -> None:
    """Remove the scratch folders of workers that were killed together with the process that started them."""
    for folder in Path(tempfile.gettempdir()).glob(f"{_SCRATCH}*-*"):
        starter = folder.name.removeprefix(_SCRATCH).partition("-")[0]
        # By age too: processes of another container that shares the folder cannot be seen from this one.
        if age_s(folder) > _STALE_S and starter.isdigit() and not psutil.pid_exists(int(starter)):
            shutil.rmtree(folder, ignore_errors=True)
