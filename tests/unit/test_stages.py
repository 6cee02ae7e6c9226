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


def test_the_time_left_is_that_of_the_whole_and_told_once_the_pace_is_known():
    progress = StageProgress(("survey", "measure", "draw"))
    assert progress.left_s() is None
    progress.advance("survey", 0.01)
    assert progress.left_s() is None
    progress.began_s = time.monotonic() - 30.0
    assert progress.left_s() is None
    progress.advance("measure", 0.5)
    assert progress.left_s() == pytest.approx(30.0 * (1 - progress.share) / progress.share, rel=0.01)
    assert progress.left_s() > 30.0
    progress.advance("draw", 1.0)
    assert progress.left_s() == 0.0
