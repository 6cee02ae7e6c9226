"""Tables as Parquet, with types: those of the record, and of a batch. Needs the extra "research"."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from formcheck.record.exports import ExportFiles, Selection, per_session
from formcheck.record.exports.tables import COLUMNS, Row, tables
from formcheck.record.series import Series, load_series

_ARROW_TYPES = {str: pa.string(), float: pa.float64(), int: pa.int32(), bool: pa.bool_()}


def parquet_files(selection: Selection) -> ExportFiles:
    """Return the tables as Parquet, and one of frames per session."""
    for name, rows in tables(selection.connection, selection.uids):
        yield f"{name}.parquet", parquet_bytes(COLUMNS[name], rows)
    yield from per_session(
        selection,
        lambda uid: iter(
            [(f"frames/{uid}.parquet", series_parquet(load_series(selection.store, selection.connection, uid)))]
        ),
    )


def parquet_bytes(columns: Sequence[str], rows: Sequence[Row]) -> bytes:
    """Return a table as Parquet; null means not known or not measurable."""
    return _file_bytes(pa.table({name: [row[name] for row in rows] for name in columns}))


def typed_parquet(columns: Mapping[str, type], rows: Sequence[Row]) -> bytes:
    """Return a table as Parquet whose types do not depend on what is in it: str, float, int or bool a column."""
    schema = pa.schema([(name, _ARROW_TYPES[kind]) for name, kind in columns.items()])
    return _file_bytes(pa.Table.from_pylist(rows, schema=schema))


def series_parquet(series: Series) -> bytes:
    """Return a series as Parquet, with what is true of all rows as metadata. NaN = not measurable."""
    table = pa.table({name: pa.array(values) for name, values in series.columns.items()})
    about = json.dumps(series.about, sort_keys=True).encode()
    return _file_bytes(table.replace_schema_metadata({b"formcheck": about}))


def _file_bytes(table: Any) -> bytes:
    buffer = io.BytesIO()
    pq.write_table(table, buffer, compression="zstd")
    return buffer.getvalue()
