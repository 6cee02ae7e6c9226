"""``formcheck export``: take sessions out of the practice record."""

from __future__ import annotations

from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

import click

from formcheck.cli.record_options import chosen_profile, full_ids, profile_option, store_option
from formcheck.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from sqlalchemy import Connection

    from formcheck.record.store import Store

    # Yields the name of each file and what is in it, one at a time: a record may be larger than memory.
    Export = Callable[[Store, Connection, Sequence[str]], Iterator[tuple[str, bytes]]]

FORMATS = ("csv", "parquet", "json", "fhir", "opensim", "pdf")


@click.command(name="export")
@click.argument("sessions", nargs=-1, metavar="[ID...]")
@click.option("--all", "everything", is_flag=True, help="Every session of the profile.")
@click.option("--format", "kind", type=click.Choice(FORMATS), required=True, help="What to write.")
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    required=True,
    metavar="DIR",
    help="Folder for the files.",
)
@profile_option
@store_option
def command(
    sessions: tuple[str, ...], *, everything: bool, kind: str, out: Path, profile: str | None, store: Path | None
) -> None:
    """Take sessions out of the practice record.

    \b
    csv      tables of sessions, reps, findings, notes, corrections; one of frames a session
    parquet  the same tables, and the frames with every point
    json     everything that is kept, for 'formcheck import'
    fhir     one FHIR R4B Bundle a session, for clinical systems
    opensim  angles as .mot and points as .trc
    pdf      the report, to print or to send (needs Chromium, Chrome or Edge)

    docs/record.md describes every column and code.

    \b
    Examples:
      formcheck export --all --format csv --out practice
      formcheck export 3f9a b210 --format pdf --out reports
    """
    if bool(sessions) == everything:
        raise UsageError("expected the ids of sessions or --all, and only one of the two")
    from formcheck.record.profiles import profile_key
    from formcheck.record.read import sessions as read_sessions
    from formcheck.record.store import open_store

    with open_store(store, write=False) as record, record.reading() as connection:
        if everything:
            code = chosen_profile(connection, profile)
            lines = read_sessions(connection, profile_id=profile_key(connection, code))
            uids, whole = [line.uid for line in lines], code
        else:
            uids, whole = full_ids(connection, sessions), None
        files = _EXPORTS[kind](record, connection, uids)
        if kind == "json" and whole is not None:
            files = chain(files, _profile_json(connection, whole))
        count = _write(out, files)
    click.echo(f"{len(uids)} session(s) in {count} file(s): {out}", err=True)
    if kind == "fhir":
        click.echo("Each bundle ends with an OperationOutcome that says what could not be coded.", err=True)


def _write(out: Path, files: Iterator[tuple[str, bytes]]) -> int:
    """Write files that appear whole, each for its owner only."""
    from formcheck.files import explained, private_folder, write_whole

    count = 0
    with explained(out):
        for name, data in files:
            private_folder((out / name).parent)
            write_whole(out / name, data)
            count += 1
    return count


def _csv(record: Store, connection: Connection, uids: Sequence[str]) -> Iterator[tuple[str, bytes]]:
    from formcheck.record.rebuild import kept_series
    from formcheck.record.tidy import COLUMNS, csv_text, series_csv, tables

    for name, rows in tables(connection, uids):
        yield f"{name}.csv", csv_text(COLUMNS[name], rows)
    for uid in uids:
        yield f"frames/{uid}.csv", series_csv(kept_series(record, connection, uid))


def _parquet(record: Store, connection: Connection, uids: Sequence[str]) -> Iterator[tuple[str, bytes]]:
    from formcheck.record.rebuild import kept_series
    from formcheck.record.series import to_parquet
    from formcheck.record.tidy import COLUMNS, parquet_bytes, tables

    for name, rows in tables(connection, uids):
        yield f"{name}.parquet", parquet_bytes(COLUMNS[name], rows)
    for uid in uids:
        yield f"frames/{uid}.parquet", to_parquet(kept_series(record, connection, uid))


def _json(record: Store, connection: Connection, uids: Sequence[str]) -> Iterator[tuple[str, bytes]]:
    from formcheck.record.portable import session_json

    for uid in uids:
        yield f"{uid}.json", session_json(record, connection, uid)


def _profile_json(connection: Connection, code: str) -> Iterator[tuple[str, bytes]]:
    from formcheck.record.portable import profile_json

    yield f"profile-{code}.json", profile_json(connection, code)


def _fhir(_record: Store, connection: Connection, uids: Sequence[str]) -> Iterator[tuple[str, bytes]]:
    from formcheck.record.fhir import bundle_text, session_bundle
    from formcheck.record.read import sessions

    for line in sessions(connection, uids=uids):
        yield f"{line.uid}.fhir.json", bundle_text(session_bundle(line)).encode()


def _opensim(record: Store, connection: Connection, uids: Sequence[str]) -> Iterator[tuple[str, bytes]]:
    from formcheck.record.opensim import mot_text, trc_text
    from formcheck.record.read import sessions
    from formcheck.record.rebuild import kept_series
    from formcheck.types import Side

    for line in sessions(connection, uids=uids):
        series = kept_series(record, connection, line.uid)
        yield f"{line.uid}.trc", trc_text(series, name=f"{line.uid}.trc").encode()
        if line.side is not None:
            yield f"{line.uid}.mot", mot_text(series, Side(line.side), name=line.uid).encode()


def _pdf(record: Store, connection: Connection, uids: Sequence[str]) -> Iterator[tuple[str, bytes]]:
    from formcheck.record.rebuild import kept_report
    from formcheck.report.pdf import print_pdf

    for uid in uids:
        yield f"{uid}.pdf", print_pdf(kept_report(record, connection, uid))


_EXPORTS: dict[str, Export] = {
    "csv": _csv,
    "parquet": _parquet,
    "json": _json,
    "fhir": _fhir,
    "opensim": _opensim,
    "pdf": _pdf,
}
