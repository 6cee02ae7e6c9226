"""When a clip was filmed: by the camera, by the file's creation, or by the date of the file, in this order."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple

import av.error

from formcheck.errors import InputError
from formcheck.video.admission import open_container

# QuickTime counts from 1904 and Unix from 1970: a camera whose clock was never set writes one of the two.
_CLOCK_WAS_SET = datetime(1990, 1, 1, tzinfo=UTC)


# What cameras write, in the time zone of where they were. An export keeps it, and gets a creation time of its own.
_BY_CAMERA = ("com.apple.quicktime.creationdate", "date_recorded")
_OF_FILE = "creation_time"


class TimeSource(StrEnum):
    """Who says when a clip was filmed."""

    CAMERA = "camera"
    CREATION = "creation"
    FILE = "file"


class FilmingTime(NamedTuple):
    """When a clip was filmed, and who says so."""

    moment: datetime
    source: TimeSource


def filming_time(path: Path) -> FilmingTime:
    """Return when a clip was filmed.

    It is in the time zone that the camera names, so that the day is that of the person; else in this machine's. Where
    the clip does not tell, and for a saved track, it is when the file was last written.
    """
    stated = _stated(path)
    if stated is not None:
        return stated
    return FilmingTime(datetime.fromtimestamp(path.stat().st_mtime, tz=UTC).astimezone(), TimeSource.FILE)


def filmed_at(path: Path) -> datetime:
    """Return the moment of `filming_time`."""
    return filming_time(path).moment


def stated_at(path: Path) -> datetime | None:
    """Return when the clip itself says that it was filmed; None when it does not."""
    stated = _stated(path)
    return stated.moment if stated is not None else None


def _stated(path: Path) -> FilmingTime | None:
    try:
        with open_container(path) as container:
            tags = [dict(container.metadata), *(dict(stream.metadata) for stream in container.streams.video)]
    except (InputError, av.error.FFmpegError, OSError):
        return None
    return next((FilmingTime(moment, source) for source in TimeSource for moment in _moments(tags, source)), None)


def _moments(tags: list[dict[str, str]], source: TimeSource) -> Iterator[datetime]:
    """Times of one source that can be believed, the best first."""
    keys = {TimeSource.CAMERA: _BY_CAMERA, TimeSource.CREATION: (_OF_FILE,), TimeSource.FILE: ()}[source]
    for key in keys:
        for of_part in tags:
            moment = _moment(_lowered(of_part).get(key, ""))
            if moment is not None:
                yield moment


def _lowered(tags: Mapping[str, str]) -> dict[str, str]:
    # Matroska writes keys in capitals.
    return {key.lower(): value for key, value in tags.items()}


def _moment(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text.strip())
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=UTC)
        if moment.tzinfo is UTC or text.strip().endswith("Z"):
            moment = moment.astimezone()
        # A date alone is the day of an album, not a time.
        return moment if len(text) > len("2026-10-24") and _CLOCK_WAS_SET < moment < datetime.now(UTC) else None
    except (ValueError, OverflowError):
        return None
