"""Tables of the record, and as CSV: one row per observation, units in the names (docs/record.md)."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, fields
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection

from formcheck.record.damage import readable
from formcheck.record.exports import ExportFiles, Selection, per_session
from formcheck.record.queries import corrections_of, notes_of, reps, results_of, sessions
from formcheck.record.series import Series, load_series, plain_columns
from formcheck.record.values import Correction, RepLine, SessionLine, SessionNote

FINDING_COLUMNS = (
    "session", "rep", "rule", "verdict", "observed", "limit_low", "limit_high", "unit", "at_s", "advisory", "text",
)  # fmt: skip

Row = Mapping[str, Any]
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "sessions": tuple(field.name for field in fields(SessionLine)),
    "reps": tuple(field.name for field in fields(RepLine)),
    "findings": FINDING_COLUMNS,
    "notes": tuple(field.name for field in fields(SessionNote)),
    "corrections": tuple(field.name for field in fields(Correction)),
}


def csv_files(selection: Selection) -> ExportFiles:
    """Return the tables as CSV, and one of frames per session."""
    for name, rows in tables(selection.connection, selection.uids):
        yield f"{name}.csv", csv_text(COLUMNS[name], rows)
    yield from per_session(
        selection,
        lambda uid: iter([(f"frames/{uid}.csv", series_csv(load_series(selection.store, selection.connection, uid)))]),
    )


def tables(connection: Connection, uids: Sequence[str]) -> Iterator[tuple[str, list[Row]]]:
    """Return the rows of each table of `COLUMNS` for these sessions."""
    yield "sessions", [_flat(asdict(line)) for line in sessions(connection, uids=uids)]
    yield "reps", [_flat(asdict(rep)) for rep in reps(connection, uids)]
    of_each = readable(uids, lambda uid: list(_findings(connection, uid)), name=lambda uid: f"session {uid}")
    yield "findings", [row for found in of_each for row in found]
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


def _findings(connection: Connection, uid: str) -> Iterator[Row]:
    document = results_of(connection, uid)[-1]["document"]
    for finding in [*document["findings"], *(f for rep in document["reps"] for f in rep["findings"])]:
        low, high = finding["limit"]
        yield {"session": uid, "limit_low": low, "limit_high": high} | {
            name: finding[name] for name in FINDING_COLUMNS if name in finding
        }


def csv_text(columns: Sequence[str], rows: Sequence[Row]) -> bytes:
    """Return a table as CSV in UTF-8; an empty cell means not known or not measurable, booleans are true and false."""
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(columns)
    for row in rows:
        writer.writerow([_csv_cell(row[name]) for name in columns])
    return file.getvalue().encode()


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
    return csv_text(list(columns), rows)
