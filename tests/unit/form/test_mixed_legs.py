"""Clips in which the thigh's points wander between the legs."""

from dataclasses import replace

import numpy as np
import pytest

import synth
from formcheck.angles.leg import MAX_JITTER_DEG, MAX_REP_JITTER_DEG, measure_leg
from formcheck.form.judge import judge_track
from formcheck.form.online import judge_online
from formcheck.form.statistics import set_statistics
from formcheck.pose.landmarks import LEGS
from formcheck.protocols.loader import load_protocol
from formcheck.timeseries import take_frames
from formcheck.types import Side

MOVES = [synth.Move(90.0, 30.0)] * 4


def wandering(hip_deg: float):
    """A set of four whose thigh goes to and fro by ``hip_deg`` twice and a half a second."""
    still = synth.glide(MOVES)
    hip = 90.0 + hip_deg * np.sin(2 * np.pi * 2.5 * still.t_s)
    return synth.track(still.t_s, synth.knee_curve(still.t_s, MOVES), hip)


def test_repetitions_of_legs_that_are_mixed_up_are_not_counted():
    session = judge_track(wandering(4.0), load_protocol())
    assert session.view.jitter_deg > MAX_REP_JITTER_DEG
    assert set_statistics(session).rep_count is None
    assert "quality.legs_mixed_up" in [reason.key for reason in session.quality.reasons]


def test_a_repetition_in_which_the_legs_are_mixed_up_is_not_counted_and_said():
    moves = [synth.Move(90.0, 30.0)] * 6
    still = synth.glide(moves)
    start, _, _, end = synth.events(moves)[2]
    inside = (still.t_s > start) & (still.t_s < end)
    hip = 90.0 + 9.0 * inside * np.sin(2 * np.pi * 2.5 * still.t_s)
    session = judge_track(synth.track(still.t_s, synth.knee_curve(still.t_s, moves), hip), load_protocol())
    assert session.rep_count == 5
    (said,) = [reason for reason in session.quality.reasons if reason.key == "quality.mixed_reps"]
    assert dict(said.values)["n"] == 1


def test_a_steady_thigh_is_measured():
    session = judge_track(wandering(0.5), load_protocol())
    assert set_statistics(session).rep_count == len(MOVES)


def test_raising_the_leg_without_a_repetition_may_jitter_by_more():
    held = synth.times(8.0)
    hip = 90.0 + 4.0 * np.sin(2 * np.pi * 2.5 * held)
    session = judge_track(synth.track(held, np.full(len(held), 80.0), hip), load_protocol())
    assert session.view.jitter_deg > MAX_REP_JITTER_DEG
    assert session.quality.usable_fraction == pytest.approx(1.0)


def test_a_set_judged_online_is_refused_by_its_landmarks_not_by_its_windows():
    track = synth.glide(MOVES)
    angles, _ = measure_leg(track, max_trunk_from_floor_deg=30.0)
    rows = [take_frames(angles, slice(i, i + 1)) for i in range(len(track.t_s))]
    uneven = [replace(row, hip_flexion_deg=row.hip_flexion_deg + 4.0 * (i // 3 % 2)) for i, row in enumerate(rows)]
    session = judge_online(track, uneven, load_protocol())
    assert session.view.jitter_deg == pytest.approx(0.0, abs=0.2)
    assert session.rep_count == len(MOVES)
    assert judge_online(wandering(4.0), rows, load_protocol()).rep_count == 0


def test_points_that_jump_before_the_legs_are_known_do_not_cost_a_short_set():
    track = synth.glide(MOVES[:1])
    angles, _ = measure_leg(track, max_trunk_from_floor_deg=30.0)
    rows = [take_frames(angles, slice(i, i + 1)) for i in range(len(track.t_s))]
    xy = track.xy_px.copy()
    early = (track.t_s > 0.5) & (track.t_s < 0.7)
    xy[early, LEGS[Side.LEFT].knee] += [60.0, 60.0]
    session = judge_online(replace(track, xy_px=xy), rows, load_protocol())
    assert session.rep_count == 1
    assert session.view.jitter_deg < 0.5


def test_a_live_set_without_a_repetition_is_refused_as_a_recorded_one_is():
    """Rows of one window after another may be usable where the set as a whole is not."""
    steady = synth.track(synth.times(8.0), np.full(240, 80.0))
    angles, _ = measure_leg(steady, max_trunk_from_floor_deg=30.0)
    rows = [take_frames(angles, slice(i, i + 1)) for i in range(len(steady.t_s))]
    wild = synth.track(steady.t_s, np.full(240, 80.0), 90.0 + 12.0 * np.sin(2 * np.pi * 2.5 * steady.t_s))
    session = judge_online(wild, rows, load_protocol())
    assert session.view.jitter_deg > MAX_JITTER_DEG
    assert session.quality.usable_fraction == 0
    assert "quality.legs_mixed_up" in [reason.key for reason in session.quality.reasons]
