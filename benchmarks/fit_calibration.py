"""Fits the bias of the full network (src/formcheck/angles/calibrations/full.toml) on clips, and tries it on others.

    .venv/bin/python benchmarks/fit_calibration.py --table benchmarks/calibration.csv     # from the committed readings
    .venv/bin/python benchmarks/fit_calibration.py FOLDER ... --cache DIR --write TABLE   # from clips of your own

A reading is one row a clip: what the uncorrected method reads, what it should, and what the image tells of the
camera. The hold-out is by clip: each clip is corrected by a fit that never saw it.
"""

from __future__ import annotations

import argparse
import csv
from pathlib import Path
from typing import NamedTuple

import numpy as np
from accuracy import find_clips
from numpy.typing import NDArray
from truth import MARKED_HIP_DEG, MARKED_KNEE_DEG, landmarks, read_truth

from formcheck.angles.calibration import read_calibration
from formcheck.angles.camera import find_posture
from formcheck.angles.filtering import plausible_frames
from formcheck.angles.geometry import length, level_line_deg, unproject_deg, wrap_deg
from formcheck.angles.leg import find_joints, floor_axes, in_envelope, read_leg
from formcheck.pose.landmarks import HIPS, SHOULDERS

FloatArray = NDArray[np.float64]
FULL = read_calibration("full")


# Share of the frames in which the leg must have been followed, and how much the hip error may vary (SD, degrees): where
# the points sit on another leg for a while there is nothing to calibrate.
_FOLLOWED = 0.95
_STEADY_DEG = 8.0


class Row(NamedTuple):
    """One clip: truth of the camera, what the image tells of it, and the mean errors of the uncorrected reading."""

    name: str
    azimuth_deg: float
    elevation_deg: float
    depth_deg: float
    tilt_deg: float
    apart: float
    hip_error_deg: float
    hip_sine: float
    knee_error_deg: float


def read_clip(clip: Path, cache: Path | None) -> Row | None:
    """Uncorrected reading of one clip; None when it is outside the envelope or the leg was not followed throughout."""
    true = read_truth(clip)
    track, _ = landmarks(clip, cache=cache)
    if track.working_side is not true.side or true.reps == 0:
        return None
    posture = find_posture(track, max_trunk_from_floor_deg=30.0)
    plausible = plausible_frames(track, track.working_side, azimuth_deg=posture.view.azimuth_deg) & posture.lying
    if not in_envelope(posture.view) or plausible.mean() < _FOLLOWED:
        return None
    joints = find_joints(track, track.working_side, plausible)
    reading = read_leg(joints, *floor_axes(posture))
    hip = true.at(track.t_s, "hip_flexion_deg") + MARKED_HIP_DEG
    knee = 180 - true.at(track.t_s, "knee_deg") + MARKED_KNEE_DEG
    view = posture.view
    flat = wrap_deg(
        unproject_deg(reading.thigh_deg, view.azimuth_deg, view.elevation_deg)
        - unproject_deg(reading.shank_deg, view.azimuth_deg, view.elevation_deg)
    )
    if np.nanstd(reading.thigh_deg - hip) > _STEADY_DEG:
        return None
    world = track.world_m[:, HIPS].mean(axis=1) - track.world_m[:, SHOULDERS].mean(axis=1)
    return Row(
        clip.stem,
        true.azimuth_deg,
        true.elevation_deg,
        float(np.nanmedian(np.degrees(np.arctan2(world[:, 2], length(world[:, :2]))))),
        reading.trunk_tilt_deg,
        posture.shoulders_apart,
        float(np.nanmean(reading.thigh_deg - hip)),
        float(np.nanmean(np.sin(np.radians(reading.thigh_deg)))),
        float(np.nanmean(flat - knee)),
    )


def fit(rows: list[Row]) -> None:
    """Print the coefficients and their hold-out errors."""
    column = {name: np.array([getattr(row, name) for row in rows]) for name in Row._fields if name != "name"}
    near = np.abs(column["azimuth_deg"]) < 90
    azimuth = _line(column["depth_deg"][near], column["azimuth_deg"][near])
    elevation = _line(column["apart"], column["elevation_deg"])
    print(f"{len(rows)} clips, {near.sum()} seen from the working side")
    print(f"azimuth   = {azimuth[0]:+.1f} {azimuth[1]:+.2f} x depth")
    print(f"elevation = {elevation[0]:+.1f} {elevation[1]:+.1f} x apart")
    design = np.stack([np.ones(len(rows)), column["apart"]], axis=1)
    # the floor is partly the trunk's: see Calibration.floor_turn_deg
    seen = np.array([level_line_deg(*_view(row)) for row in rows])
    tilt = column["tilt_deg"] - seen
    print(f"a level trunk appears at {tilt.mean():.1f} degrees (SD {tilt.std():.1f})")
    turn = FULL.trunk_share * (tilt - tilt.mean())
    for name, error, scale in (
        ("hip", column["hip_error_deg"] - turn, column["hip_sine"]),
        ("knee", column["knee_error_deg"], np.ones(len(rows))),
    ):
        bias = np.linalg.lstsq(design, error / scale, rcond=None)[0]
        left = _held_out(design, error / scale) * scale
        print(
            f"{name:5} bias = {bias[0]:+.1f} {bias[1]:+.1f} x apart; mean error of a clip: "
            f"{np.abs(error).mean():.1f} uncorrected, {np.abs(error - error.mean()).mean():.1f} by a constant, "
            f"{np.abs(left).mean():.1f} held out (worst {np.abs(left).max():.1f})"
        )


def _view(row: Row) -> tuple[float, float]:
    """Azimuth and elevation as the pipeline takes them to be."""
    return FULL.azimuth_deg(row.depth_deg), FULL.elevation_deg(row.apart)


def _line(x: FloatArray, y: FloatArray) -> FloatArray:
    return np.linalg.lstsq(np.stack([np.ones(len(x)), x], axis=1), y, rcond=None)[0]


def _held_out(design: FloatArray, values: FloatArray) -> FloatArray:
    left = np.empty(len(values))
    for i in range(len(values)):
        others = np.arange(len(values)) != i
        left[i] = values[i] - design[i] @ np.linalg.lstsq(design[others], values[others], rcond=None)[0]
    return left


def main() -> None:
    """Read, fit, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="*", type=Path, metavar="FOLDER")
    parser.add_argument("--cache", type=Path, metavar="DIR", help="keep landmarks here between runs")
    parser.add_argument("--table", type=Path, metavar="FILE", help="take readings from this table instead")
    parser.add_argument("--write", type=Path, metavar="FILE", help="keep the readings in this table")
    arguments = parser.parse_args()
    if arguments.table:
        with arguments.table.open(encoding="utf-8") as file:
            rows = [Row(row.pop("name"), **{k: float(v) for k, v in row.items()}) for row in csv.DictReader(file)]
    else:
        found = [read_clip(clip, arguments.cache) for clip in find_clips(arguments.folders)]
        rows = [row for row in found if row is not None]
    if arguments.write:
        with arguments.write.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(Row._fields)
            writer.writerows([row.name, *(f"{value:.4f}" for value in row[1:])] for row in rows)
    fit(rows)


if __name__ == "__main__":
    main()
