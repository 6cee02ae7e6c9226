"""Somebody else in the picture."""

import numpy as np
import pytest

import synth
from formcheck.pose.landmarker import Detection
from formcheck.pose.landmarks import HIPS, LEGS, NOSE, SHOULDERS
from formcheck.pose.people import is_another, second_person, without_trunk

PATIENT = synth.track(synth.times(0.1), np.full(3, 60.0))


def detection(shift_px=(0.0, 0.0)):
    return Detection(PATIENT.xy_px[0] + shift_px, PATIENT.world_m[0], PATIENT.visibility[0])


def test_what_remains_of_a_person_is_not_another():
    assert not is_another(None, detection())
    assert not is_another(detection((10.0, 5.0)), detection())


def test_a_raised_leg_is_not_the_trunk_of_another():
    points = PATIENT.xy_px[0].copy()
    leg = LEGS[PATIENT.working_side]
    points[list(SHOULDERS)], points[list(HIPS)] = points[leg.knee], points[leg.ankle]
    points[NOSE] = 1.2 * points[leg.knee] - 0.2 * points[leg.ankle]
    assert not is_another(detection()._replace(xy_px=points), detection())


def test_who_is_beside_the_person_is_another():
    assert is_another(detection((300.0, -120.0)), detection())


def test_who_kneels_behind_the_leg_is_another():
    upright = detection()
    points = upright.xy_px.copy()
    hips = points[list(HIPS)].mean(axis=0)
    knee = points[LEGS[PATIENT.working_side].knee]
    points = (points - hips) @ np.array([[0.0, 1.0], [-1.0, 0.0]]) + knee - (100.0, 0.0)
    assert is_another(upright._replace(xy_px=points), detection())


def test_the_trunk_is_hidden_and_the_legs_stay():
    image = np.zeros((PATIENT.size_px[1], PATIENT.size_px[0], 3), np.uint8)
    image[:, ::2] = 200
    painted = without_trunk(image, detection())
    changed = (painted != image).any(axis=2)
    hip, shoulder = (PATIENT.xy_px[0, list(pair)].mean(axis=0) for pair in (HIPS, SHOULDERS))
    row, column = np.round((hip + shoulder)[::-1] / 2).astype(int)
    assert changed[row, column : column + 2].all()
    ankle_x, ankle_y = np.round(PATIENT.xy_px[0, LEGS[PATIENT.working_side].ankle]).astype(int)
    assert not changed[ankle_y, ankle_x - 1 : ankle_x + 2].any()


@pytest.mark.parametrize(
    ("counts", "there"),
    [((0,) * 12, False), ((0, 1) + (0,) * 10, False), ((1, 1, 1) + (0,) * 9, True), ((), False), ((1, 1), True)],
)
def test_a_second_person_is_one_that_is_seen_more_than_once(counts, there):
    assert second_person(counts) is there
