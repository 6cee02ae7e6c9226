"""Results folders of analyses: where they are, what they say in short, and the whole of one."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

from formcheck.errors import InputError
from formcheck.pose.track_file import load_track
from formcheck.review.analysis import Analysis, AvailableProtocols
from formcheck.review.library import session_entry
from formcheck.session.document import from_document, read_document
from formcheck.session.frames import read_angles_csv

FileVersion = tuple[int, int]


def file_version(path: Path) -> FileVersion | None:
    """Return what changes when a file does; None when it is not there."""
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size


def is_results(path: Path) -> bool:
    """Whether a folder holds what an analysis leaves."""
    return (path / "session.json").is_file() and (path / "track.npz").is_file()


def possible_results_folders(clip: Path) -> tuple[Path, Path]:
    """Return where a clip's results are: under its name, or with the suffix too where another clip has that."""
    return clip.with_name(f"{clip.stem}.formcheck"), clip.with_name(f"{clip.name}.formcheck")


def results_folder_for(clip: Path) -> Path:
    """Return where a clip's results go without writing over those of another clip."""
    first, second = possible_results_folders(clip)
    if not is_results(first):
        return first
    try:
        return first if ResultsFolder(first).overview()["clip"] == clip.name else second
    except InputError:
        return first


class ResultsFolder:
    """A results folder, read again only when its ``session.json`` was written again."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._version: FileVersion | None = None
        self._overview: dict[str, Any] | str = ""

    def overview(self) -> dict[str, Any]:
        """Return clip name, checksum and what the worklist shows.

        Raises
        ------
        InputError
            ``session.json`` is missing or damaged.
        """
        version = file_version(self.path / "session.json")
        if version != self._version or version is None:
            self._overview = self._read()
            self._version = version
        if isinstance(self._overview, str):
            raise InputError(self._overview)
        return self._overview

    def _read(self) -> dict[str, Any] | str:
        try:
            document = json.loads((self.path / "session.json").read_bytes())
            clip = document["clip"]
            return {
                "clip": str(clip["name"]),
                "sha256": str(clip["sha256"]),
                "entry": session_entry(from_document(document)),
            }
        except (OSError, ValueError, KeyError, TypeError, IndexError) as error:
            return (
                f"{self.path.name}: expected the results of an analysis, but session.json is missing or damaged "
                f"({type(error).__name__}); analyse the clip again"
            )


def read_analysis(folder: Path, protocols: AvailableProtocols) -> Analysis:
    """Read what an analysis left in a folder.

    Raises
    ------
    InputError
        Something of it is missing or damaged, or its parts are of different analyses.
    """
    document = read_document(folder / "session.json")
    track = load_track(folder / "track.npz")
    frames = read_angles_csv(folder / "angles.csv")
    times = frames.angles["t_s"]
    if len(times) != len(track.t_s) or not np.allclose(times, track.t_s, atol=1e-3):
        raise InputError(f"{folder.name}: angles.csv and track.npz are of different analyses; analyse the clip again")
    try:
        session = from_document(document, frames)
    except ValueError as error:
        raise InputError(
            f"{folder.name}/session.json: expected the results of this formcheck, got others ({error}); "
            "analyse the clip again"
        ) from None
    return Analysis(document, session, track, protocols, folder=folder)
