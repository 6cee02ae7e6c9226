"""Charts over weeks as coordinates: drawn as SVG on paper and without script, and by uPlot on a screen."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

WIDTH, HEIGHT = 520, 190
_DAY_STEPS = (1, 2, 7, 14, 28, 56, 91, 182, 365)
_TICKS_ACROSS = 6
_STEPS = (0.5, 1, 2, 5, 10, 20, 30, 60)
_TICKS_UP = 6


@dataclass(frozen=True, slots=True)
class Dot:
    """One session's value, with the half width of its 95 % band (0 = none is drawn)."""

    at: datetime
    value: float
    band: float = 0.0


@dataclass(frozen=True, slots=True)
class Line:
    """Values of one kind in order of time. ``key`` is its colour: ``knee``, ``hip`` or ``ink``."""

    name: str
    key: str
    dots: tuple[Dot, ...]


@dataclass(frozen=True, slots=True)
class Chart:
    """Some lines over the same days. ``zone``: a change within it can be measuring alone."""

    id: str
    title: str
    note: str
    unit: str
    lines: tuple[Line, ...]
    zone: tuple[float, float] | None = None
    at_least: tuple[float, float] | None = None

    @property
    def empty(self) -> bool:
        """Nothing to draw."""
        return not any(line.dots for line in self.lines)

    def extent(self) -> tuple[float, float]:
        """Return the lowest and highest value that must be seen."""
        ends = [end for line in self.lines for dot in line.dots for end in (dot.value - dot.band, dot.value + dot.band)]
        ends += [*(self.zone or ()), *(self.at_least or ())]
        return min(ends, default=0.0), max(ends, default=1.0)


@dataclass(frozen=True, slots=True)
class Tick:
    """A grid line and its label."""

    at: float
    label: str


@dataclass(frozen=True, slots=True)
class DrawnLine:
    """A line as SVG paths; ``dots`` are (x, y, title)."""

    key: str
    path: str
    band: str
    dots: tuple[tuple[float, float, str], ...]


@dataclass(frozen=True, slots=True)
class Drawn:
    """A chart in a box of WIDTH x HEIGHT units. ``zone`` is (top, height)."""

    chart: Chart
    lines: tuple[DrawnLine, ...]
    x_ticks: tuple[Tick, ...]
    y_ticks: tuple[Tick, ...]
    zone: tuple[float, float] | None
    payload: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Scale:
    """Days and values of charts that are to be compared."""

    first: date
    last: date
    low: float
    high: float
    step: float

    def days(self, at: datetime) -> float:
        """Days since the first day began, on the clock of the place where it happened."""
        since = at.replace(tzinfo=None) - datetime.combine(self.first, datetime.min.time())
        return since / timedelta(days=1)

    @property
    def span_days(self) -> int:
        return (self.last - self.first).days + 1

    def x(self, days: float) -> float:
        return round(days / self.span_days * WIDTH, 1)

    def y(self, value: float) -> float:
        return round((self.high - value) / (self.high - self.low) * HEIGHT, 1)


def scale_of(charts: Sequence[Chart], *, first: date, last: date) -> Scale:
    """Return one scale for charts of the same kind, so that left and right can be compared."""
    extents = [chart.extent() for chart in charts if not chart.empty] or [(0.0, 1.0)]
    low, high = min(low for low, _ in extents), max(high for _, high in extents)
    step = next((s for s in _STEPS if (high - low) / s <= _TICKS_UP), _STEPS[-1])
    low, high = math.floor(low / step) * step, math.ceil(high / step) * step
    return Scale(first, last, low, max(high, low + step), step)


def draw(chart: Chart, scale: Scale) -> Drawn:
    """Return a chart as coordinates."""
    zone = (scale.y(chart.zone[1]), scale.y(chart.zone[0]) - scale.y(chart.zone[1])) if chart.zone else None
    return Drawn(
        chart=chart,
        lines=tuple(_drawn(line, scale, chart.unit) for line in chart.lines),
        x_ticks=_x_ticks(scale),
        y_ticks=_y_ticks(scale, chart.unit),
        zone=zone,
        payload=_payload(chart, scale),
    )


def _drawn(line: Line, scale: Scale, unit: str) -> DrawnLine:
    places = [(scale.x(scale.days(dot.at)), dot) for dot in line.dots]
    above = [f"{x} {scale.y(dot.value + dot.band)}" for x, dot in places]
    below = [f"{x} {scale.y(dot.value - dot.band)}" for x, dot in places]
    banded = any(dot.band for dot in line.dots)
    return DrawnLine(
        key=line.key,
        path="M" + "L".join(f"{x} {scale.y(dot.value)}" for x, dot in places) if places else "",
        band="M" + "L".join(above + below[::-1]) + "Z" if banded else "",
        dots=tuple((x, scale.y(dot.value), dot_words(line, dot, unit)) for x, dot in places),
    )


def dot_words(line: Line, dot: Dot, unit: str) -> str:
    """Say one value: ``2 March 2026, 08:00: 44° ± 6, knee``."""
    value = f"{dot.value:.0f}" if unit in {"°", ""} else f"{dot.value:.1f}"
    band = f" ± {math.ceil(dot.band - 1e-9)}" if dot.band else ""
    return f"{day_words(dot.at.date())}, {dot.at:%H:%M}: {value}{unit}{band}, {line.name}"


def day_words(day: date) -> str:
    """Return ``2 March 2026``."""
    return f"{day.day} {day:%B %Y}"


def _x_ticks(scale: Scale) -> tuple[Tick, ...]:
    step = next((s for s in _DAY_STEPS if scale.span_days / s <= _TICKS_ACROSS), _DAY_STEPS[-1])
    days = range(0, scale.span_days, step)
    return tuple(Tick(scale.x(n), f"{(at := scale.first + timedelta(days=n)).day} {at:%b}") for n in days)


def _y_ticks(scale: Scale, unit: str) -> tuple[Tick, ...]:
    count = round((scale.high - scale.low) / scale.step)
    values = [scale.low + n * scale.step for n in range(count + 1)]
    return tuple(Tick(scale.y(value), f"{value:g}{unit}") for value in values)


def _payload(chart: Chart, scale: Scale) -> dict[str, Any]:
    """Return what the page's script draws from: one row of times, and each line's values on it."""
    moments = sorted({dot.at for line in chart.lines for dot in line.dots}, key=scale.days)
    return {
        "id": chart.id,
        "first": scale.first.isoformat(),
        "span": scale.span_days,
        "range": [scale.low, scale.high],
        "unit": chart.unit,
        "zone": chart.zone,
        "x": [round(scale.days(moment), 4) for moment in moments],
        "lines": [_line_payload(line, moments, chart.unit) for line in chart.lines],
    }


def _line_payload(line: Line, moments: Sequence[datetime], unit: str) -> dict[str, Any]:
    by_time = {dot.at: dot for dot in line.dots}
    dots = [by_time.get(moment) for moment in moments]
    return {
        "key": line.key,
        "values": [None if dot is None else round(dot.value, 2) for dot in dots],
        "bands": [None if dot is None else round(dot.band, 2) for dot in dots],
        "words": [None if dot is None else dot_words(line, dot, unit) for dot in dots],
        "banded": any(dot.band for dot in line.dots),
    }
