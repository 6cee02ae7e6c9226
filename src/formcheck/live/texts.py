"""What is said and shown, in the person's language: one catalogue file for each."""

from __future__ import annotations

import locale
import tomllib
from functools import cache
from importlib import resources
from typing import Any

from formcheck.errors import UsageError

DEFAULT_LANGUAGE = "en"


class Texts:
    """One language's catalogue.

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

    def get(self, key: str, **values: object) -> str:
        """The text under ``key`` with its ``{names}`` filled in."""
        return self._texts[key].format(**values)


def languages() -> tuple[str, ...]:
    """The languages there are catalogues for."""
    files = (resources.files("formcheck.live") / "texts").iterdir()
    return tuple(sorted(file.name.removesuffix(".toml") for file in files if file.name.endswith(".toml")))


def system_language() -> str:
    """The language of this machine's user if there is a catalogue for it, else English."""
    name = (locale.getlocale()[0] or "")[:2].lower()
    return name if name in languages() else DEFAULT_LANGUAGE


@cache
def catalogue(language: str) -> dict[str, str]:
    """Every text of a language by its dotted key."""
    file = resources.files("formcheck.live") / "texts" / f"{language}.toml"
    return dict(_flat(tomllib.loads(file.read_text(encoding="utf-8")), ""))


def _flat(values: dict[str, Any], prefix: str) -> list[tuple[str, str]]:
    pairs: list[tuple[str, str]] = []
    for name, value in values.items():
        pairs += _flat(value, f"{prefix}{name}.") if isinstance(value, dict) else [(prefix + name, value)]
    return pairs
