"""How long live practice takes from capturing a frame to showing it, and where the time goes.

    .venv/bin/python benchmarks/live.py [CLIP] [--seconds N] [--size 1280x720] [--two-inferences]

Plays a clip in real time as the camera, over and over, exactly as `formcheck live --source` does, with drawing,
journal and voice thread; the window is a real one where there is a screen (or under xvfb-run). With --seconds 3600 it
also measures whether memory and the age of the frames grow.
"""

from __future__ import annotations

import argparse
import os
import platform
import re
import resource
import sys
import tempfile
import threading
import time
from array import array
from pathlib import Path
from typing import Self

import cv2
import numpy as np

from formcheck.live import loop
from formcheck.live.app import LiveOptions, practise
from formcheck.live.loop import Timings
from formcheck.live.sources import FileCamera
from formcheck.live.starting import notice
from formcheck.live.window import NoWindow, OpenCvWindow
from formcheck.pose.survey import Survey
from formcheck.protocols.loader import LoadedProtocol, load_protocol
from formcheck.video.source import FileSource
from formcheck.video.writer import H264Writer

ROOT = Path(__file__).resolve().parents[1]
SAMPLE = ROOT / "sample_videos" / "01_good_set.mp4"


class BlindWindow(NoWindow):
    """Stands in for the window where there is no screen: images are drawn and thrown away."""

    shown = True

    def key(self, wait_ms: int = 0) -> str | None:
        """No key, but at the very end: the summary is not waited for. The first frame is, a millisecond at a time."""
        super().key(wait_ms)
        return "q" if wait_ms > 1 else None


class KeylessWindow(OpenCvWindow):
    """The real window, which closes the summary by itself."""

    def key(self, wait_ms: int = 0) -> str | None:
        """No key, but at the very end."""
        super().key(wait_ms)
        return "q" if wait_ms > 1 else None


class AgeTimings(Timings):
    """Also keeps the age of the frames shown, in order."""

    def __init__(self) -> None:
        super().__init__()
        self.ages_ms = array("f")
        AgeTimings.last = self

    def add(self, name: str, seconds: float) -> None:
        """Add one duration."""
        super().add(name, seconds)
        if name == "capture to shown":
            self.ages_ms.append(seconds * 1e3)

    last: AgeTimings


class Memory:
    """Notes the process's memory while a block runs."""

    def __init__(self, every_s: float) -> None:
        self.mb: list[float] = []
        self._every_s = every_s
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._done.wait(self._every_s):
            self.mb.append(resident_mb())


def resident_mb() -> float:
    """Memory of this process now; where the system does not tell, its peak."""
    statm = Path("/proc/self/statm")
    if statm.exists():
        return int(statm.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1e-6 if sys.platform == "darwin" else 1e-3)


def resized(clip: Path, size_px: tuple[int, int], folder: Path) -> Path:
    """The clip in another size."""
    path = folder / "clip.mp4"
    with FileSource(clip) as source, H264Writer(path, size_px=size_px, nominal_fps=source.nominal_fps) as writer:
        for frame in source:
            image = cv2.resize(frame.image_bgr, size_px, interpolation=cv2.INTER_LINEAR)
            writer.write(np.asarray(image, dtype=np.uint8), frame.t_s)
    return path


def endless() -> LoadedProtocol:
    """The leaflet's protocol with a set that does not end."""
    text = re.sub(r"(reps = \{ value = )\d+", r"\g<1>1000000", load_protocol().text)
    with tempfile.NamedTemporaryFile("w", suffix=".toml") as file:
        file.write(text)
        file.flush()
        return load_protocol(file.name)


def table(timings: Timings, frames: int, dropped: int, seconds: float) -> None:
    """Print the figures."""
    print(f"{'':18}{'median ms':>10}{'95 % ms':>10}{'frames':>8}")
    for name in timings.names:
        median, high = timings.percentile_ms(name, 50), timings.percentile_ms(name, 95)
        print(f"{name:18}{median:10.1f}{high:10.1f}{timings.count(name):8}")
    print(f"{frames / seconds:.1f} frames a second, {dropped} dropped of {frames + dropped}")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("clip", nargs="?", type=Path, default=SAMPLE)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--size", default="1280x720", metavar="WxH")
    parser.add_argument("--two-inferences", action="store_true", help="two inferences on every frame, the worst case")
    arguments = parser.parse_args()
    if arguments.two_inferences:
        # As while the leg is down: inference runs on the plain frame every time, besides the one with a leg hidden.
        Survey.raised_at = _never  # type: ignore[assignment, method-assign]
    screen = bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")) or sys.platform != "linux"
    loop.Timings = AgeTimings  # type: ignore[misc, assignment]
    w, h = (int(side) for side in arguments.size.split("x"))
    with tempfile.TemporaryDirectory() as name, Memory(arguments.seconds / 60) as memory:
        folder = Path(name)
        clip = resized(arguments.clip, (w, h), folder)
        begun_s = time.monotonic()
        window = KeylessWindow(notice("formcheck"), full_screen=False) if screen else BlindWindow()
        result = practise(
            lambda: FileCamera(clip, fast=False, loop_s=arguments.seconds),
            folder / "sessions",
            window=window,
            protocol=endless(),
            options=LiveOptions(sound=False, questions=False),
            notify=print,
        )
        window.close()
        seconds = time.monotonic() - begun_s
    if result is None:
        sys.exit("nobody was seen in the clip")
    print(f"{arguments.clip.name} at {w}x{h}, {os.cpu_count()} cores, {platform.machine()}, {_cpu()}")
    print("window shown" if screen else "no screen: drawn, not shown")
    table(result.timings, result.frames, result.dropped, seconds)
    print(f"repetitions counted: {result.finished.rep_count}")
    settled = memory.mb[len(memory.mb) // 6 : -2]
    if settled:
        ages_ms = AgeTimings.last.ages_ms
        sixth = len(ages_ms) // 6
        early_ms, late_ms = np.median(ages_ms[sixth : 2 * sixth]), np.median(ages_ms[-sixth:])
        print(f"age of the frames: median {early_ms:.0f} ms in the second sixth of the time, {late_ms:.0f} in the last")
        print(f"memory: {settled[0]:.0f} MB after a sixth of the time, {settled[-1]:.0f} MB at the end")


def _never(_survey: Survey, _t_s: float) -> bool:
    return False


def _cpu() -> str:
    info = Path("/proc/cpuinfo")
    names = re.findall(r"model name\s*: (.*)", info.read_text()) if info.exists() else []
    return names[0] if names else platform.processor()


if __name__ == "__main__":
    main()
