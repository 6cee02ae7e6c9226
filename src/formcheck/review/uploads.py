"""Uploaded clips: streamed to the disk, and kept only if they are videos."""

from __future__ import annotations

import re
import secrets
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import IO

from anyio import to_thread
from starlette.requests import ClientDisconnect

from formcheck.errors import InputError
from formcheck.files import explained, move_into_place, open_private, remove_stale
from formcheck.review.file_library import CLIP_SUFFIXES
from formcheck.review.results_folders import results_folder_for
from formcheck.server.errors import RequestError

MAX_BYTES = 4 * 1024**3
# What must stay free on the disk for the results.
_SPARE_BYTES = 256 * 1024**2
_HEAD_BYTES = 1024
# Beginnings of MP4/MOV (the type of its first box), Matroska/WebM, RIFF AVI, Ogg, ASF, MPEG streams.
_BOXES = (b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot")
_BEGINNINGS = (
    b"\x1a\x45\xdf\xa3",
    b"OggS",
    b"\x30\x26\xb2\x75\x8e\x66\xcf\x11",
    b"\x00\x00\x01\xba",
    b"\x00\x00\x01\xb3",
)
_TS_SYNC = 0x47
_NAME_CHARS = 120
# What Windows takes for a device, whatever follows a point.
_DEVICES = {"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in "123456789")}
_PART = ".upload-"


class TooLargeError(RequestError):
    """An upload has more bytes than are accepted, or than the disk can hold."""

    status = 413


class NotVideoError(RequestError):
    """An upload is not a video."""

    status = 415


async def receive(
    chunks: AsyncIterator[bytes],
    *,
    name: str,
    folder: Path,
    declared: int | None,
    check: Callable[[Path], None],
    gone: Callable[[], Awaitable[bool]],
) -> Path:
    """Write an upload into a folder under a name that is free there, and return its path.

    Nothing remains of an upload that is refused or cut off.

    Parameters
    ----------
    chunks : async iterator of bytes
    name : str
        The browser's name of the file; only its last part is used, without characters that file systems reject.
    folder : Path
    declared : int or None
        Length that was declared.
    check : callable
        Raises InputError unless a file can be read as a video.
    gone : callable
        Whether the sender is gone: who cancels while the last bytes are looked at does not want the clip.

    Raises
    ------
    TooLargeError
        More than `MAX_BYTES`, or than the disk can hold.
    NotVideoError
        It is not a video that can be read.
    OutputError
        The folder is gone, or may not be written.
    ClientDisconnect
        The sender is gone.
    """
    safe = _safe_name(name)
    part = folder / f"{_PART}{secrets.token_hex(8)}{Path(safe).suffix}"
    with explained(folder.name, remedy="open another folder"):
        remove_stale(folder, f"{_PART}*")
        _check_room(declared or 0, folder)
        file = open_private(part, "xb")
    try:
        with file:
            await _write(chunks, file, part)
        try:
            await to_thread.run_sync(check, part)
        except InputError as error:
            raise NotVideoError(str(error).replace(str(part), safe)) from None
        if await gone():
            raise ClientDisconnect
        return _give_name(part, folder, safe)
    finally:
        part.unlink(missing_ok=True)


async def _write(chunks: AsyncIterator[bytes], file: IO[bytes], part: Path) -> None:
    written, head = 0, b""
    async for chunk in chunks:
        if len(head) < _HEAD_BYTES:
            head += chunk[: _HEAD_BYTES - len(head)]
            if len(head) >= 12 and not looks_like_video(head):
                raise NotVideoError(_not_video(part))
        written += len(chunk)
        if written > MAX_BYTES:
            raise TooLargeError(_too_large())
        try:
            await to_thread.run_sync(file.write, chunk)
        except OSError:
            raise TooLargeError(
                f"the disk of {part.parent.name} is full: free some space and drop the clip again"
            ) from None
    if not looks_like_video(head):
        raise NotVideoError(_not_video(part))


def looks_like_video(head: bytes) -> bool:
    """Whether a file begins as a video container does (twelve bytes are enough)."""
    if head[4:8] in _BOXES or head.startswith(_BEGINNINGS):
        return True
    if head[:4] == b"RIFF" and head[8:12] == b"AVI ":
        return True
    return bool(head) and _is_transport_stream(head)


def _is_transport_stream(head: bytes) -> bool:
    """MPEG-TS has its mark every 188 bytes, camcorders' M2TS every 192 from the fifth."""
    return any(
        len(head) > first + 2 * step and all(head[first + i * step] == _TS_SYNC for i in range(3))
        for first, step in ((0, 188), (4, 192))
    ) or (len(head) <= 376 and head[0] == _TS_SYNC)


def _not_video(part: Path) -> str:
    return f"expected a video (MP4, MOV, MKV, WebM, AVI ...), but the file does not begin like one ({part.suffix})"


def _too_large() -> str:
    return f"expected a clip of at most {MAX_BYTES / 1024**3:.0f} GB, got more; cut it, or open it by its name"


def _check_room(declared: int, folder: Path) -> None:
    if declared > MAX_BYTES:
        raise TooLargeError(_too_large())
    if declared + _SPARE_BYTES > shutil.disk_usage(folder).free:
        raise TooLargeError(f"the disk of {folder.name} has no room for this clip: free some space and drop it again")


def _safe_name(name: str) -> str:
    """Return the last part of a name without characters that mean something to a file system."""
    last = re.split(r"[/\\]", name)[-1]
    plain = re.sub(r'[\x00-\x1f\x7f<>:"|?*\ud800-\udfff]', "_", last).strip(". ")
    stem, suffix = Path(plain).stem, Path(plain).suffix.lower()
    if suffix not in CLIP_SUFFIXES:
        raise NotVideoError(
            f"expected a clip ({', '.join(sorted(CLIP_SUFFIXES))}), got a file that ends in '{suffix or 'nothing'}'"
        )
    while len(stem.encode()) > _NAME_CHARS:
        stem = stem[:-1]
    if stem.split(".")[0].rstrip().casefold() in _DEVICES:
        stem = f"_{stem}"
    return f"{stem or 'clip'}{suffix}"


def _give_name(part: Path, folder: Path, name: str) -> Path:
    """Give an upload a name under which there is neither a clip nor results."""
    stem, suffix = Path(name).stem, Path(name).suffix
    count = 1
    while True:
        path = folder / (name if count == 1 else f"{stem} ({count}){suffix}")
        if not path.exists() and not results_folder_for(path).exists() and _claim(path):
            move_into_place(part, path)
            return path
        count += 1


def _claim(path: Path) -> bool:
    """Make an empty file under a name; False when somebody else did at this moment."""
    try:
        open_private(path, "xb").close()
    except FileExistsError:
        return False
    return True
