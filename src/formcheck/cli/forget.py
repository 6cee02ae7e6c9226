"""``formcheck forget``: erase from the practice record."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from formcheck.cli.record_options import store_option
from formcheck.errors import UsageError

if TYPE_CHECKING:
    from formcheck.record.forget import Erasure


@click.command(name="forget")
@click.argument("sessions", nargs=-1, metavar="[ID...]")
@click.option("--profile", metavar="CODE", help="Erase a profile with all its sessions, notes and prescriptions.")
@click.option("--all", "everything", is_flag=True, help="Erase every profile.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@store_option
def command(sessions: tuple[str, ...], *, profile: str | None, everything: bool, yes: bool, store: Path | None) -> None:
    """Erase sessions, a profile, or all of the practice record.

    Shows what will be erased, asks, erases rows and files, and checks that nothing remains. Results that
    `formcheck analyze` left beside a clip, and exports, are not part of the record and stay.

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

    if not exists(store):
        click.echo("There is no practice record, so there is nothing to erase.")
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
            click.echo("The practice record is empty: there is nothing to erase.")
            return
        for line in _lines(erasure):
            click.echo(line)
        if not yes:
            click.confirm("Erase this for good?", abort=True)
        erase(record, erasure)
    click.echo("Erased. Nothing of it remains in the record.")


def _lines(erasure: Erasure) -> list[str]:
    """Say what will be erased."""
    size = sum(path.stat().st_size for path in erasure.series if path.exists())
    lines = [f"{len(erasure.uids)} session(s) with their results and {size / 1e6:.1f} MB of series"]
    if len(erasure.uids) <= 10:
        lines[0] += ": " + ", ".join(erasure.uids)
    if erasure.profiles:
        lines.append(f"profile(s) {', '.join(erasure.profiles)} with {erasure.prescriptions} prescription(s)")
    if erasure.notes:
        lines.append(f"{erasure.notes} note(s)")
    if erasure.copies:
        lines.append(
            f"{len(erasure.copies)} backup(s) of the whole record, made before upgrades or when damage was found"
        )
    return lines
