"""The clips of a batch in their order, and what became of each: on the disk, with a few bytes a clip in memory."""

from __future__ import annotations

import hashlib
import json
import tempfile
from array import array
from collections.abc import Iterator
from dataclasses import fields
from enum import IntEnum
from threading import Condition
from typing import Any

import numpy as np

from formcheck.batch.tasks import BatchClip, ClipFailure

_FIELDS = tuple(field.name for field in fields(BatchClip))
# The states of clips are looked at so often while it is waited for more of them.
_POLL_S = 0.2


class Known(IntEnum):
    """What is known of a clip, and what its number in the list then is."""

    NOTHING = 0
    # The number is that of its key.
    IN_JOURNAL = 1
    # The number is the place of the clip with the same content.
    DUPLICATE = 2
    # It failed, but the next run tries it again: the number is where in the file its failure stands.
    NOT_NOW = 3


class ClipList:
    """Clips, appended by one thread while others read them.

    Clips and failures are lines of a file without a name, since a location may hold a password.
    """

    def __init__(self) -> None:
        self._file = tempfile.TemporaryFile()  # noqa: SIM115 - closed in `close`
        self._end, self._at_end = 0, True
        self._offsets, self._numbers, self._known = array("Q"), array("Q"), bytearray()
        self._paths = hashlib.sha256()
        self._changed = Condition()
        self.complete = False
        self.total_bytes = 0

    def __len__(self) -> int:
        return len(self._offsets)

    def close(self) -> None:
        self._file.close()

    def append(self, clip: BatchClip) -> None:
        with self._changed:
            self._offsets.append(self._write([getattr(clip, name) for name in _FIELDS]))
            self._paths.update(f"{clip.display_path}\n".encode("utf-8", "surrogatepass"))
            self._numbers.append(0)
            self._known.append(Known.NOTHING)
            self.total_bytes += clip.size_bytes
            self._changed.notify_all()

    def finish(self) -> None:
        """Say that no more clips will be appended."""
        with self._changed:
            self.complete = True
            self._changed.notify_all()

    def chunks(self, length: int) -> Iterator[list[tuple[int, BatchClip]]]:
        """Yield all clips with their places, at most ``length`` at a time, as they are appended."""
        place = 0
        while True:
            with self._changed:
                while place == len(self) and not self.complete:
                    self._changed.wait(_POLL_S)
                places = range(place, min(place + length, len(self)))
            if not places:
                return
            yield [(each, self.clip(each)) for each in places]
            place = places.stop

    def clip(self, place: int) -> BatchClip:
        return BatchClip(*self._read(self._offsets[place]))

    def note(self, place: int, known: Known, number: int) -> None:
        """Note what is known of a clip."""
        self._known[place], self._numbers[place] = known, number

    def note_failure(self, place: int, failure: ClipFailure) -> None:
        """Note a failure that is no result: the next run tries the clip again."""
        with self._changed:
            self.note(place, Known.NOT_NOW, self._write(failure.to_dict()))

    def known(self, place: int) -> tuple[Known, int]:
        """Return what is known of a clip, and its number."""
        return Known(self._known[place]), self._numbers[place]

    def fingerprint(self) -> str:
        """Return a digest of all clips and of what is known of them."""
        digest = self._paths.copy()
        numbers = np.array(self._numbers)
        for place in np.flatnonzero(np.frombuffer(self._known, np.uint8) == Known.NOT_NOW):
            # Where a failure stands in the file depends on what was appended meanwhile.
            digest.update(json.dumps(self.failure(self._numbers[place]).to_dict()).encode())
            numbers[place] = 0
        digest.update(self._known)
        digest.update(numbers.tobytes())
        return digest.hexdigest()

    def failure(self, number: int) -> ClipFailure:
        """Return a failure by the number of its clip."""
        return ClipFailure.from_dict(self._read(number))

    def _write(self, values: Any) -> int:
        if not self._at_end:
            # It empties the buffer, so not for every clip.
            self._file.seek(self._end)
            self._at_end = True
        start = self._end
        self._end += self._file.write(json.dumps(values).encode() + b"\n")
        return start

    def _read(self, offset: int) -> Any:
        with self._changed:
            self._file.seek(offset)
            self._at_end = False
            line = self._file.readline()
        return json.loads(line)
