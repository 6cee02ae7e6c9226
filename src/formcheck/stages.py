"""How much of a piece of work is done, over all of its stages, and how long the rest takes."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

# Called with the stage (a key of the catalogues' section [stage]) and its share done, 0 to 1.
Progress = Callable[[str, float], None]

# How long the stages of one piece of work take beside each other, measured on the samples (docs/performance.md).
_WEIGHTS = {"survey": 0.22, "measure": 0.5, "draw": 0.28, "find_head": 0.65, "blur": 0.35}
# Before that much is done the pace is not known.
_LEAST_SHARE, _LEAST_S = 0.05, 2.0


@dataclass(slots=True)
class StageProgress:
    """Adds the progress of the stages up.

    Parameters
    ----------
    planned : tuple of str
        The stages to come, in order.
    """

    planned: tuple[str, ...]
    stage: str = ""
    share: float = 0.0
    began_s: float | None = None

    def advance(self, stage: str, share: float) -> None:
        """Take note of the share of a stage that is done, 0 to 1. The share of the whole never falls."""
        if self.began_s is None:
            self.began_s = time.monotonic()
        self.stage = stage
        if stage in self.planned:
            weights = [_WEIGHTS.get(one, 1.0) for one in self.planned]
            place = self.planned.index(stage)
            done = sum(weights[:place]) + weights[place] * min(1.0, max(0.0, share))
            self.share = max(self.share, done / sum(weights))

    def left_s(self) -> float | None:
        """Estimate how long the rest takes; None while the pace is not known."""
        took_s = time.monotonic() - self.began_s if self.began_s is not None else 0.0
        if self.share < _LEAST_SHARE or took_s < _LEAST_S:
            return None
        return took_s * (1 - self.share) / self.share
