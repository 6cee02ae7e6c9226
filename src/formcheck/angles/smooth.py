"""From trembling samples at uneven times to smooth curves without delay."""

from __future__ import annotations

import numpy as np
from scipy.ndimage import median_filter
from scipy.signal import butter, sosfiltfilt

from formcheck.types import BoolArray, FloatArray

# Slow exercise: 90 degrees in a second at the fastest. Human movement of this kind has no power above 4 Hz
# worth keeping (gait, which is faster, is commonly cut at 6 Hz: Winter, Biomechanics, ch. 3).
CUTOFF_HZ = 4.0
# Shorter gaps are bridged by a straight line; longer ones stay NaN.
MAX_GAP_S = 0.5
_GRID_HZ = 60.0
# Single wild samples are removed by a running median this long before the low-pass would smear them.
_MEDIAN_S = 0.15
_LOW_PASS = butter(2, CUTOFF_HZ, fs=_GRID_HZ, output="sos")


def gap_lengths_s(t_s: FloatArray, known: BoolArray) -> FloatArray:
    """For each sample the length of the gap it lies in: 0 where known, inf at an open end."""
    times = t_s[known]
    after = np.searchsorted(times, t_s)
    padded = np.concatenate([[-np.inf], times, [np.inf]])
    return np.where(known, 0.0, padded[after + 1] - padded[after])


def runs(mask: BoolArray) -> list[slice]:
    """Slices of the stretches in which ``mask`` (T,) is True."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], mask, [False]]).astype(np.int8)))
    return [slice(int(a), int(b)) for a, b in zip(edges[::2], edges[1::2], strict=True)]


def smooth(t_s: FloatArray, values: FloatArray, *, max_gap_s: float = MAX_GAP_S) -> FloatArray:
    """Low-pass without delay, short gaps bridged.

    Parameters
    ----------
    t_s : (T,) float
        Strictly increasing.
    values : (T,) or (T, K) float
        A sample counts as missing when any of its columns is NaN.

    Returns
    -------
    Array of the shape of ``values``; NaN outside the known stretches and in gaps longer than ``max_gap_s``.
    """
    columns = values.reshape(len(t_s), -1)
    known: BoolArray = np.asarray(np.isfinite(columns).all(axis=1))
    bridged = gap_lengths_s(t_s, known) <= max_gap_s
    result = np.full(columns.shape, np.nan)
    for run in runs(bridged):
        inside = known[run]
        t_known, v_known = t_s[run][inside], columns[run][inside]
        result[run] = _smooth_run(t_s[run], t_known, v_known)
    return result.reshape(values.shape)


def _smooth_run(t_s: FloatArray, t_known: FloatArray, values: FloatArray) -> FloatArray:
    """Columns (N, K) known at ``t_known``, smooth at ``t_s``."""
    # An even grid, so that the filter means the same at any frame rate and at uneven times.
    count = round(float(t_known[-1] - t_known[0]) * _GRID_HZ) + 1
    if count < 4:
        return _interpolate(t_s, t_known, values)
    grid = np.linspace(t_known[0], t_known[-1], count)
    window = int(_MEDIAN_S * _GRID_HZ) // 2 * 2 + 1
    even = median_filter(_interpolate(grid, t_known, values), size=(window, 1), mode="nearest")
    pad = min(count - 1, int(_GRID_HZ))
    return _interpolate(t_s, grid, sosfiltfilt(_LOW_PASS, even, axis=0, padtype="odd", padlen=pad))


def _interpolate(t_s: FloatArray, t_known: FloatArray, values: FloatArray) -> FloatArray:
    return np.stack([np.interp(t_s, t_known, column) for column in values.T], axis=1)
