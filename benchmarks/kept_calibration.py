"""How far a calibration by hand of one clip helps another clip of the same person, by how alike the cameras stand.

    make synthetic SET=views
    .venv/bin/python benchmarks/kept_calibration.py build/synthetic/views [--cache DIR] [--rater 2 3]
    .venv/bin/python benchmarks/kept_calibration.py --stills benchmarks/readings_full.csv

Every clip of a person is marked by simulated raters on two frames (`hand_calibration.py`), and every other clip of that
person and leg is calibrated by it. Clips are put together by how far apart formcheck takes their views to be; those
beyond the limit are calibrated all the same here, to show what the limit prevents. Clips that several others fit are
calibrated by each of them and by all together. On stills it prints how much of the
hip's error two setups of a person have in common: other cameras, other positions of trunk and pelvis, other beds.
"""

from __future__ import annotations

import argparse
import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, permutations
from pathlib import Path

import numpy as np
from fit_calibration_stills import Readings
from hand_calibration import JOINTS, Fit, fit, marked_by_simulated_rater, mean, measured
from still_readings import read_table
from truth import FloatArray, pipeline_track, read_truth

from formcheck.angles.calibration import read_calibration
from formcheck.angles.geometry import wrap_deg
from formcheck.angles.hand_calibration import shift_angles, shifts_by
from formcheck.angles.kept_calibration import apart_deg, kept_from, marked_clip, refusal_of, use_kept
from formcheck.angles.leg import MAX_AZIMUTH_DEG, MAX_ELEVATION_DEG
from formcheck.types import KeptCalibration, LegAngles, ModelInfo

RATERS = 30
FRAMES = 2
EDGES_DEG = (0.0, 3.0, 6.0, 10.0, 15.0, 100.0)
# Stills that are off by more are of another leg.
_CONFUSED_DEG = 25.0


@dataclass(frozen=True, slots=True)
class Seen:
    """One clip of a person, measured: its angles, their truth, and what the frames show, by joint."""

    person: str
    angles: LegAngles
    truth: dict[str, FloatArray]
    shown: dict[str, FloatArray]
    model: ModelInfo


def clips_of(folder: Path, cache: Path | None) -> Iterator[Seen]:
    """The clips in which the working leg was found."""
    for path in sorted(folder.glob("*.json")):
        clip, truth = path.with_suffix(".mp4"), read_truth(path.with_suffix(".mp4"))
        track = pipeline_track(clip, cache=cache)
        angles = measured(track)
        if angles is not None and angles.side is truth.side and truth.reps:
            person = json.loads(path.read_text(encoding="utf-8"))["spec"]["body"]["body_id"]
            true = {"hip": truth.marked_hip(track.t_s), "knee": truth.marked_knee(track.t_s)}
            yield Seen(person, angles, true, truth.on_image(track.t_s), track.model)


def pairs_of(clips: Sequence[Seen]) -> Iterator[tuple[Seen, Seen]]:
    """Each clip with each other one of that person, leg and side of the body."""
    for marked, other in permutations(clips, 2):
        a, b = marked.angles, other.angles
        near = (a.side is a.view.near_side) is (b.side is b.view.near_side)
        if marked.person == other.person and a.side is b.side and near:
            yield marked, other


def calibrations(clip: Seen, sd_deg: float) -> list[KeptCalibration]:
    """What so many raters would keep of a clip."""
    rng = np.random.default_rng(0)
    kept = []
    for _ in range(RATERS):
        marks = marked_by_simulated_rater(clip.angles, clip.shown, FRAMES, sd_deg, rng)
        one = kept_from(
            clip.angles, marks, model=clip.model, rater_sd_deg=2.0, made_at="2026-01-01", raters="", clip_sha256=""
        )
        kept += [one] if one is not None else []
    return kept


def calibrated(clip: Seen, kept: Sequence[KeptCalibration], joint: str) -> Fit:
    """How well a clip is measured when it is calibrated by each of them, however the camera stands."""
    fits = []
    for one in kept:
        shifts = shifts_by(clip.angles, [marked_clip(one, clip.angles.view)])
        fits.append(fit(shift_angles(clip.angles, shifts), clip.truth, joint))
    return mean(fits)


def show_clips(clips: Sequence[Seen], raters_deg: Sequence[float]) -> None:
    """Print the table."""
    kept = {sd: {id(clip): calibrations(clip, sd) for clip in clips} for sd in raters_deg}
    groups: dict[tuple[float, float], list[tuple[Seen, Seen]]] = defaultdict(list)
    for marked, other in pairs_of(clips):
        some = kept[raters_deg[0]][id(marked)]
        if some:
            apart = apart_deg(some[0], other.angles.view)
            low = max(edge for edge in EDGES_DEG if edge <= apart)
            groups[low, EDGES_DEG[EDGES_DEG.index(low) + 1]].append((marked, other))
    for joint in JOINTS:
        for (low, high), pairs in sorted(groups.items()):
            words = [_words("before", mean([fit(other.angles, other.truth, joint) for _, other in pairs]))]
            for sd in raters_deg:
                after = mean([calibrated(other, kept[sd][id(marked)], joint) for marked, other in pairs])
                words.append(_words(f"rater {sd:g}", after))
            shared = _shared([[_bias(one, joint) for one in pair] for pair in pairs])
            where = f"{joint:4s} {low:3.0f} to {high:3.0f} deg apart, {len(pairs):3d} pairs"
            print(f"{where}: in common {shared:5.2f}; {'; '.join(words)}")


def show_together(clips: Sequence[Seen], sd_deg: float) -> None:
    """Print how well clips are measured that several others of the person fit: with each of those, and with all."""
    kept = {id(clip): calibrations(clip, sd_deg) for clip in clips}
    fitting: dict[int, list[Sequence[KeptCalibration]]] = defaultdict(list)
    seen = {id(clip): clip for clip in clips}
    for marked, other in pairs_of(clips):
        of_marked = kept[id(marked)]
        if of_marked and refusal_of(of_marked[0], other.angles, other.model) is None:
            fitting[id(other)].append(of_marked)
    for joint in JOINTS:
        for least, most in ((2, 3), (4, 6)):
            chosen = [(seen[key], found) for key, found in fitting.items() if least <= len(found) <= most]
            if not chosen:
                continue
            before = mean([fit(clip.angles, clip.truth, joint) for clip, _ in chosen])
            one = mean([_used(clip, [each], joint) for clip, found in chosen for each in found])
            together = mean([_used(clip, found, joint) for clip, found in chosen])
            words = (_words("before", before), _words("with one", one), _words("with all", together))
            print(f"{joint:4s} {least} to {most} others fit, {len(chosen):2d} clips: {'; '.join(words)}")


def _used(clip: Seen, found: Sequence[Sequence[KeptCalibration]], joint: str) -> Fit:
    """How well a clip is measured by what the same rater kept of each other one."""
    used = (use_kept(clip.angles, by_rater, clip.model)[0] for by_rater in zip(*found, strict=False))
    return mean([fit(angles, clip.truth, joint) for angles in used])


def _words(what: str, one: Fit) -> str:
    return f"{what} {one.error_deg:.1f} ({100 * one.covered:.0f} % in ±{one.half_width_deg:.1f})"


def _bias(clip: Seen, joint: str) -> float:
    error = getattr(clip.angles, f"{joint}_flexion_deg") - clip.truth[joint]
    return float(np.median(error[clip.angles.usable]))


def _shared(pairs: Sequence[Sequence[float]]) -> float:
    """How much of their error two clips have in common: the mean product over the mean square."""
    one, other = np.array(pairs).T
    return float((one * other).mean() / ((one**2).mean() + (other**2).mean()) * 2)


def show_stills(table: Path) -> None:
    """Print how much of the hip's error two setups of a person have in common."""
    rows = [row for row in read_table(table) if row.hip_deg > 45.0]
    readings, calibration = Readings(rows), read_calibration("full")
    azimuth, elevation = readings.camera_deg(calibration)
    thigh = readings.thigh_deg(calibration)
    columns = zip(thigh, readings.column["apart"], readings.column["trunk_m"], strict=True)
    bias = np.array([calibration.hip_bias_deg(deg, apart, trunk) for deg, apart, trunk in columns])
    error = wrap_deg(thigh - bias - readings.column["hip_deg"])
    setups: dict[str, list[int]] = defaultdict(list)
    for row, reading in enumerate(rows):
        inside = abs(azimuth[row]) <= MAX_AZIMUTH_DEG and elevation[row] <= MAX_ELEVATION_DEG
        if inside and abs(error[row]) < _CONFUSED_DEG:
            setups[reading.image.rsplit("-", 1)[0]].append(row)
    people: dict[str, list[tuple[float, float, float]]] = defaultdict(list)
    for taken in setups.values():
        if len(taken) > 1:
            means = (float(column[taken].mean()) for column in (error, azimuth, elevation))
            people[rows[taken[0]].body].append(tuple(means))  # type: ignore[arg-type]
    typical = float(np.mean([one[0] for found in people.values() for one in found]))
    pairs = [pair for found in people.values() for pair in combinations(found, 2)]
    apart = np.array([np.hypot(a[1] - b[1], a[2] - b[2]) for a, b in pairs])
    errors = np.array([(a[0] - typical, b[0] - typical) for a, b in pairs])
    for low, high in ((0, 10), (10, 15), (15, 20), (20, 30), (30, 100)):
        chosen = (apart >= low) & (apart < high)
        print(f"hip {low:3d} to {high:3d} deg apart, {chosen.sum():3d} pairs: in common {_shared(errors[chosen]):5.2f}")


def main() -> None:
    """Measure what the command line names."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", type=Path, nargs="*")
    parser.add_argument("--cache", type=Path)
    parser.add_argument("--rater", type=float, nargs="+", default=[2.0, 3.0])
    parser.add_argument("--stills", type=Path, nargs="*", default=[])
    given = parser.parse_args()
    for folder in given.folders:
        clips = list(clips_of(folder, given.cache))
        show_clips(clips, given.rater)
        show_together(clips, given.rater[0])
    for table in given.stills:
        show_stills(table)


if __name__ == "__main__":
    main()
