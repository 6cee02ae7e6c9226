"""What a hip on the image is in the plane of the leg, and what a view does to marks."""

import pytest

from formcheck.angles.image_angles import hip_in_leg_plane_deg, view_sd_deg
from formcheck.types import View


def plane_deg(azimuth_deg, elevation_deg, *, near=True):
    """A hip that appears flexed by 85 degrees."""
    return hip_in_leg_plane_deg(85.0, View(True, 0.0, 0.0, azimuth_deg, elevation_deg), near=near)


def test_a_level_view_changes_nothing():
    assert plane_deg(0.0, 0.0) == plane_deg(30.0, 0.0) == 85.0


def test_a_hip_reads_too_low_from_above_and_more_so_from_the_head():
    assert 85.0 < plane_deg(0.0, 10.0) < plane_deg(0.0, 20.0) < plane_deg(-20.0, 20.0)
    assert plane_deg(20.0, 20.0) < plane_deg(0.0, 20.0)


def test_of_the_far_leg_it_reads_too_high():
    assert plane_deg(0.0, 20.0, near=False) - 85.0 == pytest.approx(85.0 - plane_deg(0.0, 20.0))


@pytest.mark.parametrize("joint", ["hip", "knee"])
def test_the_further_from_the_side_the_less_a_mark_is_worth(joint):
    errors = [view_sd_deg(joint, azimuth, elevation) for azimuth, elevation in ((0, 5), (15, 5), (-30, 5), (-30, 20))]
    assert errors == sorted(errors)
    assert len(set(errors)) == 4
