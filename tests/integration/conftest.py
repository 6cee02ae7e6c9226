"""Fixtures for live sets that run as processes of their own."""

import os
import subprocess
import sys

import pytest

from live_set import RUN, VOICE, Run


@pytest.fixture(scope="session")
def screen():
    """A screen of its own."""
    command = ["Xvfb", "-displayfd", "1", "-screen", "0", "1400x1000x24"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as server:
        yield f":{server.stdout.readline().decode().strip()}"
        server.terminate()


@pytest.fixture
def start(tmp_path, screen, two_reps):
    """Start a set; it is stopped at the end of the test."""
    runs = []

    def begin(*arguments, speech=0.03, source=("--source", two_reps)) -> Run:
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
