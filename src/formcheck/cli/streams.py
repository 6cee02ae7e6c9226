"""Standard output and error as consoles have them: without some characters, closed, or gone in the middle of the work.

Printing never fails. What a console cannot show is replaced, what nobody reads any more is dropped, and the work whose
result was to be printed goes on; `output_error` says at the end what became of the output.
"""

from __future__ import annotations

import codecs
import io
import os
import sys
import unicodedata
from pathlib import Path
from typing import Any, TextIO, cast

_REPLACING = "formcheck"
# Signs that are used in tables, and letters whose German spelling without them is not the bare letter. The symbols of
# the calendar stay apart from each other.
_PLAIN = {
    "°": "deg", "±": "+/-", "−": "-", "–": "-", "—": "-", "→": "->", "·": ".", "…": "...", "×": "x", "≤": "<=",
    "≥": ">=", "■": "#", "◧": "+", "□": "o", "◇": "*", "“": '"', "”": '"', "„": '"', "’": "'", "─": "-", "━": "-",
    "↑": "up", "↓": "down", "ä": "ae", "ö": "oe", "ü": "ue", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue", "ß": "ss",
}  # fmt: skip


class _Output(io.RawIOBase):
    """An output that takes everything, and keeps the first error of the real one."""

    def __init__(self, stream: io.TextIOWrapper) -> None:
        # It would close the output when nothing held it any more.
        self._stream = stream
        self._real = cast("io.RawIOBase", getattr(stream.buffer, "raw", stream.buffer))
        self.error: OSError | None = None

    def write(self, data: Any, /) -> int | None:
        if self.error is None:
            try:
                return self._real.write(data)
            except OSError as error:
                self.error = error
        return memoryview(data).nbytes

    def writable(self) -> bool:
        return True

    def fileno(self) -> int:
        return self._real.fileno()

    def isatty(self) -> bool:
        return self._real.isatty()


class _Text(io.TextIOWrapper):
    """Text for a console of any encoding."""

    @property
    def encoding(self) -> str:  # type: ignore[override]
        # Click takes a stream that calls itself ASCII for a wrong guess, and writes UTF-8 to it.
        name = super().encoding
        return f"{name} with replacements" if codecs.lookup(name).name == "ascii" else name


def prepare_streams() -> None:
    """Make printing to this process's standard output and error safe."""
    codecs.register_error(_REPLACING, _replaced)
    _open_missing()
    sys.stdout = _safe(sys.stdout)
    sys.stderr = _safe(sys.stderr)


def output_error() -> OSError | None:
    """Return why not all of the standard output could be written; None if it could."""
    sys.stdout.flush()
    raw = getattr(getattr(sys.stdout, "buffer", None), "raw", None)
    return raw.error if isinstance(raw, _Output) else None


def is_utf8(stream: TextIO) -> bool:
    """Tell whether what is printed to a stream arrives as UTF-8."""
    try:
        return codecs.lookup(stream.encoding or "").name == "utf-8"
    except LookupError:
        return False


def _open_missing() -> None:
    """Let no file that is opened later become standard output or error, into which libraries write."""
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.set_inheritable(os.open(os.devnull, os.O_RDWR), True)


def _safe(stream: TextIO | None) -> _Text:
    if not isinstance(stream, io.TextIOWrapper):
        # There is none: it was closed, or the program was started by an icon.
        stream = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115 - as long as the process
    return _Text(
        io.BufferedWriter(_Output(stream)),
        encoding=stream.encoding,
        errors=_REPLACING,
        line_buffering=stream.line_buffering,
        write_through=stream.write_through,
    )


def _replaced(error: UnicodeError) -> tuple[str, int]:
    """Say in ASCII what an encoding has no character for."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return "".join(map(_plain, error.object[error.start : error.end])), error.end


def _plain(character: str) -> str:
    if character in _PLAIN:
        return _PLAIN[character]
    letters = unicodedata.normalize("NFKD", character).encode("ascii", "ignore").decode()
    return letters or ("" if unicodedata.combining(character) else "?")
