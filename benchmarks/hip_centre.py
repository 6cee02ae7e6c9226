"""What the circle that the knee moves on tells of the hip, against clips with exact truth.

    .venv/bin/python benchmarks/hip_centre.py FOLDER ... [--cache DIR]

Prints the error of each clip in which the path of the knee is used, with and without it, and where the true hip joint
is from the landmarker's point while the thigh is up: the ``hip_point`` of a calibration.
"""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path

import numpy as np
from accuracy import find_clips
from truth import MARKED_HIP_DEG, MARKED_KNEE_DEG, Truth, pipeline_track, read_truth

from formcheck.angles.leg import floor_axes, measure_leg
from formcheck.angles.shots import measure_track
from formcheck.pose.landmarks import LEGS
from formcheck.protocols.loader import load_protocol
from formcheck.types import FloatArray, PoseTrack

# The thigh is up.
_UP_DEG = 60.0
# Of no network: corrected as the packaged one is, but without the path of the knee.
_UNKNOWN_SHA256 = "0" * 64


def main() -> None:
    """Compare, and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="+", type=Path, metavar="FOLDER")
    parser.add_argument("--cache", type=Path, metavar="DIR", help="keep landmarks here between runs")
    arguments = parser.parse_args()
    limit_deg = load_protocol().protocol.posture.max_trunk_from_floor_deg.value
    changed, places = [], []
    for clip in find_clips(arguments.folders):
        track, truth = pipeline_track(clip, cache=arguments.cache), read_truth(clip)
        without = replace(track, model=replace(track.model, sha256=_UNKNOWN_SHA256))
        errors = np.stack([errors_deg(of, truth, limit_deg) for of in (without, track)])
        if not np.array_equal(errors[0], errors[1], equal_nan=True):
            changed.append((np.nanmean(np.abs(errors), axis=2), np.nanmean(errors, axis=2)))
            print(f"{clip.stem:<28}{_before_and_after(changed[-1][0])}")
        place = joint_place(track, truth, limit_deg)
        if place is not None:
            places.append(place)
    if changed:
        mae, bias = (np.stack(column) for column in zip(*changed, strict=True))
        print(f"{'mean absolute error':<28}{_before_and_after(mae.mean(axis=0))}")
        print(f"{'SD of their biases':<28}{_before_and_after(bias.std(axis=0, ddof=1))}")
    mean, sd = np.mean(places, axis=0), np.std(places, axis=0, ddof=1)
    print(f"{len(places)} clips: joint = [{mean[0]:.2f}, {mean[1]:.2f}], sd = [{sd[0]:.2f}, {sd[1]:.2f}]")


def errors_deg(track: PoseTrack, truth: Truth, limit_deg: float) -> FloatArray:
    """Errors (2, T) of knee and hip against the marked truth; NaN where not usable."""
    angles, _ = measure_track(track, max_trunk_from_floor_deg=limit_deg)
    if angles is None:
        return np.full((2, len(track.t_s)), np.nan)
    knee = angles.knee_flexion_deg - (180.0 - truth.at(track.t_s, "knee_deg") + MARKED_KNEE_DEG)
    hip = angles.hip_flexion_deg - (truth.at(track.t_s, "hip_flexion_deg") + MARKED_HIP_DEG)
    return np.stack([knee, hip])


def joint_place(track: PoseTrack, truth: Truth, limit_deg: float) -> FloatArray | None:
    """Mean place (2,) of the true hip from the landmarker's point, along the floor and up, in thigh lengths."""
    angles, posture = measure_leg(track, max_trunk_from_floor_deg=limit_deg)
    if angles is None or angles.side is not truth.side:
        return None
    up, level = floor_axes(posture)
    hip, knee = (
        np.stack([truth.at(track.t_s, f"{truth.side}_{joint}_{axis}") for axis in ("px", "py")], axis=-1)
        for joint in ("hip", "knee")
    )
    away = (hip - track.xy_px[:, LEGS[truth.side].hip]) @ np.stack([level, up]).T
    raised = angles.usable & (truth.at(track.t_s, "hip_flexion_deg") > _UP_DEG)
    thigh_px = np.linalg.norm(knee - hip, axis=-1)
    return np.nanmean((away / thigh_px[:, None])[raised], axis=0) if raised.any() else None


def _before_and_after(values: FloatArray) -> str:
    """Of values (2, 2), without and with the path, of knee and hip."""
    return "   ".join(f"{name} {values[0, at]:4.1f} -> {values[1, at]:4.1f}" for at, name in enumerate(("knee", "hip")))


if __name__ == "__main__":
    main()
