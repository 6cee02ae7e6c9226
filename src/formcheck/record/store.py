"""Where the record is, and how it is opened: one SQLite file, and a folder of series beside it."""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import platformdirs
from sqlalchemy import Connection, Engine, NullPool, create_engine, event

from formcheck.errors import StoreError
from formcheck.files import inside, open_private, private_folder
from formcheck.record.migrate import convert_former_series, is_newest, upgrade
from formcheck.record.storage_errors import (
    FILE,
    busy_error,
    damage_error,
    database_errors,
    is_full,
    locks_work,
    share_error,
    storage_errors,
)

SERIES = "series"
# What to do about a record without a set; also said by whoever finds it empty.
FIRST_SET = "practise with `formcheck live`, or save a set with `formcheck analyze CLIP --save`"
ENVIRONMENT = "FORMCHECK_STORE"

# Writers wait for each other this long; one write takes milliseconds.
_BUSY_TIMEOUT_S = 30.0
# By then another writer is done, or there is something wrong with the locks.
_FIRST_TIMEOUT_S = 0.2
# Erasing must wait until nobody reads; whoever erases sits there and waits too.
_VACUUM_TIMEOUT_S = 5.0


@dataclass(frozen=True, slots=True)
class Store:
    """An open record. Close it, or use `open_store` as a context."""

    folder: Path
    engine: Engine
    writable: bool

    @property
    def path(self) -> Path:
        return self.folder / FILE

    @property
    def series_folder(self) -> Path:
        return self.folder / SERIES

    def series_path(self, name: str) -> Path:
        """Return the path of a series by the name that the record gives, which may have been tampered with.

        Raises
        ------
        StoreError
            The name leads out of the folder of series.
        """
        try:
            return inside(self.series_folder, name)
        except ValueError as error:
            raise StoreError(f"{self.folder}: {error}; the record was changed by another program") from None

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """One consistent view of the record."""
        with database_errors(self.folder), self.engine.begin() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """One transaction: all of it is saved, or nothing."""
        if not self.writable:
            raise StoreError(f"{self.folder}: the record may not be written; name another folder with --store")
        with database_errors(self.folder), _immediate(self.engine) as connection:
            yield connection


def default_folder() -> Path:
    """Return the folder of the record: ``FORMCHECK_STORE``, or the platform's place for a user's data."""
    chosen = os.environ.get(ENVIRONMENT)
    return Path(chosen) if chosen else Path(platformdirs.user_data_dir("formcheck", appauthor=False))


@contextmanager
def open_store(folder: Path | None = None, *, write: bool = True) -> Iterator[Store]:
    """Open the record, bring it to the newest schema if need be, and close it at the end.

    Parameters
    ----------
    folder : Path, optional
        Where it is; default: `default_folder`. Made, for its owner alone, when ``write`` and not there.
    write : bool
        False to read only: then a record that may not be written, or lies on a full disk, is opened too.

    Raises
    ------
    StoreError
        It cannot be opened, is damaged (then a copy was made), or was written by a newer formcheck.
    """
    folder = folder if folder is not None else default_folder()
    with storage_errors(folder):
        path = folder / FILE
        writable = _prepare(folder, path, write=write)
    if not write and writable and is_full(folder):
        writable = False
    engine = _engine(path, writable=writable)
    try:
        with storage_errors(folder):
            if writable:
                _check_locks(path)
            _check(engine, path, thorough=write)
            _bring_up_to_date(engine, path, writable=writable)
        store = Store(folder, engine, writable)
        if write:
            convert_former_series(store)
        yield store
    finally:
        engine.dispose()


def exists(folder: Path | None = None) -> bool:
    """Tell whether there is a record."""
    return ((folder if folder is not None else default_folder()) / FILE).exists()


def _prepare(folder: Path, path: Path, *, write: bool) -> bool:
    """Make what is missing, readable by its owner only; return whether the record may be written."""
    if not path.exists():
        if not write:
            raise StoreError(
                f"{folder}: expected a practice record, but there is none yet; {FIRST_SET}, or name another folder "
                "with --store"
            )
        private_folder(folder)
        # SQLite gives its side files the permissions of the main one.
        open_private(path, "ab").close()
    writable = os.access(path, os.W_OK) and os.access(folder, os.W_OK)
    if write and not writable:
        raise StoreError(f"{folder}: the record may not be written; name another folder with --store")
    if write:
        private_folder(folder / SERIES)
    if path.stat().st_size == 0 and any((folder / SERIES).glob("*")):
        raise damage_error(folder, "it is empty, but series of sessions lie beside it")
    return writable


def _engine(path: Path, *, writable: bool) -> Engine:
    def connect() -> sqlite3.Connection:
        address = f"file:{_quoted(path)}"
        # A record at rest is one file; where its side files cannot be made it can only be read as unchanging.
        at_rest = not writable and _size(path.with_name(f"{FILE}-wal")) == 0
        if not writable and (at_rest or not os.access(path, os.W_OK)):
            address += "?mode=ro" + ("&immutable=1" if at_rest else "")
        connection = sqlite3.connect(address, uri=True, timeout=_BUSY_TIMEOUT_S, isolation_level=None)
        if not writable and not at_rest:
            # Memory of this process alone, for which nothing is written.
            connection.execute("PRAGMA locking_mode=EXCLUSIVE")
        # A saved set must outlive a power cut (FULL), an erased one must not stay in free pages (secure_delete).
        for pragma in ("foreign_keys=ON", "synchronous=FULL", "secure_delete=ON"):
            connection.execute(f"PRAGMA {pragma}")
        return connection

    engine = create_engine("sqlite://", creator=connect, poolclass=NullPool)

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        immediate = connection.get_execution_options().get("immediate", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")

    return engine


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0


def _quoted(path: Path) -> str:
    return path.absolute().as_uri().removeprefix("file:")


@contextmanager
def _immediate(engine: Engine) -> Iterator[Connection]:
    with engine.connect().execution_options(immediate=True) as connection, connection.begin():
        yield connection


def _check_locks(path: Path) -> None:
    """Notice a share without locks, where SQLite would wait for as long as for another program."""
    with closing(sqlite3.connect(f"file:{_quoted(path)}", uri=True, timeout=_FIRST_TIMEOUT_S)) as connection:
        try:
            connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        except sqlite3.OperationalError as error:
            if error.sqlite_errorname.startswith("SQLITE_BUSY"):
                if not locks_work(path.parent):
                    raise share_error(path.parent) from None
                return
            raise


def _check(engine: Engine, path: Path, *, thorough: bool) -> None:
    """Notice damage before anything is written to the file."""
    with engine.connect() as connection:
        if thorough:
            answer = connection.exec_driver_sql("PRAGMA quick_check(1)").scalar_one()
            if answer != "ok":
                raise damage_error(path.parent, str(answer).splitlines()[-1])
        else:
            connection.exec_driver_sql("SELECT count(*) FROM sqlite_master")


def _bring_up_to_date(engine: Engine, path: Path, *, writable: bool) -> None:
    with engine.begin() as connection:
        newest = is_newest(connection, path)
    if newest:
        return
    if not writable:
        raise StoreError(
            f"{path.parent}: the record has an older schema and may not be written, so it cannot be brought up to "
            "date; copy the folder to where it may, and name that with --store"
        )
    _use_wal(engine)
    with _immediate(engine) as connection:
        upgrade(connection, path)


def _use_wal(engine: Engine) -> None:
    """Switch to write-ahead logging, so that a reader never waits for a writer; the file remembers it."""
    give_up_at = time.monotonic() + _BUSY_TIMEOUT_S
    while True:
        try:
            with engine.connect() as connection:
                # Outside a transaction: SQLite refuses the switch within one.
                _raw(connection).execute("PRAGMA journal_mode=WAL")
                return
        except sqlite3.OperationalError as error:
            # Two first starts at once: SQLite does not wait for the lock that this switch needs.
            if error.sqlite_errorname != "SQLITE_BUSY" or time.monotonic() > give_up_at:
                raise
            time.sleep(0.02)


def _raw(connection: Connection) -> sqlite3.Connection:
    """Return SQLite's own connection, for what cannot be done inside a transaction."""
    return cast("sqlite3.Connection", connection.connection.driver_connection)


def vacuum(store: Store) -> None:
    """Write the file anew without free pages, and empty the write-ahead log."""
    with storage_errors(store.folder), store.engine.connect() as connection:
        raw = _raw(connection)
        raw.execute(f"PRAGMA busy_timeout={round(_VACUUM_TIMEOUT_S * 1000)}")
        raw.execute("VACUUM")
        # Does not fail when a reader holds the log, it only says so.
        (busy, *_) = raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        if busy:
            raise busy_error(store.folder)
