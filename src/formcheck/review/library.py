"""Finds the items in what was opened on the disk: one clip or results folder, or a folder of them."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Protocol

from formcheck.errors import InputError
from formcheck.review.items import FileItem, Item, ResultsFolder, file_item_id
from formcheck.review.material import Shelf

CLIP_SUFFIXES = frozenset(
    (".mp4", ".mov", ".m4v", ".mkv", ".webm", ".avi", ".mpg", ".mpeg", ".3gp", ".mts", ".m2ts", ".wmv", ".ogv")
)
# A folder of more than this was not meant to be gone through: a home folder, a whole disk.
MAX_CLIPS = 5000


class Library(Protocol):
    """What was opened."""

    opened: str
    # Where uploaded clips go; None when there is no place for them.
    uploads: Path | None

    def items(self) -> Sequence[Item]:
        """Look again, and return what is there."""

    def get(self, key: str) -> Item | None:
        """Return an item by its id."""


class FileLibrary:
    """Clips and results on the disk.

    Parameters
    ----------
    root : Path
        The folder that was opened, or the one that the opened clip or results lie in.
    only : Path, optional
        The clip or results folder that was opened; None = all of the folder.
    shelf : Shelf
    """

    def __init__(self, root: Path, shelf: Shelf, *, only: Path | None = None) -> None:
        self.opened = "folder" if only is None else "clip"
        self.root = root.resolve()
        self.uploads: Path | None = self.root if only is None else None
        self._only = only.absolute() if only is not None else None
        self._shelf = shelf
        self._items: dict[str, FileItem] = {}
        self._folders: dict[Path, ResultsFolder] = {}
        self._lock = threading.Lock()

    def items(self) -> list[FileItem]:
        with self._lock:
            clips, folders = self._found()
            kept = [self._item(clip, results) for clip, results in self._paired(clips, folders)]
            self._items = {item.id: item for item in kept}
            return kept

    def get(self, key: str) -> FileItem | None:
        known = self._items.get(key)
        if known is None or not self._still(known):
            self.items()
        return self._items.get(key)

    def _still(self, item: FileItem) -> bool:
        """Whether an item is as it was: a clip that was analysed since has results now."""
        if not item.analysed:
            return False
        return item.clip is None or item.clip == self._only or is_clip(item.clip, self.root)

    def _found(self) -> tuple[list[Path], list[ResultsFolder]]:
        if self._only is None:
            clips, places = walk(self.root)
            return clips, [self._folder(path) for path in places]
        if self._only.is_dir():
            folder = self._folder(self._only)
            # A name is all that is taken from the results, which may be a stranger's.
            beside = self._only.parent / Path(folder.head()["clip"]).name
            return [beside] if is_clip(beside, self.root) else [], [folder]
        folders = [self._folder(path) for path in results_places(self._only) if is_results(path)]
        return [self._only], folders

    def _folder(self, path: Path) -> ResultsFolder:
        if path not in self._folders:
            self._folders[path] = ResultsFolder(path)
        return self._folders[path]

    def _paired(
        self, clips: Sequence[Path], folders: Sequence[ResultsFolder]
    ) -> Iterator[tuple[Path | None, ResultsFolder | None]]:
        """Put every results folder to the clip it names: the one beside it, else the only one of that name."""
        by_name: dict[str, list[Path]] = {}
        for clip in clips:
            by_name.setdefault(clip.name, []).append(clip)
        taken: dict[Path, ResultsFolder] = {}
        alone: list[ResultsFolder] = []
        for folder in folders:
            named = by_name.get(_clip_name(folder), [])
            beside = [clip for clip in named if clip.parent == folder.path.parent]
            chosen = beside or (named if len(named) == 1 else [])
            if chosen and chosen[0] not in taken:
                taken[chosen[0]] = folder
            else:
                alone.append(folder)
        yield from ((clip, taken.get(clip)) for clip in clips)
        yield from ((None, folder) for folder in alone)

    def _item(self, clip: Path | None, results: ResultsFolder | None) -> FileItem:
        known = self._items.get(file_item_id(clip, results))
        if known is not None and known.results is results:
            return known
        path = clip if clip is not None else results.path if results is not None else self.root
        return FileItem(clip=clip, results=results, name=self._name(path), shelf=self._shelf)

    def _name(self, path: Path) -> str:
        return path.name if self._only is not None else path.relative_to(self.root).as_posix()


def walk(root: Path) -> tuple[list[Path], list[Path]]:
    """Return the clips and the results folders in a folder and those below, hidden ones left out.

    Raises
    ------
    InputError
        There are more clips than anybody would go through.
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
    """Whether a file is a clip that was opened with its folder: no link out of it, and nothing but files."""
    if path.suffix.lower() not in CLIP_SUFFIXES or path.name.startswith("."):
        return False
    return path.is_file() and path.resolve().is_relative_to(root)


def _clip_name(folder: ResultsFolder) -> str:
    try:
        return str(folder.head()["clip"])
    except InputError:
        # Damaged results belong to the clip whose name they have.
        stem = folder.path.name.removesuffix(".formcheck")
        return next((p.name for p in folder.path.parent.glob("*") if p.stem == stem and p.suffix in CLIP_SUFFIXES), "")


def is_results(path: Path) -> bool:
    """Whether a folder holds what an analysis leaves."""
    return (path / "session.json").is_file() and (path / "track.npz").is_file()


def results_places(clip: Path) -> tuple[Path, Path]:
    """Return where a clip's results are: under its name, or with the suffix too where another clip has that."""
    return clip.with_name(f"{clip.stem}.formcheck"), clip.with_name(f"{clip.name}.formcheck")


def place_for_results(clip: Path) -> Path:
    """Return where a clip's results go without writing over those of another clip."""
    first, second = results_places(clip)
    if not is_results(first):
        return first
    try:
        return first if ResultsFolder(first).head()["clip"] == clip.name else second
    except InputError:
        return first
