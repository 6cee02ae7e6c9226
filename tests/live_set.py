"""A live set as a process of its own, on a screen of its own, with a speech program that writes what it is given."""

import http.server
import json
import math
import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import cv2
import pytest

from formcheck.record.profiles import profile_key
from formcheck.record.queries import sessions
from formcheck.record.questions import open_questions
from formcheck.record.store import open_store
from formcheck.text.catalogue import Texts
from formcheck.video.source import FileSource

WINDOW_MANAGER = Path(__file__).parent / "window_manager.py"
TEXTS = Texts("en")
PATIENCE_S = 90.0
GIVE_UP_S = 2.0

needs_a_screen = pytest.mark.skipif(
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
# SIGINT is ignored in what a shell that is not interactive starts in the background. The waits for a lost camera and
# for a closed lid may be shorter than those for a person.
RUN = """
import signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)
from formcheck.live import camera, interruptions
camera.STALLED_S, camera._GIVE_UP_S, interruptions._SLEPT_S = 0.5, {give_up_s}, {slept_s}
from formcheck.cli import main
main()
"""


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

    def try_xdo(self, *words: str) -> str | None:
        """Find the window and do something with it; None where it is not there (any more)."""
        # Never with --sync: a window that closes meanwhile would be waited for without end.
        command = ["xdotool", "search", "--onlyvisible", "--name", "formcheck live", *words]
        done = subprocess.run(command, env=self.environment, check=False, capture_output=True, text=True, timeout=10)
        return done.stdout if done.returncode == 0 else None

    def xdo(self, *words: str) -> str:
        """Do something with the window as soon as it is there."""
        found: list[str] = []

        def done() -> bool:
            output = self.try_xdo(*words)
            found.extend([] if output is None else [output])
            return bool(found)

        self.wait_for(done, "no window")
        return found[0]

    def wait_for(self, condition: Callable[[], bool], what: str) -> None:
        end_s = time.monotonic() + PATIENCE_S
        while not condition():
            assert time.monotonic() < end_s, f"{what}: {(self.folder / 'stderr').read_text()}"
            time.sleep(0.05)

    def wait_for_rep(self, count: int = 1) -> None:
        """Wait until so many repetitions are in the journal."""
        files = self.sessions.glob
        self.wait_for(
            lambda: sum(path.read_text().count('"rep"') for path in files("*/events.jsonl")) >= count, "no repetition"
        )

    def wait_for_results(self) -> dict:
        """Wait until all results are there, while the process may go on; return what practice.json says."""
        files = self.sessions.glob
        self.wait_for(lambda: bool([*files("*/practice.json")]), "no results")
        (practice,) = files("*/practice.json")
        assert (practice.parent / "report.html").exists()
        return json.loads(practice.read_text())

    def type_answer(self, digit: str, following: str) -> None:
        """Type a number until it is said back, and wait for the next question."""
        self.press(digit, lambda: digit in self.said().splitlines(), f"{digit} not taken")
        self.xdo("key", "Return")
        self.wait_for(lambda: following in self.said(), f"no question after {digit}")

    def press(self, key: str, condition: Callable[[], bool], what: str) -> None:
        """Press a key, again if it was missed, until a condition holds."""
        end_s = time.monotonic() + PATIENCE_S
        while not condition() and time.monotonic() < end_s:
            self.try_xdo("windowfocus", "key", key)
            pause_s = time.monotonic() + 3.0
            while not condition() and time.monotonic() < pause_s:
                time.sleep(0.05)
        self.wait_for(condition, what)

    def end(self) -> None:
        """Wait until the process ends by itself."""
        assert self.process.wait(PATIENCE_S) == 0, (self.folder / "stderr").read_text()

    def press_on(self) -> None:
        """Press the key that turns a page until the process ends by itself."""
        end_s = time.monotonic() + PATIENCE_S
        while self.process.poll() is None and time.monotonic() < end_s:
            self.try_xdo("windowfocus", "key", "space")
            time.sleep(0.3)
        self.end()

    def kept(self):
        """The set in the practice record, and the questions that wait."""
        with open_store(self.folder / "record") as store, store.reading() as connection:
            (line,) = sessions(connection)
            waiting = open_questions(connection, profile_key(connection, "me"))
        return line, [question for one in waiting for question in one.questions]


@contextmanager
def own_screen() -> Iterator[str]:
    """Run a screen of its own; its name is that for DISPLAY."""
    command = ["Xvfb", "-displayfd", "1", "-screen", "0", "1400x1000x24"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as server:
        try:
            yield f":{server.stdout.readline().decode().strip()}"
        finally:
            server.terminate()


def begin_set(folder: Path, screen: str, *arguments: object, speech: float | None = 0.03, slept_s: float = 10.0) -> Run:
    """Start a set.

    ``speech`` is how many seconds a spoken character takes, None where nothing can speak; what stops for ``slept_s``
    is taken to have slept.
    """
    programs = folder / "programs"
    programs.mkdir()
    if speech is not None:
        (programs / "espeak-ng").write_text(VOICE.format(python=sys.executable, s_per_character=speech))
        (programs / "espeak-ng").chmod(0o755)
    environment = {
        **os.environ,
        "DISPLAY": screen,
        "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
        "HEARD": str(folder / "heard"),
        "FORMCHECK_STORE": str(folder / "record"),
    }
    options = ("live", *arguments, "--lang", "en", "--no-open", "--out", folder / "sessions")
    command = [sys.executable, "-c", RUN.format(give_up_s=GIVE_UP_S, slept_s=slept_s), *map(str, options)]
    with (folder / "stdout").open("w") as out, (folder / "stderr").open("w") as err:
        process = subprocess.Popen(command, env=environment, stdin=subprocess.DEVNULL, stdout=out, stderr=err)
    return Run(process, folder, environment)


class NetworkCamera(http.server.ThreadingHTTPServer):
    """A network camera that sends a clip over and over until it is ``lost``, at ``gone_at_s`` of the clock."""

    def __init__(self, clip: Path) -> None:
        super().__init__(("127.0.0.1", 0), _Broadcast)
        self.clip = clip
        self.begun = False
        self.lost = threading.Event()
        self.gone_at_s = math.inf


class _Broadcast(http.server.BaseHTTPRequestHandler):
    server: NetworkCamera

    def do_GET(self):
        if self.server.begun:
            self.send_error(503)
            return
        self.server.begun = True
        self.send_response(200)
        self.send_header("Content-Type", "multipart/x-mixed-replace; boundary=frame")
        self.end_headers()
        while not self.server.lost.is_set():
            self.send_clip()
        self.server.gone_at_s = time.time()

    def send_clip(self):
        begun_s = time.monotonic()
        with FileSource(self.server.clip) as source:
            for frame in source:
                if self.server.lost.wait(max(0.0, begun_s + frame.t_s - time.monotonic())):
                    return
                image = cv2.imencode(".jpg", frame.image_bgr)[1].tobytes()
                head = f"--frame\r\nContent-Type: image/jpeg\r\nContent-Length: {len(image)}\r\n\r\n"
                self.wfile.write(head.encode() + image + b"\r\n")

    def log_message(self, *_):
        pass


@contextmanager
def network_camera(clip: Path) -> Iterator[NetworkCamera]:
    """Serve a clip as a network camera does."""
    with NetworkCamera(clip) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.lost.set()
        server.shutdown()


def close_window(run: Run) -> None:
    """Press the X button."""
    for window in run.xdo().split():
        subprocess.run([sys.executable, WINDOW_MANAGER, window], env=run.environment, check=True)


def press_q(run: Run) -> None:
    run.xdo("windowfocus", "key", "q")
