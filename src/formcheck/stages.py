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
_LEAST_STAGE_SHARE = 0.1


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
    stage_share: float = 0.0
    stage_began_s: float = 0.0

    def advance(self, stage: str, share: float) -> None:
        """Take note of the share of a stage that is done, 0 to 1. The share of the whole never falls."""
        now_s = time.monotonic()
        if self.began_s is None:
            self.began_s = now_s
        if stage != self.stage:
            self.stage, self.stage_began_s = stage, now_s
        self.stage_share = min(1.0, max(0.0, share))
        if stage in self.planned:
            before, own, _ = self._parts()
            self.share = max(self.share, before + own * self.stage_share)

    def left_s(self) -> float | None:
        """Estimate how long the rest takes; None while the pace is not known."""
        now_s = time.monotonic()
        took_s = now_s - self.began_s if self.began_s is not None else 0.0
        if self.share < _LEAST_SHARE or took_s < _LEAST_S:
            return None
        pace_s = took_s / self.share
        if self.stage not in self.planned or self.stage_share < _LEAST_STAGE_SHARE:
            return pace_s * (1 - self.share)
        # Its own pace tells most of the stage under way: large images make drawing slower, and measuring hardly.
        _, _, after = self._parts()
        return (now_s - self.stage_began_s) * (1 - self.stage_share) / self.stage_share + pace_s * after

    def _parts(self) -> tuple[float, float, float]:
        """Return the parts of the whole before this stage, of it, and after it."""
        weights = [_WEIGHTS.get(one, 1.0) for one in self.planned]
        place, whole = self.planned.index(self.stage), sum(weights)
        return sum(weights[:place]) / whole, weights[place] / whole, sum(weights[place + 1 :]) / whole
