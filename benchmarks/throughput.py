"""How long an analysis takes against a bare landmarker loop, and how its memory grows with the clip.

    .venv/bin/python benchmarks/throughput.py [CLIP] [--repeats N] [--memory]

Everything is measured in one run on one machine, each in a process of its own, in turn, so that only ratios are
compared. The bare loop decodes with PyAV and runs one landmarker in VIDEO mode on every frame: what any tool must pay.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SAMPLE = ROOT / "sample_videos" / "01_good_set.mp4"

BARE_LOOP = """
import sys
import av
import numpy as np
import mediapipe as mp
from mediapipe.tasks.python import BaseOptions, vision
options = vision.PoseLandmarkerOptions(
    base_options=BaseOptions(model_asset_path=sys.argv[2]), running_mode=vision.RunningMode.VIDEO)
with vision.PoseLandmarker.create_from_options(options) as landmarker, av.open(sys.argv[1]) as clip:
    for frame in clip.decode(video=0):
        image = np.ascontiguousarray(frame.to_ndarray(format="rgb24"))
        landmarker.detect_for_video(mp.Image(mp.ImageFormat.SRGB, image), int(frame.time * 1000))
"""


def measure(command: list[str]) -> dict[str, float]:
    """Wall and CPU seconds and peak memory (MB) of a command, its children included."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    wall_s = time.perf_counter() - start
    if status:
        raise SystemExit(f"failed: {' '.join(command[:4])} ...")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu_s = (after.ru_utime + after.ru_stime) - (before.ru_utime + before.ru_stime)
    scale = 1e-6 if sys.platform == "darwin" else 1e-3
    return {"wall_s": wall_s, "cpu_s": cpu_s, "peak_mb": usage.ru_maxrss * scale}


def analyse(clip: Path, out: Path, *options: str) -> list[str]:
    """Command that analyses a clip."""
    return [sys.executable, "-m", "formcheck", "analyze", str(clip), "--out", str(out), *options]


def speed(clip: Path, repeats: int, folder: Path) -> dict[str, dict[str, float]]:
    """Medians of every contestant; the contestants take turns, so that a slow minute hits all alike."""
    model = ROOT / "models" / "pose_landmarker_full.task"
    contestants = {
        "bare loop": [sys.executable, "-c", BARE_LOOP, str(clip), str(model)],
        "analyze": analyse(clip, folder / "full"),
        "analyze --no-video": analyse(clip, folder / "short", "--no-video"),
        "analyze track.npz": analyse(folder / "full" / "track.npz", folder / "again"),
    }
    runs: dict[str, list[dict[str, float]]] = {name: [] for name in contestants}
    for _ in range(repeats):
        for name, command in contestants.items():
            runs[name].append(measure(command))
    return {
        name: {key: statistics.median(run[key] for run in results) for key in results[0]}
        for name, results in runs.items()
    }


def memory(clip: Path, folder: Path) -> dict[int, float]:
    """Peak memory (MB) by minutes of clip; long clips are the sample repeated."""
    peaks = {}
    for minutes in (1, 10):
        long = folder / f"{minutes}min.mp4"
        subprocess.run(
            [
                "ffmpeg",
                "-v",
                "error",
                "-stream_loop",
                "-1",
                "-i",
                str(clip),
                "-t",
                str(60 * minutes),
                "-c",
                "copy",
                str(long),
            ],
            check=True,
        )
        peaks[minutes] = measure(analyse(long, folder / f"{minutes}min"))["peak_mb"]
    return peaks


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("clip", nargs="?", type=Path, default=SAMPLE)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--memory", action="store_true", help="also a 1-minute and a 10-minute clip (needs ffmpeg)")
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        results = speed(arguments.clip, arguments.repeats, folder)
        peaks = memory(arguments.clip, folder) if arguments.memory else {}
    if arguments.json:
        print(json.dumps({"speed": results, "peak_mb_by_minutes": peaks}, indent=2))
        return
    print(f"{arguments.clip.name}, median of {arguments.repeats}, {os.cpu_count()} cores, {platform.machine()}")
    print(f"{'':22}{'wall s':>8}{'of bare':>9}{'CPU s':>8}{'peak MB':>9}")
    bare = results["bare loop"]["wall_s"]
    for name, figures in results.items():
        print(
            f"{name:22}{figures['wall_s']:8.1f}{figures['wall_s'] / bare:9.2f}"
            f"{figures['cpu_s']:8.1f}{figures['peak_mb']:9.0f}"
        )
    if peaks:
        ratio = peaks[10] / peaks[1]
        print(f"peak memory: {peaks[1]:.0f} MB at 1 minute, {peaks[10]:.0f} MB at 10 minutes, ratio {ratio:.2f}")


if __name__ == "__main__":
    main()
