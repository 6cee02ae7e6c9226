"""Finds, reads and checks protocol files."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

import tomlkit
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
    """Return a protocol for who holds the thigh in this way: its file with that one value, and its own fingerprint."""
    if loaded.protocol.hands.hold is hold:
        return loaded
    return _with_value(loaded, "hands", "hold", hold.value)


def with_reps(loaded: LoadedProtocol, reps: int) -> LoadedProtocol:
    """Return a protocol whose sets are as long as prescribed: its file with that one value, as `with_hold`."""
    if loaded.protocol.set.reps.value == reps:
        return loaded
    prescribed = tomlkit.inline_table()
    prescribed.update({"value": reps, "source": "Prescribed."})
    return _with_value(loaded, "set", "reps", prescribed)


def _with_value(loaded: LoadedProtocol, table: str, key: str, value: Any) -> LoadedProtocol:
    document: Any = tomlkit.parse(loaded.text)
    document.setdefault(table, {})[key] = value
    return _parse(tomlkit.dumps(document).encode(), where=loaded.origin, origin=loaded.origin)


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
