"""``formcheck forget``: erase from the practice record."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING

import click

from formcheck.cli.options import call_texts
from formcheck.cli.record_options import store_option
from formcheck.errors import UsageError
from formcheck.message import Message

if TYPE_CHECKING:
    from formcheck.record.forget import Erasure
    from formcheck.text.catalogue import Texts

# More sessions than this are counted, not named.
_MOST_NAMED = 10


@click.command(name="forget")
@click.argument("sessions", nargs=-1, metavar="[ID...]")
@click.option(
    "--profile", metavar="CODE", help="Erase a profile with all its sessions, notes, prescriptions and calibrations."
)
@click.option("--all", "everything", is_flag=True, help="Erase every profile.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@store_option
def command(sessions: tuple[str, ...], *, profile: str | None, everything: bool, yes: bool, store: Path | None) -> None:
    """Erase sessions, a profile, or all of the practice record.

    Shows what will be erased, asks, erases rows and files (kept videos and folders of live practice too), and checks
    that nothing remains. Results that `formcheck analyze` left beside a clip, folders of `formcheck live --out`, and
    exports are not part of the record and stay.

    \b
    Examples:
      formcheck forget 3f9a
      formcheck forget --profile P017
    """
    if sum((bool(sessions), profile is not None, everything)) != 1:
        raise UsageError("expected the ids of sessions, --profile CODE or --all, and only one of the three")
    from formcheck.cli.record_options import full_ids
    from formcheck.record.forget import erase, erasure_of_profiles, erasure_of_sessions
    from formcheck.record.profiles import profile_codes, profile_key
    from formcheck.record.store import exists, open_store

    texts = call_texts()
    if not exists(store):
        click.echo(texts.get("record.forget.no_record"))
        return
    with open_store(store) as record:
        with record.reading() as connection:
            if sessions:
                erasure = erasure_of_sessions(record, connection, full_ids(connection, sessions))
            else:
                codes = profile_codes(connection) if everything else (profile or "",)
                if profile is not None:
                    profile_key(connection, profile)
                erasure = erasure_of_profiles(record, connection, codes)
        if erasure.empty:
            click.echo(texts.get("record.forget.empty"))
            return
        for line in _lines(erasure, texts):
            click.echo(line)
        if not yes:
            click.confirm(texts.get("record.forget.confirm"), abort=True)
        erase(record, erasure)
    click.echo(texts.get("record.forget.done"))


def _lines(erasure: Erasure, texts: Texts) -> list[str]:
    """Say what will be erased."""
    size = sum(path.stat().st_size for path in erasure.series if path.exists())
    sessions = Message.of("record.sessions", n=len(erasure.uids))
    # Rounded up: a little is not nothing.
    lines = [texts.get("record.forget.sessions", sessions=sessions, megabytes=math.ceil(size / 1e5) / 10)]
    if len(erasure.uids) <= _MOST_NAMED:
        lines[0] = texts.get("record.forget.named", what=lines[0], names=erasure.uids)
    if erasure.profiles:
        prescriptions = Message.of("record.forget.prescriptions", n=erasure.prescriptions)
        count = len(erasure.profiles)
        lines.append(texts.get("record.forget.profiles", n=count, names=erasure.profiles, prescriptions=prescriptions))
    if erasure.calibrations:
        lines.append(texts.get("record.calibrations.count", n=erasure.calibrations))
    if erasure.notes:
        lines.append(texts.get("record.notes", n=erasure.notes))
    if erasure.videos:
        lines.append(texts.get("record.forget.videos", n=len(erasure.videos)))
    if erasure.live:
        lines.append(texts.get("record.forget.live", n=len(erasure.live)))
    if erasure.copies:
        lines.append(texts.get("record.forget.backups", n=len(erasure.copies)))
    return lines
