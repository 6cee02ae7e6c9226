"""Which clips: folders, lists, patterns, single files, on this machine or wherever fsspec reads."""

from __future__ import annotations

import os
import stat
from collections import defaultdict
from collections.abc import Container, Iterator, Sequence
from glob import glob, has_magic
from pathlib import Path, PurePosixPath
from typing import Any

from formcheck.batch.locations import (
    explained,
    file_system,
    is_url,
    local_path,
    opened,
    unreachable,
    without_secrets,
)
from formcheck.batch.values import Clip
from formcheck.errors import InputError
from formcheck.report.words import printable

LIST_SUFFIX = ".txt"
SUFFIXES = (
    ".3g2", ".3gp", ".asf", ".avi", ".flv", ".m2ts", ".m4v", ".mkv", ".mov", ".mp4", ".mpeg", ".mpg", ".mts", ".mxf",
    ".ogv", ".ts", ".webm", ".wmv",
)  # fmt: skip
_STAMPS = ("ETag", "etag", "mtime", "LastModified", "last_modified", "updated", "created")


def find_clips(sources: Sequence[str]) -> list[Clip]:
    """Find the clips that are meant, each once, in the order of their paths.

    Parameters
    ----------
    sources : sequence of str
        Each a folder (searched with its subfolders for files that are called like a video), a ``.txt`` file with a
        source a line, a pattern with ``*``, ``?`` or ``**``, or a single clip; paths or URLs.

    Returns
    -------
    list of Clip
        Those that cannot be looked at say why in ``problem``.

    Raises
    ------
    InputError
        A source is not there, or holds no clip.
    """
    found: dict[str, Clip] = {}
    for source in sources:
        listed = source.lower().endswith(LIST_SUFFIX) and not local_path(source).is_dir()
        clips = list(_listed(source) if listed else _expand(source))
        if not listed and len(clips) == 1 and clips[0].problem:
            raise InputError(f"{clips[0].shown}: {clips[0].problem}")
        if not clips:
            raise InputError(
                f"{without_secrets(source)}: expected clips (files ending in {', '.join(SUFFIXES)}), found none; "
                "name another folder, list or pattern"
            )
        found.update((clip.location, clip) for clip in clips)
    return sorted(found.values(), key=lambda clip: (clip.shown, clip.location))


def _listed(source: str) -> Iterator[Clip]:
    """Clips that a list names; relative paths count from the list's own folder."""
    try:
        if is_url(source):
            with opened(source, shown=without_secrets(source)) as file:
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
            yield from _expand(_beside(line, source))


def _beside(line: str, source: str) -> str:
    if is_url(line) or local_path(line).is_absolute():
        return line
    return f"{source.rsplit('/', 1)[0]}/{line}" if is_url(source) else str(local_path(source).parent / line)


def _expand(source: str) -> Iterator[Clip]:
    return _expand_url(source) if is_url(source) else _expand_path(source)


def _expand_path(source: str) -> Iterator[Clip]:
    path = local_path(source)
    if path.is_dir():
        for place, folders, files in os.walk(path):
            folders[:] = [folder for folder in folders if not folder.startswith(".")]
            yield from (_local(Path(place) / name) for name in files if _is_clip(name, beside=files))
    elif path.exists() or not has_magic(source):
        yield _local(path)
    else:
        names = sorted(glob(source, recursive=True))  # noqa: PTH207 - Path.glob takes no absolute pattern
        yield from (_local(Path(name)) for name in names if not Path(name).is_dir())


def _is_clip(name: str, *, beside: Container[str]) -> bool:
    """Tell clips from other files, and from the annotated clips of earlier analyses, which their angles precede."""
    if name.startswith(".") or (name == "annotated.mp4" and "angles.csv" in beside):
        return False
    return PurePosixPath(name).suffix.lower() in SUFFIXES


def _local(path: Path) -> Clip:
    # Leaves links as they are: their names are what the user chose.
    location = os.path.normpath(path.absolute())
    shown = printable(Path(location).as_posix())
    name = printable(path.name)
    try:
        status = path.stat()
    except OSError as error:
        what = "no such file" if isinstance(error, FileNotFoundError) else f"cannot be read ({error.strerror})"
        return Clip(location, shown, name, problem=f"{what}; check the spelling and the folder")
    if not stat.S_ISREG(status.st_mode):
        return Clip(location, shown, name, problem="expected a video file, found a folder, device or pipe")
    return Clip(location, shown, name, status.st_size, str(status.st_mtime_ns))


def _expand_url(source: str) -> Iterator[Clip]:
    fs, path = file_system(source)
    shown = without_secrets(source)
    # in a web address '?' begins what is asked for
    web = source.startswith("http")
    try:
        with explained(unreachable(shown)):
            if has_magic(source) and not web:
                entries = fs.glob(path, detail=True)
            elif not web and fs.isdir(path):
                entries = _clips_of(fs.find(path, detail=True))
            else:
                entries = {path: fs.info(path)}
    except FileNotFoundError:
        name = PurePosixPath(without_secrets(path)).name
        yield Clip(source, shown, name, problem="no such file; check the spelling and the folder")
        return
    yield from (_far(name, info, source, fs) for name, info in sorted(entries.items()) if info["type"] == "file")


def _clips_of(entries: dict[str, Any]) -> dict[str, Any]:
    places = [name.rpartition("/") for name in entries]
    beside: dict[str, set[str]] = defaultdict(set)
    for folder, _, name in places:
        beside[folder].add(name)
    return {
        f"{folder}/{name}": entries[f"{folder}/{name}"]
        for folder, _, name in places
        if not any(part.startswith(".") for part in folder.split("/")) and _is_clip(name, beside=beside[folder])
    }


def _far(path: str, info: dict[str, Any], source: str, fs: Any) -> Clip:
    location = url_of(path, source, fs)
    stamp = next((str(info[key]) for key in _STAMPS if info.get(key)), "")
    name = PurePosixPath(without_secrets(path)).name
    return Clip(location, without_secrets(location), name, int(info.get("size") or 0), stamp)


def url_of(path: str, like: str, fs: Any) -> str:
    """Return the URL of a path in the file system of the URL ``like``, whose host and password it keeps."""
    if "://" in path:
        return path
    scheme, _, rest = like.partition("://")
    # Some file systems' paths begin with the host (a bucket's name), others' know nothing of it.
    with_host = fs._strip_protocol(like).strip("/") == rest.strip("/")  # noqa: SLF001 - there is no public name for it
    return f"{scheme}://{path.lstrip('/')}" if with_host else f"{scheme}://{rest.partition('/')[0]}/{path.lstrip('/')}"
