"""``formcheck prescribe``: what is to be practised, and how much of it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from formcheck.cli.record_options import chosen_profile, parse_day, profile_option, role_option, store_option

if TYPE_CHECKING:
    from collections.abc import Sequence

    from formcheck.record.values import Prescription


@click.command(name="prescribe")
@click.option("--protocol", "protocol_name", metavar="ID|FILE", help="The exercise. Default: sciatic-glide.")
@click.option("--side", type=click.Choice(["left", "right", "both"]), help="The leg to practise with.")
@click.option("--reps", type=int, help="Repetitions in a set. Default: the protocol's.")
@click.option("--sets", type=int, help="Sets a day. Default: the least that the protocol says.")
@click.option("--from", "starts", metavar="DAY", help="First day, such as 2026-03-02. Default: today.")
@click.option("--until", "ends", metavar="DAY", help="Last day. Default: until it is changed.")
@click.option("--notes", default="", metavar="TEXT", help="What else the person should know.")
@role_option
@profile_option
@store_option
def command(
    *,
    protocol_name: str | None,
    side: str | None,
    reps: int | None,
    sets: int | None,
    starts: str | None,
    ends: str | None,
    notes: str,
    role: str,
    profile: str | None,
    store: Path | None,
) -> None:
    """Show what is prescribed, or with --side prescribe anew.

    A new prescription takes the place of an older one for the same exercise and leg from its first day on; the old
    one stays in the record.

    \b
    Examples:
      formcheck prescribe
      formcheck prescribe --side left --sets 3 --from 2026-03-02 --until 2026-04-12
    """
    from datetime import datetime

    from formcheck.errors import UsageError
    from formcheck.protocols.loader import DEFAULT_PROTOCOL_ID, load_protocol
    from formcheck.record.prescriptions import prescribe, prescriptions
    from formcheck.record.profiles import profile_key
    from formcheck.record.store import open_store
    from formcheck.record.values import Prescription, Role

    if side is None:
        if any(option is not None for option in (protocol_name, reps, sets, starts, ends)) or notes:
            raise UsageError("expected the leg to practise with --side (left, right or both), got none")
        with open_store(store, write=False) as record, record.reading() as connection:
            code = chosen_profile(connection, profile)
            _print(code, prescriptions(connection, profile_key(connection, code)))
        return
    protocol = load_protocol(protocol_name or DEFAULT_PROTOCOL_ID).protocol
    moment = datetime.now().astimezone()
    new = Prescription(
        protocol_id=protocol.id,
        side=side,
        reps=protocol.set.reps.value if reps is None else reps,
        sets_per_day=round(protocol.set.sets_per_day.low) if sets is None else sets,
        starts_on=parse_day(starts, option="--from") or moment.date(),
        ends_on=parse_day(ends, option="--until"),
        notes=notes,
        author_role=Role(role),
        made_at=moment,
    )
    with open_store(store) as record, record.writing() as connection:
        code = profile if profile is not None else chosen_profile(connection, None)
        key = profile_key(connection, code, make=True)
        prescribe(connection, key, new)
        _print(code, prescriptions(connection, key))


def _print(code: str, known: Sequence[Prescription]) -> None:
    from datetime import datetime

    from rich.console import Console

    from formcheck.cli.history_tables import plain_table
    from formcheck.record.prescriptions import in_force

    console = Console(highlight=False)
    if not known:
        console.print(f"Nothing is prescribed for {code}.")
        return
    now = in_force(known, datetime.now().astimezone().date())
    table = plain_table(f"Prescribed for {code}, newest first")
    for name in ("", "exercise", "leg", "how much", "when"):
        table.add_column(name, no_wrap=True)
    table.add_column("said by")
    for one in reversed(known):
        amount = f"{one.sets_per_day} x {one.reps} a day"
        when = f"from {one.starts_on}" + (f" to {one.ends_on}" if one.ends_on else "")
        said = one.author_role.value + (f": {one.notes}" if one.notes else "")
        table.add_row("now" if one in now else "", one.protocol_id, one.side, amount, when, said)
    console.print(table)
