"""What FFmpeg does not say of a file: whether its end is there, and whether its edits change the speed.

Only the outer structure of the file is read, a few bytes at a time.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, NamedTuple

_EBML = b"\x1a\x45\xdf\xa3"
_SEGMENT = b"\x18\x53\x80\x67"
# A file has a handful on each level; a damaged one may seem to have millions.
_MOST_BOXES = 100_000
_FARTHEST = 2**62
# Boxes with which MP4 and QuickTime files begin.
_FIRST = {b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip", b"styp", b"pnot"}
_NORMAL_RATE = 1.0


class _Box(NamedTuple):
    """A box of an MP4 or QuickTime file: its type, where its content begins, and where it ends."""

    kind: bytes
    begin: int
    end: int


def is_cut_off(path: Path) -> bool | None:
    """Whether the file ends before its structure does; None for a container that does not tell."""
    size = path.stat().st_size
    with path.open("rb") as file:
        head = file.read(64)
        if head[4:8] in _FIRST:
            return any(box.end > size for box in _boxes(file, 0, size))
        if head.startswith(b"RIFF"):
            return bool(struct.unpack("<I", head[4:8])[0] + 8 > size)
        if head.startswith(_EBML):
            return _segment_end(file) > size
    return None


def has_changed_speed(path: Path) -> bool:
    """Whether edits of an MP4 or QuickTime file play its frames slower or faster than they were filmed.

    That is how Apple's slow motion is stored where it was not rendered: the frames keep the times of filming.
    """
    size = path.stat().st_size
    with path.open("rb") as file:
        if file.read(8)[4:8] not in _FIRST:
            return False
        return any(
            rate != _NORMAL_RATE
            for moov in _named(file, 0, size, b"moov")
            for trak in _named(file, moov.begin, moov.end, b"trak")
            for edts in _named(file, trak.begin, trak.end, b"edts")
            for elst in _named(file, edts.begin, edts.end, b"elst")
            for rate in _rates(file, elst)
        )


def _named(file: BinaryIO, begin: int, end: int, kind: bytes) -> Iterator[_Box]:
    return (box for box in _boxes(file, begin, end) if box.kind == kind)


def _boxes(file: BinaryIO, begin: int, end: int) -> Iterator[_Box]:
    for _ in range(_MOST_BOXES):
        # A box may claim to be longer than any file.
        if begin + 8 > min(end, _FARTHEST):
            return
        file.seek(begin)
        head = file.read(16)
        if len(head) < 8:
            return
        length, kind = struct.unpack(">I4s", head[:8])
        inside = 8
        if length == 1 and len(head) == 16:
            length, inside = struct.unpack(">Q", head[8:])[0], 16
        if length == 0:
            length = end - begin
        if length < inside:
            return
        yield _Box(kind, begin + inside, begin + length)
        begin += length


def _rates(file: BinaryIO, elst: _Box) -> Iterator[float]:
    """The media rates of an edit list; empty edits and still ones, which hold a frame, are left out."""
    file.seek(elst.begin)
    head = file.read(8)
    if len(head) < 8:
        return
    version, count = head[0], struct.unpack(">I", head[4:])[0]
    entry = struct.Struct(">QqI" if version == 1 else ">IiI")
    for _ in range(min(count, (elst.end - elst.begin - 8) // entry.size, _MOST_BOXES)):
        data = file.read(entry.size)
        if len(data) < entry.size:
            return
        length, media_time, rate = entry.unpack(data)
        if length and media_time >= 0 and rate:
            yield rate / 65536


def _segment_end(file: BinaryIO) -> int:
    """Where the segment of a Matroska file says that it ends; 0 when it was never closed."""
    file.seek(4)
    length, _ = _ebml_number(file)
    file.seek(length, 1)
    if file.read(4) != _SEGMENT:
        return 0
    length, unknown = _ebml_number(file)
    return 0 if unknown else file.tell() + length


def _ebml_number(file: BinaryIO) -> tuple[int, bool]:
    """A length of variable size, and whether it stands for an unknown one."""
    first = file.read(1)
    if not first or not first[0]:
        return 0, True
    more = 8 - first[0].bit_length()
    value = int.from_bytes(bytes([first[0] & (0xFF >> (more + 1))]) + file.read(more))
    return value, value == (1 << 7 * (more + 1)) - 1
