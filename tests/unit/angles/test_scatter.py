"""Errors of differences within a clip."""

import math

import pytest

from formcheck.angles.scatter import (
    apparent_range_deg,
    duration_se_s,
    excursion_se_deg,
    range_se_deg,
    reversal_se_deg,
)
from formcheck.types import View


def view(jitter_deg: float, azimuth_deg: float = 0.0) -> View:
    return View(True, 0.0, 0.0, azimuth_deg, jitter_deg=jitter_deg)


def test_a_steady_clip_seen_from_the_side_is_sure_of_what_moved():
    assert range_se_deg(view(0.1)) < 2.0
    assert reversal_se_deg(view(0.1)) < 1.5
    assert excursion_se_deg(50.0, view(0.1)) < 5.0


def test_errors_grow_with_jitter_azimuth_and_size():
    assert range_se_deg(view(0.5)) > range_se_deg(view(0.1))
    assert range_se_deg(view(0.1, -45.0)) == range_se_deg(view(0.1, 45.0)) > 4.0
    assert excursion_se_deg(80.0, view(0.2)) > excursion_se_deg(20.0, view(0.2))
    assert duration_se_s(2.0) > duration_se_s(0.5)


@pytest.mark.parametrize("function", [range_se_deg, reversal_se_deg, lambda seen: excursion_se_deg(50.0, seen)])
def test_a_jitter_that_is_not_known_is_taken_for_an_unsteady_clip(function):
    assert function(view(math.nan)) > function(view(0.2))


def test_a_still_thigh_appears_to_move_by_its_jitter():
    assert apparent_range_deg(0.0) == 0.0
    assert apparent_range_deg(0.3) > apparent_range_deg(0.1) > 0.0
