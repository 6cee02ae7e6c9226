"""Tables as Parquet, with types: those of the record, and of a batch. Needs the extra "research"."""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from formcheck.record.exports import ExportFiles
from formcheck.record.exports.selection import Selection, per_session
from formcheck.record.exports.tables import COLUMNS, Columns, Row, tables
from formcheck.record.series import Series

_ARROW_TYPES = {str: pa.string(), float: pa.float64(), int: pa.int32(), bool: pa.bool_()}


def parquet_files(selection: Selection) -> ExportFiles:
    """Return the tables as Parquet, and one of frames per session."""
    for name, rows in tables(selection):
        yield f"{name}.parquet", parquet_bytes(COLUMNS[name], rows)
    yield from per_session(
        selection, lambda uid: iter([(f"frames/{uid}.parquet", series_parquet(selection.series(uid)))])
    )


def parquet_bytes(columns: Columns, rows: Sequence[Row]) -> bytes:
    """Return a table as Parquet; null means not known or not measurable.

    The types do not depend on what is in it: tables of many people, some of them empty, are read as one.
    """
    schema = pa.schema([(name, _ARROW_TYPES[kind]) for name, kind in columns.items()])
    return _file_bytes(pa.Table.from_pylist(rows, schema=schema))


def series_parquet(series: Series) -> bytes:
    """Return a series as Parquet, with what is true of all rows as metadata. NaN = not measurable."""
    # Without a type a list of no words would be a column of nulls.
    words = pa.string()
    arrays = {
        name: pa.array(values, words) if isinstance(values, list) else pa.array(values)
        for name, values in series.columns.items()
    }
    table = pa.table(arrays)
    about = json.dumps(series.about, sort_keys=True).encode()
    return _file_bytes(table.replace_schema_metadata({b"formcheck": about}))


def _file_bytes(table: Any) -> bytes:
    buffer = io.BytesIO()
    pq.write_table(table, buffer, compression="zstd")
    return buffer.getvalue()
