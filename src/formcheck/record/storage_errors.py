"""What can go wrong with the files of the record, each in one line that says what to do."""

from __future__ import annotations

import hashlib
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy.exc import DatabaseError

from formcheck.errors import StoreError
from formcheck.files import disk_is_full, private_folder, replacing

FILE = "record.db"
DAMAGED = "damaged"


@contextmanager
def storage_errors(folder: Path) -> Iterator[None]:
    """Turn OSError and errors of SQLite into a `StoreError` of one line that says what to do."""
    try:
        with database_errors(folder):
            yield
    except OSError as error:
        if disk_is_full(error):
            raise _disk_full_error(folder) from None
        raise StoreError(
            f"{folder}: the record cannot be opened or written ({error.strerror or error}); "
            "name another folder with --store"
        ) from None


@contextmanager
def database_errors(folder: Path) -> Iterator[None]:
    """Do so for errors of SQLite alone, where other files are the caller's."""
    try:
        yield
    except DatabaseError as error:
        if not isinstance(error.orig, sqlite3.Error):
            raise
        raise _store_error(folder, error.orig) from None
    except sqlite3.Error as error:
        raise _store_error(folder, error) from None


def _store_error(folder: Path, error: sqlite3.Error) -> StoreError:
    name = getattr(error, "sqlite_errorname", "")
    if name.startswith(("SQLITE_CORRUPT", "SQLITE_NOTADB")):
        return damage_error(folder, str(error))
    if name.startswith("SQLITE_FULL"):
        return _disk_full_error(folder)
    if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        return busy_error(folder)
    if name.startswith(("SQLITE_READONLY", "SQLITE_PERM", "SQLITE_CANTOPEN")):
        return StoreError(f"{folder}: the record may not be written ({error}); name another folder with --store")
    if name.startswith("SQLITE_CONSTRAINT"):
        return StoreError(f"{folder}: expected rows that fit the record, got others ({error}); nothing of it was saved")
    return StoreError(f"{folder}: the record could not be read or written ({error}); check that the disk has space")


def busy_error(folder: Path) -> StoreError:
    """Return the error for a record that another program has locked."""
    return StoreError(
        f"{folder}: another program has locked the record for too long; end it, and run the same command again"
    )


def _disk_full_error(folder: Path) -> StoreError:
    return StoreError(
        f"{folder}: the disk is full, nothing of this was saved; free some space, or name another folder with --store"
    )


def damage_error(folder: Path, why: str) -> StoreError:
    """Copy a damaged record into a folder of its own, once, and return the error that says where."""
    path = folder / FILE
    with path.open("rb") as file:
        checksum = hashlib.file_digest(file, "sha256").hexdigest()[:12]
    aside = folder / DAMAGED / checksum
    copied = f"a copy is in {aside}"
    try:
        if not aside.exists():
            private_folder(aside)
            for path in folder.glob(f"{FILE}*"):
                with replacing(aside / path.name) as copy:
                    shutil.copyfile(path, copy)
    except OSError as error:
        copied = f"no copy could be made of it ({error.strerror})"
    return StoreError(
        f"{path}: the record is damaged ({why}); {copied}; nothing was written to it: put a backup in its place, "
        "or name another folder with --store"
    )
