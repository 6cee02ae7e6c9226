"""One home for each practice record: starting formcheck again opens the page that is served already."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from formcheck.files import acquire_lock, open_private

_LOCK, _ADDRESS = "home-lock", "home-address"


class Instance:
    """What this process knows of the home of a record: it is the first, or another runs already."""

    def __init__(self, folder: Path, *, first: bool) -> None:
        self._path = folder / _ADDRESS
        self.first = first

    def running_address(self) -> str | None:
        """Return the address of the home that runs already, with its token; None while it is only starting."""
        try:
            return self._path.read_text(encoding="utf-8") or None
        except FileNotFoundError:
            return None

    def publish(self, url: str) -> None:
        """Tell later starts where this home is; only this user can read it."""
        with open_private(self._path, "w") as file:
            file.write(url)

    def withdraw(self) -> None:
        """Take the address back."""
        self._path.unlink(missing_ok=True)


@contextmanager
def instance_of(folder: Path) -> Iterator[Instance]:
    """Yield whether this is the first home of a record, whose folder is there."""
    lock = acquire_lock(folder / _LOCK)
    instance = Instance(folder, first=lock is not None)
    try:
        yield instance
    finally:
        if lock is not None:
            instance.withdraw()
            lock.release()
