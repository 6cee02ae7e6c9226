"""Covering heads: the region holds every point of the face, grows when unsure, and what is under it is gone."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import synth
from formcheck.deidentify import HOLD_S, circles_at
from formcheck.pose.faces import Circle, cover, head_circles
from formcheck.types import Side

SIZE = (960, 540)


def points(**camera) -> np.ndarray:
    return synth.glide([synth.Move()], fps=5, hidden=False, **camera).xy_px[0].copy()


def inside(point, circles) -> bool:
    return any(np.hypot(point[0] - c.x_px, point[1] - c.y_px) < c.radius_px for c in circles)


@given(st.floats(-40, 40), st.floats(0, 360), st.floats(120, 400), st.sampled_from(list(Side)))
def test_a_lying_head_is_inside_whatever_the_camera(azimuth_deg, roll_deg, scale_px_m, side):
    xy = points(azimuth_deg=azimuth_deg, roll_deg=roll_deg, scale_px_m=scale_px_m, side=side)
    circles = head_circles(xy, size_px=SIZE)
    assert circles == () or all(inside(point, circles) for point in xy[:11])
    crown = xy[11:13].mean(axis=0) + 0.6 * (xy[11:13].mean(axis=0) - xy[23:25].mean(axis=0))
    assert circles == () or inside(crown, circles)


def test_a_face_that_is_elsewhere_than_the_trunk_says_enlarges_the_region():
    xy = points()
    sure = head_circles(xy, size_px=SIZE)
    wrong = xy.copy()
    wrong[:11] = xy[25] + np.random.default_rng(1).normal(0, 5, (11, 2))  # the face's points on a knee
    unsure = head_circles(wrong, size_px=SIZE)
    assert max(c.radius_px for c in unsure) >= 1.9 * max(c.radius_px for c in sure)
    assert all(inside(point, unsure) for point in xy[:11])
    assert all(inside(point, unsure) for point in wrong[:11])


@pytest.mark.parametrize("rows", [0, 11, 23])
def test_missing_points_place_no_head(rows):
    xy = points()
    xy[rows] = np.nan
    assert head_circles(xy, size_px=SIZE) == ()


def test_a_trunk_seen_end_on_places_no_head():
    xy = points()
    xy[23:25] = xy[11:13] + 5.0
    assert head_circles(xy, size_px=SIZE) == ()


def noise() -> np.ndarray:
    return np.random.default_rng(2).integers(0, 256, (540, 960, 3), dtype=np.uint8)


def test_nothing_of_what_was_there_can_be_seen_and_the_rest_is_untouched():
    image, circle = noise(), Circle(300.0, 200.0, 80.0)
    covered = cover(image, (circle,))
    y, x = np.mgrid[0:540, 0:960]
    within = np.hypot(x - 300, y - 200) <= 78
    assert covered[within].astype(float).std() < 0.15 * image[within].astype(float).std()
    outside = np.hypot(x - 300, y - 200) > 82
    np.testing.assert_array_equal(covered[outside], image[outside])
    assert image.flags.writeable
    assert not np.shares_memory(image, covered)


def test_without_a_place_the_whole_image_is_covered():
    image = noise()
    covered = cover(image, ())
    assert covered.shape == image.shape
    assert covered.astype(float).std() < 0.15 * image.astype(float).std()


@pytest.mark.parametrize("circle", [Circle(-500.0, 0.0, 20.0), Circle(950.0, 530.0, 900.0), Circle(10.0, 10.0, 0.4)])
def test_odd_circles_do_no_harm(circle):
    assert cover(noise(), (circle,)).shape == (540, 960, 3)


def test_a_place_is_held_before_and_after_and_then_all_is_covered():
    times = [0.0, 0.1, 0.2, 5.0]
    here, there = Circle(1.0, 2.0, 3.0), Circle(4.0, 5.0, 6.0)
    seen = [(here,), (), (there,), ()]
    assert circles_at(0.1, times, seen) == (here, there)
    assert circles_at(0.2 + HOLD_S, times, seen) == (there,)
    assert circles_at(5.0, times, seen) == ()
