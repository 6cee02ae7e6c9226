"""A short run of seeded changes: each file is read, or refused in one line. `python -m fuzz` tries many more."""

import shutil
from collections import Counter

import numpy as np
import pytest

from formcheck.errors import FormcheckError
from formcheck.pose.track_file import load_track
from formcheck.protocols.loader import load_protocol
from formcheck.record.exports.archived import read_archive
from formcheck.review.analysis import AvailableProtocols
from formcheck.review.file_library import FileLibrary
from formcheck.video.filmed import stated_at
from formcheck.video.source import FileSource
from fuzz import pages
from fuzz.files import CONTAINERS, KINDS
from reviewed import serving

COUNT = 30
# Of the fifteen in the clip; a container may claim what it likes.
MOST_FRAMES = 60


def read_clip(path):
    stated_at(path)
    for index, _frame in enumerate(FileSource(path, threads=1)):
        assert index < MOST_FRAMES


READERS = {
    **{f"clip, {suffix}": read_clip for suffix in CONTAINERS},
    "track (.npz)": load_track,
    "archive to import": lambda path: read_archive(path.read_bytes(), path.name),
    "protocol": load_protocol,
}


def outcome(read, path):
    """Tell whether a file was read, or refused in lines that name it; any other error fails the test."""
    try:
        read(path)
    except FormcheckError as error:
        return "refused" if all(path.name in line for line in str(error).splitlines()) else f"refused with {error}"
    return "read"


@pytest.mark.parametrize("name", KINDS)
def test_what_is_read_is_good_or_refused(tmp_path, name):
    kind, draw = KINDS[name](tmp_path), np.random.default_rng(7)
    path = tmp_path / kind.name
    path.write_bytes(kind.whole)
    assert outcome(READERS[name], path) == "read"
    outcomes = Counter()
    for _ in range(COUNT):
        path.write_bytes(kind.mutate(kind.whole, draw))
        outcomes[outcome(READERS[name], path)] += 1
    assert outcomes["read"] + outcomes["refused"] == COUNT, outcomes


def test_pages_answer_whatever_is_asked_of_damaged_results(tmp_path):
    draw = np.random.default_rng(7)
    pages.damaged_library(tmp_path / "library", 10, draw)
    with serving(FileLibrary(tmp_path / "library", AvailableProtocols())) as client:
        visited = pages.visit_all(client)
        key = next(item["id"] for item in client.get("/api/items")["items"] if item["name"] == "good/clip.mp4")
        answers = pages.send_all(client, key, COUNT, draw, patience_s=0.3)
        assert client.get(f"/api/items/{key}")["name"] == "good/clip.mp4"
    # Results that were changed may contradict themselves.
    shutil.rmtree(tmp_path / "library")
    assert visited.faults + answers.faults == []
    assert visited.statuses["2xx"] > 20
