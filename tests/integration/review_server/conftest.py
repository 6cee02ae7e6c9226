"""A folder with clips, and the real server of its review."""

import pytest

from formcheck.review.analysis import AvailableProtocols
from formcheck.review.file_library import FileLibrary
from reviewed import key_of, make_analysed, make_clip, serving
from synth import Move


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("opened")
    make_analysed(folder, "good.mp4")
    make_analysed(folder, "drift.mkv", moves=(Move(peak_deg=50.0), Move(peak_deg=50.0)))
    make_analysed(folder, "bold <b>name & co.mp4", moves=(Move(),))
    make_clip(folder / "raw.mp4", moves=(Move(),))
    return folder


@pytest.fixture(scope="module")
def served(folder):
    with serving(FileLibrary(folder, AvailableProtocols()), reviewer="Ann") as client:
        yield client


@pytest.fixture
def key(served):
    """The item 'good.mp4', without a review."""
    found = key_of(served, "good.mp4")
    yield found
    served.json("DELETE", f"/api/items/{found}/review")
