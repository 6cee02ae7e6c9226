"""Where a curve turns: alternating highs and lows that differ by at least a given swing."""

from __future__ import annotations

from typing import NamedTuple

from formcheck.types import FloatArray


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
