"""Seeded changes of bytes and of documents."""

from __future__ import annotations

import copy
import json
from typing import Any

import numpy as np

# Where containers say how long, how large, how many and when: MP4's boxes, AVI's chunks, Matroska's ids.
MARKS = {
    "mp4": (
        b"ftyp",
        b"moov",
        b"mvhd",
        b"tkhd",
        b"mdhd",
        b"elst",
        b"edts",
        b"stsd",
        b"avc1",
        b"avcC",
        b"stts",
        b"ctts",
        b"stsc",
        b"stsz",
        b"stco",
        b"stss",
        b"mdat",
        b"hdlr",
        b"minf",
        b"trak",
        b"moof",
        b"tfhd",
        b"tfdt",
        b"trun",
        b"mvex",
        b"trex",
        b"meta",
        b"ilst",
        b"udta",
        b"sidx",
    ),
    "mkv": (
        b"\x18\x53\x80\x67",
        b"\x15\x49\xa9\x66",
        b"\x2a\xd7\xb1",
        b"\x44\x89",
        b"\x16\x54\xae\x6b",
        b"\x23\xe3\x83",
        b"\xb0",
        b"\xba",
        b"\x54\xb0",
        b"\x54\xba",
        b"\x1f\x43\xb6\x75",
        b"\xe7",
        b"\xa3",
        b"\xa1",
        b"\x9b",
        b"\x1c\x53\xbb\x6b",
        b"DURATION",
        b"\x63\xa2",
    ),
    "avi": (b"RIFF", b"avih", b"strh", b"strf", b"idx1", b"movi", b"00dc", b"LIST", b"JUNK", b"vids"),
    "ts": (b"\x47",),
}
_EXTREMES = (
    0,
    1,
    2,
    0x7F,
    0x80,
    0xFF,
    0x7FFF,
    0x8000,
    0xFFFF,
    0x7FFFFFFF,
    0x80000000,
    0xFFFFFFFF,
    2**62,
    2**63,
    2**64 - 1,
)
_HOSTILE: tuple[Any, ...] = (
    None,
    True,
    -1,
    0,
    0.5,
    1e15,
    1e16,
    -1e300,
    10**19,
    10**400,
    "",
    "x" * 3000,
    "²²",
    "\x00",
    "\ud800",
    "../../x",
    "/tmp/x",
    "NaN",
    "yesterday",
    "2026-03-02",
    "9999-12-31T23:59:59+00:00",
    "0001-01-01T00:00:00+14:00",
    "left",
    "undecided",
    [],
    {},
    [None],
    [[]],
    {"": None},
    [1e308] * 50,
)


def mutated(data: bytes, draw: np.random.Generator) -> bytes:
    """Change, cut, double or overwrite a few places."""
    for _ in range(int(draw.integers(1, 5))):
        at, length = int(draw.integers(len(data))), int(draw.integers(1, 9))
        junk = [draw.bytes(length), b"\xff" * length, b"\0" * length, b"9" * 25, b"[" * 99, data[at : at + 200] * 2]
        piece = junk[int(draw.integers(len(junk)))]
        data = data[:at] + piece + data[at + (len(piece) if draw.random() < 0.7 else 0) :] or b"x"
    return data if draw.random() < 0.9 else data[: int(draw.integers(1, len(data)))]


def flipped(data: bytes, draw: np.random.Generator) -> bytes:
    """Flip a few bits."""
    changed = bytearray(data)
    for at in draw.integers(len(data), size=int(draw.integers(1, 30))):
        changed[at] ^= 1 << int(draw.integers(8))
    return bytes(changed)


def mutated_container(data: bytes, marks: tuple[bytes, ...], draw: np.random.Generator) -> bytes:
    """Change a clip's bytes: anywhere, its length, or what its container says of sizes, counts, lengths and times."""
    kind = draw.random()
    if kind < 0.1:
        return mutated(data, draw)
    if kind < 0.2:
        return flipped(data, draw)
    if kind < 0.27:
        return data[: int(draw.integers(1, len(data)))]
    for _ in range(int(draw.integers(1, 4))):
        places = _places(data, marks, draw)
        if places:
            data = _changed_at(data, places[int(draw.integers(len(places)))], draw)
    return data


def _places(data: bytes, marks: tuple[bytes, ...], draw: np.random.Generator) -> list[int]:
    found: list[int] = []
    mark = marks[int(draw.integers(len(marks)))]
    at = data.find(mark)
    while at >= 0 and len(found) < 40:
        found.append(at)
        at = data.find(mark, at + 1)
    return found


def _changed_at(data: bytes, at: int, draw: np.random.Generator) -> bytes:
    """Write an extreme number near a place, or double, move or remove what begins there."""
    kind = draw.random()
    if kind < 0.8:
        size = int(draw.choice([1, 2, 4, 8]))
        value = _EXTREMES[int(draw.integers(len(_EXTREMES)))] if draw.random() < 0.8 else int(draw.integers(2**62))
        where = max(0, at + int(draw.integers(-4, 40)))
        number = (value % 2 ** (8 * size)).to_bytes(size, "big" if draw.random() < 0.7 else "little")
        return data[:where] + number + data[where + size :]
    begin, end = max(0, at - 4), min(len(data), at + int(draw.integers(8, 400)))
    piece = data[begin:end]
    return data[:end] + piece + data[end:] if kind < 0.9 else data[:begin] + data[end:]


def mutated_json(data: bytes, draw: np.random.Generator) -> bytes:
    """Put hostile values into a document, or leave some out; now and then change its bytes."""
    if draw.random() < 0.2:
        return mutated(data, draw)
    value = copy.deepcopy(json.loads(data))
    for _ in range(int(draw.integers(1, 4))):
        _hurt(value, draw)
    return json.dumps(value).encode()


def _hurt(value: Any, draw: np.random.Generator) -> None:
    """Walk down to a random place, and change what is there."""
    while True:
        keys = list(value) if isinstance(value, dict) else list(range(len(value)))
        if not keys:
            return
        key = keys[int(draw.integers(len(keys)))]
        inner = value[key]
        if isinstance(inner, (dict, list)) and inner and draw.random() < 0.85:
            value = inner
            continue
        kind = draw.random()
        if kind < 0.7:
            value[key] = copy.deepcopy(_HOSTILE[int(draw.integers(len(_HOSTILE)))])
        elif kind < 0.85:
            del value[key]
        elif isinstance(value, list):
            value.append(copy.deepcopy(inner))
        else:
            value[f"{key}_2"] = inner
        return
