"""Which landmarks can be trusted, how much they jitter, and smooth curves from them.

Frames are kept in which the points can be the leg's: the limbs have their own lengths, lie within the image and do not
jump. What remains, noisy samples at uneven times, is smoothed without delay.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from formcheck import filters
from formcheck.angles.geometry import length
from formcheck.pose.landmarks import LEGS
from formcheck.timeseries import runs
from formcheck.types import BoolArray, FloatArray, PoseTrack, Side

# A limb whose length in the image is outside this range of the set's typical length is not that limb.
_THIGH_RANGE = (0.6, 1.4)
_SHANK_RANGE = (0.6, 1.4)
# Seen from beyond the head, a shank that points to the feet points away from the camera and looks this short.
_SHANK_SHORTEST_FROM_HEAD = 0.4
_FROM_HEAD_DEG = -10.0
# Points may lie outside the image by this share of its size: the landmarker extrapolates a little beyond the edge.
_MARGIN = 0.02
# An ankle does not move about its knee faster than this, in thigh lengths a second: the fastest repetitions reach 5.
_JUMP_SPEED = 7.0
# Points that jump away and back within this time were not the leg's in between. For a longer stretch it cannot be told
# which side of the jump is right, and it could not be bridged.
_JUMP_BACK_S = 0.4

# Filters work on an even grid, so that they mean the same at any frame rate and at uneven times.
_GRID_HZ = 60.0
# This exercise is slow: 90 degrees in a second at the fastest. Human movement of this kind has no power above 4 Hz
# worth keeping (gait, which is faster, is commonly cut at 6 Hz: Winter, Biomechanics, ch. 3).
_MOVEMENT_HZ = 4.0
# Shorter gaps are bridged by a straight line; longer ones stay NaN.
_MAX_GAP_S = 0.5
# Frames further apart than this are not of one movement.
_MAX_BREAK_S = 5.0
# Single outliers are removed by a median filter this long before the low-pass would smear them.
_MEDIAN_S = 0.15

# A thigh held with both hands drifts, and a leg that is lifted or lowered takes a second: it does not go to and fro
# faster than this.
_HELD_HZ = 1.5
_HELD_PAD = 9
# Jitter is taken over windows of this length, and the worst quarter of them is left out: the leg may be lifted once
# or twice.
_JITTER_WINDOW_S = 1.5
JITTER_PERCENTILE = 75


def plausible_frames(track: PoseTrack, side: Side, *, azimuth_deg: float) -> BoolArray:
    """Frames in which the points can be the leg's: of the right length, within the image, and not jumped away.

    Parameters
    ----------
    track : PoseTrack
    side : Side
    azimuth_deg : float
        Of the camera, as in `View`.

    Returns
    -------
    (T,) bool
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
    found = np.flatnonzero(np.isfinite(swing[:, 0]))
    if found.size < 2:
        return away
    speed = length(np.diff(swing[found], axis=0)) / np.diff(t_s[found])
    jumps = np.flatnonzero(speed > _JUMP_SPEED)
    for first, second in pairwise(jumps):
        begin, end = found[first + 1], found[second + 1]
        if t_s[end] - t_s[begin] <= _JUMP_BACK_S:
            away[begin:end] = True
    for run in runs(away):
        if t_s[min(run.stop, len(t_s) - 1)] - t_s[run.start] > _JUMP_BACK_S:
            away[run] = False
    return away


def gap_lengths_s(t_s: FloatArray, known: BoolArray) -> FloatArray:
    """For each sample the length of the gap it lies in: 0 where known, inf at an open end."""
    times = t_s[known]
    after = np.searchsorted(times, t_s)
    padded = np.concatenate([[-np.inf], times, [np.inf]])
    return np.where(known, 0.0, padded[after + 1] - padded[after])


def smooth(t_s: FloatArray, values: FloatArray) -> FloatArray:
    """Low-pass filter without delay that bridges short gaps.

    Parameters
    ----------
    t_s : (T,) float
        Strictly increasing.
    values : (T,) or (T, K) float
        A sample counts as missing when any of its columns is NaN.

    Returns
    -------
    Array of the shape of ``values``; NaN outside the known stretches and in gaps longer than half a second.
    """
    columns = values.reshape(len(t_s), -1)
    known: BoolArray = np.asarray(np.isfinite(columns).all(axis=1))
    bridged = gap_lengths_s(t_s, known) <= _MAX_GAP_S
    result = np.full(columns.shape, np.nan)
    for run in _without_breaks(t_s, runs(bridged)):
        inside = known[run]
        t_known, v_known = t_s[run][inside], columns[run][inside]
        result[run] = _smooth_run(t_s[run], t_known, v_known)
    return result.reshape(values.shape)


def _without_breaks(t_s: FloatArray, stretches: list[slice]) -> list[slice]:
    """Divide stretches where frames are far apart: the even grid between them would fill memory, and say nothing."""
    breaks = np.flatnonzero(np.diff(t_s) > _MAX_BREAK_S) + 1
    return [
        slice(int(begin), int(end))
        for run in stretches
        for begin, end in pairwise([run.start, *breaks[(breaks > run.start) & (breaks < run.stop)], run.stop])
    ]


def _smooth_run(t_s: FloatArray, t_known: FloatArray, values: FloatArray) -> FloatArray:
    """Columns (N, K) known at ``t_known``, smooth at ``t_s``."""
    count = round(float(t_known[-1] - t_known[0]) * _GRID_HZ) + 1
    if count < 4:
        return _interpolate(t_s, t_known, values)
    grid = np.linspace(t_known[0], t_known[-1], count)
    window = int(_MEDIAN_S * _GRID_HZ) // 2 * 2 + 1
    even = filters.median(_interpolate(grid, t_known, values), size=window)
    pad = min(count - 1, int(_GRID_HZ))
    return _interpolate(t_s, grid, filters.low_pass(even, cutoff_hz=_MOVEMENT_HZ, rate_hz=_GRID_HZ, pad=pad))


def _interpolate(t_s: FloatArray, t_known: FloatArray, values: FloatArray) -> FloatArray:
    return np.stack([np.interp(t_s, t_known, column) for column in values.T], axis=1)


def jitter_deg(t_s: FloatArray, angle_deg: FloatArray) -> float:
    """Typical size (RMS) of an angle's movements that are faster than a held limb's.

    Much of it in the angle of a held thigh is the sign that the points wander between the two legs.

    Parameters
    ----------
    t_s, angle_deg : (T,) float
        NaN where not known.

    Returns
    -------
    float
        Degrees; NaN when the angle is nowhere known for long enough.
    """
    squares = []
    for run in _without_breaks(t_s, runs(np.isfinite(angle_deg))):
        grid_s = np.arange(t_s[run][0], t_s[run][-1], 1 / _GRID_HZ)
        if len(grid_s) < _GRID_HZ * _JITTER_WINDOW_S:
            continue
        even_deg = np.interp(grid_s, t_s[run], angle_deg[run])
        fast_deg = even_deg - filters.low_pass(even_deg, cutoff_hz=_HELD_HZ, rate_hz=_GRID_HZ, pad=_HELD_PAD)
        squares.append(filters.mean(fast_deg**2, size=round(_GRID_HZ * _JITTER_WINDOW_S)))
    return float(np.sqrt(np.percentile(np.concatenate(squares), JITTER_PERCENTILE))) if squares else np.nan
