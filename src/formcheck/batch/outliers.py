"""Which clips of a batch to check first, and why."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from formcheck.batch.rows import SessionRows
from formcheck.batch.tables import ClipResult, ClipState
from formcheck.message import Message, verbatim
from formcheck.text.findings import title_message
from formcheck.text.numbers import Z_95, ceiling, whole

# Less than this of a clip measured leaves gaps that repetitions can fall into.
_MIN_USABLE = 0.8
# A 95 % band of more than 10 degrees either way tells little between two sessions of one person: human raters with
# a goniometer differ by 10 (docs/record.md).
_MAX_BAND_DEG = 10.0
# Distance from the batch's median, in robust standard deviations (Iglewicz & Hoaglin 1993 take 3.5).
MAX_DEVIATIONS = 3.5
_MAD_TO_SD = 1.4826
_MIN_CLIPS = 8
# Columns compared with those of the other clips, and the smallest spread that is assumed.
_MIN_SPREAD = {"knee_end_deg": 3.0, "hip_mean_deg": 3.0, "rep_s": 0.3, "peak_speed_deg_s": 5.0}
_TIMES = ("rep_s",)


Norms = Mapping[str, tuple[float, float]]
"""Median and robust spread of each compared column; none where there are too few clips to say what is usual."""


@dataclass(frozen=True, slots=True)
class Outlier:
    """A clip to check, and why: the lower ``rank`` the sooner, and in one rank the most ``failed_reps`` first."""

    result: ClipResult
    rank: int
    failed_reps: int
    reasons: tuple[Message, ...]


def find_outlier(result: ClipResult, norms: Norms) -> Outlier | None:
    """Return why a clip has to be checked; None if it need not."""
    reasons = list(_reasons(result, norms))
    if not reasons:
        return None
    failed_reps = result.rows.clip["not_met_reps"] if result.rows is not None else 0
    return Outlier(result, min(rank for rank, _ in reasons), failed_reps, tuple(reason for _, reason in reasons))


class WorstFirst:
    """Collects which clips have to be checked, in a few bytes for each."""

    def __init__(self, norms: Norms) -> None:
        self._norms = norms
        self._places, self._urgency = array("Q"), array("q")

    def add(self, place: int, result: ClipResult) -> None:
        outlier = find_outlier(result, self._norms)
        if outlier is not None:
            self._places.append(place)
            self._urgency.extend((outlier.rank, -outlier.failed_reps, -len(outlier.reasons)))

    def places(self) -> list[int]:
        """Return their places, the most urgent first, otherwise in the order of the clips."""
        keys = np.array(self._urgency).reshape(-1, 3)
        order = np.lexsort((np.array(self._places), *keys.T[::-1]))
        return [self._places[i] for i in order]


def _reasons(result: ClipResult, norms: Norms) -> Iterator[tuple[int, Message]]:
    if result.state is ClipState.FAILED and result.failure is not None:
        yield 0, verbatim(result.failure.reason)
    if result.rows is None:
        return
    row = result.rows.clip
    if row["not_met_reps"]:
        yield 1, _not_met(result.rows)
    yield from _not_judged(result.rows)
    for name, key in (("knee_se_deg", "batch.reason.knee_se"), ("hip_se_deg", "batch.reason.hip_se")):
        if row[name] is not None and Z_95 * row[name] > _MAX_BAND_DEG:
            yield 6, Message.of(key, band=ceiling(Z_95 * row[name]))
    yield from ((7, reason) for reason in _unlike_others(row, norms))
    if row["cut_reps"]:
        yield 8, Message.of("batch.reason.cut_reps", n=row["cut_reps"])


def _not_met(rows: SessionRows) -> Message:
    """Return how many repetitions are not met, and by which rules, the most frequent first."""
    titles = Message.of("number.list", parts=tuple(map(title_message, rows.deciding)))
    of_all = rows.clip["rep_count"]
    return Message.of("batch.reason.not_met", n=rows.clip["not_met_reps"], of_all=of_all, rules=titles)


def _not_judged(rows: SessionRows) -> Iterator[tuple[int, Message]]:
    """Reasons why a clip could not be judged, or only in part."""
    row = rows.clip
    if row["lying"] is None:
        yield 2, Message.of("batch.reason.nobody")
    elif not row["lying"]:
        yield 2, Message.of("batch.reason.not_lying")
    elif row["rep_count"] == 0:
        yield 3, Message.of("batch.reason.no_rep")
    if any(_says_cut_off(reason) for reason in rows.quality):
        yield 4, Message.of("batch.reason.cut_off")
    if 0 < row["usable_fraction"] < _MIN_USABLE:
        share = Message.of("number.percent", value=max(whole(100 * row["usable_fraction"]), 1))
        yield 5, Message.of("batch.reason.little_measured", share=share)


def _says_cut_off(reason: Message) -> bool:
    """Tell the warning of `video.source`, also as the sentence that results of earlier versions hold."""
    return reason.key == "warning.cut_off" or "file is cut off" in str(dict(reason.values).get("text", ""))


def _unlike_others(row: Mapping[str, Any], norms: Norms) -> Iterator[Message]:
    for name, (middle, spread) in norms.items():
        value = row[name]
        if value is not None and abs(value - middle) > MAX_DEVIATIONS * spread:
            # Angles and speeds are shown as whole numbers, times with a decimal.
            shown, usual = (value, middle) if name in _TIMES else (whole(value), whole(middle))
            yield Message.of(f"batch.unlike.{name}", value=shown, median=usual)


class UsualValues:
    """Collects the values of the compared columns."""

    def __init__(self) -> None:
        self._values = {name: array("d") for name in _MIN_SPREAD}

    def add(self, row: Mapping[str, Any]) -> None:
        for name, values in self._values.items():
            if row[name] is not None:
                values.append(row[name])

    def norms(self) -> Norms:
        norms = {}
        for name, values in self._values.items():
            if len(values) >= _MIN_CLIPS:
                middle = float(np.median(values))
                spread = _MAD_TO_SD * float(np.median(np.abs(np.subtract(values, middle))))
                norms[name] = (middle, max(spread, _MIN_SPREAD[name]))
        return norms
