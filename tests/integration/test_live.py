"""Live practice on a file that plays as the camera: what it counts, says and keeps."""

import csv
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from clips import GOOD_SET, HIP_DRIFT
from formcheck.text.catalogue import Texts


def formcheck_process(*arguments, **options):
    command = [sys.executable, "-m", "formcheck", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL, **options)


def only(folder):
    (session,) = [path for path in folder.iterdir() if path.is_dir()]
    return session


@pytest.fixture(scope="module")
def practised(two_reps, tmp_path_factory):
    """The same clip, practised live as fast as may be and analysed causally."""
    out = tmp_path_factory.mktemp("live")
    with ThreadPoolExecutor(2) as both:
        live = ("live", "--source", two_reps, "--fast", "--headless", "--lang", "en", "--out", out / "sessions")
        file = ("analyze", "--causal", two_reps, "--no-video", "--out", out / "file")
        call, again = both.map(lambda arguments: formcheck_process(*arguments), (live, file))
    assert call.returncode == 0, call.stderr
    assert again.returncode == 0, again.stderr
    return only(out / "sessions"), out / "file", call


def document(folder):
    return json.loads((folder / "session.json").read_text(encoding="utf-8"))


def test_live_counts_and_finds_what_the_file_does(practised):
    live, file, _ = practised
    for part in ("reps", "findings", "rep_count", "side", "quality", "view"):
        assert document(live)[part] == document(file)[part]
    assert document(live)["rep_count"] == 2
    assert (live / "angles.csv").read_bytes() == (file / "angles.csv").read_bytes()


def test_the_transcript_holds_what_was_said_when(practised):
    live, _, _ = practised
    truth = json.loads(HIP_DRIFT.with_suffix(".json").read_text(encoding="utf-8"))["reps"]
    with (live / "cues.csv").open(encoding="utf-8-sig") as file:
        said = list(csv.DictReader(file))
    counts = [row for row in said if row["key"].startswith("practice.count")]
    assert [row["text"].split(",")[0] for row in counts] == ["1", "2"]
    for row, rep in zip(counts, truth, strict=False):
        assert float(row["t_s"]) == pytest.approx(rep["end_s"], abs=0.6)
    cued = {key for row in said for key in row["key"].split("+") if key.startswith("cue.")}
    assert cued & {"cue.hip_steady", "cue.hip_in_band.low"}


def test_what_is_kept_is_complete_and_private(practised):
    live, _, call = practised
    names = {path.name for path in live.iterdir()}
    assert {"report.html", "session.json", "angles.csv", "track.npz", "cues.csv", "practice.json"} <= names
    assert not {name for name in names if "mp4" in name or name.startswith(".") or name == "lock"}
    assert all(path.stat().st_mode & 0o077 == 0 for path in live.iterdir())
    assert json.loads((live / "practice.json").read_text())["why"] == "source"
    assert call.stdout.splitlines()[-1] == Texts("en").get("terminal.report", path=live / "report.html")


def test_a_killed_session_is_recovered_at_the_next_start(two_reps, formcheck, tmp_path):
    root = tmp_path / "sessions"
    command = [sys.executable, "-m", "formcheck", "live", "--source", str(two_reps), "--headless", "--mute"]
    process = subprocess.Popen(
        [*command, "--out", str(root)], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    end_s = time.monotonic() + 60.0
    while not list(root.glob("*/events.jsonl")) or '"rep"' not in next(root.glob("*/events.jsonl")).read_text():
        assert process.poll() is None
        assert time.monotonic() < end_s
        time.sleep(0.05)
    time.sleep(1.0)
    process.send_signal(signal.SIGKILL)
    process.wait()
    killed = only(root)
    assert not (killed / "session.json").exists()
    # Any start recovers first, also one that then fails.
    call = formcheck("live", "--source", tmp_path / "missing.mp4", "--headless", "--out", root)
    assert call.returncode == 3
    assert Texts("en").get("live.recovered", n=1, folder=killed) in call.stderr
    assert json.loads((killed / "practice.json").read_text())["why"] == "interrupted"
    assert document(killed)["rep_count"] == 1


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["--fast"], 2, "--fast needs --source"),
        (["--deidentify"], 2, "--deidentify needs --record"),
        (["--lang", "xx"], 2, "expected one of en, de"),
        (["--camera", "no such camera"], 3, "expected the number or name of one camera"),
        (["--source", "no-such-file.mp4"], 3, "no-such-file.mp4"),
    ],
)
def test_a_wrong_call_is_one_clear_line(arguments, code, words, formcheck, tmp_path):
    call = formcheck("live", "--headless", *arguments, "--out", tmp_path)
    assert call.returncode == code
    assert words in call.stderr
    assert "Traceback" not in call.stderr


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux runs without a screen")
def test_without_a_screen_a_window_is_refused_with_the_remedy(tmp_path):
    bare = {name: value for name, value in os.environ.items() if name not in ("DISPLAY", "WAYLAND_DISPLAY")}
    call = formcheck_process("live", "--source", GOOD_SET, "--fast", "--out", tmp_path, env=bare)
    assert call.returncode == 2
    assert "--headless" in call.stderr
    assert list(tmp_path.iterdir()) == []


WINDOW = """
import numpy as np
from formcheck.live.window import OpenCvWindow
window = OpenCvWindow(np.zeros((240, 320, 3), np.uint8), full_screen=False)
for number in range(30):
    window.show(np.full((240, 320, 3), 8 * number, np.uint8))
    assert window.key(wait_ms=10) is None
window.toggle_full_screen()
window.toggle_full_screen()
window.close()
print("shown")
"""


@pytest.mark.skipif(shutil.which("xvfb-run") is None, reason="needs xvfb-run (apt install xvfb)")
def test_the_window_opens_fills_the_screen_and_closes():
    call = subprocess.run(
        ["xvfb-run", "-a", sys.executable, "-c", WINDOW], capture_output=True, text=True, check=False, timeout=60
    )
    assert call.stdout.strip().endswith("shown"), call.stderr


def test_the_set_is_saved_in_the_practice_record(practised, formcheck):
    _, _, call = practised
    (saved,) = re.findall(r"saved as session (\w+)", call.stderr)
    shown = formcheck("history", "show", saved)
    assert shown.returncode == 0, shown.stderr
    assert "2" in shown.stdout
    assert "right" in shown.stdout
