"""Rows of the record that another program changed: one is set aside with a line, and takes no other with it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from functools import cache
from typing import TypeVar

from formcheck.errors import StoreError, one_line

_LOG = logging.getLogger(__name__)
_MOST_SAID = 200
_Row = TypeVar("_Row")
_Value = TypeVar("_Value")


def readable(
    rows: Iterable[_Row], make: Callable[[_Row], _Value], *, name: Callable[[_Row], str] | str
) -> list[_Value]:
    """Return what ``make`` makes of each row, without those it cannot read, of which one line is said."""
    values = []
    for row in rows:
        try:
            values.append(make(row))
        except (StoreError, ValueError, LookupError, TypeError, AttributeError, OverflowError) as error:
            set_aside(name if isinstance(name, str) else name(row), str(error))
    return values


@cache
def set_aside(what: str, why: str) -> None:
    """Say, once in a process, that something of the record is left out."""
    words = [one_line(text)[:_MOST_SAID] for text in (what, why)]
    _LOG.warning("%s is left out: it is damaged (%s); the rest of the record is unharmed", *words)
