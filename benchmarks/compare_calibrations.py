"""What other calibrations would make of the same landmarks: on clips with truth, and on real people.

    .venv/bin/python benchmarks/compare_calibrations.py FOLDER ... --labels JOINTS.csv ... --cache DIR \
        --try "trunk_share=0.3 level_share=1 level_trunk_deg=4.1 hip=10.5,-46.1,0 knee=4.7,-27.8"

A ``--try`` changes fields of the calibration of the network that ships (``formcheck.angles.calibration.Calibration``);
it may be given several times. Of each folder: mean absolute error, mean and SD of the clips' mean errors, degrees,
within the repetitions. Of each file of labels: mean absolute error and bias over its frames, and over those with the
hip above 55 degrees, where the exercise takes place. With ``--errors`` every clip is listed, with the errors stated.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from accuracy import find_clips
from numpy.typing import NDArray
from tables import table
from truth import label_side, marked_angles, pipeline_track, read_labels, read_truth

from formcheck.angles.calibration import Calibration, read_calibration
from formcheck.angles.shots import measure_track
from formcheck.types import PoseTrack, Side, View

FloatArray = NDArray[np.float64]
# The quality that clips are analysed with for the sake of a network.
QUALITY_OF = {"full": "standard", "heavy": "best"}
_LIMIT_DEG = 30.0
# Frames of real people in which the leg is up, as in the exercise.
_RAISED_HIP_DEG = 55.0
# With a smaller share of its frames measured a clip counts as refused.
_MEASURED = 0.05


class ClipErrors(NamedTuple):
    """Mean errors of a clip, its mean absolute errors, and the standard errors stated, degrees; and how it was seen."""

    name: str
    hip_bias: float
    knee_bias: float
    hip_mae: float
    knee_mae: float
    hip_se: float
    knee_se: float
    view: View


def compare_clip(clip: Path, track: PoseTrack, calibration: Calibration) -> ClipErrors | None:
    """Errors of a calibration in the repetitions of a clip; None where nothing or another leg was measured."""
    truth = read_truth(clip)
    angles, view = measure_track(track, max_trunk_from_floor_deg=_LIMIT_DEG, calibration=calibration)
    if angles is None or angles.side is not truth.side or angles.usable.mean() < _MEASURED:
        return None
    inside = np.full(len(track.t_s), not truth.true_reps)
    for rep in truth.true_reps:
        inside |= (track.t_s >= rep["start_s"]) & (track.t_s <= rep["end_s"])
    rows = inside & angles.usable
    if not rows.any():
        return None
    hip = angles.hip_flexion_deg - truth.marked_hip(track.t_s)
    knee = angles.knee_flexion_deg - truth.marked_knee(track.t_s)
    return ClipErrors(
        clip.stem,
        float(hip[rows].mean()),
        float(knee[rows].mean()),
        float(np.abs(hip[rows]).mean()),
        float(np.abs(knee[rows]).mean()),
        float(np.median(angles.hip_se_deg[rows])),
        float(np.median(angles.knee_se_deg[rows])),
        view,
    )


def compare_frames(track: PoseTrack, frames: dict[int, Any], side: Side, calibration: Calibration) -> list[FloatArray]:
    """Of each labelled frame (error of the hip, of the knee, marked hip)."""
    angles, _ = measure_track(track, max_trunk_from_floor_deg=_LIMIT_DEG, side=side, calibration=calibration)
    if angles is None:
        return []
    rows = []
    for points in frames.values():
        marked = marked_angles(points)
        if marked is not None:
            at_s = points["t_s"][0]
            hip, knee = (
                float(np.interp(at_s, track.t_s, curve)) for curve in (angles.hip_flexion_deg, angles.knee_flexion_deg)
            )
            rows.append(np.array([hip - marked[0], knee - marked[1], marked[0]]))
    return rows


def parse_changes(text: str) -> dict[str, Any]:
    """Fields and values of one ``--try``: numbers, or several with commas."""
    changes: dict[str, Any] = {}
    for part in text.split():
        name, _, value = part.partition("=")
        if name not in Calibration.__dataclass_fields__ or not value:
            raise SystemExit(f"expected FIELD=NUMBER or FIELD=NUMBER,NUMBER,... of a calibration, got {part!r}")
        numbers = tuple(float(number) for number in value.split(","))
        changes[name] = numbers[0] if len(numbers) == 1 else numbers
    return changes


def clip_cells(results: Sequence[ClipErrors]) -> tuple[str, str]:
    """Hip and knee of the clips of a folder."""
    columns = np.array([result[1:-1] for result in results])
    return tuple(
        f"{columns[:, 2 + i].mean():.2f} ({columns[:, i].mean():+.1f}, SD {columns[:, i].std():.1f})" for i in (0, 1)
    )  # type: ignore[return-value]


def label_cells(rows: Iterable[FloatArray]) -> tuple[str, str, str]:
    """Hip and knee of labelled frames, and the hip of those with the leg up."""
    known = np.array([row for row in rows if np.isfinite(row).all()])
    raised = known[known[:, 2] > _RAISED_HIP_DEG]
    cells = [f"{np.abs(known[:, i]).mean():.2f} ({known[:, i].mean():+.1f})" for i in (0, 1)]
    return cells[0], cells[1], f"{np.abs(raised[:, 0]).mean():.2f}"


def main() -> None:
    """Compare, and print tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="*", type=Path, metavar="FOLDER")
    parser.add_argument("--labels", action="append", type=Path, default=[], metavar="FILE")
    parser.add_argument("--try", action="append", dest="tries", default=[], metavar="CHANGES")
    parser.add_argument("--cache", type=Path, metavar="DIR", help="keep landmarks here between runs")
    parser.add_argument(
        "--network", default="full", choices=QUALITY_OF, help="whose calibration is changed (default: full)"
    )
    parser.add_argument("--errors", action="store_true", help="list every clip")
    arguments = parser.parse_args()
    cache = arguments.cache
    ships, quality = read_calibration(arguments.network), QUALITY_OF[arguments.network]
    candidates = {"as it ships": ships} | {text: replace(ships, **parse_changes(text)) for text in arguments.tries}
    clips = {
        folder.name: [(clip, pipeline_track(clip, cache=cache, quality=quality)) for clip in find_clips([folder])]
        for folder in arguments.folders
    }
    labelled = {
        file.name: [
            (
                pipeline_track(file.parent / name, cache=cache, side=label_side(frames), quality=quality),
                frames,
            )
            for name, frames in read_labels(file).items()
        ]
        for file in arguments.labels
    }
    rows = []
    for name, calibration in candidates.items():
        cells: list[str] = [name]
        for folder in clips.values():
            results = [found for clip, track in folder if (found := compare_clip(clip, track, calibration))]
            cells += clip_cells(results)
            if arguments.errors:
                print(
                    name, *(f"{r.name:28} {' '.join(f'{value:6.1f}' for value in r[1:-1])}" for r in results), sep="\n"
                )
        for tracks in labelled.values():
            found = [compare_frames(track, frames, label_side(frames), calibration) for track, frames in tracks]
            cells += label_cells(row for part in found for row in part)
        rows.append(cells)
    heads = [f"{name}: {joint}" for name in clips for joint in ("hip", "knee")]
    heads += [f"{name}: {what}" for name in labelled for what in ("hip", "knee", "hip, leg up")]
    print(table(("calibration", *heads), rows))


if __name__ == "__main__":
    main()
