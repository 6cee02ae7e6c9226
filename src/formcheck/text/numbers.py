"""How numbers, times and dates are written: the only rounding that a reader sees."""

from __future__ import annotations

import math
import re
from datetime import date, datetime

from formcheck.message import Message
from formcheck.text.catalogue import MINUS, Texts

Z_95 = 1.96
"""Half width of a two-sided 95 % band of a normal error, in standard errors."""

_LONE_SURROGATES = re.compile("[\ud800-\udfff]")


def whole(value: float) -> int:
    """Round half away from zero, so that 22.5 and 23.5 do not land on neighbours' sides."""
    return int(math.copysign(math.floor(abs(value) + 0.5), value))


def ceiling(value: float) -> int:
    """Round an error band up: a band is never stated smaller than it is."""
    return math.ceil(value - 1e-9)


def rounded(texts: Texts, value: float, decimals: int = 0) -> str:
    """Return a number with so many decimals, halves rounded away from zero."""
    scale = 10**decimals
    return texts.number(whole(value * scale) / scale, decimals)


def with_band(texts: Texts, value: float, se: float, decimals: int = 0) -> str:
    """Return a number with the half width of its 95 % band, ``10 ± 9``; without a band where the error is not known."""
    number = rounded(texts, value, decimals)
    if not math.isfinite(se):
        return number
    scale = 10**decimals
    return f"{number} ± {texts.number(ceiling(Z_95 * se * scale) / scale, decimals)}"


def degrees(texts: Texts, value: float) -> str:
    """Return whole degrees, or 'cannot tell' for NaN."""
    return f"{rounded(texts, value)}°" if math.isfinite(value) else texts.get("number.cannot_tell")


def seconds(texts: Texts, value: float) -> str:
    """Return ``1.9 s``, or 'cannot tell' for NaN."""
    if not math.isfinite(value):
        return texts.get("number.cannot_tell")
    return texts.get("number.seconds", value=texts.number(value, 1))


def clock(texts: Texts, t_s: float, decimals: int = 1) -> str:
    """Return minutes and seconds as a video player shows them: ``0:05.9``."""
    scale = 10**decimals
    ticks = whole(t_s * scale)
    minutes, rest = divmod(abs(ticks), 60 * scale)
    width = 3 + decimals if decimals else 2
    return f"{MINUS if ticks < 0 else ''}{minutes}:{texts.number(rest / scale, decimals):0>{width}}"


def duration(texts: Texts, length_s: float) -> str:
    """Return ``24.1 s``, ``10 min 3 s`` or ``13 h 20 min``."""
    if length_s < 60:
        return seconds(texts, length_s)
    minutes, rest = divmod(whole(length_s), 60)
    if minutes >= 60:
        return texts.get("number.hours", hours=minutes // 60, minutes=minutes % 60)
    return texts.get("number.minutes", minutes=minutes, seconds=rest)


def percent(texts: Texts, fraction: float) -> str:
    """Return whole per cent, keeping 0 and 100 for none and all."""
    value = whole(fraction * 100)
    if 0 < fraction < 1:
        value = min(max(value, 1), 99)
    return texts.get("number.percent", value=value)


def day(texts: Texts, moment: date) -> str:
    """Return ``2 March 2026``."""
    return texts.say(day_message(moment))


def day_message(moment: date | str) -> Message:
    """Return a day, also one as ISO 8601 with or without a time, to be said in any language."""
    moment = date.fromisoformat(moment[:10]) if isinstance(moment, str) else moment
    month = Message(f"number.month.{moment.month}")
    return Message.of("number.date", day=moment.day, month=month, year=str(moment.year))


def day_and_time(texts: Texts, moment: datetime) -> str:
    """Return ``2 March 2026, 14:05``."""
    month = texts.get(f"number.month.{moment.month}")
    return texts.get("number.date_time", day=moment.day, month=month, year=str(moment.year), time=f"{moment:%H:%M}")


def printable(text: str) -> str:
    """Return ``text`` with bytes that are no valid text (odd file names) shown as U+FFFD."""
    return _LONE_SURROGATES.sub("\N{REPLACEMENT CHARACTER}", text)
