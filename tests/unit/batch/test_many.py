"""Many clips: a few hundred through a runner that analyses nothing, and what tables, journal and page make of them."""

import csv
import json
import os
from collections import deque
from itertools import islice
from pathlib import Path

import pyarrow.parquet as pq
import pytest

import synth
from formcheck.batch import journal, run
from formcheck.batch.clips import find_clips
from formcheck.batch.pool import fingerprint
from formcheck.batch.rows import read_rows
from formcheck.batch.run import run_batch
from formcheck.batch.storage import open_storage
from formcheck.batch.tasks import BatchSettings, ClipFailure, FailureKind, TaskOutcome
from formcheck.errors import InputError
from formcheck.protocols.loader import load_protocol
from formcheck.session.document import session_text
from formcheck.text.catalogue import Texts
from synth import Move

SETTINGS = BatchSettings(
    load_protocol().text, "a" * 64, "built in", "model.task", "b" * 64, None, "standard", None, False, ("1", "2"), "en"
)
CLIPS = 130
# Parts of the journal are of thirty results here, so there are five.
PART = 30


class Runner:
    """Leaves a finished session behind for each task, at once; clips called bad fail; it may be stopped half-way."""

    def __init__(self, session, stop_after=None):
        self._session, self._rows = session, read_rows(session)
        self._tasks, self._open, self._left = deque(), True, stop_after
        self.analysed = []

    def fingerprints(self, clips):
        return map(fingerprint, clips)

    def submit(self, task):
        self._tasks.append(task)

    def finish(self):
        self._open = False

    def outcomes(self):
        while self._open or self._tasks:
            if not self._tasks:
                yield None
                continue
            if self._left is not None and len(self.analysed) == self._left:
                raise KeyboardInterrupt
            task = self._tasks.popleft()
            self.analysed.append(task.name)
            if "bad" in task.name:
                yield TaskOutcome(task, ClipFailure(FailureKind.UNREADABLE, "no video"))
                continue
            folder = Path(task.out, "clips", task.folder)
            folder.mkdir()
            (folder / "session.json").write_bytes(self._session)
            yield TaskOutcome(task, None, self._rows)

    def close(self):
        pass


@pytest.fixture(scope="module")
def session():
    return session_text(synth.session(synth.glide([Move(), Move(extend_s=0.4)])), Texts("en")).encode()


@pytest.fixture(autouse=True)
def small_parts(monkeypatch):
    monkeypatch.setattr(journal, "_PART_RESULTS", PART)
    monkeypatch.setattr(run, "_MAX_TASKS", 20)


@pytest.fixture
def clips(tmp_path):
    folder = tmp_path / "clips"
    for number in range(CLIPS):
        name = f"{'bad' if number % 60 == 59 else 'clip'}{number:03}.mp4"
        (folder / str(number // 100)).mkdir(parents=True, exist_ok=True)
        (folder / str(number // 100) / name).write_bytes(b"%d" % number)
        # Not as fresh as a file whose time may not change when it is written again.
        os.utime(folder / str(number // 100) / name, (1e9, 1e9))
    return folder


def analyse(clips, out, session, *, stop_after=None, **options):
    """Run a batch; what was analysed in it."""
    storage, runner = open_storage(str(out)), Runner(session, stop_after)
    with storage.lock():
        try:
            run_batch(find_clips([str(clips)]), storage, runner, settings=SETTINGS, **options)
        except KeyboardInterrupt:
            assert stop_after is not None
    return runner.analysed


def rows_of(out, name="results"):
    with (out / f"{name}.csv").open(encoding="utf-8-sig") as file:
        return list(csv.DictReader(file))


def dataset(out, name="results"):
    return sorted(pq.read_table(out / name).to_pylist(), key=lambda row: (row["path"], row.get("rep")))


def parts(out):
    """The files of journal and datasets, with the times at which they were written."""
    return {
        str(path.relative_to(out)): path.stat().st_mtime_ns
        for folder in ("results", "reps", ".formcheck-batch/results", ".formcheck-batch/reps")
        for path in (out / folder).iterdir()
    }


def test_the_dataset_grows_by_parts_that_are_written_once(clips, tmp_path, session):
    out = tmp_path / "out"
    assert len(analyse(clips, out, session, stop_after=70)) == 70
    first = parts(out)
    assert sorted(path.name for path in (out / "results").iterdir()) == [f"part-00000{i}.parquet" for i in (1, 2, 3)]
    assert len(dataset(out)) == 70
    assert [row["state"] for row in rows_of(out)].count("pending") == len(rows_of(out)) - 70

    assert len(analyse(clips, out, session)) == CLIPS - 70
    assert first.items() <= parts(out).items()
    table, known = rows_of(out), dataset(out)
    assert [row["path"] for row in table] == [row["path"] for row in known] == sorted(row["path"] for row in table)
    assert len(table) == CLIPS
    assert [row["state"] for row in known].count("failed") == 2
    assert len(dataset(out, "reps")) == len(rows_of(out, "reps")) == 2 * (CLIPS - 2)


def test_nothing_is_repeated_or_written_anew_when_nothing_is_new(clips, tmp_path, session):
    out = tmp_path / "out"
    analyse(clips, out, session)
    before = {path: path.stat().st_mtime_ns for path in out.rglob("*") if path.is_file() and path.name != "lock"}
    assert analyse(clips, out, session) == []
    after = {path: path.stat().st_mtime_ns for path in out.rglob("*") if path.is_file() and path.name != "lock"}
    assert after == before
    (clips / "0" / "new.mp4").write_bytes(b"new")
    assert analyse(clips, out, session) == ["new.mp4"]
    assert len(rows_of(out)) == len(dataset(out)) == CLIPS + 1


def test_tables_do_not_depend_on_interruptions_or_damage(clips, tmp_path, session):
    smooth, rough = tmp_path / "smooth", tmp_path / "rough"
    analyse(clips, smooth, session)
    analyse(clips, rough, session, stop_after=80)
    # The journal's first part is cut off, its second one is gone, of the third the repetitions are.
    first, second, third = sorted((rough / ".formcheck-batch" / "results").iterdir())
    first.write_bytes(first.read_bytes()[:-30])
    second.unlink()
    (rough / ".formcheck-batch" / "reps" / third.name).unlink()
    last = rough / "results" / "part-000003.parquet"
    last.write_bytes(last.read_bytes()[:-10])
    assert len(analyse(clips, rough, session)) == CLIPS - 80
    for name in ("results.csv", "reps.csv", "summary.html"):
        assert (rough / name).read_bytes() == (smooth / name).read_bytes()
    assert dataset(rough) == dataset(smooth)
    assert dataset(rough, "reps") == dataset(smooth, "reps")


def test_without_a_journal_it_is_made_from_the_results(clips, tmp_path, session):
    out = tmp_path / "out"
    analyse(clips, out, session)
    known = dataset(out, "reps")
    for folder in (".formcheck-batch/results", "reps"):
        for path in (out / folder).iterdir():
            path.unlink()
    assert analyse(clips, out, session) == []
    assert dataset(out, "reps") == known


def test_a_result_that_is_removed_or_tried_again_leaves_the_dataset(clips, tmp_path, session):
    out = tmp_path / "out"
    analyse(clips, out, session)
    (gone,) = (out / "clips").glob("clip000-*")
    (gone / "session.json").unlink()
    gone.rmdir()
    assert sorted(analyse(clips, out, session, retry_failed=True)) == ["bad059.mp4", "bad119.mp4", "clip000.mp4"]
    names = [row["name"] for row in dataset(out)]
    assert len(names) == len(set(names)) == CLIPS


def test_duplicates_wait_in_no_journal(clips, tmp_path, session):
    out = tmp_path / "out"
    (clips / "1" / "twin.mp4").write_bytes(b"7")
    assert len(analyse(clips, out, session)) == CLIPS
    twin = rows_of(out)[-1]
    assert (twin["state"], twin["duplicate_of"]) == ("duplicate", str(clips / "0" / "clip007.mp4"))
    assert len(dataset(out)) == CLIPS


def test_a_listing_that_breaks_off_leaves_the_tables_of_all_clips(clips, tmp_path, session):
    out = tmp_path / "out"
    analyse(clips, out, session)
    before = [(out / name).read_bytes() for name in ("summary.html", "results.csv")]

    def broken():
        yield from islice(find_clips([str(clips)]), 20)
        raise InputError("the store cannot be reached")

    storage = open_storage(str(out))
    with storage.lock(), pytest.raises(InputError):
        run_batch(broken(), storage, Runner(session), settings=SETTINGS)
    assert [(out / name).read_bytes() for name in ("summary.html", "results.csv")] == before


def test_without_csv_there_is_none(clips, tmp_path, session):
    out = tmp_path / "out"
    analyse(clips, out, session)
    analyse(clips, out, session, csv=False)
    assert list(out.glob("*.csv")) == []
    assert "results.csv" not in (out / "summary.html").read_text()
    assert (out / "summary" / "all-0002.html").exists()


def test_pages_of_a_longer_list_are_removed(clips, tmp_path, session):
    out = tmp_path / "out"
    analyse(clips, out, session)
    analyse(clips / "0", out, session)
    assert list((out / "summary").iterdir()) == []
    assert len(dataset(out)) == CLIPS


def test_the_journal_is_private_json(clips, tmp_path, session):
    out = tmp_path / "out"
    analyse(clips / "0", out, session)
    (first, *_) = sorted((out / ".formcheck-batch" / "results").iterdir())
    head, line, *_ = first.read_bytes().split(b"\n")
    assert json.loads(head)["results"] == PART
    assert json.loads(line[19:])["name"] == "bad059.mp4"
    assert first.stat().st_mode & 0o077 == 0
