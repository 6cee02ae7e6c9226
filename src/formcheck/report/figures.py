"""Small drawings as SVG coordinates: the leg at its angles, and the bars of the repetitions' table."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from formcheck.form.statistics import SetStatistics, reps_with_moving_thigh, thigh_movement
from formcheck.report.panels import Point, Span
from formcheck.types import Rep, Session


@dataclass(frozen=True, slots=True)
class Pose:
    """A working leg: hip, knee, ankle and toe."""

    hip: Point
    knee: Point
    ankle: Point
    toe: Point


@dataclass(frozen=True, slots=True)
class LegFigure:
    """A lying figure, head to the left, its working leg at the start and at the end of a repetition.

    ``hip_deg`` and ``knee_deg`` are those at the end; ``hip_start_deg`` differs where the thigh was not held still.
    Arcs are SVG paths that open from the straight line (0) to where the limb is; the interior one opens from
    the thigh to the shank.
    """

    start: Pose
    end: Pose
    hip_arc: str
    knee_arc: str
    knee_interior_arc: str
    thigh_line_end: Point
    hip_label: Point
    knee_label: Point
    hip_start_deg: float
    hip_deg: float
    knee_deg: float


_HIP_POINT: Point = (150.0, 182.0)
_THIGH, _SHANK, _FOOT = 88.0, 84.0, 26.0


def leg_figure(
    hip_deg: float, knee_start_deg: float, knee_end_deg: float, *, hip_start_deg: float | None = None
) -> LegFigure:
    """Return the figure for hip and knee, degrees of flexion (0 = straight); without its start the hip stays."""
    at_start_deg = hip_deg if hip_start_deg is None else hip_start_deg
    start = _pose(at_start_deg, knee_start_deg)
    end = _pose(hip_deg, knee_end_deg)
    shank_deg = hip_deg - knee_end_deg
    # A label inside a narrow angle would lie on the limb: then it stands beside it. One of two angles needs more room.
    hip_label_deg = hip_deg / 2 if hip_deg > 40 else hip_deg + 22
    hip_label = _step(_HIP_POINT, 60, hip_label_deg) if hip_start_deg is None else _step(_HIP_POINT, 100, 10)
    return LegFigure(
        start=start,
        end=end,
        hip_arc=_arc(_HIP_POINT, 40, 0, hip_deg),
        knee_arc=_arc(end.knee, 44, shank_deg, hip_deg),
        knee_interior_arc=_arc(end.knee, 26, hip_deg - 180, shank_deg),
        thigh_line_end=_step(end.knee, 74, hip_deg),
        hip_label=hip_label,
        knee_label=_step(end.knee, 48, hip_deg + 34),
        hip_start_deg=at_start_deg,
        hip_deg=hip_deg,
        knee_deg=knee_end_deg,
    )


def set_figure(session: Session, stats: SetStatistics) -> LegFigure | None:
    """Return a repetition drawn to the numbers of the set, or None when they were not measured.

    Where the thigh was not held still, the figure shows from where to where it went.
    """
    angles_deg = (stats.hip_mean_deg, stats.knee_start_deg, stats.knee_end_deg)
    if not all(map(math.isfinite, angles_deg)):
        return None
    moved = thigh_movement(reps_with_moving_thigh(session))
    # NaN where it was held still, and in results of an older formcheck.
    if not (math.isfinite(moved.start_deg) and math.isfinite(moved.peak_deg)):
        return leg_figure(*angles_deg)
    return leg_figure(moved.peak_deg, *angles_deg[1:], hip_start_deg=moved.start_deg)


def _pose(hip_deg: float, knee_deg: float) -> Pose:
    shank_deg = hip_deg - knee_deg
    knee = _step(_HIP_POINT, _THIGH, hip_deg)
    ankle = _step(knee, _SHANK, shank_deg)
    return Pose(_HIP_POINT, knee, ankle, _step(ankle, _FOOT, shank_deg + 90))


def _step(origin: Point, length: float, direction_deg: float) -> Point:
    """Walk ``length`` from ``origin``; 0 = to the right, 90 = up (y points down)."""
    angle = math.radians(direction_deg)
    return round(origin[0] + length * math.cos(angle), 1), round(origin[1] - length * math.sin(angle), 1)


def _arc(centre: Point, radius: float, from_deg: float, to_deg: float) -> str:
    start, end = _step(centre, radius, from_deg), _step(centre, radius, to_deg)
    large = int(abs(to_deg - from_deg) > 180)
    sweep = int(to_deg < from_deg)
    return f"M{start[0]} {start[1]}A{radius} {radius} 0 {large} {sweep} {end[0]} {end[1]}"


@dataclass(frozen=True, slots=True)
class HipBar:
    """A repetition's hip range on the scale all repetitions share, in per cent of the bar's width."""

    low: float
    width: float
    mean: float
    target_low: float
    target_width: float


def hip_bar(rep: Rep, range_deg: tuple[int, int], target_deg: tuple[float, float]) -> HipBar | None:
    """Return a repetition's hip bar, or None when its hip was not measured."""
    if not math.isfinite(rep.hip_flexion_mean_deg):
        return None
    low, high = range_deg

    def place(value_deg: float) -> float:
        return round(min(max((value_deg - low) / (high - low), 0.0), 1.0) * 100, 1)

    left, right = place(rep.hip_flexion_min_deg), place(rep.hip_flexion_max_deg)
    target_left, target_right = (place(end) for end in target_deg)
    return HipBar(
        low=left,
        width=round(right - left, 1),
        mean=place(rep.hip_flexion_mean_deg),
        target_low=target_left,
        target_width=round(target_right - target_left, 1),
    )


def tempo_bar(rep: Rep, longest_s: float) -> tuple[Span, ...]:
    """Return extending, holding and returning as stretches, in per cent of the slowest repetition.

    Empty for a repetition that was cut: its times are those of the cut.
    """
    parts = (rep.extend_s, rep.hold_s, rep.return_s)
    if not rep.complete or longest_s <= 0 or not all(math.isfinite(part) for part in parts):
        return ()
    ends = np.cumsum((0.0, *parts)) / longest_s * 100
    return tuple(Span(round(start, 1), round(end - start, 1)) for start, end in pairwise(ends.tolist()))
