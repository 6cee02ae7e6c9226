"""Check rendered clips: do video, table and summary agree? python -m synthetic.check FOLDER [--pixels]

Everything is worked out again from what was written: frames counted, angles from the 3-D columns, pixels from the 3-D
columns and the camera of the spec, limb lengths constant, joints in the picture, repetitions from the knee's path. With
``--pixels`` some moments are drawn again: the joints have to lie on the person.
"""

from __future__ import annotations

import csv
import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np

from synthetic import truth
from synthetic.camera import view_at
from synthetic.geometry import FloatArray
from synthetic.renderer import Renderer
from synthetic.spec import Side, from_json
from synthetic.stage import Stage
from synthetic.studio import Studio

# What rounding in the table may cost: degrees, pixels, metres.
_ANGLE_DEG, _PLACE_PX, _LENGTH_M = 0.15, 0.35, 0.0005
# Pictures with and without the person: moments looked at, what tells them apart, and how near a joint must be.
_MOMENTS, _DIFFERS, _NEAR_PX = 6, 12, 5
_ON_PERSON = ("shoulder", "elbow", "wrist", "hip", "knee", "ankle", "heel", "foot_index")


def problems(stem: Path) -> list[str]:
    """What is wrong with a clip, by the path of its files without suffix; empty if nothing is."""
    about = json.loads(stem.with_suffix(".json").read_text(encoding="utf-8"))
    with stem.with_suffix(".csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    with av.open(str(stem.with_suffix(".mp4"))) as container:
        frames = sum(1 for _ in container.decode(video=0))
    found = [] if frames == len(rows) == about["frames"] else [f"{frames} frames in the video, {len(rows)} rows"]
    return found + _angles(rows, about["working_side"]) + _places(rows, about) + _reps(rows, about)


def _angles(rows: list[dict[str, str]], side: Side) -> list[str]:
    found = []
    for name in ("hip_flexion_deg", "hip_flexion_trunkline_deg", "knee_deg", "ankle_deg", "foot_from_vertical_deg"):
        for prefix, leg in (("", side), ("other_", truth.other_side(side))):
            again = [truth.angles(_joints(row), leg)[name] for row in rows]
            off = float(np.abs(np.array(again) - _column(rows, prefix + name)).max())
            if off > _ANGLE_DEG:
                found.append(f"{prefix}{name} is {off:.2f} off what the joints say")
    for start, end in (("hip", "knee"), ("knee", "ankle"), ("shoulder", "elbow"), ("elbow", "wrist")):
        for leg in ("left", "right"):
            length = [np.linalg.norm(_joints(row)[f"{leg}_{end}"] - _joints(row)[f"{leg}_{start}"]) for row in rows]
            if np.ptp(length) > _LENGTH_M:
                found.append(f"{leg} {start} to {end} changes by {1000 * np.ptp(length):.1f} mm")
    return found


def _places(rows: list[dict[str, str]], about: dict[str, Any]) -> list[str]:
    clip = from_json(about["spec"])
    size = (clip.picture.width, clip.picture.height)
    found, worst = [], 0.0
    for row in rows:
        places = np.array([_joints(row)[name] for name in truth.LANDMARKS])
        written = np.array([[float(row[f"{name}_px"]), float(row[f"{name}_py"])] for name in truth.LANDMARKS])
        seen = view_at(clip.camera, clip.side, size, float(row["time_s"])).project(places)
        worst = max(worst, float(np.abs(seen - written).max()))
        names = [f"{clip.side}_{joint}" for joint in truth.MEASURED]
        measured = seen[[truth.LANDMARKS.index(name) for name in names]]
        if ((measured < 0) | (measured > np.array(size))).any():
            found.append(f"frame {row['frame']}: a joint is outside the picture")
    return found + ([f"pixels are {worst:.2f} off what the camera sees"] if worst > _PLACE_PX else [])


def _reps(rows: list[dict[str, str]], about: dict[str, Any]) -> list[str]:
    time_s, flexion = _column(rows, "time_s"), 180 - _column(rows, "knee_deg")
    stages = about["stages"]
    inside = next(stage for stage in stages if stage["stage"] in ("set", "lying"))
    if any(stage["stage"] == "set" for stage in stages):
        inside = next(stage for stage in stages if stage["stage"] == "set")
    during = (time_s >= inside["start_s"]) & (time_s <= inside["end_s"])
    count = truth.count_reps(flexion[during])
    return [] if count == about["rep_count"] else [f"the knee makes {count} repetitions, not {about['rep_count']}"]


def _joints(row: dict[str, str]) -> dict[str, FloatArray]:
    return {name: np.array([float(row[f"{name}_{axis}"]) for axis in "XYZ"]) for name in truth.LANDMARKS}


def _column(rows: list[dict[str, str]], name: str) -> FloatArray:
    return np.array([float(row[name]) for row in rows])


def pixel_problems(stem: Path) -> list[str]:
    """Joints that do not lie on the person when moments of the clip are drawn again without noise."""
    clip = from_json(json.loads(stem.with_suffix(".json").read_text(encoding="utf-8"))["spec"])
    stage = Stage(replace(clip, camera=replace(clip.camera, shake_mm=0.0)))
    renderer = Renderer(stage.size, supersample=clip.picture.supersample)
    studio, found = Studio(stage, renderer), []
    for moment in (stage.timeline.at(float(t_s)) for t_s in np.linspace(0, stage.timeline.duration_s, _MOMENTS)):
        drawn = studio.draw(moment).astype(int)
        empty = cv2.resize(renderer.empty_room(stage.view(0.0))[::-1], stage.size, interpolation=cv2.INTER_AREA)
        person = (np.abs(drawn - empty).max(axis=2) > _DIFFERS).astype(np.uint8)
        near = cv2.dilate(person, np.ones((_NEAR_PX, _NEAR_PX), np.uint8))
        places = stage.places(moment)
        names = [f"{side}_{joint}" for side in ("left", "right") for joint in _ON_PERSON]
        for name, (x, y) in zip(names, stage.view(0.0).project(np.array([places[n] for n in names])), strict=True):
            if not near[int(np.clip(y, 0, stage.size[1] - 1)), int(np.clip(x, 0, stage.size[0] - 1))]:
                found.append(f"at {moment.t_s:.1f} s {name} is not on the person")
    renderer.close()
    return found


def main(folder: Path, *, pixels: bool) -> int:
    """Print a line for each clip; 1 if anything is wrong."""
    wrong = 0
    for about in sorted(folder.glob("*.json")):
        found = problems(about.with_suffix(""))
        if pixels:
            found += pixel_problems(about.with_suffix(""))
        wrong += bool(found)
        print(f"{about.stem}: {'; '.join(found) or 'good'}", flush=True)
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), pixels="--pixels" in sys.argv[2:]))
