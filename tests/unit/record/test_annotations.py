"""Notes and corrections stand beside what was found; the newest holds, and nothing is altered."""

from __future__ import annotations

from datetime import date

import pytest

from formcheck.errors import UsageError
from formcheck.record.annotations import add_correction, add_note
from formcheck.record.choice import results_of
from formcheck.record.queries import corrections_of, notes_of, sessions
from formcheck.record.values import Role
from practice import keep_set


def correct(store, uid: str, subject: str, value: str, *, because: str = "seen on the clip") -> None:
    with store.writing() as connection:
        add_correction(connection, uid, subject=subject, value=value, reason=because, role=Role.CLINICIAN)


def line_of(store):
    with store.reading() as connection:
        (line,) = sessions(connection)
    return line


@pytest.mark.parametrize(
    ("subject", "value", "expected"),
    [
        ("rep_count", "20", 20),
        ("side", "right", "right"),
        ("pain_after", "0", 0),
        ("counts", "no", False),
        ("counts", "yes", True),
    ],
)
def test_a_correction_holds_and_what_was_found_stays(store, subject, value, expected):
    uid = keep_set(store).uid
    correct(store, uid, subject, value)
    line = line_of(store)
    assert getattr(line, subject) == expected
    assert line.corrected == {subject}
    with store.reading() as connection:
        (result,) = results_of(connection, uid)
        (one,) = corrections_of(connection, [uid])
    assert (result["document"]["rep_count"], result["document"]["side"]) == (4, "left")
    assert (one.author_role, one.subject, one.value, one.reason) == (Role.CLINICIAN, subject, value, "seen on the clip")
    assert one.made_at.utcoffset() is not None


def test_the_newest_correction_holds_and_the_older_is_kept(store):
    uid = keep_set(store).uid
    for value in ("18", "20"):
        correct(store, uid, "rep_count", value)
    assert line_of(store).rep_count == 20
    with store.reading() as connection:
        assert [one.value for one in corrections_of(connection, [uid])] == ["18", "20"]


def test_a_corrected_time_moves_the_day(store):
    correct(store, keep_set(store).uid, "practised_at", "2026-03-05T18:30")
    assert line_of(store).day == date(2026, 3, 5)


@pytest.mark.parametrize(
    ("subject", "value", "because"),
    [
        ("rep_count", "-1", "x"),
        ("rep_count", "many", "x"),
        ("rep_count", "²", "x"),
        ("side", "both", "x"),
        ("pain_before", "11", "x"),
        ("practised_at", "yesterday", "x"),
        ("counts", "perhaps", "x"),
        ("knee_end_deg", "0", "x"),
        ("rep_count", "20", "  "),
    ],
)
def test_a_correction_that_makes_no_sense_is_refused(store, subject, value, because):
    uid = keep_set(store).uid
    with pytest.raises(UsageError, match="expected"):
        correct(store, uid, subject, value, because=because)
    assert line_of(store).corrected == frozenset()


def test_notes_name_their_author_and_time(store):
    uid = keep_set(store).uid
    with store.writing() as connection:
        add_note(connection, uid[:5], text="  the towel hid the knee ", role=Role.PATIENT)
    with store.reading() as connection:
        (note,) = notes_of(connection, [uid])
    assert (note.session, note.author_role, note.text) == (uid, Role.PATIENT, "the towel hid the knee")
    assert line_of(store).notes == 1


@pytest.mark.parametrize("uid", ["", "zzzz", "%"])
def test_a_session_that_is_not_there_is_said(store, uid):
    keep_set(store)
    with pytest.raises(UsageError, match="expected the id of one session"), store.writing() as connection:
        add_note(connection, uid, text="x", role=Role.PATIENT)
