"""The work of a job in a process of its own: a crash costs that job alone, and ending the process cancels it."""

from __future__ import annotations

import multiprocessing
import signal
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

from formcheck.errors import FormcheckError
from formcheck.server.jobs import Job, JobCancelledError
from formcheck.stages import Progress

if TYPE_CHECKING:
    from multiprocessing.connection import Connection
    from multiprocessing.context import SpawnProcess

_T = TypeVar("_T")

# How long a process may take to clean up after it was asked to end.
_GRACE_S = 3.0
_POLL_S = 0.1


def run_in_process(job: Job, target: Callable[[Connection, _T], None], argument: _T) -> None:
    """Run ``target`` in a new process (spawn), as the work of a job; there it works through `reporting`.

    Raises
    ------
    FormcheckError
        It failed, or ended without an answer.
    JobCancelledError
        The job was cancelled: the process is ended.
    """
    context = multiprocessing.get_context("spawn")
    receiver, sender = context.Pipe(duplex=False)
    process = context.Process(target=target, args=(sender, argument), daemon=True)
    process.start()
    sender.close()
    try:
        answer = _follow(job, process, receiver)
    finally:
        exit_code = _end(process, at_once=job.cancelled.is_set())
        receiver.close()
    if answer == "done":
        return
    if job.cancelled.is_set():
        raise JobCancelledError
    raise FormcheckError(
        answer
        or f"{job.name}: the {job.kind} ended without an answer (exit code {exit_code}); try again, or run formcheck "
        "analyze on it to see more"
    )


def reporting(reports: Connection, work: Callable[[Progress], None]) -> None:
    """Work in the process; send ("progress", stage, share), and at the end ("done",) or ("failed", one line)."""
    # SIGTERM lets the work remove its unfinished files. Ctrl-C is for the server, which then ends this process.
    signal.signal(signal.SIGTERM, _exit)
    signal.signal(signal.SIGINT, signal.SIG_IGN)

    def progress(stage: str, share: float) -> None:
        reports.send(("progress", stage, float(share)))

    # When the server is gone there is nobody to report to, and no reason to go on.
    with suppress(BrokenPipeError):
        try:
            work(progress)
            reports.send(("done",))
        except FormcheckError as error:
            reports.send(("failed", str(error)))
        except BrokenPipeError:
            raise
        except Exception as error:  # noqa: BLE001 - the process's rim: what comes up here is a bug or a broken machine
            what = f"this is a bug ({type(error).__name__}: {error})"
            reports.send(("failed", f"{what}; run formcheck analyze on the clip to see where"))


def _exit(_number: int, _frame: Any) -> NoReturn:
    sys.exit(1)


def _follow(job: Job, process: SpawnProcess, receiver: Connection) -> str | None:
    """Pass on the progress of a process; return "done", why it failed, or None when it said neither."""
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
            job.progress.advance(*values)
        elif kind == "done":
            return "done"
        else:
            return str(values[0])
    return None


def _end(process: SpawnProcess, *, at_once: bool) -> int | None:
    """Wait for the end of a process, or force it; return its exit code."""
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
