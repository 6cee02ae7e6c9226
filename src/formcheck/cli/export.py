"""``formcheck export``: take sessions out of the practice record."""

from __future__ import annotations

import errno
from pathlib import Path
from typing import TYPE_CHECKING

import click

from formcheck.cli.options import call_texts
from formcheck.cli.parameters import FilePath
from formcheck.cli.record_options import as_analysed_option, chosen_profile, full_ids, profile_option, store_option
from formcheck.errors import UsageError
from formcheck.message import Message
from formcheck.record.exports import EXPORT_FORMATS

if TYPE_CHECKING:
    from formcheck.record.exports import ExportFiles

_ABOUT = "\n".join(f"{name:<9}{form.about}" for name, form in EXPORT_FORMATS.items())
_HELP = f"""Take sessions out of the practice record.

\b
{_ABOUT}

A session that was reviewed leaves as the reviewer signed it, unless --as-analysed is given.
docs/record.md describes every column and code.

\b
Examples:
  formcheck export --all --format csv --out practice
  formcheck export 3f9a b210 --format pdf --out reports
"""


@click.command(name="export", help=_HELP)
@click.argument("sessions", nargs=-1, metavar="[ID...]")
@click.option("--all", "everything", is_flag=True, help="Every session of the profile.")
@click.option("--format", "kind", type=click.Choice(list(EXPORT_FORMATS)), required=True, help="What to write.")
@click.option(
    "--out",
    type=FilePath(file_okay=False),
    required=True,
    metavar="DIR",
    help="Folder for the files.",
)
@as_analysed_option
@profile_option
@store_option
def command(
    sessions: tuple[str, ...],
    *,
    everything: bool,
    kind: str,
    out: Path,
    as_analysed: bool,
    profile: str | None,
    store: Path | None,
) -> None:
    """Write the files of the chosen format."""
    if bool(sessions) == everything:
        raise UsageError("expected the ids of sessions or --all, and only one of the two")
    if as_analysed and kind == "json":
        raise UsageError("--format json holds every result, as analysed and as reviewed: leave --as-analysed out")
    from formcheck.record.exports import export_files
    from formcheck.record.exports.selection import Selection
    from formcheck.record.profiles import profile_key
    from formcheck.record.queries import sessions as read_sessions
    from formcheck.record.store import open_store

    texts = call_texts()
    with open_store(store, write=False) as record, record.reading() as connection:
        if everything:
            code = chosen_profile(connection, profile)
            lines = read_sessions(connection, profile_id=profile_key(connection, code))
            selection = Selection(record, connection, tuple(line.uid for line in lines), code, texts, as_analysed)
        else:
            uids = tuple(full_ids(connection, sessions))
            selection = Selection(record, connection, uids, None, texts, as_analysed)
        count = _write(out, export_files(kind, selection))
    sessions_made = Message.of("record.sessions", n=len(selection.uids))
    files_made = Message.of("record.export.files", n=count)
    click.echo(texts.get("record.export.done", sessions=sessions_made, files=files_made, folder=out), err=True)
    if kind == "fhir":
        click.echo(texts.get("record.export.fhir"), err=True)


def _write(out: Path, files: ExportFiles) -> int:
    """Write the files, and return how many."""
    from formcheck.files import explained, private_folder, write_whole

    count = 0
    with explained(out):
        private_folder(out)
        for name, data in files:
            if not (out / name).resolve().is_relative_to(out.resolve()):
                raise OSError(errno.EINVAL, f"the name of a file outside it, {name!r}")
            private_folder((out / name).parent)
            write_whole(out / name, data)
            count += 1
    return count
