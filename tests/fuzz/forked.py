"""Commands of formcheck in processes that are forked from a warm one, each with its exit code, memory and time."""

from __future__ import annotations

import os
import resource
import signal
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

# More address space than any run may use, so that what asks for more fails and not the machine.
_MOST_BYTES = 8_000_000_000
# What a command that must succeed ends the process with when it does not.
_LATER_FAILED = 100


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a command ended: ``code`` is its exit code, negative for a signal.

    ``later_failed``: it went well, and one that then had to succeed did not.
    """

    code: int
    said: str
    peak_mb: float
    cpu_s: float
    wall_s: float
    later_failed: bool

    @property
    def is_fault(self) -> bool:
        """An internal error, a crash or a hang."""
        return self.code == 70 or self.code < 0


def run_forked(commands: Sequence[Sequence[str]], log: Path, *, limit_s: float) -> Outcome:
    """Run commands one after another in a process of their own; those after the first must succeed.

    Parameters
    ----------
    commands : sequence of arguments of formcheck
    log : Path
        For what they say.
    limit_s : float
        Of processor time; ten times as long by the clock.
    """
    begun = time.monotonic()
    child = os.fork()
    if child == 0:
        _as_a_process_of_its_own(commands, log, limit_s)
    ended, status, usage = _wait(child, begun + 10 * limit_s)
    code = os.waitstatus_to_exitcode(status) if ended else -signal.SIGALRM
    return Outcome(
        code,
        log.read_text(encoding="utf-8", errors="replace"),
        usage.ru_maxrss / 1000 if usage is not None else 0.0,
        usage.ru_utime + usage.ru_stime if usage is not None else 0.0,
        time.monotonic() - begun,
        later_failed=code > _LATER_FAILED,
    )


def _wait(child: int, until: float) -> tuple[bool, int, resource.struct_rusage | None]:
    while time.monotonic() < until:
        done, status, usage = os.wait4(child, os.WNOHANG)
        if done:
            return True, status, usage
        time.sleep(0.005)
    os.kill(child, signal.SIGKILL)
    _, status, usage = os.wait4(child, 0)
    return False, status, usage


def _as_a_process_of_its_own(commands: Sequence[Sequence[str]], log: Path, limit_s: float) -> None:
    code = 70
    try:
        resource.setrlimit(resource.RLIMIT_CPU, (int(limit_s), int(limit_s) + 1))
        resource.setrlimit(resource.RLIMIT_AS, (_MOST_BYTES, _MOST_BYTES))
        out = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        os.dup2(out, 1)
        os.dup2(out, 2)
        from formcheck.cli import run

        code = run(commands[0])
        for command in commands[1:]:
            if (later := run(command)) and code != 70:
                code = later if code == 0 and later == 70 else _LATER_FAILED + later
    finally:
        os._exit(code)
