"""Somebody else in the picture."""

import numpy as np
import pytest

import synth
from formcheck.pose.landmarker import Detection
from formcheck.pose.people import count_people, second_person

PATIENT = synth.track(synth.times(0.1), np.full(3, 60.0))


def detection(shift_px=(0.0, 0.0)):
    return Detection(PATIENT.xy_px[0] + shift_px, PATIENT.world_m[0], PATIENT.visibility[0])


def test_two_detections_of_one_person_count_once():
    assert count_people([detection(), detection((10.0, 5.0))]) == 1


def test_people_apart_are_counted():
    assert count_people([]) == 0
    assert count_people([detection(), detection((300.0, -120.0))]) == 2


def test_who_kneels_where_the_patient_lies_is_another_person():
    upright = detection()
    points = upright.xy_px.copy()
    hips = points[[23, 24]].mean(axis=0)
    points = (points - hips) @ np.array([[0.0, 1.0], [-1.0, 0.0]]) + hips
    assert count_people([detection(), upright._replace(xy_px=points)]) == 2


@pytest.mark.parametrize(
    ("counts", "there"),
    [((1,) * 12, False), ((1, 2) + (1,) * 10, False), ((2, 2, 2) + (1,) * 9, True), ((), False), ((2, 2), True)],
)
def test_a_second_person_is_one_that_is_seen_more_than_once(counts, there):
    assert second_person(counts) is there
