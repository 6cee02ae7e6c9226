"""formcheck beside what else reads angles and repetitions from landmarks, on the same clips; writes docs/comparison.md.

    .venv/bin/python benchmarks/compare_tools.py [FOLDER ...] [--sports2d PYTHON] [--cache DIR]

All use the same network, MediaPipe's full one. formcheck finds the working leg by itself; the others are told which it
is, and get the landmarks of every frame:

tutorial counter
    what most tutorials do: the interior angle of three points, and fixed thresholds of 110 and 150 degrees.
Sports2D
    its own angles, gap filling and filter, with the landmarks handed to it as a .trc file; it counts nothing, so the
    tutorial's thresholds count on its knee angle. PYTHON is one with Sports2D (`pip install sports2d`); without
    --sports2d its rows are left out. Its own models cannot be compared here.
"""

from __future__ import annotations

import argparse
import hashlib
import platform
import subprocess
import tempfile
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

import numpy as np
from accuracy import find_clips
from numpy.typing import NDArray
from rich.progress import track as progress
from tables import table
from truth import Truth, naive_angles, naive_count, pipeline_track, read_truth

from formcheck.form.judge import judge_track
from formcheck.pose.landmarker import MediaPipeLandmarker, no_detection
from formcheck.pose.models import find_model
from formcheck.protocols.loader import load_protocol
from formcheck.types import Side
from formcheck.video.source import FileSource

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "comparison.md"
DEFAULT = [ROOT / "benchmarks" / "clips", ROOT / "benchmarks" / "holdout"]
# Rows of MediaPipe's landmarks by the names that Sports2D knows.
MARKERS = {
    "Nose": 0, "LShoulder": 11, "RShoulder": 12, "LElbow": 13, "RElbow": 14, "LWrist": 15, "RWrist": 16,
    "LHip": 23, "RHip": 24, "LKnee": 25, "RKnee": 26, "LAnkle": 27, "RAnkle": 28, "LHeel": 29, "RHeel": 30,
    "LBigToe": 31, "RBigToe": 32,
}  # fmt: skip

FloatArray = NDArray[np.float64]


class Reading(NamedTuple):
    """What a tool says of a clip: times (T,) s, hip and knee flexion (T,) deg, repetitions."""

    t_s: FloatArray
    hip: FloatArray
    knee: FloatArray
    reps: int


class Score(NamedTuple):
    """How far a reading is from the truth of a clip."""

    name: str
    hip: float
    knee: float
    reps: int
    true_reps: int
    read: float


def plain_landmarks(clip: Path, cache: Path | None) -> tuple[FloatArray, FloatArray]:
    """Times (T,) and landmarks (T, 33, 2) px of every frame, straight from the network."""
    key = hashlib.sha256(clip.read_bytes()).hexdigest()[:16]
    stored = cache / f"{clip.stem}-{key}-plain.npz" if cache else None
    if stored and stored.exists():
        with np.load(stored) as kept:
            return kept["t_s"], kept["xy_px"]
    with FileSource(clip) as source, MediaPipeLandmarker(find_model("full")) as landmarker:
        found = [(f.t_s, (landmarker.detect(f.image_bgr, f.t_s) or no_detection()).xy_px) for f in source]
    t_s, xy_px = np.array([at for at, _ in found]), np.stack([points for _, points in found])
    if stored:
        stored.parent.mkdir(parents=True, exist_ok=True)
        np.savez_compressed(stored, t_s=t_s, xy_px=xy_px)
    return t_s, xy_px


def by_formcheck(clip: Path, cache: Path | None) -> Reading:
    """The pipeline as it is."""
    track = pipeline_track(clip, cache=cache)
    session = judge_track(track, load_protocol())
    nothing = np.full(len(track.t_s), np.nan)
    angles = session.angles
    hip, knee = (angles.hip_flexion_deg, angles.knee_flexion_deg) if angles else (nothing, nothing)
    return Reading(track.t_s, hip, knee, session.rep_count)


def by_counter(clip: Path, side: Side, cache: Path | None) -> Reading:
    """The angles of three landmarks, and the thresholds of tutorials."""
    t_s, xy_px = plain_landmarks(clip, cache)
    hip, knee = naive_angles(xy_px, side)
    return Reading(t_s, hip, knee, naive_count(knee))


def by_sports2d(clip: Path, side: Side, cache: Path | None, *, python: Path) -> Reading:
    """Sports2D's angles of the same landmarks, told which side the camera sees."""
    visible = side if abs(read_truth(clip).azimuth_deg) <= 90 else side.other
    t_s, xy_px = plain_landmarks(clip, cache)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        points = folder / "points_px.trc"
        points.write_text(trc_text(t_s, xy_px), encoding="utf-8")
        script = Path(__file__).with_name("sports2d_angles.py")
        ran = subprocess.run(
            [python, script, clip, points, visible, folder], capture_output=True, text=True, check=False
        )
        files = sorted(folder.rglob("*angles*.mot"))
        if not files:
            raise SystemExit(f"Sports2D wrote no angles of {clip.name}: {ran.stderr.strip()[-500:]}")
        lines = files[0].read_text(encoding="utf-8").splitlines()
    start = next(row for row, line in enumerate(lines) if line.split("\t")[0] == "time")
    names = lines[start].lower().split("\t")
    values = np.array([[float(cell or "nan") for cell in line.split("\t")] for line in lines[start + 1 :]])
    at_s, hip, knee = (values[:, names.index(column)] for column in ("time", f"{side} hip", f"{side} knee"))
    # Its angles go on beyond a turn after landmarks have jumped; that is no error of a joint.
    hip, knee = ((angle + 180) % 360 - 180 for angle in (hip, knee))
    return Reading(at_s, hip, knee, naive_count(knee))


def trc_text(t_s: FloatArray, xy_px: FloatArray) -> str:
    """The landmarks in pixels as Sports2D reads them, hips and shoulders with their midpoints."""
    middles = {"Hip": xy_px[:, 23:25].mean(axis=1), "Neck": xy_px[:, 11:13].mean(axis=1)}
    markers = {name: xy_px[:, row] for name, row in MARKERS.items()} | middles
    rate, count = 1 / float(np.median(np.diff(t_s))), len(t_s)
    head = [
        "PathFileType\t4\t(X/Y/Z)\tpoints_px.trc",
        "DataRate\tCameraRate\tNumFrames\tNumMarkers\tUnits\tOrigDataRate\tOrigDataStartFrame\tOrigNumFrames",
        f"{rate}\t{rate}\t{count}\t{len(markers)}\tm\t{rate}\t0\t{count}",
        "Frame#\tTime\t" + "\t\t\t".join(markers) + "\t\t\t",
        "\t\t" + "\t".join(f"X{i}\tY{i}\tZ{i}" for i in range(1, len(markers) + 1)),
    ]
    rows = [
        "\t".join(
            [str(row), f"{at:.6f}", *(f"{points[row, 0]:.3f}\t{points[row, 1]:.3f}\t0" for points in markers.values())]
        )
        for row, at in enumerate(t_s)
    ]
    return "\n".join([*head, *rows]) + "\n"


def score(name: str, reading: Reading, truth: Truth) -> Score:
    """Mean absolute errors over the frames that were read, in which the leg is visible by truth or not."""
    hip = np.abs(reading.hip - truth.marked_hip(reading.t_s))
    knee = np.abs(reading.knee - truth.marked_knee(reading.t_s))
    known = np.isfinite(hip) & np.isfinite(knee)
    mean_hip, mean_knee = (float(np.mean(error[known])) if known.any() else np.nan for error in (hip, knee))
    return Score(name, mean_hip, mean_knee, reading.reps, truth.reps, float(known.mean()))


def rows_of(tool: str, scores: list[Score]) -> list[str]:
    """A row of the table of means."""
    hips, knees = (np.array([getattr(s, joint) for s in scores]) for joint in ("hip", "knee"))
    exact = sum(s.reps == s.true_reps for s in scores)
    return [
        tool,
        f"{np.nanmean(knees):.1f} ({np.nanmax(knees):.1f})",
        f"{np.nanmean(hips):.1f} ({np.nanmax(hips):.1f})",
        f"{exact} of {len(scores)}",
        f"{np.mean([s.read for s in scores]):.0%}",
    ]


def page(tools: dict[str, list[list[Score]]], sets: list[str], head: str) -> str:
    """The measured part of the page."""
    parts = [head]
    for at, name in enumerate(sets):
        means = [rows_of(tool, of_tool[at]) for tool, of_tool in tools.items()]
        columns = (
            "tool",
            "knee: MAE, mean (worst clip)",
            "hip: MAE, mean (worst clip)",
            "repetitions exact",
            "frames read",
        )
        parts += [f"## Set `{name}`, {len(next(iter(tools.values()))[at])} clips\n", table(columns, means)]
        clips = next(iter(tools.values()))[at]
        rows = [
            [clip.name, str(clip.true_reps)]
            + [f"{s.knee:.1f} / {s.hip:.1f} / {s.reps}" for s in (of_tool[at][row] for of_tool in tools.values())]
            for row, clip in enumerate(clips)
        ]
        parts.append(table(("clip", "true reps", *(f"{tool}: knee / hip / reps" for tool in tools)), rows))
    return "\n".join(parts)


HEAD = """# How it compares

Written by `benchmarks/compare_tools.py`. The same rendered clips and the same network, MediaPipe's full one: what is
compared is what is made of its landmarks. formcheck finds the working leg by itself, the others are told which it is.
Degrees, against the same marked truth ([method.md](method.md)); MAE is over the frames that a tool reads.

| | formcheck | tutorial counter | Sports2D | Kinovea |
|---|---|---|---|---|
| made for | this exercise, lying | any joint, standing | walking, running, standing | any movement, by hand |
| finds the person | itself | MediaPipe | its own models (RTMPose) | you do |
| error of an angle | stated for each frame | none | none | yours |
| counts repetitions | yes, or says that it cannot | yes, by fixed thresholds | no | no |
| says *cannot tell* | yes | no | no | - |
| judges the exercise | yes, with limits and sources | no | no | no |
| measures anything else | no | no | joints and segments of the whole body | yes, with drawing tools |
| looks at frames by hand | goniometer, corrections | no | no | its purpose, and it is better at it |

**Not run:** Sports2D's own models (RTMPose; their files could not be had), so its row says what its angle code makes of
our landmarks, not how Sports2D does on its own; Kinovea (Windows, by hand); commercial apps (closed). Neither Sports2D
nor the counters are made for people who lie down: this is no verdict on what they are made for. Large errors in single
clips come from frames in which the network takes one leg for the other. The set `clips` was
used to set thresholds of formcheck; the set `holdout` was not, but for two clips ([method.md](method.md)).

Machine: {machine}.
"""


def main() -> None:
    """Read all clips with all tools, and write the page."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="*", type=Path, default=DEFAULT, metavar="FOLDER")
    parser.add_argument("--sports2d", type=Path, metavar="PYTHON", help="a Python with Sports2D installed")
    parser.add_argument("--cache", type=Path, metavar="DIR", help="keep landmarks here between runs")
    arguments = parser.parse_args()
    readers: dict[str, Callable[[Path, Side], Reading]] = {
        "formcheck": lambda clip, _side: by_formcheck(clip, arguments.cache),
        "tutorial counter": lambda clip, side: by_counter(clip, side, arguments.cache),
    }
    used = f"{platform.machine()}, Python {platform.python_version()}; formcheck {version('formcheck')}"
    if arguments.sports2d:
        readers["Sports2D"] = lambda clip, side: by_sports2d(clip, side, arguments.cache, python=arguments.sports2d)
        ask = [arguments.sports2d, "-c", "from importlib.metadata import version; print(version('sports2d'))"]
        used += ", Sports2D " + subprocess.run(ask, capture_output=True, text=True, check=True).stdout.strip()
    scores: dict[str, list[list[Score]]] = {tool: [] for tool in readers}
    for folder in arguments.folders:
        clips = find_clips([folder])
        for of_tool in scores.values():
            of_tool.append([])
        for clip in progress(clips, folder.name):
            truth = read_truth(clip)
            for tool, read in readers.items():
                scores[tool][-1].append(score(clip.stem, read(clip, truth.side), truth))
    names = [folder.name for folder in arguments.folders]
    PAGE.write_text(page(scores, names, HEAD.format(machine=used)), encoding="utf-8")
    print(f"written: {PAGE}")


if __name__ == "__main__":
    main()
