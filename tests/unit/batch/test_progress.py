"""How long a batch still takes."""

from __future__ import annotations

import time

import pytest

from formcheck.batch.progress import BatchProgress
from formcheck.batch.tasks import BatchClip


def _clip(name: str, size_bytes: int) -> BatchClip:
    return BatchClip(f"/study/{name}", f"/study/{name}", name, size_bytes)


def test_a_clip_that_fails_tells_nothing_of_the_time_of_others(monkeypatch):
    now = [0.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    progress = BatchProgress(clips=4, total_bytes=3_000_012, listed=True, started_s=0.0)
    now[0] = 2.0
    progress.count(_clip("broken.mp4", 12), failed=True, analysed=True)
    assert progress.remaining_s is None
    now[0] = 12.0
    progress.count(_clip("a.mp4", 1_000_000), analysed=True)
    assert progress.remaining_s == pytest.approx(24.0, rel=0.01)
    progress.count(_clip("copy of a.mp4", 1_000_000))
    assert progress.remaining_s == pytest.approx(12.0, rel=0.01)
    now[0] = 24.0
    progress.count(_clip("b.mp4", 1_000_000), analysed=True)
    assert progress.remaining_s == 0.0
