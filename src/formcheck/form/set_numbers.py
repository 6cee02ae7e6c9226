"""The numbers of a set that are shown side by side, each with its standard error."""

from __future__ import annotations

import math
from dataclasses import dataclass

from formcheck.angles.scatter import duration_se_s, range_se_deg
from formcheck.form import rules
from formcheck.form.statistics import set_statistics
from formcheck.types import Session


@dataclass(frozen=True, slots=True)
class SetNumber:
    """One number of a session; ``se`` is NaN for what is counted and has no error of measurement."""

    value: float
    unit: str
    se: float = math.nan


def set_numbers(session: Session) -> dict[str, SetNumber]:
    """Return the numbers of a session over its complete repetitions; NaN where not measured."""
    stats = set_statistics(session)
    return {
        "reps": SetNumber(stats.complete, "reps"),
        "met": SetNumber(stats.met, "reps"),
        "not_met": SetNumber(stats.not_met, "reps"),
        "undecided": SetNumber(stats.undecided, "reps"),
        "knee_end": SetNumber(stats.knee_end_deg, "deg", stats.knee_se_deg),
        "knee_start": SetNumber(stats.knee_start_deg, "deg", stats.knee_se_deg),
        "hip": SetNumber(stats.hip_mean_deg, "deg", stats.hip_se_deg),
        "hip_range": SetNumber(stats.hip_range_deg, "deg", _thigh_se_deg(session)),
        "extend": SetNumber(stats.extend_s, "s", duration_se_s(stats.extend_s)),
        "length": SetNumber(stats.rep_s, "s", duration_se_s(stats.rep_s)),
    }


def _thigh_se_deg(session: Session) -> float:
    """Return the error of the thigh's movement as its finding states it; the view is stored with fewer decimals."""
    stated = (one.se for one in session.findings_of(None) if one.rule == rules.THIGH_STILL.id and one.se is not None)
    return next(stated, range_se_deg(session.view))
