"""How far a piece of work is: one share over all stages, and the time left."""

from __future__ import annotations

import time

import pytest

from formcheck.stages import StageProgress


@pytest.mark.parametrize(
    "planned", [("survey", "measure", "draw"), ("survey", "measure"), ("find_head", "blur"), ("copy",)]
)
def test_the_share_grows_over_all_stages_to_the_whole_and_never_falls(planned):
    progress, shares = StageProgress(planned), []
    for stage in planned:
        for share in (0.0, 0.5, 1.1, 0.2):
            progress.advance(stage, share)
            shares.append(progress.share)
    assert shares == sorted(shares)
    assert (shares[0], shares[-1]) == (0.0, 1.0)
    assert all(later > earlier for earlier, later in zip(shares[1::4], shares[2::4], strict=True))


def test_a_stage_that_was_not_planned_is_told_and_adds_nothing():
    progress = StageProgress(("measure",))
    progress.advance("measure", 0.3)
    progress.advance("other", 1.0)
    assert (progress.stage, progress.share) == ("other", 0.3)


@pytest.fixture
def clock(monkeypatch):
    """A clock that the test sets."""
    now = [1000.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])

    def go(seconds):
        now[0] += seconds

    return go


def test_the_time_left_is_told_once_the_pace_is_known(clock):
    progress = StageProgress(("survey", "measure", "draw"))
    assert progress.left_s() is None
    progress.advance("survey", 0.01)
    clock(30.0)
    assert progress.left_s() is None
    progress.advance("survey", 0.5)
    assert progress.left_s() > 60.0
    progress.advance("draw", 1.0)
    assert progress.left_s() == 0.0


@pytest.mark.parametrize(
    "times_s", [{"survey": 22, "measure": 50, "draw": 28}, {"survey": 10, "measure": 20, "draw": 60}]
)
def test_the_time_left_comes_close_whatever_the_stages_take(clock, times_s):
    progress, left_s = StageProgress(tuple(times_s)), float(sum(times_s.values()))
    as_usual = times_s["draw"] == 28
    for stage, takes_s in times_s.items():
        progress.advance(stage, 0.0)
        for step in range(1, 21):
            clock(takes_s / 20)
            left_s -= takes_s / 20
            progress.advance(stage, step / 20)
            if (as_usual and step >= 6) or (stage == "draw" and step >= 2):
                assert progress.left_s() == pytest.approx(left_s, rel=0.01, abs=0.1)
