"""A lock where there are none: a file that its holder renews, and that is old when the holder is gone."""

from __future__ import annotations

import json
import threading
import time
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Protocol

from formcheck.errors import FormcheckError, OutputError, UsageError

_RENEW_S = 20.0
OLD_S = 90.0
# Two that begin in the same moment both write; after this the later one's name is in the file.
_SETTLE_S = 1.0


class Files(Protocol):
    """What a lease needs of the place it is for."""

    def read(self, names: Sequence[str]) -> Iterator[tuple[str, bytes | None]]: ...

    def write(self, name: str, data: bytes) -> None: ...

    def remove(self, name: str) -> None: ...


@contextmanager
def holding_lease(files: Files, name: str, *, refusal: FormcheckError) -> Iterator[None]:
    """Hold the lease ``name`` while the block runs, or raise ``refusal``.

    It is a courtesy, not a guarantee: two batches that slip through only do the same work twice, since every result
    is written whole and equal.
    """
    mine = uuid.uuid4().hex
    found = _holder(files, name)
    if found is not None and time.time() - found[1] < OLD_S:
        raise refusal
    _renew(files, name, mine)
    time.sleep(_SETTLE_S)
    if (_holder(files, name) or ("", 0.0))[0] != mine:
        raise refusal
    done = threading.Event()
    keeper = threading.Thread(target=_keep, args=(files, name, mine, done), daemon=True)
    keeper.start()
    try:
        yield
    finally:
        done.set()
        keeper.join()
        files.remove(name)


def _keep(files: Files, name: str, mine: str, done: threading.Event) -> None:
    while not done.wait(_RENEW_S):
        # a renewal that failed is soon followed by the next
        with suppress(OutputError):
            _renew(files, name, mine)


def _renew(files: Files, name: str, mine: str) -> None:
    files.write(name, json.dumps({"holder": mine, "renewed_at": time.time()}).encode())


def _holder(files: Files, name: str) -> tuple[str, float] | None:
    """Who holds the lease, and when it was renewed; None for nobody."""
    _, data = next(iter(files.read([name])))
    try:
        values = json.loads(data or b"")
        return str(values["holder"]), float(values["renewed_at"])
    except (ValueError, KeyError, TypeError):
        return None


def taken(shown: str, remedy: str = "wait for it to end") -> UsageError:
    """What to say when another batch holds a place."""
    return UsageError(f"{shown}: another batch is writing there; {remedy}, or choose another folder with --out")
