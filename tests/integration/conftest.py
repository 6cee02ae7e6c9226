"""Commands that run within the test's process, and live sets that run as processes of their own."""

from types import SimpleNamespace

import pytest

from formcheck import cli
from live_set import Run, begin_set, own_screen


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
