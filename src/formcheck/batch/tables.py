"""The tables of a batch: one row a clip, one row a repetition. docs/batch.md explains each column."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from formcheck.batch.tasks import BatchClip, ClipFailure
from formcheck.extras import Extra, installed
from formcheck.form.statistics import set_statistics, statuses
from formcheck.form.summary import summarize
from formcheck.message import Message
from formcheck.parsing import parse_json_object
from formcheck.record.exports.tables import csv_text
from formcheck.resolution import rounded
from formcheck.review.again import AfterAnalysis
from formcheck.session.document import from_document
from formcheck.text.catalogue import Texts
from formcheck.types import Finding, Session, Verdict

# Columns that are numbers of `form.statistics.SetStatistics` under the same names.
_SET_NUMBERS = (
    "knee_start_deg",
    "knee_end_deg",
    "knee_end_met_deg",
    "knee_se_deg",
    "hip_mean_deg",
    "hip_range_deg",
    "hip_min_deg",
    "hip_max_deg",
    "hip_se_deg",
    "rep_s",
    "extend_s",
    "hold_s",
    "return_s",
    "peak_speed_deg_s",
)
_SOFTWARE = ("formcheck", "mediapipe", "numpy", "opencv", "av")


class ClipState(StrEnum):
    """What became of a clip."""

    DONE = "done"
    FAILED = "failed"
    DUPLICATE = "duplicate"
    PENDING = "pending"


@dataclass(frozen=True, slots=True)
class SessionRows:
    """What the tables say of one analysed clip: columns of its own row, and a row for each of its repetitions.

    ``headline`` and ``quality`` are columns of the clip's row too, said in the language of the tables.
    """

    clip: Mapping[str, Any]
    reps: tuple[Mapping[str, Any], ...]
    headline: Message
    quality: tuple[Message, ...]


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
    review : AfterAnalysis, optional
        What a completed review of it is, where it was analysed in this run.
    """

    clip: BatchClip
    state: ClipState
    content_sha256: str = ""
    folder: str = ""
    same_as: str = ""
    failure: ClipFailure | None = None
    rows: SessionRows | None = None
    review: AfterAnalysis | None = None


def _columns(*groups: tuple[type, Sequence[str]]) -> dict[str, type]:
    return {name: kind for kind, names in groups for name in names}


# The columns of each table, and what is in them.
RESULTS = _columns(
    (str, ("name", "path", "state", "trouble", "reason", "duplicate_of", "folder", "content_sha256", "side")),
    (bool, ("side_given",)),
    (int, ("rep_count", "met_reps", "not_met_reps", "undecided_reps", "partial_reps", "cut_reps")),
    (float, _SET_NUMBERS),
    (str, ("not_met",)),
    (float, ("usable_fraction",)),
    (str, ("quality", "headline")),
    (bool, ("lying",)),
    (float, ("azimuth_deg", "duration_s")),
    (int, ("width_px", "height_px")),
    (float, ("nominal_fps",)),
    (str, ("codec", "protocol", "protocol_version", "protocol_sha256", "model", "model_sha256", *_SOFTWARE)),
)
REPS = _columns(
    (str, ("name", "path", "content_sha256", "side")),
    (int, ("rep",)),
    (bool, ("complete", "partial")),
    (str, ("status", "deciding")),
    (float, ("start_s", "peak_s", "end_s", "knee_start_deg", "knee_end_deg", "knee_se_deg")),
    (float, ("hip_mean_deg", "hip_min_deg", "hip_max_deg", "hip_se_deg")),
    (float, ("extend_s", "hold_s", "return_s", "peak_speed_deg_s")),
)


ALL_TABLES = frozenset({"results.csv", "reps.csv", "results.parquet", "reps.parquet"})


def table_names() -> list[str]:
    """Return the names of the tables that are written: as Parquet too where what writes it is installed."""
    endings = ("csv", "parquet") if installed(Extra.RESEARCH) else ("csv",)
    return [f"{table}.{ending}" for ending in endings for table in ("results", "reps")]


def table_files(results: Sequence[ClipResult], texts: Texts) -> Iterable[tuple[str, bytes]]:
    """Return the tables of `table_names` as files, by name. Equal results give equal bytes in one language."""
    clip_rows = [_clip_row(result, texts) for result in results]
    for name, columns, rows in (("results", RESULTS, clip_rows), ("reps", REPS, _rep_rows(results))):
        yield f"{name}.csv", csv_text(list(columns), rows)
        if installed(Extra.RESEARCH):
            from formcheck.record.exports.parquet import parquet_bytes

            yield f"{name}.parquet", parquet_bytes(columns, rows)


def _clip_row(result: ClipResult, texts: Texts) -> dict[str, Any]:
    """Return a clip's row; None for what is not known."""
    failure, rows = result.failure, result.rows
    measured = {}
    if rows is not None:
        quality = " ".join(texts.say(reason) for reason in rows.quality)
        measured = {**rows.clip, "headline": texts.say(rows.headline), "quality": quality}
    return {
        **dict.fromkeys(RESULTS),
        **measured,
        "name": result.clip.name,
        "path": result.clip.display_path,
        "state": result.state.value,
        "trouble": failure.kind.value if failure else None,
        "reason": failure.reason if failure else None,
        "duplicate_of": result.same_as or None,
        "folder": result.folder or None,
        "content_sha256": result.content_sha256 or None,
    }


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
        document = parse_json_object(session_json)
        session = from_document(document)
    except ValueError:
        return None
    return SessionRows(
        clip=_clip_columns(session, document["software"]),
        reps=tuple(_rep_columns(session)),
        headline=summarize(session).headline,
        quality=session.quality.reasons,
    )


def _clip_columns(session: Session, software: Mapping[str, Any]) -> dict[str, Any]:
    clip, statistics = session.clip, rounded(set_statistics(session))
    numbers = {name: _known(getattr(statistics, name)) for name in _SET_NUMBERS}
    return {
        "side": session.side,
        "side_given": session.side_given,
        "rep_count": statistics.complete,
        "met_reps": statistics.met,
        "not_met_reps": statistics.not_met,
        "undecided_reps": statistics.undecided,
        "partial_reps": statistics.partial,
        "cut_reps": statistics.cut,
        **numbers,
        "not_met": ";".join(finding.rule for finding in session.findings_of(None) if _counts_against(finding)),
        "usable_fraction": session.quality.usable_fraction,
        "lying": session.view.lying,
        "azimuth_deg": _known(session.view.azimuth_deg),
        "duration_s": clip.duration_s,
        "width_px": clip.size_px[0],
        "height_px": clip.size_px[1],
        "nominal_fps": _known(clip.nominal_fps),
        "codec": clip.codec,
        "protocol": session.protocol_id,
        "protocol_version": session.protocol_version,
        "protocol_sha256": session.protocol_sha256,
        "model": session.model.name,
        "model_sha256": session.model.sha256,
        **{name: software[name] for name in _SOFTWARE},
    }


def _rep_columns(session: Session) -> Iterator[dict[str, Any]]:
    status_of = {one.rep: one for one in statuses(session)}
    for rep in session.reps:
        status = status_of.get(rep.index)
        yield {
            "rep": rep.index,
            "complete": rep.complete,
            "partial": rep.partial,
            "status": status.status.value if status else None,
            # Separated as in the practice record.
            "deciding": ",".join(finding.rule for finding in status.deciding) if status else None,
            "start_s": rep.start_s,
            "peak_s": rep.peak_s,
            "end_s": rep.end_s,
            "knee_start_deg": _known(rep.knee_flexion_start_deg),
            "knee_end_deg": _known(rep.knee_flexion_peak_deg),
            "knee_se_deg": _known(rep.knee_se_deg),
            "hip_mean_deg": _known(rep.hip_flexion_mean_deg),
            "hip_min_deg": _known(rep.hip_flexion_min_deg),
            "hip_max_deg": _known(rep.hip_flexion_max_deg),
            "hip_se_deg": _known(rep.hip_se_deg),
            "extend_s": _known(rep.extend_s),
            "hold_s": _known(rep.hold_s),
            "return_s": _known(rep.return_s),
            "peak_speed_deg_s": _known(rep.peak_speed_deg_s),
        }


def _counts_against(finding: Finding) -> bool:
    return finding.verdict is Verdict.NOT_MET and not finding.advisory


def _known(value: float) -> float | None:
    return value if math.isfinite(value) else None
