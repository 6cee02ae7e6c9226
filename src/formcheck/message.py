"""Something to say, before it is said in a language."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Self


@dataclass(frozen=True, slots=True)
class Message:
    """A key of the message catalogues, and the values its placeholders take.

    Parameters
    ----------
    key : str
        Dotted key; a key with the forms ``.one`` and ``.other`` is chosen by the value ``n``.
    values : tuple of (name, value)
        Values are str, int, float, another `Message`, or a tuple of them (said one after the other).
    """

    key: str
    values: tuple[tuple[str, Any], ...] = ()

    @classmethod
    def of(cls, key: str, /, **values: Any) -> Self:
        """Make a message from keyword arguments."""
        return cls(key, tuple(values.items()))

    def to_json(self) -> dict[str, Any]:
        """Return it as plain dicts, lists, strings and numbers."""
        return {"key": self.key, "values": {name: _value_to_json(value) for name, value in self.values}}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """Read what `to_json` wrote.

        Raises
        ------
        KeyError, TypeError, AttributeError
            ``data`` is no message.
        """
        return cls(str(data["key"]), tuple((name, _value_from_json(value)) for name, value in data["values"].items()))


def verbatim(text: str) -> Message:
    """Return a message that is already words: a sentence that an older formcheck stored."""
    return Message.of("verbatim", text=text)


def messages_from(stored: Iterable[Any]) -> tuple[Message, ...]:
    """Read a stored list of messages; plain sentences, as an older formcheck stored them, stay as they are.

    Raises
    ------
    KeyError, TypeError, AttributeError
        An entry is neither.
    """
    return tuple(verbatim(one) if isinstance(one, str) else Message.from_json(one) for one in stored)


def _value_to_json(value: Any) -> Any:
    if isinstance(value, Message):
        return value.to_json()
    if isinstance(value, tuple):
        return [_value_to_json(one) for one in value]
    return value


def _value_from_json(value: Any) -> Any:
    if isinstance(value, Mapping):
        return Message.from_json(value)
    if isinstance(value, list):
        return tuple(_value_from_json(one) for one in value)
    if isinstance(value, (str, int, float)):
        return value
    raise TypeError(f"expected text, a number or a message, got {type(value).__name__}")
