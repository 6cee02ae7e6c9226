"""Locations: paths or URLs, how they are shown to people, and how the bytes behind them are read."""

from __future__ import annotations

import hashlib
import re
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any
from urllib.parse import unquote, urlsplit

from formcheck.errors import FormcheckError, InputError, OutputError, UsageError
from formcheck.extras import Extra, install_command, using

_SCHEME = re.compile(r"^[a-zA-Z][a-zA-Z0-9+.-]+://")
_USER = re.compile(r"(?<=://)[^/\s]*@")
_QUERY = re.compile(r"(?<=[^\s?])\?[^\s?]*=\S*")
_CHUNK_BYTES = 1 << 20
_MAX_REASON_LENGTH = 300
_SCHEMES_OF_EXTRA = frozenset({"s3", "s3a", "sftp", "ssh"})


def is_url(location: str) -> bool:
    """Tell a URL from a path; ``file://`` counts as a path."""
    return bool(_SCHEME.match(location)) and not location.lower().startswith("file://")


def local_path(location: str) -> Path:
    """Return the path that a location which is not a URL stands for."""
    if location.lower().startswith("file://"):
        return Path(unquote(urlsplit(location).path))
    return Path(location)


def without_secrets(text: str) -> str:
    """Return a URL, or a message with URLs in it, without user names, passwords and signatures."""
    return _QUERY.sub("", _USER.sub("", text)) if "://" in text else text


def file_system(url: str) -> tuple[Any, str]:
    """Return fsspec's file system for a URL, and the path in it.

    Raises
    ------
    UsageError
        fsspec, or a package it needs for this scheme, is not installed, or it does not know the scheme.
    """
    shown = without_secrets(url)
    with using(Extra.CLUSTER, f"{shown}, a URL"):
        import fsspec
        from fsspec.core import url_to_fs
    try:
        with driver_errors_as(unreachable(shown)):
            fs, path = url_to_fs(url)
    except (ImportError, ValueError) as error:
        scheme = url.split("://", 1)[0].lower()
        known = scheme in fsspec.available_protocols()
        remedy = "install what it needs too" if known else "use s3://, sftp:// or another scheme that fsspec knows"
        if scheme in _SCHEMES_OF_EXTRA:
            remedy = f"install what it needs with: {install_command(Extra.CLUSTER)}"
        raise UsageError(f"{shown}: cannot read such a URL ({without_secrets(str(error))}); {remedy}") from None
    # Cached listings may be older than what other processes wrote.
    fs.invalidate_cache()
    return fs, path


class UnreachableError(InputError):
    """A URL could not be reached, which may be only temporary."""


def unreachable(shown: str) -> Callable[[str], UnreachableError]:
    """Return a function that makes the error for a URL that cannot be reached from the reason."""
    return lambda why: UnreachableError(f"{shown}: cannot be reached ({why}); check the address and the access rights")


@contextmanager
def driver_errors_as(make_error: Callable[[str], FormcheckError]) -> Iterator[None]:
    """Turn whatever the driver of a remote file system raises into an error for the user.

    Each driver has its own exceptions. Missing files, missing packages and invalid values are passed on unchanged.
    """
    try:
        yield
    except (FormcheckError, FileNotFoundError, ImportError, ValueError):
        raise
    except Exception as error:  # noqa: BLE001 - each driver raises errors of its own kind
        why = getattr(error, "strerror", None) or str(error) or type(error).__name__
        raise make_error(" ".join(without_secrets(why).split())[:_MAX_REASON_LENGTH]) from None


@contextmanager
def open_location(location: str, *, shown: str) -> Iterator[IO[bytes]]:
    """Open a path or URL to read its bytes; messages call it ``shown``.

    Raises
    ------
    InputError
        It does not exist, or cannot be read.
    """
    try:
        if is_url(location):
            fs, path = file_system(location)
            read_ahead = {"block_size": 8 * _CHUNK_BYTES, "cache_type": "readahead"}
            with driver_errors_as(unreachable(shown)), fs.open(path, "rb", **read_ahead) as file:
                yield file
        else:
            with local_path(location).open("rb") as file:
                yield file
    except FileNotFoundError:
        raise InputError(f"{shown}: no such file; check the spelling and the folder") from None
    except OSError as error:
        why = error.strerror or type(error).__name__
        raise InputError(f"{shown}: cannot be read ({why}); check its permissions, or copy it elsewhere") from None


def content_sha256(location: str, *, shown: str, stop: Callable[[], bool] = lambda: False) -> str:
    """SHA-256 of the bytes at a location; ``stop`` is called between chunks and ends the reading when true."""
    digest = hashlib.sha256()
    with open_location(location, shown=shown) as file:
        while chunk := file.read(_CHUNK_BYTES):
            digest.update(chunk)
            if stop():
                raise InputError(f"{shown}: reading was stopped")
    return digest.hexdigest()


@contextmanager
def local_copy(location: str, *, name: str, shown: str, scratch: Path) -> Iterator[Path]:
    """Give the path of a file on this machine: the file itself or, for a URL, a copy that lasts as long as the block.

    Raises
    ------
    InputError, OutputError
        It cannot be read, or there is no space for a copy in ``scratch``.
    """
    if not is_url(location):
        yield local_path(location)
        return
    folder = Path(tempfile.mkdtemp(prefix="clip-", dir=scratch))
    try:
        with open_location(location, shown=shown) as source, (folder / name).open("wb") as copy:
            while chunk := source.read(_CHUNK_BYTES):
                _write(chunk, copy)
        yield folder / name
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _write(chunk: bytes, copy: IO[bytes]) -> None:
    try:
        copy.write(chunk)
    except OSError as error:
        raise OutputError(
            f"no space for the copy of a clip ({error.strerror}); free some, or set TMPDIR to another disk"
        ) from None


def in_use(display_path: str, remedy: str = "wait for it to end") -> UsageError:
    """Return the error for a folder that another batch writes to."""
    return UsageError(f"{display_path}: another batch is writing there; {remedy}, or choose another folder with --out")
