"""A pelvis that lifts off the floor, as in a bridge or when both legs swing up.

The thigh is read against the floor, on which the trunk lies. While the pelvis is off it the floor is no witness for the
hip: its flexion is then counted from where the trunk points at that time.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from formcheck.angles.camera import Posture
from formcheck.pose.landmarks import HIPS
from formcheck.timeseries import running_median
from formcheck.types import BoolArray, FloatArray, PoseTrack

# Where the hips are in most frames, and the trunk's tilt there, is where they lie: this percentile of their heights.
_LYING_PERCENTILE = 10.0
# Hips higher than that by this (trunk lengths) are lifted. In 36 rendered clips they seem to rise by up to 0.12 when
# the leg is raised, since the landmarker's hip goes along with the thigh; in bridges of real people they rise by 0.3 to
# 0.4, in leg raises that end with the heels to the ceiling by 0.17. Between the two values the correction sets in.
_BEGINS, _LIFTED = 0.10, 0.14
# Heights are smoothed over this long.
_SMOOTH_S = 0.5
# The trunk bends while the pelvis is lifted: of the correction this share is its standard error.
_ERROR_SHARE = 0.5


@dataclass(frozen=True, slots=True)
class PelvisLift:
    """The pelvis through time.

    Parameters
    ----------
    share : (T,) float
        0 while it lies, 1 while it is lifted, between while it cannot be told; NaN where it was not seen.
    turn_deg : (T,) float
        By how much the trunk's end at the hip points higher than usual, 0 while it lies.
    """

    share: FloatArray
    turn_deg: FloatArray

    @property
    def lifted(self) -> BoolArray:
        """Frames (T,) in which it is lifted."""
        return np.asarray(self.share >= 1.0)

    def correct(self, hip_deg: FloatArray, se_deg: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Hip flexion (T,) from the trunk instead of the floor where the pelvis is lifted, and its standard error."""
        turn_deg = np.nan_to_num(self.turn_deg)
        return np.abs(hip_deg - turn_deg), np.hypot(se_deg, _ERROR_SHARE * turn_deg)


def find_pelvis_lift(track: PoseTrack, posture: Posture, up: FloatArray, level: FloatArray) -> PelvisLift:
    """Tell when the pelvis is lifted, from the height of the hips; ``up`` and ``level`` are the floor's axes (2,)."""
    trunk_px = float(np.nanmedian(np.hypot(*posture.trunk.T))) if posture.lying.any() else np.nan
    height = np.where(posture.lying, track.xy_px[:, HIPS].mean(axis=1) @ up, np.nan)
    if not np.isfinite(height).any():
        nothing = np.full(len(height), np.nan)
        return PelvisLift(nothing, nothing)
    height = running_median(track.t_s, height, window_s=_SMOOTH_S) / trunk_px
    lift = height - np.nanpercentile(height, _LYING_PERCENTILE)
    share = np.clip((lift - _BEGINS) / (_LIFTED - _BEGINS), 0.0, 1.0)
    tilt_deg = np.degrees(np.arctan2(posture.trunk @ up, posture.trunk @ level))
    tilt_deg = running_median(track.t_s, np.where(posture.lying, tilt_deg, np.nan), window_s=_SMOOTH_S)
    turn_deg = np.maximum(tilt_deg - np.nanmedian(tilt_deg[share == 0.0]), 0.0)
    return PelvisLift(share, share * turn_deg)
