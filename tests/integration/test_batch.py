"""Many clips on one machine: real processes that really crash, hang, hog and are killed."""

import contextlib
import csv
import json
import random
import re
import signal
import stat
import subprocess
import sys
import time

import psutil
import pyarrow.parquet as pq
import pytest

from batches import FAULTY_WORKER, formcheck_batch, tables, variant
from clips import GOOD_SET, excerpt
from formcheck import cli
from formcheck.batch.clips import find_clips
from formcheck.batch.pool import LocalRunner
from formcheck.batch.run import run_batch
from formcheck.batch.storage import open_storage
from formcheck.batch.tasks import ClipLimits, make_settings
from formcheck.pipeline import Options, analyze
from formcheck.protocols.loader import load_protocol


@pytest.fixture(scope="module")
def bases(tmp_path_factory):
    """Recordings that are unlike each other; the last one has a whole repetition."""
    folder = tmp_path_factory.mktemp("bases")
    spans = [(0.5, 0.4), (3.0, 0.4), (0.4, 5.6)]
    return [excerpt(folder / f"{i}.mp4", start_s=a, length_s=b).read_bytes() for i, (a, b) in enumerate(spans)]


def faulty_batch(sources, out, *, stall_s=8.0, retry_failed=False):
    """Run a batch with the faulty worker; how it went, and how many clips were analysed now."""
    settings = make_settings("sciatic-glide", model="full", side=None, fps=None, video=False, language="en")
    runner = LocalRunner(settings, ClipLimits(int(1.0e9), stall_s), jobs=2, command=FAULTY_WORKER)
    storage, analysed = open_storage(str(out)), 0

    def show(progress):
        nonlocal analysed
        analysed = progress.analysed

    with storage.lock():
        clips = find_clips([str(source) for source in sources])
        report = run_batch(clips, storage, runner, settings=settings, retry_failed=retry_failed, show=show)
    return report, analysed


def rows_of(out, name="results"):
    with (out / f"{name}.csv").open(encoding="utf-8-sig") as file:
        return list(csv.DictReader(file))


def wait_until(true, timeout_s=60.0):
    deadline = time.monotonic() + timeout_s
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def alive(process):
    """Nobody may be there to take in the exit code of what is dead (a container without init)."""
    try:
        return process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def single_run(base, folder):
    """The result of analysing one recording by itself."""
    clip = variant(base, folder / "single.mp4", 0)
    options = Options(video=False)
    analyze(clip, folder / "out", protocol=load_protocol(), options=options, progress=lambda _stage, _share: None)
    return json.loads((folder / "out" / "session.json").read_text())


def test_eighteen_clips_of_which_nine_are_bad(bases, tmp_path):
    clips = tmp_path / "clips"
    for number in range(8):
        variant(bases[number % 2], clips / f"clip{number:02}.mp4", number)
    variant(bases[2], clips / "whole.mp4", 0)
    for name in ("hang", "segfault", "hog"):
        variant(bases[0], clips / f"{name}.mp4", 1000 + len(name))
    for number, content in enumerate(
        [b"", b"text", b"\0" * 5000, GOOD_SET.read_bytes()[:3000], b"<html>", b"RIFF...."]
    ):
        (clips / f"bad{number}.mp4").write_bytes(content)
    out = tmp_path / "out"

    report, analysed = faulty_batch([clips], out)

    rows = {row["name"]: row for row in rows_of(out)}
    assert report.counts.total() == len(rows) == analysed == 18
    failed = {name: row["trouble"] for name, row in rows.items() if row["state"] == "failed"}
    assert failed == {
        "hang.mp4": "hung",
        "segfault.mp4": "crashed",
        "hog.mp4": "memory",
        **{f"bad{number}.mp4": "unreadable" for number in range(6)},
    }
    assert "no progress for 8 s" in rows["hang.mp4"]["reason"]
    assert "SIGSEGV" in rows["segfault.mp4"]["reason"]
    assert "more than 1000 MB" in rows["hog.mp4"]["reason"]
    assert rows["bad0.mp4"]["reason"].startswith("the file is empty")
    singles = [single_run(base, tmp_path / f"single{i}") for i, base in enumerate(bases)]
    for name, row in rows.items():
        if row["state"] == "done":
            session = json.loads((out / row["folder"] / "session.json").read_text())
            single = singles[2 if name == "whole.mp4" else int(name[4:6]) % 2]
            assert session == {
                **single,
                "clip": {**single["clip"], "name": name, "sha256": row["content_sha256"]},
            }
    assert [row["name"] for row in rows_of(out, "reps")].count("whole.mp4") >= 1
    assert sorted(pq.read_table(out / "results")["name"].to_pylist()) == sorted(rows)

    before = tables(out)
    _, analysed = faulty_batch([clips], out)
    assert analysed == 0
    assert tables(out) == before
    variant(bases[0], clips / "new.mp4", 5000)
    _, analysed = faulty_batch([clips], out)
    assert analysed == 1


def test_killed_at_random_points_it_ends_with_the_same_tables(bases, tmp_path):
    for number in range(6):
        variant(bases[number % 2], tmp_path / "clips" / f"clip{number:02}.mp4", number)
    (tmp_path / "clips" / "bad.mp4").write_bytes(b"text")
    smooth, rough = tmp_path / "smooth", tmp_path / "rough"
    assert formcheck_batch(tmp_path / "clips", "--out", smooth, "--jobs", 2).returncode == 3
    rng = random.Random()
    done = []
    for _ in range(4):
        with subprocess.Popen(
            [sys.executable, "-m", "formcheck", "batch", tmp_path / "clips", "--out", rough, "--jobs", "2"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        ) as running:
            time.sleep(rng.uniform(0.4, 2.8))
            family = [psutil.Process(running.pid), *psutil.Process(running.pid).children(recursive=True)]
            for process in family if rng.random() < 0.5 else family[:1]:
                with contextlib.suppress(psutil.NoSuchProcess):  # it ended with the one before
                    process.kill()
            running.wait()
            wait_until(lambda left=family[1:]: not any(alive(process) for process in left))
        done.append(len(list(rough.glob("clips/*/session.json"))))
    assert formcheck_batch(tmp_path / "clips", "--out", rough, "--jobs", 2).returncode == 3
    assert tables(rough) == tables(smooth), done
    assert list(rough.glob("clips/*/.partial-*")) == []
    assert sorted(path.name for path in (rough / "clips").iterdir()) == sorted(
        path.name for path in (smooth / "clips").iterdir()
    )


def test_ctrl_c_keeps_what_is_done_and_says_how_to_go_on(bases, tmp_path, capsys):
    for number in range(30):
        variant(bases[0], tmp_path / "clips" / f"clip{number:03}.mp4", number)
    out = tmp_path / "out"
    with subprocess.Popen(
        [sys.executable, "-m", "formcheck", "batch", tmp_path / "clips", "--out", out, "--jobs", "1"],
        stderr=subprocess.PIPE,
        text=True,
    ) as running:
        wait_until(lambda: list(out.glob("clips/*/session.json")))
        assert cli.run(["batch", str(tmp_path / "clips"), "--out", str(out)]) != 0
        assert "another batch is writing there" in capsys.readouterr().err
        running.send_signal(signal.SIGINT)
        _, err = running.communicate(timeout=60)
    assert running.returncode == 130
    assert "run the same command again" in err
    states = [row["state"] for row in rows_of(out)]
    assert len(states) == 30
    assert set(states) == {"done", "pending"}
    assert "not done yet" in (out / "summary.html").read_text()


def test_duplicates_and_names_that_meet(bases, tmp_path):
    clips, out = tmp_path / "clips", tmp_path / "out"
    variant(bases[0], clips / "anna" / "week 1.mp4", 1)
    variant(bases[0], clips / "bert" / "week 1.mp4", 2)
    variant(bases[0], clips / "copy" / "=week 1.mp4", 1)
    call = formcheck_batch(clips, "--out", out)
    assert call.returncode == 0, call.stderr
    assert [int(number) for number in re.findall(r"\d+", call.stdout.splitlines()[0])] == [2, 3, 0, 1]
    first, second, twin = rows_of(out)
    assert first["folder"] != second["folder"]
    assert first["content_sha256"] == twin["content_sha256"] != second["content_sha256"]
    assert (twin["state"], twin["duplicate_of"]) == ("duplicate", str(clips / "anna" / "week 1.mp4"))
    assert twin["name"] == "'=week 1.mp4"
    files = [path for path in out.rglob("*") if path.is_file()]
    assert all(stat.S_IMODE(path.stat().st_mode) == 0o600 for path in files)


def test_failed_clips_are_tried_again_on_request(bases, tmp_path):
    clip, out = tmp_path / "clips" / "bug.mp4", tmp_path / "out"
    variant(bases[0], clip, 1)
    report, _ = faulty_batch([clip], out)
    (result,) = report.failures
    assert "ZeroDivisionError" in result.failure.reason
    assert "in faulty" in result.failure.trace
    clip.rename(clip.with_name("mended.mp4"))
    report, analysed = faulty_batch([clip.parent], out)
    assert (dict(report.counts), analysed) == ({"failed": 1}, 0)
    report, analysed = faulty_batch([clip.parent], out, retry_failed=True)
    assert (dict(report.counts), analysed) == ({"done": 1}, 1)
    assert list(out.rglob("failure.json")) == []
    assert pq.read_table(out / "results")["state"].to_pylist() == ["done"]
    report, analysed = faulty_batch([clip.parent], out)
    assert (dict(report.counts), analysed) == ({"done": 1}, 0)


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["nothing"], 3, "no such file"),
        (["*.mp4"], 3, "found none"),
        (["."], 3, "found none"),
        (["list.txt"], 3, "list of clips"),
        ([GOOD_SET, "--memory-limit", "much"], 2, "900M"),
        ([GOOD_SET, "--jobs", "2", "--scheduler", "tcp://127.0.0.1:1"], 2, "--jobs"),
        ([GOOD_SET, "--scheduler", "tcp://127.0.0.1:1"], 3, "Dask scheduler"),
        ([GOOD_SET, "--scheduler", "here"], 3, "tcp://host"),
        ([GOOD_SET, "--protocol", "nothing"], 4, "nothing"),
        (["nosuch://clips"], 2, "nosuch://clips"),
        ([GOOD_SET, "--out", "file"], 3, "--out"),
    ],
)
def test_calls_that_make_no_sense(tmp_path, monkeypatch, capsys, arguments, code, words):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "file").write_text("mine")
    out = [] if "--out" in arguments else ["--out", "out"]
    assert cli.run(["batch", *map(str, arguments), *out]) == code
    err = capsys.readouterr().err
    assert words in err
    assert err.count("\n") == 1
