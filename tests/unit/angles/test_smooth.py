import numpy as np
import pytest

from formcheck.angles.smooth import gap_lengths_s, runs, smooth

T_S = np.arange(0, 6, 1 / 30)
SLOW = 50 + 40 * np.sin(2 * np.pi * 0.25 * T_S)


def test_slow_movement_passes_without_delay():
    np.testing.assert_allclose(smooth(T_S, SLOW), SLOW, atol=0.6)


def test_noise_is_reduced():
    noisy = SLOW + np.random.default_rng(1).normal(0, 3, len(T_S))
    assert np.std(smooth(T_S, noisy) - SLOW) < 0.5 * np.std(noisy - SLOW)


def test_single_wild_sample_hardly_leaves_a_trace():
    wild = SLOW.copy()
    wild[60] += 80
    np.testing.assert_allclose(smooth(T_S, wild), smooth(T_S, SLOW), atol=3.0)


def test_short_gap_is_bridged_and_long_gap_stays_unknown():
    holey = SLOW.copy()
    holey[30:40] = np.nan  # a third of a second
    holey[90:120] = np.nan  # a second
    result = smooth(T_S, holey)
    np.testing.assert_allclose(result[30:40], SLOW[30:40], atol=2.0)
    assert np.isnan(result[90:120]).all()
    assert np.isfinite(result[:90]).all()
    assert np.isfinite(result[120:]).all()


def test_nothing_is_invented_before_the_first_and_after_the_last_sample():
    late = SLOW.copy()
    late[:3] = np.nan
    late[-2:] = np.nan
    result = smooth(T_S, late)
    assert np.isnan(result[:3]).all()
    assert np.isnan(result[-2:]).all()


def test_a_column_missing_is_a_sample_missing():
    pair = np.stack([SLOW, SLOW], axis=1)
    pair[90:120, 1] = np.nan
    assert np.isnan(smooth(T_S, pair)[90:120]).all()


@pytest.mark.parametrize("count", [1, 2, 3, 5])
def test_very_short_series(count):
    result = smooth(T_S[:count], SLOW[:count])
    assert np.isfinite(result).all()


def test_gap_lengths():
    known = np.array([True, False, False, True, False])
    np.testing.assert_allclose(gap_lengths_s(np.arange(5.0), known), [0, 3, 3, 0, np.inf])


def test_runs():
    assert runs(np.array([False, True, True, False, True])) == [slice(1, 3), slice(4, 5)]
    assert runs(np.zeros(3, bool)) == []
