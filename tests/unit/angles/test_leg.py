import numpy as np
import pytest

import synth
from formcheck.angles.leg import MAX_JITTER_DEG, measure_leg
from formcheck.form.quality import assess_quality
from formcheck.pose.landmarks import LEGS
from formcheck.types import Side

T_S = synth.times(6.0)
KNEE = np.linspace(90, 10, len(T_S))


def measured(track, **kwargs):
    angles, _ = measure_leg(track, max_trunk_from_floor_deg=30.0, **kwargs)
    return angles


@pytest.mark.parametrize("side", list(Side))
@pytest.mark.parametrize("camera_side", list(Side))
@pytest.mark.parametrize("hip_deg", [60.0, 90.0, 110.0])
def test_side_view_is_exact(side, camera_side, hip_deg):
    angles = measured(synth.track(T_S, KNEE, hip_deg, side=side, camera_side=camera_side))
    np.testing.assert_allclose(angles.knee_flexion_deg, KNEE, atol=0.5)
    np.testing.assert_allclose(angles.hip_flexion_deg, hip_deg, atol=0.1)
    assert angles.usable.all()
    assert angles.side is side


def test_foot_angles():
    angles = measured(synth.track(T_S, np.full(len(T_S), 90.0)))
    np.testing.assert_allclose(angles.ankle_dorsiflexion_deg, 0.0, atol=0.5)
    np.testing.assert_allclose(angles.foot_from_vertical_deg, 0.0, atol=0.5)


def test_hands_are_near_the_held_thigh():
    assert measured(synth.track(T_S, KNEE)).hand_distance_thighs.max() < 0.1


def test_hands_away_from_the_thigh():
    track = synth.track(T_S, KNEE)
    xy = track.xy_px.copy()
    xy[:, 15:23] = xy[:, 11:12] + [0.0, 30.0]
    assert measured(synth.make_track(T_S, xy)).hand_distance_thighs.min() > 0.5


def test_leg_out_of_the_image_is_not_usable():
    track = synth.track(T_S, KNEE)
    xy = track.xy_px.copy()
    xy[90:] += [0.0, -400.0]
    angles = measured(synth.make_track(T_S, xy))
    assert angles.usable[:85].all()
    assert not angles.usable[95:].any()
    assert np.isnan(angles.knee_flexion_deg[95:]).all()


def test_a_limb_of_impossible_length_is_cut_out():
    track = synth.track(T_S, KNEE)
    xy = track.xy_px.copy()
    xy[60:65, LEGS[Side.LEFT].ankle] += [300.0, 0.0]
    np.testing.assert_allclose(measured(synth.make_track(T_S, xy)).knee_flexion_deg, KNEE, atol=1.0)


def test_sitting_up_is_not_measured():
    angles = measured(synth.track(T_S, KNEE, trunk_tilt_deg=70.0))
    assert not angles.usable.any()


def test_error_grows_with_the_turn_of_the_camera():
    square, turned = (measured(synth.track(T_S, KNEE, azimuth_deg=azimuth)) for azimuth in (0.0, 40.0))
    assert turned.hip_se_deg.mean() > square.hip_se_deg.mean()
    assert turned.knee_se_deg.mean() > square.knee_se_deg.mean()


def test_other_side_of_a_track_with_hidden_leg_cannot_be_measured():
    angles = measured(synth.track(T_S, KNEE, side=Side.LEFT), side=Side.RIGHT)
    assert not angles.usable.any()


def test_arrays_are_read_only():
    with pytest.raises(ValueError, match="read-only"):
        measured(synth.track(T_S, KNEE)).knee_flexion_deg[0] = 1.0


HELD_T_S = synth.times(12.0)


def jittering(by_px):
    """The knee goes to and fro twice a second, as when the points swap between two legs."""
    track = synth.track(HELD_T_S, np.full(len(HELD_T_S), 60.0))
    xy = track.xy_px.copy()
    xy[:, LEGS[Side.LEFT].knee, 0] += by_px * np.sign(np.sin(2 * np.pi * 2.0 * HELD_T_S))
    return synth.make_track(HELD_T_S, xy)


def test_a_little_jitter_widens_the_band():
    still, little = measured(jittering(0.0)), measured(jittering(2.0))
    assert little.usable.all()
    assert np.nanmedian(little.hip_se_deg) > np.nanmedian(still.hip_se_deg) + 0.2


def test_much_jitter_gives_no_angles_and_says_what_to_do():
    track = jittering(25.0)
    angles, posture = measure_leg(track, max_trunk_from_floor_deg=30.0)
    assert posture.view.jitter_deg > MAX_JITTER_DEG
    assert not angles.usable.any()
    assert np.isnan(angles.knee_flexion_deg).all()
    reasons = assess_quality(track, angles, posture.view, max_trunk_from_floor_deg=30.0).reasons
    assert "quality.legs_mixed_up" in {reason.key for reason in reasons}


def test_the_further_leg_is_less_sure():
    near, far = (
        measured(synth.track(HELD_T_S, np.full(len(HELD_T_S), 60.0), side=Side.LEFT, camera_side=side)) for side in Side
    )
    assert np.nanmedian(far.knee_se_deg) > np.nanmedian(near.knee_se_deg) + 0.5
