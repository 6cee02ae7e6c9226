"""When a clip was recorded, as the camera says."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import av.error

from formcheck.errors import InputError
from formcheck.video.admission import open_container

# QuickTime counts from 1904 and Unix from 1970: a camera whose clock was never set writes one of the two.
_CLOCK_WAS_SET = datetime(1990, 1, 1, tzinfo=UTC)


def filmed_at(path: Path) -> datetime:
    """Return when a clip was filmed, in this machine's time zone.

    That is what the camera wrote into the file; without it (and for a saved track), when the file was last written.
    """
    stated = stated_at(path)
    moment = stated if stated is not None else datetime.fromtimestamp(path.stat().st_mtime, tz=UTC)
    return moment.astimezone()


def stated_at(path: Path) -> datetime | None:
    """Return when the camera says that a clip was filmed; None when it does not."""
    try:
        with open_container(path) as container:
            text = container.metadata.get("creation_time", "")
        moment = datetime.fromisoformat(text)
    except (InputError, av.error.FFmpegError, OSError, ValueError, OverflowError):
        return None
    moment = moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
    return moment if _CLOCK_WAS_SET < moment < datetime.now(UTC) else None
