"""Angles of a clip that is cut: each shot is measured by itself, since camera and scale may be others."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from formcheck.angles.leg import measure_leg
from formcheck.angles.rows import join_rows, per_frame, unknown_row
from formcheck.types import LegAngles, PoseTrack, Side, View


def measure_track(
    track: PoseTrack, *, max_trunk_from_floor_deg: float, side: Side | None = None
) -> tuple[LegAngles | None, View]:
    """Measure the working leg, shot by shot; see `measure_leg`.

    The first frame of every later shot is not usable, so that nothing is carried across a cut. The view is that of the
    shot in which most could be measured, or of the longest one.
    """
    parts = [
        (len(rows), *measure_leg(_take(track, rows), max_trunk_from_floor_deg=max_trunk_from_floor_deg, side=side))
        for rows in _shots(track)
    ]
    measured = [angles for _, angles, _ in parts if angles is not None]
    _, best, posture = max(parts, key=lambda part: (part[1].usable.sum() if part[1] is not None else 0, part[0]))
    if not measured or best is None:
        return None, posture.view
    rows = []
    for shot, (count, angles, _) in enumerate(parts):
        part = angles if angles is not None else _unknown(best, count)
        rows.append(part if shot == 0 else _unusable_at_start(part))
    return replace(join_rows(rows), t_s=track.t_s, side=best.side, view=posture.view), posture.view


def _shots(track: PoseTrack) -> list[NDArray[np.intp]]:
    """Rows of each shot."""
    if track.shot is None:
        return [np.arange(len(track.t_s))]
    return [np.flatnonzero(track.shot == shot) for shot in np.unique(track.shot)]


def _take(track: PoseTrack, rows: NDArray[np.intp]) -> PoseTrack:
    if len(rows) == len(track.t_s):
        return track
    values = {field.name: getattr(track, field.name) for field in fields(track)}
    taken: dict[str, Any] = {name: array[rows] for name, array in values.items() if isinstance(array, np.ndarray)}
    return replace(track, **taken)


def _unknown(like: LegAngles, count: int) -> LegAngles:
    blank = unknown_row(like, np.nan)
    repeated: dict[str, Any] = {name: np.repeat(values, count) for name, values in per_frame(blank).items()}
    return replace(blank, **repeated)


def _unusable_at_start(angles: LegAngles) -> LegAngles:
    later: dict[str, Any] = {name: values[1:] for name, values in per_frame(angles).items()}
    return join_rows([unknown_row(angles, float(angles.t_s[0])), replace(angles, **later)])
