"""Analyses from the page: one process each, which may fail, crash or be ended without harm to the others."""

import os
import sys
import time

import pytest

import review_work
from formcheck.review.jobs import Jobs

TIMEOUT_S = 30.0


@pytest.fixture
def jobs_of():
    opened = []

    def make(work):
        opened.append(Jobs(work))
        return opened[-1]

    yield make
    for jobs in opened:
        jobs.close()


def add(jobs, folder, name, **more):
    clip = folder / name
    clip.write_bytes(b"clip")
    return jobs.add(
        item=name, name=name, clip=clip, out=clip.with_suffix(".formcheck"), protocol="sciatic-glide", side=None, **more
    )


def wait(jobs, *states):
    """Wait until the jobs have these states; return them."""
    until = time.monotonic() + TIMEOUT_S
    while time.monotonic() < until:
        found = jobs.all()
        if [job["state"] for job in found] == list(states):
            return found
        time.sleep(0.02)
    raise AssertionError([(job["name"], job["state"], job["error"]) for job in jobs.all()])


def test_several_are_done_one_after_another(tmp_path, jobs_of):
    jobs = jobs_of(review_work.fine)
    for name in ("a.mp4", "b.mp4"):
        add(jobs, tmp_path, name)
    assert "queued" in [job["state"] for job in jobs.all()]
    done = wait(jobs, "done", "done")
    assert [job["share"] for job in done] == [1.0, 1.0]
    assert (tmp_path / "b.formcheck" / "session.json").read_text() == "b.mp4 sciatic-glide None"
    assert jobs.by_item() == {}


def test_a_failure_is_told_with_its_reason(tmp_path, jobs_of):
    jobs = jobs_of(review_work.fails)
    add(jobs, tmp_path, "a.mp4")
    (job,) = wait(jobs, "failed")
    assert job["error"] == jobs.failure_of("a.mp4") == "a.mp4: nobody is in it"


def test_a_crash_costs_its_own_clip_alone_and_leaves_nothing(tmp_path, jobs_of):
    jobs = jobs_of(review_work.crashes_on_bad)
    for name in ("bad.mp4", "good.mp4"):
        add(jobs, tmp_path, name)
    bad, _good = wait(jobs, "failed", "done")
    assert "ended without an answer (exit code 11)" in bad["error"]
    assert not (tmp_path / "bad.formcheck").exists()
    assert (tmp_path / "bad.mp4").exists()


@pytest.mark.parametrize("uploaded", [False, True])
def test_cancelling_ends_the_process_and_leaves_nothing(tmp_path, jobs_of, uploaded):
    jobs = jobs_of(review_work.never_ends)
    job = add(jobs, tmp_path, "a.mp4", uploaded=uploaded)
    pid = running(tmp_path / "a.pid")
    assert jobs.by_item() == {"a.mp4": "analysing"}
    assert jobs.cancel(job.key)
    wait(jobs, "cancelled")
    assert not alive(pid)
    assert not (tmp_path / "a.formcheck").exists()
    assert (tmp_path / "a.mp4").exists() is not uploaded
    assert not jobs.cancel(job.key)


def test_what_stood_in_the_results_before_stays(tmp_path, jobs_of):
    (tmp_path / "a.formcheck").mkdir()
    (tmp_path / "a.formcheck" / "session.json").write_text("old")
    jobs = jobs_of(review_work.never_ends)
    job = add(jobs, tmp_path, "a.mp4")
    running(tmp_path / "a.pid")
    jobs.cancel(job.key)
    wait(jobs, "cancelled")
    assert [path.name for path in (tmp_path / "a.formcheck").iterdir()] == ["session.json"]


def test_a_queued_one_is_cancelled_without_ever_running(tmp_path, jobs_of):
    jobs = jobs_of(review_work.never_ends)
    first, second = add(jobs, tmp_path, "a.mp4"), add(jobs, tmp_path, "b.mp4")
    running(tmp_path / "a.pid")
    jobs.cancel(second.key)
    wait(jobs, "running", "cancelled")
    jobs.cancel(first.key)
    wait(jobs, "cancelled", "cancelled")
    assert not (tmp_path / "b.pid").exists()


def test_asking_twice_for_one_clip_is_one_analysis(tmp_path, jobs_of):
    jobs = jobs_of(review_work.never_ends)
    assert add(jobs, tmp_path, "a.mp4") is add(jobs, tmp_path, "a.mp4")


def test_the_end_of_the_server_ends_what_runs_and_keeps_an_uploaded_clip(tmp_path):
    jobs = Jobs(review_work.never_ends)
    add(jobs, tmp_path, "a.mp4", uploaded=True)
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
