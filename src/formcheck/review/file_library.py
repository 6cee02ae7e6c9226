"""Clips and results on the disk as a library: one clip or results folder, or a folder of them."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from formcheck.errors import InputError
from formcheck.files import FileVersion, file_version
from formcheck.review.analysis import (
    Analysis,
    AvailableProtocols,
    ResultsFolder,
    is_results,
    read_analysis,
)
from formcheck.review.clip_record import ClipRecord
from formcheck.review.library import Item, ItemDate, Opened, make_id, reviewed_entry, session_entry
from formcheck.review.results_folders import possible_results_folders, possible_review_files
from formcheck.review.storage import FileReviewStore, read_review_file
from formcheck.types import Session
from formcheck.video.filmed import stated_at

CLIP_SUFFIXES = frozenset(
    (".mp4", ".mov", ".m4v", ".mkv", ".webm", ".avi", ".mpg", ".mpeg", ".3gp", ".mts", ".m2ts", ".wmv", ".ogv")
)
# Nobody reviews a folder of more than this: it is a home folder or a whole disk.
MAX_CLIPS = 5000


class FileItem(Item):
    """A clip, its results, or both."""

    def __init__(
        self,
        *,
        clip: Path | None,
        results: ResultsFolder | None,
        name: str,
        protocols: AvailableProtocols,
        record: Path | None = None,
    ) -> None:
        if clip is None and results is None:
            raise ValueError("expected a clip, results or both, got neither")
        super().__init__(_file_id(clip, results), name)
        self.clip = clip
        self.results = results
        self.origin = "clip" if clip is not None else "results"
        self._protocols = protocols
        self._record = record
        self._store: FileReviewStore | None = None
        self._stored_of: Session | None = None
        self._date: tuple[FileVersion | None, ItemDate] = (None, ItemDate(None, "file"))
        self._entry: tuple[Session | None, dict[str, Any]] = (None, {})
        self._reviewed: tuple[FileVersion | None, dict[str, Any]] = (None, {})

    @property
    def is_analysed(self) -> bool:
        return self.results is not None

    def entry(self) -> dict[str, Any]:
        values: dict[str, Any] = {"state": "not analysed", "reviewed": False} | self._date_so_far().to_json()
        if self.results is None:
            return values
        try:
            return {
                **values,
                **self._session_entry(self.results.session()),
                **self._review_entry(),
                "state": "analysed",
            }
        except InputError as error:
            return values | {"state": "failed", "error": str(error)}

    def _session_entry(self, session: Session) -> dict[str, Any]:
        if session is not self._entry[0]:
            self._entry = (session, session_entry(session))
        return self._entry[1]

    def results_version(self) -> object:
        return file_version(self.results.path / "session.json") if self.results is not None else None

    def read_analysis(self) -> Analysis:
        results = self._analysed().path
        analysis = read_analysis(results, self._protocols)
        self.person = ClipRecord(self._record, analysis.session, results / "track.npz").person()
        return analysis

    def results_folder(self) -> Path | None:
        return self.results.path if self.results is not None else None

    def review_store(self) -> FileReviewStore:
        results = self._analysed()
        path, session = self._review_path(results.path), results.session()
        if self._store is None or self._store.path != path or self._stored_of is not session:
            record = ClipRecord(self._record, session, results.path / "track.npz")
            self._store, self._stored_of = FileReviewStore(path, session.clip.sha256, record), session
        return self._store

    def _analysed(self) -> ResultsFolder:
        if self.results is None:
            raise InputError(f"{self.name}: expected an analysed clip; analyse it first")
        return self.results

    def _review_path(self, results: Path) -> Path:
        """Beside the clip; in the results if the clip is elsewhere; but where there is a review, it stays there."""
        beside, inside = possible_review_files(results)
        places = [beside, inside] if self.clip is not None and self.clip.parent == results.parent else [inside, beside]
        return next((path for path in places if path.exists()), places[0])

    def _review_entry(self) -> dict[str, Any]:
        store = self.review_store()
        version = file_version(store.path)
        if version is None:
            return {}
        if version != self._reviewed[0]:
            self._reviewed = (version, _review_entry(store.path))
        return self._reviewed[1]

    def date(self) -> ItemDate:
        path = self._dated_file()
        version = file_version(path)
        if version is not None and version != self._date[0]:
            stated = stated_at(path) if self.clip is not None else None
            date = ItemDate(_iso(stated), "filmed") if stated is not None else self._file_date(version)
            self._date = (version, date)
        return self._date[1]

    def analysed_at(self) -> str | None:
        version = file_version(self.results.path / "track.npz") if self.results is not None else None
        return _iso(_written_at(version)) if version is not None else None

    def _date_so_far(self) -> ItemDate:
        """Return when it was filmed if that is known, else the file's date: opening 500 clips takes seconds."""
        version = file_version(self._dated_file())
        if version is None or version == self._date[0]:
            return self._date[1]
        return self._file_date(version)

    def _file_date(self, version: FileVersion) -> ItemDate:
        return ItemDate(_iso(_written_at(version)), "file" if self.clip is not None else "analysed")

    def _dated_file(self) -> Path:
        return self.clip if self.clip is not None else self._analysed().path / "session.json"


def _iso(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")


def _written_at(version: FileVersion) -> datetime:
    return datetime.fromtimestamp(version[0] / 1e9).astimezone()


def _file_id(clip: Path | None, results: ResultsFolder | None) -> str:
    if clip is not None:
        return make_id("clip", str(clip))
    return make_id("results", str(results.path) if results is not None else "")


def _review_entry(path: Path) -> dict[str, Any]:
    try:
        file = read_review_file(path)
    except InputError as error:
        return {"review_problem": str(error)}
    if file is None or file.review.is_empty:
        return {}
    return reviewed_entry(file.outcome, done=file.review.done, saved_at=file.saved_at, person=file.review.person)


class FileLibrary:
    """Clips and results on the disk.

    Parameters
    ----------
    root : Path
        The folder that was opened, or the one that the opened clip or results lie in.
    protocols : AvailableProtocols
    only : Path, optional
        The clip or results folder that was opened; None = all of the folder.
    record : Path, optional
        Folder of the practice record, where clips may be too; None = the default one.
    """

    def __init__(
        self, root: Path, protocols: AvailableProtocols, *, only: Path | None = None, record: Path | None = None
    ) -> None:
        self.opened: Opened = "folder" if only is None else "clip"
        self.root = root.resolve()
        self.uploads: Path | None = self.root if only is None else None
        self._only = only.absolute() if only is not None else None
        self._protocols = protocols
        self.record: Path | None = record
        self._items: dict[str, FileItem] = {}
        self._folders: dict[Path, ResultsFolder] = {}
        self._lock = threading.Lock()

    def items(self) -> list[FileItem]:
        with self._lock:
            clips, folders = self._find()
            found = [self._item(clip, results) for clip, results in _pairs(clips, folders)]
            self._items = {item.id: item for item in found}
            return found

    def get(self, item_id: str) -> FileItem | None:
        known = self._items.get(item_id)
        if known is None or not self._unchanged(known):
            self.items()
        return self._items.get(item_id)

    def _unchanged(self, item: FileItem) -> bool:
        """Whether an item is as it was found: a clip that was analysed since has results now."""
        if not item.is_analysed:
            return False
        return item.clip is None or item.clip == self._only or is_clip(item.clip, self.root)

    def _find(self) -> tuple[list[Path], list[ResultsFolder]]:
        if self._only is None:
            clips, folders = find_clips(self.root)
            return clips, [self._folder(path) for path in folders]
        if self._only.is_dir():
            folder = self._folder(self._only)
            # The results may come from a stranger: only the last part of the name in them is used.
            beside = self._only.parent / Path(folder.session().clip.name).name
            return [beside] if is_clip(beside, self.root) else [], [folder]
        return [self._only], [self._folder(path) for path in possible_results_folders(self._only) if is_results(path)]

    def _folder(self, path: Path) -> ResultsFolder:
        if path not in self._folders:
            self._folders[path] = ResultsFolder(path)
        return self._folders[path]

    def _item(self, clip: Path | None, results: ResultsFolder | None) -> FileItem:
        known = self._items.get(_file_id(clip, results))
        if known is not None and known.results is results:
            return known
        path = clip if clip is not None else results.path if results is not None else self.root
        name = path.name if self._only is not None else path.relative_to(self.root).as_posix()
        return FileItem(clip=clip, results=results, name=name, protocols=self._protocols, record=self.record)


def _pairs(
    clips: Sequence[Path], folders: Sequence[ResultsFolder]
) -> Iterator[tuple[Path | None, ResultsFolder | None]]:
    """Pair every results folder with the clip it names: the one beside it, else the only one of that name."""
    by_name: dict[str, list[Path]] = {}
    for clip in clips:
        by_name.setdefault(clip.name, []).append(clip)
    results_of: dict[Path, ResultsFolder] = {}
    unpaired: list[ResultsFolder] = []
    for folder in folders:
        named = by_name.get(_clip_name(folder), [])
        beside = [clip for clip in named if clip.parent == folder.path.parent]
        chosen = beside or (named if len(named) == 1 else [])
        if chosen and chosen[0] not in results_of:
            results_of[chosen[0]] = folder
        else:
            unpaired.append(folder)
    yield from ((clip, results_of.get(clip)) for clip in clips)
    yield from ((None, folder) for folder in unpaired)


def _clip_name(folder: ResultsFolder) -> str:
    try:
        return folder.session().clip.name
    except InputError:
        # Damaged results belong to the clip whose name they have.
        stem = folder.path.name.removesuffix(".formcheck")
        return next((p.name for p in folder.path.parent.glob("*") if p.stem == stem and p.suffix in CLIP_SUFFIXES), "")


def find_clips(root: Path) -> tuple[list[Path], list[Path]]:
    """Return the clips and the results folders in a folder and those below, hidden ones left out.

    Raises
    ------
    InputError
        There are more than `MAX_CLIPS`.
    """
    clips: list[Path] = []
    folders: list[Path] = []
    for folder, subfolders, files in os.walk(root):
        here = Path(folder)
        subfolders[:] = sorted(name for name in subfolders if not name.startswith("."))
        if here != root and is_results(here):
            subfolders.clear()
            folders.append(here)
            continue
        clips += [here / name for name in sorted(files) if is_clip(here / name, root)]
        if len(clips) > MAX_CLIPS:
            raise InputError(
                f"{root}: expected a folder of at most {MAX_CLIPS} clips, found more; open one of its folders"
            )
    return clips, folders


def is_clip(path: Path, root: Path) -> bool:
    """Whether a path is a clip inside the folder that was opened: a regular file, and no link to one outside."""
    if path.suffix.lower() not in CLIP_SUFFIXES or path.name.startswith("."):
        return False
    return path.is_file() and path.resolve().is_relative_to(root)
