"""The tables of a batch: one row a clip, one row a repetition. docs/batch.md explains each column."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from formcheck.batch.entries import Entry
from formcheck.batch.values import Clip, Failure
from formcheck.record.tidy import csv_text


class State(StrEnum):
    """What became of a clip."""

    DONE = "done"
    FAILED = "failed"
    DUPLICATE = "duplicate"
    PENDING = "pending"


@dataclass(frozen=True, slots=True)
class Line:
    """What is known of one clip of a batch.

    Parameters
    ----------
    clip : Clip
    state : State
    content_sha256, folder : str
        Fingerprint of the clip's bytes, and where in ``clips`` its results are; empty if there are none.
    same_as : str
        Path of the clip with the same content that was analysed in its place.
    failure, entry : optional
        Why it failed, or what came of it.
    """

    clip: Clip
    state: State
    content_sha256: str = ""
    folder: str = ""
    same_as: str = ""
    failure: Failure | None = None
    entry: Entry | None = None


_TEXT, _NUMBER, _WHOLE, _YES = pa.string(), pa.float64(), pa.int32(), pa.bool_()

RESULTS = pa.schema(
    [
        *((name, _TEXT) for name in ("name", "path", "state", "trouble", "reason", "duplicate_of", "folder")),
        ("content_sha256", _TEXT),
        ("side", _TEXT),
        ("side_given", _YES),
        *((name, _WHOLE) for name in ("rep_count", "good_reps", "partial_reps", "cut_reps")),
        *((name, _NUMBER) for name in ("knee_start_deg", "knee_end_deg", "knee_se_deg")),
        *((name, _NUMBER) for name in ("hip_mean_deg", "hip_min_deg", "hip_max_deg", "hip_se_deg")),
        *((name, _NUMBER) for name in ("rep_s", "extend_s", "hold_s", "return_s", "peak_speed_deg_s")),
        ("not_met", _TEXT),
        ("usable_fraction", _NUMBER),
        ("quality", _TEXT),
        ("headline", _TEXT),
        ("lying", _YES),
        ("azimuth_deg", _NUMBER),
        ("duration_s", _NUMBER),
        ("width_px", _WHOLE),
        ("height_px", _WHOLE),
        ("nominal_fps", _NUMBER),
        ("codec", _TEXT),
        *((name, _TEXT) for name in ("protocol", "protocol_version", "protocol_sha256", "model", "model_sha256")),
        *((name, _TEXT) for name in ("formcheck", "mediapipe", "numpy", "opencv", "av")),
    ]
)
REPS = pa.schema(
    [
        *((name, _TEXT) for name in ("name", "path", "content_sha256", "side")),
        ("rep", _WHOLE),
        *((name, _YES) for name in ("complete", "partial", "good")),
        *((name, _NUMBER) for name in ("start_s", "peak_s", "end_s")),
        *((name, _NUMBER) for name in ("knee_start_deg", "knee_end_deg", "knee_se_deg")),
        *((name, _NUMBER) for name in ("hip_mean_deg", "hip_min_deg", "hip_max_deg", "hip_se_deg")),
        *((name, _NUMBER) for name in ("extend_s", "hold_s", "return_s", "peak_speed_deg_s")),
        ("faults", _TEXT),
    ]
)

Row = Mapping[str, Any]


def table_files(lines: Sequence[Line]) -> Iterable[tuple[str, bytes]]:
    """Return the tables as files, by name. Equal lines give equal bytes."""
    for name, schema, rows in (("results", RESULTS, result_rows(lines)), ("reps", REPS, rep_rows(lines))):
        yield f"{name}.csv", csv_text(schema.names, rows)
        buffer = io.BytesIO()
        pq.write_table(pa.Table.from_pylist(rows, schema=schema), buffer, compression="zstd")
        yield f"{name}.parquet", buffer.getvalue()


def result_rows(lines: Sequence[Line]) -> list[Row]:
    """One row a clip; None where there is nothing to say."""
    return [_result_row(line) for line in lines]


def _result_row(line: Line) -> Row:
    nothing = dict.fromkeys(RESULTS.names)
    about = {
        "name": line.clip.name,
        "path": line.clip.shown,
        "state": line.state.value,
        "trouble": line.failure.trouble.value if line.failure else None,
        "reason": line.failure.reason if line.failure else None,
        "duplicate_of": line.same_as or None,
        "folder": line.folder or None,
        "content_sha256": line.content_sha256 or None,
    }
    return {**nothing, **(line.entry.columns if line.entry else {}), **about}


def rep_rows(lines: Sequence[Line]) -> list[Row]:
    """One row a repetition, of clips that were analysed; a duplicate's stand with the clip it is equal to."""
    return [
        {
            "name": line.clip.name,
            "path": line.clip.shown,
            "content_sha256": line.content_sha256,
            "side": line.entry.columns["side"],
            **rep,
        }
        for line in lines
        if line.entry is not None
        for rep in line.entry.reps
    ]
