"""Every way in which a live set ends: what was done is kept and told, without a key. Real processes and screens."""

import signal
import time
from collections.abc import Callable

import pytest

from formcheck.record.values import Ended, Question
from live_set import TEXTS, Run, close_window, needs_a_screen, network_camera

pytestmark = needs_a_screen

# What stops for so long is taken to have slept: shorter than for a lid, longer than a frame takes on a busy machine.
SLEPT_S = 4.0


def sent(number: int) -> Callable[[Run], None]:
    return lambda run: run.process.send_signal(number)


def sleep(run: Run) -> None:
    """As a closed lid would, stop everything for longer than any frame takes."""
    # The repetition before the gap may have been counted on its last frame.
    run.wait_for_rep(2)
    run.process.send_signal(signal.SIGSTOP)
    time.sleep(SLEPT_S + 1.0)
    run.process.send_signal(signal.SIGCONT)


ENDINGS = {
    "X button": (close_window, "closed", Ended.STOPPED),
    "Ctrl-C": (sent(signal.SIGINT), "signal", Ended.STOPPED),
    "SIGTERM": (sent(signal.SIGTERM), "signal", Ended.STOPPED),
    "SIGHUP": (sent(signal.SIGHUP), "signal", Ended.STOPPED),
    "lid": (sleep, "sleep", Ended.INTERRUPTED),
}


@pytest.mark.parametrize("way", ENDINGS)
def test_whatever_ends_a_set_it_is_kept_told_and_asked_about_later(way, start):
    end, why, ended = ENDINGS[way]
    run = start(slept_s=SLEPT_S)
    run.wait_for_rep()
    end(run)
    assert run.wait_for_results()["why"] == why
    run.wait_for(lambda: TEXTS.get("end.saved") in run.said(), "not told")
    run.press_on()
    line, waiting = run.kept()
    assert line.rep_count >= 1
    assert line.ended is ended
    assert waiting == list(Question)
    assert TEXTS.get("end.saved") in run.said()
    assert TEXTS.get(f"ask.{Question.PAIN_BEFORE}") not in run.said()
    (report,) = run.sessions.glob("*/report.html")
    assert (run.folder / "stdout").read_text().splitlines()[-1] == TEXTS.get("terminal.report", path=report)
    assert "Traceback" not in (run.folder / "stderr").read_text()


def test_a_network_camera_that_is_lost_ends_the_set_and_its_password_is_nowhere(start, two_reps):
    with network_camera(two_reps) as camera:
        address = f"http://camera:s3cret@127.0.0.1:{camera.server_port}/video.mjpg?password=s3cret"
        run = start("--no-questions", source=("--camera", address))
        # With a camera, the first time is introduced.
        run.wait_for(lambda: TEXTS.get("teach.camera") in run.said(), "no introduction")
        run.xdo("windowfocus", "key", "Escape")
        # The first may have been counted on its last frame.
        run.wait_for_rep(2)
        camera.lost.set()
        assert run.wait_for_results()["why"] == "camera"
        run.wait_for(lambda: TEXTS.get("camera.gone") in run.said(), "not told")
        run.press_on()
    line, _ = run.kept()
    assert line.rep_count >= 1
    assert line.ended is Ended.INTERRUPTED
    assert TEXTS.get("camera.gone") in run.said()
    (report,) = run.sessions.glob("*/report.html")
    assert (run.folder / "stdout").read_text().splitlines()[-1] == TEXTS.get("terminal.report", path=report)
    lines = (run.folder / "stderr").read_text().splitlines()
    assert [line for line in lines if not line.startswith("formcheck: ")] == []
    files = [path for path in run.folder.rglob("*") if path.is_file()]
    assert [path.name for path in files if b"s3cret" in path.read_bytes()] == []
