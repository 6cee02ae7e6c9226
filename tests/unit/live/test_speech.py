import pytest

from formcheck.live.speech import CueThrottle, Rank, SpeechQueue
from formcheck.text.catalogue import Texts


@pytest.fixture
def queue():
    return SpeechQueue(Texts("en"))


def test_one_thing_at_a_time(queue):
    queue.request(0.0, Rank.POSTURE, "cue.hip_steady")
    assert queue.next(0.0).text == Texts("en").get("cue.hip_steady")
    queue.request(0.1, Rank.SPEED, "cue.slow")
    assert queue.next(0.5) is None
    assert queue.busy(0.5)


def test_what_waits_is_said_within_a_second_or_not_at_all(queue):
    queue.request(0.0, Rank.COUNT, "practice.count", count=3)
    assert queue.next(0.0).text == "3"
    queue.request(0.1, Rank.COUNT, "practice.count", count=4)
    assert queue.next(0.6).text == "4"
    queue.request(0.7, Rank.POSTURE, "setup.ready")
    assert queue.next(1.2).key == "setup.ready"
    queue.request(1.3, Rank.COUNT, "practice.count", count=5)
    assert queue.next(2.4) is None
    assert queue.next(30.0) is None


def test_stop_interrupts_and_wins(queue):
    queue.request(0.0, Rank.NOTICE, "setup.which_leg")
    queue.next(0.0)
    queue.request(0.2, Rank.STOP, "pain.marked", tone="stop")
    queue.request(0.2, Rank.COUNT, "practice.count", count=2)
    said = queue.next(0.2)
    assert (said.key, said.tone) == ("pain.marked", "stop")


def test_a_count_and_its_cue_are_one_breath(queue):
    queue.request(0.0, Rank.SPEED, "practice.count", then="cue.slow", count=7)
    assert queue.next(0.0).text == "7, Slower."


def test_a_nudge_waits_for_persistence_and_then_keeps_quiet():
    throttle = CueThrottle(persist_s=1.0, again_s=5.0)
    assert throttle.due(0.0, "a") is None
    assert throttle.due(0.9, "a") is None
    assert throttle.due(1.0, "a") == "a"
    throttle.note_said(1.0, "a")
    assert throttle.due(3.0, "a") is None
    assert throttle.due(6.0, "a") == "a"


def test_a_condition_that_goes_away_begins_anew():
    throttle = CueThrottle(persist_s=1.0, again_s=5.0)
    throttle.due(0.0, "a")
    throttle.due(0.5, None)
    assert throttle.due(1.2, "a") is None
    assert throttle.due(1.4, "b") is None
