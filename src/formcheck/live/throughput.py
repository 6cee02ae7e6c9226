"""How many frames a second come, how many of them are looked at, and whether the machine is too slow."""

from __future__ import annotations

import math
from collections import deque

# Over this long: a single second in which another program was busy is not worth a word.
_OVER_S = 3.0
# What live practice needs, see docs/live.md: a machine that looks at fewer is too slow until it looks at some more.
_WANTED_HZ = 15.0
_ENOUGH_HZ = 20.0
# Where nearly all that come are looked at, the camera is slow, not the machine.
_DROPPED_SHARE = 0.25


class Throughput:
    """Follows the frames of the last seconds.

    Attributes
    ----------
    looked_at_hz, coming_hz : float
        Frames a second; NaN in the first seconds.
    too_slow : bool
        The machine does not keep up with the camera.
    """

    def __init__(self) -> None:
        self._frames: deque[tuple[float, int]] = deque()
        self.looked_at_hz = math.nan
        self.coming_hz = math.nan
        self.too_slow = False

    def add(self, t_s: float, dropped: int) -> None:
        """Add a frame that is looked at; ``dropped`` counts those, since the camera began, that were not."""
        self._frames.append((t_s, dropped))
        while len(self._frames) > 2 and self._frames[1][0] <= t_s - _OVER_S:
            self._frames.popleft()
        first_s, dropped_before = self._frames[0]
        elapsed_s = t_s - first_s
        if elapsed_s < _OVER_S:
            return
        looked_at = len(self._frames) - 1
        self.looked_at_hz = looked_at / elapsed_s
        self.coming_hz = (looked_at + dropped - dropped_before) / elapsed_s
        wanted_hz = _ENOUGH_HZ if self.too_slow else _WANTED_HZ
        dropping = self.looked_at_hz < (1 - _DROPPED_SHARE) * self.coming_hz
        self.too_slow = dropping and self.looked_at_hz < wanted_hz
