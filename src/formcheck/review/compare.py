"""Two sessions compared: their repetitions over each other, and which differences exceed the error of measurement."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from formcheck.form.measures import DIFFERENCE_SHARE, TIMING_SE_S
from formcheck.record.trend import HUMAN_MDC_DEG
from formcheck.report.data import session_document
from formcheck.report.words import Z_95, ceiling, whole
from formcheck.review.outcome import outcome
from formcheck.types import FloatArray, LegAngles, Rep, Session

PERCENT = tuple(range(101))
# Curves are not interpolated across longer gaps.
_MAX_GAP_S = 0.25
# Camera angles that differ by more than this show the leg differently.
_VIEW_DEG = 15.0


@dataclass(frozen=True, slots=True)
class Number:
    """One number of a session; ``se`` is NaN for what is counted and has no error of measurement."""

    value: float
    se: float


@dataclass(frozen=True, slots=True)
class _Row:
    label: str
    unit: str
    # Below this no difference is one, however small the error: what one rater with a goniometer can detect.
    least: float
    decimals: int


_ROWS = {
    "reps": _Row("Repetitions", "", 0.0, 0),
    "correct": _Row("Repetitions met", "", 0.0, 0),
    "knee_end": _Row("Knee at the end of a repetition", "°", HUMAN_MDC_DEG, 0),
    "knee_start": _Row("Knee at the start of a repetition", "°", HUMAN_MDC_DEG, 0),
    "hip": _Row("Hip while the knee moves", "°", 0.0, 0),
    "hip_range": _Row("Movement of the hip in a repetition", "°", 0.0, 0),
    "extend": _Row("Time to straighten", " s", 0.0, 1),
    "length": _Row("Length of a repetition", " s", 0.0, 1),
}


def compare(a: Session, b: Session) -> dict[str, Any]:
    """Compare two sessions: curves by per cent of a repetition, a table of differences, and where to align them.

    A difference counts when it exceeds the 95 % band of the difference of two readings, 1.96 sqrt(a² + b²) of their
    standard errors (what is systematic in a camera's set-up does not cancel between clips), and for the knee also what
    one rater with a goniometer can detect: the rule of `record.trend`.
    """
    return {
        "percent": list(PERCENT),
        **{key: value for name, session in (("a", a), ("b", b)) for key, value in _curves(name, session).items()},
        "rows": [_row(_ROWS[key], *pair) for key, pair in _paired(numbers(a), numbers(b)).items()],
        "caveats": caveats(a, b),
        "align": {"a_start_s": _first_start_s(a), "b_start_s": _first_start_s(b)},
    }


def numbers(session: Session) -> dict[str, Number]:
    """Take a session's numbers over its complete repetitions; NaN where not measurable.

    Medians of knee and times keep the error of one reading: much of it is shared by all repetitions of a clip.
    """
    reps = compared_reps(session)
    counted = outcome(session_document(session))
    timing = math.sqrt(2) * TIMING_SE_S
    knee_se, hip_se = _median([rep.knee_se_deg for rep in reps]), _median([rep.hip_se_deg for rep in reps])
    ranges = [rep.hip_flexion_max_deg - rep.hip_flexion_min_deg for rep in reps]
    return {
        "reps": Number(float(counted["reps"]), math.nan),
        "correct": Number(float(counted["correct"]), math.nan),
        "knee_end": Number(_median([rep.knee_flexion_peak_deg for rep in reps]), knee_se),
        "knee_start": Number(_median([rep.knee_flexion_start_deg for rep in reps]), knee_se),
        "hip": Number(_median([rep.hip_flexion_mean_deg for rep in reps]), hip_se),
        "hip_range": Number(_median(ranges), DIFFERENCE_SHARE * hip_se),
        "extend": Number(_median([rep.extend_s for rep in reps]), timing if reps else math.nan),
        "length": Number(_median([rep.end_s - rep.start_s for rep in reps]), timing if reps else math.nan),
    }


def compared_reps(session: Session) -> list[Rep]:
    """Return the repetitions that numbers and curves are of: the complete ones, small ones among them."""
    return [rep for rep in session.reps if rep.complete]


def _median(values: Sequence[float]) -> float:
    known = [value for value in values if math.isfinite(value)]
    return float(np.median(known)) if known else math.nan


def _paired(a: dict[str, Number], b: dict[str, Number]) -> dict[str, tuple[Number, Number]]:
    return {key: (a[key], b[key]) for key in _ROWS}


def _row(row: _Row, a: Number, b: Number) -> dict[str, Any]:
    difference = b.value - a.value
    band = Z_95 * math.hypot(a.se, b.se)
    error = max(row.least, band) if math.isfinite(band) else math.nan
    within = abs(difference) < error if math.isfinite(difference) and math.isfinite(error) else None
    return {
        "label": row.label,
        "unit": row.unit.strip(),
        "a": _rounded(a.value, row.decimals),
        "b": _rounded(b.value, row.decimals),
        "difference": _rounded(difference, row.decimals),
        "error": _rounded(error, 1),
        "within_error": within,
        "sentence": _sentence(row, a.value, b.value, error, within),
    }


def _sentence(row: _Row, a: float, b: float, error: float, within: bool | None) -> str:
    if not (math.isfinite(a) and math.isfinite(b)):
        both = not (math.isfinite(a) or math.isfinite(b))
        return f"{row.label}: cannot tell, it was not measured in {'either' if both else 'one of the two'}."
    ends = f"{_figure(row, a)} and {_figure(row, b)}"
    if within is None:
        return f"{row.label}: {ends} (counted, without an error of measurement)."
    limit = f"{ceiling(error)}{row.unit}" if row.decimals == 0 else f"{error:.{row.decimals}f}{row.unit}"
    if within:
        return f"{row.label}: {ends}; no difference that can be told: measuring alone explains up to {limit}."
    way = "more" if b > a else "less"
    beyond = f"beyond what measuring alone explains ({limit})"
    return f"{row.label}: {ends}; {_figure(row, abs(b - a))} {way}, {beyond}."


def _figure(row: _Row, value: float) -> str:
    number = str(whole(value)) if row.decimals == 0 else f"{value:.{row.decimals}f}"
    return f"{number}{row.unit}"


def _rounded(value: float, decimals: int) -> float | None:
    return round(value, max(decimals, 1)) if math.isfinite(value) else None


def _curves(name: str, session: Session) -> dict[str, Any]:
    """Every complete repetition's curve, and the median over those that the table is of."""
    found = numbers(session)
    reps = compared_reps(session)
    knees = [_by_percent(session.angles, "knee_flexion_deg", rep) for rep in reps]
    hips = [_by_percent(session.angles, "hip_flexion_deg", rep) for rep in reps]
    return {
        f"{name}_reps": [
            {
                "index": rep.index,
                "start_s": round(rep.start_s, 3),
                "end_s": round(rep.end_s, 3),
                "partial": rep.partial,
                "knee_deg": _with_none(knee),
                "hip_deg": _with_none(hip),
            }
            for rep, knee, hip in zip(reps, knees, hips, strict=True)
        ],
        f"{name}_mean": {
            "knee_deg": _with_none(_median_curve(*knees)),
            "hip_deg": _with_none(_median_curve(*hips)),
            "knee_band_deg": _band(found["knee_end"]),
            "hip_band_deg": _band(found["hip"]),
        },
        f"{name}_curve": {
            "kind": "median",
            "reps": [rep.index for rep in reps],
            "left_out": [rep.index for rep in session.reps if not rep.complete],
        },
    }


def _band(number: Number) -> float | None:
    """Half width of the 95 % band of one reading: much of the error is shared by the whole curve."""
    return round(Z_95 * number.se, 1) if math.isfinite(number.se) else None


def _by_percent(angles: LegAngles | None, name: str, rep: Rep) -> FloatArray:
    """A repetition's curve at each per cent of its length (101,), NaN where nothing was measured nearby."""
    if angles is None or not angles.usable.any():
        return np.full(len(PERCENT), np.nan)
    at_s = np.linspace(rep.start_s, rep.end_s, len(PERCENT))
    t_s, known = angles.t_s[angles.usable], getattr(angles, name)[angles.usable]
    right = np.searchsorted(t_s, at_s).clip(0, t_s.size - 1)
    left = (right - 1).clip(0)
    apart = np.minimum(np.abs(t_s[right] - at_s), np.abs(t_s[left] - at_s))
    return np.where(apart <= _MAX_GAP_S, np.interp(at_s, t_s, known), np.nan)


def _median_curve(*curves: FloatArray) -> FloatArray:
    """Median curve (101,); NaN where fewer than half of the repetitions are known."""
    curves_deg = np.stack(curves) if curves else np.full((1, len(PERCENT)), np.nan)
    enough = 2 * np.isfinite(curves_deg).sum(axis=0) >= len(curves_deg)
    median = np.full(len(PERCENT), np.nan)
    median[enough] = np.nanmedian(curves_deg[:, enough], axis=0)
    return median


def _with_none(values: FloatArray) -> list[float | None]:
    return [round(value, 1) if math.isfinite(value) else None for value in values.tolist()]


def _first_start_s(session: Session) -> float:
    return next((rep.start_s for rep in session.reps if rep.complete), 0.0)


def caveats(a: Session, b: Session) -> list[str]:
    """Say what makes two sessions hard to compare."""
    found = []
    if a.side is not b.side:
        found.append("The two show different legs.")
    if a.protocol_sha256 != b.protocol_sha256:
        found.append("The two were judged by different protocols.")
    if a.model.sha256 != b.model.sha256:
        found.append("The two were measured with different landmark models.")
    turned = abs(a.view.azimuth_deg - b.view.azimuth_deg)
    if turned > _VIEW_DEG:
        found.append(f"The camera stood {turned:.0f}° elsewhere, which moves the angles by more than the error says.")
    return found
