"""Temporary folders for copies of clips, of which none outlives the next start."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from formcheck.files import acquire_lock, age_s

_IN_USE = ".in-use"
_BEING_MADE_S = 60.0


@contextmanager
def temporary_folder(kind: str) -> Iterator[Path]:
    """Yield a private temporary folder, and remove it at the end; first remove those of processes that were killed.

    Parameters
    ----------
    kind : str
        Part of the folders' names. What they hold may show a patient, so none outlives the next start.
    """
    prefix = f"formcheck-{kind}-"
    for left in Path(tempfile.gettempdir()).glob(f"{prefix}*"):
        lock_file = left / _IN_USE
        # Whoever uses a folder holds its lock; without one it is only just being made, or was made long ago.
        if not lock_file.is_file() and age_s(left) < _BEING_MADE_S:
            continue
        with suppress(OSError):
            lock = acquire_lock(lock_file)
            if lock is not None:
                lock.release()
                shutil.rmtree(left, ignore_errors=True)
    with tempfile.TemporaryDirectory(prefix=prefix, ignore_cleanup_errors=True) as name:
        held = acquire_lock(Path(name) / _IN_USE)
        try:
            yield Path(name)
        finally:
            if held is not None:
                held.release()
