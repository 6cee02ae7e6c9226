"""The tables of a batch: one row a clip, one row a repetition. docs/batch.md explains each column."""

from __future__ import annotations

import io
import json
import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from statistics import fmean, median
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from formcheck.batch.tasks import BatchClip, ClipFailure
from formcheck.record.exports.tables import csv_text
from formcheck.session.document import validated
from formcheck.session.schema import RepPart, SessionDocument
from formcheck.types import Verdict


class ClipState(StrEnum):
    """What became of a clip."""

    DONE = "done"
    FAILED = "failed"
    DUPLICATE = "duplicate"
    PENDING = "pending"


@dataclass(frozen=True, slots=True)
class SessionRows:
    """What the tables say of one analysed clip: columns of its own row, and a row for each of its repetitions."""

    clip: dict[str, Any]
    reps: tuple[dict[str, Any], ...]


@dataclass(frozen=True, slots=True)
class ClipResult:
    """What is known of one clip of a batch.

    Parameters
    ----------
    clip : BatchClip
    state : ClipState
    content_sha256, folder : str
        Fingerprint of the clip's bytes, and where in ``clips`` its results are; empty if there are none.
    same_as : str
        Path of the clip with the same content that was analysed instead.
    failure, rows : optional
        Why it failed, or what was measured.
    """

    clip: BatchClip
    state: ClipState
    content_sha256: str = ""
    folder: str = ""
    same_as: str = ""
    failure: ClipFailure | None = None
    rows: SessionRows | None = None


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


def table_files(results: Sequence[ClipResult]) -> Iterable[tuple[str, bytes]]:
    """Return the tables as files, by name. Equal results give equal bytes."""
    for name, schema, rows in (("results", RESULTS, _result_rows(results)), ("reps", REPS, _rep_rows(results))):
        yield f"{name}.csv", csv_text(schema.names, rows)
        buffer = io.BytesIO()
        pq.write_table(pa.Table.from_pylist(rows, schema=schema), buffer, compression="zstd")
        yield f"{name}.parquet", buffer.getvalue()


def _result_rows(results: Sequence[ClipResult]) -> list[dict[str, Any]]:
    """One row a clip; None for what is not known."""
    return [_result_row(result) for result in results]


def _result_row(result: ClipResult) -> dict[str, Any]:
    failure = result.failure
    about = {
        "name": result.clip.name,
        "path": result.clip.display_path,
        "state": result.state.value,
        "trouble": failure.kind.value if failure else None,
        "reason": failure.reason if failure else None,
        "duplicate_of": result.same_as or None,
        "folder": result.folder or None,
        "content_sha256": result.content_sha256 or None,
    }
    return {**dict.fromkeys(RESULTS.names), **(result.rows.clip if result.rows else {}), **about}


def _rep_rows(results: Sequence[ClipResult]) -> list[dict[str, Any]]:
    """One row a repetition of each analysed clip; those of a duplicate stand with the clip that it equals."""
    return [
        {
            "name": result.clip.name,
            "path": result.clip.display_path,
            "content_sha256": result.content_sha256,
            "side": result.rows.clip["side"],
            **rep,
        }
        for result in results
        if result.rows is not None
        for rep in result.rows.reps
    ]


def read_rows(session_json: bytes | None) -> SessionRows | None:
    """Make the rows of a result from its session.json; None if it is missing or incomplete."""
    if session_json is None:
        return None
    try:
        document = validated(json.loads(session_json))
    except ValueError:
        return None
    return SessionRows(_columns(document), tuple(_rep(rep) for rep in document.reps))


def _columns(document: SessionDocument) -> dict[str, Any]:
    clip, software, view, quality = document.clip, document.software, document.view, document.quality
    reps = [rep for rep in document.reps if rep.complete]
    return {
        "side": document.side,
        "side_given": document.side_given,
        "rep_count": document.rep_count,
        "good_reps": sum(_good(rep) for rep in reps),
        "partial_reps": sum(rep.partial for rep in reps),
        "cut_reps": len(document.reps) - len(reps),
        "knee_start_deg": _over(median, [rep.knee_flexion_start_deg for rep in reps]),
        "knee_end_deg": _over(median, [rep.knee_flexion_peak_deg for rep in reps]),
        "knee_se_deg": _over(median, [rep.knee_se_deg for rep in reps]),
        "hip_mean_deg": _over(fmean, [rep.hip_flexion_mean_deg for rep in reps]),
        "hip_min_deg": _over(min, [rep.hip_flexion_min_deg for rep in reps]),
        "hip_max_deg": _over(max, [rep.hip_flexion_max_deg for rep in reps]),
        "hip_se_deg": _over(median, [rep.hip_se_deg for rep in reps]),
        "rep_s": _over(median, [rep.end_s - rep.start_s for rep in reps]),
        "extend_s": _over(median, [rep.extend_s for rep in reps]),
        "hold_s": _over(median, [rep.hold_s for rep in reps]),
        "return_s": _over(median, [rep.return_s for rep in reps]),
        "peak_speed_deg_s": _over(median, [rep.peak_speed_deg_s for rep in reps]),
        "not_met": ";".join(f.rule for f in document.findings if f.verdict is Verdict.NOT_MET and not f.advisory),
        "usable_fraction": quality.usable_fraction,
        "quality": " ".join(quality.reasons),
        "headline": document.summary.headline,
        "lying": view.lying,
        "azimuth_deg": view.azimuth_deg,
        "duration_s": clip.duration_s,
        "width_px": clip.size_px[0],
        "height_px": clip.size_px[1],
        "nominal_fps": clip.nominal_fps,
        "codec": clip.codec,
        "protocol": document.protocol.id,
        "protocol_version": document.protocol.version,
        "protocol_sha256": document.protocol.sha256,
        "model": software.model.name,
        "model_sha256": software.model.sha256,
        "formcheck": software.formcheck,
        "mediapipe": software.mediapipe,
        "numpy": software.numpy,
        "opencv": software.opencv,
        "av": software.av,
    }


def _rep(rep: RepPart) -> dict[str, Any]:
    return {
        "rep": rep.index,
        "complete": rep.complete,
        "partial": rep.partial,
        "good": _good(rep),
        "start_s": rep.start_s,
        "peak_s": rep.peak_s,
        "end_s": rep.end_s,
        "knee_start_deg": rep.knee_flexion_start_deg,
        "knee_end_deg": rep.knee_flexion_peak_deg,
        "knee_se_deg": rep.knee_se_deg,
        "hip_mean_deg": rep.hip_flexion_mean_deg,
        "hip_min_deg": rep.hip_flexion_min_deg,
        "hip_max_deg": rep.hip_flexion_max_deg,
        "hip_se_deg": rep.hip_se_deg,
        "extend_s": rep.extend_s,
        "hold_s": rep.hold_s,
        "return_s": rep.return_s,
        "peak_speed_deg_s": rep.peak_speed_deg_s,
        "faults": ";".join(_faults(rep)),
    }


def _good(rep: RepPart) -> bool:
    """A good repetition is whole, full, and fails no rule that counts; as in the practice record."""
    return rep.complete and not rep.partial and not _faults(rep)


def _faults(rep: RepPart) -> list[str]:
    return [f.rule for f in rep.findings if f.verdict is Verdict.NOT_MET and not f.advisory]


def _over(of: Callable[[Sequence[float]], float], values: Sequence[float | None]) -> float | None:
    """Take a median, mean, least or most of what is known; None when nothing is."""
    known = [value for value in values if value is not None and math.isfinite(value)]
    return round(of(known), 3) if known else None
