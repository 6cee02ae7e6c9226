import sys
import time

import numpy as np
import pytest

from formcheck.live.audio import _TONES, Tones, Voice, speech_command, tone_samples
from formcheck.live.speech import Rank, Utterance

# A voice that writes what it is given, takes its time, and can be cut off.
SPEAKER = (
    "import sys, time, pathlib; text = sys.stdin.read(); "
    "out = pathlib.Path(sys.argv[1]).open('a'); out.write(text + '\\n'); out.flush(); "
    "time.sleep(float(sys.argv[2]))"
)


def utterance(text, rank=Rank.COUNT):
    return Utterance(0.0, rank, "key", text)


@pytest.fixture
def heard(tmp_path):
    return tmp_path / "heard"


def voice(heard, takes_s=0.05):
    return Voice([sys.executable, "-S", "-c", SPEAKER, str(heard), str(takes_s)])


def wait_for(condition, within_s=10.0):
    end_s = time.monotonic() + within_s
    while not condition():
        assert time.monotonic() < end_s
        time.sleep(0.01)


def lines(path):
    return path.read_text().split("\n")[:-1] if path.exists() else []


def test_speaking_never_waits(heard):
    speaker = voice(heard, takes_s=2.0)
    begun_s = time.perf_counter()
    for number in range(50):
        speaker.say(utterance(str(number)))
    assert time.perf_counter() - begun_s < 0.2
    speaker.close()


def test_words_are_said_in_order_and_finished_at_the_end(heard):
    speaker = voice(heard)
    speaker.say(utterance("eins, zwei, drü"))
    wait_for(lambda: lines(heard))
    speaker.say(utterance("two"))
    speaker.close(finish_s=10.0)
    assert lines(heard) == ["eins, zwei, drü", "two"]


def test_of_two_that_wait_the_more_important_is_said(heard):
    speaker = voice(heard, takes_s=0.4)
    speaker.say(utterance("first"))
    wait_for(lambda: lines(heard))
    speaker.say(utterance("posture", Rank.POSTURE))
    speaker.say(utterance("count", Rank.COUNT))
    speaker.close(finish_s=10.0)
    assert lines(heard) == ["first", "posture"]


def test_stop_cuts_off_what_is_being_said(heard):
    speaker = voice(heard, takes_s=5.0)
    speaker.say(utterance("a long sentence"))
    wait_for(lambda: lines(heard))
    begun_s = time.monotonic()
    speaker.say(utterance("stop", Rank.STOP))
    wait_for(lambda: len(lines(heard)) == 2)
    assert time.monotonic() - begun_s < 3.0
    speaker.close()


def test_a_muted_voice_is_silent_at_once_and_speaks_again(heard):
    speaker = voice(heard)
    speaker.mute(muted=True)
    speaker.say(utterance("unheard"))
    speaker.mute(muted=False)
    speaker.say(utterance("heard"))
    speaker.close(finish_s=10.0)
    assert lines(heard) == ["heard"]


def test_a_voice_that_is_not_there_says_why():
    speaker = Voice(["/no/such/voice"])
    speaker.say(utterance("hello"))
    wait_for(lambda: speaker.failure is not None)
    assert "No such file" in speaker.failure
    speaker.say(utterance("again"))
    speaker.close()


def test_the_systems_voice_is_found_for_the_language():
    command = speech_command("de")
    if command is None:
        pytest.skip("no speech engine on this machine (apt install espeak-ng)")
    assert "de" in " ".join(command)


@pytest.mark.parametrize("name", _TONES)
def test_tones_are_short_quiet_enough_and_do_not_click(name):
    samples = tone_samples(name)
    assert 0.02 < len(samples) / 44_100 < 0.7
    assert np.abs(samples).max() <= 0.61
    assert abs(samples[0]) < 0.01 > abs(samples[-1])


def test_tones_never_wait_and_say_once_what_is_missing():
    tones = Tones()
    begun_s = time.perf_counter()
    for _ in range(100):
        tones.play("good")
    assert time.perf_counter() - begun_s < 0.2
    tones.close(finish_s=2.0)
    assert tones.failure is None or tones.failure
