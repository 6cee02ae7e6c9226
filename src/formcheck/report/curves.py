"""What the curves draw: thinned for the screen without losing a peak, with gaps kept as gaps."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from formcheck.resolution import decimals_of_unit
from formcheck.text.catalogue import Texts
from formcheck.text.numbers import Z_95
from formcheck.types import BoolArray, FloatArray, LegAngles, Phase, Session

MAX_POINTS = 12_000
"""Frames drawn at most: past a screen's width many times over, and some 400 kB of page."""

# Sections of the catalogue that the page's script speaks from.
_SCRIPT_TEXTS = ("report.script", "report.convention")
_STEP_DEG = 10
_DEG_DECIMALS = decimals_of_unit("deg")


@dataclass(frozen=True, slots=True)
class RepMark:
    """A repetition as the curves mark it."""

    index: int
    start_s: float
    peak_s: float
    end_s: float
    peak_deg: float
    complete: bool
    partial: bool


@dataclass(frozen=True, slots=True)
class Curves:
    """Hip and knee over time, ready to draw. NaN = not measurable; bands are 95 % half widths.

    ``gaps`` are [start, end) intervals in which hip and knee could not be measured. ``frames`` is how
    many frames the clip has, of which ``t_s.size`` are drawn.
    """

    t_s: FloatArray
    hip_deg: FloatArray
    hip_band_deg: FloatArray
    knee_deg: FloatArray
    knee_band_deg: FloatArray
    phase: tuple[Phase, ...]
    gaps: tuple[tuple[float, float], ...]
    reps: tuple[RepMark, ...]
    hip_target_deg: tuple[float, float]
    hip_range_deg: tuple[int, int]
    knee_range_deg: tuple[int, int]
    span_s: tuple[float, float]
    frames: int


def curves_of(session: Session, *, hip_target_deg: tuple[float, float], max_points: int = MAX_POINTS) -> Curves | None:
    """Return the curves of a session, or None when it has no angle to draw."""
    angles = session.angles
    if angles is None:
        return None
    measured = angles.usable & np.isfinite(angles.hip_flexion_deg) & np.isfinite(angles.knee_flexion_deg)
    if not measured.any():
        return None
    keep = frames_to_draw(np.stack([angles.hip_flexion_deg, angles.knee_flexion_deg]), measured, max_points)
    hip_deg, hip_band_deg = _series(angles.hip_flexion_deg, angles.hip_se_deg, measured, keep)
    knee_deg, knee_band_deg = _series(angles.knee_flexion_deg, angles.knee_se_deg, measured, keep)
    return Curves(
        t_s=angles.t_s[keep],
        hip_deg=hip_deg,
        hip_band_deg=hip_band_deg,
        knee_deg=knee_deg,
        knee_band_deg=knee_band_deg,
        phase=tuple(session.phases[frame] for frame in keep),
        gaps=_gaps(angles, measured),
        reps=_marks(session),
        hip_target_deg=hip_target_deg,
        hip_range_deg=_axis_range(hip_deg, hip_band_deg, hip_target_deg),
        knee_range_deg=_axis_range(knee_deg, knee_band_deg, (0.0, 100.0)),
        span_s=(float(angles.t_s[0]), float(angles.t_s[-1])),
        frames=angles.t_s.size,
    )


def frames_to_draw(signals: FloatArray, measured: BoolArray, max_points: int) -> NDArray[np.intp]:
    """Choose the frames to draw: each signal's lowest and highest in every short stretch.

    Parameters
    ----------
    signals : (S, T) float
        Finite wherever ``measured`` is True.
    measured : (T,) bool
    max_points : int
        Aimed at; the first and last frame of every gap are kept on top of it.

    Returns
    -------
    (K,) int
        Increasing frame numbers; all of them when T is at most ``max_points``.
    """
    frames = measured.size
    if frames <= max_points:
        return np.arange(frames)
    edges = np.flatnonzero(np.diff(measured.astype(np.int8)))
    kept = [np.array([0, frames - 1]), edges, edges + 1]
    stretches = max(1, max_points // (2 * len(signals)))
    for stretch in np.array_split(np.flatnonzero(measured), stretches):
        if stretch.size:
            part = signals[:, stretch]
            kept += [stretch[part.argmin(axis=1)], stretch[part.argmax(axis=1)]]
    return np.unique(np.concatenate(kept))


def chart_payload(curves: Curves, texts: Texts) -> dict[str, Any]:
    """Return what the page's script draws and says, to the resolution of results: the page rounds what it says once."""
    phases = tuple(Phase)
    return {
        "t": _rounded(curves.t_s, 3),
        "hip": _rounded(curves.hip_deg, _DEG_DECIMALS),
        "hipBand": _rounded(curves.hip_band_deg, _DEG_DECIMALS),
        "knee": _rounded(curves.knee_deg, _DEG_DECIMALS),
        "kneeBand": _rounded(curves.knee_band_deg, _DEG_DECIMALS),
        "phase": [phases.index(phase) for phase in curves.phase],
        "phaseWords": [texts.get(f"phase.{phase}") for phase in phases],
        "gaps": [[round(start, 3), round(end, 3)] for start, end in curves.gaps],
        "reps": [_mark_payload(mark) for mark in curves.reps],
        "hipTarget": curves.hip_target_deg,
        "hipRange": curves.hip_range_deg,
        "kneeRange": curves.knee_range_deg,
        "span": [round(end, 3) for end in curves.span_s],
        "texts": _script_texts(texts),
    }


def _script_texts(texts: Texts) -> dict[str, str]:
    """The words of report.js by the last part of their keys, with the ``{names}`` that it fills in."""
    said = {key.rpartition(".")[2]: text for prefix in _SCRIPT_TEXTS for key, text in texts.section(prefix).items()}
    return said | {"decimal_mark": texts.get("number.decimal_mark")}


def _mark_payload(mark: RepMark) -> dict[str, Any]:
    return {
        "index": mark.index,
        "start": round(mark.start_s, 3),
        "peak": round(mark.peak_s, 3),
        "end": round(mark.end_s, 3),
        "peakDeg": round(mark.peak_deg, 1) if math.isfinite(mark.peak_deg) else None,
        "complete": mark.complete,
        "partial": mark.partial,
    }


def _series(
    value_deg: FloatArray, se_deg: FloatArray, measured: BoolArray, keep: NDArray[np.intp]
) -> tuple[FloatArray, FloatArray]:
    value = np.where(measured, value_deg, np.nan)[keep]
    return value, np.where(np.isfinite(value), Z_95 * se_deg[keep], np.nan)


def _gaps(angles: LegAngles, measured: BoolArray) -> tuple[tuple[float, float], ...]:
    """Return the stretches that were not measured, from one measured frame to the next."""
    padded = np.concatenate([[True], measured, [True]]).astype(np.int8)
    steps = np.diff(padded)
    starts, ends = np.flatnonzero(steps == -1), np.flatnonzero(steps == 1)
    last = angles.t_s.size - 1
    return tuple(
        (float(angles.t_s[max(int(start) - 1, 0)]), float(angles.t_s[min(int(end), last)]))
        for start, end in zip(starts, ends, strict=True)
    )


def _marks(session: Session) -> tuple[RepMark, ...]:
    return tuple(
        RepMark(
            index=rep.index,
            start_s=rep.start_s,
            peak_s=rep.peak_s,
            end_s=rep.end_s,
            peak_deg=rep.knee_flexion_peak_deg,
            complete=rep.complete,
            partial=rep.partial,
        )
        for rep in session.reps
    )


def _axis_range(value: FloatArray, band: FloatArray, always: Iterable[float]) -> tuple[int, int]:
    """Return whole tens around the curve and whatever must always be on the axis."""
    edge = np.nan_to_num(band)
    low = min([float(np.nanmin(value - edge)), *always])
    high = max([float(np.nanmax(value + edge)), *always])
    return (
        math.floor(low / _STEP_DEG) * _STEP_DEG,
        math.ceil((high + 1) / _STEP_DEG) * _STEP_DEG,
    )


def _rounded(values: FloatArray, decimals: int) -> list[float | None]:
    return [round(value, decimals) if math.isfinite(value) else None for value in values.tolist()]
