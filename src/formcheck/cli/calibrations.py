"""``formcheck calibrations``: the calibrations by hand that are kept for a person."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from formcheck.cli.options import call_texts
from formcheck.cli.record_options import chosen_profile, profile_option, store_option

if TYPE_CHECKING:
    from collections.abc import Sequence

    from formcheck.record.calibrations import StoredCalibration


@click.command(name="calibrations")
@click.option("--remove", "number", type=int, metavar="NUMBER", help="Keep this one no longer.")
@profile_option
@store_option
def command(*, number: int | None, profile: str | None, store: Path | None) -> None:
    """Show the calibrations by hand that are kept for a person, or with --remove keep one no longer.

    They are made on the review page ('Keep for this person'), and used where that person's leg is seen again by a
    camera that stands alike: by `analyze` and `batch` with --profile, and by `live`; all that fit are used together.
    Sets that were judged with one stay as they are when it is removed.

    \b
    Examples:
      formcheck calibrations --profile P017
      formcheck calibrations --profile P017 --remove 3
    """
    from formcheck.record.calibrations import remove_calibration, stored_calibrations
    from formcheck.record.profiles import profile_key
    from formcheck.record.store import open_store

    with open_store(store, write=number is not None) as record:
        if number is not None:
            with record.writing() as connection:
                code = chosen_profile(connection, profile)
                remove_calibration(connection, profile_key(connection, code), number)
        with record.reading() as connection:
            code = chosen_profile(connection, profile)
            known = stored_calibrations(connection, profile_key(connection, code))
    _print(code, known)


def _print(code: str, known: Sequence[StoredCalibration]) -> None:
    from rich.console import Console

    from formcheck.cli.history_tables import plain_table
    from formcheck.text.numbers import day_message, degrees

    console, texts = Console(highlight=False), call_texts()
    if not known:
        console.print(texts.get("record.calibrations.none", profile=code))
        return
    table = plain_table(texts.get("record.calibrations.table", profile=code))
    for name in ("number", "day", "leg", "frames", "camera", "by"):
        table.add_column(texts.get(f"record.calibrations.{name}"), no_wrap=name != "by")
    for one in known:
        kept = one.kept
        camera = (degrees(texts, kept.azimuth_deg), degrees(texts, kept.elevation_deg))
        table.add_row(
            str(one.number),
            texts.say(day_message(kept.made_at)),
            texts.get(f"side.{kept.side.value}"),
            str(kept.frames),
            texts.get("record.calibrations.view", sideways=camera[0], height=camera[1]),
            kept.raters,
        )
    console.print(table)
