"""Commands that run within the test's process, and live sets that run as processes of their own."""

import os
from pathlib import Path
from types import SimpleNamespace

import pytest

import synth
from formcheck import cli
from formcheck.pose.track_file import save_track
from live_set import Run, begin_set, own_screen
from record_commands import WHEN


@pytest.fixture
def formcheck(capfd):
    """Run a command within this process; what libraries print past Python is captured too."""

    def call(*arguments):
        code = cli.run([*map(str, arguments)])
        out, err = capfd.readouterr()
        return SimpleNamespace(returncode=code, stdout=out, stderr=err)

    return call


@pytest.fixture(scope="session")
def screen():
    """A screen of its own."""
    with own_screen() as name:
        yield name


@pytest.fixture
def start(tmp_path, screen, whole_set):
    """Start a set; it is stopped at the end of the test."""
    runs = []

    def begin(*arguments, speech=0.005, source=("--source", whole_set), **options) -> Run:
        runs.append(begin_set(tmp_path, screen, *source, *arguments, speech=speech, **options))
        return runs[-1]

    yield begin
    for run in runs:
        run.process.kill()
        run.process.wait()


@pytest.fixture
def run(tmp_path, monkeypatch, capsys):
    """Run a command on a record of this test; return exit code, stdout and stderr."""
    monkeypatch.setenv("FORMCHECK_STORE", str(tmp_path / "record"))
    monkeypatch.setenv("COLUMNS", "120")

    def call(*arguments: str) -> tuple[int, str, str]:
        code = cli.run(list(arguments))
        said = capsys.readouterr()
        return code, said.out, said.err

    return call


@pytest.fixture
def track(tmp_path) -> Path:
    path = tmp_path / "monday.npz"
    save_track(synth.glide([synth.Move()] * 4, fps=15), path)
    os.utime(path, (WHEN.timestamp(), WHEN.timestamp()))
    return path
