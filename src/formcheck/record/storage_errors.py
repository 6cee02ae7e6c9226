"""What can go wrong with the files of the record, each in one line that says what to do."""

from __future__ import annotations

import errno
import hashlib
import shutil
import sqlite3
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy.exc import DatabaseError

from formcheck.errors import StoreError
from formcheck.files import disk_is_full, private_folder, replacing

if sys.platform != "win32":
    import fcntl

# Names of SQLite's errors where locks, or memory that processes share, are missing.
_OF_SHARES = (
    "SQLITE_IOERR_SHM", "SQLITE_IOERR_LOCK", "SQLITE_IOERR_UNLOCK", "SQLITE_IOERR_RDLOCK", "SQLITE_IOERR_CHECKRESERVED",
    "SQLITE_PROTOCOL", "SQLITE_NOLFS",
)  # fmt: skip
_NO_LOCKS = {errno.ENOLCK, errno.ENOSYS, errno.EINVAL, errno.EOPNOTSUPP, errno.EIO}
# What SQLite needs to read a record that others may write.
_LEAST_BYTES = 64 * 1024
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
    # Without room SQLite cannot make the memory that its processes share, nor always say that this is why.
    if name.startswith("SQLITE_FULL") or (name.startswith("SQLITE_IOERR") and is_full(folder)):
        return _disk_full_error(folder)
    if name.startswith(_OF_SHARES):
        return share_error(folder)
    if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        return busy_error(folder)
    if name.startswith(("SQLITE_READONLY", "SQLITE_PERM", "SQLITE_CANTOPEN")):
        said = f"the record may not be written ({error}); name another folder with --store"
    elif name.startswith("SQLITE_CONSTRAINT"):
        said = f"expected rows that fit the record, got others ({error}); nothing of it was saved"
    else:
        said = (
            f"the record could not be read or written ({error}); check the disk or the connection to it, or name "
            "another folder with --store"
        )
    return StoreError(f"{folder}: {said}")


def share_error(folder: Path) -> StoreError:
    """Return the error for a folder in which programs cannot share a database."""
    return StoreError(
        f"{folder}: expected a disk of this machine, got a folder without the locks and shared memory that the record "
        "needs, such as a network share; copy it to a disk here, and name that folder with --store"
    )


def locks_work(folder: Path) -> bool:
    """Whether files in a folder can be locked; true where that cannot be tried. Windows locks on shares too."""
    if sys.platform == "win32":
        return True
    try:
        # Not the record: closing it would end the locks that this process holds on it.
        with tempfile.TemporaryFile(dir=folder) as file:
            fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        return error.errno not in _NO_LOCKS
    return True


def is_full(folder: Path) -> bool:
    """Whether there is no room left on the disk of a folder."""
    try:
        return shutil.disk_usage(folder).free < _LEAST_BYTES
    except OSError:
        return False


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
