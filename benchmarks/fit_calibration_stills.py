"""Fits the calibration of a landmark network (src/formcheck/angles/calibrations) on rendered stills with exact truth.

    make synthetic SET=training RENDER_ARGS="--sheets 6"
    .venv/bin/python benchmarks/fit_calibration_stills.py --network heavy --stills build/synthetic/training \
        --write benchmarks/readings_heavy.csv                                                        # the slow part
    .venv/bin/python benchmarks/fit_calibration_stills.py --network heavy --table benchmarks/readings_heavy.csv --save

A reading is one row a still: what the network shows, uncorrected, and the truth. ``--save`` writes the network's file;
without it the fit is printed, with its hold-out by body. What is not fitted here (the line of the elevation, the
trunk's share and slack, the standard errors) is taken from the file that is there, else from that of ``full``.
"""

from __future__ import annotations

import argparse
import csv
import tomllib
from pathlib import Path
from typing import Any, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray
from truth import MARKED_HIP_DEG, MARKED_KNEE_DEG

from formcheck.angles.geometry import length, level_line_deg, unproject_deg, wrap_deg
from formcheck.pose.landmarker import Detection, MediaPipeLandmarker
from formcheck.pose.landmarks import HIPS, LEGS, SHOULDERS
from formcheck.pose.models import BUNDLES, find_model
from formcheck.types import Side

FloatArray = NDArray[np.float64]
CALIBRATIONS = Path(__file__).parents[1] / "src" / "formcheck" / "angles" / "calibrations"

# Stills are left out in which knee or ankle is further than this (thigh lengths) from its place: it is another leg.
_FOLLOWED = 0.35
# ... and angles that are off by more than this, degrees, for the same reason.
_CONFUSED_DEG = 20.0
# As clips are measured: the leg up, the camera level, the trunk lying in the image, not too far off the side.
_RAISED = 0.8
_LEVEL_DEG = 8.0
_OFF_SIDE_DEG = 40.0
_FURTHEST_DEG = 50.0


class Reading(NamedTuple):
    """One still: truth of camera and leg, and what the network's points show."""

    image: str
    body: str
    azimuth_deg: float
    depth_deg: float
    apart: float
    tilt_deg: float
    thigh_deg: float
    shank_deg: float
    hip_deg: float
    knee_deg: float


def read_stills(folder: Path, network: str) -> list[Reading]:
    """Run a network on the stills that can be measured."""
    with (folder / "truth.csv").open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if _measurable(row)]
    readings = []
    with MediaPipeLandmarker(find_model(network), tracking=False) as landmarker:
        for row in rows:
            image = cv2.imread(str(folder / row["image"]))
            found = landmarker.detect(np.asarray(image, dtype=np.uint8), 0.0)
            if found is not None and (reading := read_still(row, found)) is not None:
                readings.append(reading)
    return readings


def _measurable(row: dict[str, str]) -> bool:
    turn = abs(float(row["azimuth_deg"]))
    return (
        float(row["raised"]) > _RAISED
        and abs(float(row["roll_deg"])) < _LEVEL_DEG
        and min(turn, 180 - turn) <= _OFF_SIDE_DEG
    )


def read_still(row: dict[str, str], found: Detection) -> Reading | None:
    """What the points show; None when the leg was not followed."""
    side = Side(row["working_side"])
    leg, xy = LEGS[side], found.xy_px.astype(np.float64)
    knee, ankle, hip = (
        np.array([float(row[f"{side}_{joint}_{axis}"]) for axis in ("px", "py")]) for joint in ("knee", "ankle", "hip")
    )
    near = _FOLLOWED * length(knee - hip)
    if length(xy[leg.knee] - knee) > near or length(xy[leg.ankle] - ankle) > near:
        return None
    trunk = xy[list(HIPS)].mean(axis=0) - xy[list(SHOULDERS)].mean(axis=0)
    forward = np.array([np.sign(trunk[0]), -1.0])
    front = np.array([trunk[1], -trunk[0]]) / length(trunk)
    world = found.world_m[list(HIPS)].mean(axis=0) - found.world_m[list(SHOULDERS)].mean(axis=0)
    shoulder = xy[SHOULDERS[side is Side.RIGHT]]

    def direction_deg(limb: FloatArray) -> float:
        x, y = limb * forward
        return float(np.degrees(np.arctan2(y, x)))

    return Reading(
        row["image"],
        row["body_id"],
        float(row["azimuth_deg"]),
        float(np.degrees(np.arctan2(world[2], length(world[:2])))),
        float(abs((xy[SHOULDERS[0]] - xy[SHOULDERS[1]]) @ front) / length(trunk)),
        direction_deg(xy[leg.hip] - shoulder),
        direction_deg(xy[leg.knee] - xy[leg.hip]),
        direction_deg(xy[leg.ankle] - xy[leg.knee]),
        float(row["hip_flexion_deg"]) + MARKED_HIP_DEG,
        180.0 - float(row["knee_deg"]) + MARKED_KNEE_DEG,
    )


def fit(readings: list[Reading], known: dict[str, Any]) -> dict[str, Any]:
    """Fit what stills tell, print how well it holds out by body, and return the document with it."""
    column = {
        name: np.array([getattr(reading, name) for reading in readings])
        for name in Reading._fields
        if name not in ("image", "body")
    }
    bodies = np.array([reading.body for reading in readings])
    near = np.abs(column["azimuth_deg"]) < 90
    azimuth = _solve(_with_one(column["depth_deg"][near]), column["azimuth_deg"][near])
    off, per_apart = known["camera"]["elevation"]
    a = np.clip(azimuth[0] + azimuth[1] * column["depth_deg"], -_FURTHEST_DEG, _FURTHEST_DEG)
    e = np.minimum(off + per_apart * column["apart"], _FURTHEST_DEG)
    tilt = column["tilt_deg"] - np.array([level_line_deg(*camera) for camera in zip(a, e, strict=True)])
    level = float(np.median(tilt))
    turn = known["floor"]["trunk_share"] * (tilt - level)
    thigh_deg, shank_deg = (_unprojected(column[limb], a, e) for limb in ("thigh_deg", "shank_deg"))
    errors = {
        "hip": wrap_deg(column["thigh_deg"] - column["hip_deg"] - turn),
        "knee": wrap_deg(thigh_deg - shank_deg - column["knee_deg"]),
    }
    kept = np.all([np.abs(error) < _CONFUSED_DEG for error in errors.values()], axis=0)
    print(f"{len(readings)} stills of {len(set(bodies))} bodies, {near.sum()} from the working side, {kept.sum()} kept")
    print(f"azimuth = {azimuth[0]:+.1f} {azimuth[1]:+.2f} x depth; a level trunk appears at {level:.1f} degrees")
    design = _with_one(column["apart"])
    scale = {"hip": np.sin(np.radians(column["thigh_deg"]))[:, None], "knee": np.ones((len(design), 1))}
    bias = {}
    for name, error in errors.items():
        weighted, of = (design * scale[name])[kept], error[kept]
        bias[name] = _solve(weighted, of)
        left = _held_out(weighted, of, bodies[kept])
        print(
            f"{name:5} bias = {bias[name][0]:+.1f} {bias[name][1]:+.1f} x apart; mean error of a still: "
            f"{np.abs(of).mean():.1f} uncorrected, {np.abs(left).mean():.1f} held out (SD {left.std():.1f})"
        )
    return {
        **known,
        "camera": {**known["camera"], "azimuth": _rounded(azimuth, 2)},
        "floor": {**known["floor"], "level_trunk_deg": round(level, 1)},
        "bias": {name: _rounded(values, 1) for name, values in bias.items()},
    }


def _unprojected(directions_deg: FloatArray, azimuth_deg: FloatArray, elevation_deg: FloatArray) -> FloatArray:
    """Each direction (T,) brought into the sagittal plane by its own camera."""
    cameras = zip(directions_deg, azimuth_deg, elevation_deg, strict=True)
    return np.array([float(unproject_deg(np.array(one), a, e)) for one, a, e in cameras])


def _with_one(values: FloatArray) -> FloatArray:
    return np.stack([np.ones(len(values)), values], axis=1)


def _solve(design: FloatArray, values: FloatArray) -> FloatArray:
    return np.linalg.lstsq(design, values, rcond=None)[0]


def _held_out(design: FloatArray, values: FloatArray, bodies: NDArray[np.str_]) -> FloatArray:
    """What is left of each body's errors after a fit that never saw the body."""
    left = np.empty(len(values))
    for body in set(bodies):
        own = bodies == body
        left[own] = values[own] - design[own] @ _solve(design[~own], values[~own])
    return left


def _rounded(values: FloatArray, digits: int) -> list[float]:
    return [round(float(value), digits) for value in values]


def save(document: dict[str, Any], network: str, table: Path, count: int) -> None:
    """Write a network's file."""
    camera, floor, bias, error = (document[section] for section in ("camera", "floor", "bias", "error"))
    sha256 = "\n".join(f'    "{one}",' for one in BUNDLES[network].accepted_sha256)

    def spread(values: dict[str, float]) -> str:
        return "{ " + ", ".join(f"{key} = {value}" for key, value in values.items()) + " }"

    text = f"""\
# Calibration of one landmark network. Symbols and formulas: docs/method.md.

[network]
name = "{network}"
# Bundles that hold this network: the one built here, and those MediaPipe published.
sha256 = [
{sha256}
]

[provenance]
command = "benchmarks/fit_calibration_stills.py --network {network} --table benchmarks/{table.name} --save"
readings = "{count} rendered stills"
errors = "{document["provenance"]["errors"]}"

[camera]
azimuth = {camera["azimuth"]}    # deg, deg per degree of the trunk's depth
elevation = {camera["elevation"]}  # deg, deg per trunk length that the shoulders are apart

[floor]
level_trunk_deg = {floor["level_trunk_deg"]}
trunk_share = {floor["trunk_share"]}
level_share = {floor["level_share"]}
trunk_slack_deg = {floor["trunk_slack_deg"]}

[bias]
hip = {bias["hip"]}  # deg, deg per trunk length that the shoulders are apart; times the sine of the angle
knee = {bias["knee"]}

[error]
hip = {spread(error["hip"])}
knee = {spread(error["knee"])}
"""
    (CALIBRATIONS / f"{network}.toml").write_text(text, encoding="utf-8")


def main() -> None:
    """Read, fit, print, save."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--network", choices=list(BUNDLES), required=True)
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("--stills", type=Path, metavar="FOLDER", help="a rendered set of stills")
    source.add_argument("--table", type=Path, metavar="FILE", help="readings that were kept")
    parser.add_argument("--write", type=Path, metavar="FILE", help="keep the readings in this table")
    parser.add_argument("--save", action="store_true", help="write the network's calibration")
    arguments = parser.parse_args()
    if arguments.table:
        with arguments.table.open(encoding="utf-8") as file:
            readings = [
                Reading(row.pop("image"), row.pop("body"), **{k: float(v) for k, v in row.items()})
                for row in csv.DictReader(file)
            ]
    else:
        readings = read_stills(arguments.stills, arguments.network)
    if arguments.write:
        with arguments.write.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(Reading._fields)
            writer.writerows([*reading[:2], *(f"{value:.3f}" for value in reading[2:])] for reading in readings)
    there = CALIBRATIONS / f"{arguments.network}.toml"
    known = tomllib.loads((there if there.exists() else CALIBRATIONS / "full.toml").read_text(encoding="utf-8"))
    document = fit(readings, known)
    if arguments.save:
        if arguments.table is None:
            parser.error("--save goes with --table: the readings that a calibration is fitted on are kept")
        save(document, arguments.network, arguments.table, len(readings))


if __name__ == "__main__":
    main()
