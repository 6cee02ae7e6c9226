import numpy as np
import pytest

from formcheck.reps.turns import find_turns


def test_alternate_and_swing_enough():
    t = np.linspace(0, 4 * np.pi, 400)
    turns = find_turns(50 + 40 * np.cos(t), min_swing=15)
    assert [turn.high for turn in turns] == [True, False, True, False, True]
    assert [turn.value for turn in turns] == pytest.approx([90, 10, 90, 10, 90], abs=0.5)


@pytest.mark.parametrize("curve", [np.full(50, 3.0), np.linspace(0, 14, 50), np.array([1.0])])
def test_a_curve_that_hardly_moves_has_none(curve):
    assert find_turns(curve, min_swing=15) == []


def test_small_wiggles_are_passed_over():
    base = np.concatenate([np.linspace(90, 10, 100), np.linspace(10, 90, 100)])
    wiggly = base + 5 * np.sin(np.arange(200))
    assert len(find_turns(wiggly, min_swing=15)) == 3
