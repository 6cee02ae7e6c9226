"""Folders that live practice leaves inside the record's folder, one for each set: report, landmarks, what was said."""

from __future__ import annotations

from pathlib import Path

from formcheck.files import acquire_lock, inside, read_limited
from formcheck.parsing import parse_json_object
from formcheck.record.store import Store

SESSIONS = "sessions"
# In each folder: what was practised, written last, and the lock of the process that is at work on it.
PRACTICE, LOCK = "practice.json", "lock"


def live_folders(store: Store) -> dict[Path, str | None]:
    """Return every folder with the set that it is of; None for one that was not finished, or not saved to the record.

    Links are left out: what they lead to is not inside the record's folder.
    """
    try:
        root = inside(store.folder, SESSIONS)
        names = sorted(path.name for path in root.iterdir() if path.is_dir())
    except (OSError, ValueError):
        return {}
    found: dict[Path, str | None] = {}
    for name in names:
        try:
            folder = inside(root, name)
        except ValueError:
            continue
        found[folder] = _set_of(folder)
    return found


def _set_of(folder: Path) -> str | None:
    try:
        uid = parse_json_object(read_limited(folder / PRACTICE)).get("session")
    except (OSError, ValueError):
        return None
    return uid if isinstance(uid, str) else None


def at_work(folder: Path) -> bool:
    """Whether a process still practises, or finishes, the set of a folder."""
    if not (folder / LOCK).exists():
        return False
    lock = acquire_lock(folder / LOCK)
    if lock is None:
        return True
    lock.release()
    return False
