import numpy as np
import pytest

import synth
from formcheck.angles.camera import find_posture

T_S = synth.times(3.0)
KNEE = np.full(len(T_S), 90.0)


def view_of(track):
    return find_posture(track, max_trunk_from_floor_deg=30.0).view


@pytest.mark.parametrize("hip_deg", [0.0, 90.0])
@pytest.mark.parametrize("camera_side", list(synth.Side))
def test_lying_seen_from_either_side_with_the_leg_up_or_down(hip_deg, camera_side):
    view = view_of(synth.track(T_S, KNEE if hip_deg else 0 * KNEE, hip_deg, camera_side=camera_side))
    assert view.lying is True
    assert view.roll_deg == 0
    assert view.trunk_from_floor_deg < 1


@pytest.mark.parametrize(("roll_deg", "expected"), [(90, 270), (180, 180)])
def test_an_image_on_its_side_or_head_is_recognised(roll_deg, expected):
    view = view_of(synth.track(T_S, KNEE, roll_deg=roll_deg))
    assert view.lying is True
    assert view.roll_deg == expected


def test_head_up_is_taken_for_upright():
    view = view_of(synth.track(T_S, KNEE, roll_deg=-90))
    assert view.lying is False
    assert view.trunk_from_floor_deg == pytest.approx(90, abs=1)


def test_lying_on_the_belly_is_not_lying_on_the_back():
    track = synth.track(T_S, 0 * KNEE, 0.0)
    mirrored = track.xy_px * [1, -1] + [0, 540]
    assert view_of(synth.make_track(T_S, mirrored)).lying is False


@pytest.mark.parametrize("azimuth_deg", [-30.0, 0.0, 20.0, 45.0])
def test_azimuth(azimuth_deg):
    assert view_of(synth.track(T_S, KNEE, azimuth_deg=azimuth_deg)).azimuth_deg == pytest.approx(azimuth_deg, abs=3)


def test_nobody_is_neither_lying_nor_standing():
    assert view_of(synth.make_track(T_S, np.full((len(T_S), 33, 2), np.nan))).lying is None


def test_sitting_up_half_way_is_seen_at_that_time():
    lying, sitting = (synth.track(T_S, KNEE, trunk_tilt_deg=tilt).xy_px for tilt in (0, 80))
    t_s = np.concatenate([T_S, T_S + 3.0])
    posture = find_posture(synth.make_track(t_s, np.concatenate([lying, sitting])), max_trunk_from_floor_deg=30.0)
    assert posture.lying[: len(T_S) - 20].all()
    assert not posture.lying[len(T_S) + 20 :].any()
