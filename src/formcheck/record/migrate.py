"""Brings a record to the newest schema: a copy first, then its migrations in one transaction; then its series."""

from __future__ import annotations

import hashlib
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import text

from formcheck.errors import FormcheckError, StoreError
from formcheck.extras import Extra, installed
from formcheck.files import private_folder, replacing, write_whole
from formcheck.record.storage_errors import storage_errors

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from formcheck.record.store import Store

# The statements that lead from each revision of the schema to the next, in the order in which they were made.
_MIGRATIONS = {path.name[:4]: path for path in sorted((Path(__file__).parent / "migrations").glob("*.sql"))}
REVISIONS = tuple(_MIGRATIONS)
# The columns that are derived from the documents are those of this revision or a later one.
_DERIVED_SINCE = "0006"
BACKUPS = "backups"


def is_newest(connection: Connection, path: Path) -> bool:
    """Tell whether the record has the newest schema.

    Raises
    ------
    StoreError
        The record was made by a newer formcheck, or the file is some other database.
    """
    return _revision(connection, path) == REVISIONS[-1]


def upgrade(connection: Connection, path: Path) -> None:
    """Bring the record to the newest schema, inside the caller's transaction, which must hold the write lock."""
    revision = _revision(connection, path)
    if revision == REVISIONS[-1]:
        return
    if revision is not None:
        _back_up(path, revision)
    for later in REVISIONS if revision is None else REVISIONS[REVISIONS.index(revision) + 1 :]:
        for statement in _MIGRATIONS[later].read_text(encoding="utf-8").split(";\n"):
            if statement.strip():
                connection.exec_driver_sql(statement)
    connection.execute(text("DELETE FROM alembic_version"))
    connection.execute(text("INSERT INTO alembic_version VALUES (:revision)"), {"revision": REVISIONS[-1]})
    if revision is not None and revision < _DERIVED_SINCE:
        # The statistics take a while to load, and most starts have nothing to migrate.
        from formcheck.record.results import derive_again

        derive_again(connection)


def _revision(connection: Connection, path: Path) -> str | None:
    """Return the schema's revision; None for an empty file."""
    tables = set(connection.execute(text("SELECT name FROM sqlite_master WHERE type = 'table'")).scalars())
    if not tables:
        return None
    if not {"alembic_version", "session"} <= tables:
        raise StoreError(
            f"{path}: expected a practice record of formcheck, got another database; name another folder with --store"
        )
    revision = str(connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one())
    if revision not in REVISIONS:
        raise StoreError(
            f"{path}: expected a record of schema {REVISIONS[-1]} or older, got {revision}, made by a newer formcheck; "
            "update formcheck, or name another folder with --store"
        )
    return revision


def _back_up(path: Path, revision: str) -> None:
    """Copy the record as it stands, readable by its owner only, under a name that says which schema it has."""
    folder = private_folder(path.parent / BACKUPS)
    copy = folder / f"{path.stem}-{revision}-{datetime.now(UTC):%Y%m%dT%H%M%SZ}.db"
    with replacing(copy) as part, closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(part)) as target:
        source.backup(target)


def convert_former_series(store: Store) -> None:
    """Write the series that earlier versions stored as Parquet anew, if what reads them is installed.

    Each is a transaction of its own, so that this may be interrupted and keeps nobody waiting. A series that cannot be
    read stays as it is; whoever asks for it is told.
    """
    if not any(store.series_folder.glob("*.parquet")) or not installed(Extra.RESEARCH):
        return
    from formcheck.record.save import new_series_name
    from formcheck.record.series import read_series, series_bytes

    with store.reading() as connection:
        found = text("SELECT id, series_file, series_sha256 FROM result WHERE series_file LIKE '%.parquet'")
        former = connection.execute(found).all()
    change = text("UPDATE result SET series_file = :file, series_sha256 = :sha256 WHERE id = :id")
    for result_id, name, sha256 in former:
        try:
            data = series_bytes(read_series(store.series_path(name), sha256=sha256))
        except FormcheckError:
            continue
        row = {"id": result_id, "file": new_series_name(), "sha256": hashlib.sha256(data).hexdigest()}
        with storage_errors(store.folder):
            write_whole(store.series_path(row["file"]), data)
            with store.writing() as connection:
                connection.execute(change, row)
            (store.series_path(name)).unlink(missing_ok=True)
