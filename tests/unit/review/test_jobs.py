"""Analyses that the page asks for: one process each, which may fail, crash or be ended without harm to the others."""

import os
import sys
import time
from contextlib import closing
from functools import partial

import pytest

import review_work
from formcheck.pipeline import Options
from formcheck.review.analyses import AnalysisRequest, run_analysis
from formcheck.server.jobs import Job, JobQueue

TIMEOUT_S = 30.0


@pytest.fixture
def jobs():
    with closing(JobQueue("test-jobs")) as jobs:
        yield jobs


def add(jobs, work, folder, name, **more):
    clip = folder / name
    clip.write_bytes(b"clip")
    request = AnalysisRequest(clip, clip.with_suffix(".formcheck"), "sciatic-glide", Options())
    job = Job("analysis", name, name, partial(run_analysis, request=request, analyse=work), **more)
    return jobs.add(job, one_per_item=True)


def wait(jobs, *states):
    """Wait until the jobs have these states; return them."""
    until = time.monotonic() + TIMEOUT_S
    while time.monotonic() < until:
        found = jobs.all()
        if [job["state"] for job in found] == list(states):
            return found
        time.sleep(0.02)
    raise AssertionError([(job["name"], job["state"], job["error"]) for job in jobs.all()])


def test_several_are_done_one_after_another(tmp_path, jobs):
    for name in ("a.mp4", "b.mp4"):
        add(jobs, review_work.fine, tmp_path, name)
    assert "queued" in [job["state"] for job in jobs.all()]
    done = wait(jobs, "done", "done")
    assert [job["share"] for job in done] == [1.0, 1.0]
    assert (tmp_path / "b.formcheck" / "session.json").read_text() == "b.mp4 sciatic-glide None"
    assert jobs.states() == {}


def test_a_failure_is_told_with_its_reason(tmp_path, jobs):
    add(jobs, review_work.fails, tmp_path, "a.mp4")
    (job,) = wait(jobs, "failed")
    assert job["error"] == jobs.failure_of("a.mp4") == "a.mp4: nobody is in it"


def test_a_crash_costs_its_own_clip_alone_and_leaves_nothing(tmp_path, jobs):
    for name in ("bad.mp4", "good.mp4"):
        add(jobs, review_work.crashes_on_bad, tmp_path, name)
    bad, _good = wait(jobs, "failed", "done")
    assert "ended without an answer (exit code 11)" in bad["error"]
    assert not (tmp_path / "bad.formcheck").exists()
    assert (tmp_path / "bad.mp4").exists()


@pytest.mark.parametrize("uploaded", [False, True])
def test_cancelling_ends_the_process_and_leaves_nothing(tmp_path, jobs, uploaded):
    discard = (tmp_path / "a.mp4").unlink if uploaded else None
    job = add(jobs, review_work.never_ends, tmp_path, "a.mp4", discard=discard)
    pid = running(tmp_path / "a.pid")
    assert jobs.states() == {"a.mp4": "running"}
    assert jobs.cancel(job.id)
    wait(jobs, "cancelled")
    assert not alive(pid)
    assert not (tmp_path / "a.formcheck").exists()
    assert (tmp_path / "a.mp4").exists() is not uploaded
    assert not jobs.cancel(job.id)


def test_what_stood_in_the_results_before_stays(tmp_path, jobs):
    (tmp_path / "a.formcheck").mkdir()
    (tmp_path / "a.formcheck" / "session.json").write_text("old")
    job = add(jobs, review_work.never_ends, tmp_path, "a.mp4")
    running(tmp_path / "a.pid")
    jobs.cancel(job.id)
    wait(jobs, "cancelled")
    assert [path.name for path in (tmp_path / "a.formcheck").iterdir()] == ["session.json"]


def test_a_queued_one_is_cancelled_without_ever_running(tmp_path, jobs):
    first, second = (
        add(jobs, review_work.never_ends, tmp_path, "a.mp4"),
        add(jobs, review_work.never_ends, tmp_path, "b.mp4"),
    )
    running(tmp_path / "a.pid")
    jobs.cancel(second.id)
    wait(jobs, "running", "cancelled")
    jobs.cancel(first.id)
    wait(jobs, "cancelled", "cancelled")
    assert not (tmp_path / "b.pid").exists()


def test_asking_twice_for_one_clip_is_one_analysis(tmp_path, jobs):
    assert add(jobs, review_work.never_ends, tmp_path, "a.mp4") is add(jobs, review_work.never_ends, tmp_path, "a.mp4")


def test_the_end_of_the_server_ends_what_runs_and_keeps_an_uploaded_clip(tmp_path):
    jobs = JobQueue("test-jobs")
    add(jobs, review_work.never_ends, tmp_path, "a.mp4", discard=(tmp_path / "a.mp4").unlink)
    pid = running(tmp_path / "a.pid")
    jobs.close()
    assert not alive(pid)
    assert (tmp_path / "a.mp4").exists()
    assert not (tmp_path / "a.formcheck").exists()


def running(path):
    until = time.monotonic() + TIMEOUT_S
    while time.monotonic() < until:
        if path.exists() and path.read_text():
            return int(path.read_text())
        time.sleep(0.02)
    raise AssertionError("the process did not begin")


def alive(pid):
    if sys.platform == "win32":
        pytest.skip("a process is asked about otherwise there")
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
