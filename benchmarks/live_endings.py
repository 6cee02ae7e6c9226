"""How soon after the end of a live set its report and its row in the practice record are there, for each way to end.

    .venv/bin/python benchmarks/live_endings.py [--sets N] [--only WAY]

Practises in front of a clip that plays as the camera, with `formcheck live` as a process of its own on a screen of its
own (Xvfb), ends the set after a repetition in each way that a set can end, and presses no key. Needs Xvfb and xdotool.
A camera that is lost is waited for, for 60 s; here it is for 2 s, and the end is when it is given up.
"""

from __future__ import annotations

import argparse
import math
import os
import platform
import signal
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack, closing, suppress
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from clips import HIP_DRIFT, excerpt
from formcheck.record.store import FILE
from live_set import GIVE_UP_S, TEXTS, Run, begin_set, close_window, network_camera, own_screen

LIMIT_S = 5.0
PATIENCE_S = 60.0
CLIP_ENDS, CAMERA_LOST, UNHEARD = "end of the clip", "camera lost", "X button, no voice and no audio device"


def send(number: int) -> Callable[[Run], None]:
    """End a set by a signal."""
    return lambda run: run.process.send_signal(number)


ENDINGS: dict[str, Callable[[Run], None] | None] = {
    "X button": close_window,
    "SIGTERM": send(signal.SIGTERM),
    "Ctrl-C": send(signal.SIGINT),
    CLIP_ENDS: None,
    CAMERA_LOST: None,
    UNHEARD: close_window,
}


def main() -> None:
    """Measure, print a table, and fail where the limit is exceeded."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sets", type=int, default=3, help="sets for each way to end; the slowest counts")
    parser.add_argument("--only", choices=ENDINGS)
    arguments = parser.parse_args()
    print(f"{os.cpu_count()} cores ({platform.machine()}), slowest of {arguments.sets}\n")
    print("| ending | report, s | in the record, s | given to the voice, s |\n|---|---|---|---|")
    slowest_s = 0.0
    with own_screen() as screen, tempfile.TemporaryDirectory() as name:
        clip = excerpt(Path(name) / "clip.mp4", HIP_DRIFT, length_s=11.0, fps=30.0)
        for way in [arguments.only] if arguments.only else ENDINGS:
            sets = [measure(way, clip, screen) for _ in range(arguments.sets)]
            report_s, record_s, spoken_s = (max(times) for times in zip(*sets, strict=True))
            print(f"| {way} | {report_s:.1f} | {record_s:.1f} | {'-' if math.isnan(spoken_s) else f'{spoken_s:.1f}'} |")
            slowest_s = max(slowest_s, report_s, record_s)
    if slowest_s > LIMIT_S:
        sys.exit(f"expected report and record within {LIMIT_S:g} s, took {slowest_s:.1f}")


def measure(way: str, clip: Path, screen: str) -> tuple[float, float, float]:
    """Practise one set; return the seconds from its end to the report, to the record, and to the spoken summary."""
    end = ENDINGS[way]
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        folder, source = Path(name), ("--source", str(clip))
        if way == CAMERA_LOST:
            camera = stack.enter_context(network_camera(clip))
            source = ("--camera", f"http://127.0.0.1:{camera.server_port}/video.mjpg")
        run = begin_set(folder, screen, *source, speech=None if way == UNHEARD else 0.06)
        stack.callback(run.process.wait)
        stack.callback(run.process.kill)
        if way == CAMERA_LOST:
            run.wait_for(lambda: TEXTS.get("teach.camera") in run.said(), "no introduction")
            run.xdo("windowfocus", "--sync", "key", "Escape")
        run.wait_for_rep()
        ended_at_s = time.time()
        if end is not None:
            end(run)
        elif way == CAMERA_LOST:
            camera.lost.set()
        expected = {
            "report": lambda: any(run.sessions.glob("*/report.html")),
            "record": lambda: recorded(folder / "record" / FILE),
            "spoken": lambda: TEXTS.get("end.saved") in run.said(),
        }
        if way == UNHEARD:
            del expected["spoken"]
        at_s = wait_for_all(run, expected)
        if way == CLIP_ENDS:
            # The journal is closed at once.
            (frames,) = run.sessions.glob("*/frames.bin")
            ended_at_s = frames.stat().st_mtime
        elif way == CAMERA_LOST:
            ended_at_s = camera.gone_at_s + GIVE_UP_S
        return at_s["report"] - ended_at_s, at_s["record"] - ended_at_s, at_s.get("spoken", math.nan) - ended_at_s


def wait_for_all(run: Run, expected: dict[str, Callable[[], bool]]) -> dict[str, float]:
    """Wait for all of these; return when each was there first."""
    at_s: dict[str, float] = {}
    until_s = time.monotonic() + PATIENCE_S
    while len(at_s) < len(expected):
        if time.monotonic() > until_s:
            sys.exit(f"only {', '.join(at_s) or 'nothing'} came: {(run.folder / 'stderr').read_text()}")
        at_s |= {name: time.time() for name, there in expected.items() if name not in at_s and there()}
        time.sleep(0.01)
    return at_s


def recorded(path: Path) -> bool:
    """Whether the practice record has a set."""
    with suppress(sqlite3.OperationalError), closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as record:
        return bool(record.execute("SELECT count(*) FROM result").fetchone()[0])
    return False


if __name__ == "__main__":
    main()
