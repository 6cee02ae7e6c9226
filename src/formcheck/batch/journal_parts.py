"""A part of the journal as the bytes of two files: the results, a line each, and the repetitions of each result.

The first line of the results states how many there are and the SHA-256 of what follows, so that damage is seen.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from formcheck.batch.rows import SessionRows
from formcheck.batch.tables import ClipResult, ClipState
from formcheck.batch.tasks import KEY_DIGITS, BatchClip, ClipFailure

# Parts of another version are not read.
_VERSION = 1
_FAILED, _DONE = b"f", b"d"
_LINE_HEAD = KEY_DIGITS + 3


@dataclass(frozen=True, slots=True)
class PartLine:
    """Where a result stands in its part, and whether it is a failure."""

    key: str
    failed: bool
    offset: int


def encode(results: Mapping[str, ClipResult]) -> tuple[bytes, bytes]:
    """Return results, by key, and their repetitions as the contents of the two files."""
    lines, reps, rep_bytes = [], [], 0
    for key, result in results.items():
        reps_line = json.dumps(result.rows.reps_to_json() if result.rows else None).encode() + b"\n"
        values = {
            "path": result.clip.display_path,
            "name": result.clip.name,
            "content": result.content_sha256,
            "folder": result.folder,
            "settings": result.settings,
            "failure": result.failure.to_dict() if result.failure else None,
            "rows": result.rows.clip_to_json() if result.rows else None,
            "reps_at": (rep_bytes, len(reps_line)),
        }
        kind = _FAILED if result.failure else _DONE
        lines.append(b"%s %s %s\n" % (key.encode(), kind, json.dumps(values).encode()))
        reps.append(reps_line)
        rep_bytes += len(reps_line)
    body = b"".join(lines)
    return _head(len(lines), body) + body, b"".join(reps)


def _head(count: int, body: bytes) -> bytes:
    values = {"version": _VERSION, "results": count, "sha256": hashlib.sha256(body).hexdigest()}
    return json.dumps(values).encode() + b"\n"


def is_whole(data: bytes) -> bool:
    """Tell whether the contents of a file of results are as they were written, by this version."""
    head, _, body = data.partition(b"\n")
    return head + b"\n" == _head(body.count(b"\n"), body)


def lines(data: bytes) -> Iterator[PartLine]:
    """Yield the lines of a file of results, without reading what is in them."""
    offset = data.index(b"\n") + 1
    while offset < len(data):
        key = data[offset : offset + KEY_DIGITS].decode()
        yield PartLine(key, data[offset + KEY_DIGITS + 1 : offset + KEY_DIGITS + 2] == _FAILED, offset)
        offset = data.index(b"\n", offset) + 1


def decode(line: bytes) -> tuple[str, ClipResult, tuple[int, int]]:
    """Return key and result of a line, without repetitions, and where these stand: offset and length."""
    values = json.loads(line[_LINE_HEAD:])
    failure, rows = values["failure"], values["rows"]
    result = ClipResult(
        BatchClip("", values["path"], values["name"]),
        ClipState.FAILED if failure else ClipState.DONE,
        values["content"],
        values["folder"],
        values["settings"],
        failure=ClipFailure.from_dict(failure) if failure else None,
        rows=SessionRows.from_json(rows) if rows else None,
    )
    offset, length = values["reps_at"]
    return line[:KEY_DIGITS].decode(), result, (offset, length)


def decode_reps(line: bytes) -> tuple[Mapping[str, Any], ...]:
    """Return the rows of a line of the file of repetitions.

    Raises
    ------
    ValueError, TypeError, KeyError
        It is no such line.
    """
    values = json.loads(line)
    return tuple(dict(zip(values["names"], row, strict=True)) for row in values["rows"])
