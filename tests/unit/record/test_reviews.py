"""Reviews in the record: one row a session, taken along and erased with it."""

import json
from datetime import UTC, datetime

import pytest

from formcheck.errors import UsageError
from formcheck.protocols.loader import load_protocol
from formcheck.record.annotations import ReviewRow, delete_review, review_of, reviews, save_review
from formcheck.record.exports.archive import import_session, session_json
from formcheck.record.exports.archived import read_archive
from formcheck.record.forget import erase, erasure_of_sessions
from formcheck.record.save import save_set
from formcheck.record.store import open_store
from formcheck.record.values import Origin, Practice
from formcheck.types import Side
from practice import judged, named


def add(store, name):
    track, session = named(*judged(20.0, Side.LEFT), name)
    practice = Practice("P017", Origin.ANALYZE, datetime(2026, 3, 2, 9, tzinfo=UTC))
    return save_set(store, session, track, protocol=load_protocol(), practice=practice).uid


def write(store, uid, *, revision=1, text='{"summary_note": "a word"}'):
    with store.writing() as connection:
        save_review(connection, uid, ReviewRow(revision, "2026-03-02T10:00:00+00:00", "Ann", True, text, "{}"))


def test_the_next_version_takes_the_place_of_the_one_before(store):
    uid, other = add(store, "a"), add(store, "b")
    write(store, uid)
    write(store, uid, revision=2, text="newer")
    with store.reading() as connection:
        row = review_of(connection, uid)
        assert (row.revision, row.text, row.reviewer, row.done) == (2, "newer", "Ann", True)
        assert review_of(connection, other) is None
        assert reviews(connection) == {uid: row}


def test_a_review_of_no_session_is_refused(store):
    with pytest.raises(UsageError, match="id of one session"):
        write(store, "ffffffff")


def test_a_review_can_be_forgotten_alone(store):
    uid = add(store, "a")
    write(store, uid)
    with store.writing() as connection:
        delete_review(connection, uid)
    with store.reading() as connection:
        assert review_of(connection, uid) is None


def test_a_review_is_erased_with_its_session_to_the_last_byte(store):
    uid = add(store, "a")
    write(store, uid, text="a word that nobody else uses: xylotomous")
    with store.reading() as connection:
        erasure = erasure_of_sessions(store, connection, [uid])
    erase(store, erasure)
    with store.reading() as connection:
        assert reviews(connection) == {}
    assert not any(b"xylotomous" in path.read_bytes() for path in store.folder.glob("record.db*"))


def test_a_review_is_taken_along_and_back(store, tmp_path):
    uid = add(store, "a")
    write(store, uid)
    with store.reading() as connection:
        data = session_json(store, connection, uid)
        row = review_of(connection, uid)
    with open_store(tmp_path / "other") as other:
        assert import_session(other, read_archive(data, "a.json"), "a.json")
        with other.reading() as connection:
            assert review_of(connection, uid) == row
            assert session_json(other, connection, uid) == data


def test_a_file_of_before_there_were_reviews_still_comes_back(store, tmp_path):
    uid = add(store, "a")
    with store.reading() as connection:
        old = json.loads(session_json(store, connection, uid))
    del old["reviews"]
    with open_store(tmp_path / "other") as other:
        assert import_session(other, read_archive(json.dumps(old).encode(), "a.json"), "a.json")
        with other.reading() as connection:
            assert reviews(connection) == {}
