"""What a calibration by hand gains: angle error and coverage before and after, on clips with truth and on real people.

    .venv/bin/python benchmarks/hand_calibration.py FOLDER ... [--cache DIR] [--labels FILE ...] [--rater 2 3]

On clips with truth raters are simulated: each marks frames drawn at random, in turn with the knee bent and with it
extended; the angles scatter about what the image shows of the true joints. On frames that people marked (``--labels``,
clips beside the file) the first rater's marks on all frames of a clip but one calibrate it, and that one is compared
with the last rater's, both brought into the plane of the leg.
Frames in which formcheck lost the leg cannot calibrate, and are not compared.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from truth import (
    FloatArray,
    label_side,
    marked_angles,
    pipeline_track,
    read_labels,
    read_truth,
)

from formcheck.angles.hand_calibration import (
    HandMark,
    find_shifts,
    marked_in_plane_deg,
    row_at,
    shift_angles,
    usable_marks,
)
from formcheck.angles.shots import measure_track
from formcheck.protocols.loader import load_protocol
from formcheck.text.numbers import Z_95
from formcheck.types import LegAngles, PoseTrack, Side

RATERS = 100
# With a smaller share of its frames measured a clip counts as refused.
MEASURED = 0.05
# A knee that moves by less has no bent and extended frames to choose from.
MOVES_DEG = 20.0
JOINTS = ("knee", "hip")


@dataclass(frozen=True, slots=True)
class Fit:
    """Mean absolute error (deg) and share of frames in the 95 % band, of one joint."""

    error_deg: float
    covered: float
    half_width_deg: float


def fit(angles: LegAngles, truth: dict[str, FloatArray], joint: str) -> Fit:
    """Compare usable frames with their truth (T,); NaN where it is not known."""
    error = np.abs(getattr(angles, f"{joint}_flexion_deg") - truth[joint])
    band = Z_95 * getattr(angles, f"{joint}_se_deg")
    known = np.isfinite(error) & angles.usable
    return Fit(float(error[known].mean()), float((error[known] <= band[known]).mean()), float(np.median(band[known])))


def mean(fits: Sequence[Fit]) -> Fit:
    """Average of several clips or raters."""
    values = np.array([(one.error_deg, one.covered, one.half_width_deg) for one in fits])
    return Fit(*values.mean(axis=0))


def measured(track: PoseTrack, side: Side | None = None) -> LegAngles | None:
    """The angles of a track; None where it counts as refused."""
    limit_deg = load_protocol().protocol.posture.max_trunk_from_floor_deg.value
    angles, _ = measure_track(track, max_trunk_from_floor_deg=limit_deg, side=side)
    return angles if angles is not None and angles.usable.mean() >= MEASURED else None


def marked_by_simulated_rater(
    angles: LegAngles, shown: dict[str, FloatArray], frames: int, sd_deg: float, rng: np.random.Generator
) -> list[HandMark]:
    """Marks of hip and knee on frames chosen with the knee bent and with it extended, in turn; by what frames show."""
    usable = np.flatnonzero(angles.usable)
    knee = shown["knee"][usable]
    bent = usable[knee >= np.percentile(knee, 70)]
    extended = usable[knee <= np.percentile(knee, 15)]
    rows = [int(rng.choice(bent if number % 2 == 0 else extended)) for number in range(frames)]
    return [
        HandMark(float(angles.t_s[row]), joint, float(shown[joint][row] + rng.normal(0, sd_deg)))
        for row in rows
        for joint in ("hip", "knee")
    ]


def compare_clip(
    clip: Path, *, cache: Path | None, frames: Sequence[int], raters_deg: Sequence[float]
) -> dict[str, dict[str, Fit]] | None:
    """Before, and after for each number of frames and each scatter of a rater: joint -> what -> fit."""
    truth = read_truth(clip)
    track = pipeline_track(clip, cache=cache)
    angles = measured(track)
    if angles is None or angles.side is not truth.side or not truth.reps:
        return None
    true = {"hip": truth.marked_hip(track.t_s), "knee": truth.marked_knee(track.t_s)}
    shown = truth.on_image(track.t_s)
    if np.ptp(true["knee"][angles.usable]) < MOVES_DEG:
        return None
    found: dict[str, dict[str, Fit]] = {joint: {"before": fit(angles, true, joint)} for joint in JOINTS}
    for count in frames:
        for sd_deg in raters_deg:
            rng = np.random.default_rng(0)
            after: dict[str, list[Fit]] = {joint: [] for joint in JOINTS}
            for _ in range(RATERS):
                marks = marked_by_simulated_rater(angles, shown, count, sd_deg, rng)
                shifted = shift_angles(angles, find_shifts(angles, marks))
                for joint in JOINTS:
                    after[joint].append(fit(shifted, true, joint))
            for joint in JOINTS:
                found[joint][f"{count} frames, rater {sd_deg:g}"] = mean(after[joint])
    return found


def compare_people(labels: Path, *, cache: Path | None) -> Iterable[tuple[str, dict[str, dict[str, Fit]]]]:
    """The same on frames that people marked: all frames but one calibrate, the one left out is compared."""
    for name, by_frame in read_labels(labels).items():
        side = label_side(by_frame)
        track = pipeline_track(labels.parent / name, cache=cache, side=side)
        angles = measured(track, side)
        frames = [one for one in by_frame.values() if marked_angles(one) is not None]
        if angles is None or len(frames) < 2:
            continue
        before: dict[str, list[Fit]] = {joint: [] for joint in JOINTS}
        after: dict[str, list[Fit]] = {joint: [] for joint in JOINTS}
        for left_out in frames:
            row = row_at(angles, left_out["t_s"][0])
            if row is None or len(usable_marks(angles, _marks_of(left_out))) < len(JOINTS):
                continue
            true = {joint: np.full(len(angles.t_s), np.nan) for joint in JOINTS}
            for mark in _marks_of(left_out, -1):
                true[mark.joint][row] = marked_in_plane_deg(angles, mark)
            marks = [mark for one in frames if one is not left_out for mark in _marks_of(one)]
            shifted = shift_angles(angles, find_shifts(angles, marks))
            for joint in JOINTS:
                before[joint].append(fit(angles, true, joint))
                after[joint].append(fit(shifted, true, joint))
        if before["hip"]:
            yield (
                f"{name[:24]} ({len(before['hip'])})",
                {joint: {"before": mean(before[joint]), "after": mean(after[joint])} for joint in JOINTS},
            )


def _angles_of(frame: dict[str, list], rater: int) -> tuple[float, float]:
    """Hip and knee of a frame by one rater; by the only one where there is no other."""
    one = {name: places[rater:][:1] if name in _POINTS else places for name, places in frame.items()}
    found = marked_angles(one)
    if found is None:
        raise ValueError("expected shoulder, hip, knee and ankle of each rater, got a frame without one of them")
    return found


_POINTS = ("shoulder", "hip", "knee", "ankle")


def _marks_of(frame: dict[str, list], rater: int = 0) -> list[HandMark]:
    hip_deg, knee_deg = _angles_of(frame, rater)
    t_s = frame["t_s"][0]
    return [HandMark(t_s, "hip", hip_deg), HandMark(t_s, "knee", knee_deg)]


def show(name: str, found: dict[str, dict[str, Fit]]) -> None:
    """Print a line for each joint."""
    for joint, fits in found.items():
        words = "; ".join(
            f"{what} {one.error_deg:.1f} ({100 * one.covered:.0f} % in ±{one.half_width_deg:.1f})"
            for what, one in fits.items()
        )
        print(f"{name:28s} {joint:4s} {words}")


def show_mean(name: str, found: Sequence[dict[str, dict[str, Fit]]]) -> None:
    """Print the mean over clips."""
    if found:
        means = {
            joint: {what: mean([one[joint][what] for one in found]) for what in found[0][joint]} for joint in JOINTS
        }
        show(f"{name}, {len(found)} clips", means)


def main() -> None:
    """Measure what the command line names."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", type=Path, nargs="*")
    parser.add_argument("--cache", type=Path)
    parser.add_argument("--labels", type=Path, nargs="*", default=[])
    parser.add_argument("--frames", type=int, nargs="+", default=[2])
    parser.add_argument("--rater", type=float, nargs="+", default=[2.0, 3.0])
    parser.add_argument("--each", action="store_true", help="a line for each clip")
    given = parser.parse_args()
    for folder in given.folders:
        results = []
        for clip in sorted(folder.glob("*.mp4")):
            if not clip.with_suffix(".json").exists():
                continue
            found = compare_clip(clip, cache=given.cache, frames=given.frames, raters_deg=given.rater)
            if found is not None:
                results.append(found)
                if given.each:
                    show(clip.stem, found)
        show_mean(folder.name, results)
    for labels in given.labels:
        people = []
        for name, found in compare_people(labels, cache=given.cache):
            people.append(found)
            if given.each:
                show(name, found)
        show_mean(labels.name, people)


if __name__ == "__main__":
    main()
