import numpy as np
import pytest

import synth
from formcheck.pose.landmarks import LEGS
from formcheck.pose.select import choose_legs
from formcheck.types import Side
from synth import Move

TRACK = synth.glide([Move()] * 2, hidden=False, noise_px=1.0)
WORKING, RESTING = (TRACK.xy_px[:, list(LEGS[side].all)] for side in (Side.LEFT, Side.RIGHT))
FREE = np.zeros((len(TRACK.t_s), 2))
# what `follow` asks for the other name at 30 frames a second
NAMES = FREE + [0.0, 0.1]


def exchanged(rows):
    legs = np.stack([WORKING, RESTING], axis=1)
    legs[rows] = legs[rows][:, ::-1]
    return legs


@pytest.mark.parametrize("rows", [[], range(80, 81), range(80, 140), [20, 60, 61, 62, 100, 130]])
def test_exchanged_names_are_found(rows):
    chosen = choose_legs(TRACK.t_s, exchanged(list(rows)), NAMES)
    assert np.flatnonzero(chosen).tolist() == list(rows)


def test_frames_without_a_person_are_passed_over():
    legs = exchanged(list(range(100, 120)))
    legs[90:100] = np.nan
    chosen = choose_legs(TRACK.t_s, legs, NAMES)
    assert (chosen[90:100] == -1).all()
    assert np.flatnonzero(chosen > 0).tolist() == list(range(100, 120))


def test_both_sets_on_one_leg_keep_the_name():
    assert not choose_legs(TRACK.t_s, np.stack([WORKING, WORKING + 2.0], axis=1), 10 * NAMES).any()


def test_what_is_known_against_a_leg_counts():
    against = FREE + np.array([4.0, 0.0])
    assert (choose_legs(TRACK.t_s, exchanged([]), against) == 1).all()


def test_a_candidate_that_comes_and_goes_is_used_while_it_is_there():
    legs = np.stack([WORKING, WORKING + 1.0], axis=1)
    legs[50:80, 0] = np.nan
    assert np.flatnonzero(choose_legs(TRACK.t_s, legs, NAMES)).tolist() == list(range(50, 80))


def test_a_limb_that_grows_is_refused():
    wrong = WORKING.copy()
    wrong[60:90, 2] += [120.0, 0.0]
    chosen = choose_legs(TRACK.t_s, np.stack([wrong, WORKING + 3.0], axis=1), NAMES)
    assert (chosen[60:90] == 1).all()
    assert chosen[:55].mean() < 0.05
    assert chosen[95:].mean() < 0.05


def test_nobody_at_all():
    assert (choose_legs(TRACK.t_s, np.full_like(exchanged([]), np.nan), NAMES) == -1).all()
