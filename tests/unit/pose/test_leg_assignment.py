import numpy as np
import pytest

import synth
from formcheck.pose.landmarks import LEGS
from formcheck.pose.leg_assignment import assign_legs
from formcheck.types import Side
from synth import Move

TRACK = synth.glide([Move()] * 2, hidden=False, noise_px=1.0)
WORKING, RESTING = (TRACK.xy_px[:, list(LEGS[side].all)] for side in (Side.LEFT, Side.RIGHT))
FREE = np.zeros((len(TRACK.t_s), 2))
# what the tracker asks for the other side's label at 30 frames a second
LABELS = FREE + [0.0, 0.1]


def swapped(rows):
    legs = np.stack([WORKING, RESTING], axis=1)
    legs[rows] = legs[rows][:, ::-1]
    return legs


@pytest.mark.parametrize("rows", [[], range(80, 81), range(80, 140), [20, 60, 61, 62, 100, 130]])
def test_swapped_labels_are_found(rows):
    chosen = assign_legs(TRACK.t_s, swapped(list(rows)), LABELS)
    assert np.flatnonzero(chosen).tolist() == list(rows)


def test_frames_without_a_person_are_skipped():
    legs = swapped(list(range(100, 120)))
    legs[90:100] = np.nan
    chosen = assign_legs(TRACK.t_s, legs, LABELS)
    assert (chosen[90:100] == -1).all()
    assert np.flatnonzero(chosen > 0).tolist() == list(range(100, 120))


def test_both_sets_on_one_leg_keep_the_label():
    assert not assign_legs(TRACK.t_s, np.stack([WORKING, WORKING + 2.0], axis=1), 10 * LABELS).any()


def test_extra_costs_count():
    against = FREE + np.array([4.0, 0.0])
    assert (assign_legs(TRACK.t_s, swapped([]), against) == 1).all()


def test_a_candidate_that_comes_and_goes_is_used_while_it_is_there():
    legs = np.stack([WORKING, WORKING + 1.0], axis=1)
    legs[50:80, 0] = np.nan
    assert np.flatnonzero(assign_legs(TRACK.t_s, legs, LABELS)).tolist() == list(range(50, 80))


def test_a_limb_that_grows_is_refused():
    wrong = WORKING.copy()
    wrong[60:90, 2] += [120.0, 0.0]
    chosen = assign_legs(TRACK.t_s, np.stack([wrong, WORKING + 3.0], axis=1), LABELS)
    assert (chosen[60:90] == 1).all()
    assert chosen[:55].mean() < 0.05
    assert chosen[95:].mean() < 0.05


def test_nobody_at_all():
    assert (assign_legs(TRACK.t_s, np.full_like(swapped([]), np.nan), LABELS) == -1).all()
