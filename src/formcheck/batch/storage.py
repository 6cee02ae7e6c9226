"""Where the results of a batch are stored: a folder on this machine, or a URL that fsspec writes to.

The folder of a batch::

    summary.html, summary/       the page, and its further pages
    results.csv, reps.csv        the tables of the last call
    results/, reps/              all results as Parquet, where what writes it is installed
    clips/NAME-KEY/              one folder a result, as `formcheck analyze` leaves it, or failure.json
    .formcheck-batch/            lock; results, reps: the journal; hashes: content hashes of the clips

Which clips are done is read from ``clips`` alone; the rest only saves reading results and clips again.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import IO, Protocol

from formcheck.batch.locations import in_use, is_url, local_path
from formcheck.batch.tasks import CLIPS_FOLDER, PRIVATE_FOLDER
from formcheck.files import PART_FILES, PART_FOLDERS, explained, locked, remove_stale, replacing, write_whole


class ResultStorage(Protocol):
    """The folder of a batch. Names are relative to it, with slashes."""

    @property
    def out(self) -> str:
        """Path or URL for the processes that write into it."""
        ...

    @property
    def display_path(self) -> str:
        """The same for people, without credentials."""
        ...

    def prepare(self) -> None:
        """Create it, and remove incomplete files of a batch that was killed. The caller holds the lock."""
        ...

    def lock(self) -> AbstractContextManager[None]:
        """Keep other batches from writing to it."""
        ...

    def names(self, folder: str) -> list[str]:
        """Names of what is in a folder, hidden ones apart, sorted; none if it does not exist."""
        ...

    def mirror(self, folder: str) -> Path:
        """Return a folder on this machine that holds the same files; it follows what is written and removed."""
        ...

    def read(self, names: Sequence[str]) -> Iterator[tuple[str, bytes | None]]:
        """Contents of files; None for one that does not exist."""
        ...

    def write(self, name: str, data: bytes) -> None:
        """Write a file so that it appears complete or not at all."""
        ...

    def writing(self, name: str) -> AbstractContextManager[IO[bytes]]:
        """Open a large file to write piece by piece: when the block ends well it appears complete, else not at all."""
        ...

    def remove(self, name: str) -> None:
        """Remove a file if it exists."""
        ...

    def remove_partial(self, folder: str) -> None:
        """Remove the incomplete results that a killed worker left in a folder of ``clips``."""
        ...


def open_storage(out: str) -> ResultStorage:
    """Return the storage at a path or URL. Nothing is created or contacted yet."""
    if is_url(out):
        from formcheck.batch.remote_storage import RemoteStorage

        return RemoteStorage(out)
    return LocalStorage(local_path(out))


class LocalStorage:
    """A folder on this machine."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder.absolute()
        self.out = str(self._folder)
        self.display_path = str(folder)

    def prepare(self) -> None:
        with self._output_errors():
            (self._folder / CLIPS_FOLDER).mkdir(parents=True, exist_ok=True)
            for folder in ("", f"{PRIVATE_FOLDER}/", f"{PRIVATE_FOLDER}/*/", "results/", "reps/", "summary/"):
                remove_stale(self._folder, f"{folder}{PART_FILES}", older_than_s=0)

    @contextmanager
    def lock(self) -> Iterator[None]:
        lock = self._folder / PRIVATE_FOLDER / "lock"
        with locked(lock, refusal=in_use(self.display_path), shown=self.display_path):
            yield

    def names(self, folder: str) -> list[str]:
        try:
            with os.scandir(self._folder / folder) as entries:
                return sorted(entry.name for entry in entries if not entry.name.startswith("."))
        except FileNotFoundError:
            return []

    def mirror(self, folder: str) -> Path:
        return self._folder / folder

    def read(self, names: Sequence[str]) -> Iterator[tuple[str, bytes | None]]:
        for name in names:
            try:
                yield name, (self._folder / name).read_bytes()
            except (FileNotFoundError, NotADirectoryError):
                yield name, None

    def write(self, name: str, data: bytes) -> None:
        path = self._folder / name
        with self._output_errors():
            path.parent.mkdir(parents=True, exist_ok=True)
            write_whole(path, data)

    @contextmanager
    def writing(self, name: str) -> Iterator[IO[bytes]]:
        path = self._folder / name
        with self._output_errors():
            path.parent.mkdir(parents=True, exist_ok=True)
            with replacing(path) as part, part.open("wb") as file:
                yield file

    def remove(self, name: str) -> None:
        with self._output_errors():
            (self._folder / name).unlink(missing_ok=True)

    def remove_partial(self, folder: str) -> None:
        for pattern in (PART_FOLDERS, PART_FILES):
            remove_stale(self._folder / CLIPS_FOLDER / folder, pattern, older_than_s=0)

    def _output_errors(self) -> AbstractContextManager[None]:
        return explained(self.display_path)
