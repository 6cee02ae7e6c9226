"""Clips that a person chose to keep with a session: a copy, its report and the annotated clip, in a folder of its own.

The record works without them. They show the person, so they are made only when asked for, and go with their session.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from formcheck.errors import StoreError
from formcheck.files import filling, inside
from formcheck.record.storage_errors import storage_errors
from formcheck.record.store import Store

VIDEOS = "videos"
_CLIP = "clip"


def video_folder(store: Store, uid: str) -> Path:
    """Return the folder of a session's video, which need not be there.

    Raises
    ------
    StoreError
        The id leads out of the folder of videos.
    """
    try:
        return inside(store.folder / VIDEOS, uid)
    except ValueError as error:
        raise StoreError(f"{store.folder}: {error}; the record was changed by another program") from None


def keep_video(store: Store, uid: str, clip: Path, report: Path, *more: Path) -> None:
    """Keep copies of a clip, of its report and of ``more`` that the report shows, in place of those that are there.

    Raises
    ------
    StoreError
        They could not be written; then what was there stays.
    """
    with storage_errors(store.folder), filling(video_folder(store, uid), last=report.name) as fresh:
        shutil.copyfile(clip, fresh / f"{_CLIP}{clip.suffix.lower()}")
        for path in (report, *more):
            shutil.copyfile(path, fresh / path.name)


def kept_clips(store: Store) -> dict[str, Path]:
    """Return the kept clips by session."""
    return {path.parent.name: path for path in (store.folder / VIDEOS).glob(f"*/{_CLIP}.*")}
