from dataclasses import replace

import cv2
import numpy as np
import pytest

import synth
from formcheck.pose.body import find_body
from formcheck.pose.landmarker import Detection
from formcheck.pose.landmarks import LEGS
from formcheck.pose.occlusion import paint_out, variants_of
from formcheck.pose.survey import Surveyor, take_sample
from formcheck.types import Frame, Side
from synth import Move

SET = [Move()] * 3


def survey_of(track, *, side=None, moving_image=False):
    surveyor = Surveyor()
    width, height = track.size_px
    rng = np.random.default_rng(1)
    still = rng.integers(0, 255, (height // 20, width // 20, 3), np.uint8)
    for i in range(0, len(track.t_s), 5):
        small = rng.integers(0, 255, still.shape, np.uint8) if moving_image else still
        image = cv2.resize(small, (width, height))
        detection = Detection(track.xy_px[i], track.world_m[i], track.visibility[i])
        found = None if np.isnan(track.xy_px[i, 0, 0]) else detection
        surveyor.add(take_sample(image, float(track.t_s[i]), found))
    return surveyor.finish(side)


@pytest.mark.parametrize("side", list(Side))
@pytest.mark.parametrize("camera_side", list(Side))
def test_working_side_is_found(side, camera_side):
    survey = survey_of(synth.glide(SET, side=side, camera_side=camera_side, hidden=False))
    assert survey.side is side
    assert survey.resting is not None


def straight_raised(height_deg, *, still=False):
    """The straight left leg is raised beside a bent right one that stands on its foot, or is held up there."""
    t_s = synth.times(6.0)
    hip = np.full(len(t_s), height_deg) if still else height_deg * (1 - np.cos(2 * np.pi * t_s / 3.0)) / 2
    working = synth.track(t_s, np.full(len(t_s), 3.0), hip, hidden=False)
    resting = synth.track(t_s, np.full(len(t_s), 110.0), 55.0, side=Side.RIGHT, camera_side=Side.LEFT, hidden=False)
    xy, rows = working.xy_px.copy(), list(LEGS[Side.RIGHT].all)
    xy[:, rows] = resting.xy_px[:, rows] + xy[:1, [rows[0]]] - resting.xy_px[:1, [rows[0]]]
    return synth.make_track(t_s, xy)


@pytest.mark.parametrize("height_deg", [15.0, 40.0, 70.0])
def test_a_straight_leg_that_is_raised_beside_a_bent_one_works(height_deg):
    assert survey_of(straight_raised(height_deg)).side is Side.LEFT


@pytest.mark.parametrize("height_deg", [30.0, 50.0])
def test_a_straight_leg_that_is_held_up_beside_a_bent_one_works(height_deg):
    assert survey_of(straight_raised(height_deg, still=True)).side is Side.LEFT


@pytest.mark.parametrize("camera_side", list(Side))
def test_of_two_legs_that_rise_together_the_nearer_one_is_named(camera_side):
    t_s = synth.times(6.0)
    hip = 40.0 * (1 - np.cos(2 * np.pi * t_s / 3.0))
    track = synth.track(t_s, np.full(len(t_s), 3.0), hip, camera_side=camera_side, hidden=False)
    xy, (left, right) = track.xy_px.copy(), (list(LEGS[side].all) for side in Side)
    xy[:, right] = xy[:, left]
    assert survey_of(synth.make_track(t_s, xy)).side is camera_side


@pytest.mark.parametrize("camera_side", list(Side))
def test_of_two_legs_that_lie_still_the_nearer_one_is_named(camera_side):
    t_s = synth.times(6.0)
    knee = 3.0 + 2.0 * np.sin(t_s)
    still = synth.track(t_s, knee, 4.0, side=camera_side.other, camera_side=camera_side, hidden=False)
    assert survey_of(still).side is camera_side


def test_given_side_wins():
    assert survey_of(synth.glide(SET, side=Side.LEFT, hidden=False), side=Side.RIGHT).side is Side.RIGHT


def test_nobody():
    track = synth.glide(SET, hidden=False)
    assert survey_of(synth.make_track(track.t_s, np.full_like(track.xy_px, np.nan))) is None


def test_the_painted_region_covers_the_resting_leg_and_spares_the_working_one():
    track = synth.glide(SET, hidden=False)
    survey = survey_of(track)
    for i in range(0, len(track.t_s), 20):
        t_s = float(track.t_s[i])
        assert survey.raised_at(t_s)
        black = np.zeros((track.size_px[1], track.size_px[0], 3), np.uint8)
        grey = paint_out(black, survey.body.at(t_s), survey.resting)[..., 0]

        def covered(row, grey=grey, i=i):
            x, y = np.round(track.xy_px[i, row]).astype(int)
            return grey[y, x] > 0

        assert all(covered(row) for row in LEGS[Side.RIGHT].below_hip)
        assert not any(covered(row) for row in LEGS[Side.LEFT].all)


def test_a_bent_resting_leg_is_taken_out_of_the_image_and_the_working_one_stays():
    track = synth.bent_rest(SET)
    surveyor = Surveyor()
    for i in range(0, len(track.t_s), 5):
        detection = Detection(track.xy_px[i], track.world_m[i], track.visibility[i])
        surveyor.add(take_sample(synth.draw_legs(track, i), float(track.t_s[i]), detection, with_image=i % 10 == 0))
    survey = surveyor.finish()
    assert not survey.resting.straight
    survey = replace(survey, plate=surveyor.make_plate(survey))
    for i in range(0, len(track.t_s), 20):
        images = variants_of(Frame(i, float(track.t_s[i]), synth.draw_legs(track, i)), survey)
        assert set(images) == {"plain", "hidden"}

        def shown(row, i=i, hidden=images["hidden"]):
            x, y = np.round(track.xy_px[i, row]).astype(int)
            return hidden[y, x].max() < 200

        assert not shown(LEGS[Side.RIGHT].knee)
        assert not shown(LEGS[Side.RIGHT].ankle)
        assert all(shown(row) for row in LEGS[Side.LEFT].all[:3])


def test_only_a_bent_leg_that_was_with_image_has_a_plate():
    track = synth.glide(SET, hidden=False)
    for shown, with_image in ((track, True), (synth.bent_rest(SET), False)):
        surveyor = Surveyor()
        for i in range(0, len(shown.t_s), 5):
            detection = Detection(shown.xy_px[i], shown.world_m[i], shown.visibility[i])
            surveyor.add(take_sample(synth.draw_legs(shown, i), float(shown.t_s[i]), detection, with_image=with_image))
        survey = surveyor.finish()
        assert survey.resting is not None
        assert surveyor.make_plate(survey) is None


def test_leg_lying_flat_is_not_hidden():
    t_s = synth.times(6.0)
    survey = survey_of(synth.track(t_s, np.zeros(len(t_s)), 0.0, hidden=False))
    assert survey.resting is None


def test_the_other_leg_works_too():
    """A dead bug: the legs take turns, so neither place is at rest."""
    t_s = synth.times(12.0)
    swing = np.clip(np.sin(2 * np.pi * t_s / 6), 0, 1)
    left = synth.track(t_s, 115 - 100 * swing, 92 - 85 * swing, side=Side.LEFT, hidden=False)
    swing = np.clip(-np.sin(2 * np.pi * t_s / 6), 0, 1)
    right = synth.track(t_s, 115 - 100 * swing, 92 - 85 * swing, side=Side.RIGHT, camera_side=Side.LEFT, hidden=False)
    xy = left.xy_px.copy()
    xy[:, LEGS[Side.RIGHT].all] = right.xy_px[:, LEGS[Side.RIGHT].all]
    survey = survey_of(synth.make_track(t_s, xy), moving_image=True)
    assert survey.resting is None
    assert survey.side is Side.LEFT  # the near one


def test_body_coordinates_are_those_of_each_time():
    track = synth.glide(SET, hidden=False)
    body = find_body(track.t_s, track.xy_px + np.linspace(0.0, 50.0, len(track.t_s))[:, None, None])
    t_s = np.array([track.t_s[0] - 1.0, 1.01, 2.22, track.t_s[-1] + 1.0])
    points = np.random.default_rng(0).normal(300.0, 100.0, (4, 3, 2, 2))
    for at_s, there, found in zip(t_s, points, body.to_body(t_s, points), strict=True):
        np.testing.assert_allclose(body.at(at_s).to_px(found), there)


def test_body_follows_a_person_who_shifts():
    track = synth.glide([Move()] * 6, hidden=False)
    shift = np.where(track.t_s < 12, 0.0, 60.0)[:, None, None]
    body = find_body(track.t_s, track.xy_px + shift)
    moved = body.at(20.0).hip_px - body.at(4.0).hip_px
    np.testing.assert_allclose(moved, [60, 60], atol=2)
