"""Which folder a clip's results are in, also while clips of one stem are analysed at the same time."""

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from formcheck.errors import OutputError
from formcheck.review import results_folders
from formcheck.review.results_folders import claimed_results_folder, possible_review_files, results_folder_for
from reviewed import make_analysed
from synth import Move


def test_clips_of_one_stem_that_are_analysed_at_once_never_share_a_folder(tmp_path):
    both = threading.Barrier(2)

    def claim(name):
        both.wait()
        with claimed_results_folder(tmp_path / name) as folder:
            both.wait()
            return folder.name

    with ThreadPoolExecutor(2) as threads:
        for _ in range(40):
            found = list(threads.map(claim, ("set.mp4", "set.mov")))
            assert len(set(found)) == 2
            assert "set.formcheck" in found
    assert list(tmp_path.iterdir()) == []


def test_the_same_clip_has_the_same_folder_and_a_third_clip_none(tmp_path):
    with claimed_results_folder(tmp_path / "set.mp4") as first, claimed_results_folder(tmp_path / "set.mp4") as again:
        assert first == again == tmp_path / "set.formcheck"
        # The suffix of 'set.mov' is not that of a clip here: its folder is the one that 'set.mov' would have.
        with claimed_results_folder(tmp_path / "set.mov.mp4") as taken:
            assert taken == tmp_path / "set.mov.formcheck"
            with pytest.raises(OutputError, match="other clips have"), claimed_results_folder(tmp_path / "set.mov"):
                pass


@pytest.mark.parametrize("left", [b"set.mp4", b""], ids=["by its clip", "before it was written"])
def test_a_claim_that_a_killed_process_left_keeps_other_clips_out(tmp_path, left):
    (tmp_path / "set.formcheck").mkdir()
    (tmp_path / "set.formcheck" / ".clip").write_bytes(left)
    with claimed_results_folder(tmp_path / "set.mov") as folder:
        assert folder == tmp_path / "set.mov.formcheck"
    assert (tmp_path / "set.formcheck" / ".clip").read_bytes() == left


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no device that is full")
def test_a_full_disk_leaves_no_claim(tmp_path, monkeypatch):
    real = results_folders.open_private

    def full(path, mode):
        real(path, mode).close()
        return Path("/dev/full").open("wb")

    monkeypatch.setattr(results_folders, "open_private", full)
    with pytest.raises(OutputError, match="disk is full"), claimed_results_folder(tmp_path / "set.mp4"):
        pass
    assert list(tmp_path.iterdir()) == []


def test_results_say_whose_they_are(tmp_path):
    clip = make_analysed(tmp_path, "set.mp4", moves=(Move(),))
    assert results_folder_for(clip) == tmp_path / "set.formcheck"
    with claimed_results_folder(tmp_path / "set.mov") as folder:
        assert folder == results_folder_for(tmp_path / "set.mov") == tmp_path / "set.mov.formcheck"
    with claimed_results_folder(clip) as folder:
        assert folder == tmp_path / "set.formcheck"
    assert (folder / "session.json").exists()


def test_a_review_is_looked_for_beside_its_results_from_within_them_too(tmp_path, monkeypatch):
    inside = tmp_path / "set.formcheck" / "inside"
    inside.mkdir(parents=True)
    for current, results in ((inside.parent, Path()), (inside, Path(".."))):
        monkeypatch.chdir(current)
        beside, within = possible_review_files(results)
        assert beside == tmp_path / "set.review.json"
        assert within.resolve() == tmp_path / "set.formcheck" / "review.json"
