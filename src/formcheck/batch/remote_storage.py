"""Results at a URL that fsspec writes to: an object store, or a folder on another machine."""

from __future__ import annotations

import json
import shutil
import tempfile
import threading
import time
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any

from formcheck.batch.locations import driver_errors_as, file_system, in_use, without_secrets
from formcheck.batch.tasks import CLIPS_FOLDER, PRIVATE_FOLDER, SESSION_FILE
from formcheck.errors import OutputError
from formcheck.parsing import parse_json_object

_READ_TOGETHER = 64
_LEASE = f"{PRIVATE_FOLDER}/lock"
_RENEW_EVERY_S = 20.0
_EXPIRES_S = 90.0
# Two batches that start in the same moment both write; after this time the name of the later one is in the file.
_SETTLE_S = 1.0


class RemoteStorage:
    """The folder of a batch at a URL; see `storage.ResultStorage`."""

    def __init__(self, url: str) -> None:
        self._fs, path = file_system(url)
        self._root = path.rstrip("/")
        self.out = url.rstrip("/")
        self.display_path = without_secrets(self.out)
        self._mirrors: dict[str, Path] = {}

    def prepare(self) -> None:
        with self._output_errors():
            self._fs.makedirs(f"{self._root}/{CLIPS_FOLDER}", exist_ok=True)

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Hold a lease while the block runs: a file that its holder renews, and that expires without it.

        Object stores have no locks. The lease makes simultaneous batches unlikely, not impossible: two that slip
        through only do the same work twice, since every result is written whole and is the same.
        """
        with self._output_errors():
            self._fs.makedirs(f"{self._root}/{PRIVATE_FOLDER}", exist_ok=True)
        holder = uuid.uuid4().hex
        refusal = in_use(self.display_path, f"wait for it to end ({_EXPIRES_S:.0f} s if it was killed)")
        current = self._lease()
        if current is not None and time.time() - current[1] < _EXPIRES_S:
            raise refusal
        self._renew(holder)
        time.sleep(_SETTLE_S)
        if (self._lease() or ("", 0.0))[0] != holder:
            raise refusal
        done = threading.Event()
        renewals = threading.Thread(target=self._keep_renewing, args=(holder, done), daemon=True)
        renewals.start()
        try:
            yield
        finally:
            done.set()
            renewals.join()
            self.remove(_LEASE)
            for mirror in self._mirrors.values():
                shutil.rmtree(mirror, ignore_errors=True)
            self._mirrors.clear()

    def _keep_renewing(self, holder: str, done: threading.Event) -> None:
        while not done.wait(_RENEW_EVERY_S):
            # A failed renewal does not matter: several fit in before the lease expires.
            with suppress(OutputError):
                self._renew(holder)

    def _renew(self, holder: str) -> None:
        self.write(_LEASE, json.dumps({"holder": holder, "renewed_at": time.time()}).encode())

    def _lease(self) -> tuple[str, float] | None:
        """Return who holds the lease and when it was renewed; None for nobody."""
        _, data = next(iter(self.read([_LEASE])))
        try:
            values = parse_json_object(data or b"")
            return str(values["holder"]), float(values["renewed_at"])
        except (ValueError, KeyError, TypeError):
            return None

    def names(self, folder: str) -> list[str]:
        with self._output_errors():
            self._fs.invalidate_cache()
            try:
                found = self._fs.ls(f"{self._root}/{folder}", detail=False)
            except FileNotFoundError:
                return []
            # A listing of many results would be kept, too.
            self._fs.invalidate_cache()
        names = (name.rstrip("/").rsplit("/", 1)[-1] for name in found)
        return sorted(name for name in names if not name.startswith("."))

    def mirror(self, folder: str) -> Path:
        """Copy a folder to this machine when it is first asked for; the copy lasts as long as the lock."""
        if folder not in self._mirrors:
            mirror = Path(tempfile.mkdtemp(prefix="formcheck-batch-"))
            self._mirrors[folder] = mirror
            names = self.names(folder)
            for name, data in self.read([f"{folder}/{name}" for name in names]):
                (mirror / name.rpartition("/")[2]).write_bytes(data or b"")
        return self._mirrors[folder]

    def _mirrored(self, name: str) -> Path | None:
        """Return the copy of a file on this machine, if its folder has one."""
        folder, _, file = name.rpartition("/")
        return self._mirrors[folder] / file if folder in self._mirrors else None

    def read(self, names: Sequence[str]) -> Iterator[tuple[str, bytes | None]]:
        for first in range(0, len(names), _READ_TOGETHER):
            some = names[first : first + _READ_TOGETHER]
            with self._output_errors():
                contents = self._fs.cat([f"{self._root}/{name}" for name in some], on_error="return")
            for name in some:
                yield name, self._content(name, contents[f"{self._root}/{name}"])

    def _content(self, name: str, content: Any) -> bytes | None:
        if isinstance(content, FileNotFoundError):
            return None
        if isinstance(content, Exception):
            why = without_secrets(str(content))
            raise OutputError(f"{self.display_path}/{name}: cannot be read ({why}); check the access rights")
        return bytes(content)

    def write(self, name: str, data: bytes) -> None:
        with self._output_errors():
            parent = f"{self._root}/{name}".rsplit("/", 1)[0]
            self._fs.makedirs(parent, exist_ok=True)
            self._fs.pipe_file(f"{self._root}/{name}", data)
        if (copy := self._mirrored(name)) is not None:
            copy.write_bytes(data)

    @contextmanager
    def writing(self, name: str) -> Iterator[IO[bytes]]:
        with tempfile.TemporaryDirectory(prefix="formcheck-batch-") as folder:
            copy = Path(folder) / "file"
            with copy.open("wb") as file:
                yield file
            with self._output_errors():
                self._fs.makedirs(f"{self._root}/{name}".rsplit("/", 1)[0], exist_ok=True)
                self._fs.put_file(str(copy), f"{self._root}/{name}")

    def remove(self, name: str) -> None:
        with self._output_errors():
            if self._fs.exists(f"{self._root}/{name}"):
                self._fs.rm_file(f"{self._root}/{name}")
        if (copy := self._mirrored(name)) is not None:
            copy.unlink(missing_ok=True)

    def remove_partial(self, folder: str) -> None:
        """Do nothing: a worker makes results on its own disk and uploads them when they are complete."""

    def upload(self, folder: Path, name: str) -> None:
        """Copy the results in ``folder`` to ``clips/name``; session.json last, as it says that all are there."""
        target = f"{self._root}/{CLIPS_FOLDER}/{name}"
        with self._output_errors():
            self._fs.makedirs(target, exist_ok=True)
            for path in sorted(folder.iterdir(), key=lambda path: path.name == SESSION_FILE):
                self._fs.put_file(str(path), f"{target}/{path.name}")

    @contextmanager
    def _output_errors(self) -> Iterator[None]:
        with driver_errors_as(self._output_error):
            try:
                yield
            except FileNotFoundError as error:
                raise self._output_error(without_secrets(str(error))) from None

    def _output_error(self, why: str) -> OutputError:
        return OutputError(
            f"{self.display_path}: expected a folder that can be written to, got: {why}; "
            "check the address and the access rights"
        )
