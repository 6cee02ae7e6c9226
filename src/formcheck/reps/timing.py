"""Where a curve turns, and when the movement between two turning points began and ended.

A movement's first and last tenth cannot be told from rest. Slow human movements from one posture to another
follow the minimum-jerk curve (Flash and Hogan, J Neurosci 1985;5:1688): p(x) = 10x^3 - 15x^4 + 6x^5. The
times at which a fifth and a half of the way are done are well defined, and they give the beginning; the half and
the last fifth give the end.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from formcheck.types import FloatArray

_LOW, _HALF, _HIGH = 0.2, 0.5, 0.8
# p(0.32699) = 0.2; p is symmetric about the half.
_X_LOW = 0.32699


class Turn(NamedTuple):
    """A turning point: sample number, value, and whether it is a high."""

    at: int
    value: float
    high: bool


def find_turns(values: FloatArray, *, min_swing: float) -> list[Turn]:
    """Alternating turning points of a curve (T,), neighbours at least ``min_swing`` apart.

    The first and last turn may be the curve's own ends. A curve that never moves by ``min_swing`` has none.
    """
    turns: list[Turn] = []
    low = high = 0
    for i in range(1, len(values)):
        if not turns:
            low = i if values[i] < values[low] else low
            high = i if values[i] > values[high] else high
            if values[high] - values[low] >= min_swing:
                first = min(low, high)
                turns.append(Turn(first, float(values[first]), first == high))
                low = high = i
            continue
        if turns[-1].high:
            low = i if values[i] < values[low] else low
            if values[i] - values[low] >= min_swing:
                turns.append(Turn(low, float(values[low]), high=False))
                low = high = i
        else:
            high = i if values[i] > values[high] else high
            if values[high] - values[i] >= min_swing:
                turns.append(Turn(high, float(values[high]), high=True))
                low = high = i
    if turns:
        last = low if turns[-1].high else high
        turns.append(Turn(last, float(values[last]), not turns[-1].high))
    return turns


def movement_times(t_s: FloatArray, values: FloatArray) -> tuple[float, float]:
    """Beginning and end of a movement from ``values[0]`` to ``values[-1]``.

    Parameters
    ----------
    t_s, values : (T,) float
        Samples from one turning point to the next: at least two, of which the first and the last differ most.

    Returns
    -------
    (begin_s, end_s), within the span of ``t_s``.
    """
    progress = (values - values[0]) / (values[-1] - values[0])
    half = int(np.argmax(progress >= _HALF))
    # Going outwards from the half-way point finds this movement's own flanks, not those of a false start.
    low = int(np.flatnonzero(progress[:half] < _LOW)[-1])
    high = half + int(np.argmax(progress[half:] >= _HIGH))
    half_s = _crossing_s(t_s, progress, half - 1, _HALF)
    low_s = _crossing_s(t_s, progress, low, _LOW)
    high_s = _crossing_s(t_s, progress, high - 1, _HIGH)
    outwards = _X_LOW / (0.5 - _X_LOW)
    begin_s = low_s - outwards * (half_s - low_s)
    end_s = high_s + outwards * (high_s - half_s)
    return max(begin_s, float(t_s[0])), min(end_s, float(t_s[-1]))


def return_times(t_s: FloatArray, values: FloatArray) -> tuple[float, float]:
    """The same for the movement back, which counts from the last crossing of the half-way point.

    What happens at the far end between the two movements (a bounce, points that jump) belongs to neither.
    """
    end_s, begin_s = movement_times(-t_s[::-1], values[::-1])
    return -begin_s, -end_s


def _crossing_s(t_s: FloatArray, progress: FloatArray, i: int, level: float) -> float:
    """Time at which progress passes ``level`` between samples i and i + 1."""
    rise = progress[i + 1] - progress[i]
    share = (level - progress[i]) / rise if rise > 0 else 1.0
    return float(t_s[i] + np.clip(share, 0.0, 1.0) * (t_s[i + 1] - t_s[i]))
