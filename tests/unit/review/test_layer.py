"""The reviewer's layer on the disk and in the record: whole or not at all, and never over another's newer words."""

import json
import stat
import sys
import threading

import pytest

from formcheck.errors import InputError, OutputError
from formcheck.record.keep import keep
from formcheck.record.store import open_store
from formcheck.record.values import Origin, Practice
from formcheck.review.kept_items import StoreItem
from formcheck.review.layer import FileLayer, NewerError
from formcheck.review.material import Shelf
from formcheck.review.model import Review

CLIP = "ab" * 32
COUNTED = {"reps": 3, "correct": 2}


@pytest.fixture
def path(tmp_path):
    return tmp_path / "clip.review.json"


@pytest.fixture(params=["file", "record"])
def layer(request, path, tmp_path):
    """A layer in each of its places."""
    if request.param == "file":
        yield FileLayer(path, CLIP)
        return
    from datetime import UTC, datetime

    from formcheck.form.judge import judge_track
    from formcheck.protocols.loader import load_protocol
    from synth import Move, glide

    track = glide([Move()], fps=10.0)
    protocol = load_protocol()
    practice = Practice("P017", Origin.ANALYZE, datetime(2026, 3, 2, 9, tzinfo=UTC))
    with open_store(tmp_path / "record") as store:
        kept = keep(store, judge_track(track, protocol), track, protocol=protocol, practice=practice)
        yield StoreItem(store, kept.uid, Shelf()).layer()


def test_nothing_kept_is_an_empty_review(layer):
    assert layer.load().review == Review()


def test_what_is_saved_is_loaded(layer):
    kept = layer.save(Review(reviewer="Ann", summary_note="Gut – 很好"), expected=0, outcome=COUNTED)
    again = layer.load()
    assert again == kept
    assert (again.review.revision, again.review.summary_note, again.outcome) == (1, "Gut – 很好", COUNTED)
    assert again.saved_at is not None


def test_the_second_of_two_that_began_alike_is_refused_and_shown_the_first(layer):
    layer.save(Review(summary_note="first"), expected=0, outcome=COUNTED)
    with pytest.raises(NewerError, match="changed in another window") as caught:
        layer.save(Review(summary_note="second"), expected=0, outcome=COUNTED)
    assert caught.value.kept.review.summary_note == "first"
    assert layer.load().review.summary_note == "first"


def test_of_many_that_write_at_once_exactly_one_wins(layer):
    results = []

    def write(number):
        try:
            layer.save(Review(summary_note=str(number)), expected=0, outcome=COUNTED)
            results.append(number)
        except NewerError:
            results.append(None)

    threads = [threading.Thread(target=write, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    (winner,) = [number for number in results if number is not None]
    assert len(results) == 8
    assert layer.load().review == Review(revision=1, summary_note=str(winner))


def test_a_forgotten_layer_does_not_get_the_number_that_another_window_still_shows(layer):
    layer.save(Review(summary_note="old"), expected=0, outcome=COUNTED)
    layer.forget()
    fresh = layer.load().review
    assert fresh.empty
    with pytest.raises(NewerError):
        layer.save(Review(summary_note="from the other window"), expected=1, outcome=COUNTED)
    assert layer.save(Review(), expected=fresh.revision, outcome=COUNTED).review.revision == fresh.revision + 1


@pytest.mark.skipif(sys.platform == "win32", reason="Windows keeps no such permissions")
def test_the_file_is_its_owners_alone(path):
    FileLayer(path, CLIP).save(Review(), expected=0, outcome=COUNTED)
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
    layer = FileLayer(path, CLIP)
    for attempt in (layer.load, lambda: layer.save(Review(), expected=0, outcome=COUNTED)):
        with pytest.raises(InputError, match=r"clip\.review\.json: expected a review .* not written over") as caught:
            attempt()
        assert "\n" not in str(caught.value)
    assert path.read_bytes() == content


def test_forgetting_a_damaged_file_puts_it_aside(path):
    path.write_bytes(b"precious, half written")
    layer = FileLayer(path, CLIP)
    layer.forget()
    assert path.with_name("clip.review.json.unreadable-1").read_bytes() == b"precious, half written"
    assert layer.load().review.empty


def test_the_review_of_another_clip_of_that_name_is_refused(path):
    FileLayer(path, CLIP).save(Review(summary_note="of the first"), expected=0, outcome=COUNTED)
    other = FileLayer(path, "cd" * 32)
    with pytest.raises(InputError, match="another clip with the same name"):
        other.load()
    with pytest.raises(InputError, match="another clip with the same name"):
        other.save(Review(), expected=0, outcome=COUNTED)
    assert FileLayer(path, CLIP).load().review.summary_note == "of the first"


def test_a_folder_that_is_gone_is_said(tmp_path):
    layer = FileLayer(tmp_path / "gone" / "clip.review.json", CLIP)
    with pytest.raises(OutputError, match="cannot be written"):
        layer.save(Review(), expected=0, outcome=COUNTED)
