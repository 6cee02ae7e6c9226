"""Fits the standard errors of a network's angles ([error] in src/formcheck/angles/calibrations) on clips with truth.

    .venv/bin/python benchmarks/fit_errors.py FOLDER ... --cache DIR [--network heavy]

What is left after calibration is nearly the same throughout a clip, so a clip counts once, by its mean error in the
repetitions. The errors are fitted by maximum likelihood: of the nearer and of the further leg, growing with the
camera's azimuth and the thigh's jitter in quadrature. Their tails are those of a t distribution of six degrees of
freedom, so that one clip whose legs were confused does not widen all others. Then, for the errors fitted and for those
that ship: the share of clips whose mean error lies in the 95 % band, by group.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np
from accuracy import find_clips
from compare_calibrations import QUALITY_OF, compare_clip
from numpy.typing import NDArray
from scipy.optimize import minimize
from tables import table
from truth import pipeline_track, read_truth

from formcheck.angles.calibration import StandardError, read_calibration
from formcheck.text.numbers import Z_95

FloatArray = NDArray[np.float64]
_TAILS = 6.0
_START = (3.0, 4.0, 0.15, 6.0)


class ClipError(NamedTuple):
    """Mean errors (deg) of a clip, and what the stated error depends on."""

    hip: float
    knee: float
    near: bool
    azimuth_deg: float
    jitter_deg: float
    off_side_deg: float


_GROUPS: dict[str, Callable[[ClipError], bool]] = {
    "all": lambda _: True,
    "near leg, within 20 degrees": lambda clip: clip.near and clip.off_side_deg <= 20,
    "further than 20 degrees": lambda clip: clip.off_side_deg > 20,
    "further leg": lambda clip: not clip.near,
    "jitter below 0.3": lambda clip: clip.jitter_deg < 0.3,
    "jitter of 0.3 and more": lambda clip: clip.jitter_deg >= 0.3,
}


def read_clips(folders: list[Path], network: str, cache: Path | None) -> list[ClipError]:
    """Mean errors of the clips that are measured."""
    calibration = read_calibration(network)
    clips = []
    for clip in find_clips(folders):
        track = pipeline_track(clip, cache=cache, quality=QUALITY_OF[network])
        errors = compare_clip(clip, track, calibration)
        if errors is not None:
            view, turn = errors.view, abs(read_truth(clip).azimuth_deg)
            clips.append(
                ClipError(
                    errors.hip_bias,
                    errors.knee_bias,
                    turn < 90,
                    view.azimuth_deg,
                    view.jitter_deg,
                    min(turn, 180 - turn),
                )
            )
    return clips


def fit(clips: list[ClipError], joint: str) -> StandardError:
    """The most likely errors."""
    values = np.array([getattr(clip, joint) for clip in clips])

    def unlikelihood(parameters: FloatArray) -> float:
        se = _stated(StandardError(*np.abs(parameters)), clips)
        return float(np.sum(np.log(se) + (_TAILS + 1) / 2 * np.log1p((values / se) ** 2 / _TAILS)))

    found = minimize(unlikelihood, np.array(_START), method="Nelder-Mead", options={"maxiter": 4000})
    return StandardError(*np.abs(found.x).round(2))


def _stated(error: StandardError, clips: list[ClipError]) -> FloatArray:
    return np.array([error.at(clip.azimuth_deg, clip.jitter_deg, near=clip.near) for clip in clips])


def coverage_row(name: str, clips: list[ClipError], joint: str, error: StandardError) -> list[str]:
    """Of each group the share of clips within the band; last the median half width of the band."""
    cells = [name]
    for belongs in _GROUPS.values():
        group = [clip for clip in clips if belongs(clip)]
        inside = np.abs([getattr(clip, joint) for clip in group]) <= Z_95 * _stated(error, group)
        cells.append(f"{100 * inside.mean():.0f} % of {len(group)}" if group else "")
    return [*cells, f"{Z_95 * np.median(_stated(error, clips)):.1f}"]


def main() -> None:
    """Fit, and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="+", type=Path, metavar="FOLDER")
    parser.add_argument("--cache", type=Path, metavar="DIR", help="keep landmarks here between runs")
    parser.add_argument("--network", default="full", choices=QUALITY_OF, help="default: full")
    arguments = parser.parse_args()
    clips = read_clips(arguments.folders, arguments.network, arguments.cache)
    ships = read_calibration(arguments.network)
    rows = []
    for joint, shipped in (("hip", ships.hip_se), ("knee", ships.knee_se)):
        fitted = fit(clips, joint)
        print(f"{joint}: {fitted}")
        rows.append(coverage_row(f"{joint}, fitted", clips, joint, fitted))
        rows.append(coverage_row(f"{joint}, as it ships", clips, joint, shipped))
    print(table(("errors", *_GROUPS, "half width"), rows))


if __name__ == "__main__":
    main()
