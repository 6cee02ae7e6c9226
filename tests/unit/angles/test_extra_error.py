"""Angles that are less sure than usual."""

from dataclasses import replace

import numpy as np
import pytest

import synth
from formcheck.angles.leg import MAX_ELEVATION_DEG, measure_leg
from formcheck.message import Message
from formcheck.pose.landmarks import LEGS, SHOULDERS
from formcheck.types import SECOND_PERSON, Side


@pytest.fixture(scope="module")
def t_s():
    return synth.times(6.0)


def measured(track):
    angles, _ = measure_leg(track, max_trunk_from_floor_deg=30.0)
    assert angles.usable.all()
    return angles


def both_legs(t_s, apart_px):
    """A straight leg held up, and the other one beside it in the image."""
    track = synth.track(t_s, np.full(len(t_s), 5.0), 80.0, hidden=False)
    xy = track.xy_px.copy()
    xy[:, list(LEGS[Side.RIGHT].all)] = xy[:, list(LEGS[Side.LEFT].all)] + [apart_px, 0.0]
    return replace(track, xy_px=xy)


def test_the_knee_is_less_sure_while_the_legs_cover_each_other(t_s):
    close, clear = measured(both_legs(t_s, 10.0)), measured(both_legs(t_s, 80.0))
    assert np.median(close.knee_se_deg) > np.median(clear.knee_se_deg) + 2.0
    assert np.median(close.hip_se_deg) == pytest.approx(np.median(clear.hip_se_deg))


def test_a_thigh_that_is_down_is_less_sure_than_one_held_up(t_s):
    held, down = (measured(synth.track(t_s, np.full(len(t_s), 10.0), hip_deg)) for hip_deg in (85.0, 10.0))
    assert np.median(down.hip_se_deg) > np.median(held.hip_se_deg) + 1.0
    assert np.median(down.knee_se_deg) > np.median(held.knee_se_deg) + 5.0


def test_bands_are_twice_as_wide_beside_a_second_person(t_s):
    alone = synth.track(t_s, np.full(len(t_s), 60.0), 85.0)
    beside = replace(alone, warnings=(Message(SECOND_PERSON),))
    assert measured(beside).hip_se_deg == pytest.approx(2 * measured(alone).hip_se_deg)
    assert measured(beside).knee_se_deg == pytest.approx(2 * measured(alone).knee_se_deg)
    assert SECOND_PERSON in {reason.key for reason in synth.session(beside).quality.reasons}


def from_above(t_s, elevation_deg):
    """A steady leg, with the shoulders apart as a camera at this elevation shows them."""
    track = synth.track(t_s, np.full(len(t_s), 60.0), 85.0)
    xy = track.xy_px.copy()
    for row, sign in zip(SHOULDERS, (1, -1), strict=True):
        xy[:, row, 1] += sign * elevation_deg / 80.0 * synth.TRUNK * 300.0 / 2
    return replace(track, xy_px=xy)


def test_bands_grow_as_the_camera_looks_down_until_nothing_is_told(t_s):
    level, steep = measured(from_above(t_s, 8.0)), measured(from_above(t_s, 28.0))
    grown = steep.view.elevation_deg - 21
    assert level.view.elevation_deg < 21
    assert 3 < grown < MAX_ELEVATION_DEG - 21
    assert np.median(steep.hip_se_deg) == pytest.approx(np.hypot(np.median(level.hip_se_deg), grown), abs=0.5)
    assert np.median(steep.knee_se_deg) == pytest.approx(np.hypot(np.median(level.knee_se_deg), grown), abs=0.5)
    above, _ = measure_leg(from_above(t_s, 50.0), max_trunk_from_floor_deg=30.0)
    assert not above.usable.any()
