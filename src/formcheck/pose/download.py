"""Downloading an official model: the only place in formcheck that uses the network."""

from __future__ import annotations

import http.client
import os
import re
import urllib.error
import urllib.request
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from formcheck.errors import InputError, OutputError, UsageError
from formcheck.files import disk_is_full, move_into_place
from formcheck.pose.models import DIRECTORY_VARIABLE, sha256_of, user_directory

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from formcheck.pose.models import Bundle

    Progress = Callable[[int, int], None]

URL_VARIABLE = "FORMCHECK_MODELS_URL"
OFFICIAL_URL = "https://storage.googleapis.com/mediapipe-models/pose_landmarker"
TIMEOUT_S = 30.0

_CHUNK_BYTES = 1 << 18


def pull(
    bundle: Bundle,
    *,
    directory: Path | None = None,
    base_url: str | None = None,
    progress: Progress | None = None,
) -> Path:
    """Download an official bundle, check it against its pinned SHA-256, and only then put it in place.

    An interrupted download stays beside the target as ``.part``; the next call resumes it if the server can do that,
    and starts again if it cannot.

    Parameters
    ----------
    bundle : Bundle
        One of `formcheck.pose.models.BUNDLES`.
    directory : Path, optional
        Where to put it; default `formcheck.pose.models.user_directory`.
    base_url : str, optional
        A mirror laid out as the official address; default the variable ``FORMCHECK_MODELS_URL``, else
        the address in MediaPipe's documentation.
    progress : callable, optional
        Called with the bytes done and the bytes in total.

    Raises
    ------
    InputError
        Not reachable, cut off, or not the published file.
    OutputError
        The file cannot be written.
    UsageError
        The address is neither http nor https.
    """
    target = (directory or user_directory()) / bundle.filename
    if target.is_file() and sha256_of(target) in bundle.published_sha256:
        return target
    url = _address(bundle, base_url or os.environ.get(URL_VARIABLE) or OFFICIAL_URL)
    part = target.with_name(target.name + ".part")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        resumed = _fetch(bundle, url, part, progress)
        if resumed and sha256_of(part) not in bundle.published_sha256:
            part.unlink()
            _fetch(bundle, url, part, progress)
        got = sha256_of(part)
        if got not in bundle.published_sha256:
            part.unlink()
            raise InputError(
                f"{url}: expected sha256 {' or '.join(bundle.published_sha256)}, got {got}; "
                "nothing was kept: run the command again, or check the mirror"
            )
        move_into_place(part, target)
    except OSError as error:
        remedy = "free some space" if disk_is_full(error) else f"set {DIRECTORY_VARIABLE} to a folder of yours"
        raise OutputError(f"{target}: cannot be written ({error.strerror}); {remedy}") from error
    return target


def _address(bundle: Bundle, base_url: str) -> str:
    """Return the bundle's address below ``base_url``, which must be http or https."""
    if urlsplit(base_url).scheme not in {"http", "https"}:
        raise UsageError(f"model address {base_url!r}: expected http:// or https://; correct {URL_VARIABLE}")
    stem = f"pose_landmarker_{bundle.name}"
    return f"{base_url.rstrip('/')}/{stem}/float16/1/{stem}.task"


def _fetch(bundle: Bundle, url: str, part: Path, progress: Progress | None) -> bool:
    """Download ``part`` to its full size; return whether an earlier download was resumed."""
    size_bytes = bundle.size_bytes
    begun_bytes = part.stat().st_size if part.exists() else 0
    if begun_bytes >= size_bytes:
        begun_bytes = 0
    with _open(url, begun_bytes) as response:
        resumed = response.status == http.HTTPStatus.PARTIAL_CONTENT
        done_bytes = begun_bytes if resumed else 0
        _check_offer(url, response, done_bytes, size_bytes)
        with part.open("ab" if resumed else "wb") as out:
            while done_bytes < size_bytes:
                chunk = _read(url, response, min(_CHUNK_BYTES, size_bytes - done_bytes))
                if not chunk:
                    break
                out.write(chunk)
                done_bytes += len(chunk)
                if progress is not None:
                    progress(done_bytes, size_bytes)
    if done_bytes < size_bytes:
        raise InputError(
            f"{url}: expected {size_bytes} bytes, the connection ended after {done_bytes}; "
            f"run `formcheck models pull {bundle.name}` again to go on from there"
        )
    return resumed


def _open(url: str, offset_bytes: int) -> http.client.HTTPResponse:
    """Ask for the file from ``offset_bytes`` on; from the start if the server cannot do that."""
    headers = {"User-Agent": "formcheck"}
    if offset_bytes:
        headers["Range"] = f"bytes={offset_bytes}-"
    request = urllib.request.Request(url, headers=headers)  # noqa: S310 - _address let only http(s) through
    try:
        response: http.client.HTTPResponse = urllib.request.urlopen(request, timeout=TIMEOUT_S)  # noqa: S310
    except urllib.error.HTTPError as error:
        error.close()
        if error.code == http.HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE and offset_bytes:
            return _open(url, 0)
        raise InputError(
            f"{url}: expected a model, the server answered {error.code} {error.reason}; "
            f"check the address ({URL_VARIABLE}) or copy the file by hand to {user_directory()}"
        ) from error
    except (OSError, http.client.HTTPException) as error:
        reason = error.reason if isinstance(error, urllib.error.URLError) else error
        raise InputError(
            f"{url}: the server cannot be reached ({reason}); check the connection, "
            f"or copy the file by hand to {user_directory()}"
        ) from error
    return response


def _check_offer(url: str, response: http.client.HTTPResponse, start_bytes: int, size_bytes: int) -> None:
    """Refuse a file of another size, such as an error or login page, before a byte of it is written."""
    given = response.headers.get("Content-Length")
    if given is None or not re.fullmatch(r"\d+", given):
        return
    offered_bytes = start_bytes + int(given)
    if offered_bytes != size_bytes:
        raise InputError(
            f"{url}: expected a file of {size_bytes} bytes, the server offers {offered_bytes}; "
            "is a login page or an old mirror in between?"
        )


def _read(url: str, response: http.client.HTTPResponse, count: int) -> bytes:
    """Return up to ``count`` bytes; none when the connection ended."""
    try:
        return response.read(count)
    except http.client.IncompleteRead as error:
        return error.partial
    except (OSError, http.client.HTTPException) as error:
        raise InputError(
            f"{url}: the connection was lost ({error}); run the command again to go on from there"
        ) from error
