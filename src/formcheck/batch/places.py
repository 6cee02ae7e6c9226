"""Where the results of a batch go: a folder here, or wherever fsspec writes.

A batch's folder::

    summary.html, results.csv, results.parquet, reps.csv, reps.parquet
    clips/NAME-KEY/      one folder a result, as `formcheck analyze` leaves it, or failure.json
    .formcheck-batch/    lock, hashes.json

What is done is read from ``clips`` alone; ``hashes.json`` only saves reading clips again.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Protocol

from formcheck.batch.far import FarPlace
from formcheck.batch.lease import taken
from formcheck.batch.locations import is_url, local_path
from formcheck.batch.values import CLIPS, OWN
from formcheck.files import PART_FILES, PART_FOLDERS, explained, locked, remove_stale, write_whole


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
            remove_stale(self._folder, f"{CLIPS}/*/{PART_FOLDERS}", older_than_s=0)
            for place in ("", f"{OWN}/", f"{CLIPS}/*/"):
                remove_stale(self._folder, f"{place}{PART_FILES}", older_than_s=0)

    @contextmanager
    def lock(self) -> Iterator[None]:
        with locked(self._folder / OWN / "lock", refusal=taken(self.shown), shown=self.shown):
            yield

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
            write_whole(path, data)

    def remove(self, name: str) -> None:
        with self._explained():
            (self._folder / name).unlink(missing_ok=True)

    def tidy(self, folder: str) -> None:
        remove_stale(self._folder / CLIPS / folder, PART_FOLDERS, older_than_s=0)

    def _explained(self) -> AbstractContextManager[None]:
        return explained(self.shown)
