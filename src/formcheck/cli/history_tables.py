"""The practice record as tables on the terminal."""

from __future__ import annotations

import math
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from formcheck.record.prescriptions import Day, days, share
from formcheck.record.trend import minimal_detectable_change

if TYPE_CHECKING:
    from collections.abc import Sequence

    from formcheck.record.values import Correction, Prescription, RepLine, SessionLine, SessionNote

_WEEKS = 4
_Z_95 = 1.96
# A word of the key for each: the symbols alone must tell days apart, without colour.
_DAY_KEY = {"all": ("■", "all sets"), "some": ("◧", "some"), "none": ("□", "none"), "free": ("·", "not prescribed")}


def print_history(
    profile: str, lines: Sequence[SessionLine], known: Sequence[Prescription], *, today: date, last: int
) -> None:
    """Print today, the last weeks, and the latest sessions."""
    console = Console(highlight=False)
    monday = today - timedelta(days=today.weekday(), weeks=_WEEKS - 1)
    calendar = days(lines, known, first=monday, last=today)
    console.print(Text(f"{profile}: {_today_words(calendar[-1])}", style="bold"))
    _print_calendar(console, calendar)
    if not lines:
        console.print("No session is kept yet.")
        return
    console.print(_session_table(lines[-last:][::-1]))
    if len(lines) > last:
        console.print(f"{len(lines) - last} earlier sessions are not listed: --last {len(lines)}")


def _today_words(today: Day) -> str:
    if not today.goals:
        return f"today {_count(today.sets, 'set')} done, none prescribed"
    parts = [f"{goal.done} of {goal.wanted} sets with the {goal.side} leg ({goal.reps} reps)" for goal in today.goals]
    return "today " + ", ".join(parts)


def _count(number: int, word: str) -> str:
    return f"{number} {word}{'' if number == 1 else 's'}"


def _print_calendar(console: Console, calendar: Sequence[Day]) -> None:
    console.print(Text("\nMo Tu We Th Fr Sa Su", style="dim"))
    for start in range(0, len(calendar), 7):
        week = calendar[start : start + 7]
        marks = "  ".join(_DAY_KEY[_kind(day)][0] for day in week)
        console.print(Text(f"{marks:<21} from {week[0].day:%d %b}"))
    console.print(Text("   ".join(f"{symbol} {word}" for symbol, word in _DAY_KEY.values()), style="dim"))
    past = share(calendar[:-1])
    if past.wanted:
        console.print(f"{past.done} of {past.wanted} prescribed sets done before today ({past.fraction:.0%})\n")


def _kind(day: Day) -> str:
    if not day.wanted:
        return "some" if day.sets else "free"
    return "all" if day.done >= day.wanted else "some" if day.done else "none"


def _session_table(lines: Sequence[SessionLine]) -> Table:
    table = plain_table("Sessions (knee: degrees short of straight)")
    for name in ("id", "when", "leg", "reps", "good", "knee end", "P1", "hip", "s/rep", "pain"):
        left = name in {"id", "when", "leg"}
        table.add_column(name, justify="left" if left else "right", no_wrap=True)
    table.add_column("")
    for line in lines:
        table.add_row(*_cells(line), style="" if line.counts else "dim")
    return table


def plain_table(title: str) -> Table:
    """Return a table that fits a terminal of 80 columns better than a boxed one."""
    return Table(title=title or None, title_justify="left", box=None, padding=(0, 2, 0, 0), header_style="bold")


def _cells(line: SessionLine) -> tuple[str, ...]:
    starred = "*" if line.corrected else ""
    remarks = [
        "does not count" if not line.counts else "",
        line.ended.value if line.ended != "whole" else "",
        _count(line.notes, "note") if line.notes else "",
    ]
    return (
        line.uid + starred,
        f"{line.practised_at:%y-%m-%d %H:%M}",
        line.side or "?",
        str(line.rep_count),
        str(line.good_reps),
        degrees(line.knee_end_deg, line.knee_se_deg),
        degrees(line.p1_deg, line.p1_se_deg),
        degrees(line.hip_range_deg, None),
        "" if line.rep_s is None else f"{line.rep_s:.1f}",
        _pain(line),
        ", ".join(filter(None, remarks)),
    )


def degrees(value: float | None, error: float | None) -> str:
    """Return degrees with their 95 % band; empty for what was not measured."""
    if value is None:
        return ""
    return f"{value:.0f}°" if error is None else f"{value:.0f}±{math.ceil(_Z_95 * error)}°"


def _pain(line: SessionLine) -> str:
    if line.pain_before is None and line.pain_after is None:
        return ""
    before, after = ("?" if pain is None else str(pain) for pain in (line.pain_before, line.pain_after))
    return f"{before}→{after}"


def print_one(
    line: SessionLine,
    reps: Sequence[RepLine],
    results: Sequence[dict[str, Any]],
    notes: Sequence[SessionNote],
    corrections: Sequence[Correction],
) -> None:
    """Print all that is known of a session."""
    console = Console(highlight=False)
    newest = results[-1]["document"]
    console.print(Text(f"{line.uid}, {line.profile}, {line.practised_at:%d %B %Y %H:%M}", style="bold"))
    console.print(Text(f"{newest['protocol']['name']}, {line.side or 'no'} leg: {newest['summary']['headline']}"))
    for sentence in newest["summary"]["sentences"]:
        console.print(Text(f"  {sentence}"))
    console.print(_session_table([line]))
    if reps:
        console.print(_rep_table(reps))
    if line.places:
        console.print(Text(f"Felt in: {', '.join(line.places)}"))
    for note in notes:
        console.print(Text(f"Note, {note.author_role.value}, {note.written_at:%d %b %Y %H:%M}: {note.text}"))
    for one in corrections:
        said = f"{one.subject.replace('_', ' ')} is {one.value}, because: {one.reason}"
        console.print(Text(f"Correction, {one.author_role.value}, {one.made_at:%d %b %Y %H:%M}: {said}"))
    for result in results:
        console.print(Text(f"Result of {result['kept_at']}, {result['software']}, {result['fingerprint'][:12]}", "dim"))


def _rep_table(reps: Sequence[RepLine]) -> Table:
    table = plain_table("Repetitions")
    for name in ("rep", "knee start", "knee end", "hip", "extend s", "hold s", "return s", "to mend"):
        table.add_column(name, justify="left" if name == "to mend" else "right")
    for rep in reps:
        hip = "" if rep.hip_min_deg is None else f"{rep.hip_min_deg:.0f} to {rep.hip_max_deg:.0f}"
        mend = rep.faults.replace("_", " ").replace(",", ", ") if rep.complete else "cut off, not counted"
        table.add_row(
            str(rep.number),
            degrees(rep.knee_start_deg, None),
            degrees(rep.knee_end_deg, rep.knee_se_deg),
            hip,
            *("" if part is None else f"{part:.1f}" for part in (rep.extend_s, rep.hold_s, rep.return_s)),
            mend or ("partial" if rep.partial else "nothing"),
        )
    return table


def print_comparison(one: SessionLine, other: SessionLine) -> None:
    """Print two sessions side by side, with what their differences are worth."""
    console = Console(highlight=False)
    if one.side != other.side:
        console.print(Text(f"Different legs: {one.side or 'none found'} and {other.side or 'none found'}.", "yellow"))
    if one.protocol_sha256 != other.protocol_sha256 or one.model_sha256 != other.model_sha256:
        console.print(Text("Judged by different protocols or models: differences may come from that.", "yellow"))
    table = plain_table("")
    for name in (
        "",
        f"{one.uid} {one.practised_at:%d %b %Y}",
        f"{other.uid} {other.practised_at:%d %b %Y}",
        "change",
        "",
    ):
        table.add_column(name)
    table.add_row("repetitions", str(one.rep_count), str(other.rep_count), f"{other.rep_count - one.rep_count:+d}", "")
    for name, field, error in (
        ("knee at the end of good reps", "knee_end_deg", "knee_se_deg"),
        ("knee at P1", "p1_deg", "p1_se_deg"),
    ):
        table.add_row(name, *_angle_cells(one, other, field, error))
    table.add_row("hip moves within a rep", *_plain_cells(one.hip_range_deg, other.hip_range_deg, "°"))
    table.add_row("seconds a rep", *_plain_cells(one.rep_s, other.rep_s, " s"))
    table.add_row("pain before→after", _pain(one), _pain(other), "", "")
    console.print(table)


def _angle_cells(one: SessionLine, other: SessionLine, field: str, error: str) -> tuple[str, str, str, str]:
    values, errors = ([getattr(line, name) for line in (one, other)] for name in (field, error))
    shown = [degrees(value, band) for value, band in zip(values, errors, strict=True)]
    if None in values:
        return shown[0], shown[1], "", "cannot tell"
    change, least = values[1] - values[0], minimal_detectable_change(errors)
    if abs(change) < least:
        words = f"no change: below {math.ceil(least - 1e-9)}° it can be measuring alone"
    else:
        words = "straighter" if change < 0 else "less straight"
    return shown[0], shown[1], f"{change:+.0f}°", words


def _plain_cells(one: float | None, other: float | None, unit: str) -> tuple[str, str, str, str]:
    shown = ["" if value is None else f"{value:.1f}{unit}" for value in (one, other)]
    change = "" if one is None or other is None else f"{other - one:+.1f}{unit}"
    return shown[0], shown[1], change, ""
