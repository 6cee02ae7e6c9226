"""What a live set says and asks, and how somebody who lies answers. Real processes and screens."""

import re
import signal
from pathlib import Path

import cv2
import pytest

from formcheck.protocols.loader import load_protocol
from formcheck.record.values import Question
from formcheck.video.source import FileSource
from formcheck.video.writer import H264Writer
from live_set import TEXTS, close_window, needs_a_screen, press_q

ARM_RAISED = Path(__file__).parents[1] / "data" / "arm_raised.mp4"

pytestmark = needs_a_screen


def test_at_the_end_of_the_clip_results_are_there_before_any_question_and_keys_answer(start, two_reps):
    run = start(source=("--source", two_reps))
    practice = run.wait_for_results()
    assert practice["why"] == "source"
    # A busy machine drops frames, and the second repetition ends with the clip.
    assert practice["counted"] >= 1
    assert practice["answers"]["pain_before"] is None
    run.wait_for(lambda: TEXTS.get(f"ask.{Question.PAIN_BEFORE}") in run.said(), "no question")
    run.type_answer("4", TEXTS.get(f"ask.{Question.PAIN_AFTER}"))
    run.type_answer("6", TEXTS.get(f"ask.{Question.PLACES}"))
    run.press("Escape", lambda: TEXTS.get("advice.rose") in run.said(), "no advice")
    run.press_on()
    line, waiting = run.kept()
    assert (line.pain_before, line.pain_after) == (4, 6)
    assert waiting == [Question.PLACES, Question.RED_FLAGS]
    assert TEXTS.get("end.saved") in run.said()


def test_the_key_q_ends_the_set_and_a_window_closed_during_the_questions_leaves_them_for_later(start):
    run = start()
    run.wait_for_rep()
    press_q(run)
    assert run.wait_for_results()["why"] == "stop"
    run.wait_for(lambda: TEXTS.get(f"ask.{Question.PAIN_BEFORE}") in run.said(), "no question")
    close_window(run)
    run.end()
    line, waiting = run.kept()
    assert line.rep_count >= 1
    assert waiting == list(Question)


def test_the_first_words_check_the_sound_introduce_and_find_the_camera(start):
    run = start("--teach", "--no-questions")
    said = [TEXTS.get("start.sound"), *TEXTS.section("teach").values(), TEXTS.get("start.camera")]
    said.remove(TEXTS.get("teach.keys"))
    for sentence in said[1:-2]:
        run.wait_for(lambda sentence=sentence: sentence in run.said(), "no introduction")
        # Turns the page, which would otherwise stay for some seconds.
        run.xdo("windowfocus", "key", "space")
    run.wait_for(lambda: said[-1] in run.said(), "no camera")
    assert run.said().splitlines()[: len(said)] == said
    run.process.send_signal(signal.SIGTERM)
    run.end()


def test_what_nobody_hears_is_said_on_the_terminal_and_the_set_goes_on(start, two_reps):
    """A speech program that ends well without having spoken, as one does where there is no loudspeaker."""
    run = start("--no-questions", speech=0.0, source=("--source", two_reps))
    run.wait_for_results()
    # Whoever hears nothing has time to read; a key ends it.
    run.press_on()
    assert TEXTS.get("sound.unheard") in (run.folder / "stderr").read_text()
    line, waiting = run.kept()
    assert line.rep_count >= 1
    assert waiting == []


@pytest.fixture(scope="module")
def practised_and_answering(two_reps, tmp_path_factory):
    """A repetition is prescribed; then a rendered person raises an arm for five of every nine seconds."""
    folder = tmp_path_factory.mktemp("answering")
    with H264Writer(folder / "clip.mp4", size_px=(480, 270), nominal_fps=15.0) as writer:
        from_s = 0.0
        for path, end_s in [(two_reps, 11.0)] + [(ARM_RAISED, 9.0)] * 12:
            with FileSource(path, end_s=end_s) as source:
                for frame in source:
                    writer.write(cv2.resize(frame.image_bgr, (480, 270)), from_s + frame.t_s)
            from_s += end_s
    text = load_protocol().text.replace("reps = { value = 20", "reps = { value = 1")
    (folder / "one.toml").write_text(text)
    return folder / "clip.mp4", folder / "one.toml"


def test_somebody_who_lies_answers_with_an_arm(start, practised_and_answering):
    clip, protocol = practised_and_answering
    run = start("--protocol", protocol, source=("--source", clip))
    assert run.wait_for_results()["why"] == "count"
    run.wait_for(lambda: TEXTS.get(f"ask.{Question.PAIN_AFTER}") in run.said(), "no answer to the first question")
    asked, _, rest = run.said().partition(TEXTS.get(f"ask.{Question.PAIN_BEFORE}"))
    # Raised again in time, the arm corrects the answer: the last one counts.
    *_, answer = re.findall(TEXTS.get("ask.noted", answer=r"(\d+)").replace(".", r"\."), rest)
    # The arm is up for five seconds, three numbers and a half; the question may begin when it is up already.
    assert 0 <= int(answer) <= 4
    assert TEXTS.get("end.saved") in asked
    # Whoever has to leave is asked later, but what was said stays.
    run.process.send_signal(signal.SIGTERM)
    run.end()
    line, waiting = run.kept()
    assert line.pain_before == int(answer)
    assert Question.RED_FLAGS in waiting
