"""An arm pointed at the ceiling, on a rendered person and on people who do the exercise."""

from pathlib import Path

import numpy as np
import pytest

import synth
from formcheck.live.arm import ArmMonitor, arm_raised
from formcheck.live.arm_answer import ArmAnswer, ArmEvent
from formcheck.pose.landmarker import MediaPipeLandmarker
from formcheck.pose.landmarks import ELBOWS, HIPS, SHOULDERS, WRISTS
from formcheck.pose.models import find_model
from formcheck.video.source import FileSource

# The hand leaves the floor at 1.0 s, points at the ceiling from 2.0 to 6.5 s, and is on the floor again at 7.5 s.
CLIP = Path(__file__).parents[2] / "data" / "arm_raised.mp4"
FPS = 30


def lying(*, hand_up, hand_along, head_right=False):
    """Somebody on the back whose near hand is so many trunk lengths up from the shoulder and towards the feet."""
    xy_px = np.full((33, 2), 300.0)
    sign = -1.0 if head_right else 1.0
    xy_px[list(SHOULDERS)] = (320.0, 300.0)
    xy_px[list(HIPS)] = (320.0 + sign * 100.0, 300.0)
    hand = np.array([sign * hand_along, -hand_up]) * 100.0
    xy_px[[WRISTS[0], ELBOWS[0]]] = xy_px[SHOULDERS[0]] + np.array([hand, hand / 2])
    xy_px[[WRISTS[1], ELBOWS[1]]] = xy_px[SHOULDERS[0]] + np.array([sign * 90.0, 0.0])
    return xy_px


@pytest.mark.parametrize("head_right", [False, True])
def test_a_hand_above_its_shoulder_is_up_and_one_on_the_thigh_is_not(head_right):
    assert arm_raised(lying(hand_up=1.0, hand_along=0.2, head_right=head_right)) is True
    assert arm_raised(lying(hand_up=0.6, hand_along=0.9, head_right=head_right)) is False
    assert arm_raised(lying(hand_up=0.0, hand_along=0.9, head_right=head_right)) is False
    assert arm_raised(lying(hand_up=0.5, hand_along=0.5, head_right=head_right)) is None


def test_nobody_and_somebody_upright_say_nothing():
    assert arm_raised(np.full((33, 2), np.nan)) is None
    upright = lying(hand_up=1.0, hand_along=0.0)[:, ::-1]
    assert arm_raised(upright) is None


def test_nobody_who_does_the_exercise_raises_an_arm():
    track = synth.glide([synth.Move()] * 3)
    assert True not in {arm_raised(xy_px) for xy_px in track.xy_px}


def test_the_arm_of_a_rendered_person_is_seen_to_go_up_and_down():
    monitor, changes = ArmMonitor(), []
    with MediaPipeLandmarker(find_model("full")) as landmarker, FileSource(CLIP) as source:
        for frame in source:
            found = landmarker.detect(frame.image_bgr, frame.t_s)
            raised = None if found is None else arm_raised(found.xy_px)
            if monitor.update(frame.t_s, raised):
                changes.append((monitor.up, monitor.changed_s))
    (up, up_s), (down, down_s) = changes
    assert (up, down) == (True, False)
    assert 1.3 <= up_s <= 2.2
    assert 6.5 <= down_s <= 7.5


def held(answer, *, from_s, to_s, until_s, gaps=()):
    """Feed an arm that is up from one time to another; return what happened when."""
    events = []
    for n in range(int(until_s * FPS)):
        t_s = n / FPS
        raised = None if any(a <= t_s < b for a, b in gaps) else from_s <= t_s < to_s
        event = answer.update(t_s, raised)
        if event is not None:
            events.append((event, t_s))
    return events


def test_the_answer_is_what_was_read_when_the_arm_began_to_come_down():
    events = held(ArmAnswer(11, 1.5), from_s=1.0, to_s=6.4, until_s=8.0, gaps=[(3.0, 3.4), (5.0, 5.6)])
    assert [event for event, _ in events[:-1]] == [(ArmEvent.OFFERED, n) for n in range(4)]
    assert events[-1][0] == (ArmEvent.CHOSEN, 3)


def test_an_arm_that_only_twitches_is_no_answer():
    assert held(ArmAnswer(11, 1.5), from_s=1.0, to_s=1.3, until_s=3.0) == []


def test_an_arm_that_stays_up_offers_the_last_answer_and_no_more():
    events = held(ArmAnswer(3, 0.5), from_s=0.0, to_s=8.0, until_s=9.0)
    assert [event for event, _ in events] == [*((ArmEvent.OFFERED, n) for n in range(3)), (ArmEvent.CHOSEN, 2)]
