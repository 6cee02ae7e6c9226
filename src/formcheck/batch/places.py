"""Where the results of a batch go: a folder here, or wherever fsspec writes.

A batch's folder::

    summary.html, results.csv, results.parquet, reps.csv, reps.parquet
    clips/NAME-KEY/      one folder a result, as `formcheck analyze` leaves it, or failure.json
    .formcheck-batch/    lock, hashes.json

What is done is read from ``clips`` alone; ``hashes.json`` only saves reading clips again.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from itertools import chain
from pathlib import Path
from typing import Protocol

import filelock

from formcheck.batch.far import FarPlace
from formcheck.batch.lease import taken
from formcheck.batch.locations import is_url, local_path
from formcheck.batch.values import CLIPS, OWN
from formcheck.errors import OutputError
from formcheck.record.series import write_whole


class Place(Protocol):
    """A batch's folder. Names are relative to it, with slashes."""

    @property
    def out(self) -> str:
        """Path or URL for whoever writes into it."""
        ...

    @property
    def shown(self) -> str:
        """The same for people."""
        ...

    def prepare(self) -> None:
        """Make it, and remove what a killed batch left half done. Call it while holding the lock."""
        ...

    def lock(self) -> AbstractContextManager[None]:
        """Keep other batches out of it."""
        ...

    def folders(self) -> list[str]:
        """Names of the folders in ``clips``."""
        ...

    def read(self, names: Sequence[str]) -> Iterator[tuple[str, bytes | None]]:
        """Contents of files; None for one that is not there."""
        ...

    def write(self, name: str, data: bytes) -> None:
        """Write a file so that it appears whole or not at all."""
        ...

    def remove(self, name: str) -> None:
        """Remove a file if it is there."""
        ...

    def tidy(self, folder: str) -> None:
        """Remove what a killed worker left half done."""
        ...


def place_of(out: str) -> Place:
    """Return the place that a path or URL names."""
    return FarPlace(out) if is_url(out) else NearPlace(local_path(out))


class NearPlace:
    """A folder on this machine."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder.absolute()
        self.out = str(self._folder)
        self.shown = str(folder)

    def prepare(self) -> None:
        with self._explained():
            (self._folder / CLIPS).mkdir(parents=True, exist_ok=True)
            for left in (self._folder / CLIPS).glob("*/.partial-*"):
                shutil.rmtree(left, ignore_errors=True)
            for half in chain(*(self._folder.glob(f"{place}.*.part") for place in ("", f"{OWN}/", f"{CLIPS}/*/"))):
                half.unlink(missing_ok=True)

    @contextmanager
    def lock(self) -> Iterator[None]:
        # The system lets go of such a lock when the process ends, however it ends.
        with self._explained():
            (self._folder / OWN).mkdir(mode=0o700, parents=True, exist_ok=True)
            lock = filelock.FileLock(self._folder / OWN / "lock", mode=0o600)
            try:
                lock.acquire(timeout=0)
            except filelock.Timeout:
                raise taken(self.shown) from None
        try:
            yield
        finally:
            lock.release()

    def folders(self) -> list[str]:
        return sorted(path.name for path in (self._folder / CLIPS).iterdir() if path.is_dir())

    def read(self, names: Sequence[str]) -> Iterator[tuple[str, bytes | None]]:
        for name in names:
            try:
                yield name, (self._folder / name).read_bytes()
            except (FileNotFoundError, NotADirectoryError):
                yield name, None

    def write(self, name: str, data: bytes) -> None:
        path = self._folder / name
        with self._explained():
            path.parent.mkdir(parents=True, exist_ok=True)
            write_whole(data, path)

    def remove(self, name: str) -> None:
        with self._explained():
            (self._folder / name).unlink(missing_ok=True)

    def tidy(self, folder: str) -> None:
        for left in (self._folder / CLIPS / folder).glob(".partial-*"):
            shutil.rmtree(left, ignore_errors=True)

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise OutputError(
                f"{self.shown}: expected a folder that can be written to, got: {error.strerror or error}; "
                "choose another with --out"
            ) from None
