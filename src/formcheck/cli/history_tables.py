"""The practice record as tables on the terminal."""

from __future__ import annotations

import math
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from formcheck.message import Message
from formcheck.record.prescriptions import Day, DayKind, days, share
from formcheck.record.review_words import review_word
from formcheck.record.trend import TrendOutcome, compare
from formcheck.text.numbers import Z_95, day, decimals_for, difference, percent, rounded_up, signed, with_band

if TYPE_CHECKING:
    from collections.abc import Sequence

    from formcheck.record.prescriptions import Goal
    from formcheck.record.values import Prescription, SessionLine
    from formcheck.text.catalogue import Texts

_Cells = tuple[str, str, str, str]
_WEEKS = 4
# The symbols alone must tell days apart, without colour.
_DAY_SYMBOLS = {
    DayKind.ALL: "■",
    DayKind.SOME: "◧",
    DayKind.EXTRA: "◇",
    DayKind.NONE: "□",
    DayKind.FREE: "·",
}


def print_history(
    profile: str,
    lines: Sequence[SessionLine],
    known: Sequence[Prescription],
    texts: Texts,
    *,
    today: date,
    last: int,
    as_analysed: bool,
) -> None:
    """Print today, the last weeks, and the latest sessions; ``as_analysed``: say that reviews are left out."""
    console = Console(highlight=False)
    monday = today - timedelta(days=today.weekday(), weeks=_WEEKS - 1)
    calendar = days(lines, known, first=monday, last=today)
    said = texts.get("record.history.today", profile=profile, parts=_today_message(calendar[-1]))
    console.print(Text(said, style="bold"))
    _print_calendar(console, calendar, texts)
    if not lines:
        console.print(texts.get("record.history.no_session"))
        return
    print_sessions(console, lines[-last:][::-1], texts)
    console.print(Text(texts.get("record.column.legend"), style="dim"))
    if as_analysed:
        console.print(texts.get("record.review.analysed"))
    if len(lines) > last:
        console.print(texts.get("record.history.more", n=len(lines) - last, all=len(lines)))


def _today_message(today: Day) -> Any:
    if not today.goals:
        return Message.of("record.history.none_prescribed", sets=Message.of("record.sets", n=today.sets))
    said = [_goal_message(goal) for goal in today.goals]
    return [*said, Message.of("record.history.besides", n=today.besides)] if today.besides else said


def _goal_message(goal: Goal) -> Message:
    return Message.of(
        "record.history.goal",
        done=goal.kept,
        prescribed=goal.wanted,
        leg=Message(f"record.with_{goal.side}"),
        reps=goal.reps,
    )


def _print_calendar(console: Console, calendar: Sequence[Day], texts: Texts) -> None:
    console.print(Text(f"\n{texts.get('record.history.weekdays')}", style="dim"))
    for start in range(0, len(calendar), 7):
        week = calendar[start : start + 7]
        marks = "  ".join(_DAY_SYMBOLS[day.kind] for day in week)
        monday = week[0].day
        begins = texts.get(
            "record.history.week_from", day=monday.day, month=Message(f"progress.month_short.{monday.month}")
        )
        console.print(Text(f"{marks:<21} {begins}"))
    key = (f"{_DAY_SYMBOLS[kind]} {texts.get(f'record.history.day_{kind}')}" for kind in DayKind)
    console.print(Text("   ".join(key), style="dim"))
    past = share(calendar[:-1])
    if past.wanted:
        said = percent(texts, past.fraction)
        console.print(
            texts.get("record.history.adherence", done=past.done, prescribed=past.wanted, percent=said) + "\n"
        )


def print_sessions(console: Console, lines: Sequence[SessionLine], texts: Texts) -> None:
    """Print sessions as a table, and below it what there is to say of single ones.

    A column without any value is left out; headings wrap before values do.
    """
    rows = [_cells(line, texts) for line in lines]
    table = plain_table(texts.get("record.column.sessions"))
    table.padding = (0, 1, 0, 0)
    shown = [name for name in rows[0] if name not in _OPTIONAL or any(row[name] for row in rows)]
    for name in shown:
        title = texts.get(f"record.column.{name}")
        words = [word for row in rows for word in row[name].split()]
        justify: Any = "left" if name in _TEXT else "right"
        if justify == "right":
            title = title.replace(" ", "\n")
        table.add_column(title, justify=justify, min_width=max(map(len, words), default=0), overflow="fold")
    for line, row in zip(lines, rows, strict=True):
        table.add_row(*(row[name] for name in shown), style="" if line.counts else "dim")
    console.print(table)
    for line in lines:
        said = _messages_of(line, texts)
        if said:
            console.print(f"{line.uid}: {said}")


_OPTIONAL = {"p1", "pain"}
_TEXT = {"id", "what", "when", "leg"}


def _messages_of(line: SessionLine, texts: Texts) -> str:
    said = [
        texts.get("record.history.excluded") if not line.counts else "",
        texts.get(f"record.ended.{line.ended}") if line.ended != "whole" else "",
        texts.get("record.history.corrected") if line.corrected else "",
        review_word(line, texts),
        texts.get("record.notes", n=line.notes) if line.notes else "",
    ]
    return ", ".join(filter(None, said))


def _cells(line: SessionLine, texts: Texts) -> dict[str, str]:
    return {
        "id": line.uid,
        "when": f"{line.practised_at:%Y-%m-%d %H:%M}",
        "leg": leg_word(texts, line.side),
        "what": texts.get(f"record.origin.{line.origin}"),
        "reps": str(line.rep_count),
        "met": str(line.met_reps),
        "not_met": str(line.not_met_reps),
        "undecided": str(line.undecided_reps),
        "knee_end": degrees(texts, line.knee_end_deg, line.knee_se_deg),
        "p1": degrees(texts, line.p1_deg, line.p1_se_deg),
        "hip": degrees(texts, line.hip_mean_deg),
        "thigh_moved": degrees(texts, line.hip_range_deg),
        "rep_s": "" if line.rep_s is None else texts.number(line.rep_s, 1),
        "pain": _pain(line),
    }


def plain_table(title: str) -> Table:
    """Return a table that fits a terminal of 80 columns better than a boxed one."""
    return Table(title=title or None, title_justify="left", box=None, padding=(0, 2, 0, 0), header_style="bold")


def leg_word(texts: Texts, side: str | None) -> str:
    """Return ``left``, ``right``, or that no leg was found."""
    return texts.get("record.leg_unknown") if side is None else texts.get(f"side.{side}")


def degrees(texts: Texts, value: float | None, error: float | None = None, decimals: int = 0) -> str:
    """Return degrees, with their 95 % band where the error is known; empty for what was not measured."""
    if value is None:
        return ""
    return f"{with_band(texts, value, math.nan if error is None else error, decimals)}°".replace(" ", "")


def _pain(line: SessionLine) -> str:
    if line.pain_before is None and line.pain_after is None:
        return ""
    before, after = ("?" if pain is None else str(pain) for pain in (line.pain_before, line.pain_after))
    return f"{before}→{after}"


def print_comparison(one: SessionLine, other: SessionLine, texts: Texts) -> None:
    """Print two sessions side by side, with what their differences are worth."""
    console = Console(highlight=False)
    if one.side != other.side:
        legs = {name: leg_word(texts, line.side) for name, line in (("one", one), ("other", other))}
        console.print(Text(texts.get("record.compare.different_legs", **legs), "yellow"))
    if one.protocol_sha256 != other.protocol_sha256 or one.model_sha256 != other.model_sha256:
        console.print(Text(texts.get("record.compare.different_judges"), "yellow"))
    if (one.calibration is None) != (other.calibration is None):
        console.print(Text(texts.get("record.compare.different_calibration"), "yellow"))
    table = plain_table("")
    for title in ("", _column_title(texts, one), _column_title(texts, other), texts.get("record.compare.change"), ""):
        table.add_column(title)
    for name, *cells in _comparison_rows(one, other, texts):
        table.add_row(texts.get(f"record.compare.{name}"), *cells)
    console.print(table)


def _column_title(texts: Texts, line: SessionLine) -> str:
    return ", ".join(filter(None, (line.uid, day(texts, line.day), review_word(line, texts))))


def _comparison_rows(one: SessionLine, other: SessionLine, texts: Texts) -> list[tuple[str, ...]]:
    # It loads numpy, which the list of sessions does without.
    from formcheck.angles.scatter import duration_se_s

    def both(name: str) -> tuple[Any, Any]:
        return getattr(one, name), getattr(other, name)

    def count(name: str) -> tuple[str, ...]:
        first, second = both(name)
        return str(first), str(second), signed(texts, second - first), ""

    def knee(name: str) -> tuple[str, ...]:
        return _knee_cells(texts, both(name), both("knee_se_deg" if name != "p1_deg" else "p1_se_deg"))

    def judged(name: str, unit: str, errors: tuple[float | None, float | None]) -> tuple[str, ...]:
        return _judged_cells(texts, both(name), errors, unit)

    def rep_error(line: SessionLine) -> float:
        return duration_se_s(line.rep_s or 0.0)

    return [
        ("reps", *count("rep_count")),
        ("met", *count("met_reps")),
        ("knee_end", *knee("knee_end_deg")),
        ("knee_end_met", *knee("knee_end_met_deg")),
        ("p1", *knee("p1_deg")),
        ("hip", *judged("hip_mean_deg", "°", both("hip_se_deg"))),
        ("thigh_moved", *_plain_cells(texts, both("hip_range_deg"), "°")),
        ("rep_s", *judged("rep_s", " s", (rep_error(one), rep_error(other)))),
        ("pain", _pain(one), _pain(other), "", ""),
    ]


def _plain_cells(texts: Texts, values: tuple[float | None, float | None], unit: str, decimals: int = 1) -> _Cells:
    """Return two numbers and their difference, as far as they are known."""
    first, second = values
    shown = ["" if value is None else texts.number(value, decimals) + unit for value in values]
    if first is None or second is None:
        return shown[0], shown[1], "", ""
    return shown[0], shown[1], signed(texts, difference(first, second, decimals), decimals) + unit, ""


def _judged_cells(
    texts: Texts, values: tuple[float | None, float | None], errors: tuple[float | None, float | None], unit: str
) -> _Cells:
    """Return two numbers, their difference, and whether it is more than the errors of the two readings explain."""
    (first, second), known = values, [error for error in errors if error is not None]
    if first is None or second is None or len(known) < len(errors):
        return (*_plain_cells(texts, values, unit)[:3], texts.get("record.no_comparison"))
    limit = Z_95 * math.hypot(*known)
    decimals = decimals_for(first, second, limit, 1)
    key = "within_error" if abs(second - first) < limit else "beyond"
    suffix = "" if unit == "°" else "_s"
    said = texts.get(f"record.{key}{suffix}", least=rounded_up(texts, limit, decimals))
    return (*_plain_cells(texts, values, unit, decimals)[:3], said)


def _knee_cells(
    texts: Texts, values: tuple[float | None, float | None], errors: tuple[float | None, float | None]
) -> _Cells:
    """Return the knee of two sessions, and whether it changed by the rule of `record.trend`."""
    (first, second), (first_se, second_se) = values, errors
    if first is None or second is None:
        shown = [degrees(texts, value, error) for value, error in zip(values, errors, strict=True)]
        return shown[0], shown[1], "", texts.get("record.no_comparison")
    found = compare((first, first_se), (second, second_se))
    decimals = decimals_for(first, second, found.mdc_deg)
    if found.outcome is TrendOutcome.NONE_YET:
        words = texts.get("record.within_error", least=rounded_up(texts, found.mdc_deg, decimals))
    else:
        words = texts.get(f"record.{found.outcome}")
    return (
        degrees(texts, first, first_se, decimals),
        degrees(texts, second, second_se, decimals),
        f"{signed(texts, difference(first, second, decimals), decimals)}°",
        words,
    )
