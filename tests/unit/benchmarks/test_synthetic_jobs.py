"""Many pieces of work side by side."""

from functools import partial

import pytest

from synthetic.jobs import Job, run


def test_more_jobs_than_workers_all_get_done(capsys):
    # A pool whose processes were replaced after some jobs stood still for ever (Python 3.11).
    run([Job(f"job {number}", 1, partial(int, number)) for number in range(24)], workers=2)
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 24
    assert lines[-1].startswith("[24/24]")


def test_a_job_that_fails_stops_the_run():
    with pytest.raises(ValueError, match="holiday"):
        run([Job("bad", 1, partial(int, "holiday"))], workers=1)


def test_nothing_to_do_is_no_fault(capsys):
    run([], workers=2)
    assert not capsys.readouterr().out
