"""Files: whole or not at all, for their owner only, one writer at a time."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
import threading
import time

import pytest

from formcheck import files
from formcheck.errors import OutputError, UsageError

ENDLESS_WRITER = """
import sys, time
from pathlib import Path
from formcheck.files import replacing
with replacing(Path(sys.argv[1])) as part:
    part.write_bytes(b"half of the new")
    print("written", flush=True)
    time.sleep(60)
"""
LOCK_HOLDER = """
import sys, time
from pathlib import Path
from formcheck.files import acquire_lock
lock = acquire_lock(Path(sys.argv[1]))
print("held", flush=True)
time.sleep(60)
"""
REFUSAL = UsageError("taken")


def fail_half_way(path):
    path.write_text("half of the new")
    raise RuntimeError


def mode(path) -> int:
    return path.stat().st_mode & 0o777


def started(code, path) -> subprocess.Popen:
    process = subprocess.Popen([sys.executable, "-c", code, str(path)], stdout=subprocess.PIPE, text=True)
    assert process.stdout.readline()
    return process


@pytest.mark.parametrize("content", [b"new", "new"])
def test_a_file_is_replaced_whole_and_private(tmp_path, content):
    path = tmp_path / "a.json"
    path.write_text("old")
    path.chmod(0o644)
    files.write_whole(path, content)
    assert path.read_bytes() == b"new"
    assert mode(path) == 0o600
    assert list(tmp_path.iterdir()) == [path]


def test_a_write_that_fails_leaves_the_old_file_and_nothing_beside_it(tmp_path):
    path = tmp_path / "a.json"
    path.write_text("old")
    with pytest.raises(RuntimeError), files.replacing(path) as part:
        fail_half_way(part)
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_killed_writer_leaves_the_old_file_and_what_it_left_is_removed_when_it_is_old(tmp_path):
    path = tmp_path / "a.json"
    path.write_text("old")
    writer = started(ENDLESS_WRITER, path)
    writer.kill()
    writer.communicate()
    assert path.read_text() == "old"
    (left,) = tmp_path.glob(files.PART_FILES)
    assert mode(left) == 0o600
    files.remove_stale(tmp_path, files.PART_FILES)
    assert left.exists()
    os.utime(left, (time.time() - 2 * files.STALE_S,) * 2)
    files.remove_stale(tmp_path, files.PART_FILES)
    assert list(tmp_path.iterdir()) == [path]


def test_a_folder_in_the_way_is_refused_before_anything_is_written(tmp_path):
    with pytest.raises(IsADirectoryError):
        files.write_whole(tmp_path, b"")
    assert list(tmp_path.iterdir()) == []


def test_results_move_into_their_folder_together_and_private(tmp_path):
    out = tmp_path / "results"
    with files.filling(out, last="session.json") as fresh:
        (fresh / "session.json").write_text("{}")
        (fresh / "track.npz").write_text("points")
        assert not (out / "session.json").exists()
    assert sorted(path.name for path in out.iterdir()) == ["session.json", "track.npz"]
    assert {mode(path) for path in out.iterdir()} == {0o600}


def test_results_that_are_not_complete_leave_the_older_ones(tmp_path):
    (tmp_path / "session.json").write_text("old")
    with pytest.raises(RuntimeError), files.filling(tmp_path, last="session.json") as fresh:
        fail_half_way(fresh / "session.json")
    assert (tmp_path / "session.json").read_text() == "old"
    assert len(list(tmp_path.iterdir())) == 1


def test_a_folder_that_was_made_for_results_that_never_came_is_gone_again(tmp_path):
    with pytest.raises(RuntimeError), files.filling(tmp_path / "results", last="session.json") as fresh:
        fail_half_way(fresh / "session.json")
    assert list(tmp_path.iterdir()) == []


def test_results_that_a_killed_process_left_vanish_and_those_of_a_running_one_stay(tmp_path):
    dead, alive = tmp_path / ".partial-dead", tmp_path / ".partial-alive"
    for folder in (dead, alive):
        folder.mkdir()
        (folder / "track.npz").touch()
        long_ago_s = time.time() - 2 * files.STALE_S
        os.utime(folder, (long_ago_s, long_ago_s))
    os.utime(dead / "track.npz", (long_ago_s, long_ago_s))
    with files.filling(tmp_path, last=""):
        pass
    assert list(tmp_path.iterdir()) == [alive]


def test_folders_and_opened_files_are_private(tmp_path):
    folder = files.private_folder(tmp_path / "record")
    with files.open_private(folder / "a.csv", "a") as file:
        file.write("grün\n")
    assert (mode(folder), mode(folder / "a.csv")) == (0o700, 0o600)
    assert (folder / "a.csv").read_bytes() == "grün\n".encode()
    with pytest.raises(FileExistsError):
        files.open_private(folder / "a.csv", "xb")


def test_two_writers_wait_for_each_other(tmp_path):
    path, counter = tmp_path / "locks" / "a.lock", tmp_path / "counter"
    counter.write_text("0")

    def count() -> None:
        for _ in range(20):
            with files.locked(path, refusal=REFUSAL, timeout_s=30):
                files.write_whole(counter, str(int(counter.read_text()) + 1))

    threads = [threading.Thread(target=count) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert counter.read_text() == "80"
    assert (mode(path.parent), mode(path)) == (0o700, 0o600)


def test_a_lock_of_another_process_is_refused_and_goes_when_that_is_killed(tmp_path):
    path = tmp_path / "a.lock"
    holder = started(LOCK_HOLDER, path)
    try:
        assert files.acquire_lock(path) is None
        with pytest.raises(UsageError), files.locked(path, refusal=REFUSAL, timeout_s=0.1):
            pytest.fail("two held one lock")
    finally:
        holder.kill()
        holder.communicate()
    with files.locked(path, refusal=REFUSAL, timeout_s=5):
        pass


def test_a_lock_is_released_by_another_thread(tmp_path):
    lock = files.acquire_lock(tmp_path / "a.lock")
    thread = threading.Thread(target=lock.release)
    thread.start()
    thread.join()
    assert files.acquire_lock(tmp_path / "a.lock") is not None


def test_a_place_that_may_not_be_written_is_said_in_one_line(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(OutputError, match="choose another") as raised, files.explained(tmp_path / "file"):
        files.private_folder(tmp_path / "file" / "sub")
    assert str(tmp_path / "file") in str(raised.value)
    assert "\n" not in str(raised.value)


def test_a_full_disk_has_its_own_line(tmp_path):
    with pytest.raises(OutputError, match="disk is full"), files.explained(tmp_path, remedy="choose another"):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
