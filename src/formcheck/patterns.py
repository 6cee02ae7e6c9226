"""Names with ``*``, ``?`` and ``[]``, which not every shell fills in."""

from __future__ import annotations

import os
from glob import escape, glob, has_magic
from pathlib import Path


def is_pattern(name: str) -> bool:
    """Whether a name can stand for several files; one that has a file of its own is that file."""
    return has_magic(name) and not Path(name).exists()


def matching(pattern: str) -> list[Path]:
    """Return the files and folders that a pattern names, in order.

    Folders that exist by the very names in it, with brackets and all, are meant as they are.
    """
    path = Path(pattern)
    known = Path(path.anchor)
    parts = list(path.parts[1:] if path.anchor else path.parts)
    while len(parts) > 1 and (known / parts[0]).is_dir():
        known /= parts.pop(0)
    whole = os.path.join(escape(str(known)), *parts)  # noqa: PTH118 - of a pattern, not of a path
    return sorted(map(Path, glob(whole, recursive=True)))  # noqa: PTH207 - Path.glob takes no absolute pattern
