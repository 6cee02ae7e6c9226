"""One session of the practice record on the terminal: its repetitions, and what was said about it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from formcheck.cli.history_tables import degrees, leg_word, plain_table, print_sessions
from formcheck.form.statistics import RepStatus, statuses
from formcheck.form.summary import summarize
from formcheck.message import Message
from formcheck.record.review_words import review_sentences
from formcheck.session.document import from_document, reviewed_part
from formcheck.text.findings import status_words
from formcheck.text.numbers import day_and_time

if TYPE_CHECKING:
    from formcheck.record.values import Correction, RepLine, SessionLine, SessionNote
    from formcheck.text.catalogue import Texts
    from formcheck.types import Session


def print_session_record(
    line: SessionLine,
    reps: Sequence[RepLine],
    document: Mapping[str, Any],
    results: Sequence[Mapping[str, Any]],
    notes: Sequence[SessionNote],
    corrections: Sequence[Correction],
    texts: Texts,
) -> None:
    """Print all that the record holds of a session; ``document`` is that of the result that is shown."""
    console = Console(highlight=False)
    session = from_document(document)
    _print_summary(console, line, session, texts)
    for sentence in review_sentences(line, texts):
        console.print(Text(sentence))
    print_sessions(console, [line], texts)
    if reps:
        console.print(_rep_table(reps, session, texts))
    if line.places:
        sites = [Message(f"place.{place.replace(' ', '_')}") for place in line.places]
        console.print(Text(texts.get("record.show.sites", sites=sites)))
    for note in notes:
        console.print(Text(texts.get("record.show.note", **_by(texts, note.author_role, note.written_at, note.text))))
    for one in corrections:
        said = _by(texts, one.author_role, one.made_at, "")
        subject = Message(f"record.subject.{one.subject}")
        console.print(
            Text(texts.get("record.show.correction", **said, subject=subject, value=one.value, reason=one.reason))
        )
    reviewed = reviewed_part(document)
    for change in reviewed.changes if reviewed is not None else ():
        key = "change_because" if change.reason else "change"
        console.print(Text(texts.get(f"record.show.{key}", **change.model_dump())))
    for result in results:
        console.print(Text(_result_words(result, texts), "dim"))


def _result_words(result: Mapping[str, Any], texts: Texts) -> str:
    when = day_and_time(texts, datetime.fromisoformat(result["kept_at"]))
    said = {"when": when, "software": result["software"], "fingerprint": result["fingerprint"][:12]}
    kind = "result" if result["reviewed_at"] is None else "reviewed" if result["withdrawn_at"] is None else "withdrawn"
    return texts.get(f"record.show.{kind}", **said)


def _print_summary(console: Console, line: SessionLine, session: Session, texts: Texts) -> None:
    summary = summarize(session)
    when = day_and_time(texts, line.practised_at)
    console.print(Text(texts.get("record.show.title", uid=line.uid, profile=line.profile, when=when), style="bold"))
    leg = leg_word(texts, line.side)
    judged = texts.get("record.show.judged", protocol=session.protocol_name, leg=leg, headline=summary.headline)
    console.print(Text(judged))
    for sentence in summary.sentences:
        console.print(Text(f"  {texts.say(sentence)}"))


def _by(texts: Texts, role: str, when: datetime, text: str) -> dict[str, Any]:
    return {"role": Message(f"record.role.{role}"), "when": day_and_time(texts, when), "text": text}


def _rep_table(reps: Sequence[RepLine], session: Session, texts: Texts) -> Table:
    status_of = {status.rep: status for status in statuses(session)}
    table = plain_table(texts.get("record.column.repetitions"))
    for name in ("rep", "knee_start", "knee_end", "hip_range", "extend_s", "hold_s", "return_s", "status"):
        table.add_column(texts.get(f"record.column.{name}"), justify="left" if name == "status" else "right")
    for rep in reps:
        ends = (degrees(texts, rep.hip_min_deg), degrees(texts, rep.hip_max_deg))
        table.add_row(
            str(rep.number),
            degrees(texts, rep.knee_start_deg),
            degrees(texts, rep.knee_end_deg, rep.knee_se_deg),
            texts.get("number.range", low=ends[0].removesuffix("°"), high=ends[1]) if all(ends) else "",
            *("" if part is None else texts.number(part, 1) for part in (rep.extend_s, rep.hold_s, rep.return_s)),
            _status(texts, status_of.get(rep.number), partial=rep.partial),
        )
    return table


def _status(texts: Texts, status: RepStatus | None, *, partial: bool) -> str:
    if status is None:
        return texts.get("status.cut")
    words = status_words(texts, status.status, status.deciding)
    return f"{words}, {texts.get('status.partial')}" if partial else words
