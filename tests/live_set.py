"""A live set as a process of its own, on a screen of its own, with a speech program that writes what it is given."""

import json
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from formcheck.record.profiles import profile_key
from formcheck.record.queries import sessions
from formcheck.record.questions import open_questions
from formcheck.record.store import open_store
from formcheck.text.catalogue import Texts

WINDOW_MANAGER = Path(__file__).parent / "window_manager.py"
TEXTS = Texts("en")
PATIENCE_S = 90.0

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

    def press_on(self) -> None:
        """Press the key that turns a page until the process ends by itself."""
        end_s = time.monotonic() + PATIENCE_S
        while self.process.poll() is None and time.monotonic() < end_s:
            command = ["xdotool", "search", "--onlyvisible", "--name", "formcheck live", "windowfocus", "key", "space"]
            # The window may be gone already.
            subprocess.run(command, env=self.environment, check=False, capture_output=True)
            time.sleep(1.0)
        self.end()

    def kept(self):
        """The set in the practice record, and the questions that wait."""
        with open_store(self.folder / "record") as store, store.reading() as connection:
            (line,) = sessions(connection)
            waiting = open_questions(connection, profile_key(connection, "me"))
        return line, [question for one in waiting for question in one.questions]


def close_window(run: Run) -> None:
    """Press the X button."""
    for window in run.xdo().split():
        subprocess.run([sys.executable, WINDOW_MANAGER, window], env=run.environment, check=True)


def press_q(run: Run) -> None:
    run.xdo("windowfocus", "--sync", "key", "q")
