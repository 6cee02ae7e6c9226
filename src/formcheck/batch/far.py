"""Results where fsspec writes: a store, another machine."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from formcheck.batch.lease import OLD_S, holding_lease, taken
from formcheck.batch.locations import explained, file_system, without_secrets
from formcheck.batch.values import CLIPS, OWN, SESSION
from formcheck.errors import OutputError

_READ_AT_ONCE = 64


class FarPlace:
    """A batch's folder that fsspec writes to; see `places.Place`."""

    def __init__(self, url: str) -> None:
        self._fs, path = file_system(url)
        self._root = path.rstrip("/")
        self.out = url.rstrip("/")
        self.shown = without_secrets(self.out)

    def prepare(self) -> None:
        with self._explained():
            self._fs.makedirs(f"{self._root}/{CLIPS}", exist_ok=True)

    @contextmanager
    def lock(self) -> Iterator[None]:
        with self._explained():
            self._fs.makedirs(f"{self._root}/{OWN}", exist_ok=True)
        remedy = f"wait for it to end ({OLD_S:.0f} s if it was killed)"
        with holding_lease(self, f"{OWN}/lock", refusal=taken(self.shown, remedy)):
            yield

    def folders(self) -> list[str]:
        with self._explained():
            self._fs.invalidate_cache()
            try:
                found = self._fs.ls(f"{self._root}/{CLIPS}", detail=False)
            except FileNotFoundError:
                return []
        return sorted(name.rstrip("/").rsplit("/", 1)[-1] for name in found)

    def read(self, names: Sequence[str]) -> Iterator[tuple[str, bytes | None]]:
        for first in range(0, len(names), _READ_AT_ONCE):
            some = names[first : first + _READ_AT_ONCE]
            with self._explained():
                got = self._fs.cat([f"{self._root}/{name}" for name in some], on_error="return")
            for name in some:
                yield name, self._content(name, got[f"{self._root}/{name}"])

    def _content(self, name: str, got: Any) -> bytes | None:
        if isinstance(got, FileNotFoundError):
            return None
        if isinstance(got, Exception):
            raise OutputError(f"{self.shown}/{name}: cannot be read ({without_secrets(str(got))}); check the access")
        return bytes(got)

    def write(self, name: str, data: bytes) -> None:
        with self._explained():
            parent = f"{self._root}/{name}".rsplit("/", 1)[0]
            self._fs.makedirs(parent, exist_ok=True)
            self._fs.pipe_file(f"{self._root}/{name}", data)

    def remove(self, name: str) -> None:
        with self._explained():
            if self._fs.exists(f"{self._root}/{name}"):
                self._fs.rm_file(f"{self._root}/{name}")

    def tidy(self, folder: str) -> None:
        """Half results never get here: a worker makes them on its own disk and sends them when they are whole."""

    def send(self, folder: Path, name: str) -> None:
        """Copy the results in ``folder`` to ``clips/name``; session.json last, as it says that all are there."""
        target = f"{self._root}/{CLIPS}/{name}"
        with self._explained():
            self._fs.makedirs(target, exist_ok=True)
            for path in sorted(folder.iterdir(), key=lambda path: path.name == SESSION):
                self._fs.put_file(str(path), f"{target}/{path.name}")

    @contextmanager
    def _explained(self) -> Iterator[None]:
        with explained(self._error):
            try:
                yield
            except FileNotFoundError as error:
                raise self._error(without_secrets(str(error))) from None

    def _error(self, why: str) -> OutputError:
        return OutputError(
            f"{self.shown}: expected a place that can be written to, got: {why}; check the address and the rights"
        )
