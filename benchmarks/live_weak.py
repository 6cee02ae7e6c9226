"""Live practice on a weak machine: the sample clips with all cores, on one core, and on half of one.

    xvfb-run -a .venv/bin/python benchmarks/live_weak.py [CLIP ...] [--repeats N] [--markdown FILE]

Each clip plays once, in real time at 1280 x 720, as the camera of a set with window, drawing and journal, in a process
of its own. "One core" is that process's affinity (as taskset sets it). "Half a core" is one core on which the process
is stopped half of the time, 10 of every 20 ms (SIGSTOP, SIGCONT): an evenly slower machine, unlike the quota of a
control group, which lets it run for 50 ms and then stops it for as long. The screen server is not slowed. Linux only.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import cv2
import numpy as np
from live import SAMPLE, AgeTimings, BlindWindow, KeylessWindow

from formcheck.live import loop
from formcheck.live.app import LiveOptions, practise
from formcheck.live.sources import FileCamera
from formcheck.live.starting import notice
from formcheck.protocols.loader import load_protocol
from formcheck.video.source import FileSource
from formcheck.video.writer import H264Writer

SAMPLES = sorted(SAMPLE.parent.glob("*.mp4"))
SIZE_PX = (1280, 720)
MACHINES = ("all cores", "one core", "half a core")
BEGIN, END = "<!-- weak machines -->\n", "<!-- end of weak machines -->\n"
# The first image stands for so long, as a person who lies ready does: on half a core the model takes some seconds to
# load.
LEAD_S = 8.0
_STOPPED_S = 0.01


@dataclass(frozen=True, slots=True)
class Played:
    """How a set went: frames a second and frames dropped from its first frame on, their age in ms when shown."""

    frames_hz: float
    dropped: int
    frames: int
    median_ms: float
    high_ms: float
    inference_ms: float
    counted: int
    told: int
    cpu_share: float


def prepared(clip: Path, folder: Path) -> Path:
    """The clip in the size that a camera is asked for, with its first image standing before it."""
    path = folder / clip.name
    with FileSource(clip) as source, H264Writer(path, size_px=SIZE_PX, nominal_fps=source.nominal_fps) as writer:
        for frame in source:
            image = np.asarray(cv2.resize(frame.image_bgr, SIZE_PX, interpolation=cv2.INTER_LINEAR), dtype=np.uint8)
            if frame.index == 0:
                for n in range(round(LEAD_S * source.nominal_fps)):
                    writer.write(image, n / source.nominal_fps)
            writer.write(image, LEAD_S + frame.t_s)
    return path


def play(clip: Path) -> Played:
    """Practise one set, in this process."""
    loop.Timings = AgeTimings  # type: ignore[misc, assignment]
    told: list[str] = []
    window = KeylessWindow(notice("formcheck"), full_screen=False) if os.environ.get("DISPLAY") else BlindWindow()
    begun_s, begun_cpu_s = time.monotonic(), time.process_time()
    with tempfile.TemporaryDirectory() as folder:
        result = practise(
            lambda: FileCamera(clip, fast=False),
            Path(folder),
            window=window,
            protocol=load_protocol(),
            options=LiveOptions(sound=False, questions=False),
            notify=told.append,
        )
    window.close()
    seconds, cpu_s = time.monotonic() - begun_s, time.process_time() - begun_cpu_s
    if result is None:
        sys.exit("nobody was seen in the clip")
    timings, track_s = result.timings, result.finished.session.angles.t_s[-1]  # type: ignore[union-attr]
    coming_hz = (result.frames + result.dropped) / track_s
    return Played(
        frames_hz=coming_hz * result.frames / (result.frames + result.dropped),
        dropped=result.dropped,
        frames=result.frames,
        median_ms=timings.percentile_ms("capture to shown", 50),
        high_ms=timings.percentile_ms("capture to shown", 95),
        inference_ms=timings.percentile_ms("landmarks", 50),
        counted=result.finished.rep_count,
        told=len(told),
        cpu_share=cpu_s / seconds,
    )


def run(clip: Path, machine: str) -> Played:
    """Practise one set in a process of its own that has what the machine has."""
    cores = os.sched_getaffinity(0) if machine == "all cores" else {max(os.sched_getaffinity(0))}
    command = [sys.executable, __file__, "--play", str(clip)]
    process = subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        start_new_session=True,
        preexec_fn=lambda: os.sched_setaffinity(0, cores),  # noqa: PLW1509 - no other thread holds a lock here
    )
    done = threading.Event()
    if machine == "half a core":
        threading.Thread(target=slow_down, args=(process, done), daemon=True).start()
    output, _ = process.communicate()
    done.set()
    if process.returncode:
        sys.exit(f"{clip.name} on {machine}: ended with {process.returncode}")
    return Played(**json.loads(output.splitlines()[-1]))


def slow_down(process: subprocess.Popen[bytes], done: threading.Event) -> None:
    """Stop a process half of the time."""
    while not done.is_set() and process.poll() is None:
        for number in (signal.SIGSTOP, signal.SIGCONT):
            process.send_signal(number)
            time.sleep(_STOPPED_S)


def report(clips: list[Path], repeats: int) -> Iterator[str]:
    """The table's lines, as they are measured."""
    yield (
        f"`benchmarks/live_weak.py`, worst of {repeats} for each clip, {os.cpu_count()} cores, load "
        f"{os.getloadavg()[0]:.1f} before it began.\n\n"
    )
    yield (
        "| machine | clip | frames a second | dropped | landmarks, median ms | capture to shown, median ms | 95 % ms "
        "| counted | of | CPU used, cores |\n"
    )
    yield "|---|---|---|---|---|---|---|---|---|---|\n"
    with tempfile.TemporaryDirectory() as name:
        ready = {clip: prepared(clip, Path(name)) for clip in clips}
        for machine in MACHINES:
            for clip, copy in ready.items():
                truth = json.loads(clip.with_suffix(".json").read_text(encoding="utf-8"))["rep_count"]
                runs = [run(copy, machine) for _ in range(repeats)]
                worst = max(runs, key=lambda one: (one.counted != truth, one.high_ms))
                share = worst.dropped / (worst.frames + worst.dropped)
                yield (
                    f"| {machine} | `{clip.stem}` | {worst.frames_hz:.1f} | {100 * share:.0f} % "
                    f"| {worst.inference_ms:.0f} | {worst.median_ms:.0f} | {worst.high_ms:.0f} "
                    f"| {worst.counted} | {truth} | {worst.cpu_share:.2f} |\n"
                )


def main() -> None:
    """Measure, then print or write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("clips", nargs="*", type=Path, default=SAMPLES, metavar="CLIP")
    parser.add_argument("--repeats", type=int, default=1)
    parser.add_argument("--markdown", type=Path, metavar="FILE", help="put the table into FILE, between its marks")
    parser.add_argument("--play", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.play:
        print(json.dumps(asdict(play(arguments.play))))
        return
    lines = []
    for line in report(arguments.clips, arguments.repeats):
        print(line, end="", flush=True)
        lines.append(line)
    if arguments.markdown:
        before, _, rest = arguments.markdown.read_text(encoding="utf-8").partition(BEGIN)
        after = rest.partition(END)[2]
        arguments.markdown.write_text(before + BEGIN + "".join(lines) + END + after, encoding="utf-8")
        print(f"written: {arguments.markdown}")


if __name__ == "__main__":
    main()
