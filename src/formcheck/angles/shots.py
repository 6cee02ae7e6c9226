"""Angles of a whole track: each shot is measured by itself, since camera and scale may differ after a cut."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np

from formcheck.angles.calibration import Calibration
from formcheck.angles.leg import measure_leg
from formcheck.timeseries import join_frames, take_frames, unknown_frames
from formcheck.types import LegAngles, PoseTrack, Side, View


def measure_track(
    track: PoseTrack,
    *,
    max_trunk_from_floor_deg: float,
    side: Side | None = None,
    calibration: Calibration | None = None,
) -> tuple[LegAngles | None, View]:
    """Measure the working leg, shot by shot; see `measure_leg`.

    The first frame of every later shot is not usable, so that nothing is carried across a cut. The view is that of the
    shot with the most usable frames; of several, the longest one.
    """
    shots = _shots(track)
    measured = [
        measure_leg(shot, max_trunk_from_floor_deg=max_trunk_from_floor_deg, side=side, calibration=calibration)
        for shot in shots
    ]
    best, posture = max(measured, key=lambda result: (_usable_count(result[0]), len(result[1].lying)))
    if best is None:
        return None, posture.view
    parts = [
        angles if angles is not None else unknown_frames(best, shot.t_s)
        for shot, (angles, _) in zip(shots, measured, strict=True)
    ]
    parts = [parts[0], *(_unusable_at_start(part) for part in parts[1:])]
    return replace(join_frames(parts), side=best.side, view=posture.view), posture.view


def _shots(track: PoseTrack) -> list[PoseTrack]:
    if track.shot is None:
        return [track]
    # As slices, which take no memory of their own: a track of an hour has 100 MB.
    begins = [0, *(np.flatnonzero(np.diff(track.shot)) + 1).tolist(), len(track.shot)]
    return [take_frames(track, slice(*ends)) for ends in pairwise(begins)]


def _usable_count(angles: LegAngles | None) -> int:
    return int(angles.usable.sum()) if angles is not None else 0


def _unusable_at_start(angles: LegAngles) -> LegAngles:
    return join_frames([unknown_frames(angles, angles.t_s[:1]), take_frames(angles, slice(1, None))])
