"""What stays the same throughout a set: where the camera stands, how long the trunk is, and where the hip is.

A recorded clip tells it as a whole. A window of the last seconds does not: in each repetition the landmarker's
shoulders move with the leg, so that the camera seems to rise and sink; and the leg was raised, which shows the hip,
long before.
"""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from formcheck.angles.calibration import Calibration
from formcheck.angles.camera import Posture, find_posture
from formcheck.angles.geometry import length
from formcheck.angles.joint_centre import KneePath
from formcheck.pose.landmarks import HIPS
from formcheck.timeseries import join_frames, take_frames
from formcheck.types import PoseTrack

# The camera is judged over this long: two slow repetitions. A few frames a second are enough.
_MEMORY_S = 12.0
_STRIDE_S = 1 / 6
# When the hips are farther than this (trunk lengths) from where they were, the camera or the person has moved, and what
# was known before no longer holds.
_MOVED = 0.3


class SetMemory:
    """Remembers what a sliding window forgets.

    Parameters
    ----------
    lag_s : float
        Rows of a window newer than this may still change.
    """

    def __init__(self, *, lag_s: float) -> None:
        self._lag_s = lag_s
        self._frames: list[PoseTrack] = []
        self._next_s = -math.inf
        self._known: Posture | None = None
        self.path = KneePath(lag_s=lag_s)

    def recall(
        self, window: PoseTrack, posture: Posture, *, max_trunk_from_floor_deg: float, calibration: Calibration
    ) -> Posture:
        """The posture in a window, with the camera as it was seen for longer. The newest frame is remembered."""
        if posture.lying[-1] and window.t_s[-1] >= self._next_s:
            self._next_s = float(window.t_s[-1]) + _STRIDE_S
            self._frames.append(take_frames(window, slice(-1, None)))
            self._forget(window, posture)
            self._known = find_posture(
                join_frames(self._frames), max_trunk_from_floor_deg=max_trunk_from_floor_deg, calibration=calibration
            )
        if self._known is None:
            return posture
        known, camera = self._known, self._known.view
        view = replace(posture.view, azimuth_deg=camera.azimuth_deg, elevation_deg=camera.elevation_deg)
        return replace(posture, shoulders_apart=known.shoulders_apart, trunk_m=known.trunk_m, view=view)

    def _forget(self, window: PoseTrack, posture: Posture) -> None:
        since_s = window.t_s[-1] - _MEMORY_S
        if self._has_moved(window, posture):
            since_s = window.t_s[0]
            self.path = KneePath(lag_s=self._lag_s)
        self._frames = [frame for frame in self._frames if frame.t_s[0] >= since_s]

    def _has_moved(self, window: PoseTrack, posture: Posture) -> bool:
        now, before = (
            np.nanmedian(part.xy_px[:, HIPS].mean(axis=1), axis=0) for part in (window, join_frames(self._frames))
        )
        trunk_px = np.nanmedian(length(posture.trunk))
        return bool(length(now - before) > _MOVED * trunk_px)
