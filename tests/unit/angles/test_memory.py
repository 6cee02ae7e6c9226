"""A sliding window, with what was seen before it."""

from dataclasses import replace

import numpy as np

import synth
from formcheck.angles.leg import MAX_ELEVATION_DEG, measure_leg
from formcheck.angles.memory import SetMemory
from formcheck.pose.landmarks import SHOULDERS
from formcheck.timeseries import take_frames

T_S = synth.times(16.0, fps=12.0)
TRUNK_PX = synth.TRUNK * 300.0


def seen_from(track, elevation_deg):
    """With the shoulders apart as a camera at this elevation (T,) shows them."""
    xy = track.xy_px.copy()
    for row, sign in zip(SHOULDERS, (1, -1), strict=True):
        xy[:, row, 1] += sign * elevation_deg / 80.0 * TRUNK_PX / 2
    return replace(track, xy_px=xy)


def live(track):
    """Angles and posture of the window that ends at each frame."""
    memory, results = SetMemory(lag_s=0.1), []
    for end, t_s in enumerate(track.t_s, start=1):
        window = take_frames(track, slice(int(np.searchsorted(track.t_s, t_s - 2.0)), end))
        results.append(measure_leg(window, max_trunk_from_floor_deg=30.0, memory=memory))
    return results


def set_of(elevation_deg):
    return seen_from(synth.track(T_S, 60 + 30 * np.sin(2 * np.pi * T_S / 5)), elevation_deg)


def test_shoulders_that_move_with_the_leg_do_not_raise_the_camera():
    swaying = 26.0 + 6.0 * np.sin(2 * np.pi * T_S / 5)
    assert swaying.max() > MAX_ELEVATION_DEG
    later = live(set_of(swaying))[len(T_S) // 2 :]
    elevations = [posture.view.elevation_deg for _, posture in later]
    assert np.ptp(elevations) < 4.5  # 12 by the window alone
    assert all(angles.usable[-1] for angles, _ in later)


def test_a_camera_that_is_moved_is_judged_anew():
    track = set_of(np.where(T_S < 8, 38.0, 10.0))
    xy = track.xy_px.copy()
    xy[T_S >= 8] += [120.0, 40.0]
    results = live(replace(track, xy_px=xy))
    assert not results[int(np.searchsorted(T_S, 7.5))][0].usable[-1]
    assert results[int(np.searchsorted(T_S, 10.5))][0].usable[-1]


def test_who_does_not_lie_is_not_remembered():
    sitting = synth.track(T_S, np.full(len(T_S), 90.0), trunk_tilt_deg=70.0)
    lying = set_of(np.full(len(T_S), 15.0))
    changed = replace(lying, xy_px=np.where((T_S < 8)[:, None, None], sitting.xy_px, lying.xy_px))
    late = int(np.searchsorted(T_S, 11.0))
    assert live(changed)[late][1].view.elevation_deg == live(lying)[late][1].view.elevation_deg
