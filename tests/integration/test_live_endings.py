"""Every way in which a live set ends: what was done is kept and told, without a key. Real processes and screens."""

import http.server
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import cv2
import pytest

from formcheck.protocols.loader import load_protocol
from formcheck.record.profiles import profile_key
from formcheck.record.queries import sessions
from formcheck.record.questions import open_questions
from formcheck.record.store import open_store
from formcheck.record.values import Ended, Question
from formcheck.text.catalogue import Texts
from formcheck.video.source import FileSource
from formcheck.video.writer import H264Writer

SAMPLE = Path(__file__).parents[2] / "sample_videos" / "02_hip_drift.mp4"
ARM_RAISED = Path(__file__).parents[1] / "data" / "arm_raised.mp4"
WINDOW_MANAGER = Path(__file__).parents[1] / "window_manager.py"
TEXTS = Texts("en")
PATIENCE_S = 90.0

pytestmark = pytest.mark.skipif(
    not (shutil.which("Xvfb") and shutil.which("xdotool")), reason="needs Xvfb and xdotool (apt install xvfb xdotool)"
)

# Writes what it is given to speak, and takes about as long as speaking would.
VOICE = """#!{python}
import os, sys, time
text = sys.stdin.read()
with open(os.environ["HEARD"], "a") as file:
    file.write(text + "\\n")
time.sleep({s_per_character} * len(text))
"""
# SIGINT is ignored in what a shell that is not interactive starts in the background. The waits for a lost camera are
# shorter than those for a person.
RUN = """
import signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)
from formcheck.live import camera
camera.STALLED_S, camera._GIVE_UP_S = 0.5, 2.0
from formcheck.cli import main
main()
"""


@pytest.fixture(scope="module")
def clip(tmp_path_factory) -> Path:
    """The first two repetitions of the hip-drift sample."""
    path = tmp_path_factory.mktemp("clip") / "two.mp4"
    with (
        FileSource(SAMPLE, end_s=11.0) as source,
        H264Writer(path, size_px=source.size_px, nominal_fps=source.nominal_fps) as writer,
    ):
        for frame in source:
            writer.write(frame.image_bgr, frame.t_s)
    return path


@pytest.fixture(scope="module")
def screen():
    """A screen of its own."""
    command = ["Xvfb", "-displayfd", "1", "-screen", "0", "1400x1000x24"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as server:
        yield f":{server.stdout.readline().decode().strip()}"
        server.terminate()


@dataclass
class Run:
    """A live set under way."""

    process: subprocess.Popen
    folder: Path
    environment: dict[str, str]

    @property
    def sessions(self) -> Path:
        return self.folder / "sessions"

    def said(self) -> str:
        path = Path(self.environment["HEARD"])
        return path.read_text() if path.exists() else ""

    def xdo(self, *words: str) -> str:
        command = ["xdotool", "search", "--sync", "--onlyvisible", "--name", "formcheck live", *words]
        return subprocess.run(command, env=self.environment, check=True, capture_output=True, text=True).stdout

    def wait_for(self, condition: Callable[[], bool], what: str) -> None:
        end_s = time.monotonic() + PATIENCE_S
        while not condition():
            assert time.monotonic() < end_s, f"{what}: {(self.folder / 'stderr').read_text()}"
            time.sleep(0.05)

    def wait_for_rep(self) -> None:
        """Wait until a repetition is in the journal."""
        files = self.sessions.glob
        self.wait_for(lambda: any('"rep"' in path.read_text() for path in files("*/events.jsonl")), "no repetition")

    def wait_for_results(self) -> dict:
        """Wait until all results are there, while the process may go on; return what practice.json says."""
        files = self.sessions.glob
        self.wait_for(lambda: bool([*files("*/practice.json")]), "no results")
        (practice,) = files("*/practice.json")
        assert (practice.parent / "report.html").exists()
        return json.loads(practice.read_text())

    def type_answer(self, digit: str, following: str) -> None:
        """Type a number, and wait for the next question."""
        self.xdo("windowfocus", "--sync", "key", digit)
        # OpenCV hands over the last of the keys that were pressed between two looks; a key held down would repeat.
        time.sleep(1.5)
        self.xdo("key", "Return")
        self.wait_for(lambda: following in self.said(), f"no question after {digit}")

    def end(self) -> None:
        """Wait until the process ends by itself."""
        assert self.process.wait(PATIENCE_S) == 0, (self.folder / "stderr").read_text()

    def kept(self):
        """The set in the practice record, and the questions that wait."""
        with open_store(self.folder / "record") as store, store.reading() as connection:
            (line,) = sessions(connection)
            waiting = open_questions(connection, profile_key(connection, "me"))
        return line, [question for one in waiting for question in one.questions]


@pytest.fixture
def start(tmp_path, screen, clip):
    """Start a set; it is stopped at the end of the test."""
    runs = []

    def begin(*arguments, speech=0.03, source=("--source", clip)) -> Run:
        programs = tmp_path / "programs"
        programs.mkdir()
        (programs / "espeak-ng").write_text(VOICE.format(python=sys.executable, s_per_character=speech))
        (programs / "espeak-ng").chmod(0o755)
        environment = {
            **os.environ,
            "DISPLAY": screen,
            "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
            "HEARD": str(tmp_path / "heard"),
            "FORMCHECK_STORE": str(tmp_path / "record"),
        }
        options = ("live", *source, "--lang", "en", "--no-open", "--out", tmp_path / "sessions", *arguments)
        with (tmp_path / "stdout").open("w") as out, (tmp_path / "stderr").open("w") as err:
            command = [sys.executable, "-c", RUN, *map(str, options)]
            process = subprocess.Popen(command, env=environment, stdin=subprocess.DEVNULL, stdout=out, stderr=err)
        runs.append(Run(process, tmp_path, environment))
        return runs[-1]

    yield begin
    for run in runs:
        run.process.kill()
        run.process.wait()


def close_window(run: Run) -> None:
    """Press the X button."""
    for window in run.xdo().split():
        subprocess.run([sys.executable, WINDOW_MANAGER, window], env=run.environment, check=True)


def press_q(run: Run) -> None:
    run.xdo("windowfocus", "--sync", "key", "q")


def sent(number: int) -> Callable[[Run], None]:
    return lambda run: run.process.send_signal(number)


def sleep(run: Run) -> None:
    """As a closed lid would, stop everything for longer than any frame takes."""
    run.process.send_signal(signal.SIGSTOP)
    time.sleep(11.0)
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
    run = start()
    run.wait_for_rep()
    end(run)
    assert run.wait_for_results()["why"] == why
    run.end()
    line, waiting = run.kept()
    assert line.rep_count >= 1
    assert line.ended is ended
    assert waiting == list(Question)
    assert TEXTS.get("end.saved") in run.said()
    assert TEXTS.get(f"ask.{Question.PAIN_BEFORE}") not in run.said()
    (report,) = run.sessions.glob("*/report.html")
    assert (run.folder / "stdout").read_text().splitlines()[-1] == TEXTS.get("terminal.report", path=report)
    assert "Traceback" not in (run.folder / "stderr").read_text()


def test_at_the_end_of_the_clip_results_are_there_before_any_question_and_keys_answer(start):
    run = start()
    practice = run.wait_for_results()
    assert practice["why"] == "source"
    # A busy machine drops frames, and the second repetition ends with the clip.
    assert practice["counted"] >= 1
    assert practice["answers"]["pain_before"] is None
    run.wait_for(lambda: TEXTS.get(f"ask.{Question.PAIN_BEFORE}") in run.said(), "no question")
    run.type_answer("4", TEXTS.get(f"ask.{Question.PAIN_AFTER}"))
    run.type_answer("6", TEXTS.get(f"ask.{Question.PLACES}"))
    run.xdo("windowfocus", "--sync", "key", "Escape")
    run.wait_for(lambda: TEXTS.get("advice.rose") in run.said(), "no advice")
    run.xdo("windowfocus", "--sync", "key", "space")
    run.end()
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
    run = start("--teach", "--no-questions", speech=0.01)
    said = [TEXTS.get("start.sound"), *TEXTS.section("teach").values(), TEXTS.get("start.camera")]
    said.remove(TEXTS.get("teach.keys"))
    run.wait_for(lambda: said[1] in run.said(), "no introduction")
    run.xdo("windowfocus", "--sync", "key", "space")
    run.wait_for(lambda: said[-1] in run.said(), "no camera")
    assert run.said().splitlines()[: len(said)] == said
    run.process.send_signal(signal.SIGTERM)
    run.end()


def test_what_nobody_hears_is_said_on_the_terminal_and_the_set_goes_on(start):
    """A speech program that ends well without having spoken, as one does where there is no loudspeaker."""
    run = start("--no-questions", speech=0.0)
    run.wait_for_results()
    run.end()
    assert TEXTS.get("sound.unheard") in (run.folder / "stderr").read_text()
    line, waiting = run.kept()
    assert line.rep_count >= 1
    assert waiting == []


@pytest.fixture(scope="module")
def practised_and_answering(tmp_path_factory):
    """Two repetitions, then a rendered person who raises an arm for five of every nine seconds; and its protocol."""
    folder = tmp_path_factory.mktemp("answering")
    with H264Writer(folder / "clip.mp4", size_px=(640, 360), nominal_fps=15.0) as writer:
        from_s = 0.0
        for path, end_s in [(SAMPLE, 11.0)] + [(ARM_RAISED, 9.0)] * 12:
            with FileSource(path, end_s=end_s) as source:
                for frame in source:
                    writer.write(cv2.resize(frame.image_bgr, (640, 360)), from_s + frame.t_s)
            from_s += end_s
    text = load_protocol().text.replace("reps = { value = 20", "reps = { value = 2")
    (folder / "two.toml").write_text(text)
    return folder / "clip.mp4", folder / "two.toml"


def test_somebody_who_lies_answers_with_an_arm(start, practised_and_answering):
    clip, protocol = practised_and_answering
    run = start("--protocol", protocol, speech=0.005, source=("--source", clip))
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


class Broadcast(http.server.BaseHTTPRequestHandler):
    """A network camera that sends the clip twice and then is gone."""

    clip: Path
    sent = False

    def do_GET(self):
        if type(self).sent:
            self.send_error(503)
            return
        type(self).sent = True
        self.send_response(200)
        self.send_header("Content-Type", "multipart/x-mixed-replace; boundary=frame")
        self.end_headers()
        for _ in range(2):
            self.send_clip()

    def send_clip(self):
        begun_s = time.monotonic()
        with FileSource(self.clip) as source:
            for frame in source:
                time.sleep(max(0.0, begun_s + frame.t_s - time.monotonic()))
                image = cv2.imencode(".jpg", frame.image_bgr)[1].tobytes()
                head = f"--frame\r\nContent-Type: image/jpeg\r\nContent-Length: {len(image)}\r\n\r\n"
                self.wfile.write(head.encode() + image + b"\r\n")

    def log_message(self, *_):
        pass


def test_a_network_camera_that_is_lost_ends_the_set_and_its_password_is_nowhere(start, clip):
    Broadcast.clip, Broadcast.sent = clip, False
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Broadcast) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        address = f"http://camera:s3cret@127.0.0.1:{server.server_port}/video.mjpg?password=s3cret"
        run = start("--no-questions", source=("--camera", address))
        # With a camera, the first time is introduced.
        run.wait_for(lambda: TEXTS.get("teach.camera") in run.said(), "no introduction")
        run.xdo("windowfocus", "--sync", "key", "Escape")
        assert run.wait_for_results()["why"] == "camera"
        run.end()
        server.shutdown()
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
