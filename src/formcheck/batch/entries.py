"""What is known of a clip's result, read from the files that the result consists of."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import fmean, median
from typing import Any

from pydantic import ValidationError

from formcheck.report.schema import RepPart, SessionDocument
from formcheck.types import Verdict


@dataclass(frozen=True, slots=True)
class Entry:
    """A result in short: its columns in the table of results, and those of its repetitions."""

    columns: dict[str, Any]
    reps: tuple[dict[str, Any], ...]


def read_entry(session_json: bytes | None) -> Entry | None:
    """Read a result; None when there is none, or only a piece of one (a transfer was cut off)."""
    if session_json is None:
        return None
    try:
        document = SessionDocument.model_validate_json(session_json)
    except ValidationError:
        return None
    return Entry(_columns(document), tuple(_rep(rep) for rep in document.reps))


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
