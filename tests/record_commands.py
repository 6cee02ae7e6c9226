"""A set to be kept by the commands of the record."""

from __future__ import annotations

import re
from datetime import datetime

WHEN = datetime(2026, 3, 2, 18, 30).astimezone()


def saved(run, track, *options: str) -> str:
    code, _, err = run("analyze", str(track), "--save", *options)
    assert code == 0, err
    return re.search(r"session ([0-9a-f]{8})", err).group(1)
