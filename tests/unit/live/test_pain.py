import math

import numpy as np
import pytest

import synth
from formcheck.live.pain import MARGIN_DEG, HandMonitor, PainMonitor, judge_personal_limit
from formcheck.types import Phase, Verdict
from live_states import online_state
from synth import Move

LIMIT_THIGHS = 0.35


def test_the_first_pain_sets_the_limit_a_margin_before_it():
    pain = PainMonitor()
    assert math.isnan(pain.limit_deg)
    pain.mark(online_state(10.0, knee=32.0), by="key")
    assert pain.limit_deg == 32.0 + MARGIN_DEG
    pain.mark(online_state(20.0, knee=25.0, count=4), by="key")
    assert pain.limit_deg == 32.0 + MARGIN_DEG


def test_pain_without_an_angle_is_marked_and_sets_no_limit():
    pain = PainMonitor()
    pain.mark(online_state(10.0, usable=False), by="key")
    assert len(pain.marks) == 1
    assert math.isnan(pain.limit_deg)


@pytest.mark.parametrize(("counts", "twice"), [((3, 4), True), ((3, 3), False), ((3, 5), False), ((2, 4, 5), True)])
def test_twice_running_means_neighbouring_repetitions(counts, twice):
    pain = PainMonitor()
    for number, count in enumerate(counts):
        pain.mark(online_state(float(number), knee=30.0, count=count), by="key")
    assert pain.in_consecutive_reps is twice


def test_far_enough_is_said_before_the_limit_and_once_a_repetition():
    pain = PainMonitor()
    pain.mark(online_state(0.0, knee=30.0), by="key")
    said = []
    for t_s in np.arange(0, 4, 0.05):
        knee = 90.0 - 30.0 * t_s
        if pain.limit_is_near(online_state(float(t_s), knee=knee, phase=Phase.EXTENDING, count=1)):
            said.append(knee)
    assert len(said) == 1
    assert pain.limit_deg < said[0] < pain.limit_deg + 30.0


def test_far_enough_is_not_said_without_a_limit_nor_on_the_way_back():
    pain = PainMonitor()
    assert not any(
        pain.limit_is_near(online_state(t, knee=90.0 - 40 * t, phase=Phase.EXTENDING)) for t in (0.0, 1.0, 2.0)
    )
    pain.mark(online_state(0.0, knee=40.0), by="key")
    returning = [online_state(t, knee=20.0 + t, phase=Phase.RETURNING) for t in (3.0, 4.0, 5.0)]
    assert not any(pain.limit_is_near(state) for state in returning)


def test_repetitions_after_the_mark_are_judged_by_the_limit_then_in_force():
    session = synth.session(synth.glide([Move(peak_deg=20.0), Move(peak_deg=20.0), Move(peak_deg=60.0)]))
    pain = PainMonitor()
    pain.mark(online_state(session.reps[0].end_s, knee=30.0), by="key")
    findings = judge_personal_limit(pain.marks, session.reps)
    assert [(f.rep, f.verdict) for f in findings] == [(2, Verdict.NOT_MET), (3, Verdict.MET)]
    assert findings[0].limit == (30.0 + MARGIN_DEG, None)


def test_hands_that_held_and_let_go_are_noticed_with_the_knee_at_that_moment():
    monitor = HandMonitor(LIMIT_THIGHS)
    for t_s in np.arange(0, 2, 0.1):
        monitor.update(online_state(float(t_s), hands=0.1))
    assert monitor.holds(1.9)
    for t_s in np.arange(2, 3, 0.1):
        monitor.update(online_state(float(t_s), hands=0.9, knee=40.0 - t_s, phase=Phase.EXTENDING))
    assert not monitor.let_go(2.5)
    assert monitor.let_go(2.9)
    assert monitor.off_knee_deg == pytest.approx(38.0)
    assert monitor.off_in_glide


def test_hands_that_go_off_while_the_leg_is_laid_down_mark_no_pain():
    monitor = HandMonitor(LIMIT_THIGHS)
    for t_s in np.arange(0, 2, 0.1):
        monitor.update(online_state(float(t_s), hands=0.1))
    for t_s in np.arange(2, 4, 0.1):
        sunk_deg = 40.0 * (t_s - 2)
        off = 0.1 if t_s < 3 else 0.9
        state = online_state(float(t_s), hands=off, hip=90 - sunk_deg, knee=85 - sunk_deg, phase=Phase.EXTENDING)
        monitor.update(state)
    assert monitor.let_go(3.9)
    assert not monitor.off_in_glide


def test_hands_that_never_held_cannot_let_go():
    monitor = HandMonitor(LIMIT_THIGHS)
    for t_s in np.arange(0, 5, 0.1):
        monitor.update(online_state(float(t_s), hands=0.9))
    assert not monitor.let_go(5.0)


def test_hands_out_of_sight_or_sliding_have_not_let_go():
    monitor = HandMonitor(LIMIT_THIGHS)
    for t_s in np.arange(0, 5, 0.1):
        monitor.update(online_state(float(t_s), hands=0.1 if t_s < 2 else (math.nan if t_s < 3 else 0.45)))
    assert not monitor.let_go(5.0)
