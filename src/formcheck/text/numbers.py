"""How numbers, times and dates are written: the only rounding that a reader sees."""

from __future__ import annotations

import math
import re
from datetime import date, datetime

from formcheck.message import Message
from formcheck.resolution import FINEST_DECIMALS
from formcheck.text.catalogue import MINUS, Texts
from formcheck.text.rounding import half_away, up

Z_95 = 1.96
"""Half width of a two-sided 95 % band of a normal error, in standard errors."""

_LONE_SURROGATES = re.compile("[\ud800-\udfff]")


def whole(value: float) -> int:
    """Round half away from zero, so that 22.5 and 23.5 do not land on neighbours' sides."""
    return int(half_away(value))


def ceiling(value: float) -> int:
    """Round an error band up: a band is never stated smaller than it is."""
    return int(up(value))


def difference(first: float, second: float, decimals: int = 0) -> float:
    """Return the second number less the first, both as they are shown: what a reader finds who subtracts them."""
    return half_away(half_away(second, decimals) - half_away(first, decimals), decimals)


def decimals_for(first: float, second: float, limit: float, decimals: int = 0) -> int:
    """Return so many decimals, or more where fewer would put a difference on the other side of its limit.

    A difference that exceeds its limit is shown greater than the limit is, which is rounded up.
    """
    within = abs(second - first) < limit
    for enough in range(decimals, FINEST_DECIMALS + 1):
        if (abs(difference(first, second, enough)) <= up(limit, enough)) == within:
            return enough
    return decimals + 1


def signed(texts: Texts, value: float, decimals: int = 0) -> str:
    """Return a number with its sign, but for a zero."""
    return ("+" if half_away(value, decimals) > 0 else "") + texts.number(value, decimals)


def rounded(texts: Texts, value: float, decimals: int = 0) -> str:
    """Return a number with so many decimals, halves rounded away from zero."""
    return texts.number(value, decimals)


def rounded_up(texts: Texts, value: float, decimals: int = 0) -> str:
    """Return an error band with so many decimals, never smaller than it is."""
    return texts.number(up(value, decimals), decimals)


def with_band(texts: Texts, value: float, se: float, decimals: int = 0) -> str:
    """Return a number with the half width of its 95 % band, ``10 ± 9``; without a band where the error is not known."""
    number = rounded(texts, value, decimals)
    return f"{number} ± {rounded_up(texts, Z_95 * se, decimals)}" if math.isfinite(se) else number


def degrees(texts: Texts, value: float, decimals: int = 0) -> str:
    """Return degrees, whole ones if not asked for more, or 'cannot tell' for NaN."""
    return f"{rounded(texts, value, decimals)}°" if math.isfinite(value) else texts.get("number.cannot_tell")


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
