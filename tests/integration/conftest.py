"""Fixtures for live sets that run as processes of their own."""

import pytest

from live_set import Run, begin_set, own_screen


@pytest.fixture(scope="session")
def screen():
    """A screen of its own."""
    with own_screen() as name:
        yield name


@pytest.fixture
def start(tmp_path, screen, two_reps):
    """Start a set; it is stopped at the end of the test."""
    runs = []

    def begin(*arguments, speech=0.03, source=("--source", two_reps)) -> Run:
        runs.append(begin_set(tmp_path, screen, *source, *arguments, speech=speech))
        return runs[-1]

    yield begin
    for run in runs:
        run.process.kill()
        run.process.wait()
