"""Message catalogues: what formcheck says and shows in a language, one file for each.

To add a language, copy ``en.toml`` to ``xx.toml`` and translate the values; keys and ``{names}`` stay. Nothing else
has to be registered.
"""

from __future__ import annotations

import locale
import os
import re
import string
import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import resources
from typing import Any

from formcheck.errors import UsageError
from formcheck.message import Message
from formcheck.text.rounding import half_away

DEFAULT_LANGUAGE = "en"
FOLDER = resources.files("formcheck.text")
"""Holds one file for each language."""
# Where POSIX systems name the language of messages, the strongest first.
_ENVIRONMENT = ("LC_ALL", "LC_MESSAGES", "LANG")
MINUS = "\N{MINUS SIGN}"
_FIXED = re.compile(r"\+?\.(\d+)f")


class Texts:
    """Says things in one language.

    Parameters
    ----------
    language : str
        Two letters, one of `languages`.

    Raises
    ------
    UsageError
        There is no catalogue in that language.
    """

    def __init__(self, language: str = DEFAULT_LANGUAGE) -> None:
        if language not in languages():
            raise UsageError(f"no texts in {language!r}: expected one of {', '.join(languages())}")
        self.language = language
        self._texts = catalogue(language)
        self._formatter = _Formatter(self._texts["number.decimal_mark"])

    def has(self, key: str) -> bool:
        """Tell whether there is a text under ``key``."""
        return key in self._texts

    def get(self, key: str, /, **values: Any) -> str:
        """Return the text under ``key`` with its ``{names}`` filled in.

        Floats with a format get the language's decimal mark. A key with the forms ``.one`` and ``.other`` is chosen
        by ``n``. Values that are a `Message`, or a sequence of them, are said first.

        Raises
        ------
        KeyError
            There is no such key, or a value is missing.
        """
        if key not in self._texts and "n" in values:
            key = f"{key}.one" if values["n"] == 1 else f"{key}.other"
        return self._formatter.vformat(
            self._texts[key], (), {name: self._said(value) for name, value in values.items()}
        )

    def say(self, message: Message) -> str:
        """Return a message's words."""
        return self.get(message.key, **dict(message.values))

    def number(self, value: float, decimals: int = 0) -> str:
        """Return a number with so many decimals, halves rounded away from zero, as the language writes it."""
        return self._formatter.format_field(float(value), f".{decimals}f")

    def section(self, prefix: str) -> dict[str, str]:
        """Return every text whose key begins with ``prefix`` and a dot, by its full key."""
        return {key: text for key, text in self._texts.items() if key.startswith(f"{prefix}.")}

    def _said(self, value: Any) -> Any:
        if isinstance(value, Message):
            return self.say(value)
        if isinstance(value, Sequence) and not isinstance(value, str):
            return self._texts["number.list_mark"].join(str(self._said(one)) for one in value)
        return value


class _Formatter(string.Formatter):
    """Formats floats with a language's decimal mark and a true minus sign, halves rounded away from zero."""

    def __init__(self, decimal_mark: str) -> None:
        self._decimal_mark = decimal_mark

    def format_field(self, value: Any, format_spec: str) -> str:
        if isinstance(value, float) and (fixed := _FIXED.fullmatch(format_spec)):
            value = half_away(value, int(fixed[1]))
        text = str(super().format_field(value, format_spec))
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            return text
        return text.replace("-", MINUS).replace(".", self._decimal_mark)


def languages() -> tuple[str, ...]:
    """Return the languages there are catalogues for, English first."""
    names = (file.name for file in FOLDER.iterdir())
    found = sorted(name.removesuffix(".toml") for name in names if name.endswith(".toml"))
    return tuple(sorted(found, key=lambda name: name != DEFAULT_LANGUAGE))


def system_language(environment: Mapping[str, str] = os.environ) -> str:
    """Return the language of this machine's user if there is a catalogue for it, else English."""
    stated = next((environment[name] for name in _ENVIRONMENT if environment.get(name)), "")
    name = (stated or locale.getlocale()[0] or "")[:2].lower()
    return name if name in languages() else DEFAULT_LANGUAGE


def choose_texts(language: str | None) -> Texts:
    """Return the texts of a language asked for, else of the system's.

    Raises
    ------
    UsageError
        There is no catalogue in that language.
    """
    return Texts(language or system_language())


@cache
def catalogue(language: str) -> dict[str, str]:
    """Return every text of a language by its dotted key."""
    file = FOLDER / f"{language}.toml"
    return dict(_flat(tomllib.loads(file.read_text(encoding="utf-8")), ""))


def _flat(values: dict[str, Any], prefix: str) -> list[tuple[str, str]]:
    pairs: list[tuple[str, str]] = []
    for name, value in values.items():
        pairs += _flat(value, f"{prefix}{name}.") if isinstance(value, dict) else [(prefix + name, value)]
    return pairs
