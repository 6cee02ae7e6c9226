"""Files with health data: written whole or not at all, readable by their owner only, one writer at a time."""

from __future__ import annotations

import errno
import os
import shutil
import stat
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from formcheck.errors import FormcheckError, OutputError

if TYPE_CHECKING:
    from filelock import BaseFileLock

# What is being written has a hidden name in the folder of its target, for `remove_stale` to find after a kill.
PART_FILES = ".*.part"
PART_FOLDERS = ".partial-*"
# Nothing that formcheck writes goes without a new byte for so long.
STALE_S = 3600.0

MAX_DOCUMENT_BYTES = 256_000_000
"""No document that formcheck writes comes near: an hour of frames as JSON is a quarter of it."""

_PRIVATE_FILE = 0o600
_PRIVATE_FOLDER = 0o700
_OTHER_OUT = "choose another with --out"
_NOT_IN_A_NAME = frozenset("/\\:\0")
_DISK_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


class PendingFile:
    """A file that is being written under a hidden name beside its target, for its owner only.

    Exactly one of `commit` and `discard` ends it; `replacing` does so for a block.

    Parameters
    ----------
    target : Path
        Its folder must exist.

    Raises
    ------
    OSError
        From any method: missing folder, no permission, full disk.
    """

    def __init__(self, target: Path) -> None:
        if target.is_dir():
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(target))
        handle, part = tempfile.mkstemp(prefix=".", suffix=".part", dir=target.parent)
        os.close(handle)
        self.target = target
        self.path = Path(part)

    def commit(self) -> None:
        """Give the file its name, in place of what had it before."""
        move_into_place(self.path, self.target)

    def discard(self) -> None:
        """Remove the file; what has the target's name stays."""
        self.path.unlink(missing_ok=True)


@contextmanager
def replacing(target: Path) -> Iterator[Path]:
    """Yield an empty file beside ``target`` that takes its place when the block ends well, and else vanishes."""
    pending = PendingFile(target)
    try:
        yield pending.path
        pending.commit()
    except BaseException:
        pending.discard()
        raise


def write_whole(target: Path, content: bytes | str) -> None:
    """Write a file so that it appears complete or not at all, outlives a power cut, and is its owner's only.

    Parameters
    ----------
    target : Path
        Replaced if it is there; its folder must exist.
    content : bytes or str
        Text is written as UTF-8.
    """
    with replacing(target) as part:
        part.write_bytes(content.encode() if isinstance(content, str) else content)


def move_into_place(part: Path, target: Path) -> None:
    """Rename a complete file over ``target``, in the same folder, so that it outlives a power cut."""
    with part.open("rb+") as file:
        os.fsync(file.fileno())
    part.replace(target)
    _fsync_folder(target.parent)


def _fsync_folder(folder: Path) -> None:
    # Windows has no such call and needs none.
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def filling(folder: Path, *, last: str) -> Iterator[Path]:
    """Yield an empty folder within ``folder``; when the block ends well its files move there, and else vanish.

    Parameters
    ----------
    folder : Path
        Made if it is not there, and removed again if nothing comes into it. Its other files stay as they are.
    last : str
        The file that is moved after all others: who waits for it finds everything else in place.
    """
    made = not folder.exists()
    folder.mkdir(parents=True, exist_ok=True)
    remove_stale(folder, PART_FOLDERS)
    fresh = Path(tempfile.mkdtemp(prefix=PART_FOLDERS.removesuffix("*"), dir=folder))
    try:
        yield fresh
        for path in sorted(fresh.iterdir(), key=lambda path: path.name == last):
            path.chmod(_PRIVATE_FILE)
            move_into_place(path, folder / path.name)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
        if made:
            with suppress(OSError):
                folder.rmdir()


def final_path(path: Path) -> Path:
    """Return where a file that is written within `filling` will be, for its user; any other path as it is."""
    return path.parent.parent / path.name if path.parent.match(PART_FOLDERS) else path


def remove_stale(folder: Path, pattern: str, *, older_than_s: float = STALE_S) -> None:
    """Remove files and folders that killed processes left half written.

    Parameters
    ----------
    folder : Path
    pattern : str
        As for `Path.glob`; `PART_FILES` and `PART_FOLDERS` are what this module makes.
    older_than_s : float
        Nothing was written to them for so long. 0 when a lock keeps every other writer out.
    """
    for left in folder.glob(pattern):
        if age_s(left) < older_than_s:
            continue
        if left.is_dir():
            shutil.rmtree(left, ignore_errors=True)
        else:
            left.unlink(missing_ok=True)


def age_s(path: Path) -> float:
    """Return how long ago a file, or the newest in a folder, was written; 0 when it is gone."""
    try:
        inside = list(path.iterdir()) if path.is_dir() else []
        return time.time() - max(each.stat().st_mtime for each in (path, *inside))
    except FileNotFoundError:
        return 0.0


def what_else(mode: int) -> str | None:
    """Return what something is that is neither a regular file nor a folder, from its ``st_mode``; None if it is one."""
    if stat.S_ISREG(mode) or stat.S_ISDIR(mode):
        return None
    return "a pipe" if stat.S_ISFIFO(mode) else "a socket" if stat.S_ISSOCK(mode) else "a device"


def check_regular(path: Path) -> None:
    """Make sure that a path is a regular file, before anything opens it: opening a pipe may wait for ever.

    Raises
    ------
    OSError
        It is a pipe, a socket, a device or a folder, or there is none.
    """
    mode = path.stat().st_mode
    if stat.S_ISDIR(mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
    if (what := what_else(mode)) is not None:
        raise OSError(errno.EINVAL, f"{what}, not a file", str(path))


def read_limited(path: Path, *, limit: int = MAX_DOCUMENT_BYTES) -> bytes:
    """Return the bytes of a regular file of at most ``limit`` bytes.

    Raises
    ------
    OSError
        It is none, larger, or cannot be read.
    """
    check_regular(path)
    with path.open("rb") as file:
        data = file.read(limit + 1)
    if len(data) > limit:
        raise OSError(errno.EINVAL, f"larger than {limit / 1e6:g} MB", str(path))
    return data


def inside(folder: Path, name: str) -> Path:
    """Return the path of a file in a folder by a name from outside: never one of another folder.

    Raises
    ------
    ValueError
        The name is not that of a file in the folder, or leads out of it.
    """
    path = folder / name
    plain = name not in {"", ".", ".."} and not _NOT_IN_A_NAME.intersection(name)
    if not plain or path.resolve().parent != folder.resolve():
        raise ValueError(f"expected the name of a file in {folder.name}, got {name[:80]!r}")
    return path


FileVersion = tuple[int, int]


def file_version(path: Path) -> FileVersion | None:
    """Return a value that changes when a file does; None when it is not there."""
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size


def private_folder(folder: Path) -> Path:
    """Make a folder for its owner only, unless it is there, and return it."""
    folder.mkdir(mode=_PRIVATE_FOLDER, parents=True, exist_ok=True)
    return folder


def open_private(path: Path, mode: str) -> IO[Any]:
    """Open a file, for its owner only if it is new, in any mode of `open`; text is UTF-8 with line ends as written."""
    text = "b" not in mode
    return open(
        path,
        mode,
        opener=lambda name, flags: os.open(name, flags, _PRIVATE_FILE),
        encoding="utf-8" if text else None,
        newline="" if text else None,
    )


def acquire_lock(path: Path, *, timeout_s: float = 0.0) -> BaseFileLock | None:
    """Take the lock ``path`` for this process; None when another holder did not let go of it in time.

    The system releases it when the process ends, however it ends. The file stays: without it two processes could
    hold locks of one name.
    """
    import filelock  # noqa: PLC0415 - half of the programs never lock anything

    lock = filelock.FileLock(path, timeout=timeout_s, mode=_PRIVATE_FILE, thread_local=False)
    try:
        lock.acquire()
    except filelock.Timeout:
        return None
    return lock


@contextmanager
def locked(
    path: Path, *, refusal: FormcheckError, timeout_s: float = 0.0, shown: str | None = None, remedy: str = _OTHER_OUT
) -> Iterator[None]:
    """Hold a lock while the block runs.

    Parameters
    ----------
    path : Path
        Its folder is made if it is not there.
    refusal : FormcheckError
        Raised when another holder does not let go of it in time.
    timeout_s : float
    shown, remedy : str, optional
        For the error when the folder may not be written: what the user calls it (default: its path), and what to do.

    Raises
    ------
    OutputError
        The folder may not be written.
    """
    with explained(shown or path.parent, remedy=remedy):
        private_folder(path.parent)
        lock = acquire_lock(path, timeout_s=timeout_s)
    if lock is None:
        raise refusal
    try:
        yield
    finally:
        lock.release()


def disk_is_full(error: OSError) -> bool:
    """Tell whether a write failed for want of space."""
    return error.errno in _DISK_FULL


@contextmanager
def explained(folder: Path | str, *, remedy: str = _OTHER_OUT) -> Iterator[None]:
    """Turn an OSError of the block into an `OutputError` of one line.

    Parameters
    ----------
    folder : Path or str
        As the user knows it.
    remedy : str
        What to do about it.
    """
    try:
        yield
    except OSError as error:
        if disk_is_full(error):
            raise OutputError(f"{folder}: the disk is full; free some space, or {remedy}") from None
        raise OutputError(
            f"{folder}: expected a folder that can be written to, got: {error.strerror or error}; {remedy}"
        ) from None
