"""``formcheck progress``: weeks of practice as one page."""

from __future__ import annotations

from pathlib import Path

import click

from formcheck.cli.options import call_texts
from formcheck.cli.parameters import FilePath
from formcheck.cli.record_options import as_analysed_option, chosen_profile, parse_day, profile_option, store_option


@click.command(name="progress")
@click.option(
    "--out",
    type=FilePath(dir_okay=False),
    default=Path("progress.html"),
    show_default=True,
    metavar="FILE",
    help="The page to write.",
)
@click.option("--from", "starts", metavar="DAY", help="First day, such as 2026-03-02. Default: the first there is.")
@click.option("--until", "ends", metavar="DAY", help="Last day. Default: today.")
@as_analysed_option
@profile_option
@store_option
def command(
    *, out: Path, starts: str | None, ends: str | None, as_analysed: bool, profile: str | None, store: Path | None
) -> None:
    """Write weeks of practice as one page: what was done, and whether the knee changes.

    The page is one file, asks the network for nothing, and prints well. A change smaller than what measuring alone
    explains is called no change yet.
    """
    from datetime import datetime

    from formcheck.errors import UsageError
    from formcheck.files import explained, write_whole
    from formcheck.record.prescriptions import prescriptions
    from formcheck.record.profiles import profile_key
    from formcheck.record.progress import render_progress
    from formcheck.record.queries import judging_fingerprints, sessions
    from formcheck.record.store import open_store

    first, last = parse_day(starts, option="--from"), parse_day(ends, option="--until")
    now = datetime.now().astimezone()
    if first is not None and first > (last or now.date()):
        raise UsageError(f"expected --from before --until, got {first} and {last or now.date()}")
    with open_store(store, write=False) as record, record.reading() as connection:
        code = chosen_profile(connection, profile)
        key = profile_key(connection, code)
        lines, known = sessions(connection, profile_id=key, as_analysed=as_analysed), prescriptions(connection, key)
        judged_by = judging_fingerprints(connection)
    texts = call_texts()
    page = render_progress(
        code,
        lines,
        known,
        texts,
        first=first,
        today=last or now.date(),
        made_at=now,
        as_analysed=as_analysed,
        judged_by=judged_by,
    )
    with explained(out, remedy="choose another place with --out"):
        write_whole(out, page)
    click.echo(texts.get("progress.written", path=out))
