"""The thigh's range in a repetition, where the landmarks jitter."""

import numpy as np
import pytest

from formcheck.angles.scatter import apparent_range_deg
from formcheck.reps.measure import RepTimes, Samples, measure_rep


def hip_range(hip_deg: np.ndarray, jitter_deg: float) -> tuple[float, float, float]:
    t_s = np.linspace(0.0, 4.0, len(hip_deg))
    knee_deg = 50.0 + 40.0 * np.cos(np.pi * t_s / 2)
    error = np.full(len(t_s), 3.0)
    samples = Samples(t_s, knee_deg, hip_deg, error, error, jitter_deg)
    rep = measure_rep(samples, int(knee_deg.argmin()), RepTimes(0.0, 2.0, 2.0, 4.0), complete=True, hold_within_deg=5.0)
    return rep.hip_flexion_min_deg, rep.hip_flexion_mean_deg, rep.hip_flexion_max_deg


def test_what_only_appears_to_move_is_taken_off_the_range():
    hip_deg = 90.0 + 10.0 * np.sin(np.linspace(0.0, np.pi, 101)) ** 2
    still, moved = hip_range(hip_deg, 0.0), hip_range(hip_deg, 0.3)
    assert still[2] - still[0] == pytest.approx(10.0)
    assert moved[2] - moved[0] == pytest.approx(10.0 - apparent_range_deg(0.3))
    assert moved[0] <= moved[1] <= moved[2]


def test_a_range_that_is_all_jitter_is_none():
    low, mean, high = hip_range(90.0 + np.sin(np.linspace(0.0, 40.0, 101)), 0.5)
    assert low == high == pytest.approx(mean)
