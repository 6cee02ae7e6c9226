"""Live practice, started by home as a process of its own: its window, voice and camera need a main thread."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import IO, Any, Literal

from pydantic import BaseModel, ConfigDict

from formcheck.home.record_view import RecordView
from formcheck.review.analysis import AvailableProtocols
from formcheck.server.errors import RequestError

# How long a set may take to be kept after it was told to end.
_GRACE_S = 15.0
_ERROR = "formcheck: error: "
_MOST_LOG = 20_000


class LiveRequest(BaseModel):
    """What the page chose for a set."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    side: Literal["left", "right"] | None = None
    protocol: str | None = None
    camera: str | None = None


@dataclass(frozen=True, slots=True)
class LiveSetup:
    """What every set of this home has in common; ``source`` is a clip that plays as the camera."""

    language: str
    sessions: Path
    source: Path | None = None


@dataclass(slots=True)
class _Run:
    process: subprocess.Popen[bytes]
    begun_at: datetime
    log: IO[bytes]
    told_to_end: bool = False


class LiveWindow:
    """The window of live practice, of which one is open at a time.

    Parameters
    ----------
    record : RecordView
        Where it keeps its sets.
    protocols : AvailableProtocols
    setup : LiveSetup
    """

    def __init__(self, record: RecordView, protocols: AvailableProtocols, setup: LiveSetup) -> None:
        self._record = record
        self._protocols = protocols
        self._setup = setup
        self._run: _Run | None = None
        self._lock = threading.Lock()

    def start(self, body: Any) -> dict[str, Any]:
        """Open the window; one whose set is kept, and that only tells and asks about it, is closed first."""
        try:
            wanted = LiveRequest.model_validate(body)
        except ValueError:
            raise RequestError("expected leg, exercise and camera of a set, got something else") from None
        with self._lock:
            if self.status()["state"] in {"running", "ending"}:
                raise RequestError("the practice window is open already; end that set first")
            self.close()
            log = tempfile.TemporaryFile()  # noqa: SIM115 - as long as the window is open, and what it said is asked for
            # Away from the terminal's Ctrl-C: `close` ends it, after which the set is kept.
            process = subprocess.Popen(
                self._command(wanted), stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
            )
            self._run = _Run(process, datetime.now().astimezone() - timedelta(seconds=1), log)
        return self.status()

    def _command(self, wanted: LiveRequest) -> Sequence[str]:
        command = [sys.executable, "-m", "formcheck", "--lang", self._setup.language, "live", "--no-open"]
        command += ["--store", str(self._record.store.folder), "--profile", self._record.profile]
        command += ["--out", str(self._setup.sessions)]
        if self._setup.source is not None:
            command += ["--source", str(self._setup.source)]
        elif wanted.camera is not None:
            command += ["--camera", wanted.camera]
        if wanted.side is not None:
            command += ["--side", wanted.side]
        if wanted.protocol is not None:
            loaded = self._protocols.get(wanted.protocol)
            command += ["--protocol", loaded.protocol.id if loaded.origin == "built in" else loaded.origin]
        return command

    def status(self) -> dict[str, Any]:
        """Return whether it runs, how it ended, and the set that it kept."""
        run = self._run
        if run is None:
            return {"state": "idle"}
        code = run.process.poll()
        # Kept at the end of the set; the window goes on telling about it, and asks unless it was told to end.
        uid = self._record.newest_live(run.begun_at)
        if code is None:
            kept, practised = ("telling", "ending") if run.told_to_end else ("asking", "running")
            return {"state": practised if uid is None else kept, "set": uid}
        error = None if code == 0 else self._error(run)
        # Told to end before it listened to that, it is ended by the system, and nothing went wrong.
        well = uid is not None or code == 0 or (run.told_to_end and error is None)
        return {"state": "done" if well else "failed", "set": uid, "error": error}

    def _error(self, run: _Run) -> str | None:
        run.log.seek(0)
        lines = run.log.read(_MOST_LOG).decode(errors="replace").splitlines()
        found = [line.removeprefix(_ERROR) for line in lines if line.startswith(_ERROR)]
        return found[-1] if found else None

    def end(self) -> dict[str, Any]:
        """Tell the window to end its set, which it then keeps."""
        run = self._run
        if run is not None and run.process.poll() is None:
            run.told_to_end = True
            run.process.terminate()
        return self.status()

    def close(self) -> None:
        """End a set that is still practised, wait until it is kept, and close its window."""
        run = self._run
        if run is not None and run.process.poll() is None:
            self.end()
            try:
                run.process.wait(_GRACE_S)
            except subprocess.TimeoutExpired:
                run.process.kill()
                run.process.wait()
        self._close_log()

    def _close_log(self) -> None:
        if self._run is not None:
            self._run.log.close()
