"""Results as tables on the terminal."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from formcheck.form.summary import summarize
from formcheck.text.catalogue import Texts
from formcheck.text.numbers import whole, with_band
from formcheck.types import Verdict

if TYPE_CHECKING:
    from pathlib import Path

    from formcheck.types import Rep, Session

_STYLES = {
    Verdict.MET: "green",
    Verdict.NOT_MET: "bold red",
    Verdict.BORDERLINE: "yellow",
    Verdict.NOT_ASSESSABLE: "dim",
}
_WORDS = {
    Verdict.MET: "met",
    Verdict.NOT_MET: "NOT MET",
    Verdict.BORDERLINE: "borderline",
    Verdict.NOT_ASSESSABLE: "cannot tell",
}


def print_session(session: Session, folder: Path, texts: Texts) -> None:
    """Print the summary of a session, its repetitions, and where the results are."""
    console = Console(highlight=False)
    summary = summarize(session)
    side = f", {session.side} leg" if session.side else ""
    console.print(Text(f"{session.clip.name}{side}: {texts.say(summary.headline)}", style="bold"))
    for sentence in summary.sentences:
        console.print(Padding(Text(texts.say(sentence)), (0, 0, 0, 2)))
    if session.reps:
        console.print(_rep_table(session))
    if session.angles is not None and session.view.lying:
        console.print(_rule_table(session))
    # not wrapped: a path must stay in one piece to be copied
    console.print(Text(f"Report: {folder / 'report.html'}"), soft_wrap=True)


def _rep_table(session: Session) -> Table:
    table = _table("Repetitions: knee in degrees short of straight, times in seconds")
    for name in ("rep", "at", "knee", "hip", "there", "hold", "back"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("to mend")
    for rep in session.reps:
        table.add_row(*_rep_cells(rep), _to_mend(session, rep))
    return table


def _table(title: str) -> Table:
    return Table(title=title, title_justify="left", title_style="bold", box=SIMPLE_HEAD, padding=(0, 1))


def _rep_cells(rep: Rep) -> tuple[str, ...]:
    knee = (
        f"{whole(rep.knee_flexion_start_deg)} to {with_band(Texts('en'), rep.knee_flexion_peak_deg, rep.knee_se_deg)}"
    )
    return (
        str(rep.index),
        f"{rep.start_s:.1f}",
        knee,
        f"{whole(rep.hip_flexion_min_deg)} to {whole(rep.hip_flexion_max_deg)}",
        f"{rep.extend_s:.1f}",
        f"{rep.hold_s:.1f}",
        f"{rep.return_s:.1f}",
    )


def _to_mend(session: Session, rep: Rep) -> Text:
    if not rep.complete:
        return Text("cut off by the clip, not counted", style="dim")
    faults = [f.rule for f in session.findings_of(rep.index) if f.verdict is Verdict.NOT_MET and not f.advisory]
    words = [fault.replace("_", " ") for fault in faults] + (["partial"] if rep.partial else [])
    return Text(", ".join(words) or "nothing", style="red" if faults else "green")


def _rule_table(session: Session) -> Table:
    table = _table("The set")
    for name in ("rule", "verdict", "observed", "wanted"):
        table.add_column(name)
    for finding in session.findings_of(None):
        rule = finding.rule.replace("_", " ") + (" (advisory)" if finding.advisory else "")
        observed = "" if finding.observed is None else f"{finding.observed:.3g} {finding.unit}"
        table.add_row(
            rule,
            Text(_WORDS[finding.verdict], style=_STYLES[finding.verdict]),
            observed,
            _limit(finding.limit),
        )
    return table


def _limit(limit: tuple[float | None, float | None]) -> str:
    low, high = (None if value is None or not math.isfinite(value) else value for value in limit)
    if low is not None and high is not None:
        return f"{low:g} to {high:g}"
    return f"at least {low:g}" if low is not None else f"at most {high:g}"
