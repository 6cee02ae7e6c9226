"""A worker process: analyses one clip after another for whoever started it. ``python -m formcheck.batch.worker``.

It reads one JSON object a line on stdin, the settings first and then tasks, and answers so on stdout: ``ready``,
``at`` while it works, ``done`` after each task. When stdin ends, whoever started it is gone, and it ends at once.
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
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Protocol

from formcheck.batch.far import FarPlace
from formcheck.batch.locations import UnreachableError, at_hand, is_url, local_path, without_secrets
from formcheck.batch.values import CLIPS, Failure, Settings, Task, Trouble
from formcheck.doctor import explain_missing_library
from formcheck.errors import FormcheckError, OutputError, UsageError
from formcheck.pipeline import TRACK_SUFFIX, Options, Progress, analyze
from formcheck.protocols.loader import LoadedProtocol
from formcheck.protocols.model import Protocol as Exercise
from formcheck.types import Session, Side

# Often enough to tell work from a hang, seldom enough to cost nothing.
_SAY_EVERY_S = 0.5

Say = Callable[[dict[str, Any]], None]


class Analyze(Protocol):
    """What analyses one clip: `pipeline.analyze`."""

    def __call__(
        self, clip: Path, out: Path, *, protocol: LoadedProtocol, options: Options, progress: Progress
    ) -> Session: ...


def serve(*, analyze: Analyze = analyze) -> None:
    """Work until stdin ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    say = _speak()
    greeting = json.loads(sys.stdin.readline())
    settings, scratch = Settings.from_dict(greeting["settings"]), Path(greeting["scratch"])
    lines = _listen(scratch)
    protocol = LoadedProtocol(
        Exercise.model_validate(tomllib.loads(settings.protocol_text)),
        settings.protocol_sha256,
        settings.protocol_origin,
        settings.protocol_text,
    )
    options = Options(
        side=Side(settings.side) if settings.side else None,
        model=settings.model_path,
        video=settings.video,
        fps=settings.fps,
        # the cores are taken by the other workers
        jobs=1,
    )
    bench = _Bench(protocol, options, analyze, scratch, say)
    say({"ready": True})
    while True:
        failure = bench.attempt(Task.from_dict(json.loads(lines.get())))
        say({"done": asdict(failure) if failure is not None else None})


class _ChangedError(Exception):
    """Someone wrote over the clip since its content was read."""

    def __str__(self) -> str:
        return "the file was changed while the batch ran; run the batch again"


# The first that fits counts.
_TROUBLES: tuple[tuple[type[Exception], Trouble], ...] = (
    (_ChangedError, Trouble.CHANGED),
    (MemoryError, Trouble.MEMORY),
    (OutputError, Trouble.OUTPUT),
    (UnreachableError, Trouble.UNREACHABLE),
    # what reads such URLs is not installed here
    (UsageError, Trouble.MACHINE),
    (FormcheckError, Trouble.UNREADABLE),
)


@dataclass(frozen=True, slots=True)
class _Bench:
    """What every task is done with."""

    protocol: LoadedProtocol
    options: Options
    analyze: Analyze
    scratch: Path
    say: Say

    def attempt(self, task: Task) -> Failure | None:
        """Analyse one clip and put its results where they belong; say why if that fails."""
        try:
            with at_hand(task.location, name=task.name, shown=task.shown, scratch=self.scratch) as clip:
                if is_url(task.out):
                    self._analyze_and_send(task, clip)
                else:
                    self._analyze(task, clip, local_path(task.out) / CLIPS / task.folder)
        except Exception as error:  # noqa: BLE001 - the rim of a job: what fails here costs this clip alone
            return _failure(error, lambda message: _public(message, task, self.scratch))
        return None

    def _analyze_and_send(self, task: Task, clip: Path) -> None:
        near = Path(tempfile.mkdtemp(prefix="results-", dir=self.scratch))
        try:
            self._analyze(task, clip, near)
            FarPlace(task.out).send(near, task.folder)
        finally:
            shutil.rmtree(near, ignore_errors=True)

    def _analyze(self, task: Task, clip: Path, out: Path) -> None:
        session = self.analyze(clip, out, protocol=self.protocol, options=self.options, progress=_teller(self.say))
        # a saved track carries the fingerprint of the clip that it was made from
        if clip.suffix != TRACK_SUFFIX and session.clip.sha256 != task.content_sha256:
            shutil.rmtree(out, ignore_errors=True)
            raise _ChangedError


def _failure(error: Exception, public: Callable[[str], str]) -> Failure:
    """Say in a line what went wrong, and whose fault it is."""
    known = next((trouble for kind, trouble in _TROUBLES if isinstance(error, kind)), None)
    if known is not None:
        return Failure(known, public(str(error) or "needed more memory than there is"))
    missing = explain_missing_library(error)
    if missing is not None:
        return Failure(Trouble.MACHINE, missing)
    what = public(f"{type(error).__name__}: {error}".replace("\n", " "))
    trace = public("".join(traceback.format_exception(error)))
    return Failure(Trouble.BUG, f"this is a bug ({what}); please report it with failure.json", trace)


def _public(message: str, task: Task, scratch: Path) -> str:
    """Take out of a message where the clip lies, which differs from machine to machine and may hold a password."""
    message = re.sub(re.escape(str(scratch)) + r"[\\/]clip-[^\\/]+[\\/]", "", message)
    for place in (task.location, task.shown, task.name):
        message = message.replace(f"{place}: ", "")
    return without_secrets(message.replace(task.location, task.name))


def _teller(say: Say) -> Progress:
    """Tell how far the work is, now and then."""
    last_s = 0.0

    def tell(stage: str, share: float) -> None:
        nonlocal last_s
        now_s = time.monotonic()
        if now_s - last_s >= _SAY_EVERY_S:
            last_s = now_s
            say({"at": [stage, round(share, 4)]})

    return tell


def _speak() -> Say:
    """Take stdout for answers alone; what libraries print goes to stderr."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    lock = threading.Lock()

    def say(answer: dict[str, Any]) -> None:
        with lock:
            answers.write(json.dumps(answer) + "\n")
            answers.flush()

    return say


def _listen(scratch: Path) -> queue.SimpleQueue[str]:
    """Read stdin beside the work, so that its end ends the process in the midst of it."""
    lines: queue.SimpleQueue[str] = queue.SimpleQueue()

    def listen() -> None:
        for line in sys.stdin:
            lines.put(line)
        shutil.rmtree(scratch, ignore_errors=True)
        os._exit(0)

    threading.Thread(target=listen, daemon=True).start()
    return lines


if __name__ == "__main__":
    serve()
