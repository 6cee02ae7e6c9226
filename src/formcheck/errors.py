"""Errors that reach a user. Each message says what was expected, what came, and what to do."""

from __future__ import annotations

import re

# NAME:PASSWORD@ with or without a scheme before it (a path has lost one of its slashes), and ...password=...
_BEFORE_HOST = re.compile(r"""[^\s/\\'":]+:[^\s/\\'"]*@|(?<=//)[^\s/\\'"]*@""")
_PARAMETER = re.compile(r"""((?:pass\w*|pwd|token|secret)=)[^&\s'"]+""", re.IGNORECASE)


def one_line(text: str) -> str:
    """Return a text in one line, its control characters replaced: a terminal would obey those of a file's name."""
    return "".join(letter if letter.isprintable() else "?" for letter in text)


def without_passwords(text: str) -> str:
    """Return a text with the names and passwords of network cameras in it left out."""
    return _PARAMETER.sub(r"\1***", _BEFORE_HOST.sub("***@", text))


class FormcheckError(Exception):
    """Base of all errors meant for the user. ``exit_code`` is the process's answer."""

    exit_code = 70


class UsageError(FormcheckError):
    """The call itself is wrong: an option's value, a combination, a missing extra."""

    exit_code = 2


class InputError(FormcheckError):
    """A clip, track, camera or model file cannot be read as what it should be."""

    exit_code = 3


class OutputError(FormcheckError):
    """A result could not be written: permission, space, a path that is something else."""

    exit_code = 3


class ProtocolError(FormcheckError):
    """A protocol file is not valid, or no protocol has that name."""

    exit_code = 4


class StoreError(FormcheckError):
    """The practice record cannot be opened or written."""

    exit_code = 5
