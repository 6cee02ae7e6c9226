"""Frames in which the points can be the leg's: its own lengths, within the picture, no jumps."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from formcheck.angles.geometry import length
from formcheck.angles.smooth import runs
from formcheck.pose.landmarks import LEGS
from formcheck.types import BoolArray, FloatArray, PoseTrack, Side

# A limb whose length in the picture leaves this range of the set's own is not that limb.
_THIGH_RANGE = (0.6, 1.4)
_SHANK_RANGE = (0.6, 1.4)
# Seen from beyond the head, a shank that points to the feet points away from the camera and looks this short.
_SHANK_SHORTEST_FROM_HEAD = 0.4
_FROM_HEAD_DEG = -10.0
# Points may lie outside the picture by this share of its size: the landmarker guesses a little beyond the edge.
_MARGIN = 0.02
# An ankle does not move about its knee faster than this, in thigh lengths a second: the fastest repetitions reach 5.
_JUMP_SPEED = 7.0
# Points that jump away and back within this time were not the leg's in between. Of longer stretches it cannot be told
# which side of the jump is right, and they could not be bridged.
_JUMP_BACK_S = 0.4


def plausible_frames(track: PoseTrack, side: Side, *, azimuth_deg: float) -> BoolArray:
    """Frames (T,) in which the leg has its own length, lies within the picture, and has not jumped away.

    ``azimuth_deg`` is the camera's, as in `View`.
    """
    leg = LEGS[side]
    hip, knee, ankle = (track.xy_px[:, row] for row in (leg.hip, leg.knee, leg.ankle))
    thigh_px, shank_px = length(knee - hip), length(ankle - knee)
    if not np.isfinite(shank_px).any():
        return np.zeros(len(track.t_s), bool)
    shank_shortest = _SHANK_SHORTEST_FROM_HEAD if azimuth_deg < _FROM_HEAD_DEG else _SHANK_RANGE[0]
    with np.errstate(invalid="ignore"):
        thigh_ratio = thigh_px / np.nanmedian(thigh_px)
        shank_ratio = shank_px / np.nanpercentile(shank_px, 75)
        size = np.array(track.size_px)
        joints = np.stack([hip, knee, ankle], axis=1)
        inside = ((joints > -_MARGIN * size) & (joints < (1 + _MARGIN) * size)).all(axis=(1, 2))
        plausible = (
            (thigh_ratio > _THIGH_RANGE[0])
            & (thigh_ratio < _THIGH_RANGE[1])
            & (shank_ratio > shank_shortest)
            & (shank_ratio < _SHANK_RANGE[1])
            & inside
            & ~_jumped(track.t_s, (ankle - knee) / np.nanmedian(thigh_px))
        )
    return np.asarray(plausible, dtype=bool)


def _jumped(t_s: FloatArray, swing: FloatArray) -> BoolArray:
    """Frames (T,) between a jump of the ankle and the jump back; ``swing`` is knee to ankle (T, 2) in thigh lengths."""
    away = np.zeros(len(t_s), bool)
    seen = np.flatnonzero(np.isfinite(swing[:, 0]))
    if seen.size < 2:
        return away
    speed = length(np.diff(swing[seen], axis=0)) / np.diff(t_s[seen])
    jumps = np.flatnonzero(speed > _JUMP_SPEED)
    for first, second in pairwise(jumps):
        begin, end = seen[first + 1], seen[second + 1]
        if t_s[end] - t_s[begin] <= _JUMP_BACK_S:
            away[begin:end] = True
    for run in runs(away):
        if t_s[min(run.stop, len(t_s) - 1)] - t_s[run.start] > _JUMP_BACK_S:
            away[run] = False
    return away
