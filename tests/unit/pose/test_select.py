import numpy as np
import pytest

import synth
from formcheck.pose.landmarks import LEGS
from formcheck.pose.select import choose_working_leg
from formcheck.types import Side
from synth import Move

TRACK = synth.glide([Move()] * 2, hidden=False, noise_px=1.0)
SEEN = np.zeros(len(TRACK.t_s), bool)


def exchanged(rows):
    xy = TRACK.xy_px.copy()
    left, right = LEGS[Side.LEFT].all, LEGS[Side.RIGHT].all
    xy[np.ix_(rows, left)], xy[np.ix_(rows, right)] = (
        TRACK.xy_px[np.ix_(rows, right)],
        TRACK.xy_px[np.ix_(rows, left)],
    )
    return xy


@pytest.mark.parametrize("rows", [[], range(80, 81), range(80, 140), [20, 60, 61, 62, 100, 130]])
def test_exchanged_names_are_found(rows):
    swapped = choose_working_leg(TRACK.t_s, exchanged(list(rows)), SEEN, Side.LEFT)
    assert np.flatnonzero(swapped).tolist() == list(rows)


def test_frames_without_a_person_are_passed_over():
    xy = exchanged(list(range(100, 120)))
    xy[90:100] = np.nan
    assert np.flatnonzero(choose_working_leg(TRACK.t_s, xy, SEEN, Side.LEFT)).tolist() == list(range(100, 120))


def test_both_sets_on_one_leg_keep_the_name():
    xy = TRACK.xy_px.copy()
    xy[:, LEGS[Side.RIGHT].all] = xy[:, LEGS[Side.LEFT].all] + 2.0
    assert not choose_working_leg(TRACK.t_s, xy, ~SEEN, Side.LEFT).any()


def test_nobody_at_all():
    assert not choose_working_leg(TRACK.t_s, np.full_like(TRACK.xy_px, np.nan), SEEN, Side.LEFT).any()
