from dataclasses import replace

import numpy as np
import pytest

import synth
from formcheck.form.online import CountedRep
from formcheck.form.rules import HIP, judge_rep, rep_rules
from formcheck.live.coach import Coach, EndReason, Stage
from formcheck.protocols.loader import load_protocol
from formcheck.text.catalogue import Texts
from formcheck.types import Phase, Verdict
from live_states import online_state, window
from synth import Move

PROTOCOL = load_protocol().protocol
WINDOW = window()
EN = Texts("en")


class Course:
    """A set that is played state by state."""

    def __init__(self, **options):
        self.coach = Coach(PROTOCOL, EN, **options)
        self.said = []
        self.t_s = 0.0

    def play(self, seconds, *, counted=None, **what):
        for number in range(round(seconds / 0.05)):
            one = online_state(self.t_s, counted=counted if number == 0 else None, **what)
            self.said += self.coach.step(one, WINDOW, leg_known=True)
            self.t_s += 0.05
        return self

    def begin(self):
        self.play(9.0)
        assert self.coach.stage is Stage.PRACTICE
        self.said.clear()
        return self

    @property
    def keys(self):
        return [utterance.key for utterance in self.said]


def rep(index, move=None, *, hip_deg=90.0):
    """A counted repetition as the judge gives it."""
    session = synth.session(synth.glide([Move(), move or Move()], hip_deg=hip_deg))
    made = replace(session.reps[1], index=index)
    return CountedRep(
        made, tuple(judge_rep(rule, session.reps[1], session.angles, PROTOCOL) for rule in rep_rules(PROTOCOL))
    )


GOOD, FAST = rep(1), rep(1, Move(extend_s=0.4, return_s=0.4))


def nth(one, index):
    return CountedRep(replace(one.rep, index=index), one.findings)


def test_getting_ready_ends_with_the_word_ready():
    course = Course().play(1.5, seen=False).play(6.0)
    assert [utterance.key for utterance in course.said if utterance.text] == ["setup.nobody", "setup.ready"]
    assert course.coach.stage is Stage.PRACTICE


def test_a_remedy_must_persist_and_is_repeated_only_after_a_while():
    course = Course().play(0.8, lying=False)
    assert course.keys == []
    course.play(6.0, lying=False)
    assert course.keys == ["setup.lie_down"]
    course.play(6.0, lying=False)
    assert course.keys == ["setup.lie_down"] * 2


def test_who_begins_before_ready_is_not_ignored():
    course = Course().play(0.5, rep_from_s=0.1, phase=Phase.EXTENDING)
    assert course.coach.stage is Stage.PRACTICE
    course = Course().play(0.1, counted=GOOD)
    assert course.coach.rep_count == 1


def test_good_repetitions_are_counted_with_a_quiet_tick():
    course = Course().begin()
    for index in (1, 2, 3):
        course.play(4.0, counted=nth(GOOD, index), count=index)
    assert [(s.text, s.tone) for s in course.said] == [("1", "good"), ("2", "good"), ("3", "good")]


def test_a_fault_is_said_with_the_count_and_not_at_every_repetition():
    course = Course().begin()
    for index in (1, 2, 3, 4):
        course.play(4.0, counted=nth(FAST, index), count=index)
    assert course.keys == ["practice.count+cue.slow", "practice.count", "practice.count", "practice.count+cue.slow"]


def test_a_cue_is_spoken_within_a_second_of_having_persisted():
    course = Course().begin()
    begun_s = course.t_s
    course.play(4.0, hip=50.0)
    assert course.keys == ["cue.hip_in_band.low"]
    assert course.said[0].t_s - (begun_s + 1.0) <= 1.0
    assert course.coach.cue == EN.get("cue.hip_in_band.low")


def test_a_moment_out_of_band_is_not_worth_a_word():
    course = Course().begin().play(0.7, hip=50.0).play(3.0)
    assert course.keys == []


def test_what_was_said_of_the_posture_is_not_said_again_with_the_count():
    low = rep(1, hip_deg=60.0)
    assert any(f.rule == HIP.id and f.verdict is Verdict.NOT_MET for f in low.findings)
    course = Course().begin().play(4.0, hip=50.0).play(3.0, counted=low, count=1)
    assert course.keys == ["cue.hip_in_band.low", "practice.count"]


def test_lying_goes_before_the_hip():
    course = Course().begin().play(1.4, hip=50.0, lying=False)
    assert course.keys == ["cue.lying_on_back"]


def test_legs_that_cannot_be_told_apart_are_said_while_there_is_time_to_lay_one_down():
    course = Course().begin().play(4.0, jitter=2.0)
    assert course.keys == ["practice.legs_mixed"]
    assert Course().begin().play(4.0, jitter=np.nan).keys == []


def test_half_way_and_the_last_one_then_it_ends_by_itself():
    course = Course().begin()
    for index in range(1, 21):
        course.play(3.0, counted=nth(GOOD, index), count=index)
    texts = [utterance.text for utterance in course.said]
    assert texts[9] == EN.get("practice.half", count=10)
    assert texts[19] == EN.get("practice.last", count=20)
    assert course.coach.stage is Stage.ENDED
    assert course.coach.end_reason is EndReason.COUNT


def test_letting_go_pauses_and_holding_again_goes_on():
    course = Course().begin().play(2.0).play(3.0, hands=0.9)
    assert course.coach.stage is Stage.PAUSED
    course.play(3.0, hands=0.1)
    assert course.coach.stage is Stage.PRACTICE
    assert course.keys == ["practice.paused", "practice.resumed"]
    assert course.coach.pain.marks == []


def test_letting_go_while_straightening_marks_the_pain():
    course = Course().begin().play(1.5, knee=60.0, phase=Phase.EXTENDING)
    course.play(2.0, knee=42.0, phase=Phase.EXTENDING, hands=0.9)
    (mark,) = course.coach.pain.marks
    assert (mark.by, mark.knee_deg, mark.rep) == ("hands", 42.0, 1)
    assert course.coach.stage is Stage.PAUSED
    assert course.said[0].key == "pain.marked"


def test_leaving_the_picture_pauses():
    course = Course().begin().play(3.0, seen=False)
    assert course.coach.paused_by == "sight"
    assert course.keys == ["practice.out_of_sight"]


def test_a_long_pause_is_announced_and_then_ends_the_set():
    course = Course().begin().play(1.5).play(45.0, hands=0.9)
    assert course.keys == ["practice.paused", "practice.ending"]
    assert course.coach.end_reason is EndReason.PAUSE


def test_a_pause_by_key_goes_on_by_key_alone():
    course = Course().begin()
    course.coach.toggle_pause(course.t_s)
    assert course.coach.paused_by_key
    course.play(5.0, hands=0.1)
    assert course.coach.paused_by_key
    course.coach.toggle_pause(course.t_s)
    assert course.coach.stage is Stage.PRACTICE


def test_pain_twice_running_ends_kindly_with_advice():
    course = Course().begin()
    course.coach.mark_pain(online_state(course.t_s, knee=40.0), by="key")
    course.play(3.0)
    course.coach.mark_pain(online_state(course.t_s, knee=45.0, count=1), by="key")
    assert course.coach.end_reason is EndReason.PAIN
    course.said += course.coach.next_utterances(course.t_s)
    assert course.keys == ["pain.marked", "pain.stop"]


def test_far_enough_interrupts_what_is_being_said():
    course = Course().begin()
    course.coach.mark_pain(online_state(course.t_s, knee=40.0), by="key")
    course.play(8.0)
    course.said.clear()
    for knee in np.linspace(90, 50, 40):
        course.play(0.05, knee=float(knee), phase=Phase.EXTENDING, count=1)
    assert course.keys == ["pain.limit"]
    assert course.coach.cue == EN.get("pain.limit")


def test_the_metronome_beats_each_second_and_turns():
    course = Course(metronome_s=2.0).begin().play(4.0)
    tones = [utterance.tone for utterance in course.said]
    assert tones in (["beat", "turn", "beat", "turn"], ["turn", "beat", "turn", "beat"])


def test_a_count_that_cannot_be_spoken_in_time_is_a_tick():
    course = Course().begin()
    course.coach.notice(course.t_s, "camera.stalled")
    course.play(0.5).play(3.0, counted=nth(GOOD, 1), count=1)
    assert [(utterance.text, utterance.tone) for utterance in course.said[1:]] == [("", "good")]
    assert course.coach.rep_count == 1


@pytest.mark.parametrize("action", ["toggle_pause", "end"])
def test_after_the_end_nothing_goes_on(action):
    course = Course().begin()
    course.coach.end(course.t_s, EndReason.STOP)
    if action == "end":
        course.coach.end(course.t_s, EndReason.PAIN)
    else:
        course.coach.toggle_pause(course.t_s)
    assert course.coach.stage is Stage.ENDED
    assert course.coach.end_reason is EndReason.STOP


def test_a_message_waits_for_the_beginning_of_a_repetition_and_comes_once():
    course = Course().begin()
    course.coach.say_when_free("live.too_slow")
    course.play(0.05, counted=GOOD).play(3.0)
    assert course.coach.cue is None
    course.play(0.5, rep_from_s=course.t_s, phase=Phase.EXTENDING)
    assert course.coach.cue == EN.get("live.too_slow")
    course.play(3.5).play(0.05, counted=nth(GOOD, 2)).play(20.0)
    assert course.keys == ["practice.count", "live.too_slow", "practice.count"]
    assert course.coach.cue is None


def test_a_dark_room_is_said_during_set_up_alone():
    coach = Coach(PROTOCOL, EN)
    said = []
    for number in range(600):
        said += coach.step(online_state(number * 0.05), WINDOW, leg_known=True, dark_room=True)
    keys = [utterance.key for utterance in said]
    assert keys.index("setup.dark_room") < keys.index("setup.ready")
    assert "setup.dark_room" not in keys[keys.index("setup.ready") :]
