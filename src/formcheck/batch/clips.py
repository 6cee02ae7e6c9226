"""Find the clips of a batch: folders, lists, patterns and single files, as paths or as URLs that fsspec reads."""

from __future__ import annotations

import heapq
import os
import stat
from collections.abc import Iterable, Iterator, Sequence
from glob import has_magic
from itertools import chain
from pathlib import Path

from formcheck.batch.clip_names import VIDEO_SUFFIXES, is_clip
from formcheck.batch.locations import is_url, local_path, open_location, without_secrets
from formcheck.batch.tasks import BatchClip
from formcheck.errors import InputError
from formcheck.files import what_else
from formcheck.patterns import is_pattern, matching
from formcheck.text.numbers import printable

LIST_SUFFIX = ".txt"
_OF_BRACKETS = " ([ab] in a pattern means a or b: for a bracket in a name write [[], or name the folder alone)"


def find_clips(sources: Sequence[str]) -> Iterator[BatchClip]:
    """Find the clips that the sources name, each once, sorted by path.

    Folders, on this machine and in stores, are gone through while the clips are taken: the first ones come at once, and
    only the names of one folder, or one page of a store's listing, are held at a time. Lists and patterns are read
    whole.

    Parameters
    ----------
    sources : sequence of str
        Each a folder (searched with its subfolders for files with a video suffix), a ``.txt`` file with one source a
        line, a pattern with ``*``, ``?`` or ``**``, or a single clip; paths or URLs.

    Returns
    -------
    iterator of BatchClip
        A clip that cannot be read says why in ``problem``.

    Raises
    ------
    InputError
        A source does not exist, or holds no clip: at once, before the first clip is taken. While they are taken: a
        store cannot be reached any more.
    """
    streams = [stream for source in sources for stream in _checked(source)]
    return _each_once(heapq.merge(*streams, key=_order))


def _checked(source: str) -> list[Iterator[BatchClip]]:
    """Return the clips of a source as sorted streams, of which one has a first clip."""
    is_list = source.lower().endswith(LIST_SUFFIX) and not local_path(source).is_dir()
    streams = _read_list(source) if is_list else [_expand(source)]
    firsts = [next(stream, None) for stream in streams]
    if not is_list and firsts[0] is not None and firsts[0].problem:
        raise InputError(f"{firsts[0].display_path}: {firsts[0].problem}")
    if not any(firsts):
        brackets = _OF_BRACKETS if "[" in source and has_magic(source) else ""
        raise InputError(
            f"{without_secrets(source)}: expected clips (files ending in {', '.join(VIDEO_SUFFIXES)}), found none; "
            f"name another folder, list or pattern{brackets}"
        )
    return [chain([first], stream) for first, stream in zip(firsts, streams, strict=True) if first is not None]


def _order(clip: BatchClip) -> tuple[str, str]:
    return clip.display_path, clip.location


def _each_once(clips: Iterable[BatchClip]) -> Iterator[BatchClip]:
    """Of equal clips, which stand together, yield the first."""
    before = None
    for clip in clips:
        if clip.location != before:
            yield clip
        before = clip.location


def _read_list(source: str) -> list[Iterator[BatchClip]]:
    """Return what a list names as sorted streams; relative paths count from the list's own folder."""
    try:
        if is_url(source):
            with open_location(source, shown=without_secrets(source)) as file:
                text = file.read().decode("utf-8-sig")
        else:
            text = local_path(source).read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or type(error).__name__
        raise InputError(
            f"{without_secrets(source)}: expected a list of clips, one a line, but it cannot be read ({why})"
        ) from None
    lines = [line for line in map(str.strip, text.splitlines()) if line and not line.startswith("#")]
    named = [_relative_to(source, line) for line in lines]
    single = [name for name in named if not is_url(name) and _is_single(name)]
    streams = [_expand(name) for name in named if is_url(name) or not _is_single(name)]
    return [*streams, iter(sorted(map(_local_clip, map(local_path, single)), key=_order))]


def _relative_to(source: str, line: str) -> str:
    if is_url(line) or local_path(line).is_absolute():
        return line
    return f"{source.rsplit('/', 1)[0]}/{line}" if is_url(source) else str(local_path(source).parent / line)


def _expand(source: str) -> Iterator[BatchClip]:
    """Yield the clips of a folder, a pattern or a single name, sorted."""
    if is_url(source):
        from formcheck.batch.remote_clips import remote_clips

        return remote_clips(source)
    path = local_path(source)
    if path.is_dir():
        return _clips_below(path)
    found = [path] if _is_single(source) else [name for name in matching(str(path)) if not name.is_dir()]
    return iter(sorted(map(_local_clip, found), key=_order))


def _is_single(source: str) -> bool:
    return not local_path(source).is_dir() and not is_pattern(source)


def _clips_below(folder: Path) -> Iterator[BatchClip]:
    """Go through a folder in the order of the whole paths, in which a folder's name is followed by a slash."""
    try:
        with os.scandir(folder) as entries:
            found = [(entry.name, entry.is_dir(follow_symlinks=False)) for entry in entries if not _is_linked(entry)]
    except OSError:
        # As `os.walk` does: what may not be looked into is left out.
        return
    names = {name for name, _ in found}
    location = os.path.normpath(folder.absolute())
    for name, is_folder in sorted(found, key=lambda each: (printable(each[0]) + "/" * each[1], each[0])):
        if is_folder and not name.startswith("."):
            yield from _clips_below(folder / name)
        elif not is_folder and is_clip(name, siblings=names):
            yield _clip_at(os.path.join(location, name), name)  # noqa: PTH118 - of many, three times as fast as by Path


def _is_linked(entry: os.DirEntry[str]) -> bool:
    """Tell links to folders, which may lead round in circles."""
    return entry.is_symlink() and entry.is_dir()


def _local_clip(path: Path) -> BatchClip:
    # Symbolic links are not resolved: their names are what the user chose.
    return _clip_at(os.path.normpath(path.absolute()), path.name)


def _clip_at(location: str, name: str) -> BatchClip:
    display_path = printable(location.replace(os.sep, "/"))
    name = printable(name)
    try:
        status = os.stat(location)  # noqa: PTH116 - as above
    except OSError as error:
        what = "no such file" if isinstance(error, FileNotFoundError) else f"cannot be read ({error.strerror})"
        return BatchClip(location, display_path, name, problem=f"{what}; check the spelling and the folder")
    if not stat.S_ISREG(status.st_mode):
        found = what_else(status.st_mode) or "a folder"
        return BatchClip(location, display_path, name, problem=f"expected a video file, found {found}")
    return BatchClip(location, display_path, name, status.st_size, str(status.st_mtime_ns))
