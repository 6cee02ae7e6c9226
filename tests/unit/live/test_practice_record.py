"""What live practice takes from the plan."""

import pytest

from formcheck.live.practice_record import PracticeRecord
from formcheck.record.prescriptions import prescribe
from formcheck.record.profiles import profile_key
from formcheck.record.store import open_store
from formcheck.types import Side
from practice import plan

EXERCISE = plan().protocol_id


@pytest.fixture
def record(tmp_path):
    with open_store(tmp_path) as store, store.writing() as connection:
        key = profile_key(connection, "me", make=True)
        prescribe(connection, key, plan("left", reps=4))
        prescribe(connection, key, plan("right", reps=10))
    return PracticeRecord("me", tmp_path)


@pytest.mark.parametrize(("side", "reps"), [(Side.LEFT, 4), (Side.RIGHT, 10)])
def test_a_leg_that_was_chosen_is_practised_as_it_is_prescribed(record, side, reps):
    found = record.prescribed_today(EXERCISE, side)
    assert (found.side, found.reps) == (side, reps)


def test_of_several_none_is_taken_and_none_of_another_exercise(record):
    assert record.prescribed_today() is None
    assert record.prescribed_today("active-knee-extension", Side.LEFT) is None
