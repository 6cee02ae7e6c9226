"""The journal: a set on disk while it is practised, complete to its last second even if the process is killed.

Append-only files in the session's folder: `frames.bin` and `angles.bin` (fixed-size records, an incomplete last one
is ignored), `events.jsonl` (repetitions, pain marks, pauses), `cues.csv` (what was said). `journal.json` is the header.
"""

from __future__ import annotations

import csv
import json
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from formcheck.errors import OutputError
from formcheck.files import acquire_lock, explained, open_private, private_folder
from formcheck.live.speech import Utterance
from formcheck.record.live_folders import LOCK
from formcheck.types import LegAngles, PoseTrack, Side

HEADER, FRAMES, ANGLES, EVENTS, CUES = "journal.json", "frames.bin", "angles.bin", "events.jsonl", "cues.csv"
PROTOCOL = "protocol.toml"
FORMAT = 1
CUE_COLUMNS = ("t_s", "rank", "key", "text", "tone")
_FLUSH_S = 0.5
# As what a side is written in a record.
SIDES = tuple(Side)


@dataclass(frozen=True, slots=True)
class JournalHeader:
    """What is needed to judge a set again, apart from its frames.

    ``kept`` are the person's calibrations by hand as text; the angles of the journal are without them.
    """

    started_at: str
    source: str
    language: str
    size_px: tuple[int, int]
    side_given: bool
    clip: dict[str, Any]
    model: dict[str, Any]
    kept: tuple[str, ...] = ()


def new_folder(root: Path, now: datetime) -> Path:
    """Make the folder of a new session, ``<date>-<n>``, readable by its owner only.

    Raises
    ------
    OutputError
        ``root`` cannot be written.
    """
    with explained(root):
        private_folder(root)
        for number in range(1, 10_000):
            folder = root / f"{now:%Y-%m-%d}-{number}"
            if not folder.exists():
                return private_folder(folder)
    raise OutputError(f"{root}: expected fewer than 10,000 sessions in a day; choose another folder with --out")


class Journal:
    """Writes a set while it is practised.

    Parameters
    ----------
    folder : Path
        From `new_folder`.
    header : JournalHeader
    protocol_text : str
        The protocol file, of which a copy is kept: a custom one may change or go.

    Raises
    ------
    OutputError
        From any method: the disk is full or gone.
    """

    def __init__(self, folder: Path, header: JournalHeader, protocol_text: str) -> None:
        self.folder = folder
        self._mutex = threading.Lock()
        self._closing = threading.Event()
        self._failed: OSError | None = None
        self._frame_type: np.dtype[Any] | None = None
        self._angle_type: np.dtype[Any] | None = None
        self._folder_lock = acquire_lock(folder / LOCK)
        with open_private(folder / PROTOCOL, "w") as file:
            file.write(protocol_text)
        with open_private(folder / HEADER, "w") as file:
            json.dump({"format": FORMAT, **asdict(header)}, file, indent=2)
        self._frames = open_private(folder / FRAMES, "ab")
        self._angles = open_private(folder / ANGLES, "ab")
        self._events = open_private(folder / EVENTS, "a")
        self._cues = open_private(folder / CUES, "a")
        self._cues.write("\ufeff")  # for spreadsheets, as in every table of words
        self._cue_rows = csv.writer(self._cues)
        self._cue_rows.writerow(CUE_COLUMNS)
        self._thread = threading.Thread(target=self._flush_regularly, name="journal", daemon=True)
        self._thread.start()

    def add_frame(self, row: PoseTrack) -> None:
        """Write a frame's landmarks (a track of one row)."""
        record = _record(row, SIDES.index(row.working_side) if row.working_side else -1)
        if self._frame_type is None:
            self._frame_type = record.dtype
            self.add_event("frames", record=_description(record.dtype))
        self._write(self._frames, record.tobytes())

    def add_angles(self, row: LegAngles) -> None:
        """Write a frame's angles."""
        record = _record(row, SIDES.index(row.side))
        if self._angle_type is None:
            self._angle_type = record.dtype
            self.add_event("angles", record=_description(record.dtype))
        self._write(self._angles, record.tobytes())

    def add_event(self, kind: str, **values: Any) -> None:
        """Write a repetition, a pain mark, a pause."""
        self._write(self._events, json.dumps({"event": kind, **values}) + "\n")

    def add_utterance(self, utterance: Utterance) -> None:
        """Write what was said."""
        with self._writing():
            self._cue_rows.writerow(
                (
                    f"{utterance.t_s:.3f}",
                    utterance.rank.name.lower(),
                    utterance.key,
                    utterance.text,
                    utterance.tone or "",
                )
            )

    def close(self) -> None:
        """Write everything out; the folder stays locked until `release`."""
        self._closing.set()
        self._thread.join()
        self._flush()
        for file in self._files:
            file.close()

    def release(self) -> None:
        """Unlock the folder."""
        if self._folder_lock is not None:
            self._folder_lock.release()
        (self.folder / LOCK).unlink(missing_ok=True)

    @property
    def _files(self) -> tuple[IO[Any], ...]:
        return (self._frames, self._angles, self._events, self._cues)

    def _write(self, file: IO[Any], data: str | bytes) -> None:
        with self._writing():
            file.write(data)

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """One writer at a time; a failure becomes one clear line."""
        if self._failed is not None:
            raise self._error(self._failed)
        with self._mutex:
            try:
                yield
            except OSError as error:
                raise self._error(error) from None

    def _error(self, error: OSError) -> OutputError:
        return OutputError(
            f"{self.folder}: the session can no longer be written ({error.strerror}); what was written so far is kept: "
            "free some space and start again"
        )

    def _flush_regularly(self) -> None:
        while not self._closing.wait(_FLUSH_S):
            try:
                self._flush()
            except OSError as error:
                self._failed = error
                return

    def _flush(self) -> None:
        with self._mutex:
            for file in self._files:
                file.flush()
        # Without this a power failure would lose what the system has not put on the disk. Frames do not wait for it.
        for file in self._files:
            os.fsync(file.fileno())


def _record(row: PoseTrack | LegAngles, side: int) -> NDArray[Any]:
    """One row's arrays as one structured record; landmarks in single precision, as the network computes them."""
    arrays = {field.name: getattr(row, field.name) for field in fields(row)}
    arrays = {name: values for name, values in arrays.items() if isinstance(values, np.ndarray)}
    exact = isinstance(row, LegAngles)

    def stored_type(name: str, values: NDArray[Any]) -> Any:
        return values.dtype if exact or name == "t_s" or values.dtype.kind != "f" else np.float32

    layout = [(name, stored_type(name, values), values.shape[1:]) for name, values in arrays.items()]
    record = np.zeros(1, np.dtype([*layout, ("side", np.int8, ())]))
    for name, values in arrays.items():
        record[name] = values
    record["side"] = side
    return record


def _description(dtype: np.dtype[Any]) -> list[list[Any]]:
    fields_of: Any = dtype.fields or {}
    return [[name, fields_of[name][0].base.str, list(fields_of[name][0].shape)] for name in dtype.names or ()]
