"""How long each part of the loop takes, in constant memory."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np

_BIN_MS = 0.5
_BINS = 4000


class Times:
    """Durations by name, kept as histograms with half a millisecond's resolution."""

    def __init__(self) -> None:
        self._counts: dict[str, np.ndarray] = {}

    def add(self, name: str, seconds: float) -> None:
        """Note one duration."""
        counts = self._counts.setdefault(name, np.zeros(_BINS, np.int64))
        counts[min(_BINS - 1, max(0, int(seconds * 1e3 / _BIN_MS)))] += 1

    @contextmanager
    def measure(self, name: str) -> Iterator[None]:
        """Note how long the block takes."""
        begun_s = time.perf_counter()
        yield
        self.add(name, time.perf_counter() - begun_s)

    def count(self, name: str) -> int:
        """How many were noted."""
        return int(self._counts[name].sum()) if name in self._counts else 0

    def percentile_ms(self, name: str, share: float) -> float:
        """The duration that ``share`` per cent stay below; NaN for none."""
        if name not in self._counts:
            return float("nan")
        done = np.cumsum(self._counts[name])
        return float((np.searchsorted(done, share / 100 * done[-1]) + 0.5) * _BIN_MS)

    @property
    def names(self) -> tuple[str, ...]:
        """In the order they were first noted."""
        return tuple(self._counts)
