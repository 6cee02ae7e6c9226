from dataclasses import replace

import numpy as np
import pytest

import synth
from synth import Move

SET = [Move()] * 2


def reasons(track):
    return " ".join(synth.session(track).quality.reasons)


def test_good_clip_has_nothing_to_say():
    assert reasons(synth.glide(SET)) == ""


@pytest.mark.parametrize(("azimuth_deg", "words"), [(35.0, "feet end"), (-35.0, "head end")])
def test_turned_camera(azimuth_deg, words):
    assert words in reasons(synth.glide(SET, azimuth_deg=azimuth_deg))


def test_camera_that_looks_down_too_steeply_is_not_trusted():
    track = synth.glide(SET)
    xy = track.xy_px.copy()
    xy[:, 11] += [0.0, 60.0]  # the near shoulder appears lower, as from above
    session = synth.session(replace(track, xy_px=xy))
    assert "looks down" in " ".join(session.quality.reasons)
    assert "not measured" in " ".join(session.quality.reasons)
    assert session.quality.usable_fraction == 0
    assert session.rep_count == 0


def test_raised_foot_leaves_the_picture():
    track = synth.glide(SET)
    assert "foot leaves the picture" in reasons(replace(track, xy_px=track.xy_px - [0.0, 105.0]))


def test_dark_picture():
    track = synth.glide(SET)
    assert "dark" in reasons(replace(track, luma=np.full(len(track.t_s), 20.0)))


def test_small_person():
    assert "small" in reasons(synth.glide(SET, scale_px_m=60.0))


def test_few_frames():
    assert "Few frames" in reasons(synth.glide(SET, fps=8.0))


def test_half_of_it_blank():
    track = synth.glide(SET)
    xy = track.xy_px.copy()
    xy[len(xy) // 2 :] = np.nan
    quality = synth.session(replace(track, xy_px=xy)).quality
    assert quality.usable_fraction == pytest.approx(0.5, abs=0.01)
    assert any("Nobody was seen in 50 %" in reason for reason in quality.reasons)


def test_phone_on_its_side_is_said():
    assert "on its side" in reasons(synth.glide(SET, roll_deg=90.0, size_px=(540, 960)))


def test_what_was_lost_while_reading_is_said():
    assert "cut off" in reasons(replace(synth.glide(SET), warnings=("The file is cut off.",)))
