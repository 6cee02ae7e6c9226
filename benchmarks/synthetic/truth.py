"""Exact truth: joint centres and angles of a frame, and the table and summary of a clip."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from synthetic.camera import View
from synthetic.geometry import UP, FloatArray, angle_between
from synthetic.motion import Moment, TimedRep
from synthetic.skeleton import Skeleton
from synthetic.spec import Clip, Side, to_json

Row = dict[str, Any]

_BONES = {
    "shoulder": "upperarm01",
    "elbow": "lowerarm01",
    "wrist": "wrist",
    "hip": "upperleg01",
    "knee": "lowerleg01",
    "ankle": "foot",
    "eye": "eye",
    "thumb": "finger1-3",
    "index": "finger2-1",
    "pinky": "finger5-1",
}
_FACE = ("nose", "left_eye", "right_eye", "left_ear", "right_ear", "mouth_left", "mouth_right")
_LIMBS = ("shoulder", "elbow", "wrist", "pinky", "index", "thumb", "hip", "knee", "ankle", "heel", "foot_index")
LANDMARKS = (*_FACE, *(f"{side}_{joint}" for joint in _LIMBS for side in ("left", "right")))
# A there-and-back of the knee of at least this is a repetition, degrees.
REP_DEG = 15.0
# The joints that have to be in the picture for the angles to be seen.
MEASURED = ("shoulder", "hip", "knee", "ankle", "foot_index")


def landmarks(skeleton: Skeleton, matrices: FloatArray) -> dict[str, FloatArray]:
    """Every landmark (3,) m of a posed body: joint centres of the skeleton, and points of the skin of face and feet."""
    places = {
        f"{side}_{name}": skeleton.head_of(matrices, f"{bone}.{side[0].upper()}")
        for side in ("left", "right")
        for name, bone in _BONES.items()
    }
    return places | {name: skeleton.skin_point(matrices, vertex) for name, vertex in skeleton.person.marks.items()}


def angles(places: Mapping[str, FloatArray], side: Side) -> dict[str, float]:
    """Angles of one leg, degrees; ``knee_deg`` and ``ankle_deg`` are interior, 180 = straight."""
    shoulder, hip, knee, ankle, toe, heel = (
        places[f"{side}_{joint}"] for joint in ("shoulder", "hip", "knee", "ankle", "foot_index", "heel")
    )
    shoulders = (places["left_shoulder"] + places["right_shoulder"]) / 2
    hips = (places["left_hip"] + places["right_hip"]) / 2
    return {
        "hip_flexion_deg": 180 - angle_between(shoulder - hip, knee - hip),
        "hip_flexion_trunkline_deg": angle_between(hips - shoulders, knee - hip),
        "thigh_from_vertical_deg": angle_between(knee - hip, UP),
        "knee_deg": angle_between(hip - knee, ankle - knee),
        "ankle_deg": angle_between(knee - ankle, toe - ankle),
        "foot_from_vertical_deg": angle_between(toe - heel, UP),
    }


def other_side(side: Side) -> Side:
    """The other side."""
    return "right" if side == "left" else "left"


def frame_row(frame: int, moment: Moment, places: Mapping[str, FloatArray], view: View, side: Side) -> Row:
    """A row of a clip's table: time, angles of both legs, repetition, and every landmark in pixels and metres."""
    row: Row = {"frame": frame, "time_s": round(moment.t_s, 4), **angle_columns(places, side)}
    row |= {"rep": moment.rep, "phase": moment.phase, "progress": round(moment.progress, 4)}
    return row | place_columns(places, view)


def angle_columns(places: Mapping[str, FloatArray], side: Side) -> Row:
    """Angles of the working leg and, with the prefix ``other_``, of the resting one."""
    row = {name: round(value, 3) for name, value in angles(places, side).items()}
    return row | {f"other_{name}": round(value, 3) for name, value in angles(places, other_side(side)).items()}


def place_columns(places: Mapping[str, FloatArray], view: View) -> Row:
    """Every landmark in pixels (y down) and in metres."""
    row: Row = {}
    seen = view.project(np.array([places[name] for name in LANDMARKS]))
    for name, (x, y) in zip(LANDMARKS, seen, strict=True):
        row[f"{name}_px"], row[f"{name}_py"] = round(float(x), 2), round(float(y), 2)
    for name in LANDMARKS:
        row[f"{name}_X"], row[f"{name}_Y"], row[f"{name}_Z"] = (round(float(value), 4) for value in places[name])
    return row


def summary(
    clip: Clip, rows: Sequence[Row], reps: Sequence[TimedRep], stages: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    """What is true of the whole clip, with the spec it was rendered from."""
    hip = [row["hip_flexion_deg"] for row in rows]
    picture = clip.picture
    return {
        "name": clip.name,
        "frames": len(rows),
        "fps": picture.fps,
        "duration_s": round(len(rows) / picture.fps, 3),
        "width": picture.width,
        "height": picture.height,
        "working_side": clip.side,
        "rep_count": len(reps),
        "reps": [_rep(number, timed, rows) for number, timed in enumerate(reps, start=1)],
        "stages": list(stages),
        "mean_hip_flexion_deg": round(float(np.mean(hip)), 2),
        "hip_flexion_range_deg": [min(hip), max(hip)],
        "peak_knee_deg": max(row["knee_deg"] for row in rows),
        "resting_leg": clip.posture.rest,
        "tags": list(clip.tags),
        "spec": to_json(clip),
    }


def _rep(number: int, timed: TimedRep, rows: Sequence[Row]) -> dict[str, Any]:
    own = [row for row in rows if row["rep"] == number]
    hip = [row["hip_flexion_deg"] for row in own]
    return {
        "rep": number,
        "start_s": round(timed.start_s, 3),
        "peak_s": round(timed.peak_s, 3),
        "hold_end_s": round(timed.hold_end_s, 3),
        "end_s": round(timed.end_s, 3),
        "partial": timed.rep.partial,
        "start_knee_deg": own[0]["knee_deg"],
        "peak_knee_deg": max(row["knee_deg"] for row in own),
        "end_knee_deg": own[-1]["knee_deg"],
        "mean_hip_flexion_deg": round(float(np.mean(hip)), 2),
        "min_hip_flexion_deg": min(hip),
        "max_hip_flexion_deg": max(hip),
    }


def count_reps(knee_flexion_deg: FloatArray) -> int:
    """Times that a knee (T,) is straightened and bent again by `REP_DEG`, whatever it did before and does after."""
    count, turn, straightening = 0, float(knee_flexion_deg[0]), False
    for flexion in knee_flexion_deg:
        turn = min(turn, flexion) if straightening else max(turn, flexion)
        if abs(flexion - turn) >= REP_DEG:
            count += straightening
            straightening, turn = not straightening, float(flexion)
    return count


def write_table(path: Path, rows: Sequence[Row]) -> None:
    """Write rows as CSV."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, fieldnames=list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def write_summary(path: Path, about: Mapping[str, Any]) -> None:
    """Write a summary as JSON."""
    path.write_text(json.dumps(about, indent=1) + "\n", encoding="utf-8")
