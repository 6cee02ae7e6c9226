"""Where the results of a batch are stored: a folder on this machine, or a URL that fsspec writes to.

The folder of a batch::

    summary.html, results.csv, reps.csv, and both as .parquet where what writes it is installed
    clips/NAME-KEY/      one folder a result, as `formcheck analyze` leaves it, or failure.json
    .formcheck-batch/    lock, hashes.json

Which clips are done is read from ``clips`` alone; ``hashes.json`` only saves reading the clips again.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Protocol

from formcheck.batch.locations import is_url, local_path
from formcheck.batch.remote_storage import RemoteStorage, in_use
from formcheck.batch.tasks import CLIPS_FOLDER, PRIVATE_FOLDER
from formcheck.files import PART_FILES, PART_FOLDERS, explained, locked, remove_stale, write_whole


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

    def folders(self) -> list[str]:
        """Names of the folders in ``clips``."""
        ...

    def read(self, names: Sequence[str]) -> Iterator[tuple[str, bytes | None]]:
        """Contents of files; None for one that does not exist."""
        ...

    def write(self, name: str, data: bytes) -> None:
        """Write a file so that it appears complete or not at all."""
        ...

    def remove(self, name: str) -> None:
        """Remove a file if it exists."""
        ...

    def remove_partial(self, folder: str) -> None:
        """Remove the incomplete results that a killed worker left in a folder of ``clips``."""
        ...


def open_storage(out: str) -> ResultStorage:
    """Return the storage at a path or URL. Nothing is created or contacted yet."""
    return RemoteStorage(out) if is_url(out) else LocalStorage(local_path(out))


class LocalStorage:
    """A folder on this machine."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder.absolute()
        self.out = str(self._folder)
        self.display_path = str(folder)

    def prepare(self) -> None:
        with self._output_errors():
            (self._folder / CLIPS_FOLDER).mkdir(parents=True, exist_ok=True)
            remove_stale(self._folder, f"{CLIPS_FOLDER}/*/{PART_FOLDERS}", older_than_s=0)
            for folder in ("", f"{PRIVATE_FOLDER}/", f"{CLIPS_FOLDER}/*/"):
                remove_stale(self._folder, f"{folder}{PART_FILES}", older_than_s=0)

    @contextmanager
    def lock(self) -> Iterator[None]:
        lock = self._folder / PRIVATE_FOLDER / "lock"
        with locked(lock, refusal=in_use(self.display_path), shown=self.display_path):
            yield

    def folders(self) -> list[str]:
        return sorted(path.name for path in (self._folder / CLIPS_FOLDER).iterdir() if path.is_dir())

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

    def remove(self, name: str) -> None:
        with self._output_errors():
            (self._folder / name).unlink(missing_ok=True)

    def remove_partial(self, folder: str) -> None:
        remove_stale(self._folder / CLIPS_FOLDER / folder, PART_FOLDERS, older_than_s=0)

    def _output_errors(self) -> AbstractContextManager[None]:
        return explained(self.display_path)
