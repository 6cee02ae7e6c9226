"""The curves as SVG coordinates, for paper and for readers that run no script."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from formcheck.report.curves import Curves, RepMark, frames_to_draw
from formcheck.text import numbers
from formcheck.text.catalogue import Texts
from formcheck.types import FloatArray

Point = tuple[float, float]

PANEL_WIDTH = 860
PANEL_HEIGHT = 170
_STATIC_POINTS = 1200
_TICKS_ACROSS = 10
_TIME_STEPS_S = (0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1200, 3600)


@dataclass(frozen=True, slots=True)
class Tick:
    """A grid line: where it is and what stands beside it; for an angle also the interior angle, for the right side."""

    at: float
    label: str
    interior: str = ""


@dataclass(frozen=True, slots=True)
class Span:
    """A shaded stretch along x, with an optional label in its middle."""

    x: float
    width: float
    label: str = ""
    complete: bool = True


@dataclass(frozen=True, slots=True)
class Panel:
    """One static panel in a box of PANEL_WIDTH x PANEL_HEIGHT units."""

    line: str
    band: str
    y_ticks: tuple[Tick, ...]
    x_ticks: tuple[Tick, ...]
    reps: tuple[Span, ...]
    gaps: tuple[Span, ...]
    peaks: tuple[Point, ...]
    target_y: tuple[float, float] | None


@dataclass(frozen=True, slots=True)
class _Scale:
    """Maps seconds and degrees into a panel's box."""

    span_s: tuple[float, float]
    range_deg: tuple[int, int]

    def x(self, t_s: float) -> float:
        start, end = self.span_s
        return round((t_s - start) / max(end - start, 1e-9) * PANEL_WIDTH, 1)

    def y(self, value_deg: float) -> float:
        low, high = self.range_deg
        return round((high - value_deg) / (high - low) * PANEL_HEIGHT, 1)


def static_panels(curves: Curves, texts: Texts) -> tuple[Panel, Panel]:
    """Return the hip's and the knee's panel of the whole clip."""
    measured = np.isfinite(curves.hip_deg) & np.isfinite(curves.knee_deg)
    keep = frames_to_draw(np.stack([curves.hip_deg, curves.knee_deg]), measured, _STATIC_POINTS)
    t_s = curves.t_s[keep]
    hip = _Scale(curves.span_s, curves.hip_range_deg)
    knee = _Scale(curves.span_s, curves.knee_range_deg)
    marks = [mark for mark in curves.reps if math.isfinite(mark.peak_deg)]
    return (
        _panel(curves, hip, t_s, curves.hip_deg[keep], curves.hip_band_deg[keep], [], curves.hip_target_deg, texts),
        _panel(curves, knee, t_s, curves.knee_deg[keep], curves.knee_band_deg[keep], marks, None, texts),
    )


def _panel(
    curves: Curves,
    scale: _Scale,
    t_s: FloatArray,
    value: FloatArray,
    band: FloatArray,
    peaks: list[RepMark],
    target: tuple[float, float] | None,
    texts: Texts,
) -> Panel:
    return Panel(
        line=_line_path(scale, t_s, value),
        band=_band_path(scale, t_s, value, band),
        y_ticks=_y_ticks(scale, texts),
        x_ticks=_x_ticks(scale, texts),
        reps=tuple(_rep_span(scale, mark) for mark in curves.reps),
        gaps=tuple(Span(scale.x(start), _width(scale, start, end)) for start, end in curves.gaps),
        peaks=tuple((scale.x(mark.peak_s), scale.y(mark.peak_deg)) for mark in peaks),
        target_y=(scale.y(target[1]), scale.y(target[0])) if target else None,
    )


def _rep_span(scale: _Scale, mark: RepMark) -> Span:
    width = _width(scale, mark.start_s, mark.end_s)
    return Span(scale.x(mark.start_s), width, str(mark.index), mark.complete)


def _width(scale: _Scale, start_s: float, end_s: float) -> float:
    return round(scale.x(end_s) - scale.x(start_s), 1)


def _line_path(scale: _Scale, t_s: FloatArray, value: FloatArray) -> str:
    return "".join(
        "M" + "L".join(f"{scale.x(t)} {scale.y(v)}" for t, v in zip(t_s[run], value[run], strict=True))
        for run in _finite_runs(value)
    )


def _band_path(scale: _Scale, t_s: FloatArray, value: FloatArray, band: FloatArray) -> str:
    paths = []
    for run in _finite_runs(value + band):
        above = [f"{scale.x(t)} {scale.y(v)}" for t, v in zip(t_s[run], (value + band)[run], strict=True)]
        below = [f"{scale.x(t)} {scale.y(v)}" for t, v in zip(t_s[run], (value - band)[run], strict=True)]
        paths.append("M" + "L".join(above + below[::-1]) + "Z")
    return "".join(paths)


def _finite_runs(value: FloatArray) -> list[slice]:
    padded = np.concatenate([[False], np.isfinite(value), [False]]).astype(np.int8)
    steps = np.diff(padded)
    starts, ends = np.flatnonzero(steps == 1), np.flatnonzero(steps == -1)
    return [slice(int(start), int(end)) for start, end in zip(starts, ends, strict=True)]


def _y_ticks(scale: _Scale, texts: Texts) -> tuple[Tick, ...]:
    low, high = scale.range_deg
    step = 10 if high - low <= 50 else 20 if high - low <= 110 else 30
    first = math.ceil(low / step) * step
    return tuple(
        Tick(scale.y(value), numbers.degrees(texts, value), numbers.degrees(texts, 180 - value))
        for value in range(first, high + 1, step)
    )


def _x_ticks(scale: _Scale, texts: Texts) -> tuple[Tick, ...]:
    start, end = scale.span_s
    step = next((s for s in _TIME_STEPS_S if (end - start) / s <= _TICKS_ACROSS), _TIME_STEPS_S[-1])
    count = math.floor(end / step)
    values = [n * step for n in range(math.ceil(start / step), count + 1)]
    return tuple(Tick(scale.x(t), numbers.clock(texts, t, 1 if step < 1 else 0)) for t in values)
