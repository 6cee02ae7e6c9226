"""Questions that wait for an answer, and the advice that follows from the answers."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime

import pytest

from formcheck.record.exports.archive import import_session, session_json
from formcheck.record.exports.archived import read_archive
from formcheck.record.profiles import profile_key
from formcheck.record.questions import advice, answer_questions, answers_of, drop_questions, open_questions
from formcheck.record.store import open_store
from formcheck.record.values import Answers, Place, Question, Reason, RedFlag
from practice import PROFILE, keep_set

ALL = tuple(Question)


def waiting(store, **options):
    with store.reading() as connection:
        found = open_questions(connection, profile_key(connection, PROFILE), **options)
    return [(one.session, one.questions) for one in found]


def answer(store, uid, answers):
    with store.writing() as connection:
        return answer_questions(connection, uid, answers)


def test_what_was_not_answered_waits_the_newest_session_first(store):
    old = keep_set(store, "old", questions=(Question.PLACES,), practised_at=datetime(2026, 3, 1, 9, tzinfo=UTC)).uid
    new = keep_set(store, "new", questions=ALL, practised_at=datetime(2026, 3, 4, 9, tzinfo=UTC)).uid
    keep_set(store, "answered", practised_at=datetime(2026, 3, 5, 9, tzinfo=UTC))
    assert waiting(store) == [(new, ALL), (old, (Question.PLACES,))]
    assert waiting(store, since=date(2026, 3, 2)) == [(new, ALL)]


def test_an_answer_closes_its_question_and_the_advice_follows_from_all_of_them(store):
    uid = keep_set(store, questions=ALL).uid
    assert answer(store, uid, Answers(pain_before=3)) == ()
    assert waiting(store) == [(uid, (Question.PAIN_AFTER, Question.PLACES, Question.RED_FLAGS))]
    assert answer(store, uid, Answers(pain_after=5, places=())) == ("advice.rose",)
    assert waiting(store) == [(uid, (Question.RED_FLAGS,))]
    assert answer(store, uid, Answers(red_flags=(RedFlag.SADDLE,))) == ("advice.emergency", "advice.rose")
    assert waiting(store) == []
    with store.reading() as connection:
        assert answers_of(connection, uid) == Answers(3, 5, (), red_flags=(RedFlag.SADDLE,))


def test_none_of_them_is_an_answer_and_silence_is_not(store):
    uid = keep_set(store, questions=ALL).uid
    answer(store, uid, Answers())
    assert waiting(store) == [(uid, ALL)]
    answer(store, uid, Answers(places=(), red_flags=()))
    assert waiting(store) == [(uid, (Question.PAIN_BEFORE, Question.PAIN_AFTER))]


def test_who_does_not_want_to_answer_is_asked_no_more(store):
    uid = keep_set(store, questions=ALL).uid
    with store.writing() as connection:
        drop_questions(connection, uid)
    assert waiting(store) == []


def test_archives_of_before_there_were_questions_can_be_imported(store, tmp_path):
    uid = keep_set(store, answers=Answers(2, 1), questions=(Question.PLACES,)).uid
    with store.reading() as connection:
        archive = json.loads(session_json(store, connection, uid))
    del archive["questions"]
    for row in archive["answers"]:
        del row["red_flags"]
    with open_store(tmp_path / "other") as other:
        assert import_session(other, read_archive(json.dumps(archive).encode(), "archive"), "archive")
        with other.reading() as connection:
            assert answers_of(connection, uid) == Answers(2, 1)


@pytest.mark.parametrize(
    ("answers", "exercised", "keys"),
    [
        (Answers(), True, ()),
        (Answers(5, 5, (Place.BUTTOCK, Place.CALF)), True, ()),
        (Answers(5, 3), True, ()),
        (Answers(3, 4), True, ("advice.rose",)),
        (Answers(3, 4), False, ()),
        (Answers(None, 4), True, ()),
        (Answers(places=(Place.FRONT_OF_THIGH,)), True, ("advice.not_sciatic",)),
        (Answers(places=(Place.SHIN, Place.FOOT)), False, ("advice.not_sciatic",)),
        (Answers(stopped_because=Reason.PAIN), True, ("advice.pain_stop",)),
        (
            Answers(2, 6, (Place.SHIN,), red_flags=(RedFlag.SADDLE,)),
            True,
            ("advice.emergency", "advice.not_sciatic", "advice.rose"),
        ),
    ],
)
def test_advice_follows_the_leaflet_the_most_urgent_first(answers, exercised, keys):
    assert advice(answers, exercised=exercised) == keys
