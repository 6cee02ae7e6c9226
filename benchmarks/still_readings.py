"""What a landmark network shows on rendered stills, uncorrected, beside the truth: one reading a still.

A still is read as a frame of a clip is: tracked from the still before, with the resting leg painted out. That is done
in three of four setups with a straight one; the others show both legs.
"""

from __future__ import annotations

import csv
import zlib
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray
from truth import MARKED_HIP_DEG

from formcheck.angles.geometry import length
from formcheck.pose.body import BodyAxes
from formcheck.pose.landmarker import Detection, MediaPipeLandmarker
from formcheck.pose.landmarks import HIPS, LEGS, SHOULDERS
from formcheck.pose.models import find_model
from formcheck.pose.occlusion import paint_out
from formcheck.pose.survey_legs import RestingLeg
from formcheck.types import ImageBgr, Side

FloatArray = NDArray[np.float64]
Row = dict[str, str]

# As most clips are measured: the nearer leg, up, by a level camera not too far off its side.
_RAISED = 0.8
_LEVEL_DEG = 8.0
_OFF_SIDE_DEG = 46.0
# Knee and ankle are nearer than this (thigh lengths) to their places: else it is another leg.
_FOLLOWED = 0.35
# Seconds between stills: the landmarker's smoothing, which nothing turns off, does not reach this far.
_APART_S = 1000.0
_HIDDEN_SHARE = 0.75
# What a survey is off by, in trunk lengths.
_SURVEY_SD = 0.04


class Reading(NamedTuple):
    """One still: who and how seen, what the network's points show, and the marked angle of the hip."""

    image: str
    body: str
    azimuth_deg: float
    depth_deg: float
    apart: float
    trunk_m: float
    tilt_deg: float
    thigh_deg: float
    hip_deg: float


def read_stills(folder: Path, network: str) -> list[Reading]:
    """Run a network on the stills that can be measured."""
    with (folder / "truth.csv").open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if _measurable(row)]
    readings, camera, t_s = [], "", 0.0
    with MediaPipeLandmarker(find_model(network)) as landmarker:
        for row in rows:
            image = np.asarray(cv2.imread(str(folder / row["image"])), dtype=np.uint8)
            shown = _hide(image, row)
            # A new camera finds the person anew, which takes an image without anybody and a second look.
            before = [] if row["camera_id"] == camera else [np.zeros_like(image), shown]
            camera = row["camera_id"]
            found = None
            for one in (*before, shown):
                t_s += _APART_S
                found = landmarker.detect(one, t_s)
            if found is not None and (reading := read_still(row, found)) is not None:
                readings.append(reading)
    return readings


def read_still(row: Row, found: Detection) -> Reading | None:
    """What the points show; None when they do not follow the leg under its own label."""
    side = Side(row["working_side"])
    leg, xy = LEGS[side], found.xy_px.astype(np.float64)
    knee, ankle, hip = (_place(row, side, joint) for joint in ("knee", "ankle", "hip"))
    followed = length(xy[leg.knee] - knee), length(xy[leg.ankle] - ankle)
    if max(followed) > _FOLLOWED * length(knee - hip) or _off(xy, side, knee, ankle) > _off(
        xy, side.other, knee, ankle
    ):
        return None
    trunk = xy[list(HIPS)].mean(axis=0) - xy[list(SHOULDERS)].mean(axis=0)
    forward = np.array([np.sign(trunk[0]), -1.0])
    front = np.array([trunk[1], -trunk[0]]) / length(trunk)
    world = found.world_m[list(HIPS)].mean(axis=0) - found.world_m[list(SHOULDERS)].mean(axis=0)

    def direction_deg(limb: FloatArray) -> float:
        x, y = limb * forward
        return float(np.degrees(np.arctan2(y, x)))

    return Reading(
        image=row["image"],
        body=row["body_id"],
        azimuth_deg=float(row["azimuth_deg"]),
        depth_deg=float(np.degrees(np.arctan2(world[2], length(world[:2])))),
        apart=float(abs((xy[SHOULDERS[0]] - xy[SHOULDERS[1]]) @ front) / length(trunk)),
        trunk_m=float(np.linalg.norm(world)),
        tilt_deg=direction_deg(xy[leg.hip] - xy[SHOULDERS[side is Side.RIGHT]]),
        thigh_deg=direction_deg(xy[leg.knee] - xy[leg.hip]),
        hip_deg=float(row["hip_flexion_deg"]) + MARKED_HIP_DEG,
    )


def write_table(path: Path, readings: list[Reading]) -> None:
    """Write readings as CSV."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(Reading._fields)
        writer.writerows([*reading[:2], *(f"{value:.4g}" for value in reading[2:])] for reading in readings)


def read_table(path: Path) -> list[Reading]:
    """Read what `write_table` wrote."""
    with path.open(encoding="utf-8") as file:
        return [
            Reading(row.pop("image"), row.pop("body"), **{name: float(value) for name, value in row.items()})
            for row in csv.DictReader(file)
        ]


def _measurable(row: Row) -> bool:
    return (
        float(row["raised"]) > _RAISED
        and abs(float(row["roll_deg"])) < _LEVEL_DEG
        and abs(float(row["azimuth_deg"])) <= _OFF_SIDE_DEG
    )


def _place(row: Row, side: Side, joint: str) -> FloatArray:
    return np.array([float(row[f"{side}_{joint}_{axis}"]) for axis in ("px", "py")])


def _off(xy: FloatArray, label: Side, knee: FloatArray, ankle: FloatArray) -> float:
    leg = LEGS[label]
    return float(length(xy[leg.knee] - knee) + length(xy[leg.ankle] - ankle))


def _hide(image: ImageBgr, row: Row) -> ImageBgr:
    """The image with a straight resting leg painted out, as roughly as a survey knows its place; or as it is."""
    if row["rest"] != "straight" or _rng(row["camera_id"] + row["room_id"]).random() >= _HIDDEN_SHARE:
        return image
    side = Side(row["working_side"])
    sides = (Side.LEFT, Side.RIGHT)
    hip, shoulder = (np.mean([_place(row, of, joint) for of in sides], axis=0) for joint in ("hip", "shoulder"))
    off = _rng(row["image"]).normal(0, _SURVEY_SD, (3, 2)) * length(hip - shoulder)
    hip = hip + off[0]
    trunk = hip - shoulder - off[1]
    down = trunk / length(trunk)
    front = np.array([down[1], -down[0]])
    front *= np.sign(front @ (_place(row, side, "knee") - hip)) or 1.0
    axes = BodyAxes(hip, float(length(trunk)), down, front)
    knee, ankle = (axes.to_body(_place(row, side.other, joint) + off[2]) for joint in ("knee", "ankle"))
    resting = RestingLeg(knee, ankle)
    return paint_out(image, axes, resting) if resting.straight else image


def _rng(name: str) -> np.random.Generator:
    """Draws that are decided by a name alone."""
    return np.random.default_rng(zlib.crc32(name.encode()))
