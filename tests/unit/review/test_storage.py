"""Reviews as files: whole or not at all, for their owner only, and never over something else."""

import json
import stat
import sys

import pytest

from formcheck.errors import InputError, OutputError
from formcheck.review.model import Review
from formcheck.review.storage import FileReviewStore

CLIP = "ab" * 32
OUTCOME = {"reps": 3, "met": 2}


@pytest.fixture
def path(tmp_path):
    return tmp_path / "clip.review.json"


@pytest.mark.skipif(sys.platform == "win32", reason="Windows keeps no such permissions")
def test_the_file_is_its_owners_alone(path):
    FileReviewStore(path, CLIP).save(Review(), expected=0, outcome=OUTCOME)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [one.name for one in path.parent.iterdir()] == [path.name]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b'{"kind": "formcheck review", "version": 2}',
        b"\xff\xfe",
        json.dumps({"kind": "formcheck review", "version": 1, "clip_sha256": CLIP, "saved_at": "", "outcome": {},
                    "review": {"revision": "x"}}).encode(),
    ],
)  # fmt: skip
def test_a_damaged_file_is_one_clear_line_and_is_not_written_over(path, content):
    path.write_bytes(content)
    store = FileReviewStore(path, CLIP)
    for attempt in (store.load, lambda: store.save(Review(), expected=0, outcome=OUTCOME)):
        with pytest.raises(InputError, match=r"clip\.review\.json: expected a review .* not written over") as caught:
            attempt()
        assert "\n" not in str(caught.value)
    assert path.read_bytes() == content


def test_deleting_a_damaged_file_renames_it(path):
    path.write_bytes(b"precious, half written")
    store = FileReviewStore(path, CLIP)
    store.delete()
    assert path.with_name("clip.review.json.unreadable-1").read_bytes() == b"precious, half written"
    assert store.load().review.is_empty


def test_the_review_of_another_clip_of_that_name_is_refused(path):
    FileReviewStore(path, CLIP).save(Review(summary_note="of the first"), expected=0, outcome=OUTCOME)
    other = FileReviewStore(path, "cd" * 32)
    with pytest.raises(InputError, match="another clip with the same name"):
        other.load()
    with pytest.raises(InputError, match="another clip with the same name"):
        other.save(Review(), expected=0, outcome=OUTCOME)
    assert FileReviewStore(path, CLIP).load().review.summary_note == "of the first"


def test_a_folder_that_is_gone_is_an_output_error(tmp_path):
    store = FileReviewStore(tmp_path / "gone" / "clip.review.json", CLIP)
    with pytest.raises(OutputError, match="cannot be written"):
        store.save(Review(), expected=0, outcome=OUTCOME)
