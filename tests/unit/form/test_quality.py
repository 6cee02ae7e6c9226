from dataclasses import replace

import numpy as np
import pytest

import synth
from formcheck.message import verbatim
from formcheck.types import Side
from synth import Move

SET = [Move()] * 2


def reasons(track):
    return {reason.key: dict(reason.values) for reason in synth.session(track).quality.reasons}


def test_good_clip_has_nothing_to_say():
    assert reasons(synth.glide(SET)) == {}


@pytest.mark.parametrize(("azimuth_deg", "key"), [(35.0, "quality.from_feet"), (-35.0, "quality.from_head")])
def test_turned_camera(azimuth_deg, key):
    assert key in reasons(synth.glide(SET, azimuth_deg=azimuth_deg))


def test_the_leg_that_works_is_the_far_one():
    assert reasons(synth.glide(SET, camera_side=Side.RIGHT)) == {"quality.far_leg": {}}


def test_camera_that_looks_down_too_steeply_is_not_trusted():
    track = synth.glide(SET)
    xy = track.xy_px.copy()
    xy[:, 11] += [0.0, 60.0]  # the near shoulder appears lower, as from above
    session = synth.session(replace(track, xy_px=xy))
    assert "quality.too_high" in {reason.key for reason in session.quality.reasons}
    assert session.quality.usable_fraction == 0
    assert session.rep_count == 0


def test_raised_foot_leaves_the_picture():
    track = synth.glide(SET)
    assert "quality.foot_cut" in reasons(replace(track, xy_px=track.xy_px - [0.0, 105.0]))


def test_dark_picture():
    track = synth.glide(SET)
    assert "quality.dark" in reasons(replace(track, luma=np.full(len(track.t_s), 20.0)))


def test_small_person():
    assert "quality.small" in reasons(synth.glide(SET, scale_px_m=60.0))


def test_few_frames():
    assert "quality.few_frames" in reasons(synth.glide(SET, fps=6.0))


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
