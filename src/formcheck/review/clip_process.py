"""Clips are opened in a process of its own: one that the decoder hangs or crashes on costs its own request alone."""

from __future__ import annotations

import multiprocessing
import signal
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

from formcheck.errors import FormcheckError, InputError

if TYPE_CHECKING:
    from multiprocessing.connection import Connection
    from multiprocessing.process import BaseProcess

_P = ParamSpec("_P")
_T = TypeVar("_T")

# A frame in the middle of a long clip without an index takes seconds.
_LONGEST_S = 60.0


@dataclass(frozen=True, slots=True)
class _Answer:
    value: Any = None
    error: FormcheckError | None = None


class ClipProcess:
    """Calls functions that read clips in another process, one after another. It starts with the first call.

    Parameters
    ----------
    longest_s : float
        The process is ended when a call takes longer.
    """

    def __init__(self, *, longest_s: float = _LONGEST_S) -> None:
        self._longest_s = longest_s
        self._turn = threading.Lock()
        self._state = threading.Lock()
        self._running: tuple[BaseProcess, Connection] | None = None
        self._ended = False

    def call(self, function: Callable[_P, _T], clip: Path, *arguments: _P.args, **options: _P.kwargs) -> _T:
        """Return what ``function`` of these arguments returns; ``clip`` is the one that it reads, for errors.

        Raises
        ------
        FormcheckError
            What the function raised; or it took too long, or ended the process.
        """
        with self._turn:
            process, connection = self._started()
            with suppress(EOFError, OSError):
                connection.send((function, arguments, options))
                if connection.poll(self._longest_s):
                    answer: _Answer = connection.recv()
                    if answer.error is not None:
                        raise answer.error
                    value: _T = answer.value
                    return value
            how = f"took longer than {self._longest_s:.0f} s" if process.is_alive() else "ended the decoder"
            self._end()
            raise InputError(f"{clip.name}: reading it {how}; convert the clip to MP4 (H.264) and open that")

    def _started(self) -> tuple[BaseProcess, Connection]:
        with self._state:
            if self._ended:
                raise InputError("formcheck is ending; start it again")
            if self._running is None:
                self._running = _start()
            return self._running

    def _end(self) -> None:
        with self._state:
            if self._running is not None:
                process, connection = self._running
                self._running = None
                process.kill()
                process.join()
                connection.close()

    def stop(self) -> None:
        """End the process whatever it does; whoever waits for it is told so, and no other is started."""
        with self._state:
            self._ended = True
            if self._running is not None:
                self._running[0].kill()

    def close(self) -> None:
        """Stop, and wait until the process is gone."""
        self.stop()
        with self._turn:
            self._end()


def _start() -> tuple[BaseProcess, Connection]:
    # A server starts another process for each clip that hung, without loading FFmpeg again.
    if "forkserver" in multiprocessing.get_all_start_methods():
        # It is reached by a socket in the folder for temporary files, whose path may be too long for one.
        with suppress(OSError):
            return _start_by("forkserver")
    return _start_by("spawn")


def _start_by(method: str) -> tuple[BaseProcess, Connection]:
    # Any: the base class of contexts lacks what every one of them has.
    context: Any = multiprocessing.get_context(method)
    if method == "forkserver":
        context.set_forkserver_preload(["formcheck.review.media"])
    own, others = context.Pipe()
    process = context.Process(target=_answer, args=(others,), name="formcheck-clips", daemon=True)
    process.start()
    others.close()
    return process, own


def _answer(requests: Connection) -> None:
    """Work in the process: call what is asked for until nobody asks any more."""
    # Ctrl-C is for the server, which then ends this process.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with suppress(EOFError, OSError):
        while True:
            function, arguments, options = requests.recv()
            try:
                answer = _Answer(function(*arguments, **options))
            except FormcheckError as error:
                answer = _Answer(error=error)
            except Exception as error:  # noqa: BLE001 - the process's rim: what comes up here is a bug
                answer = _Answer(error=FormcheckError(f"this is a bug ({type(error).__name__}: {error})"))
            requests.send(answer)
