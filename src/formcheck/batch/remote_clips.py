"""Find clips at URLs. A folder is listed a part at a time, since a store may hold millions of names."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from glob import has_magic
from itertools import chain
from pathlib import PurePosixPath
from typing import Any

from formcheck.batch.clip_names import is_clip
from formcheck.batch.locations import driver_errors_as, file_system, unreachable, without_secrets
from formcheck.batch.tasks import BatchClip

# Under these names file systems tell what changes with a file's content.
_STAMPS = ("ETag", "etag", "mtime", "LastModified", "last_modified", "updated", "created")
_ANALYSED_MARK = "angles.csv"

_Files = Iterator[tuple[str, dict[str, Any]]]
"""Paths and what the file system says of them, sorted by path."""


def remote_clips(source: str) -> Iterator[BatchClip]:
    """Yield the clips of a folder, a pattern or a single name, sorted by path.

    Raises
    ------
    InputError
        The address cannot be reached.
    """
    fs, path = file_system(source)
    shown = without_secrets(source)
    try:
        with driver_errors_as(unreachable(shown)):
            for name, info in _files(source, fs, path):
                yield _remote_clip(name, info, source, fs)
    except FileNotFoundError:
        name = PurePosixPath(without_secrets(path)).name
        yield BatchClip(source, shown, name, problem="no such file; check the spelling and the folder")


def _files(source: str, fs: Any, path: str) -> _Files:
    # In a web address '?' begins the query, it is not a pattern.
    web = source.startswith("http")
    if has_magic(source) and not web:
        found = fs.glob(path, detail=True)
        return ((name, info) for name, info in sorted(found.items()) if info["type"] == "file")
    below = iter(()) if web else _s3_files(fs, path) if hasattr(fs, "call_s3") else _files_below(fs, path)
    first = next(below, None)
    if first is None:
        info = fs.info(path)
        return iter([(path, info)] if info["type"] == "file" else [])
    return _clips_among(chain([first], below))


def _files_below(fs: Any, path: str) -> _Files:
    """List a folder, and its subfolders when it is their turn; nothing if it is none."""
    if not fs.isdir(path):
        return
    # In the order of the whole paths a folder's name is followed by a slash.
    for info in sorted(_listed(fs, path), key=lambda info: info["name"] + "/" * (info["type"] == "directory")):
        if info["type"] == "file":
            yield info["name"], info
        elif info["type"] == "directory" and not _is_hidden(info["name"]):
            yield from _files_below(fs, info["name"])


def _listed(fs: Any, path: str) -> list[dict[str, Any]]:
    found = fs.ls(path, detail=True)
    # Many drivers keep every listing.
    fs.invalidate_cache(path)
    return [{**info, "name": info["name"].rstrip("/")} for info in found]


def _s3_files(fs: Any, path: str) -> _Files:
    """List a folder of a store that speaks S3, which has its names in order, a page of a thousand at a time.

    s3fs itself collects all pages before it returns the first name.
    """
    bucket, key, _ = fs.split_path(path)
    prefix = f"{key.rstrip('/')}/" if key else ""
    after: dict[str, str] = {}
    while True:
        page = fs.call_s3("list_objects_v2", Bucket=bucket, Prefix=prefix, **after)
        for entry in page.get("Contents", ()):
            if not entry["Key"].endswith("/"):
                yield f"{bucket}/{entry['Key']}", {**entry, "size": entry["Size"], "type": "file"}
        if not page.get("IsTruncated"):
            return
        after = {"ContinuationToken": page["NextContinuationToken"]}


def _clips_among(files: Iterable[tuple[str, dict[str, Any]]]) -> _Files:
    """Of the files under a folder yield those that are clips."""
    # Folders with results of an analysis; their mark comes before the annotated clip.
    analysed: set[str] = set()
    for path, info in files:
        folder, _, name = path.rpartition("/")
        analysed = {each for each in analysed if f"{folder}/".startswith(f"{each}/")}
        if name == _ANALYSED_MARK:
            analysed.add(folder)
        if not any(map(_is_hidden, folder.split("/"))) and is_clip(
            name, siblings=[_ANALYSED_MARK] * (folder in analysed)
        ):
            yield path, info


def _is_hidden(name: str) -> bool:
    return name.rpartition("/")[2].startswith(".")


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
