"""``formcheck import``: read exported sessions into a practice record."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from formcheck.cli.options import call_texts
from formcheck.cli.parameters import FilePath
from formcheck.cli.record_options import store_option
from formcheck.errors import InputError
from formcheck.message import Message

if TYPE_CHECKING:
    from collections.abc import Sequence


@click.command(name="import")
@click.argument("paths", nargs=-1, required=True, type=FilePath(), metavar="PATH...")
@store_option
def command(paths: tuple[Path, ...], *, store: Path | None) -> None:
    """Import sessions that `formcheck export --format json` wrote.

    PATH is such a file, or a folder of them. Nothing is lost; a session that the record has already is left as it
    is.
    """
    from formcheck.files import read_limited
    from formcheck.record.exports.archive import import_profile, import_session
    from formcheck.record.exports.archived import ArchivedProfile, read_archive
    from formcheck.record.store import open_store

    added = known = 0
    with open_store(store) as record:
        for path in _files(paths):
            try:
                data = read_limited(path)
            except OSError as error:
                raise InputError(f"{path}: expected a readable file, got: {error.strerror}") from None
            content = read_archive(data, str(path))
            if isinstance(content, ArchivedProfile):
                import_profile(record, content)
            elif import_session(record, content, str(path)):
                added += 1
            else:
                known += 1
    key = "record.import.with_known" if known else "record.import.done"
    click.echo(call_texts().get(key, sessions=Message.of("record.sessions", n=added), known=known), err=True)


def _files(paths: Sequence[Path]) -> list[Path]:
    files = [file for path in paths for file in (sorted(path.glob("*.json")) if path.is_dir() else [path])]
    if not files:
        raise InputError("expected files that `formcheck export --format json` wrote, got a folder without any")
    return files
