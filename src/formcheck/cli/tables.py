"""Results as tables on the terminal."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from formcheck.errors import one_line
from formcheck.form.statistics import statuses
from formcheck.form.summary import summarize
from formcheck.text.findings import leg_words, limit_words, observed_words, rule_title, status_words, verdict_word
from formcheck.text.numbers import rounded, with_band
from formcheck.types import Status, Verdict

if TYPE_CHECKING:
    from pathlib import Path

    from formcheck.form.statistics import RepStatus
    from formcheck.text.catalogue import Texts
    from formcheck.types import Rep, Session

_VERDICT_STYLES = {
    Verdict.MET: "green",
    Verdict.NOT_MET: "bold red",
    Verdict.BORDERLINE: "yellow",
    Verdict.NOT_ASSESSABLE: "dim",
    Verdict.INFORMATION: "dim",
}
_STATUS_STYLES = {Status.MET: "green", Status.NOT_MET: "bold red", Status.UNDECIDED: "yellow"}
_REP_COLUMNS = ("rep", "start", "knee", "hip", "extend", "hold", "return")
_RULE_COLUMNS = ("rule", "verdict", "observed", "limit")


def print_session(session: Session, folder: Path, texts: Texts) -> None:
    """Print the summary of a session, its repetitions, and where the results are."""
    console = Console(highlight=False)
    summary = summarize(session)
    console.print(Text(texts.say(summary.headline), style="bold"))
    console.print(Text(one_line(f"{session.clip.name}, {leg_words(texts, session)}"), style="dim"))
    for sentence in summary.sentences:
        console.print(Padding(Text(texts.say(sentence)), (0, 0, 0, 2)))
    if session.reps:
        console.print(_rep_table(session, texts))
    if session.rep_count:
        console.print(_rule_table(session, texts))
    # not wrapped: a path must stay in one piece to be copied
    console.print(Text(texts.get("terminal.report", path=one_line(str(folder / "report.html")))), soft_wrap=True)


def _rep_table(session: Session, texts: Texts) -> Table:
    table = _table(texts.get("terminal.reps_title"))
    for name in _REP_COLUMNS:
        table.add_column(texts.get(f"terminal.column.{name}"), justify="right", no_wrap=True)
    table.add_column(texts.get("terminal.column.status"))
    status_of = {status.rep: status for status in statuses(session)}
    for rep in session.reps:
        table.add_row(*_rep_cells(rep, texts), _status_cell(rep, status_of.get(rep.index), texts))
    return table


def _table(title: str) -> Table:
    return Table(title=title, title_justify="left", title_style="bold", box=SIMPLE_HEAD, padding=(0, 1))


def _rep_cells(rep: Rep, texts: Texts) -> tuple[str, ...]:
    def number(value: float, decimals: int = 0) -> str:
        return rounded(texts, value, decimals) if math.isfinite(value) else "–"

    knee_end = with_band(texts, rep.knee_flexion_peak_deg, rep.knee_se_deg) if _measured(rep) else "–"
    return (
        str(rep.index),
        number(rep.start_s, 1),
        texts.get("number.range", low=number(rep.knee_flexion_start_deg), high=knee_end),
        texts.get("number.range", low=number(rep.hip_flexion_min_deg), high=number(rep.hip_flexion_max_deg)),
        number(rep.extend_s, 1),
        number(rep.hold_s, 1),
        number(rep.return_s, 1),
    )


def _measured(rep: Rep) -> bool:
    return math.isfinite(rep.knee_flexion_peak_deg)


def _status_cell(rep: Rep, status: RepStatus | None, texts: Texts) -> Text:
    if status is None:
        return Text(texts.get("status.cut"), style="dim")
    words = status_words(texts, status.status, status.deciding)
    if rep.partial:
        words = f"{words} ({texts.get('status.partial')})"
    return Text(words, style=_STATUS_STYLES[status.status])


def _rule_table(session: Session, texts: Texts) -> Table:
    table = _table(texts.get("terminal.rules_title"))
    for name in _RULE_COLUMNS:
        table.add_column(texts.get(f"terminal.column.{name}"), overflow="fold")
    for finding in session.findings_of(None):
        advisory = f" ({texts.get('finding.advisory')})" if finding.advisory else ""
        table.add_row(
            rule_title(texts, finding.rule) + advisory,
            Text(verdict_word(texts, finding.verdict), style=_VERDICT_STYLES[finding.verdict]),
            observed_words(texts, finding),
            limit_words(texts, finding),
        )
    return table
