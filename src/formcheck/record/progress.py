"""The page of progress: weeks of practice as one self-contained file."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from itertools import groupby, pairwise

import jinja2

from formcheck.record.charts import HEIGHT, WIDTH, Chart, Dot, Drawn, Line, day_words, draw, scale_of
from formcheck.record.prescriptions import Day, Share, days, share
from formcheck.record.trend import HUMAN_MDC_DEG, Change, Trend, trend, trend_words
from formcheck.record.values import Prescription, SessionLine
from formcheck.report import words
from formcheck.report.page import CHART_SCRIPT, asset, page_template, policy, resource_text, shared_style
from formcheck.types import Side

_HERE = "formcheck.record"
_KNEE_NOTE = "Degrees short of straight (flexion, 0° = straight), median of each session, with its 95 % band."
_ZONE_NOTE = " Within the shaded zone a change can be measuring alone."


@dataclass(frozen=True, slots=True)
class SideBlock:
    """One leg's column: what can be said, and its charts."""

    side: Side
    sessions: int
    sentences: tuple[str, ...]
    changes: tuple[Change, ...]
    charts: tuple[Drawn, ...]


@dataclass(frozen=True, slots=True)
class Month:
    """A month of the calendar; ``blanks`` days of its first week are before its first day."""

    title: str
    blanks: int
    days: tuple[Day, ...]


def render_progress(
    profile: str,
    lines: Sequence[SessionLine],
    known: Sequence[Prescription],
    *,
    first: date | None = None,
    today: date,
    made_at: datetime,
) -> str:
    """Render the progress of a profile as one HTML page.

    Parameters
    ----------
    profile : str
    lines : sequence of SessionLine
        All sessions, oldest first.
    known : sequence of Prescription
    first : date, optional
        First day of the page; default: of the first session or prescription.
    today : date
        Last day of the page.
    made_at : datetime

    Returns
    -------
    str
        The page. Equal arguments give an equal page.
    """
    first = first or min([line.day for line in lines] + [one.starts_on for one in known], default=today)
    shown = [line for line in lines if first <= line.day <= today and line.counts]
    protocol_id = Counter(line.protocol_id for line in shown).most_common(1)[0][0] if shown else None
    compared = [line for line in shown if line.protocol_id == protocol_id]
    calendar = days(shown, known, first=min(first, today), last=today)
    blocks = _side_blocks(compared, first=first, last=today)
    styles = shared_style(charts=True) + resource_text(_HERE, "assets/progress.css")
    scripts = [asset(CHART_SCRIPT), asset("chart.js"), resource_text(_HERE, "assets/progress.js")]
    page = _template().render(
        profile=profile,
        shown=shown,
        first=first,
        today=today,
        made_at=made_at,
        adherence=_adherence(calendar, over=today < made_at.date()),
        over=today < made_at.date(),
        today_goals=calendar[-1].goals,
        today_sets=calendar[-1].sets,
        practised=len({line.day for line in shown}),
        months=_months(calendar),
        blocks=blocks,
        caveats=_caveats(shown, compared),
        payload=[drawn.payload for block in blocks for drawn in block.charts],
        chart_size=(WIDTH, HEIGHT),
        mdc_deg=round(HUMAN_MDC_DEG),
        styles=styles,
        scripts=scripts,
        policy=policy(styles, scripts),
    )
    return words.printable(page)


def _adherence(calendar: Sequence[Day], *, over: bool) -> Share | None:
    """Sets done of those prescribed, without the last day as long as it is not over; None when none were."""
    found = share(calendar if over else calendar[:-1])
    return found if found.wanted else None


def _months(calendar: Sequence[Day]) -> list[Month]:
    months = []
    for _key, group in groupby(calendar, key=lambda day: (day.day.year, day.day.month)):
        some = tuple(group)
        months.append(Month(f"{some[0].day:%B %Y}", some[0].day.weekday(), some))
    return months


def _caveats(shown: Sequence[SessionLine], compared: Sequence[SessionLine]) -> list[str]:
    """Say what makes sessions hard to compare."""
    caveats = []
    if len(compared) < len(shown):
        others = sorted({line.protocol_id for line in shown} - {line.protocol_id for line in compared})
        caveats.append(f"Sets of other exercises ({', '.join(others)}) are in the calendar, not in the charts.")
    for what, of in _FINGERPRINTS:
        changes = [line.day for before, line in pairwise(compared) if of(before) != of(line)]
        if changes:
            caveats.append(
                f"The {what} changed on {day_words(changes[0])}{' and later' if len(changes) > 1 else ''}: "
                "compare sessions before and after with care."
            )
    return caveats


_FINGERPRINTS: tuple[tuple[str, Callable[[SessionLine], str]], ...] = (
    ("landmark model", lambda line: line.model_sha256),
    ("protocol", lambda line: line.protocol_sha256),
    ("version of formcheck", lambda line: line.software),
)


def _side_blocks(lines: Sequence[SessionLine], *, first: date, last: date) -> list[SideBlock]:
    sides = [side for side in Side if any(line.side == side for line in lines)]
    of_side = {side: [line for line in lines if line.side == side] for side in sides}
    charts = {side: _charts(of_side[side], side) for side in sides}
    blocks = []
    for side in sides:
        drawn = []
        for kind, chart in charts[side].items():
            if chart.empty:
                continue
            scale = scale_of([charts[one][kind] for one in sides], first=first, last=last)
            drawn.append(draw(chart, scale))
        found = _trends(of_side[side])
        sentences = tuple(trend_words(one, what) for what, one in found.items())
        changes = tuple(one.change for one in found.values())
        blocks.append(SideBlock(side, len(of_side[side]), sentences, changes, tuple(drawn)))
    return blocks


def _trends(lines: Sequence[SessionLine]) -> dict[str, Trend]:
    """Trend of the knee at the end of good repetitions, and at P1 where that was marked."""
    end = _known(lines, "knee_end_deg", "knee_se_deg")
    found = {"the knee at the end of good repetitions": trend([v for _, v, _ in end], [e for *_, e in end])}
    p1 = _known(lines, "p1_deg", "p1_se_deg")
    if p1:
        found["the knee where symptoms begin (P1)"] = trend([v for _, v, _ in p1], [e for *_, e in p1])
    return found


def _known(lines: Sequence[SessionLine], field: str, error: str) -> list[tuple[datetime, float, float | None]]:
    """Return time, value and standard error of the sessions that have the value."""
    rows = [(line.practised_at, getattr(line, field), getattr(line, error)) for line in lines]
    return [(at, value, se) for at, value, se in rows if value is not None]


def _charts(lines: Sequence[SessionLine], side: Side) -> dict[str, Chart]:
    pain = [
        Line(f"pain {when} the set", key, _dots(lines, f"pain_{when}"))
        for when, key in (("before", "hip"), ("after", "knee"))
    ]
    return {
        "end": _knee_chart(lines, f"{side}-end", "Knee at the end of good repetitions", "knee_end_deg", "knee_se_deg"),
        "p1": _knee_chart(lines, f"{side}-p1", "Knee where symptoms begin (P1)", "p1_deg", "p1_se_deg"),
        "pain": Chart(
            f"{side}-pain",
            "Leg pain before and after the set",
            "0 = none, 10 = worst imaginable. Before: open circles. After: filled.",
            "",
            tuple(pain),
            at_least=(0.0, 10.0),
        ),
        "hip": Chart(
            f"{side}-hip",
            "How far the hip moves in a repetition",
            "Median of each session; the exercise asks to hold the thigh still.",
            "°",
            (Line("hip", "hip", _dots(lines, "hip_range_deg")),),
            at_least=(0.0, 10.0),
        ),
        "tempo": Chart(
            f"{side}-tempo",
            "Length of a repetition",
            "Median of each session, there and back. The exercise asks for slow repetitions.",
            " s",
            (Line("a repetition", "ink", _dots(lines, "rep_s")),),
            at_least=(0.0, 6.0),
        ),
    }


def _knee_chart(lines: Sequence[SessionLine], key: str, title: str, field: str, error: str) -> Chart:
    known = _known(lines, field, error)
    dots = tuple(Dot(at, value, words.Z_95 * se if se is not None else 0.0) for at, value, se in known)
    found = trend([value for _, value, _ in known], [se for *_, se in known])
    zone = None
    if math.isfinite(found.first_deg):
        zone = (found.first_deg - found.mdc_deg, found.first_deg + found.mdc_deg)
    return Chart(key, title, _KNEE_NOTE + _ZONE_NOTE, "°", (Line("knee", "knee", dots),), zone)


def _dots(lines: Sequence[SessionLine], field: str) -> tuple[Dot, ...]:
    rows = [(line.practised_at, getattr(line, field)) for line in lines]
    return tuple(Dot(at, float(value)) for at, value in rows if value is not None)


def day_kind(day: Day) -> str:
    """Return how a day went: ``all``, ``some``, ``none`` or ``free`` (nothing prescribed)."""
    if not day.wanted:
        return "extra" if day.sets else "free"
    return "all" if day.done >= day.wanted else "some" if day.done else "none"


def day_title(day: Day) -> str:
    """Say how a day went."""
    if not day.goals:
        done = f"{day.sets} set{'' if day.sets == 1 else 's'}" if day.sets else "no set"
        return f"{day_words(day.day)}: {done}, none prescribed"
    parts = [f"{goal.done} of {goal.wanted} {goal.side}" for goal in day.goals]
    return f"{day_words(day.day)}: {', '.join(parts)}"


@cache
def _template() -> jinja2.Template:
    return page_template(
        _HERE,
        "progress.html.j2",
        day_kind=day_kind,
        day_title=day_title,
        day_words=day_words,
        words=words,
        NONE_YET=Change.NONE_YET,
    )
