"""The few numbers a reader looks for first, taken over a set's complete repetitions."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from formcheck.report.words import Z_95
from formcheck.types import Rep, Session, Verdict


@dataclass(frozen=True, slots=True)
class KneeNumber:
    """Median knee flexion at the end of the repetitions; ``band_deg`` is the half width of its 95 % band."""

    median_deg: float
    start_deg: float
    band_deg: float
    reps: int


@dataclass(frozen=True, slots=True)
class HipNumber:
    """Hip flexion while the knee moved (or over the whole clip when ``over_reps`` is False)."""

    mean_deg: float
    min_deg: float
    max_deg: float
    band_deg: float
    over_reps: bool


@dataclass(frozen=True, slots=True)
class Tempo:
    """Medians in seconds. Each is NaN when no repetition has it."""

    rep_s: float
    extend_s: float
    hold_s: float
    return_s: float


@dataclass(frozen=True, slots=True)
class KeyNumbers:
    """What the tiles show. None = could not be measured."""

    counted: int | None
    partial: int
    cut: int
    knee: KneeNumber | None
    hip: HipNumber | None
    tempo: Tempo | None


def key_numbers(session: Session) -> KeyNumbers:
    """Take the key numbers of a session.

    Medians are used for the knee and the tempo, so that one odd repetition does not move them. The
    band of a median is that of one measurement: much of the error is shared by all repetitions
    of a clip and does not average out.
    """
    complete = [rep for rep in session.reps if rep.complete]
    return KeyNumbers(
        counted=session.rep_count if _countable(session) else None,
        partial=sum(rep.partial for rep in complete),
        cut=len(session.reps) - len(complete),
        knee=_knee(complete),
        hip=_hip_over_reps(complete) or _hip_over_clip(session),
        tempo=_tempo(complete),
    )


def _countable(session: Session) -> bool:
    """Tell whether repetitions could be counted at all; if not, none found means nothing."""
    return session.angles is not None and not any(
        finding.rule == "set_complete" and finding.verdict is Verdict.NOT_ASSESSABLE
        for finding in session.findings_of(None)
    )


def _knee(reps: list[Rep]) -> KneeNumber | None:
    seen = [rep for rep in reps if math.isfinite(rep.knee_flexion_peak_deg)]
    if not seen:
        return None
    return KneeNumber(
        median_deg=_median([rep.knee_flexion_peak_deg for rep in seen]),
        start_deg=_median([rep.knee_flexion_start_deg for rep in seen]),
        band_deg=Z_95 * _median([rep.knee_se_deg for rep in seen]),
        reps=len(seen),
    )


def _hip_over_reps(reps: list[Rep]) -> HipNumber | None:
    seen = [rep for rep in reps if math.isfinite(rep.hip_flexion_mean_deg)]
    if not seen:
        return None
    return HipNumber(
        mean_deg=float(np.mean([rep.hip_flexion_mean_deg for rep in seen])),
        min_deg=min(rep.hip_flexion_min_deg for rep in seen),
        max_deg=max(rep.hip_flexion_max_deg for rep in seen),
        band_deg=Z_95 * _median([rep.hip_se_deg for rep in seen]),
        over_reps=True,
    )


def _hip_over_clip(session: Session) -> HipNumber | None:
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
        band_deg=Z_95 * _median(angles.hip_se_deg[seen].tolist()),
        over_reps=False,
    )


def _tempo(reps: list[Rep]) -> Tempo | None:
    if not reps:
        return None
    return Tempo(
        rep_s=_median([rep.end_s - rep.start_s for rep in reps]),
        extend_s=_median([rep.extend_s for rep in reps]),
        hold_s=_median([rep.hold_s for rep in reps]),
        return_s=_median([rep.return_s for rep in reps]),
    )


def _median(values: list[float]) -> float:
    """Median of the finite values; NaN when there are none."""
    finite = [value for value in values if math.isfinite(value)]
    return float(np.median(finite)) if finite else math.nan
