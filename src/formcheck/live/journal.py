"""The session as it happens, on disk: killed at any moment, all but its last second is there.

Append-only files in the session's folder: `frames.bin` and `angles.bin` (fixed-size records, a torn last one is left
out), `events.jsonl` (repetitions, marks, pauses), `cues.csv` (what was said). `journal.json` says what they are of.
"""

from __future__ import annotations

import csv
import json
import os
import threading
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

import numpy as np
from numpy.typing import NDArray

from formcheck.errors import OutputError
from formcheck.files import acquire_lock, explained, open_private, private_folder
from formcheck.live.say import Saying
from formcheck.types import LegAngles, PoseTrack, Side

ABOUT, FRAMES, ANGLES, EVENTS, CUES, LOCK = (
    "journal.json",
    "frames.bin",
    "angles.bin",
    "events.jsonl",
    "cues.csv",
    "lock",
)
FORMAT = 1
CUE_COLUMNS = ("t_s", "rank", "key", "text", "tone")
_FLUSH_S = 0.5
_SIDES = tuple(Side)


@dataclass(frozen=True, slots=True)
class About:
    """What a session is of: everything needed to judge it again."""

    started_at: str
    source: str
    language: str
    size_px: tuple[int, int]
    side_given: bool
    clip: dict[str, Any]
    model: dict[str, Any]


def new_folder(root: Path, now: datetime) -> Path:
    """Make the folder of a new session, ``<date>-<n>``, readable by its owner only."""
    with explained(root):
        private_folder(root)
        for number in range(1, 10_000):
            folder = root / f"{now:%Y-%m-%d}-{number}"
            if not folder.exists():
                return private_folder(folder)
    raise OutputError(f"{root}: expected fewer than 10,000 sessions in a day; choose another folder with --out")


class Journal:
    """Writes a session as it happens.

    Parameters
    ----------
    folder : Path
        From `new_folder`.
    about : About
    protocol_text : str
        The protocol file, kept beside: a custom one may change or go.

    Raises
    ------
    OutputError
        From any method: the disk is full or gone.
    """

    def __init__(self, folder: Path, about: About, protocol_text: str) -> None:
        self.folder = folder
        self._lock = threading.Lock()
        self._closing = threading.Event()
        self._failed: OSError | None = None
        self._frame_type: np.dtype[Any] | None = None
        self._angle_type: np.dtype[Any] | None = None
        self._claim = acquire_lock(folder / LOCK)
        with open_private(folder / "protocol.toml", "w") as file:
            file.write(protocol_text)
        with open_private(folder / ABOUT, "w") as file:
            json.dump({"format": FORMAT, **asdict(about)}, file, indent=2)
        self._frames = open_private(folder / FRAMES, "ab")
        self._angles = open_private(folder / ANGLES, "ab")
        self._events = open_private(folder / EVENTS, "a")
        self._cues = open_private(folder / CUES, "a")
        self._cue_rows = csv.writer(self._cues)
        self._cue_rows.writerow(CUE_COLUMNS)
        self._thread = threading.Thread(target=self._keep_flushing, name="journal", daemon=True)
        self._thread.start()

    def frame(self, row: PoseTrack) -> None:
        """Keep a frame's landmarks (a track of one row)."""
        record = _record(row, _SIDES.index(row.working_side) if row.working_side else -1)
        if self._frame_type is None:
            self._frame_type = record.dtype
            self.event("frames", record=_description(record.dtype))
        self._write(self._frames, record.tobytes())

    def angles(self, row: LegAngles) -> None:
        """Keep a frame's angles."""
        record = _record(row, _SIDES.index(row.side))
        if self._angle_type is None:
            self._angle_type = record.dtype
            self.event("angles", record=_description(record.dtype), reference=row.hip_reference)
        self._write(self._angles, record.tobytes())

    def event(self, kind: str, **values: Any) -> None:
        """Keep a repetition, a mark, a pause."""
        self._write(self._events, json.dumps({"event": kind, **values}) + "\n")

    def said(self, saying: Saying) -> None:
        """Keep what was said."""
        with self._guarded():
            self._cue_rows.writerow(
                (f"{saying.t_s:.3f}", saying.rank.name.lower(), saying.key, saying.text, saying.tone or "")
            )

    def close(self) -> None:
        """Write everything out; the folder stays claimed until `release`."""
        self._closing.set()
        self._thread.join()
        self._flush()
        for file in (self._frames, self._angles, self._events, self._cues):
            file.close()

    def release(self) -> None:
        """Let go of the folder."""
        if self._claim is not None:
            self._claim.release()
        (self.folder / LOCK).unlink(missing_ok=True)

    def _write(self, file: IO[Any], data: str | bytes) -> None:
        with self._guarded():
            file.write(data)

    def _guarded(self) -> _Guard:
        if self._failed is not None:
            raise self._error(self._failed)
        return _Guard(self)

    def _error(self, error: OSError) -> OutputError:
        return OutputError(
            f"{self.folder}: the session can no longer be written ({error.strerror}); what was written so far is kept: "
            "free some space and start again"
        )

    def _keep_flushing(self) -> None:
        while not self._closing.wait(_FLUSH_S):
            try:
                self._flush()
            except OSError as error:
                self._failed = error
                return

    def _flush(self) -> None:
        files = (self._frames, self._angles, self._events, self._cues)
        with self._lock:
            for file in files:
                file.flush()
        # A battery that dies takes what the system has not put on the disk; the frames do not wait for that.
        for file in files:
            os.fsync(file.fileno())


class _Guard:
    """The journal's lock; a failure to write becomes one clear line."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal

    def __enter__(self) -> Self:
        self._journal._lock.acquire()  # noqa: SLF001 - one class in two halves
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._journal._lock.release()  # noqa: SLF001
        if isinstance(error, OSError):
            raise self._journal._error(error) from None  # noqa: SLF001


def _record(row: PoseTrack | LegAngles, side: int) -> NDArray[Any]:
    """One row's arrays as one structured record; points in single precision, as the network computes them."""
    arrays = {field.name: getattr(row, field.name) for field in fields(row)}
    arrays = {name: values for name, values in arrays.items() if isinstance(values, np.ndarray)}
    exact = isinstance(row, LegAngles)

    def kept(name: str, values: NDArray[Any]) -> Any:
        return values.dtype if exact or name == "t_s" or values.dtype.kind != "f" else np.float32

    layout = [(name, kept(name, values), values.shape[1:]) for name, values in arrays.items()]
    record = np.zeros(1, np.dtype([*layout, ("side", np.int8, ())]))
    for name, values in arrays.items():
        record[name] = values
    record["side"] = side
    return record


def _description(dtype: np.dtype[Any]) -> list[list[Any]]:
    fields_of: Any = dtype.fields or {}
    return [[name, fields_of[name][0].base.str, list(fields_of[name][0].shape)] for name in dtype.names or ()]
