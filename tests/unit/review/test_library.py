"""What is found in what was opened."""

import json
import os
import sys
from datetime import datetime

import pytest

from formcheck.errors import InputError
from formcheck.review import file_library
from formcheck.review.analysis import AvailableProtocols, other_leg_folder, read_analysis
from formcheck.review.file_library import FileLibrary
from formcheck.review.model import Review
from formcheck.review.results_folders import results_folder_for
from formcheck.review.storage import FileReviewStore
from formcheck.types import Side
from reviewed import make_analysed, make_clip, make_results
from synth import Move

ONE = (Move(),)


def opened(folder, **options):
    return FileLibrary(folder, AvailableProtocols(), **options)


def named(found):
    return {item.name: item for item in found.items()}


def test_clips_are_found_with_their_results_in_all_folders(tmp_path):
    make_analysed(tmp_path / "monday", "a.mp4", moves=ONE)
    make_clip(tmp_path / "b.mp4", moves=ONE)
    items = named(opened(tmp_path))
    assert set(items) == {"monday/a.mp4", "b.mp4"}
    assert items["monday/a.mp4"].entry()["state"] == "analysed"
    assert items["monday/a.mp4"].entry()["reps"] == 1
    assert items["b.mp4"].entry()["state"] == "not analysed"


def test_results_without_a_clip_are_an_item_of_their_own(tmp_path):
    clip = make_analysed(tmp_path, moves=ONE)
    clip.unlink()
    (item,) = opened(tmp_path).items()
    assert (item.origin, item.clip, item.name) == ("results", None, "clip.formcheck")
    assert item.review_store().path == tmp_path / "clip.formcheck" / "review.json"


def test_a_review_goes_beside_the_clip_and_is_found_again_from_the_results(tmp_path):
    clip = make_analysed(tmp_path, moves=ONE)
    (item,) = opened(tmp_path).items()
    item.review_store().save(Review(summary_note="x"), expected=0, outcome={"reps": 1})
    assert (tmp_path / "clip.review.json").exists()
    (again,) = opened(tmp_path, only=tmp_path / "clip.formcheck").items()
    assert again.review_store().load().review.summary_note == "x"
    assert again.clip == clip


def test_two_clips_of_one_stem_do_not_share_results(tmp_path):
    make_analysed(tmp_path, "a.mp4", moves=ONE)
    other = make_clip(tmp_path / "a.mov", moves=ONE)
    assert named(opened(tmp_path))["a.mov"].entry()["state"] == "not analysed"
    folder = results_folder_for(other)
    assert folder.name == "a.mov.formcheck"
    make_results(other, folder, moves=ONE)
    items = named(opened(tmp_path))
    assert items["a.mov"].results.path == folder
    assert items["a.mp4"].results.path == tmp_path / "a.formcheck"
    assert items["a.mov"].review_store().path != items["a.mp4"].review_store().path


def test_results_elsewhere_go_to_the_only_clip_of_that_name(tmp_path):
    (tmp_path / "clips").mkdir()
    clip = make_clip(tmp_path / "clips" / "a.mp4", moves=ONE)
    make_results(clip, tmp_path / "out" / "clips" / "a-1234", moves=ONE)
    (item,) = opened(tmp_path).items()
    assert (item.name, item.is_analysed) == ("clips/a.mp4", True)
    assert item.review_store().path == tmp_path / "out" / "clips" / "a-1234" / "review.json"


def test_only_what_was_opened_is_there(tmp_path):
    clip = make_analysed(tmp_path, "a.mp4", moves=ONE)
    make_analysed(tmp_path, "b.mp4", moves=ONE)
    found = opened(tmp_path, only=clip)
    assert [item.name for item in found.items()] == ["a.mp4"]
    assert (found.opened, found.uploads) == ("clip", None)
    (stranger,) = [item for item in opened(tmp_path).items() if item.name == "b.mp4"]
    assert found.get(stranger.id) is None


@pytest.mark.skipif(sys.platform == "win32", reason="links need a right of their own there")
def test_links_out_of_the_folder_are_not_followed(tmp_path):
    outside = make_analysed(tmp_path / "outside", "secret.mp4", moves=ONE)
    inside = tmp_path / "inside"
    make_analysed(inside, "a.mp4", moves=ONE)
    (inside / "link.mp4").symlink_to(outside)
    (inside / "folder").symlink_to(outside.parent, target_is_directory=True)
    (inside / "again.mp4").symlink_to(inside / "a.mp4")
    assert set(named(opened(inside))) == {"a.mp4", "again.mp4"}
    # what is opened by its own name may be a link
    assert named(opened(inside, only=inside / "link.mp4")).keys() == {"link.mp4"}


@pytest.mark.skipif(sys.platform == "win32", reason="links need a right of their own there")
def test_a_clip_that_became_a_link_out_of_the_folder_is_no_longer_there(tmp_path):
    outside = make_clip(tmp_path / "secret.mp4", moves=ONE)
    clip = make_analysed(tmp_path / "inside", "a.mp4", moves=ONE)
    found = opened(tmp_path / "inside")
    (item,) = found.items()
    clip.unlink()
    clip.symlink_to(outside)
    assert found.get(item.id) is None


def test_hidden_files_and_other_files_are_left_alone(tmp_path):
    for name in (".hidden.mp4", "notes.txt", "a.mp4.part"):
        (tmp_path / name).write_bytes(b"x")
    (tmp_path / ".trash").mkdir()
    (tmp_path / ".trash" / "b.mp4").write_bytes(b"x")
    assert opened(tmp_path).items() == []


def test_damaged_results_are_said_at_their_clip(tmp_path):
    make_analysed(tmp_path, moves=ONE)
    (tmp_path / "clip.formcheck" / "session.json").write_text("{")
    (item,) = opened(tmp_path).items()
    line = item.entry()
    assert item.clip is not None
    assert line["state"] == "failed"
    assert line["error"].startswith("clip.formcheck/session.json: expected the document of an analysis")


@pytest.mark.parametrize(
    ("name", "content", "problem"),
    [
        ("session.json", b"{}", "expected the results of this formcheck"),
        ("angles.csv", b"t_s\n0\n", "angles.csv: expected the table"),
        ("angles.csv", None, "angles.csv is missing"),
        ("track.npz", b"PK", "expected a track"),
    ],
)
def test_results_that_do_not_fit_are_refused_in_one_line(tmp_path, name, content, problem):
    make_analysed(tmp_path, moves=ONE)
    path = tmp_path / "clip.formcheck" / name
    path.unlink() if content is None else path.write_bytes(content)
    with pytest.raises(InputError, match=problem) as caught:
        read_analysis(path.parent, AvailableProtocols())
    assert "\n" not in str(caught.value)


def test_parts_of_different_analyses_are_refused(tmp_path):
    make_analysed(tmp_path, "a.mp4", moves=ONE)
    make_analysed(tmp_path, "b.mp4", moves=(Move(), Move()))
    (tmp_path / "b.formcheck" / "angles.csv").replace(tmp_path / "a.formcheck" / "angles.csv")
    with pytest.raises(InputError, match="of different analyses"):
        read_analysis(tmp_path / "a.formcheck", AvailableProtocols())


def test_what_is_loaded_is_what_the_analysis_wrote(tmp_path):
    make_analysed(tmp_path)
    folder = tmp_path / "clip.formcheck"
    analysis = read_analysis(folder, AvailableProtocols())
    assert analysis.document == json.loads((folder / "session.json").read_text())
    assert analysis.apply(Review()).session is analysis.session
    # judged again from the track it is the same to the decimals that were written
    rejudged = analysis.apply(Review(protocol="sciatic-glide-slider")).session
    for a, b in zip(analysis.session.reps, rejudged.reps, strict=True):
        assert a.knee_flexion_peak_deg == pytest.approx(b.knee_flexion_peak_deg, abs=0.006)


def test_the_line_shows_the_review(tmp_path):
    make_analysed(tmp_path)
    (item,) = opened(tmp_path).items()
    store = item.review_store()
    assert isinstance(store, FileReviewStore)
    store.save(Review(done=True), expected=0, outcome={"reps": 3, "met": 1, "not_met": 2, "undecided": 0})
    line = item.entry()
    assert (line["met"], line["not_met"], line["reviewed"], line["review_started"]) == (1, 2, True, True)
    store.path.write_text("{")
    assert "expected a review" in item.entry()["review_problem"]


def test_counts_stored_by_an_older_formcheck_are_read(tmp_path):
    make_analysed(tmp_path)
    (item,) = opened(tmp_path).items()
    item.review_store().save(
        Review(done=True), expected=0, outcome={"reps": 3, "correct": 1, "incorrect": 2, "unsure": 0}
    )
    assert [item.entry()[key] for key in ("reps", "met", "not_met", "undecided")] == [3, 1, 2, 0]


def test_a_date_is_the_cameras_or_said_to_be_the_files(tmp_path):
    told = "2026-02-01T10:00:00+00:00"

    def stated(stream):
        stream.container.metadata["creation_time"] = told

    make_clip(tmp_path / "told.mp4", prepare=stated)
    silent = make_clip(tmp_path / "silent.mp4")
    alone = make_results(silent, tmp_path / "alone.formcheck")
    silent.unlink()
    make_clip(tmp_path / "copy.mp4")
    os.utime(alone / "track.npz", (1e9, 1e9))
    items = {item.name: item for item in opened(tmp_path).items()}
    dated = items["told.mp4"].date()
    assert (datetime.fromisoformat(dated.date), dated.kind) == (datetime.fromisoformat(told), "filmed")
    assert items["told.mp4"].entry()["date_kind"] == "filmed"
    assert items["copy.mp4"].date().kind == "file"
    assert items["copy.mp4"].analysed_at() is None
    assert items["alone.formcheck"].date().kind == "analysed"
    assert datetime.fromisoformat(items["alone.formcheck"].analysed_at()).timestamp() == 1e9


def test_an_analysis_that_ends_meanwhile_is_seen(tmp_path):
    clip = make_clip(tmp_path / "a.mp4", moves=ONE)
    found = opened(tmp_path)
    (item,) = found.items()
    make_results(clip, moves=ONE)
    assert found.get(item.id).is_analysed
    assert found.items()[0].entry()["state"] == "analysed"


def test_a_whole_disk_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(file_library, "MAX_CLIPS", 2)
    for name in "abc":
        (tmp_path / f"{name}.mp4").write_bytes(b"x")
    with pytest.raises(InputError, match="at most 2 clips"):
        opened(tmp_path).items()


def test_ids_say_nothing_and_stay_the_same(tmp_path):
    make_clip(tmp_path / "patient-name.mp4", moves=ONE)
    first, second = (opened(tmp_path).items()[0].id for _ in range(2))
    assert first == second
    assert first.isalnum()


def test_the_other_leg_is_measured_once_it_was_followed(tmp_path):
    clip = make_analysed(tmp_path)
    folder = tmp_path / "clip.formcheck"
    review = Review(side=Side.RIGHT)
    assert read_analysis(folder, AvailableProtocols()).apply(review).needs_side is Side.RIGHT
    make_results(clip, other_leg_folder(folder, Side.RIGHT), side=Side.RIGHT)
    analysis = read_analysis(folder, AvailableProtocols())
    reviewed = analysis.apply(review)
    assert (reviewed.needs_side, reviewed.session.side, reviewed.session.rep_count) == (None, Side.RIGHT, 3)
    assert analysis.apply(Review()).session.side is Side.LEFT
    assert [item.name for item in opened(tmp_path).items()] == ["clip.mp4"]


def test_an_analysis_of_another_part_of_the_clip_does_not_stand_in(tmp_path):
    clip = make_analysed(tmp_path)
    folder = tmp_path / "clip.formcheck"
    make_results(clip, other_leg_folder(folder, Side.RIGHT), moves=ONE, side=Side.RIGHT)
    assert read_analysis(folder, AvailableProtocols()).apply(Review(side=Side.RIGHT)).needs_side is Side.RIGHT


def test_results_are_read_once_as_long_as_they_are_not_written_again(tmp_path):
    make_analysed(tmp_path, moves=ONE)
    found = opened(tmp_path)
    before = found.items()[0].entry()
    path = tmp_path / "clip.formcheck" / "session.json"
    was = path.stat()
    path.write_bytes(b" " * was.st_size)
    os.utime(path, ns=(was.st_atime_ns, was.st_mtime_ns))
    assert found.items()[0].entry() == before
    os.utime(path)
    assert found.items()[0].entry()["state"] == "failed"
