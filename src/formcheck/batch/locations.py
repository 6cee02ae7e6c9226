"""Places that may be a path or a URL: how they are shown, and how a clip is brought within reach."""

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

_SCHEME = re.compile(r"^[a-zA-Z][a-zA-Z0-9+.-]+://")
_USER = re.compile(r"(?<=://)[^/\s]*@")
_QUERY = re.compile(r"(?<=[^\s?])\?[^\s?]*=\S*")
_PIECE_BYTES = 1 << 20
_WHY_LENGTH = 300
_EXTRA = "pip install 'formcheck[cluster]'"
_IN_EXTRA = frozenset({"s3", "s3a", "sftp", "ssh"})


def is_url(location: str) -> bool:
    """Tell a URL from a path; ``file://`` counts as a path."""
    return bool(_SCHEME.match(location)) and not location.lower().startswith("file://")


def local_path(location: str) -> Path:
    """Return the path of what is no URL."""
    if location.lower().startswith("file://"):
        return Path(unquote(urlsplit(location).path))
    return Path(location)


def without_secrets(text: str) -> str:
    """Return a URL, or a message with URLs in it, without user names, passwords and signatures."""
    return _QUERY.sub("", _USER.sub("", text)) if "://" in text else text


def file_system(url: str) -> tuple[Any, str]:
    """Return fsspec's file system of a URL, and the path in it.

    Raises
    ------
    UsageError
        fsspec, or what it needs for this kind of URL, is not installed, or it knows no such kind.
    """
    shown = without_secrets(url)
    try:
        import fsspec
        from fsspec.core import url_to_fs
    except ImportError:
        raise UsageError(f"{shown}: expected a path, got a URL, which needs more packages: {_EXTRA}") from None
    try:
        with explained(unreachable(shown)):
            fs, path = url_to_fs(url)
    except (ImportError, ValueError) as error:
        scheme = url.split("://", 1)[0].lower()
        known = scheme in fsspec.available_protocols()
        remedy = "install what it needs too" if known else "use s3://, sftp:// or another that fsspec knows"
        if scheme in _IN_EXTRA:
            remedy = _EXTRA
        raise UsageError(f"{shown}: cannot read such a URL ({without_secrets(str(error))}); {remedy}") from None
    # what it remembers of folders may be from before others wrote there
    fs.invalidate_cache()
    return fs, path


class UnreachableError(InputError):
    """What a URL names could not be reached: that may be different tomorrow."""


def unreachable(shown: str) -> Callable[[str], UnreachableError]:
    """What to say of a URL that cannot be reached, given why."""
    return lambda why: UnreachableError(f"{shown}: cannot be reached ({why}); check the address and the access rights")


@contextmanager
def explained(explain: Callable[[str], FormcheckError]) -> Iterator[None]:
    """Turn what the driver of a far file system raises into an error for the user.

    Each driver has errors of its own kind; what is missing, is not installed or makes no sense is passed on as it is.
    """
    try:
        yield
    except (FormcheckError, FileNotFoundError, ImportError, ValueError):
        raise
    except Exception as error:  # noqa: BLE001 - each driver raises errors of its own kind
        why = getattr(error, "strerror", None) or str(error) or type(error).__name__
        raise explain(" ".join(without_secrets(why).split())[:_WHY_LENGTH]) from None


@contextmanager
def opened(location: str, *, shown: str) -> Iterator[IO[bytes]]:
    """Open a clip to read its bytes.

    Raises
    ------
    InputError
        It is not there, or cannot be read.
    """
    try:
        if is_url(location):
            fs, path = file_system(location)
            far = {"block_size": 8 * _PIECE_BYTES, "cache_type": "readahead"}
            with explained(unreachable(shown)), fs.open(path, "rb", **far) as file:
                yield file
        else:
            with local_path(location).open("rb") as file:
                yield file
    except FileNotFoundError:
        raise InputError(f"{shown}: no such file; check the spelling and the folder") from None
    except OSError as error:
        why = error.strerror or type(error).__name__
        raise InputError(f"{shown}: cannot be read ({why}); check that it may be, or copy it elsewhere") from None


def content_sha256(location: str, *, shown: str, stop: Callable[[], bool] = lambda: False) -> str:
    """SHA-256 of a clip's bytes; ``stop`` is asked now and then whether nobody waits for it any more."""
    digest = hashlib.sha256()
    with opened(location, shown=shown) as file:
        while piece := file.read(_PIECE_BYTES):
            digest.update(piece)
            if stop():
                raise InputError(f"{shown}: reading was stopped")
    return digest.hexdigest()


@contextmanager
def at_hand(location: str, *, name: str, shown: str, scratch: Path) -> Iterator[Path]:
    """Give a clip as a file on this machine: itself or, of what a URL names, a copy for as long as the block runs."""
    if not is_url(location):
        yield local_path(location)
        return
    folder = Path(tempfile.mkdtemp(prefix="clip-", dir=scratch))
    try:
        with opened(location, shown=shown) as far, (folder / name).open("wb") as near:
            while piece := far.read(_PIECE_BYTES):
                _write(piece, near)
        yield folder / name
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _write(piece: bytes, near: IO[bytes]) -> None:
    try:
        near.write(piece)
    except OSError as error:
        raise OutputError(
            f"no room for a clip's copy ({error.strerror}); free some space, or set TMPDIR to another disk"
        ) from None
