"""The journal of a batch: what its tables and its page say of each result, so that no session.json is read again.

It grows by parts of some hundred results, each written once and whole: the results in one file, their repetitions in
another, and both as Parquet where what writes it is installed. A result counts because it is there, not because it is
in the journal: what is missing in it, or damaged, is read from the results.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from pathlib import Path
from threading import RLock
from typing import IO, Any

import numpy as np

from formcheck.batch import journal_parts
from formcheck.batch.index import KeyIndex, key_number
from formcheck.batch.rows import read_rows
from formcheck.batch.storage import ResultStorage
from formcheck.batch.tables import DATASETS, ClipResult, dataset_part, is_dataset_file
from formcheck.batch.tasks import PRIVATE_FOLDER, SESSION_FILE
from formcheck.extras import Extra, installed
from formcheck.text.catalogue import Texts

_RESULTS, _REPS = f"{PRIVATE_FOLDER}/results", f"{PRIVATE_FOLDER}/reps"
_PART_RESULTS = 500
# Which part a result is in, where in its file, and whether it is a failure, in one number.
_PART_SHIFT, _OFFSET_SHIFT = 40, 1
_OPEN_FILES = 16


class BatchJournal:
    """Results and permanent failures by key. Its methods may be called from any thread.

    Parameters
    ----------
    storage : ResultStorage
        The caller holds its lock.
    texts : Texts
        The language in which the Parquet files say what they say.
    present : KeyIndex
        Keys of the results that there are: others leave the journal.
    """

    def __init__(self, storage: ResultStorage, texts: Texts, present: KeyIndex) -> None:
        self._storage, self._texts = storage, texts
        self._lock = RLock()
        self._index = KeyIndex()
        self._new: dict[str, ClipResult] = {}
        self._replaced: defaultdict[int, set[str]] = defaultdict(set)
        self._files: dict[str, IO[bytes]] = {}
        self._folder = storage.mirror(_RESULTS)
        self._load(present)
        self._complete_datasets()

    def _load(self, present: KeyIndex) -> None:
        for part in self._parts():
            data = self._path(part).read_bytes()
            if journal_parts.is_whole(data):
                self._take(part, list(journal_parts.lines(data)), present)
            else:
                self._remove(part)
        self._next = max(self._parts(), default=0) + 1
        if self._replaced:
            self._drop_replaced()
            self._index = KeyIndex()
            self._load(present)

    def _parts(self) -> list[int]:
        return sorted(int(path.stem) for path in self._folder.glob("*.jsonl") if path.stem.isdigit())

    def _path(self, part: int) -> Path:
        return self._folder / f"{part:06}.jsonl"

    def _take(self, part: int, lines: list[journal_parts.PartLine], present: KeyIndex) -> None:
        """Take a part into the index; what is no longer there, or was journalled again later, is marked as replaced."""
        keys = np.array([key_number(line.key) for line in lines], np.uint64)
        earlier, known = self._index.find(keys)
        _, there = present.find(keys)
        for line, place, is_known, is_there in zip(lines, earlier, known, there, strict=True):
            if not is_there:
                self._replaced[part].add(line.key)
            elif is_known:
                self._replaced[int(place) >> _PART_SHIFT].add(line.key)
        self._index.extend(keys, np.array([_place(part, line) for line in lines], np.uint64))

    def kind(self, key: str) -> bool | None:
        """Tell whether there is a result (True) or a failure (False) under a key; None for neither."""
        with self._lock:
            if key in self._new:
                return self._new[key].failure is None
            place = self._index.get(key_number(key))
        return None if place is None else not place & 1

    def add(self, key: str, result: ClipResult) -> None:
        """Add a result, with its repetitions, or a failure; it takes the place of an earlier one."""
        with self._lock:
            place = self._index.get(key_number(key))
            if place is not None:
                self._replaced[place >> _PART_SHIFT].add(key)
            self._new[key] = result
            if len(self._new) >= _PART_RESULTS:
                self.flush()

    def flush(self) -> None:
        """Write what was added as the next part."""
        with self._lock:
            if not self._new:
                return
            self._write(self._next, self._new)
            lines = list(journal_parts.lines(self._path(self._next).read_bytes()))
            keys = np.array([key_number(line.key) for line in lines], np.uint64)
            self._index.extend(keys, np.array([_place(self._next, line) for line in lines], np.uint64))
            self._next += 1
            self._new = {}

    def read(self, number: int, *, reps: bool = False) -> ClipResult:
        """Return what is known under the number of a key, with the repetitions where they are wanted."""
        key = f"{number:016x}"
        with self._lock:
            if key in self._new:
                return self._new[key]
            place = self._index.get(number)
            if place is None:
                raise KeyError(key)
            part, offset = place >> _PART_SHIFT, (place & ((1 << _PART_SHIFT) - 1)) >> _OFFSET_SHIFT
            return self._read(part, offset, reps=reps)[1]

    def _read(self, part: int, offset: int, *, reps: bool) -> tuple[str, ClipResult]:
        file = self._file(str(self._path(part)))
        file.seek(offset)
        key, result, (start, length) = journal_parts.decode(file.readline())
        if not reps or result.rows is None:
            return key, result
        try:
            file = self._file(str(self._storage.mirror(_REPS) / f"{part:06}.jsonl"))
            file.seek(start)
            rows: Any = replace(result.rows, reps=journal_parts.decode_reps(file.read(length)))
        except (OSError, ValueError, TypeError, KeyError):
            # Damaged or removed: the result itself has them.
            ((_, data),) = self._storage.read([f"{result.folder}/{SESSION_FILE}"])
            rows = read_rows(data) or result.rows
        return key, replace(result, rows=rows)

    def _file(self, path: str) -> IO[bytes]:
        if path not in self._files:
            if len(self._files) >= _OPEN_FILES:
                self._close_files()
            self._files[path] = open(path, "rb")  # noqa: SIM115, PTH123 - closed in `_close_files`
        return self._files[path]

    def _close_files(self) -> None:
        for file in self._files.values():
            file.close()
        self._files.clear()

    def close(self) -> None:
        """Write what was added, and write parts anew of which results were replaced; read no more."""
        with self._lock:
            self.flush()
            self._drop_replaced()
            self._close_files()

    def _drop_replaced(self) -> None:
        for part, keys in self._replaced.items():
            left = {key: result for key, result in self._results_of(part).items() if key not in keys}
            self._close_files()
            self._remove(part)
            if left:
                self._write(part, left)
        self._replaced.clear()

    def _results_of(self, part: int) -> dict[str, ClipResult]:
        lines = list(journal_parts.lines(self._path(part).read_bytes()))
        return dict(self._read(part, line.offset, reps=True) for line in lines)

    def _write(self, part: int, results: dict[str, ClipResult]) -> None:
        """Write the files of a part; it counts once its results are there."""
        data, reps = journal_parts.encode(results)
        self._storage.write(f"{_REPS}/{part:06}.jsonl", reps)
        self._storage.write(f"{_RESULTS}/{part:06}.jsonl", data)
        self._write_datasets(part, results)

    def _write_datasets(self, part: int, results: dict[str, ClipResult]) -> None:
        for dataset, data in dataset_part(list(results.values()), self._texts).items():
            self._storage.write(f"{dataset}/{_dataset_file(part)}", data)

    def _remove(self, part: int) -> None:
        for name in (f"{_RESULTS}/{part:06}.jsonl", f"{_REPS}/{part:06}.jsonl"):
            self._storage.remove(name)
        for dataset in DATASETS:
            self._storage.remove(f"{dataset}/{_dataset_file(part)}")

    def _complete_datasets(self) -> None:
        """Write the Parquet files that are missing, or the last ones if damaged; remove those of no part."""
        parts, there = self._parts(), {dataset: set(self._storage.names(dataset)) for dataset in DATASETS}
        wanted = {_dataset_file(part) for part in parts}
        for dataset, names in there.items():
            for name in names - wanted:
                self._storage.remove(f"{dataset}/{name}")
            last = sorted(names & wanted)[-1:]
            for _, data in self._storage.read([f"{dataset}/{name}" for name in last]):
                if not is_dataset_file(data):
                    names.difference_update(last)
        if installed(Extra.RESEARCH):
            for part in parts:
                if any(_dataset_file(part) not in names for names in there.values()):
                    self._write_datasets(part, self._results_of(part))


def _place(part: int, line: journal_parts.PartLine) -> int:
    return part << _PART_SHIFT | line.offset << _OFFSET_SHIFT | line.failed


def _dataset_file(part: int) -> str:
    return f"part-{part:06}.parquet"
