"""The filters are SciPy's, to within rounding."""

from __future__ import annotations

import numpy as np
import pytest
import scipy
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from formcheck import filters

RATE_HZ = 60.0


def wandering(samples: int, *columns: int) -> np.ndarray:
    """Values as landmarks have them: hundreds of pixels, and noise."""
    rng = np.random.default_rng(samples)
    return 500 + rng.normal(0, 3, (samples, *columns)).cumsum(axis=0) + rng.normal(0, 1, (samples, *columns))


@pytest.mark.parametrize("cutoff_hz", [1.5, 4.0, 12.0])
@pytest.mark.parametrize("columns", [(), (1,), (3,)])
@pytest.mark.parametrize(("samples", "pad"), [(4, 3), (10, 9), (61, 60), (2000, 60), (200, 0)])
def test_the_low_pass_is_that_of_scipy(samples, columns, pad, cutoff_hz):
    values = wandering(samples, *columns)
    sections = scipy.signal.butter(2, cutoff_hz, fs=RATE_HZ, output="sos")
    expected = scipy.signal.sosfiltfilt(sections, values, axis=0, padlen=pad)
    filtered = filters.low_pass(values, cutoff_hz=cutoff_hz, rate_hz=RATE_HZ, pad=pad)
    np.testing.assert_allclose(filtered, expected, rtol=0, atol=1e-9)


@given(arrays(float, st.integers(4, 40), elements=st.floats(-1e4, 1e4)), st.sampled_from([0.5, 4.0, 20.0]))
def test_the_low_pass_is_that_of_scipy_for_any_values(values, cutoff_hz):
    sections = scipy.signal.butter(2, cutoff_hz, fs=RATE_HZ, output="sos")
    filtered = filters.low_pass(values, cutoff_hz=cutoff_hz, rate_hz=RATE_HZ, pad=3)
    np.testing.assert_allclose(filtered, scipy.signal.sosfiltfilt(sections, values, padlen=3), rtol=0, atol=1e-7)


def test_at_the_cutoff_half_the_amplitude_is_left_and_nothing_is_late():
    t_s = np.arange(0, 20, 1 / RATE_HZ)
    sine = np.sin(2 * np.pi * 4.0 * t_s)
    filtered = filters.low_pass(sine, cutoff_hz=4.0, rate_hz=RATE_HZ, pad=60)
    inner = slice(120, -120)
    np.testing.assert_allclose(filtered[inner], 0.5 * sine[inner], atol=1e-6)


@pytest.mark.parametrize("columns", [(), (2,), (4, 2)])
@pytest.mark.parametrize("size", [3, 9])
@pytest.mark.parametrize("samples", [2, 5, 200, 9000])
def test_the_median_is_that_of_scipy(samples, size, columns):
    values = wandering(samples, *columns)
    expected = scipy.ndimage.median_filter(values, size=(size, *[1] * len(columns)), mode="nearest")
    np.testing.assert_array_equal(filters.median(values, size=size), expected)


@pytest.mark.parametrize("size", [5, 90])
@pytest.mark.parametrize("samples", [90, 91, 500])
def test_the_mean_is_that_of_scipy(samples, size):
    values = wandering(samples)
    np.testing.assert_allclose(
        filters.mean(values, size=size), scipy.ndimage.uniform_filter1d(values, size), rtol=1e-12
    )
