"""Find the clips of a batch: folders, lists, patterns and single files, as paths or as URLs that fsspec reads."""

from __future__ import annotations

import os
import stat
from collections import defaultdict
from collections.abc import Container, Iterator, Sequence
from glob import has_magic
from pathlib import Path, PurePosixPath
from typing import Any

from formcheck.batch.locations import (
    driver_errors_as,
    file_system,
    is_url,
    local_path,
    open_location,
    unreachable,
    without_secrets,
)
from formcheck.batch.tasks import BatchClip
from formcheck.errors import InputError
from formcheck.files import what_else
from formcheck.patterns import is_pattern, matching
from formcheck.text.numbers import printable

LIST_SUFFIX = ".txt"
VIDEO_SUFFIXES = (
    ".3g2", ".3gp", ".asf", ".avi", ".flv", ".m2ts", ".m4v", ".mkv", ".mov", ".mp4", ".mpeg", ".mpg", ".mts", ".mxf",
    ".ogv", ".ts", ".webm", ".wmv",
)  # fmt: skip
_OF_BRACKETS = " ([ab] in a pattern means a or b: for a bracket in a name write [[], or name the folder alone)"
# Under these names file systems tell what changes with a file's content.
_STAMPS = ("ETag", "etag", "mtime", "LastModified", "last_modified", "updated", "created")


def find_clips(sources: Sequence[str]) -> list[BatchClip]:
    """Find the clips that the sources name, each once, sorted by path.

    Parameters
    ----------
    sources : sequence of str
        Each a folder (searched with its subfolders for files with a video suffix), a ``.txt`` file with one source a
        line, a pattern with ``*``, ``?`` or ``**``, or a single clip; paths or URLs.

    Returns
    -------
    list of BatchClip
        A clip that cannot be read says why in ``problem``.

    Raises
    ------
    InputError
        A source does not exist, or holds no clip.
    """
    found: dict[str, BatchClip] = {}
    for source in sources:
        is_list = source.lower().endswith(LIST_SUFFIX) and not local_path(source).is_dir()
        clips = list(_read_list(source) if is_list else _expand(source))
        if not is_list and len(clips) == 1 and clips[0].problem:
            raise InputError(f"{clips[0].display_path}: {clips[0].problem}")
        if not clips:
            brackets = _OF_BRACKETS if "[" in source and has_magic(source) else ""
            raise InputError(
                f"{without_secrets(source)}: expected clips (files ending in {', '.join(VIDEO_SUFFIXES)}), found none; "
                f"name another folder, list or pattern{brackets}"
            )
        found.update((clip.location, clip) for clip in clips)
    return sorted(found.values(), key=lambda clip: (clip.display_path, clip.location))


def _read_list(source: str) -> Iterator[BatchClip]:
    """Clips that a list names; relative paths count from the list's own folder."""
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
    for line in map(str.strip, text.splitlines()):
        if line and not line.startswith("#"):
            yield from _expand(_relative_to(source, line))


def _relative_to(source: str, line: str) -> str:
    if is_url(line) or local_path(line).is_absolute():
        return line
    return f"{source.rsplit('/', 1)[0]}/{line}" if is_url(source) else str(local_path(source).parent / line)


def _expand(source: str) -> Iterator[BatchClip]:
    return _expand_url(source) if is_url(source) else _expand_path(source)


def _expand_path(source: str) -> Iterator[BatchClip]:
    path = local_path(source)
    if path.is_dir():
        for folder, subfolders, files in os.walk(path):
            subfolders[:] = [name for name in subfolders if not name.startswith(".")]
            yield from (_local_clip(Path(folder) / name) for name in files if _is_clip(name, siblings=files))
    elif not is_pattern(source):
        yield _local_clip(path)
    else:
        yield from (_local_clip(name) for name in matching(str(path)) if not name.is_dir())


def _is_clip(name: str, *, siblings: Container[str]) -> bool:
    """Tell clips from other files, and from the annotated clips of earlier analyses, which lie beside angles.csv."""
    if name.startswith(".") or (name == "annotated.mp4" and "angles.csv" in siblings):
        return False
    return PurePosixPath(name).suffix.lower() in VIDEO_SUFFIXES


def _local_clip(path: Path) -> BatchClip:
    # Symbolic links are not resolved: their names are what the user chose.
    location = os.path.normpath(path.absolute())
    display_path = printable(Path(location).as_posix())
    name = printable(path.name)
    try:
        status = path.stat()
    except OSError as error:
        what = "no such file" if isinstance(error, FileNotFoundError) else f"cannot be read ({error.strerror})"
        return BatchClip(location, display_path, name, problem=f"{what}; check the spelling and the folder")
    if not stat.S_ISREG(status.st_mode):
        found = what_else(status.st_mode) or "a folder"
        return BatchClip(location, display_path, name, problem=f"expected a video file, found {found}")
    return BatchClip(location, display_path, name, status.st_size, str(status.st_mtime_ns))


def _expand_url(source: str) -> Iterator[BatchClip]:
    fs, path = file_system(source)
    shown = without_secrets(source)
    # In a web address '?' begins the query, it is not a pattern.
    web = source.startswith("http")
    try:
        with driver_errors_as(unreachable(shown)):
            if has_magic(source) and not web:
                entries = fs.glob(path, detail=True)
            elif not web and fs.isdir(path):
                entries = _clips_among(fs.find(path, detail=True))
            else:
                entries = {path: fs.info(path)}
    except FileNotFoundError:
        name = PurePosixPath(without_secrets(path)).name
        yield BatchClip(source, shown, name, problem="no such file; check the spelling and the folder")
        return
    files = ((name, info) for name, info in sorted(entries.items()) if info["type"] == "file")
    yield from (_remote_clip(name, info, source, fs) for name, info in files)


def _clips_among(entries: dict[str, Any]) -> dict[str, Any]:
    """Of the files under a remote folder those that are clips."""
    siblings: dict[str, set[str]] = defaultdict(set)
    for path in entries:
        folder, _, name = path.rpartition("/")
        siblings[folder].add(name)
    return {
        f"{folder}/{name}": entries[f"{folder}/{name}"]
        for folder, names in siblings.items()
        for name in names
        if not any(part.startswith(".") for part in folder.split("/")) and _is_clip(name, siblings=names)
    }


def _remote_clip(path: str, info: dict[str, Any], source: str, fs: Any) -> BatchClip:
    location = url_of(path, source, fs)
    stamp = next((str(info[key]) for key in _STAMPS if info.get(key)), "")
    name = PurePosixPath(without_secrets(path)).name
    return BatchClip(location, without_secrets(location), name, int(info.get("size") or 0), stamp)


def url_of(path: str, like: str, fs: Any) -> str:
    """Return the URL of a path in the file system of the URL ``like``, with that URL's host and credentials."""
    if "://" in path:
        return path
    scheme, _, rest = like.partition("://")
    # In some file systems paths begin with the host (a bucket's name), in others they do not.
    with_host = fs._strip_protocol(like).strip("/") == rest.strip("/")  # noqa: SLF001 - there is no public name for it
    return f"{scheme}://{path.lstrip('/')}" if with_host else f"{scheme}://{rest.partition('/')[0]}/{path.lstrip('/')}"
