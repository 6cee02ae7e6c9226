"""How far a batch is."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from threading import Lock

from formcheck.batch.tasks import BatchClip


@dataclass(slots=True)
class BatchProgress:
    """How far a batch is. The estimate goes by file sizes: a clip's length is known only when it is read.

    ``finished`` counts clips whose state is known, ``analysed`` those of them that were tried in this run. A clip that
    fails says nothing of the time that others take. ``clips`` and ``total_bytes`` grow until all clips are ``listed``.
    """

    clips: int = 0
    total_bytes: int = 0
    listed: bool = False
    finished: int = 0
    finished_bytes: int = 0
    analysed: int = 0
    analysed_bytes: int = 0
    done_before: int = 0
    failed: int = 0
    started_s: float = field(default_factory=time.monotonic)
    _lock: Lock = field(default_factory=Lock, repr=False)

    def count(self, clip: BatchClip, *, failed: bool = False, before: bool = False, analysed: bool = False) -> None:
        """Count a clip whose state is known now; from any thread."""
        with self._lock:
            self.finished += 1
            self.finished_bytes += clip.size_bytes
            self.failed += failed
            self.done_before += before
            self.analysed += analysed
            self.analysed_bytes += clip.size_bytes if analysed and not failed else 0

    @property
    def remaining_s(self) -> float | None:
        """Estimate of the time left; None until a clip was analysed and all are listed."""
        if not self.analysed_bytes or not self.listed:
            return None
        s_per_byte = (time.monotonic() - self.started_s) / self.analysed_bytes
        return s_per_byte * (self.total_bytes - self.finished_bytes)
