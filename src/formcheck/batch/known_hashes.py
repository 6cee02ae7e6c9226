"""Content hashes of clips that earlier runs read, so that a clip that has not changed is not read again.

They are lines of the hash of the clip's path, size and stamp, and of its content's hash, in files that are written
once. It is only a cache: what is missing or damaged is read again.
"""

from __future__ import annotations

import hashlib
import time

from formcheck.batch.index import KeyIndex, key_number
from formcheck.batch.storage import ResultStorage
from formcheck.batch.tasks import PRIVATE_FOLDER, BatchClip

_FOLDER = f"{PRIVATE_FOLDER}/hashes"
_FACT_DIGITS, _CONTENT_BYTES = 16, 32
_FLUSH_AT = 1000
# The modification time of a file written this recently may stay the same when it is written again.
_FRESH_S = 3.0


class KnownHashes:
    """Content hashes by path, size and stamp; 48 bytes a clip in memory."""

    def __init__(self, storage: ResultStorage) -> None:
        self._storage = storage
        self._places, self._contents = KeyIndex(), bytearray()
        self._new: list[str] = []
        names = storage.names(_FOLDER)
        self._next = max((int(name[:6]) for name in names if name[:6].isdigit()), default=0) + 1
        for _, data in storage.read([f"{_FOLDER}/{name}" for name in names]):
            self._take(data or b"")

    def _take(self, data: bytes) -> None:
        """Take in a file; lines that are not whole end it."""
        for line in data.decode("ascii", "replace").splitlines():
            fact, _, content = line.partition(" ")
            try:
                self._remember(key_number(fact), bytes.fromhex(content))
            except ValueError:
                return

    def _remember(self, fact: int, content: bytes) -> None:
        if len(content) != _CONTENT_BYTES:
            raise ValueError("expected a SHA-256")
        self._places[fact] = len(self._contents) // _CONTENT_BYTES
        self._contents += content

    def get(self, clip: BatchClip) -> str | None:
        """Return the hash of a clip's content; None if it has to be read."""
        place = self._places.get(key_number(_fact(clip))) if clip.stamp else None
        if place is None:
            return None
        return self._contents[place * _CONTENT_BYTES : (place + 1) * _CONTENT_BYTES].hex()

    def add(self, clip: BatchClip, content: str) -> None:
        if not clip.stamp or _just_written(clip):
            return
        fact = _fact(clip)
        self._remember(key_number(fact), bytes.fromhex(content))
        self._new.append(f"{fact} {content}\n")
        if len(self._new) >= _FLUSH_AT:
            self.flush()

    def flush(self) -> None:
        """Store what was added."""
        if self._new:
            self._storage.write(f"{_FOLDER}/{self._next:06}.txt", "".join(self._new).encode())
            self._next += 1
            self._new.clear()


def _fact(clip: BatchClip) -> str:
    text = f"{clip.display_path}\0{clip.size_bytes}\0{clip.stamp}"
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:_FACT_DIGITS]


def _just_written(clip: BatchClip) -> bool:
    return clip.stamp.isdigit() and time.time() - int(clip.stamp) / 1e9 < _FRESH_S
