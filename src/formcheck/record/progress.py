"""The progress page: weeks of practice as one self-contained file."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache, partial
from itertools import groupby, pairwise
from typing import Any

import jinja2

from formcheck.message import Message, verbatim
from formcheck.record.charts import HEIGHT, WIDTH, Chart, ChartLine, ChartPoint, DrawnChart, draw, scale_of, set_message
from formcheck.record.daily import DayPoint, daily
from formcheck.record.prescriptions import Day, days, share
from formcheck.record.profiles import profile_words
from formcheck.record.trend import HUMAN_MDC_DEG, Trend, TrendOutcome, trend, trend_message
from formcheck.record.values import Prescription, ReviewStatus, SessionLine
from formcheck.report.page import CHART_SCRIPT, asset, page_template, policy, resource_text, shared_style
from formcheck.text import numbers
from formcheck.text.catalogue import Texts
from formcheck.text.words import Words
from formcheck.types import Side

_HERE = "formcheck.record"
# What the page's script says, by its name there.
_SCRIPT_TEXTS = {
    "decimal_mark": "number.decimal_mark",
    "day": "progress.tick.day",
    "readout": "progress.readout",
    "chart_label": "progress.chart_label",
}


@dataclass(frozen=True, slots=True)
class SideBlock:
    """One leg's column: its trends in words, and its charts; of a leg with a single day its sets in words instead."""

    side: Side
    sessions: Message
    trends: tuple[tuple[TrendOutcome, Message], ...]
    charts: tuple[DrawnChart, ...]
    sets: tuple[Message, ...]


@dataclass(frozen=True, slots=True)
class Month:
    """A month of the calendar; ``blanks`` days of its first week are before its first day."""

    title: str
    blanks: int
    days: tuple[Day, ...]


def render_progress(  # noqa: PLR0913 - what is known of a profile, and of when
    profile: str,
    lines: Sequence[SessionLine],
    known: Sequence[Prescription],
    texts: Texts,
    *,
    first: date | None = None,
    today: date,
    made_at: datetime,
    as_analysed: bool = False,
    judged_by: Mapping[str, str] | None = None,
) -> str:
    """Render the progress of a profile as one HTML page.

    Parameters
    ----------
    profile : str
    lines : sequence of SessionLine
        All sessions, oldest first.
    known : sequence of Prescription
    texts : Texts
    first : date, optional
        First day of the page; default: of the first session or prescription.
    today : date
        Last day of the page.
    made_at : datetime
    as_analysed : bool
        The sessions are those without what reviewers signed, which the page then says.
    judged_by : mapping of str to str, optional
        What the protocols judge by, by their fingerprints (`queries.judging_fingerprints`): where that changed the page
        says so. Default: where the fingerprint changed.

    Returns
    -------
    str
        The page. Equal arguments give an equal page.
    """
    first = first or min([line.day for line in lines] + [one.starts_on for one in known], default=today)
    shown = [line for line in lines if first <= line.day <= today and line.counts]
    calendar = days(shown, known, first=min(first, today), last=today)
    compared = _comparable(shown)
    blocks = _side_blocks(compared, texts, first=first, last=today)
    styles = shared_style(charts=True) + resource_text(_HERE, "assets/progress.css")
    scripts = [asset(CHART_SCRIPT), asset("chart.js"), resource_text(_HERE, "assets/progress.js")]
    page = _template().render(
        words=Words(texts),
        t=texts.get,
        day_title=partial(day_title, texts),
        profile=profile_words(texts, profile),
        shown=shown,
        first=first,
        today=today,
        made_at=made_at,
        sets=sum(one.sets for one in calendar),
        practised=sum(one.sets > 0 for one in calendar),
        blocks=blocks,
        caveats=[
            *_review_caveats(shown, texts, as_analysed=as_analysed),
            *_caveats(shown, compared, texts, judged_by or {}),
        ],
        data={"charts": [drawn.payload for block in blocks for drawn in block.charts], "texts": _script_texts(texts)},
        styles=styles,
        scripts=scripts,
        policy=policy(styles, scripts),
        **_calendar(calendar, texts, over=today < made_at.date()),
    )
    return numbers.printable(page)


def _comparable(lines: Sequence[SessionLine]) -> list[SessionLine]:
    """Return the sessions of the exercise that was practised most."""
    protocol_id = Counter(line.protocol_id for line in lines).most_common(1)[0][0] if lines else None
    return [line for line in lines if line.protocol_id == protocol_id]


def _script_texts(texts: Texts) -> dict[str, Any]:
    unfilled = texts.section("number") | texts.section("progress")
    words: dict[str, Any] = {name: unfilled[key] for name, key in _SCRIPT_TEXTS.items()}
    return words | {"months": [texts.get(f"progress.month_short.{month}") for month in range(1, 13)]}


def _calendar(calendar: Sequence[Day], texts: Texts, *, over: bool) -> dict[str, Any]:
    """Return what the page says of adherence; ``over``: its last day is, too."""
    # A day that goes on is not held against anyone.
    found = share(calendar if over else calendar[:-1])
    return {
        "over": over,
        "adherence": found if found.wanted else None,
        "today_goals": calendar[-1].goals,
        "today_sets": calendar[-1].sets,
        "today_besides": calendar[-1].besides if calendar[-1].goals else 0,
        "months": _months(calendar, texts),
    }


def _months(calendar: Sequence[Day], texts: Texts) -> list[Month]:
    months = []
    for (year, month), group in groupby(calendar, key=lambda day: (day.day.year, day.day.month)):
        some = tuple(group)
        title = texts.get("progress.month", month=Message(f"number.month.{month}"), year=str(year))
        months.append(Month(title, some[0].day.weekday(), some))
    return months


def _review_caveats(shown: Sequence[SessionLine], texts: Texts, *, as_analysed: bool) -> list[str]:
    """Say which numbers are a reviewer's."""
    if as_analysed:
        return [texts.get("record.review.analysed")]
    count = sum(line.review_status is ReviewStatus.REVIEWED for line in shown)
    if not count:
        return []
    return [texts.get(f"progress.reviewed{'_all' if count == len(shown) else ''}", n=count, all=len(shown))]


def _caveats(
    shown: Sequence[SessionLine], compared: Sequence[SessionLine], texts: Texts, judged_by: Mapping[str, str]
) -> list[str]:
    """Say what makes sessions hard to compare."""
    caveats = []
    if len(compared) < len(shown):
        others = sorted({line.protocol_id for line in shown} - {line.protocol_id for line in compared})
        caveats.append(texts.get("progress.other_exercises", names=others))
    fingerprints: dict[str, Callable[[SessionLine], str]] = {
        "model": lambda line: line.model_sha256,
        "protocol": lambda line: judged_by.get(line.protocol_sha256, line.protocol_sha256),
        "software": lambda line: line.software,
    }
    for what, of in fingerprints.items():
        changes = [line.day for before, line in pairwise(compared) if of(before) != of(line)]
        if changes:
            when = numbers.day(texts, changes[0])
            if len(changes) > 1:
                when = texts.get("progress.and_later", day=when)
            caveats.append(texts.get(f"progress.{what}_changed", when=when))
    return caveats


def _side_blocks(lines: Sequence[SessionLine], texts: Texts, *, first: date, last: date) -> list[SideBlock]:
    sides = [side for side in Side if any(line.side == side for line in lines)]
    of_side = {side: [line for line in lines if line.side == side] for side in sides}
    charts = {side: _charts(of_side[side], side, texts) for side in sides}
    blocks = []
    for side in sides:
        drawn = []
        for kind, chart in charts[side].items():
            # A single day is no trend, and is not drawn as one.
            if chart.days > 1:
                scale = scale_of([charts[one][kind] for one in sides], first=first, last=last)
                drawn.append(draw(chart, scale, texts))
        found = _trends(of_side[side])
        trends = tuple((one.outcome, trend_message(one, what)) for what, one in found.items())
        sets = () if drawn else tuple(_set_words(line, texts) for line in of_side[side])
        count = Message.of("record.sessions", n=len(of_side[side]))
        blocks.append(SideBlock(side, count, trends, tuple(drawn), sets))
    return blocks


def _set_words(line: SessionLine, texts: Texts) -> Message:
    """Say which set it is and where the knee was: ``08:00 live 3f9a12c4: knee at the end 44° ± 6``."""
    knee: Any = Message("number.cannot_tell")
    if line.knee_end_deg is not None:
        se = math.nan if line.knee_se_deg is None else line.knee_se_deg
        knee = verbatim(f"{numbers.with_band(texts, line.knee_end_deg, se)}°")
    return Message.of("progress.set_knee", set=set_message(line), knee=knee)


def _trends(lines: Sequence[SessionLine]) -> dict[str, Trend]:
    """Trend of the knee at the end of repetitions, and at P1 where that was marked."""
    found = {"knee_end": _trend(daily(lines, "knee_end_deg", "knee_se_deg"))}
    p1 = daily(lines, "p1_deg", "p1_se_deg")
    return found | ({"p1": _trend(p1)} if p1 else {})


def _trend(points: Sequence[DayPoint]) -> Trend:
    return trend([point.value for point in points], [point.se for point in points])


def _charts(lines: Sequence[SessionLine], side: Side, texts: Texts) -> dict[str, Chart]:
    def chart(kind: str, unit: str, *rows: ChartLine, top: float) -> Chart:
        title, note = texts.get(f"progress.chart.{kind}"), texts.get(f"progress.chart.{kind}_note")
        return Chart(f"{side}-{kind}", title, note, unit, rows, at_least=(0.0, top))

    def line(name: str, colour: str, field: str) -> ChartLine:
        return ChartLine(texts.get(f"progress.line.{name}"), colour, tuple(map(_chart_point, daily(lines, field))))

    before, after = line("pain_before", "hip", "pain_before"), line("pain_after", "knee", "pain_after")
    return {
        "end": _knee_chart(daily(lines, "knee_end_deg", "knee_se_deg"), side, "end", texts),
        "p1": _knee_chart(daily(lines, "p1_deg", "p1_se_deg"), side, "p1", texts),
        "pain": chart("pain", "", before, after, top=10.0),
        "hip": chart("hip", "°", line("thigh", "hip", "hip_range_deg"), top=10.0),
        "tempo": chart("tempo", " s", line("rep", "ink", "rep_s"), top=6.0),
    }


def _chart_point(one: DayPoint) -> ChartPoint:
    return ChartPoint(one.at, one.value, one.se or 0.0, one.low, one.high, one.sets)


def _knee_chart(days_of_it: Sequence[DayPoint], side: Side, kind: str, texts: Texts) -> Chart:
    points = tuple(map(_chart_point, days_of_it))
    found = _trend(days_of_it)
    zone = None
    if math.isfinite(found.first_deg):
        zone = (found.first_deg - found.mdc_deg, found.first_deg + found.mdc_deg)
    title, note = texts.get(f"progress.chart.{kind}"), texts.get(f"progress.chart.{kind}_note")
    line = ChartLine(texts.get("progress.line.knee"), "knee", points)
    return Chart(f"{side}-{kind}", title, note, "°", (line,), zone)


def day_title(texts: Texts, day: Day) -> str:
    """Say how a day went."""
    if day.goals:
        said: Any = [
            Message.of("progress.day_goal", done=goal.kept, prescribed=goal.wanted, side=Message(f"side.{goal.side}"))
            for goal in day.goals
        ]
        if day.besides:
            said.append(Message.of("progress.day_besides", n=day.besides))
    elif day.sets:
        said = Message.of("progress.day_extra", sets=Message.of("record.sets", n=day.sets))
    else:
        said = Message("progress.day_free")
    return texts.get("progress.day_title", day=numbers.day(texts, day.day), parts=said)


@cache
def _template() -> jinja2.Template:
    return page_template(
        _HERE,
        "progress.html.j2",
        chart_size=(WIDTH, HEIGHT),
        mdc_deg=round(HUMAN_MDC_DEG),
        message=Message.of,
        NONE_YET=TrendOutcome.NONE_YET,
    )
