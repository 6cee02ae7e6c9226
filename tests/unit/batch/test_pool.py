"""Supervision of worker processes; the workers here are real processes that do no work, so the tests are fast."""

import json
import os
import sys
from contextlib import closing
from dataclasses import replace

import psutil
import pytest

from formcheck.batch.pool import WorkerPool
from formcheck.batch.tasks import BatchSettings, ClipLimits, ClipTask
from formcheck.batch.worker_process import remove_stale_scratch
from formcheck.errors import InputError

SETTINGS = BatchSettings("", "", "", "", "", None, "standard", None, False, ("1", "2"), "en")
WORKER = """
import json, os, sys, time
print('{"ready": true}', flush=True)
sys.stdin.readline()
for line in sys.stdin:
    name = json.loads(line)["name"]
    if name == "exit":
        os._exit(7)
    if name == "half":
        os.write(1, b'{"done": nu'); os._exit(0)
    for step in range(8):
        progress = ["measuring", step if name == "slow" else 0.5]
        print(json.dumps({"progress": progress}), flush=True)
        if name in ("slow", "stuck"):
            time.sleep(0.2)
    if name == "stuck":
        time.sleep(3600)
    print(json.dumps({"done": None}), flush=True)
"""


def task(name):
    return ClipTask(name, name, name, name, 0, "", "", name)


def pool(script=WORKER, *, jobs=1, stall_s=0.9, memory_bytes=10**9):
    return closing(
        WorkerPool(SETTINGS, ClipLimits(memory_bytes, stall_s), jobs=jobs, command=(sys.executable, "-c", script))
    )


def failures(names, **options):
    with pool(**options) as workers:
        for name in names:
            workers.submit(task(name))
        workers.finish()
        outcomes = [outcome for outcome in workers.outcomes() if outcome is not None]
    return {outcome.task.name: outcome.failure and outcome.failure.reason for outcome in outcomes}


def test_slow_is_not_stuck_and_what_ends_ends_alone():
    found = failures(["slow", "stuck", "exit", "half", "good", "better"], jobs=2)
    assert found == {
        "slow": None,
        "stuck": "made no progress for 1 s; try a larger --timeout, or check the file",
        "exit": "crashed the process that analysed it: exit code 7",
        "half": "crashed the process that analysed it: exit code 0",
        "good": None,
        "better": None,
    }


def test_memory_is_watched():
    assert failures(["slow"], memory_bytes=1) == {
        "slow": "needed more than 0 MB of memory; try a larger --memory-limit, or check the file"
    }


def test_a_worker_stays_until_it_has_grown(monkeypatch):
    with pool() as workers:
        assert workers.run(task("good")).failure is None
        (first,) = workers._workers
        assert workers.run(task("good")).failure is None
        assert workers._workers == [first]
        monkeypatch.setattr("formcheck.batch.pool._RECYCLE_BYTES", 1)
        assert workers.run(task("good")).failure is None
        assert workers._workers == []


def test_workers_that_cannot_start_end_the_batch():
    with pytest.raises(InputError, match=r"could not start \(exit code 3\).*doctor"):
        failures(["good"], script="raise SystemExit(3)")


def test_what_killed_workers_left_is_removed_when_it_is_old(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    names = [f"formcheck-worker-{2**22 + 1}-old", f"formcheck-worker-{os.getpid()}-mine", "formcheck-worker-x-y"]
    for name in [*names, f"formcheck-worker-{2**22 + 1}-new"]:
        (tmp_path / name).mkdir()
    for name in names:
        os.utime(tmp_path / name, (0, 0))
    remove_stale_scratch()
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([*names[1:], f"formcheck-worker-{2**22 + 1}-new"])


def test_nothing_is_left_behind(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with pool() as workers:
        workers.submit(task("slow"))
        list(zip(range(3), workers.outcomes(), strict=False))
        (worker,) = workers._workers
        process = psutil.Process(worker._process.pid)
        assert len(list(tmp_path.iterdir())) == 1
    assert not process.is_running()
    assert list(tmp_path.iterdir()) == []


def test_a_persons_calibrations_reach_the_worker_and_make_other_results():
    kept = replace(SETTINGS, kept=("one", "other"))
    assert BatchSettings.from_dict(json.loads(json.dumps(kept.to_dict()))) == kept
    assert kept.key_of("00") != SETTINGS.key_of("00")
