import numpy as np
import pytest

import synth
from formcheck.angles.leg import MAX_SHAKE_DEG, measure_leg
from formcheck.angles.shake import shake_deg
from formcheck.form.quality import assess_quality
from formcheck.pose.landmarks import LEGS
from formcheck.types import Side

T_S = synth.times(12.0)
LEG = LEGS[Side.LEFT]


def measured(track):
    return measure_leg(track, max_trunk_from_floor_deg=30.0)


def trembling(by_px):
    """The knee goes to and fro twice a second, as when the points change between two legs."""
    track = synth.track(T_S, np.full(len(T_S), 60.0))
    xy = track.xy_px.copy()
    xy[:, LEG.knee, 0] += by_px * np.sign(np.sin(2 * np.pi * 2.0 * T_S))
    return synth.make_track(T_S, xy)


@pytest.mark.parametrize("fps", [10, 30, 120])
def test_a_sine_above_the_limit_is_known_by_its_size(fps):
    t_s = np.arange(0, 20, 1 / fps)
    assert shake_deg(t_s, 90 + 4 * np.sin(2 * np.pi * 2.5 * t_s)) == pytest.approx(4 / np.sqrt(2), rel=0.3)


@pytest.mark.parametrize("lifts", [1, 2])
def test_a_drift_and_a_quick_lift_are_no_tremble(lifts):
    held = 90 + 10 * np.sin(2 * np.pi * 0.2 * T_S)
    for lift in range(lifts):
        # down to the floor and up again, each in a second
        held = held - 90 * np.clip(1.5 - np.abs(T_S - 3 - 5 * lift), 0, 1)
    assert shake_deg(T_S, held) < 1.5


def test_nothing_known_is_nan():
    assert np.isnan(shake_deg(T_S, np.full(len(T_S), np.nan)))
    assert np.isnan(shake_deg(T_S[:10], np.full(10, 90.0)))


def test_a_little_tremble_widens_the_band():
    still, little = measured(trembling(0.0))[0], measured(trembling(2.0))[0]
    assert little.usable.all()
    assert np.nanmedian(little.hip_se_deg) > np.nanmedian(still.hip_se_deg) + 0.2


def test_much_tremble_gives_no_angles_and_says_what_to_do():
    track = trembling(25.0)
    angles, posture = measured(track)
    assert posture.view.shake_deg > MAX_SHAKE_DEG
    assert not angles.usable.any()
    assert np.isnan(angles.knee_flexion_deg).all()
    reasons = assess_quality(track, angles, posture.view).reasons
    assert "quality.legs_mixed_up" in {reason.key for reason in reasons}


def test_the_further_leg_is_less_sure():
    near, far = (
        measured(synth.track(T_S, np.full(len(T_S), 60.0), side=Side.LEFT, camera_side=side))[0] for side in Side
    )
    assert np.nanmedian(far.knee_se_deg) > np.nanmedian(near.knee_se_deg) + 1.0
