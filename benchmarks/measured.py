"""What a command costs: time, cores and memory, its children included."""

from __future__ import annotations

import statistics
import subprocess
import threading
import time
from collections.abc import Sequence
from dataclasses import astuple, dataclass

import psutil

_SAMPLE_S = 0.05


@dataclass(frozen=True, slots=True)
class Cost:
    """Wall and CPU seconds; peak memory (MB) of all its processes together, and of the largest one."""

    wall_s: float
    cpu_s: float
    peak_mb: float
    largest_mb: float


class _Watch(threading.Thread):
    """Looks at a process and its children until it ends."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        super().__init__(daemon=True)
        self._process = process
        self.peak_mb = self.largest_mb = 0.0
        self._cpu_s: dict[int, float] = {}

    @property
    def cpu_s(self) -> float:
        return sum(self._cpu_s.values())

    def run(self) -> None:
        top = psutil.Process(self._process.pid)
        while self._process.poll() is None:
            self._look(top)
            time.sleep(_SAMPLE_S)

    def _look(self, top: psutil.Process) -> None:
        sizes = []
        try:
            for process in (top, *top.children(recursive=True)):
                sizes.append(process.memory_info().rss / 1e6)
                times = process.cpu_times()
                self._cpu_s[process.pid] = times.user + times.system
        except psutil.NoSuchProcess:  # ended while it was looked at
            return
        self.peak_mb, self.largest_mb = max(self.peak_mb, sum(sizes)), max(self.largest_mb, *sizes)


def measure(command: Sequence[str], *, may_fail: bool = False) -> Cost:
    """Run a command to its end."""
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    watch = _Watch(process)
    watch.start()
    _, complaint = process.communicate()
    wall_s = time.perf_counter() - start
    watch.join()
    if process.returncode and not may_fail:
        raise SystemExit(f"failed: {' '.join(command[:5])} ...\n{complaint.decode(errors='replace')[-2000:]}")
    return Cost(wall_s, watch.cpu_s, watch.peak_mb, watch.largest_mb)


def median(costs: Sequence[Cost]) -> Cost:
    """Of each figure the median."""
    return Cost(*(statistics.median(column) for column in zip(*map(astuple, costs), strict=True)))
