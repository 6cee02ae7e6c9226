"""What the tiles show beyond the statistics of the set: the hip without repetitions, the knee as a deficit."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from formcheck.form.statistics import SetStatistics
from formcheck.text import numbers
from formcheck.text.catalogue import Texts
from formcheck.types import Session


@dataclass(frozen=True, slots=True)
class HipNumber:
    """Hip flexion while the knee moved, or over the whole clip when ``over_reps`` is False."""

    mean_deg: float
    min_deg: float
    max_deg: float
    se_deg: float
    over_reps: bool


def hip_number(session: Session, stats: SetStatistics) -> HipNumber | None:
    """Return the hip of the set, else that of the clip, or None when it was not measured."""
    if math.isfinite(stats.hip_mean_deg):
        return HipNumber(stats.hip_mean_deg, stats.hip_min_deg, stats.hip_max_deg, stats.hip_se_deg, over_reps=True)
    angles = session.angles
    if angles is None:
        return None
    seen = angles.usable & np.isfinite(angles.hip_flexion_deg)
    if not seen.any():
        return None
    hip_deg = angles.hip_flexion_deg[seen]
    return HipNumber(
        mean_deg=float(hip_deg.mean()),
        min_deg=float(hip_deg.min()),
        max_deg=float(hip_deg.max()),
        se_deg=float(np.nanmedian(angles.hip_se_deg[seen])),
        over_reps=False,
    )


def deficit_words(texts: Texts, flexion_deg: float, se_deg: float) -> str:
    """Return the knee's end position as clinicians say it: 'Lacks 22° ± 3° of straight.'"""
    off_deg = numbers.whole(flexion_deg)
    band = f"± {numbers.ceiling(numbers.Z_95 * se_deg)}°" if math.isfinite(se_deg) else ""
    if off_deg:
        angle = f"{numbers.degrees(texts, abs(off_deg))} {band}".strip()
        return texts.get("report.deficit.lacks" if off_deg > 0 else "report.deficit.past", angle=angle)
    return texts.get("report.deficit.straight_within", band=band) if band else texts.get("report.deficit.straight")
