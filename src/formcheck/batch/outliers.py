"""Which clips of a batch to check first, and why."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

from formcheck.batch.tables import ClipResult, ClipState
from formcheck.report.words import ceiling, percent, whole
from formcheck.text.numbers import Z_95

# Less than this of a clip measured leaves gaps that repetitions can fall into.
_MIN_USABLE = 0.8
# A 95 % band of more than 10 degrees either way tells little between two sessions of one person: human raters with
# a goniometer differ by 10 (docs/record.md).
_MAX_Z_95_DEG = 10.0
# Distance from the batch's median, in robust standard deviations (Iglewicz & Hoaglin 1993 take 3.5).
_MAX_DEVIATIONS = 3.5
_MAD_TO_SD = 1.4826
_MIN_CLIPS = 8
# Compared with the other clips: column, words, unit, and the least spread that counts as any.
_COMPARED = (
    ("knee_end_deg", "knee at the end", "°", 3.0),
    ("hip_mean_deg", "hip", "°", 3.0),
    ("rep_s", "one repetition", " s", 0.3),
    ("peak_speed_deg_s", "fastest knee", "°/s", 5.0),
)


@dataclass(frozen=True, slots=True)
class Outlier:
    """A clip to check, and the reasons; the lower ``rank``, the sooner."""

    result: ClipResult
    rank: int
    reasons: tuple[str, ...]


def find_outliers(results: Sequence[ClipResult]) -> list[Outlier]:
    """Return the clips to check, the most urgent first, otherwise in the order given."""
    norms = _norms(results)
    found = []
    for result in results:
        reasons = list(_reasons(result, norms))
        if reasons:
            found.append(Outlier(result, min(rank for rank, _ in reasons), tuple(text for _, text in reasons)))
    return sorted(found, key=lambda outlier: (outlier.rank, -len(outlier.reasons)))


def _reasons(result: ClipResult, norms: dict[str, tuple[float, float]]) -> Iterator[tuple[int, str]]:
    if result.state is ClipState.FAILED and result.failure is not None:
        yield 0, result.failure.reason
    if result.rows is None:
        return
    row = result.rows.clip
    yield from _not_judged(row)
    for name, what in (("knee_se_deg", "knee"), ("hip_se_deg", "hip")):
        if row[name] is not None and Z_95 * row[name] > _MAX_Z_95_DEG:
            yield 5, f"The {what} is only known to ± {ceiling(Z_95 * row[name])}°."
    yield from ((6, text) for text in _unlike_others(row, norms))
    if row["cut_reps"]:
        many = "repetition is" if row["cut_reps"] == 1 else "repetitions are"
        yield 7, f"{row['cut_reps']} {many} cut by the clip's start or end, or by a gap."


def _not_judged(row: dict[str, Any]) -> Iterator[tuple[int, str]]:
    """Reasons why a clip could not be judged, or only in part."""
    if row["lying"] is None:
        yield 1, "Nobody could be seen lying on the back."
    elif not row["lying"]:
        yield 1, "The person does not lie on the back."
    elif row["rep_count"] == 0:
        yield 2, "No complete repetition was found."
    if "file is cut off" in row["quality"]:
        yield 3, "The file is cut off."
    if 0 < row["usable_fraction"] < _MIN_USABLE:
        yield 4, f"Only {percent(row['usable_fraction'])} of it could be measured."


def _unlike_others(row: dict[str, Any], norms: dict[str, tuple[float, float]]) -> Iterator[str]:
    for name, what, unit, _least in _COMPARED:
        value = row[name]
        if value is None or name not in norms:
            continue
        middle, spread = norms[name]
        if abs(value - middle) > _MAX_DEVIATIONS * spread:
            shown, usual = (f"{x:.1f}" if unit == " s" else str(whole(x)) for x in (value, middle))
            yield f"Unlike the others: {what} {shown}{unit}, median of all {usual}{unit}."


def _norms(results: Sequence[ClipResult]) -> dict[str, tuple[float, float]]:
    """Median and robust spread of each compared column; none where there are too few clips to say what is usual."""
    norms = {}
    for name, _what, _unit, least in _COMPARED:
        values = [result.rows.clip[name] for result in results if result.rows and result.rows.clip[name] is not None]
        if len(values) >= _MIN_CLIPS:
            middle = median(values)
            spread = _MAD_TO_SD * median(abs(value - middle) for value in values)
            norms[name] = (middle, max(spread, least))
    return norms
