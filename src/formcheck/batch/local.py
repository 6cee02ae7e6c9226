"""A batch on this machine."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

from formcheck.batch.locations import UnreachableError, content_sha256
from formcheck.batch.pool import WORKER, Pool
from formcheck.batch.values import Clip, Failure, Limits, Outcome, Settings, Task, Trouble
from formcheck.cores import available_cores
from formcheck.errors import FormcheckError, UsageError

# Reading what is far away waits for the network most of the time.
_READ_AT_ONCE = 4


def fingerprint(clip: Clip, stop: Callable[[], bool] = lambda: False) -> str | Failure:
    """SHA-256 of a clip's content, or why it cannot be read."""
    try:
        return content_sha256(clip.location, shown=clip.shown, stop=stop)
    except FormcheckError as error:
        trouble = Trouble.MACHINE if isinstance(error, UsageError) else Trouble.UNREADABLE
        trouble = Trouble.UNREACHABLE if isinstance(error, UnreachableError) else trouble
        return Failure(trouble, str(error).removeprefix(f"{clip.shown}: "))


class LocalRunner:
    """Analyses clips in processes on this machine; see `Pool`."""

    def __init__(
        self, settings: Settings, limits: Limits, *, jobs: int | None = None, command: Sequence[str] = WORKER
    ) -> None:
        self._pool = Pool(settings, limits, jobs=jobs or available_cores(), command=command)
        self._stopped = threading.Event()
        self._readers = ThreadPoolExecutor(_READ_AT_ONCE, "formcheck-read")

    def fingerprints(self, clips: Sequence[Clip]) -> Iterator[str | Failure]:
        return self._readers.map(lambda clip: fingerprint(clip, self._stopped.is_set), clips)

    def submit(self, task: Task) -> None:
        self._pool.submit(task)

    def finish(self) -> None:
        self._pool.finish()

    def outcomes(self) -> Iterator[Outcome | None]:
        return self._pool.outcomes()

    def close(self) -> None:
        self._stopped.set()
        self._readers.shutdown(wait=False, cancel_futures=True)
        self._pool.close()
