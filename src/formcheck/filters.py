"""Filters for evenly sampled values, along the first axis of an array: low-pass, median and mean.

The few that are needed, equal to SciPy's to within rounding (tests/unit/test_filters.py), which would be a quarter of
what is installed (docs/decisions/0017-lean-core.md).
"""

from __future__ import annotations

import math
from functools import cache

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from formcheck.types import FloatArray

_WINDOWS_AT_ONCE = 4096


@cache
def _butterworth(cutoff_hz: float, rate_hz: float) -> tuple[tuple[float, float, float], tuple[float, float]]:
    """Coefficients (b0, b1, b2), (a1, a2) of a Butterworth low-pass filter of second order.

    The bilinear transform of 1 / (s² + √2 s + 1), with the cutoff warped (Oppenheim and Schafer, Discrete-Time Signal
    Processing, ch. 7).
    """
    k = math.tan(math.pi * cutoff_hz / rate_hz)
    scale = 1.0 / (1.0 + math.sqrt(2.0) * k + k * k)
    gain = k * k * scale
    return (gain, 2.0 * gain, gain), (2.0 * (k * k - 1.0) * scale, (1.0 - math.sqrt(2.0) * k + k * k) * scale)


def low_pass(values: FloatArray, *, cutoff_hz: float, rate_hz: float, pad: int) -> FloatArray:
    """Run a Butterworth low-pass filter of second order over the values, forwards and then backwards: without delay.

    Parameters
    ----------
    values : (N,) or (N, K) float
        Without NaN; each column is filtered by itself.
    cutoff_hz, rate_hz : float
    pad : int
        Samples by which both ends are continued, turned about the end point, before filtering; less than N.

    Returns
    -------
    Array of the shape of ``values``. At the cutoff the amplitude is halved: each direction takes 3 dB.
    """
    columns = values.reshape(len(values), -1)
    before = 2.0 * columns[0] - columns[pad:0:-1]
    after = 2.0 * columns[-1] - columns[-2 : -pad - 2 : -1]
    padded = np.concatenate([before, columns, after])
    coefficients = _butterworth(cutoff_hz, rate_hz)
    filtered = np.empty_like(padded)
    for k, column in enumerate(padded.T):
        forwards = _one_way(column.tolist(), *coefficients)
        filtered[:, k] = _one_way(forwards[::-1], *coefficients)[::-1]
    return filtered[pad : pad + len(values)].reshape(values.shape)


def _one_way(samples: list[float], b: tuple[float, float, float], a: tuple[float, float]) -> list[float]:
    """Filter forwards, from the state in which the filter rests when its input has always been the first sample."""
    (b0, b1, b2), (a1, a2) = b, a
    state_2 = (b2 - a2) * samples[0]
    state_1 = (b1 - a1) * samples[0] + state_2
    filtered = []
    # Plain floats: for the lengths that occur, a few hundred samples live, this is as fast as SciPy.
    for sample in samples:
        value = b0 * sample + state_1
        state_1 = b1 * sample - a1 * value + state_2
        state_2 = b2 * sample - a2 * value
        filtered.append(value)
    return filtered


def median(values: FloatArray, *, size: int) -> FloatArray:
    """Return the median of the ``size`` samples (an odd number) around each; beyond the ends the end samples go on.

    Parameters
    ----------
    values : (N, ...) float
        Without NaN.
    size : int
    """
    half = size // 2
    padded = np.pad(values, [(half, half), *[(0, 0)] * (values.ndim - 1)], mode="edge")
    windows = sliding_window_view(padded, size, axis=0)
    medians = np.empty_like(values)
    # In parts, since every sample is in ``size`` windows: all at once an hour of a clip would take 100 MB.
    for part in range(0, len(values), _WINDOWS_AT_ONCE):
        some = slice(part, part + _WINDOWS_AT_ONCE)
        medians[some] = np.partition(windows[some], half, axis=-1)[..., half]
    return medians


def mean(values: FloatArray, *, size: int) -> FloatArray:
    """Return the mean of the ``size`` samples around each; beyond the ends the samples come again in reverse.

    Parameters
    ----------
    values : (N,) float
        Without NaN, at least ``size`` of them.
    size : int
        When even, one sample more lies before than after.
    """
    before = size // 2
    padded = np.pad(values, (before, size - 1 - before), mode="symmetric")
    return np.convolve(padded, np.full(size, 1.0 / size), mode="valid")
