"""Two sessions compared: their repetitions over each other, and which differences exceed the error of measurement."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from formcheck.form.set_numbers import SetNumber, set_numbers
from formcheck.record.trend import HUMAN_MDC_DEG
from formcheck.resolution import FINEST_DECIMALS, rounded_number
from formcheck.text.catalogue import MINUS, Texts
from formcheck.text.numbers import Z_95, decimals_for, difference, rounded, rounded_up, signed, whole
from formcheck.types import FloatArray, LegAngles, Rep, Session

PERCENT = tuple(range(101))
# Curves are not interpolated across longer gaps.
_MAX_GAP_S = 0.25
# Camera angles that differ by more than this show the leg differently.
_VIEW_DEG = 15.0


@dataclass(frozen=True, slots=True)
class _Row:
    unit: str
    # Below this no difference is one, however small the error: what one rater with a goniometer can detect.
    least: float = 0.0
    decimals: int = 0
    # What the difference is a verdict on.
    verdict_on: str | None = None


_ROWS = {
    "reps": _Row("reps"),
    "met": _Row("reps"),
    "knee_end": _Row("deg", least=HUMAN_MDC_DEG, verdict_on="knee"),
    "knee_start": _Row("deg", least=HUMAN_MDC_DEG, verdict_on="knee"),
    "hip": _Row("deg", verdict_on="hip"),
    "hip_range": _Row("deg", verdict_on="hip"),
    "extend": _Row("s", decimals=1, verdict_on="tempo"),
    "length": _Row("s", decimals=1, verdict_on="tempo"),
}


def compare(a: Session, b: Session, texts: Texts, *, calibrated: bool = False) -> dict[str, Any]:
    """Compare two sessions: curves by per cent of a repetition, a table of differences, and where to align them.

    A difference counts when it exceeds the minimal detectable change: the 95 % band of the difference of two readings,
    1.96 sqrt(a² + b²) of their standard errors (systematic errors of two camera set-ups do not cancel). For the knee it
    must also exceed what one rater with a goniometer can detect, the rule of `record.trend`, unless both sessions are
    ``calibrated`` by hand: then the rater's scatter is in their errors already.
    """
    numbers_a, numbers_b = set_numbers(a), set_numbers(b)
    return {
        "percent": list(PERCENT),
        **_curves("a", a, numbers_a),
        **_curves("b", b, numbers_b),
        "rows": [_row(key, numbers_a[key], numbers_b[key], texts, calibrated=calibrated) for key in _ROWS],
        "caveats": caveats(a, b, texts),
        "align": {"a_start_s": _first_start_s(a), "b_start_s": _first_start_s(b)},
    }


def _row(key: str, a: SetNumber, b: SetNumber, texts: Texts, *, calibrated: bool) -> dict[str, Any]:
    row = _ROWS[key]
    band = Z_95 * math.hypot(a.se, b.se)
    error = max(0.0 if calibrated else row.least, band) if math.isfinite(band) else math.nan
    judged = all(map(math.isfinite, (a.value, b.value, error)))
    within = abs(b.value - a.value) < error if judged else None
    # Numbers as they are shown agree with each other and with the verdict.
    decimals = decimals_for(a.value, b.value, error, row.decimals) if judged else row.decimals
    change = difference(a.value, b.value, decimals)

    def figure(value: float, number: Callable[..., str] = rounded) -> str:
        unit = texts.get(f"number.unit.{row.unit}")
        return number(texts, value, decimals) + unit if math.isfinite(value) else "–"

    words = {
        "a": figure(a.value),
        "b": figure(b.value),
        "difference": figure(change, signed),
        "error": figure(error, rounded_up),
    }
    return {
        "key": key,
        "label": texts.get(f"compare.{key}"),
        "a": _for_json(a.value, FINEST_DECIMALS),
        "b": _for_json(b.value, FINEST_DECIMALS),
        "difference": _for_json(b.value - a.value, FINEST_DECIMALS),
        "error": _for_json(error, FINEST_DECIMALS),
        "within_error": within,
        "verdict_on": row.verdict_on,
        "aspect": texts.get(f"compare.aspect.{key}") if row.verdict_on else None,
        "words": words,
        "sentence": _sentence(key, words, figure(abs(change)), within, texts),
    }


def _sentence(key: str, words: Mapping[str, str], change: str, within: bool | None, texts: Texts) -> str:
    """Say in words what stands in a row; ``change`` is without its sign."""
    label = texts.get(f"compare.{key}")
    known = sum(words[side] != "–" for side in ("a", "b"))
    if known < 2:
        return texts.get("compare.in_one" if known else "compare.in_neither", label=label)
    values = {"label": label, "a": words["a"], "b": words["b"]}
    if within is None:
        return texts.get("compare.counted", **values)
    if within:
        return texts.get("compare.within", **values, limit=words["error"])
    way = "compare.less" if words["difference"].startswith(MINUS) else "compare.more"
    return texts.get(way, **values, difference=change, limit=words["error"])


def _for_json(value: float, decimals: int) -> float | None:
    return rounded_number(value, decimals) if math.isfinite(value) else None


def _curves(name: str, session: Session, found: dict[str, SetNumber]) -> dict[str, Any]:
    """Return every complete repetition's curve, and the median over them."""
    reps = [rep for rep in session.reps if rep.complete]
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
            "knee_deg": _with_none(_median_curve(knees)),
            "hip_deg": _with_none(_median_curve(hips)),
            "knee_band_deg": _band(found["knee_end"]),
            "hip_band_deg": _band(found["hip"]),
        },
        f"{name}_curve": {
            "kind": "median",
            "reps": [rep.index for rep in reps],
            "left_out": [rep.index for rep in session.reps if not rep.complete],
        },
    }


def _band(number: SetNumber) -> float | None:
    """Half width of the 95 % band of one reading: much of the error is shared by the whole curve."""
    return _for_json(Z_95 * number.se, FINEST_DECIMALS)


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


def _median_curve(curves: Sequence[FloatArray]) -> FloatArray:
    """Median curve (101,); NaN where fewer than half of the repetitions are known."""
    curves_deg = np.stack(curves) if curves else np.full((1, len(PERCENT)), np.nan)
    enough = 2 * np.isfinite(curves_deg).sum(axis=0) >= len(curves_deg)
    median = np.full(len(PERCENT), np.nan)
    median[enough] = np.nanmedian(curves_deg[:, enough], axis=0)
    return median


def _with_none(values: FloatArray) -> list[float | None]:
    return [_for_json(value, 1) for value in values.tolist()]


def _first_start_s(session: Session) -> float:
    return next((rep.start_s for rep in session.reps if rep.complete), 0.0)


def caveats(a: Session, b: Session, texts: Texts) -> list[str]:
    """Say what makes two sessions hard to compare."""
    found = []
    if a.side is not b.side:
        found.append(texts.get("compare.other_leg"))
    if a.protocol_sha256 != b.protocol_sha256:
        found.append(texts.get("compare.other_protocol"))
    if a.model.sha256 != b.model.sha256:
        found.append(texts.get("compare.other_model"))
    turned_deg = abs(a.view.azimuth_deg - b.view.azimuth_deg)
    if turned_deg > _VIEW_DEG:
        found.append(texts.get("compare.camera", deg=whole(turned_deg)))
    return found
