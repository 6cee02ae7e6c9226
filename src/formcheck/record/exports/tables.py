"""Tables of the record, and as CSV: one row per observation, units in the names (docs/record.md)."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, fields
from datetime import date, datetime
from types import NoneType
from typing import IO, Any, get_args, get_type_hints

import numpy as np

from formcheck.record.damage import readable
from formcheck.record.exports import ExportFiles
from formcheck.record.exports.selection import Selection, per_session
from formcheck.record.queries import corrections_of, notes_of, reps
from formcheck.record.series import Series, plain_columns
from formcheck.record.values import Correction, RepLine, SessionLine, SessionNote
from formcheck.session.by_hand import HandReading, frame_number

Row = Mapping[str, Any]
Columns = Mapping[str, type]
"""Names of columns, and what a cell holds where it is not empty: str, float, int or bool."""

FINDING_COLUMNS: Columns = {
    "session": str, "rep": int, "rule": str, "verdict": str, "observed": float, "se": float, "limit_low": float,
    "limit_high": float, "unit": str, "at_s": float, "advisory": bool, "text": str,
}  # fmt: skip


def _columns_of(line: type) -> Columns:
    """Return the columns of a table whose rows are dataclasses; what is no number is written as text."""
    hints = get_type_hints(line)
    return {field.name: _cell_type(hints[field.name]) for field in fields(line)}


def _cell_type(hint: Any) -> type:
    plain = [one for one in get_args(hint) or (hint,) if one is not NoneType]
    return plain[0] if len(plain) == 1 and plain[0] in (float, int, bool) else str


COLUMNS: Mapping[str, Columns] = {
    "sessions": _columns_of(SessionLine),
    "reps": _columns_of(RepLine),
    "findings": FINDING_COLUMNS,
    "measured_by_hand": {"session": str, "frame": int, **_columns_of(HandReading)},
    "notes": _columns_of(SessionNote),
    "corrections": _columns_of(Correction),
}


def csv_files(selection: Selection) -> ExportFiles:
    """Return the tables as CSV, and one of frames per session."""
    for name, rows in tables(selection):
        yield f"{name}.csv", csv_text(COLUMNS[name], rows)
    yield from per_session(selection, lambda uid: iter([(f"frames/{uid}.csv", series_csv(selection.series(uid)))]))


def tables(selection: Selection) -> Iterator[tuple[str, list[Row]]]:
    """Return the rows of each table of `COLUMNS` for the chosen sessions."""
    connection, uids = selection.connection, selection.uids
    yield "sessions", [_flat(asdict(line)) for line in selection.lines()]
    yield "reps", [_flat(asdict(rep)) for rep in reps(connection, uids, as_analysed=selection.as_analysed)]
    of_each = readable(uids, lambda uid: list(_findings(selection, uid)), name=lambda uid: f"session {uid}")
    yield "findings", [row for found in of_each for row in found]
    measured = readable(uids, lambda uid: list(_measured(selection, uid)), name=lambda uid: f"session {uid}")
    yield "measured_by_hand", [row for found in measured for row in found]
    yield "notes", [_flat(asdict(note)) for note in notes_of(connection, uids)]
    yield "corrections", [_flat(asdict(one)) for one in corrections_of(connection, uids)]


def _flat(values: Row) -> Row:
    return {name: _cell(value) for name, value in values.items()}


def _cell(value: Any) -> Any:
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    if isinstance(value, frozenset):
        return ";".join(sorted(value))
    return ";".join(value) if isinstance(value, tuple) else value


def _findings(selection: Selection, uid: str) -> Iterator[Row]:
    document = selection.result(uid)["document"]
    for finding in [*document["findings"], *(f for rep in document["reps"] for f in rep["findings"])]:
        low, high = finding["limit"]
        own = {"session": uid, "limit_low": low, "limit_high": high}
        # Documents of the first version have no standard errors.
        yield {name: own.get(name, finding.get(name)) for name in FINDING_COLUMNS}


def _measured(selection: Selection, uid: str) -> Iterator[Row]:
    found = selection.by_hand(uid)
    t_s = np.asarray(selection.series(uid).columns["t_s"]) if found else np.empty(0)
    for one in found:
        yield {"session": uid, "frame": frame_number(t_s, one.at_s), **asdict(one)}


def csv_text(columns: Iterable[str], rows: Iterable[Row]) -> bytes:
    """Return a table as CSV, see `CsvFile`."""
    file = io.BytesIO()
    table = CsvFile(file, columns)
    for row in rows:
        table.add(row)
    return file.getvalue()


class CsvFile:
    """A table written as CSV; an empty cell means not known or not measurable, booleans are true and false.

    UTF-8 with a byte-order mark: without one Excel takes a file for Windows-1252 and garbles umlauts.
    """

    def __init__(self, file: IO[bytes], columns: Iterable[str]) -> None:
        self._file, self._columns, self._line = file, tuple(columns), io.StringIO()
        self._writer = csv.writer(self._line, lineterminator="\n")
        file.write(codecs.BOM_UTF8)
        self._write(self._columns)

    def add(self, row: Row) -> None:
        self._write([_csv_cell(row[name]) for name in self._columns])

    def _write(self, cells: Iterable[Any]) -> None:
        self._writer.writerow(cells)
        self._file.write(self._line.getvalue().encode())
        self._line.seek(0)
        self._line.truncate()


def _csv_cell(value: Any) -> Any:
    if isinstance(value, bool):
        return "true" if value else "false"
    # A spreadsheet would run a text that begins so as a formula.
    if isinstance(value, str) and value.startswith(("=", "+", "-", "@", "\t", "\r")):
        return f"'{value}"
    return value


def series_csv(series: Series) -> bytes:
    """Return a series as CSV, numbers with the decimals that are stored."""
    columns = plain_columns(series)
    rows = [dict(zip(columns, cells, strict=True)) for cells in zip(*columns.values(), strict=True)]
    return csv_text(columns, rows)
