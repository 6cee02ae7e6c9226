"""What an analysis costs against a bare landmarker loop: time, cores, memory, and how that grows with clips.

    .venv/bin/python benchmarks/throughput.py [CLIP] [--repeats N] [--clips 1 10 100] [--minutes 1 10 60]
        [--markdown FILE]

Everything is measured in one run on one machine, each in a process of its own, in turn, so that only ratios are
compared. The bare loop decodes with PyAV and runs one landmarker in VIDEO mode on every frame: what any tool must pay.
What was aimed at stands beside each figure, with whether it was met. Long clips are the sample repeated, and are
analysed at ``--quality quick`` without video, so that an hour of clip takes a quarter of an hour.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from measured import Cost, measure, median

from formcheck.cores import available_cores
from formcheck.pose.models import BUNDLES, locate
from formcheck.video.source import FileSource

ROOT = Path(__file__).resolve().parents[1]
SAMPLE = ROOT / "sample_videos" / "01_good_set.mp4"
MODEL = ROOT / "models" / "pose_landmarker_full.task"
CORES = available_cores()
SHORT_S = 5
# Where docs/performance.md takes the tables.
BEGIN, END = "<!-- measured -->\n", "<!-- end of measured -->\n"

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

# Wall and CPU seconds of each stage, by when its progress is first and last heard of.
STAGES = """
import json, sys, time
from pathlib import Path
begin = now = (time.perf_counter(), time.process_time())
laps = {}
from formcheck.pipeline import Options, analyze
from formcheck.protocols.loader import load_protocol
def heard(stage, share):
    laps.setdefault(stage, []).append((time.perf_counter(), time.process_time()))
options = Options(jobs=int(sys.argv[3]), video=sys.argv[4] == "video", quality=sys.argv[5])
ready = (time.perf_counter(), time.process_time())
analyze(Path(sys.argv[1]), Path(sys.argv[2]), protocol=load_protocol(), options=options, progress=heard)
ends = [("importing", ready), *((stage, times[-1]) for stage, times in laps.items())]
ends.append(("writing", (time.perf_counter(), time.process_time())))
spent = {}
for stage, end in ends:
    spent[stage] = [end[0] - now[0], end[1] - now[1]]
    now = end
print(json.dumps(spent))
"""

BARE = "bare loop"


@dataclass(frozen=True, slots=True)
class Aim:
    """What a contestant may take at most, of the bare loop's wall and CPU time, and at its peak."""

    wall: float | None = None
    cpu: float | None = None
    peak_mb: float | None = 400.0

    def verdict(self, cost: Cost, bare: Cost) -> str:
        """Say what was aimed at and whether it was met."""
        parts = (
            ("wall", self.wall, cost.wall_s / bare.wall_s, ".2f"),
            ("CPU", self.cpu, cost.cpu_s / bare.cpu_s, ".2f"),
            ("MB", self.peak_mb, cost.peak_mb, ".0f"),
        )
        return "; ".join(
            f"{name} at most {most:{form}}: {'met' if float(f'{got:{form}}') <= most else 'missed'}"
            for name, most, got, form in parts
            if most is not None
        )


@dataclass(frozen=True, slots=True)
class Contestant:
    """One way to go through the clip."""

    command: list[str]
    aim: Aim


def analyse(clip: Path, out: Path, *options: str) -> list[str]:
    """Command that analyses a clip."""
    return [sys.executable, "-m", "formcheck", "analyze", str(clip), "--out", str(out), *options]


def batch(folder: Path, out: Path, *, jobs: int) -> list[str]:
    """Command that analyses a folder."""
    return [sys.executable, "-m", "formcheck", "batch", str(folder), "--out", str(out), "--jobs", str(jobs)]


def contestants(clip: Path, folder: Path) -> dict[str, Contestant]:
    """Who takes part. The bare loop comes first; the track that is judged again is there by its turn."""

    def run(name: str, *options: str) -> list[str]:
        return analyse(clip, folder / name, "--jobs", str(CORES), *options)

    quick, best = ("--no-video", "--quality", "quick"), ("--no-video", "--quality", "best")
    entered = {
        BARE: Contestant([sys.executable, "-c", BARE_LOOP, str(clip), str(MODEL)], Aim(peak_mb=None)),
        "`--quality quick --no-video`": Contestant(run("quick", *quick), Aim(wall=0.5)),
        "`--no-video` (standard)": Contestant(run("plain", "--no-video"), Aim(wall=0.8, cpu=1.3)),
        "standard": Contestant(run("standard"), Aim(wall=1.0)),
        "`--jobs 1 --no-video`": Contestant(
            analyse(clip, folder / "one", "--jobs", "1", "--no-video"), Aim(peak_mb=None)
        ),
        "`track.npz`, judged again": Contestant(
            analyse(folder / "standard" / "track.npz", folder / "again"), Aim(peak_mb=None)
        ),
    }
    if locate(BUNDLES["heavy"]) is not None:
        entered["`--quality best --no-video`"] = Contestant(run("best", *best), Aim())
    return entered


def one_clip(entered: dict[str, Contestant], repeats: int) -> dict[str, Cost]:
    """Medians of every contestant; the contestants take turns, so that a slow minute hits all alike."""
    runs: dict[str, list[Cost]] = {name: [] for name in entered}
    for _ in range(repeats):
        for name, contestant in entered.items():
            runs[name].append(measure(contestant.command))
    return {name: median(costs) for name, costs in runs.items()}


def stages(
    clip: Path, folder: Path, *, jobs: int, video: bool = True, quality: str = "standard"
) -> dict[str, tuple[float, float]]:
    """Wall and CPU seconds of each stage of one analysis."""
    arguments = [str(clip), str(folder / "stages"), str(jobs), "video" if video else "none", quality]
    run = subprocess.run([sys.executable, "-c", STAGES, *arguments], check=True, capture_output=True, text=True)
    spent: dict[str, tuple[float, float]] = json.loads(run.stdout)
    return spent


def first_sign_s(clip: Path, folder: Path) -> float:
    """Seconds until an analysis says something on a terminal."""
    screen, terminal = os.openpty()
    start = time.perf_counter()
    process = subprocess.Popen(analyse(clip, folder / "first"), stdout=subprocess.DEVNULL, stderr=terminal)
    os.close(terminal)
    os.read(screen, 1)
    waited_s = time.perf_counter() - start
    process.kill()
    process.wait()
    os.close(screen)
    return waited_s


def many_clips(clip: Path, counts: Sequence[int], folder: Path) -> dict[tuple[int, int], Cost]:
    """Cost by (clips, jobs) of a batch of short clips: pieces of one, told apart by a remark in the file."""
    costs = {}
    for count in counts:
        clips = folder / f"{count}_clips"
        clips.mkdir()
        for i in range(count):
            _copy(clip, clips / f"{i:03}.mp4", "-t", str(SHORT_S), "-metadata", f"comment={i}")
        # the largest number once only: it tells how the time grows, not how the cores share it
        for jobs in sorted({1, CORES}) if count < 100 else [CORES]:
            costs[count, jobs] = measure(batch(clips, folder / f"{count}_out_{jobs}", jobs=jobs))
    return costs


def long_clips(clip: Path, minutes: Sequence[int], folder: Path) -> dict[int, Cost]:
    """Cost by minutes of clip; long clips are the sample repeated."""
    costs = {}
    for length in minutes:
        long = folder / f"{length}min.mp4"
        _copy(clip, long, "-t", str(60 * length), before=("-stream_loop", "-1"))
        costs[length] = measure(analyse(long, folder / f"{length}min", "--quality", "quick", "--no-video"))
    return costs


def _copy(clip: Path, target: Path, *options: str, before: Sequence[str] = ()) -> None:
    command = ["ffmpeg", "-v", "error", *before, "-i", str(clip), *options, "-c", "copy", str(target)]
    subprocess.run(command, check=True)


def one_clip_table(clip: Path, entered: dict[str, Contestant], costs: dict[str, Cost]) -> Iterator[str]:
    """Every contestant against the bare loop."""
    info = FileSource(clip).info
    size = f"{info.size_px[0]}x{info.size_px[1]}"
    yield f"| `{clip.name}`: {info.duration_s:.0f} s, {size}, {info.nominal_fps:.0f} frames/s "
    yield "| wall s | of bare | CPU s | of bare | peak MB | aim |\n|---|---|---|---|---|---|---|\n"
    bare = costs[BARE]
    for name, cost in costs.items():
        yield (
            f"| {name} | {cost.wall_s:.1f} | {cost.wall_s / bare.wall_s:.2f} | {cost.cpu_s:.1f} "
            f"| {cost.cpu_s / bare.cpu_s:.2f} | {cost.peak_mb:.0f} | {entered[name].aim.verdict(cost, bare)} |\n"
        )
    if locate(BUNDLES["heavy"]) is None:
        yield "\n`--quality best` was not measured: its network is not on this machine (`make model-heavy`).\n"


def stage_table(spent: dict[str, dict[str, tuple[float, float]]]) -> Iterator[str]:
    """Where the time goes, by what was asked for."""
    yield "| stage |" + "".join(f" {name}: wall s | CPU s |" for name in spent)
    yield "\n|---|" + "---|---|" * len(spent) + "\n"
    for stage in max(spent.values(), key=len):
        cells = (of_one.get(stage) for of_one in spent.values())
        yield f"| {stage} |" + "".join(f" {c[0]:.1f} | {c[1]:.1f} |" if c else " | |" for c in cells) + "\n"


def many_table(costs: dict[tuple[int, int], Cost], *, work_s: float) -> Iterator[str]:
    """How a batch of short clips grows; ``work_s`` is what looking at one of them takes one core."""
    yield f"| batch of clips of {SHORT_S} s | jobs | wall s | clips an hour | CPU s a clip | largest worker MB |\n"
    yield "|---|---|---|---|---|---|\n"
    for (count, jobs), cost in costs.items():
        yield (
            f"| {count} | {jobs} | {cost.wall_s:.1f} | {3600 * count / cost.wall_s:.0f} | {cost.cpu_s / count:.1f} "
            f"| {cost.largest_mb:.0f} |\n"
        )
    counts = sorted({count for count, jobs in costs if jobs == 1})
    if len(counts) > 1:
        few, most = counts[0], counts[-1]
        each_s = (costs[most, 1].wall_s - costs[few, 1].wall_s) / (most - few)
        yield f"\nOne job: {each_s:.2f} s for each further clip, {each_s - work_s:.2f} s more than analysing it takes"
        gain = costs[most, 1].wall_s / costs[most, CORES].wall_s
        yield f"; {CORES} jobs: {gain:.2f} times the clips an hour ({most} clips).\n"


def long_table(costs: dict[int, Cost]) -> Iterator[str]:
    """How memory grows with the clip."""
    yield "| minutes of clip, `--quality quick --no-video` | wall s | CPU s per minute | peak MB | aim |\n"
    yield "|---|---|---|---|---|\n"
    for minutes, cost in costs.items():
        verdict = Aim().verdict(cost, cost)
        yield f"| {minutes} | {cost.wall_s:.0f} | {cost.cpu_s / minutes:.0f} | {cost.peak_mb:.0f} | {verdict} |\n"


def report(arguments: argparse.Namespace, folder: Path) -> Iterator[str]:
    """Measure, and say it in tables."""
    clip = arguments.clip
    others = os.getloadavg()[0]
    yield f"`benchmarks/throughput.py`, median of {arguments.repeats}, {CORES} cores ({platform.machine()}), "
    yield f"other work at the start: load {others:.1f}.\n\n"
    entered = contestants(clip, folder)
    yield from one_clip_table(clip, entered, one_clip(entered, arguments.repeats))
    first_s = first_sign_s(clip, folder)
    yield f"\nFirst sign of progress after {first_s:.2f} s (aim 0.50: {'met' if first_s < 0.505 else 'missed'}).\n\n"
    spent = {
        "quick, no video": stages(clip, folder, jobs=CORES, video=False, quality="quick"),
        "standard": stages(clip, folder, jobs=CORES),
        "standard, 1 job": stages(clip, folder, jobs=1),
    }
    yield from stage_table(spent)
    imports_s = spent["standard"]["importing"][0]
    yield f"\nImporting takes {imports_s:.2f} s (aim 0.40: {'met' if imports_s < 0.405 else 'missed'}).\n"
    if arguments.clips:
        short = folder / "short.mp4"
        _copy(clip, short, "-t", str(SHORT_S))
        of_short = stages(short, folder, jobs=1, video=False)
        work_s = of_short["survey"][0] + of_short["measure"][0]
        yield "\n"
        yield from many_table(many_clips(clip, arguments.clips, folder), work_s=work_s)
    if arguments.minutes:
        yield "\n"
        yield from long_table(long_clips(clip, arguments.minutes, folder))


def main() -> None:
    """Measure, then print or write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("clip", nargs="?", type=Path, default=SAMPLE)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--clips", type=int, nargs="*", default=[], metavar="N", help="also batches of so many clips")
    parser.add_argument(
        "--minutes", type=int, nargs="*", default=[1, 10, 60], metavar="M", help="clips of so many minutes"
    )
    parser.add_argument("--markdown", type=Path, metavar="FILE", help="put the tables into FILE, between its marks")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        if not arguments.markdown:
            for line in report(arguments, Path(name)):
                print(line, end="", flush=True)
            return
        before, _, rest = arguments.markdown.read_text(encoding="utf-8").partition(BEGIN)
        after = rest.partition(END)[2]
        measured = "".join(report(arguments, Path(name)))
    arguments.markdown.write_text(before + BEGIN + measured + END + after, encoding="utf-8")
    print(f"written: {arguments.markdown}")


if __name__ == "__main__":
    main()
