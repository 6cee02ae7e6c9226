"""Fits the hip's bias of a landmark network (src/formcheck/angles/calibrations) on rendered stills with exact truth.

    make synthetic SET=training
    .venv/bin/python benchmarks/fit_calibration_stills.py --network heavy --stills build/synthetic/training \
        --write benchmarks/readings_heavy.csv                                                        # the slow part
    .venv/bin/python benchmarks/fit_calibration_stills.py --network heavy --table benchmarks/readings_heavy.csv \
        --camera --save
    .venv/bin/python benchmarks/fit_calibration_stills.py --network full --table benchmarks/readings_full.csv \
        --offset 3.5 --save

The fit is printed with its hold-out by body; ``--save`` writes the network's file. ``--camera`` fits the line of the
azimuth too, and how steep a level trunk appears; ``--offset`` takes the bias's offset from elsewhere, and the slopes
alone from here. Everything else the file keeps. docs/decisions/0022-trunk-length.md says why so little is fitted.
"""

from __future__ import annotations

import argparse
import tomllib
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from still_readings import FloatArray, Reading, read_stills, read_table, write_table

from formcheck.angles.calibration import TRUNK_RANGE_M, USUAL_TRUNK_M, Calibration, parse_calibration
from formcheck.angles.geometry import level_line_deg, wrap_deg
from formcheck.pose.models import BUNDLES

Document = dict[str, Any]
CALIBRATIONS = Path(__file__).parents[1] / "src" / "formcheck" / "angles" / "calibrations"

# Stills are fitted on with the thigh up, seen as most clips are.
_THIGH_UP_DEG = 45.0
_TURN_DEG = 31.0
_LOOKS_DOWN_DEG = 24.0
_FURTHEST_DEG = 50.0
# Readings that are off by more than this are of another leg.
_CONFUSED_DEG = 35.0
# Errors beyond so many standard deviations count less in a fit (Huber, Robust Statistics), which is repeated so often.
_HUBER, _ROUNDS = 1.5, 12


class Readings:
    """Columns of readings with the thigh up, and what a calibration makes of them."""

    def __init__(self, readings: list[Reading]) -> None:
        up = [reading for reading in readings if reading.hip_deg > _THIGH_UP_DEG]
        self.body = np.array([reading.body for reading in up])
        self.column = {name: np.array([getattr(reading, name) for reading in up]) for name in Reading._fields[2:]}

    def camera_deg(self, calibration: Calibration) -> tuple[FloatArray, FloatArray]:
        """Azimuth and elevation as the pipeline takes them to be."""
        azimuth, elevation = calibration.azimuth_line, calibration.elevation_line
        return (
            np.clip(azimuth[0] + azimuth[1] * self.column["depth_deg"], -_FURTHEST_DEG, _FURTHEST_DEG),
            np.minimum(elevation[0] + elevation[1] * self.column["apart"], _FURTHEST_DEG),
        )

    def level_tilt_deg(self, calibration: Calibration) -> FloatArray:
        return np.array([level_line_deg(*camera) for camera in zip(*self.camera_deg(calibration), strict=True)])

    def thigh_deg(self, calibration: Calibration) -> FloatArray:
        """Direction of the thigh against the floor."""
        tilts = zip(self.column["tilt_deg"], self.level_tilt_deg(calibration), strict=True)
        return self.column["thigh_deg"] - np.array([calibration.floor_turn_deg(*pair) for pair in tilts])


def fit(readings: Readings, known: Document, *, camera: bool, offset_deg: float | None) -> Document:
    """Fit the hip's bias, with ``camera`` that too, and return the network's document with it."""
    document = known | (_fit_camera(readings, known) if camera else {})
    calibration = parse_calibration(document)
    azimuth_deg, elevation_deg = readings.camera_deg(calibration)
    thigh_deg = readings.thigh_deg(calibration)
    error = wrap_deg(thigh_deg - readings.column["hip_deg"])
    chosen = (np.abs(azimuth_deg) <= _TURN_DEG) & (elevation_deg <= _LOOKS_DOWN_DEG) & (np.abs(error) < _CONFUSED_DEG)
    longer_m = np.clip(readings.column["trunk_m"], *TRUNK_RANGE_M) - USUAL_TRUNK_M
    design = np.stack([np.ones(len(error)), readings.column["apart"], longer_m], axis=1)
    design *= np.sin(np.radians(thigh_deg))[:, None]
    hip = _fit_bias(design[chosen], error[chosen], readings.body[chosen])
    if offset_deg is not None:
        hip[0] = offset_deg
    return document | {"bias": {**known["bias"], "hip": hip}}


def _fit_camera(readings: Readings, known: Document) -> Document:
    depth = readings.column["depth_deg"]
    line = np.linalg.lstsq(np.stack([np.ones(len(depth)), depth], axis=1), readings.column["azimuth_deg"])[0]
    camera = {**known["camera"], "azimuth": [round(float(value), 2) for value in line]}
    calibration = parse_calibration({**known, "camera": camera})
    tilt = readings.column["tilt_deg"] - calibration.level_share * readings.level_tilt_deg(calibration)
    seen = np.all([np.abs(readings.camera_deg(calibration)) <= [[_TURN_DEG], [_LOOKS_DOWN_DEG]]], axis=(0, 1))
    level = round(float(np.median(tilt[seen])), 1)
    print(f"azimuth = {line[0]:+.1f} {line[1]:+.2f} x depth; a level trunk appears at {level:.1f} degrees")
    return {"camera": camera, "floor": {**known["floor"], "level_trunk_deg": level}}


def _fit_bias(design: FloatArray, error: FloatArray, bodies: NDArray[np.str_]) -> list[float]:
    hip = [round(float(value), 1) for value in _robust(design, error)]
    left = np.empty(len(error))
    for fold in np.array_split(np.unique(bodies), 10):
        own = np.isin(bodies, fold)
        left[own] = error[own] - design[own] @ _robust(design[~own], error[~own])
    print(
        f"hip {hip} on {len(error)} stills of {len(np.unique(bodies))} bodies; mean error of a still "
        f"{np.abs(error).mean():.1f} uncorrected, {np.abs(left).mean():.1f} held out (SD {left.std():.1f})"
    )
    return hip


def _robust(design: FloatArray, values: FloatArray) -> FloatArray:
    weight = np.ones(len(values))
    for _ in range(_ROUNDS):
        root = np.sqrt(weight)
        solution = np.linalg.lstsq(design * root[:, None], values * root)[0]
        off = np.abs(values - design @ solution)
        weight = np.minimum(1.0, _HUBER * 1.48 * np.median(off) / np.maximum(off, 1e-9))
    return np.asarray(solution)


def save(document: Document, network: str) -> None:
    """Write a network's file."""
    sha256 = "\n".join(f'    "{one}",' for one in BUNDLES[network].accepted_sha256)

    def inline(values: dict[str, float]) -> str:
        return "{ " + ", ".join(f"{key} = {value}" for key, value in values.items()) + " }"

    provenance = "\n".join(f'{key} = "{value}"' for key, value in document["provenance"].items())
    camera, floor, bias, error = (document[section] for section in ("camera", "floor", "bias", "error"))
    hip_point = ""
    if point := document.get("hip_point"):
        hip_point = f"""
# The true joint from the network's point, along the floor and up, thigh lengths; benchmarks/hip_centre.py, validation.
[hip_point]
joint = {point["joint"]}
sd = {point["sd"]}
"""
    text = f"""\
# Calibration of one landmark network. Symbols and formulas: docs/method.md.

[network]
name = "{network}"
# Bundles that hold this network: the one built here, and those MediaPipe published.
sha256 = [
{sha256}
]

[provenance]
{provenance}

[camera]
azimuth = {camera["azimuth"]}    # deg, deg per degree of the trunk's depth
elevation = {camera["elevation"]}  # deg, deg per trunk length that the shoulders are apart

[floor]
level_trunk_deg = {floor["level_trunk_deg"]}
trunk_share = {floor["trunk_share"]}
level_share = {floor["level_share"]}
trunk_slack_deg = {floor["trunk_slack_deg"]}

# Degrees; degrees per trunk length that the shoulders are apart; that of the hip also per metre of the trunk, and all
# of it times the sine of the angle.
[bias]
hip = {bias["hip"]}
knee = {bias["knee"]}
{hip_point}
[error]
hip = {inline(error["hip"])}
knee = {inline(error["knee"])}
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
    parser.add_argument("--camera", action="store_true", help="fit what tells the camera too")
    parser.add_argument("--offset", type=float, metavar="DEG", help="the bias's offset, chosen on clips")
    parser.add_argument("--save", action="store_true", help="write the network's calibration")
    arguments = parser.parse_args()
    if arguments.save and arguments.table is None:
        parser.error("--save goes with --table: the readings that a calibration is fitted on are kept")
    readings = read_table(arguments.table) if arguments.table else read_stills(arguments.stills, arguments.network)
    if arguments.write:
        write_table(arguments.write, readings)
    there = CALIBRATIONS / f"{arguments.network}.toml"
    known = tomllib.loads((there if there.exists() else CALIBRATIONS / "full.toml").read_text(encoding="utf-8"))
    document = fit(Readings(readings), known, camera=arguments.camera, offset_deg=arguments.offset)
    if arguments.save:
        flags = (" --camera" if arguments.camera else "") + (
            f" --offset {arguments.offset}" if arguments.offset else ""
        )
        command = f"benchmarks/fit_calibration_stills.py --network {arguments.network}"
        command += f" --table benchmarks/{arguments.table.name}{flags} --save"
        document["provenance"] = {**document["provenance"], "hip": command}
        save(document, arguments.network)


if __name__ == "__main__":
    main()
