"""What is said, and when: one thing at a time, the most important first, nothing over and over.

The duration of speech is estimated from the length of its text, so that what is said depends on the session's clock
alone and a transcript is the same on a machine of any speed.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from enum import IntEnum

from formcheck.text.catalogue import Texts

_START_S = 0.35
_PER_CHARACTER_S = 0.065
# Whatever could not be said within this time no longer applies; a notice applies for longer.
_STALE_S = 1.0
_NOTICE_STALE_S = 8.0


class Rank(IntEnum):
    """Importance: the smaller, the more important. ``STOP`` interrupts."""

    STOP = 0
    NOTICE = 1
    POSTURE = 2
    SPEED = 3
    COUNT = 4
    DETAIL = 5


@dataclass(frozen=True, slots=True)
class Utterance:
    """One thing said at ``t_s``. ``tone`` sounds with it; with an empty ``text`` only the tone sounds."""

    t_s: float
    rank: Rank
    key: str
    text: str
    tone: str | None = None


class SpeechQueue:
    """Decides which of the requested utterances are said.

    Parameters
    ----------
    texts : Texts
    """

    def __init__(self, texts: Texts) -> None:
        self._texts = texts
        self._busy_until_s = -math.inf
        self._waiting: Utterance | None = None

    def request(
        self, t_s: float, rank: Rank, key: str, *, then: str | None = None, tone: str | None = None, **values: object
    ) -> None:
        """Ask for an utterance; at most one waits, the most important.

        ``then`` is the key of a sentence that follows without a break.
        """
        text = ", ".join(self._texts.get(part, **values) for part in (key, then) if part)
        requested = Utterance(t_s, rank, key if then is None else f"{key}+{then}", text, tone)
        if self._waiting is None or rank <= self._waiting.rank:
            self._waiting = requested

    def busy(self, t_s: float) -> bool:
        """Whether something is being said, or waits to be."""
        return self._waiting is not None or t_s < self._busy_until_s

    def next(self, t_s: float) -> Utterance | None:
        """What to begin saying now. The tone of an utterance that must wait sounds at once."""
        waiting = self._waiting
        if waiting is None:
            return None
        if t_s < self._busy_until_s and waiting.rank is not Rank.STOP:
            stale_s = _NOTICE_STALE_S if waiting.rank is Rank.NOTICE else _STALE_S
            self._waiting = replace(waiting, tone=None) if t_s - waiting.t_s <= stale_s else None
            return replace(waiting, t_s=t_s, text="") if waiting.tone is not None else None
        self._waiting = None
        self._busy_until_s = t_s + _START_S + _PER_CHARACTER_S * len(waiting.text)
        return replace(waiting, t_s=t_s)


class CueThrottle:
    """Lets a cue pass once its condition has persisted, and then not again for a while."""

    def __init__(self, *, persist_s: float, again_s: float) -> None:
        self._persist_s = persist_s
        self._again_s = again_s
        self._since: dict[str, float] = {}
        self._said: dict[str, float] = {}

    def due(self, t_s: float, key: str | None) -> str | None:
        """``key`` is the condition that holds now (None: none); returned when its cue is due."""
        self._since = {key: self._since.get(key, t_s)} if key is not None else {}
        if key is None or t_s - self._since[key] < self._persist_s:
            return None
        return key if self.allowed(t_s, key) else None

    def allowed(self, t_s: float, key: str) -> bool:
        """Whether it was last said long enough ago."""
        return t_s - self._said.get(key, -math.inf) >= self._again_s

    def note_said(self, t_s: float, key: str) -> None:
        """Note that it was said."""
        self._said[key] = t_s
