"""Many writers at once, writers that are killed, and disks that fill up: nothing that was kept is lost."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import select

from formcheck.record.choice import results_of
from formcheck.record.queries import sessions
from formcheck.record.schema import RESULT
from formcheck.record.series import read_series
from formcheck.record.store import open_store

PROCESSES, SETS = 4, 15
KILLS = 30
WRITER = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
import practice
from formcheck.record.store import open_store
practice.judged(30.0, practice.Side.LEFT, reps=1)
for n in range(int(sys.argv[4])):
    with open_store(Path(sys.argv[2])) as store:
        kept = practice.keep_set(store, f"{sys.argv[3]} {n}", reps=1)
    print(kept.uid, flush=True)
"""
TESTS = str(Path(__file__).parents[1])


def start_writer(folder: Path, name: str, sets: int, **options) -> subprocess.Popen:
    return subprocess.Popen(
        [sys.executable, "-c", WRITER, TESTS, str(folder), name, str(sets)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        **options,
    )


def assert_whole(folder: Path, told: set[str]) -> int:
    """Every session that a writer was told is kept is there with its series; return how many there are."""
    with open_store(folder) as store, store.reading() as connection:
        kept = {line.uid for line in sessions(connection)}
        assert told <= kept
        files = connection.execute(select(RESULT.c.series_file, RESULT.c.series_sha256)).all()
        assert len(files) == len(kept)
        for name, sha256 in files:
            read_series(store.series_folder / name, sha256=sha256)
    return len(kept)


def test_processes_at_once_keep_all_their_sessions_in_a_record_that_none_had_made(tmp_path):
    writers = [start_writer(tmp_path / "record", f"writer {n}", SETS) for n in range(PROCESSES)]
    told = set()
    for writer in writers:
        out, err = writer.communicate(timeout=300)
        assert (writer.returncode, err) == (0, "")
        told |= set(out.split())
    assert len(told) == PROCESSES * SETS
    assert assert_whole(tmp_path / "record", told) == PROCESSES * SETS
    assert len(list((tmp_path / "record" / "series").iterdir())) == PROCESSES * SETS


KILLER = """
import os, random, signal, sys, time
from pathlib import Path
sys.path.insert(0, sys.argv[1])
import practice
from formcheck.record.store import open_store

practice.judged(30.0, practice.Side.LEFT, reps=1)
rng = random.Random(20260302)

def keep_until_killed(name, pipe):
    n = 0
    while True:
        with open_store(Path(sys.argv[2])) as store:
            kept = practice.keep_set(store, f"{name} {n}", reps=1)
        os.write(pipe, f"{kept.uid}\\n".encode())
        n += 1

for run in range(int(sys.argv[3])):
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(read)
        keep_until_killed(f"run {run}", write)
    os.close(write)
    with os.fdopen(read) as pipe:
        # Every other one is killed on its way to the first session, the rest on the way to a later one.
        said = pipe.readline() if run % 2 else ""
        time.sleep(rng.uniform(0.0, 0.06))
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        said += pipe.read()
    print("\\n".join(line for line in said.split() if len(line) == 8), flush=True)
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork, to start many writers in seconds")
def test_writers_killed_at_any_moment_lose_nothing_that_was_kept(tmp_path):
    folder = tmp_path / "record"
    # In a process of its own: to fork one that has threads (as pytest's workers do) is to ask for a deadlock.
    result = subprocess.run(
        [sys.executable, "-c", KILLER, TESTS, str(folder), str(KILLS)],
        capture_output=True,
        text=True,
        check=True,
        timeout=300,
    )
    told = set(result.stdout.split())
    assert len(told) >= KILLS / 2
    assert_whole(folder, told)


FULL = """
import resource, sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
import practice
from formcheck.errors import StoreError
from formcheck.record.store import open_store
practice.judged(30.0, practice.Side.LEFT, reps=1)
folder = Path(sys.argv[2])
with open_store(folder) as store:
    first = practice.keep_set(store, "before", reps=1).uid
    files = sorted(path.name for path in store.series_folder.iterdir())
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[3]), resource.RLIM_INFINITY))
refused = 0
for n in range(40):
    try:
        with open_store(folder) as store:
            practice.keep_set(store, f"after {n}", reps=1, answers=practice.Answers(1))
    except StoreError as error:
        assert "\\n" not in str(error) and error.exit_code == 5, error
        print(str(error))
        refused += 1
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
print(first, refused)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="limits on file sizes are POSIX ones")
@pytest.mark.parametrize("limit", [2_000, 150_000], ids=["no room for a series", "no room for more rows"])
def test_a_full_disk_is_one_clear_line_and_what_was_kept_stays(tmp_path, limit):
    folder = tmp_path / "record"
    result = subprocess.run(
        [sys.executable, "-c", FULL, TESTS, str(folder), str(limit)], capture_output=True, text=True, check=True
    )
    *messages, last = result.stdout.splitlines()
    first, refused = last.split()
    assert int(refused) == len(messages) > 0
    assert all("disk" in message for message in messages)
    with open_store(folder) as store:
        with store.reading() as connection:
            kept = [line.uid for line in sessions(connection)]
            series = {row["series_file"] for uid in kept for row in results_of(connection, uid)}
        assert first in kept
        assert {path.name for path in store.series_folder.iterdir()} == series
