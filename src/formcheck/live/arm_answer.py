"""Answering with an arm: it goes up, the answers are read one after another, and it comes down at the right one.

Being read at a known pace, the answers can be foreseen, and letting an arm sink takes less time than raising it: so the
answer is the one that was being read when the arm began to come down.
"""

from __future__ import annotations

import math
from enum import Enum, auto

from formcheck.live.arm import ArmMonitor


class ArmEvent(Enum):
    """What an arm has just done: ``OFFERED`` an option is now being read, ``CHOSEN`` one was chosen."""

    OFFERED = auto()
    CHOSEN = auto()


class ArmAnswer:
    """Follows the arm through the options of one question.

    Parameters
    ----------
    options : int
        How many there are.
    step_s : float
        How long each is read.

    Attributes
    ----------
    offered : int or None
        The option that is being read, from 0.
    """

    def __init__(self, options: int, step_s: float) -> None:
        self._options = options
        self._step_s = step_s
        self.offered: int | None = None
        self._monitor = ArmMonitor()
        self._from_s = math.nan

    def update(self, t_s: float, raised: bool | None) -> tuple[ArmEvent, int] | None:
        """Take in the newest frame."""
        if self._monitor.update(t_s, raised):
            if not self._monitor.up:
                chosen, self.offered = self._at(self._monitor.changed_s), None
                return ArmEvent.CHOSEN, chosen
            self._from_s = t_s
        if self._monitor.up:
            reading = self._at(t_s)
            if reading != self.offered:
                self.offered = reading
                return ArmEvent.OFFERED, reading
        return None

    def _at(self, t_s: float) -> int:
        """The option that is read at a time; the last one for as long as the arm stays up."""
        return min(max(0, int((t_s - self._from_s) / self._step_s)), self._options - 1)
