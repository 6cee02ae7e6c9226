"""Charts over weeks as coordinates: drawn as SVG on paper and without script, and by uPlot on a screen."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from formcheck.message import Message
from formcheck.record.values import SessionLine
from formcheck.text.catalogue import Texts
from formcheck.text.numbers import Z_95, ceiling, day, rounded

WIDTH, HEIGHT = 520, 190
_DAY_STEPS = (1, 2, 7, 14, 28, 56, 91, 182, 365)
_TICKS_ACROSS = 6
_STEPS = (0.5, 1, 2, 5, 10, 20, 30, 60)
_TICKS_UP = 6


@dataclass(frozen=True, slots=True)
class ChartPoint:
    """One day's value with its standard error (0 = none is shown), and the lowest and highest of its sets."""

    at: datetime
    value: float
    se: float
    low: float
    high: float
    sets: tuple[SessionLine, ...]

    @property
    def band(self) -> float:
        """Half width of the 95 % band."""
        return Z_95 * self.se


@dataclass(frozen=True, slots=True)
class ChartLine:
    """Values of one kind in order of time. ``colour``: ``knee``, ``hip`` or ``ink``, as in colours.css."""

    name: str
    colour: str
    points: tuple[ChartPoint, ...]


@dataclass(frozen=True, slots=True)
class Chart:
    """Some lines over the same days. ``zone``: a change within it can be measurement error alone."""

    id: str
    title: str
    note: str
    unit: str
    lines: tuple[ChartLine, ...]
    zone: tuple[float, float] | None = None
    at_least: tuple[float, float] | None = None

    @property
    def empty(self) -> bool:
        """Nothing to draw."""
        return not any(line.points for line in self.lines)

    @property
    def days(self) -> int:
        """On how many days there is something to draw."""
        return len({point.at.date() for line in self.lines for point in line.points})

    @property
    def decimals(self) -> int:
        """Decimals that a value is shown with: seconds have one, degrees and scores none."""
        return 0 if self.unit in {"°", ""} else 1

    def extent(self) -> tuple[float, float]:
        """Return the lowest and highest value that must be seen."""
        points = [point for line in self.lines for point in line.points]
        ends = [end for point in points for end in (point.value - point.band, point.value + point.band)]
        ends += [end for point in points for end in (point.low, point.high)]
        ends += [*(self.zone or ()), *(self.at_least or ())]
        return min(ends, default=0.0), max(ends, default=1.0)


@dataclass(frozen=True, slots=True)
class AxisTick:
    """A grid line and its label."""

    at: float
    label: str


@dataclass(frozen=True, slots=True)
class DrawnLine:
    """A line as SVG paths; ``points`` are (x, y, title), ``scatter`` reaches from a day's lowest to its highest set."""

    colour: str
    path: str
    band: str
    scatter: str
    points: tuple[tuple[float, float, str], ...]


@dataclass(frozen=True, slots=True)
class DrawnChart:
    """A chart in a box of WIDTH x HEIGHT units. ``zone`` is (top, height), ``payload`` what the script draws from."""

    chart: Chart
    lines: tuple[DrawnLine, ...]
    x_ticks: tuple[AxisTick, ...]
    y_ticks: tuple[AxisTick, ...]
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


def draw(chart: Chart, scale: Scale, texts: Texts) -> DrawnChart:
    """Return a chart as coordinates."""
    zone = (scale.y(chart.zone[1]), scale.y(chart.zone[0]) - scale.y(chart.zone[1])) if chart.zone else None
    titles = [tuple(_point_words(texts, chart, line, point) for point in line.points) for line in chart.lines]
    return DrawnChart(
        chart=chart,
        lines=tuple(_drawn(line, scale, words) for line, words in zip(chart.lines, titles, strict=True)),
        x_ticks=_x_ticks(scale, texts),
        y_ticks=_y_ticks(scale, chart.unit, texts),
        zone=zone,
        payload=_payload(chart, scale, titles),
    )


def _drawn(line: ChartLine, scale: Scale, titles: Sequence[str]) -> DrawnLine:
    places = [(scale.x(scale.days(point.at)), point) for point in line.points]
    above = [f"{x} {scale.y(point.value + point.band)}" for x, point in places]
    below = [f"{x} {scale.y(point.value - point.band)}" for x, point in places]
    return DrawnLine(
        colour=line.colour,
        path="M" + "L".join(f"{x} {scale.y(point.value)}" for x, point in places) if places else "",
        band="M" + "L".join(above + below[::-1]) + "Z" if _banded(line) else "",
        scatter="".join(f"M{x} {scale.y(point.low)}V{scale.y(point.high)}" for x, point in places if _scatters(point)),
        points=tuple((x, scale.y(point.value), title) for (x, point), title in zip(places, titles, strict=True)),
    )


def _banded(line: ChartLine) -> bool:
    return any(point.se for point in line.points)


def _scatters(point: ChartPoint) -> bool:
    return point.high > point.low


def _point_words(texts: Texts, chart: Chart, line: ChartLine, point: ChartPoint) -> str:
    """Say one value and its sets: ``2 March 2026: 44° ± 6, knee (08:00 live 3f9a12c4, 18:00 clip 99ab0c12)``."""
    value = rounded(texts, point.value, chart.decimals) + chart.unit
    if point.se:
        value += f" ± {ceiling(point.band)}"
    if _scatters(point):
        low, high = (rounded(texts, end, chart.decimals) + chart.unit for end in (point.low, point.high))
        value += " " + texts.get("progress.line.scatter", low=low, high=high)
    sets = tuple(set_message(one) for one in point.sets)
    return texts.get("progress.line.value", when=day(texts, point.at.date()), value=value, line=line.name, sets=sets)


def set_message(one: SessionLine) -> Message:
    """Return which set it is, on its day: ``08:00 live 3f9a12c4``."""
    values = {"time": f"{one.practised_at:%H:%M}", "origin": Message(f"record.origin.{one.origin}"), "id": one.uid}
    return Message.of("record.set", **values)


def _x_ticks(scale: Scale, texts: Texts) -> tuple[AxisTick, ...]:
    step = next((s for s in _DAY_STEPS if scale.span_days / s <= _TICKS_ACROSS), _DAY_STEPS[-1])
    days = range(0, scale.span_days, step)
    return tuple(AxisTick(scale.x(n), short_day(texts, scale.first + timedelta(days=n))) for n in days)


def short_day(texts: Texts, one: date) -> str:
    """Return ``2 Mar``."""
    month = texts.get(f"progress.month_short.{one.month}")
    return texts.get("progress.tick.day", day=one.day, month=month)


def _y_ticks(scale: Scale, unit: str, texts: Texts) -> tuple[AxisTick, ...]:
    count = round((scale.high - scale.low) / scale.step)
    values = [scale.low + n * scale.step for n in range(count + 1)]
    decimals = 0 if scale.step >= 1 else 1
    return tuple(AxisTick(scale.y(value), texts.number(value, decimals) + unit) for value in values)


def _payload(chart: Chart, scale: Scale, titles: Sequence[tuple[str, ...]]) -> dict[str, Any]:
    """Return what the page's script draws from: one row of times, and each line's values on it."""
    times = sorted({point.at for line in chart.lines for point in line.points}, key=scale.days)
    return {
        "id": chart.id,
        "first": scale.first.isoformat(),
        "span": scale.span_days,
        "range": [scale.low, scale.high],
        "unit": chart.unit,
        "zone": chart.zone,
        "x": [round(scale.days(time), 4) for time in times],
        "lines": [_line_payload(line, times, words) for line, words in zip(chart.lines, titles, strict=True)],
    }


def _line_payload(line: ChartLine, times: Sequence[datetime], titles: Sequence[str]) -> dict[str, Any]:
    by_time = {point.at: (point, title) for point, title in zip(line.points, titles, strict=True)}
    found = [by_time.get(time) for time in times]
    return {
        "colour": line.colour,
        "values": [None if one is None else round(one[0].value, 2) for one in found],
        "bands": [None if one is None else round(one[0].band, 2) for one in found],
        "scatter": [[one[0].low, one[0].high] if one is not None and _scatters(one[0]) else None for one in found],
        "titles": [None if one is None else one[1] for one in found],
        "banded": _banded(line),
    }
