"""What can go wrong with the record, each in one line that says what to do."""

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
def explained(folder: Path) -> Iterator[None]:
    """Turn what goes wrong with the record's files into one line that says what to do."""
    try:
        with sql_explained(folder):
            yield
    except OSError as error:
        if disk_is_full(error):
            raise _full(folder) from None
        raise StoreError(
            f"{folder}: the record cannot be opened or written ({error.strerror or error}); "
            "name another folder with --store"
        ) from None


@contextmanager
def sql_explained(folder: Path) -> Iterator[None]:
    """Do so for the database alone: the caller's own files are the caller's to explain."""
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
        return damaged(folder, str(error))
    if name.startswith("SQLITE_FULL"):
        return _full(folder)
    if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        return held(folder)
    if name.startswith(("SQLITE_READONLY", "SQLITE_PERM", "SQLITE_CANTOPEN")):
        return StoreError(f"{folder}: the record may not be written ({error}); name another folder with --store")
    if name.startswith("SQLITE_CONSTRAINT"):
        return StoreError(f"{folder}: expected rows that fit the record, got others ({error}); nothing of it was kept")
    return StoreError(f"{folder}: the record could not be read or written ({error}); check that the disk has space")


def held(folder: Path) -> StoreError:
    """Say that somebody else does not let go of the record."""
    return StoreError(f"{folder}: another program has held the record for too long; end it, and do the same again")


def _full(folder: Path) -> StoreError:
    return StoreError(
        f"{folder}: the disk is full, nothing of this was kept; free some space, or name another folder with --store"
    )


def damaged(folder: Path, why: str) -> StoreError:
    """Copy a damaged record aside, once, and say where."""
    path = folder / FILE
    with path.open("rb") as file:
        mark = hashlib.file_digest(file, "sha256").hexdigest()[:12]
    aside = folder / DAMAGED / mark
    kept = f"a copy is in {aside}"
    try:
        if not aside.exists():
            private_folder(aside)
            for path in folder.glob(f"{FILE}*"):
                with replacing(aside / path.name) as copy:
                    shutil.copyfile(path, copy)
    except OSError as error:
        kept = f"no copy could be made of it ({error.strerror})"
    return StoreError(
        f"{path}: the record is damaged ({why}); {kept}; nothing was written to it: put a backup in its place, "
        "or name another folder with --store"
    )
