import pytest

from formcheck.live.say import Nudge, Rank, Speaker
from formcheck.live.texts import Texts


@pytest.fixture
def speaker():
    return Speaker(Texts("en"))


def test_one_thing_at_a_time(speaker):
    speaker.wish(0.0, Rank.POSTURE, "cue.hip_steady")
    assert speaker.take(0.0).text == "Hold the thigh still."
    speaker.wish(0.1, Rank.SPEED, "cue.slow")
    assert speaker.take(0.5) is None
    assert speaker.busy(0.5)


def test_what_waits_is_said_within_a_second_or_not_at_all(speaker):
    speaker.wish(0.0, Rank.COUNT, "practice.count", count=3)
    assert speaker.take(0.0).text == "3"
    speaker.wish(0.1, Rank.COUNT, "practice.count", count=4)
    assert speaker.take(0.6).text == "4"
    speaker.wish(0.7, Rank.POSTURE, "setup.ready")
    assert speaker.take(1.2).key == "setup.ready"
    speaker.wish(1.3, Rank.COUNT, "practice.count", count=5)
    assert speaker.take(2.4) is None
    assert speaker.take(30.0) is None


def test_stop_interrupts_and_wins(speaker):
    speaker.wish(0.0, Rank.NOTICE, "setup.which_leg")
    speaker.take(0.0)
    speaker.wish(0.2, Rank.STOP, "pain.marked", tone="stop")
    speaker.wish(0.2, Rank.COUNT, "practice.count", count=2)
    said = speaker.take(0.2)
    assert (said.key, said.tone) == ("pain.marked", "stop")


def test_a_count_and_its_cue_are_one_breath(speaker):
    speaker.wish(0.0, Rank.SPEED, "practice.count", then="cue.slow", count=7)
    assert speaker.take(0.0).text == "7, Slower."


def test_a_nudge_waits_for_persistence_and_then_keeps_quiet():
    nudge = Nudge(persist_s=1.0, again_s=5.0)
    assert nudge.due(0.0, "a") is None
    assert nudge.due(0.9, "a") is None
    assert nudge.due(1.0, "a") == "a"
    nudge.said(1.0, "a")
    assert nudge.due(3.0, "a") is None
    assert nudge.due(6.0, "a") == "a"


def test_a_condition_that_goes_away_begins_anew():
    nudge = Nudge(persist_s=1.0, again_s=5.0)
    nudge.due(0.0, "a")
    nudge.due(0.5, None)
    assert nudge.due(1.2, "a") is None
    assert nudge.due(1.4, "b") is None
