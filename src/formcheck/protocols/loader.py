"""Finds, reads and checks protocol files."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from formcheck.errors import ProtocolError
from formcheck.files import read_limited
from formcheck.parsing import parse_toml
from formcheck.protocols.model import Hold, Protocol

DEFAULT_PROTOCOL_ID = "sciatic-glide"
# A hundred times the longest that is built in.
_MAX_BYTES = 1_000_000


@dataclass(frozen=True, slots=True)
class LoadedProtocol:
    """A checked protocol with the fingerprint of the file it came from.

    ``origin`` is ``"built in"`` or the file's path; ``text`` the file as read.
    """

    protocol: Protocol
    sha256: str
    origin: str
    text: str


def builtin_ids() -> tuple[str, ...]:
    """Names of the built-in protocols, the default first."""
    names = sorted(f.name.removesuffix(".toml") for f in _builtin_dir().iterdir() if f.name.endswith(".toml"))
    return (DEFAULT_PROTOCOL_ID, *(name for name in names if name != DEFAULT_PROTOCOL_ID))


def load_protocol(id_or_path: str | Path = DEFAULT_PROTOCOL_ID) -> LoadedProtocol:
    """Load a built-in protocol by id, or any protocol file by path.

    Raises
    ------
    ProtocolError
        No such protocol, or the file does not say what a protocol must; the message names file,
        key, what was expected and what came.
    """
    builtin = _builtin_dir() / f"{id_or_path}.toml"
    if str(id_or_path) in builtin_ids():
        return _parse(builtin.read_bytes(), where=str(id_or_path), origin="built in")
    path = Path(id_or_path)
    try:
        data = read_limited(path, limit=_MAX_BYTES)
    except FileNotFoundError:
        raise ProtocolError(
            f"no protocol '{id_or_path}': expected one of {', '.join(builtin_ids())}, or the path of a .toml "
            "file; see 'formcheck protocols list'"
        ) from None
    except OSError as error:
        raise ProtocolError(f"{path}: expected a readable protocol file, got: {error.strerror}") from None
    return _parse(data, where=str(path), origin=str(path))


def parse_protocol(text: str, *, where: str) -> LoadedProtocol:
    """Check the text of a protocol that was kept somewhere else than in a file.

    Raises
    ------
    ProtocolError
        As `load_protocol`.
    """
    return _parse(text.encode(), where=where, origin=where)


def with_hold(loaded: LoadedProtocol, hold: Hold) -> LoadedProtocol:
    """Return a protocol for who holds the thigh in this way: its file with that one line, and a fingerprint of its own.

    A file whose tables are written otherwise than in plain lines is written anew, without its comments.
    """
    if loaded.protocol.hands.hold is hold:
        return loaded
    return _with_line(loaded, "hands", "hold", f'"{hold}"')


def with_reps(loaded: LoadedProtocol, reps: int) -> LoadedProtocol:
    """Return a protocol whose sets are as long as prescribed: its file with that one line, as `with_hold`."""
    if loaded.protocol.set.reps.value == reps:
        return loaded
    return _with_line(loaded, "set", "reps", f'{{ value = {reps}, source = "Prescribed." }}')


def _with_line(loaded: LoadedProtocol, table: str, key: str, value: str) -> LoadedProtocol:
    head, heading, rest = loaded.text.partition(f"\n[{table}]\n")
    body, following, others = rest.partition("\n[")
    kept = "\n".join(line for line in body.split("\n") if not re.match(rf"{key}\s*=", line))
    text = f"{head}{heading}{key} = {value}\n{kept}{following}{others}"
    if not heading or not _is_toml(text):
        values = parse_toml(loaded.text)
        text = _toml({**values, table: {**values.get(table, {}), **parse_toml(f"{key} = {value}")}})
    return _parse(text.encode(), where=loaded.origin, origin=loaded.origin)


def _is_toml(text: str) -> bool:
    try:
        parse_toml(text)
    except ValueError:
        return False
    return True


def _toml(values: Mapping[str, Any]) -> str:
    """Write a document: plain values first, then a table for each of its sections."""
    tables = {name: value for name, value in values.items() if isinstance(value, dict)}
    lines = [f"{_value(name)} = {_value(value)}" for name, value in values.items() if name not in tables]
    for name, table in tables.items():
        lines += ["", f"[{_value(name)}]", *(f"{_value(key)} = {_value(value)}" for key, value in table.items())]
    return "\n".join(lines) + "\n"


def _value(value: Any) -> str:
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{_value(key)} = {_value(one)}" for key, one in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(map(_value, value)) + "]"
    # Strings and truth are written alike in JSON; numbers and dates are not.
    return json.dumps(value, ensure_ascii=False) if isinstance(value, (str, bool)) else str(value)


def judging_fingerprint(text: str) -> str:
    """Return what tells protocols apart that judge differently: the length of a set, which a plan changes, is no part.

    Parameters
    ----------
    text : str
        Of a protocol, also one that this formcheck cannot judge by.
    """
    try:
        values = parse_toml(text)
    except ValueError:
        return text
    if isinstance(values.get("set"), dict):
        values["set"] = {key: value for key, value in values["set"].items() if key != "reps"}
    return json.dumps(values, sort_keys=True, default=str)


def _parse(data: bytes, *, where: str, origin: str) -> LoadedProtocol:
    try:
        text = data.decode("utf-8")
        values = parse_toml(text)
    except UnicodeDecodeError as error:
        raise ProtocolError(f"{where}: expected UTF-8 text, got other bytes at position {error.start}") from None
    except ValueError as error:
        raise ProtocolError(f"{where}: expected TOML, got: {error}") from None
    try:
        protocol = Protocol.model_validate(values)
    except ValidationError as error:
        raise ProtocolError(_explain(error, where)) from None
    return LoadedProtocol(protocol, hashlib.sha256(data).hexdigest(), origin, text)


def _explain(error: ValidationError, where: str) -> str:
    lines = []
    for problem in error.errors(include_url=False):
        key = ".".join(str(part) for part in problem["loc"]) or "(file)"
        got = "nothing" if problem["type"] == "missing" else repr(problem["input"])
        lines.append(f"{where}: {key}: {problem['msg'].removeprefix('Value error, ')}; got {got[:80]}")
    return "\n".join(lines)


def _builtin_dir() -> Traversable:
    return resources.files("formcheck.protocols") / "builtin"
