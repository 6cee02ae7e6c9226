"""Which frames of a clip are read: the first one of every stride, and all within some stretches."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

# Containers that count in milliseconds round their timestamps; a stride must not skip a frame because of that. A clip
# divided at multiples of a stride leaves the same margin there, so that a frame falls on the same side of both.
TIMESTAMP_GRACE_S = 0.00075
# How many frames at the end of a window tell how long the last one is shown.
_ENDING = 2


@dataclass(frozen=True, slots=True)
class Thinning:
    """A choice of frames by their times.

    Parameters
    ----------
    stride_s : float
        Of every so many seconds the first frame is taken; 0: every frame is.
    whole : tuple of (from, to)
        Stretches of which every frame is taken nevertheless.
    grid_s : float
        Where the first stride begins.
    """

    stride_s: float = 0.0
    whole: tuple[tuple[float, float], ...] = ()
    grid_s: float = 0.0

    def selector(self) -> Callable[[float], bool]:
        """Return what tells of one frame after the other, by their rising times, whether it is taken."""
        last_step = -1

        def takes(t_s: float) -> bool:
            nonlocal last_step
            if not self.stride_s:
                return True
            step = math.floor((t_s - self.grid_s + TIMESTAMP_GRACE_S) / self.stride_s)
            if step <= last_step and not any(begin_s <= t_s < end_s for begin_s, end_s in self.whole):
                return False
            last_step = step
            return True

        return takes

    def left_out(self, times_s: Sequence[float]) -> Iterator[float]:
        """Yield those of a window's rising times whose frames nobody needs to see."""
        takes = self.selector()
        needed = [takes(t_s) for t_s in times_s]
        yield from (t_s for t_s, need in zip(times_s[:-_ENDING], needed, strict=False) if not need)
