"""A worker process that analyses one clip after another: ``python -m formcheck.batch.worker``.

It reads one JSON object a line from stdin, first the settings and then tasks, and writes messages in the same form to
stdout: ``ready``, ``progress`` while it works, ``done`` after each task. The end of stdin means that the process that
started it is gone; then it ends at once.
"""

from __future__ import annotations

import json
import os
import queue
import re
import shutil
import signal
import sys
import tempfile
import threading
import time
import tomllib
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from formcheck.batch.locations import UnreachableError, is_url, local_copy, local_path, without_secrets
from formcheck.batch.rows import SessionRows, read_rows
from formcheck.batch.tasks import CLIPS_FOLDER, SESSION_FILE, BatchSettings, ClipFailure, ClipTask, FailureKind
from formcheck.doctor import explain_machine
from formcheck.errors import FormcheckError, OutputError, UsageError
from formcheck.pipeline import TRACK_SUFFIX, Options, analyze
from formcheck.protocols.loader import LoadedProtocol
from formcheck.protocols.model import Protocol as Exercise
from formcheck.session.kept import parse_kept
from formcheck.stages import Progress
from formcheck.types import Session, Side

# Often enough to tell work from a hang, seldom enough to cost nothing.
_PROGRESS_EVERY_S = 0.5

Send = Callable[[dict[str, Any]], None]


class AnalyzeClip(Protocol):
    """Analyses one clip: `pipeline.analyze`."""

    def __call__(
        self, clip: Path, out: Path, *, protocol: LoadedProtocol, options: Options, progress: Progress
    ) -> Session: ...


def serve(*, analyze: AnalyzeClip = analyze) -> None:
    """Work until stdin ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    send = _message_channel()
    first = json.loads(sys.stdin.buffer.readline())
    settings, scratch = BatchSettings.from_dict(first["settings"]), Path(first["scratch"])
    requests = _read_requests(scratch)
    protocol = LoadedProtocol(
        Exercise.model_validate(tomllib.loads(settings.protocol_text)),
        settings.protocol_sha256,
        settings.protocol_origin,
        settings.protocol_text,
    )
    options = Options(
        side=Side(settings.side) if settings.side else None,
        quality=settings.quality,
        model=settings.model_path,
        video=settings.video,
        fps=settings.fps,
        speed=settings.speed,
        # The other cores belong to the other workers.
        jobs=1,
        language=settings.language,
        kept=tuple(map(parse_kept, settings.kept)),
    )
    analysis = _Analysis(protocol, options, analyze, scratch, send)
    send({"ready": True})
    while True:
        ended = analysis.run(ClipTask.from_dict(json.loads(requests.get())))
        if isinstance(ended, ClipFailure):
            send({"done": ended.to_dict()})
        else:
            send({"done": None, "rows": ended.to_json()})


class _ChangedError(Exception):
    """The clip was overwritten after its content was read."""

    def __str__(self) -> str:
        return "the file was changed while the batch ran; run the batch again"


# The first that matches counts.
_KINDS: tuple[tuple[type[Exception], FailureKind], ...] = (
    (_ChangedError, FailureKind.CHANGED),
    (MemoryError, FailureKind.MEMORY),
    (OutputError, FailureKind.OUTPUT),
    (UnreachableError, FailureKind.UNREACHABLE),
    # The package that reads such URLs is not installed here.
    (UsageError, FailureKind.MACHINE),
    (FormcheckError, FailureKind.UNREADABLE),
)


@dataclass(frozen=True, slots=True)
class _Analysis:
    """Analyses clips by one protocol with one set of options."""

    protocol: LoadedProtocol
    options: Options
    analyze: AnalyzeClip
    scratch: Path
    send: Send

    def run(self, task: ClipTask) -> SessionRows | ClipFailure:
        """Analyse one clip and store its results; return what the tables say of them, or why that fails."""
        try:
            with local_copy(task.location, name=task.name, shown=task.display_path, scratch=self.scratch) as clip:
                if is_url(task.out):
                    return self._analyze_and_upload(task, clip)
                return self._analyze(task, clip, local_path(task.out) / CLIPS_FOLDER / task.folder)
        except Exception as error:  # noqa: BLE001 - the rim of a job: what fails here costs this clip alone
            return _failure(error, lambda message: _public(message, task, self.scratch))

    def _analyze_and_upload(self, task: ClipTask, clip: Path) -> SessionRows:
        folder = Path(tempfile.mkdtemp(prefix="results-", dir=self.scratch))
        try:
            rows = self._analyze(task, clip, folder)
            # A batch on this machine's disk needs nothing of it.
            from formcheck.batch.remote_storage import RemoteStorage

            RemoteStorage(task.out).upload(folder, task.folder)
        finally:
            shutil.rmtree(folder, ignore_errors=True)
        return rows

    def _analyze(self, task: ClipTask, clip: Path, out: Path) -> SessionRows:
        session = self.analyze(
            clip, out, protocol=self.protocol, options=self.options, progress=_progress_sender(self.send)
        )
        # A saved track carries the fingerprint of the clip that it was made from, not its own.
        if clip.suffix != TRACK_SUFFIX and session.clip.sha256 != task.content_sha256:
            shutil.rmtree(out, ignore_errors=True)
            raise _ChangedError
        # As they will be read from the file if the journal is lost: of the numbers that it holds, which are rounded.
        rows = read_rows((out / SESSION_FILE).read_bytes())
        if rows is None:
            raise ValueError(f"expected results in {SESSION_FILE}")
        return rows


def _failure(error: Exception, public: Callable[[str], str]) -> ClipFailure:
    """Describe in one line what went wrong, and classify it."""
    kind = next((kind for error_type, kind in _KINDS if isinstance(error, error_type)), None)
    if kind is not None:
        return ClipFailure(kind, public(str(error) or "needed more memory than there is"))
    missing = explain_machine(error)
    if missing is not None:
        return ClipFailure(FailureKind.MACHINE, missing)
    what = public(f"{type(error).__name__}: {error}".replace("\n", " "))
    trace = public("".join(traceback.format_exception(error)))
    return ClipFailure(FailureKind.BUG, f"this is a bug ({what}); please report it with failure.json", trace)


def _public(message: str, task: ClipTask, scratch: Path) -> str:
    """Remove the clip's path from a message: it differs between machines and may contain a password."""
    message = re.sub(re.escape(str(scratch)) + r"[\\/]clip-[^\\/]+[\\/]", "", message)
    for name in (task.location, task.display_path, task.name):
        message = message.replace(f"{name}: ", "")
    return without_secrets(message.replace(task.location, task.name))


def _progress_sender(send: Send) -> Progress:
    """Return a callback that sends progress, at most every `_PROGRESS_EVERY_S`."""
    last_s = 0.0

    def report(stage: str, share: float) -> None:
        nonlocal last_s
        now_s = time.monotonic()
        if now_s - last_s >= _PROGRESS_EVERY_S:
            last_s = now_s
            send({"progress": [stage, round(share, 4)]})

    return report


def _message_channel() -> Send:
    """Reserve stdout for messages; whatever libraries print goes to stderr."""
    messages = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    lock = threading.Lock()

    def send(message: dict[str, Any]) -> None:
        with lock:
            messages.write(json.dumps(message) + "\n")
            messages.flush()

    return send


def _read_requests(scratch: Path) -> queue.SimpleQueue[bytes]:
    """Read stdin in a thread, so that its end also ends the process while it analyses a clip."""
    requests: queue.SimpleQueue[bytes] = queue.SimpleQueue()

    def read() -> None:
        for line in sys.stdin.buffer:
            requests.put(line)
        shutil.rmtree(scratch, ignore_errors=True)
        os._exit(0)

    threading.Thread(target=read, daemon=True).start()
    return requests


if __name__ == "__main__":
    serve()
