"""Where angles are less sure than usual: legs that cover each other, a thigh that is down, a camera that looks down.

The errors of the calibration are those of a thigh held up beside a leg that rests apart from it, seen from about the
height of the hip.
"""

from __future__ import annotations

import numpy as np

from formcheck.angles.geometry import length
from formcheck.pose.landmarks import LEGS
from formcheck.types import FloatArray, PoseTrack, Side

# Legs whose knees and whose ankles are this close (thigh lengths) cover each other, or were taken for one another.
_CLOSE = 0.3
# Standard error of the knee that comes with it, degrees: without it 95 % bands held 72 to 79 % of such frames of
# rendered clips where the thigh was down, and 0 to 40 % of those of straight legs that rise together. The hip is no
# worse.
_CLOSE_KNEE_SE_DEG = 6.0
# A thigh lower than this is on its way to the exercise or back; errors grow evenly to these with the thigh down (hip
# and knee). Of thighs below 30 degrees in 22 rendered clips the error of the knee is 14 (RMS; 20 beside a bent leg that
# hides it), in 19 of them that of the hip 6.6.
_DOWN_DEG = 60.0
_DOWN_SE_DEG = (5.0, 16.0)
# Of the angle by which the knee's path turns the thigh this share is its standard error: a path that moves the hip far
# contradicts the landmarks, and either may be wrong (loose trousers hide where the knee bends).
_TURN_SHARE = 0.5
# A camera that looks down further than this (degrees) adds to both errors for every degree: hip and trunk cover each
# other, and the floor appears less and less level. On stills the hip's error grows from 6 degrees (SD) below 14 to 9 at
# 22 and 14 at 28 degrees; on clips by half of that.
_LOOKS_DOWN_DEG = 21.0
_SE_PER_DEG_DOWN = 1.0


def extra_se_deg(
    track: PoseTrack, side: Side, hip_deg: FloatArray, *, hip_shift_px: FloatArray, elevation_deg: float
) -> tuple[FloatArray, FloatArray]:
    """Standard errors of hip and knee (T,) that are added to those of the clip.

    Parameters
    ----------
    track : PoseTrack
    side : Side
        Of the working leg.
    hip_deg : (T,) float
        Flexion of the hip; NaN where not known.
    hip_shift_px : (2,) float
        By how much the hip was moved because of the knee's path.
    elevation_deg : float
        Of the camera; NaN where not known.
    """
    own, other = LEGS[side], LEGS[side.other]
    thighs_px = length(track.xy_px[:, own.knee] - track.xy_px[:, own.hip])
    if not np.isfinite(thighs_px).any():
        return np.zeros(len(hip_deg)), np.zeros(len(hip_deg))
    thigh_px = np.nanmedian(thighs_px)
    pairs = ((own.knee, other.knee), (own.ankle, other.ankle))
    apart = [length(track.xy_px[:, a] - track.xy_px[:, b]) for a, b in pairs]
    with np.errstate(invalid="ignore"):
        close = np.maximum(*apart) < _CLOSE * thigh_px
        down = np.nan_to_num(np.clip(1.0 - hip_deg / _DOWN_DEG, 0.0, 1.0))
    turn_deg = np.degrees(np.arctan2(np.hypot(*hip_shift_px), thigh_px))
    looks_down_se_deg = _SE_PER_DEG_DOWN * float(np.nan_to_num(max(elevation_deg - _LOOKS_DOWN_DEG, 0.0)))
    whole_clip_se_deg = np.hypot(_TURN_SHARE * turn_deg, looks_down_se_deg)
    hip_se_deg, knee_se_deg = (np.hypot(whole_clip_se_deg, down * se_deg) for se_deg in _DOWN_SE_DEG)
    return hip_se_deg, np.hypot(knee_se_deg, close * _CLOSE_KNEE_SE_DEG)
