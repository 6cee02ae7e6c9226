"""``formcheck prescribe``: what is to be practised, and how much of it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from formcheck.cli.options import call_texts
from formcheck.cli.parameters import Name
from formcheck.cli.record_options import (
    chosen_profile,
    parse_day,
    profile_option,
    role_option,
    store_option,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from formcheck.record.values import Prescription
    from formcheck.text.catalogue import Texts


@click.command(name="prescribe")
@click.option(
    "--protocol", "protocol_name", type=Name(), metavar="ID|FILE", help="The exercise. Default: sciatic-glide."
)
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
    from formcheck.record.prescriptions import BOTH, in_force

    console, texts = Console(highlight=False), call_texts()
    if not known:
        console.print(texts.get("record.prescribe.none", profile=code))
        return
    now = in_force(known, datetime.now().astimezone().date())
    table = plain_table(texts.get("record.prescribe.table", profile=code))
    table.add_column("", no_wrap=True)
    for name in ("exercise", "leg", "amount", "period", "by"):
        table.add_column(texts.get(f"record.prescribe.{name}"), no_wrap=name != "by")
    for one in reversed(known):
        table.add_row(
            texts.get("record.prescribe.now") if one in now else "",
            one.protocol_id,
            texts.get("record.leg_both" if one.side == BOTH else f"side.{one.side}"),
            texts.get("record.prescribe.per_day", sets=one.sets_per_day, reps=one.reps),
            _period(texts, one),
            texts.get(f"record.role.{one.author_role}") + (f": {one.notes}" if one.notes else ""),
        )
    console.print(table)


def _period(texts: Texts, one: Prescription) -> str:
    key = "record.prescribe.from_until" if one.ends_on else "record.prescribe.from"
    return texts.get(key, first=one.starts_on.isoformat(), last=one.ends_on.isoformat() if one.ends_on else "")
