import numpy as np
import pytest

import synth
from formcheck.reps.timing import find_turns, movement_times, return_times

T_S = np.arange(0, 8, 1 / 30)


@pytest.mark.parametrize("duration_s", [0.5, 1.8, 4.0])
def test_minimum_jerk_movement(duration_s):
    values = 90 - 70 * synth.ease((T_S - 2) / duration_s)
    begin_s, end_s = movement_times(T_S, values)
    assert begin_s == pytest.approx(2.0, abs=0.05)
    assert end_s == pytest.approx(2.0 + duration_s, abs=0.05)


def test_noise_and_slow_drift_before_do_not_matter():
    noise = np.random.default_rng(1).normal(0, 1, len(T_S))
    values = 90 - 70 * synth.ease((T_S - 2) / 1.8) + noise
    values[0] = 90
    begin_s, end_s = movement_times(T_S, values)
    assert begin_s == pytest.approx(2.0, abs=0.25)
    assert end_s == pytest.approx(3.8, abs=0.25)


def test_return_is_the_last_way_back():
    jump = 60 * np.exp(-(((T_S - 1) / 0.1) ** 2))
    values = 20 + 70 * synth.ease((T_S - 4) / 1.8) + jump
    values[0] = 20
    begin_s, end_s = return_times(T_S, values)
    assert begin_s == pytest.approx(4.0, abs=0.1)
    assert end_s == pytest.approx(5.8, abs=0.1)


def test_two_samples():
    assert movement_times(np.array([1.0, 2.0]), np.array([90.0, 10.0])) == (1.0, 2.0)


def test_false_start_is_left_out():
    false_start = 25 * np.exp(-(((T_S - 1) / 0.3) ** 2))
    values = 90 - 70 * synth.ease((T_S - 4) / 1.8) - false_start
    values[0] = 90
    assert movement_times(T_S, values)[0] == pytest.approx(4.0, abs=0.1)


def test_turning_points_alternate_and_swing_enough():
    t = np.linspace(0, 4 * np.pi, 400)
    turns = find_turns(50 + 40 * np.cos(t), min_swing=15)
    assert [turn.high for turn in turns] == [True, False, True, False, True]
    assert [turn.value for turn in turns] == pytest.approx([90, 10, 90, 10, 90], abs=0.5)


@pytest.mark.parametrize("curve", [np.full(50, 3.0), np.linspace(0, 14, 50), np.array([1.0])])
def test_a_curve_that_hardly_moves_has_no_turning_points(curve):
    assert find_turns(curve, min_swing=15) == []


def test_small_wiggles_are_no_turning_points():
    base = np.concatenate([np.linspace(90, 10, 100), np.linspace(10, 90, 100)])
    wiggly = base + 5 * np.sin(np.arange(200))
    assert len(find_turns(wiggly, min_swing=15)) == 3
