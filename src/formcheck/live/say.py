"""What is said, when: one thing at a time, the important first, nothing over and over.

How long speech takes is estimated from its length, so that what is said depends on the session's clock alone and a
transcript is the same at any speed of the machine.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from enum import IntEnum

from formcheck.live.texts import Texts

_START_S = 0.35
_PER_CHARACTER_S = 0.065
# What could not be said by then is no longer about now; a notice stays true for longer.
_STALE_S = 1.0
_NOTICE_STALE_S = 8.0


class Rank(IntEnum):
    """The smaller, the more important. ``STOP`` interrupts."""

    STOP = 0
    NOTICE = 1
    POSTURE = 2
    SPEED = 3
    COUNT = 4
    DETAIL = 5


@dataclass(frozen=True, slots=True)
class Saying:
    """One thing said at ``t_s``. ``tone`` sounds with it; an empty ``text`` is the tone alone."""

    t_s: float
    rank: Rank
    key: str
    text: str
    tone: str | None = None


class Speaker:
    """Decides which of the wished sayings are said.

    Parameters
    ----------
    texts : Texts
    """

    def __init__(self, texts: Texts) -> None:
        self._texts = texts
        self._busy_until_s = -math.inf
        self._waiting: Saying | None = None

    def wish(
        self, t_s: float, rank: Rank, key: str, *, then: str | None = None, tone: str | None = None, **values: object
    ) -> None:
        """Ask for a saying; of those that wait, the most important is kept.

        ``then`` is the key of a sentence that follows in the same breath.
        """
        text = ", ".join(self._texts.get(part, **values) for part in (key, then) if part)
        wished = Saying(t_s, rank, key if then is None else f"{key}+{then}", text, tone)
        if self._waiting is None or rank <= self._waiting.rank:
            self._waiting = wished

    def busy(self, t_s: float) -> bool:
        """Something is being said, or about to be."""
        return self._waiting is not None or t_s < self._busy_until_s

    def take(self, t_s: float) -> Saying | None:
        """What to begin saying now. The tone of what must wait sounds at once."""
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


class Nudge:
    """Lets a cue through when its condition has persisted, and then not again for a while."""

    def __init__(self, *, persist_s: float, again_s: float) -> None:
        self._persist_s = persist_s
        self._again_s = again_s
        self._since: dict[str, float] = {}
        self._said: dict[str, float] = {}

    def due(self, t_s: float, key: str | None) -> str | None:
        """``key`` is the condition that holds now (None: none does); the key when it is to be said."""
        self._since = {key: self._since.get(key, t_s)} if key is not None else {}
        if key is None or t_s - self._since[key] < self._persist_s:
            return None
        return key if self.allowed(t_s, key) else None

    def allowed(self, t_s: float, key: str) -> bool:
        """Its last time is long enough ago."""
        return t_s - self._said.get(key, -math.inf) >= self._again_s

    def said(self, t_s: float, key: str) -> None:
        """Note that it was said."""
        self._said[key] = t_s
