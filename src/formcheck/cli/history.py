"""``formcheck history``: what was practised, and whether it is changing."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from formcheck.cli.options import call_texts
from formcheck.cli.record_options import as_analysed_option, chosen_profile, profile_option, role_option, store_option

if TYPE_CHECKING:
    from formcheck.record.values import Role


@click.group(name="history", invoke_without_command=True)
@store_option
@profile_option
@click.option("--last", type=click.IntRange(min=1), default=15, show_default=True, help="Sessions to list.")
@as_analysed_option
@click.pass_context
def command(context: click.Context, *, store: Path | None, profile: str | None, last: int, as_analysed: bool) -> None:
    """Show what was practised: today, the last weeks, and the latest sessions.

    \b
    Examples:
      formcheck history
      formcheck history show 3f9a
      formcheck history compare 3f9a b210
      formcheck history correct 3f9a rep_count 20 --because "the first one was hidden"
    """
    if context.invoked_subcommand is not None:
        return
    from datetime import datetime

    from formcheck.cli.history_tables import print_history
    from formcheck.record.prescriptions import prescriptions
    from formcheck.record.profiles import profile_key
    from formcheck.record.queries import sessions
    from formcheck.record.store import open_store

    with open_store(store, write=False) as record, record.reading() as connection:
        code = chosen_profile(connection, profile)
        key = profile_key(connection, code)
        lines, known = sessions(connection, profile_id=key, as_analysed=as_analysed), prescriptions(connection, key)
    today = datetime.now().astimezone().date()
    print_history(code, lines, known, call_texts(), today=today, last=last, as_analysed=as_analysed)


@command.command(name="show")
@click.argument("session", metavar="ID")
@as_analysed_option
@store_option
def show(session: str, *, as_analysed: bool, store: Path | None) -> None:
    """Show one session: its repetitions, findings, notes and corrections."""
    from formcheck.cli.session_tables import print_session_record
    from formcheck.record.choice import result_of, results_of
    from formcheck.record.profiles import full_id
    from formcheck.record.queries import corrections_of, notes_of, reps, session_line
    from formcheck.record.store import open_store

    with open_store(store, write=False) as record, record.reading() as connection:
        uid = full_id(connection, session)
        print_session_record(
            session_line(connection, uid, as_analysed=as_analysed),
            list(reps(connection, [uid], as_analysed=as_analysed)),
            result_of(connection, uid, as_analysed=as_analysed)["document"],
            results_of(connection, uid),
            notes_of(connection, [uid]),
            corrections_of(connection, [uid]),
            call_texts(),
        )


@command.command(name="compare")
@click.argument("first", metavar="ID")
@click.argument("second", metavar="ID")
@as_analysed_option
@store_option
def compare(first: str, second: str, *, as_analysed: bool, store: Path | None) -> None:
    """Compare two sessions, and say which differences are more than measuring alone."""
    from formcheck.cli.history_tables import print_comparison
    from formcheck.record.profiles import full_id
    from formcheck.record.queries import session_line
    from formcheck.record.store import open_store

    with open_store(store, write=False) as record, record.reading() as connection:
        one, other = (
            session_line(connection, full_id(connection, uid), as_analysed=as_analysed) for uid in (first, second)
        )
    print_comparison(one, other, call_texts())


@command.command(name="note")
@click.argument("session", metavar="ID")
@click.argument("text")
@role_option
@store_option
def note(session: str, text: str, *, role: str, store: Path | None) -> None:
    """Add a note to a session."""
    from formcheck.record.annotations import add_note
    from formcheck.record.store import open_store

    with open_store(store) as record, record.writing() as connection:
        add_note(connection, session, text=text, role=_role(role))


@command.command(name="correct")
@click.argument("session", metavar="ID")
@click.argument("subject", metavar="SUBJECT")
@click.argument("value", metavar="VALUE")
@click.option("--because", required=True, metavar="TEXT", help="Why; stored with the correction.")
@role_option
@store_option
def correct(session: str, subject: str, value: str, *, because: str, role: str, store: Path | None) -> None:
    """Correct a session; what was measured stays in the record.

    \b
    SUBJECT and VALUE:
      rep_count     repetitions done
      side          left or right
      practised_at  a date and time, such as 2026-03-02T18:30
      pain_before   leg pain before the set, 0 to 10
      pain_after    leg pain after the set, 0 to 10
      counts        yes, or no to leave the session out of adherence and trends
    """
    from formcheck.record.annotations import add_correction
    from formcheck.record.store import open_store

    with open_store(store) as record, record.writing() as connection:
        add_correction(connection, session, subject=subject, value=value, reason=because, role=_role(role))


def _role(word: str) -> Role:
    from formcheck.record.values import Role

    return Role(word)
