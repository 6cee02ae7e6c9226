from dataclasses import replace

import numpy as np
import pytest

import synth
from formcheck.angles.leg import MAX_ELEVATION_DEG, measure_leg
from formcheck.form.judge import judge_track
from formcheck.form.quality import assess_quality
from formcheck.message import Message, verbatim
from formcheck.pose.landmarks import LEGS
from formcheck.protocols.loader import load_protocol
from formcheck.session.document import from_document, to_document
from formcheck.text.catalogue import Texts
from formcheck.types import SECOND_PERSON, Side
from synth import Move

SET = [Move()] * 2


def reasons(track):
    return {reason.key: dict(reason.values) for reason in synth.session(track).quality.reasons}


def test_good_clip_has_nothing_to_say():
    assert reasons(synth.glide(SET)) == {}


@pytest.mark.parametrize(("azimuth_deg", "key"), [(35.0, "quality.from_feet"), (-35.0, "quality.from_head")])
def test_turned_camera(azimuth_deg, key):
    assert key in reasons(synth.glide(SET, azimuth_deg=azimuth_deg))


def test_which_leg_works_is_undecided_when_it_is_the_far_one_by_the_landmarker_alone():
    session = synth.session(synth.glide(SET, camera_side=Side.RIGHT))
    (reason,) = session.quality.reasons
    assert reason.key == "quality.side_undecided"
    assert (dict(reason.values)["side"], dict(reason.values)["other"]) == ("left", "right")
    assert not session.side_decided
    assert session.rep_count == len(SET)


def test_a_far_leg_that_a_person_named_is_decided():
    session = synth.session(replace(synth.glide(SET, camera_side=Side.RIGHT), side_given=True))
    assert [reason.key for reason in session.quality.reasons] == ["quality.far_leg"]
    assert session.side_decided


SITTING = synth.glide(SET, trunk_tilt_deg=80.0)
STEEP = replace(SITTING, xy_px=synth.glide(SET).xy_px + np.where(np.arange(33)[:, None] == 11, [0.0, 60.0], 0.0))


@pytest.mark.parametrize("track", [SITTING, STEEP])
def test_where_nothing_was_measured_no_leg_is_named(track):
    session = synth.session(track)
    assert (session.side, session.side_decided, session.quality.measured) == (None, False, False)
    keys = {reason.key for reason in session.quality.reasons}
    assert not keys & {"quality.side_undecided", "quality.far_leg"}
    document = to_document(session, Texts("en"))
    assert (document["side"], document["side_decided"]) == (None, False)
    earlier = from_document({**document, "side": "left", "side_decided": True})
    assert (earlier.side, earlier.side_decided) == (None, False)


def test_a_leg_that_a_person_named_stays_named_where_nothing_was_measured():
    loaded, nobody = load_protocol("sciatic-glide"), np.full((60, 33, 2), np.nan)
    for track in (SITTING, synth.make_track(synth.times(2.0), nobody, side=None)):
        session = judge_track(track, loaded, side=Side.RIGHT)
        assert (session.side, session.side_given, session.side_decided) == (Side.RIGHT, True, True)
        assert from_document(to_document(session, Texts("en"))).side is Side.RIGHT


@pytest.mark.parametrize(("track", "key"), [(SITTING, "quality.more_people"), (synth.glide(SET), SECOND_PERSON)])
def test_of_a_second_person_it_says_what_was_measured_only_where_something_was(track, key):
    session = synth.session(replace(track, warnings=(Message.of(SECOND_PERSON),)))
    said = {reason.key for reason in session.quality.reasons}
    assert said & {"quality.more_people", SECOND_PERSON} == {key}


def test_camera_that_looks_down_too_steeply_is_not_trusted():
    track = synth.glide(SET)
    xy = track.xy_px.copy()
    xy[:, 11] += [0.0, 60.0]  # the near shoulder appears lower, as from above
    session = synth.session(replace(track, xy_px=xy))
    assert "quality.too_high" in {reason.key for reason in session.quality.reasons}
    assert session.quality.usable_fraction == 0
    assert session.rep_count == 0


def test_a_set_with_angles_is_never_called_too_high():
    track = synth.glide(SET)
    angles, _ = measure_leg(track, max_trunk_from_floor_deg=30.0)
    view = replace(angles.view, elevation_deg=MAX_ELEVATION_DEG + 0.5)
    found = assess_quality(track, replace(angles, view=view), view, side_given=True, max_trunk_from_floor_deg=30.0)
    assert [reason.key for reason in found.reasons if "high" in reason.key] == ["quality.high"]


def test_raised_foot_leaves_the_picture():
    track = synth.glide(SET)
    assert "quality.foot_cut" in reasons(replace(track, xy_px=track.xy_px - [0.0, 105.0]))


def test_a_camera_that_is_too_high_is_the_only_reason_why_nothing_was_measured():
    track = synth.glide(SET)
    xy = track.xy_px.copy()
    xy[:, 11] += [0.0, 60.0]
    assert not {"quality.leg_lost", "quality.leg_unclear"} & set(reasons(replace(track, xy_px=xy)))


@pytest.mark.parametrize(
    ("off_px", "key", "other"),
    [(0.0, "quality.leg_unclear", "quality.leg_lost"), (400.0, "quality.leg_lost", "quality.leg_unclear")],
)
def test_a_leg_is_lost_where_it_leaves_the_image_and_unclear_where_it_does_not(off_px, key, other):
    track = synth.glide(SET)
    xy, rows = track.xy_px.copy(), slice(30, 60)
    leg = LEGS[Side.LEFT]
    xy[rows, leg.ankle] = xy[rows, leg.knee] + [5.0, -off_px]
    found = reasons(replace(track, xy_px=xy))
    assert key in found
    assert other not in found


def test_getting_down_is_said_and_not_taken_for_a_lost_leg():
    track = synth.glide(SET)
    sitting = synth.track(track.t_s, np.full(len(track.t_s), 5.0), 5.0, trunk_tilt_deg=80.0)
    xy = track.xy_px.copy()
    xy[:40] = sitting.xy_px[:40]
    found = reasons(replace(track, xy_px=xy))
    assert "quality.not_lying_for" in found
    assert not {"quality.leg_lost", "quality.leg_unclear"} & set(found)


def test_what_was_measured_in_a_few_frames_only_is_not_given():
    track = synth.glide(SET)
    xy = track.xy_px.copy()
    xy[8:, list(LEGS[Side.LEFT].below_hip)] = np.nan
    session = synth.session(replace(track, xy_px=xy))
    assert session.quality.usable_fraction == 0
    assert session.angles is None
    assert session.reps == ()


def test_dark_picture():
    track = synth.glide(SET)
    assert "quality.dark" in reasons(replace(track, luma=np.full(len(track.t_s), 20.0)))


def test_small_person():
    assert "quality.small" in reasons(synth.glide(SET, scale_px_m=60.0))


def test_few_frames():
    track = synth.glide(SET, fps=6.0)
    assert "quality.few_frames" in reasons(track)
    slow = Message.of("warning.too_slow", looked_at_hz=6.0, coming_hz=30.0)
    assert "quality.few_frames" not in reasons(replace(track, warnings=(slow,)))


def test_half_of_it_blank():
    track = synth.glide(SET)
    xy = track.xy_px.copy()
    xy[len(xy) // 2 :] = np.nan
    quality = synth.session(replace(track, xy_px=xy)).quality
    assert quality.usable_fraction == pytest.approx(0.5, abs=0.01)
    (reason,) = [reason for reason in quality.reasons if reason.key == "quality.nobody_for"]
    assert dict(reason.values)["percent"] == pytest.approx(50.0, abs=1.0)


def test_phone_on_its_side_is_said():
    assert "quality.rolled" in reasons(synth.glide(SET, roll_deg=90.0, size_px=(540, 960)))


def test_what_was_lost_while_reading_is_said():
    warning = verbatim("The file is cut off.")
    session = synth.session(replace(synth.glide(SET), warnings=(warning,)))
    assert session.quality.reasons == (warning,)
