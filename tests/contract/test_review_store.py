"""What holds for every store of reviews."""

import threading
from datetime import UTC, datetime

import pytest

from formcheck.form.judge import judge_track
from formcheck.protocols.loader import load_protocol
from formcheck.record.save import save_set
from formcheck.record.store import open_store
from formcheck.record.values import Origin, Practice
from formcheck.review.model import KeyImage, Note, Overrule, Review
from formcheck.review.storage import ConflictError, FileReviewStore, RecordReviewStore
from formcheck.types import Verdict
from synth import Move, glide

OUTCOME = {"reps": 3, "met": 2}


@pytest.fixture(params=["file", "record"])
def store(request, tmp_path):
    """An empty store of each kind."""
    if request.param == "file":
        yield FileReviewStore(tmp_path / "clip.review.json", "ab" * 32)
        return
    track = glide([Move()], fps=10.0)
    protocol = load_protocol()
    practice = Practice("P017", Origin.ANALYZE, datetime(2026, 3, 2, 9, tzinfo=UTC))
    with open_store(tmp_path / "record") as record:
        kept = save_set(record, judge_track(track, protocol), track, protocol=protocol, practice=practice)
        yield RecordReviewStore(record, kept.uid)


def test_an_empty_store_has_an_empty_review(store):
    stored = store.load()
    assert (stored.review, stored.saved_at, stored.outcome) == (Review(), None, None)


def test_what_is_saved_is_loaded(store):
    saved = store.save(Review(reviewer="Ann", summary_note="Gut – 很好"), expected=0, outcome=OUTCOME)
    again = store.load()
    assert again == saved
    assert (again.review.revision, again.review.summary_note, again.outcome) == (1, "Gut – 很好", OUTCOME)
    assert again.saved_at is not None


def test_the_second_of_two_that_began_alike_is_refused_and_shown_the_first(store):
    store.save(Review(summary_note="first"), expected=0, outcome=OUTCOME)
    with pytest.raises(ConflictError, match="changed in another window") as caught:
        store.save(Review(summary_note="second"), expected=0, outcome=OUTCOME)
    assert caught.value.stored.review.summary_note == "first"
    assert store.load().review.summary_note == "first"


def test_of_many_that_write_at_once_exactly_one_wins(store):
    results = []

    def write(number):
        try:
            store.save(Review(summary_note=str(number)), expected=0, outcome=OUTCOME)
            results.append(number)
        except ConflictError:
            results.append(None)

    threads = [threading.Thread(target=write, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    (winner,) = [number for number in results if number is not None]
    assert len(results) == 8
    assert store.load().review == Review(revision=1, summary_note=str(winner))


def test_a_deleted_review_does_not_leave_its_revision_to_the_next_one(store):
    store.save(Review(summary_note="old"), expected=0, outcome=OUTCOME)
    store.delete()
    fresh = store.load().review
    assert fresh.is_empty
    with pytest.raises(ConflictError):
        store.save(Review(summary_note="from the other window"), expected=1, outcome=OUTCOME)
    assert store.save(Review(), expected=fresh.revision, outcome=OUTCOME).review.revision == fresh.revision + 1


def test_every_part_of_a_review_is_stored(store):
    review = Review(
        reviewer="Ann",
        person="P017",
        done=True,
        side="left",
        protocol="sciatic-glide",
        reps=({"start_s": 1.0, "end_s": 2.5},),
        overrules=(Overrule(rule="slow", rep=1, verdict=Verdict.NOT_MET, reason="Seen."),),
        notes=(Note(id="n", scope="frame", t_s=1.5, text="\N{SNOWMAN} <b>", at="now"),),
        goniometer=({"id": "g", "t_s": 1.0, "joint": "knee", "points": [[0, 0], [9, 0], [9, 9]], "angle_deg": 90.0},),
        key_images=(KeyImage(id="k", t_s=2.0, caption="x"),),
    )
    store.save(review, expected=0, outcome=OUTCOME)
    # In the record a review is complete once the session as reviewed is there too.
    done = isinstance(store, FileReviewStore)
    assert store.load().review == review.model_copy(update={"revision": 1, "done": done})


def test_revisions_grow_by_one(store):
    for revision in range(3):
        assert store.save(Review(), expected=revision, outcome=OUTCOME).review.revision == revision + 1


def test_deleting_what_is_not_there_is_no_error(store):
    store.delete()
    assert store.load().review.is_empty
