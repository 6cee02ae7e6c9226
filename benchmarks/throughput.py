"""What an analysis costs against a bare landmarker loop: time, cores, memory, and how that grows with clips.

    .venv/bin/python benchmarks/throughput.py [CLIP] [--repeats N] [--clips 1 10 100] [--minutes 1 10] [--markdown FILE]

Everything is measured in one run on one machine, each in a process of its own, in turn, so that only ratios are
compared. The bare loop decodes with PyAV and runs one landmarker in VIDEO mode on every frame: what any tool must pay.
"""

from __future__ import annotations

import argparse
import json
import platform
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
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
options = Options(jobs=int(sys.argv[3]), video=sys.argv[4] == "video")
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


def analyse(clip: Path, out: Path, *options: str) -> list[str]:
    """Command that analyses a clip."""
    return [sys.executable, "-m", "formcheck", "analyze", str(clip), "--out", str(out), *options]


def batch(folder: Path, out: Path, *, jobs: int) -> list[str]:
    """Command that analyses a folder."""
    return [sys.executable, "-m", "formcheck", "batch", str(folder), "--out", str(out), "--jobs", str(jobs)]


def one_clip(clip: Path, repeats: int, folder: Path) -> dict[str, Cost]:
    """Medians of every contestant; the contestants take turns, so that a slow minute hits all alike."""
    one, all_ = ["--jobs", "1"], ["--jobs", str(CORES)]
    contestants = {
        "bare loop": [sys.executable, "-c", BARE_LOOP, str(clip), str(MODEL)],
        f"analyze, {CORES} cores": analyse(clip, folder / "full", *all_),
        f"analyze --no-video, {CORES} cores": analyse(clip, folder / "short", "--no-video", *all_),
        f"analyze --quality quick --no-video, {CORES} cores": analyse(
            clip, folder / "quick", "--no-video", "--quality", "quick", *all_
        ),
        f"analyze --fps 120 --no-video, {CORES} cores": analyse(
            clip, folder / "every", "--no-video", "--fps", "120", *all_
        ),
        "analyze --jobs 1": analyse(clip, folder / "one", *one),
        "analyze --jobs 1 --no-video": analyse(clip, folder / "short_one", "--no-video", *one),
        "analyze track.npz": analyse(folder / "full" / "track.npz", folder / "again"),
    }
    if locate(BUNDLES["heavy"]) is not None:
        best = analyse(clip, folder / "best", "--no-video", "--quality", "best", *all_)
        contestants[f"analyze --quality best --no-video, {CORES} cores"] = best
    runs: dict[str, list[Cost]] = {name: [] for name in contestants}
    for _ in range(repeats):
        for name, command in contestants.items():
            runs[name].append(measure(command))
    return {name: median(costs) for name, costs in runs.items()}


def stages(clip: Path, folder: Path, *, jobs: int, video: bool = True) -> dict[str, tuple[float, float]]:
    """Wall and CPU seconds of each stage of one analysis."""
    arguments = [str(clip), str(folder / "stages"), str(jobs), "video" if video else "none"]
    run = subprocess.run([sys.executable, "-c", STAGES, *arguments], check=True, capture_output=True, text=True)
    spent: dict[str, tuple[float, float]] = json.loads(run.stdout)
    return spent


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
        costs[length] = measure(analyse(long, folder / f"{length}min"))
    return costs


def _copy(clip: Path, target: Path, *options: str, before: Sequence[str] = ()) -> None:
    command = ["ffmpeg", "-v", "error", *before, "-i", str(clip), *options, "-c", "copy", str(target)]
    subprocess.run(command, check=True)


def one_clip_table(clip: Path, costs: dict[str, Cost]) -> Iterator[str]:
    """Every contestant against the bare loop."""
    info = FileSource(clip).info
    frames = info.duration_s * info.nominal_fps
    size = f"{info.size_px[0]}x{info.size_px[1]}"
    yield f"| `{clip.name}`: {info.duration_s:.0f} s, {size}, {info.nominal_fps:.0f} frames/s "
    yield "| wall s | of bare | frames/s | CPU s | CPU s per minute | peak MB |\n|---|---|---|---|---|---|---|\n"
    bare = costs["bare loop"].wall_s
    for name, cost in costs.items():
        yield (
            f"| {name} | {cost.wall_s:.1f} | {cost.wall_s / bare:.2f} | {frames / cost.wall_s:.0f} | {cost.cpu_s:.1f} "
            f"| {60 * cost.cpu_s / info.duration_s:.0f} | {cost.peak_mb:.0f} |\n"
        )


def stage_table(by_jobs: dict[int, dict[str, tuple[float, float]]]) -> Iterator[str]:
    """Where the time goes, for one core and for all."""
    yield "| stage |" + "".join(f" wall s, {jobs} jobs | CPU s |" for jobs in by_jobs)
    yield "\n|---|" + "---|---|" * len(by_jobs) + "\n"
    for stage in next(iter(by_jobs.values())):
        spent = (by_jobs[jobs][stage] for jobs in by_jobs)
        yield f"| {stage} |" + "".join(f" {wall_s:.1f} | {cpu_s:.1f} |" for wall_s, cpu_s in spent) + "\n"


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
    yield "| minutes of clip | wall s | CPU s per minute | peak MB |\n|---|---|---|---|\n"
    for minutes, cost in costs.items():
        yield f"| {minutes} | {cost.wall_s:.0f} | {cost.cpu_s / minutes:.0f} | {cost.peak_mb:.0f} |\n"


def report(arguments: argparse.Namespace, folder: Path) -> Iterator[str]:
    """Measure, and say it in tables."""
    clip = arguments.clip
    yield f"`benchmarks/throughput.py`, median of {arguments.repeats}, {CORES} cores ({platform.machine()}).\n\n"
    yield from one_clip_table(clip, one_clip(clip, arguments.repeats, folder))
    yield "\n"
    yield from stage_table({jobs: stages(clip, folder, jobs=jobs) for jobs in sorted({1, CORES})})
    if arguments.clips:
        short = folder / "short.mp4"
        _copy(clip, short, "-t", str(SHORT_S))
        spent = stages(short, folder, jobs=1, video=False)
        yield "\n"
        yield from many_table(
            many_clips(clip, arguments.clips, folder), work_s=spent["looking over"][0] + spent["measuring"][0]
        )
    if arguments.minutes:
        yield "\n"
        yield from long_table(long_clips(clip, arguments.minutes, folder))


def main() -> None:
    """Measure, then print or write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("clip", nargs="?", type=Path, default=SAMPLE)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--clips", type=int, nargs="*", default=[], metavar="N", help="also batches of so many clips")
    parser.add_argument("--minutes", type=int, nargs="*", default=[], metavar="M", help="also clips of so many minutes")
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
