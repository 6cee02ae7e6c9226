"""Whatever a user gives: one clear line and an exit code, or a finished analysis that says what it could not judge."""

import json
import os
import signal
import subprocess
import sys
import time

import av
import numpy as np
import pytest

from clips import GOOD_SET


def assert_one_line(call, code, *words):
    assert call.returncode == code, call.stderr
    assert call.stdout == ""
    assert call.stderr.startswith("formcheck: error: ")
    assert call.stderr.count("\n") == 1
    for word in words:
        assert word in call.stderr


def clip_of(path, pictures):
    """Write pictures as a clip at 10 frames a second."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=10)
        height, width = pictures[0].shape[:2]
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        for picture in pictures:
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        container.mux(stream.encode(None))
    return path


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("missing.mp4", None),
        (".", None),
        ("empty.mp4", b""),
        ("text.mp4", b"hello " * 100),
        ("header.mp4", GOOD_SET.read_bytes()[:3000]),
        ("track.npz", b"no track"),
    ],
)
def test_unreadable_input(formcheck, tmp_path, name, content):
    clip = tmp_path / name
    if content is not None:
        clip.write_bytes(content)
    assert_one_line(formcheck("analyze", clip, "--out", tmp_path / "out"), 3, str(clip))


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["--start", "99"], 2, ["99", "24.3"]),
        (["--start", "5", "--end", "3"], 2, ["later than start"]),
        (["--protocol", "nothing"], 4, ["nothing", "sciatic-glide"]),
        (["--model", "nothing"], 3, ["nothing"]),
        (["--model", str(GOOD_SET)], 3, [GOOD_SET.name]),
    ],
)
def test_options_that_make_no_sense(formcheck, tmp_path, arguments, code, words):
    assert_one_line(formcheck("analyze", GOOD_SET, "--out", tmp_path, *arguments), code, *words)


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root may read and write everything")
def test_no_permission(formcheck, tmp_path):
    clip = tmp_path / "mine.mp4"
    clip.write_bytes(GOOD_SET.read_bytes())
    clip.chmod(0)
    assert_one_line(formcheck("analyze", clip), 3, "permission")
    tmp_path.chmod(0o500)
    assert_one_line(formcheck("analyze", GOOD_SET, "--out", tmp_path / "out"), 3, "--out")


def test_output_folder_is_a_file(formcheck, tmp_path):
    blocker = tmp_path / "results"
    blocker.write_text("mine")
    call = formcheck("analyze", GOOD_SET, "--out", blocker / "deeper")
    assert_one_line(call, 3, "--out")
    assert blocker.read_text() == "mine"


def test_nobody_in_it_is_a_finished_analysis(formcheck, tmp_path):
    noise = np.random.default_rng(1).integers(0, 255, (36, 180, 320, 3), np.uint8)
    call = formcheck("analyze", clip_of(tmp_path / "noise.mp4", list(noise)), "--json")
    assert call.returncode == 0
    session = json.loads(call.stdout)
    assert session["rep_count"] == 0
    assert session["side"] is None
    assert session["quality"]["usable_fraction"] == 0
    assert {finding["verdict"] for finding in session["findings"]} == {"NOT_ASSESSABLE"}
    report = (tmp_path / "noise.formcheck" / "report.html").read_text(encoding="utf-8")
    assert "Nobody was seen" in report


def test_cut_off_clip_is_analysed_as_far_as_it_goes(formcheck, two_reps, tmp_path):
    whole = tmp_path / "whole.mkv"
    subprocess.run(["ffmpeg", "-v", "error", "-i", two_reps, "-c", "copy", whole], check=True)
    cut = tmp_path / "cut.mkv"
    cut.write_bytes(whole.read_bytes()[: whole.stat().st_size * 2 // 3])
    call = formcheck("analyze", cut, "--json", "--no-video", "--fps", "8")
    assert call.returncode == 0
    session = json.loads(call.stdout)
    assert any("cut off" in reason for reason in session["quality"]["reasons"])
    assert session["rep_count"] == 1


def test_one_bad_clip_does_not_stop_the_others(formcheck, one_rep, tmp_path):
    text = tmp_path / "text.mp4"
    text.write_text("hello")
    call = formcheck("analyze", text, one_rep, "--end", "2", "--no-video", "--json", "--out", tmp_path / "out")
    assert call.returncode == 3
    assert str(text) in call.stderr
    assert json.loads(call.stdout)["clip"]["name"] == one_rep.name


def test_killed_run_leaves_the_old_results_whole(formcheck, one_rep, tmp_path):
    formcheck("analyze", one_rep, "--end", "2", "--out", tmp_path)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert "report.html" in before
    running = subprocess.Popen(
        [sys.executable, "-m", "formcheck", "analyze", str(GOOD_SET), "--out", str(tmp_path)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    deadline = time.monotonic() + 60
    while not list(tmp_path.glob(".partial-*")) and time.monotonic() < deadline:
        time.sleep(0.05)
    time.sleep(1.0)
    running.send_signal(signal.SIGKILL)
    running.wait()
    after = {path.name: path.read_bytes() for path in tmp_path.iterdir() if path.is_file()}
    assert after == before
