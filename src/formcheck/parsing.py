"""The one way in for text from outside: JSON, TOML, times and names, each with limits.

A document that formcheck reads may have been written by anybody. Whatever does not keep within the limits is a
``ValueError`` of one line, which the caller turns into an error with its place and remedy.
"""

from __future__ import annotations

import json
import math
import re
import tomllib
from datetime import date, datetime
from typing import Any, NoReturn

MAX_DEPTH = 40
"""Documents of formcheck are nested a dozen deep."""
MAX_NUMBER = 1e15
"""Counts, bytes and seconds are below it, and every whole number up to it is exact."""
UID_PATTERN = r"[0-9a-f]{8,32}"
"""A session's id: hexadecimal digits, so that it can be a file's name anywhere."""
_FIRST_YEAR, _LAST_YEAR = 1900, 2200


def parse_json(data: bytes | str, *, nan: bool = False) -> Any:
    """Return the value of a JSON document with finite numbers of a sane size, nested a few deep.

    With ``nan`` a number may be NaN: in journals and tracks that is one that was not known, as a camera's frame rate.

    Raises
    ------
    ValueError
        It is no JSON, or beyond a limit.
    """
    try:
        value = json.loads(data, parse_constant=_nan_or_refuse if nan else _refuse_constant)
    except RecursionError:
        raise _too_deep() from None
    _check(value, nan=nan)
    return value


def parse_json_object(data: bytes | str, *, nan: bool = False) -> dict[str, Any]:
    """Return the value of a JSON document that is an object, else as `parse_json`."""
    value = parse_json(data, nan=nan)
    if not isinstance(value, dict):
        raise ValueError(f"expected a JSON object, got {type(value).__name__}")  # noqa: TRY004 - the text is at fault
    return value


def parse_toml(text: str) -> dict[str, Any]:
    """Return the values of a TOML document, within the limits of `parse_json`.

    Raises
    ------
    ValueError
        It is no TOML (then a `tomllib.TOMLDecodeError`), or beyond a limit.
    """
    try:
        values = tomllib.loads(text)
    except RecursionError:
        raise _too_deep() from None
    _check(values)
    return values


def parse_moment(text: object) -> datetime:
    """Return a date and time of ISO 8601 with its offset from UTC, in a year that a person may have practised in.

    Raises
    ------
    ValueError
    """
    moment = datetime.fromisoformat(_text(text))
    _check_year(moment)
    if moment.utcoffset() is None:
        raise ValueError(f"expected a time with its offset from UTC, got {_short(text)}")
    return moment


def checked_uid(text: str) -> str:
    """Return a session's id.

    Raises
    ------
    ValueError
        It is none.
    """
    if not re.fullmatch(UID_PATTERN, text):
        raise ValueError(f"expected an id of hexadecimal digits, got {_short(text)}")
    return text


def parse_day(text: object) -> date:
    """Return a day of ISO 8601, in a year that a person may have practised in.

    Raises
    ------
    ValueError
    """
    day = date.fromisoformat(_text(text))
    _check_year(day)
    return day


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError(f"expected a date as text, got {_short(value)}")  # noqa: TRY004 - the text is at fault
    return value


def _check_year(day: date) -> None:
    if not _FIRST_YEAR <= day.year <= _LAST_YEAR:
        raise ValueError(f"expected a year from {_FIRST_YEAR} to {_LAST_YEAR}, got {day.year}")


def _check(value: Any, *, nan: bool = False) -> None:
    """Walk a parsed document without recursion."""
    level, depth = [value], 0
    while level:
        if depth > MAX_DEPTH:
            raise _too_deep()
        deeper: list[Any] = []
        for one in level:
            for item in one.values() if isinstance(one, dict) else one if isinstance(one, list) else (one,):
                if isinstance(item, (dict, list)):
                    deeper.append(item)
                elif isinstance(item, (int, float)) and not _sane(item, nan=nan):
                    raise ValueError(f"expected finite numbers up to {MAX_NUMBER:g}, got one beyond")
        level, depth = deeper, depth + 1


def _sane(number: float, *, nan: bool) -> bool:
    # Comparisons take whole numbers that are too large for a float, too; a NaN is on neither side of 0.
    return -MAX_NUMBER <= number <= MAX_NUMBER or (nan and not (number < 0 or number >= 0))


def _nan_or_refuse(name: str) -> float:
    return math.nan if name == "NaN" else _refuse_constant(name)


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"expected finite numbers, got {name}")


def _too_deep() -> ValueError:
    return ValueError(f"expected values nested at most {MAX_DEPTH} deep, got more")


def _short(value: object) -> str:
    return repr(value)[:40]
