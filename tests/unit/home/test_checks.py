"""How far the analysis of a video is: one share over all stages, and the time left."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from formcheck.home.checks import VideoCheck
from formcheck.pipeline import Options
from formcheck.protocols.loader import load_protocol
from formcheck.review.analyses import AnalysisRequest
from formcheck.server.jobs import Job


@pytest.fixture
def check():
    clip = Path("clip.mp4")
    return VideoCheck(
        clip, AnalysisRequest(clip, Path("results"), "sciatic-glide", Options()), load_protocol(), keep=True
    )


@pytest.fixture
def job():
    return Job("analysis", "clip", "clip.mp4", lambda _job: None)


def test_the_share_grows_over_all_stages_and_never_falls(check, job):
    shares = []
    for stage in ("survey", "measure", "draw"):
        job.stage = stage
        for share in (0.0, 0.5, 1.0, 0.2):
            job.share = share
            check.follow(job)
            shares.append(check.share)
    assert shares == sorted(shares)
    assert shares[0] == 0.0
    assert shares[-1] == 1.0


def test_the_time_left_is_told_only_when_it_can_be_guessed(check, job):
    assert check.follow(job) is None
    check.begun_s = time.monotonic() - 30.0
    job.stage, job.share = "survey", 0.01
    assert check.follow(job) is None
    job.stage, job.share = "draw", 0.0
    left_s = check.follow(job)
    assert left_s == pytest.approx(30.0 * (1 - check.share) / check.share, rel=0.01)
    job.state = "done"
    assert check.follow(job) == 0.0
