"""Prescriptions, adherence and trends: small numbers with known answers."""

from __future__ import annotations

import math
import re
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from formcheck.cli.history_tables import print_history
from formcheck.errors import UsageError
from formcheck.record.prescriptions import DayKind, days, enough, in_force, prescribe, prescriptions, share
from formcheck.record.profiles import profile_key
from formcheck.record.queries import sessions
from formcheck.record.trend import TrendOutcome, minimal_detectable_change, trend, trend_message
from formcheck.record.values import SIDES
from formcheck.text.catalogue import Texts
from formcheck.types import Side
from practice import FIRST, keep_set, plan


def test_a_prescription_reads_back_and_a_change_keeps_the_old_one(store):
    plans = [plan(sets=2), replace(plan(sets=3, start=7, end=20), notes="slowly")]
    with store.writing() as connection:
        key = profile_key(connection, "P1", make=True)
        for one in plans:
            prescribe(connection, key, one)
        assert prescriptions(connection, key) == plans


@pytest.mark.parametrize(
    "wrong", [plan(sets=0), plan(sets=99), plan(reps=0), plan(reps=1000), plan(start=3, end=2)], ids=str
)
def test_a_prescription_that_makes_no_sense_is_refused(store, wrong):
    with pytest.raises(UsageError, match="expected"), store.writing() as connection:
        prescribe(connection, profile_key(connection, "P1", make=True), wrong)


@pytest.mark.parametrize(
    ("known", "day", "expected"),
    [
        ([plan(sets=2)], -1, []),
        ([plan(sets=2)], 0, [("left", 2)]),
        ([plan(sets=2, end=6)], 6, [("left", 2)]),
        ([plan(sets=2, end=6)], 7, []),
        ([plan(sets=2), plan(sets=3, start=7)], 6, [("left", 2)]),
        ([plan(sets=2), plan(sets=3, start=7)], 7, [("left", 3)]),
        # a shorter one does not bring the old one back
        ([plan(sets=2), plan(sets=3, start=7, end=10)], 11, []),
        ([plan("left"), plan("right", sets=1)], 0, [("left", 2), ("right", 1)]),
        ([plan("left"), plan("both", sets=1, start=2)], 2, [("both", 1)]),
        ([plan("both"), plan("left", sets=3, start=2)], 2, [("left", 3)]),
    ],
)
def test_what_is_in_force_on_a_day(known, day, expected):
    found = in_force(known, FIRST + timedelta(days=day))
    assert [(one.side, one.sets_per_day) for one in found] == expected


def set_on(line, n: int, *, side: str = "left", reps: int = 20, counts: bool = True, protocol: str = "sciatic-glide"):
    day = FIRST + timedelta(days=n)
    return replace(line, day=day, side=side, rep_count=reps, counts=counts, protocol_id=protocol)


@pytest.fixture
def line(store):
    keep_set(store)
    with store.reading() as connection:
        return sessions(connection)[0]


def test_adherence_counts_what_was_prescribed_and_no_more(line):
    lines = [
        set_on(line, 0),
        set_on(line, 0),
        set_on(line, 0),  # a third set does not make up for another day
        set_on(line, 1, reps=10),  # half of the repetitions are enough
        set_on(line, 1, reps=9),
        set_on(line, 2, side="right"),  # the other leg
        set_on(line, 3, counts=False),
        set_on(line, 4, protocol="active-knee-extension"),
        set_on(line, 5, reps=0),
    ]
    calendar = days(lines, [plan(sets=2)], first=FIRST, last=FIRST + timedelta(days=6))
    assert [(day.done, day.wanted, day.sets) for day in calendar] == [
        (2, 2, 3),
        (1, 2, 2),
        (0, 2, 1),
        (0, 2, 0),
        (0, 2, 1),
        (0, 2, 0),
        (0, 2, 0),
    ]
    assert share(calendar).fraction == 3 / 14


def test_both_legs_are_two_goals(line):
    (day,) = days([set_on(line, 0)], [plan("both", sets=2)], first=FIRST, last=FIRST)
    assert [(goal.side, goal.done, goal.wanted) for goal in day.goals] == [("left", 1, 2), ("right", 0, 2)]
    assert (day.done, day.wanted) == (1, 4)


def test_sides_are_those_of_the_project():
    assert tuple(SIDES) == tuple(Side)


def test_nothing_prescribed_is_no_share():
    assert math.isnan(share(days([], [], first=FIRST, last=FIRST)).fraction)


@given(st.integers(1, 200))
def test_enough_is_half_rounded_up(reps):
    assert enough(reps) - 1 < reps / 2 <= enough(reps)


@pytest.mark.parametrize(
    ("values", "change"),
    [
        ([], TrendOutcome.TOO_FEW),
        ([40] * 5, TrendOutcome.TOO_FEW),
        ([40] * 6, TrendOutcome.NONE_YET),
        ([40, 40, 40, 33, 33, 33], TrendOutcome.NONE_YET),
        ([40, 40, 40, 32, 32, 32], TrendOutcome.STRAIGHTER),
        ([32, 32, 32, 40, 40, 40], TrendOutcome.LESS_STRAIGHT),
        ([40, 40, 40, 20, 39, 40, 41], TrendOutcome.NONE_YET),
        ([40, 40, 10, 38, 39, 40], TrendOutcome.NONE_YET),  # one odd session changes nothing
    ],
)
def test_a_change_is_one_only_beyond_what_measuring_explains(values, change):
    assert trend(values, [2.0] * len(values)).outcome is change


@pytest.mark.parametrize(
    ("errors", "mdc"),
    [([], 8.0), ([None], 8.0), ([2.0, 2.0], 8.0), ([4.0, 4.0, 4.0], 1.96 * math.sqrt(2) * 4.0)],
)
def test_the_minimal_detectable_change_is_a_raters_or_the_cameras_if_worse(errors, mdc):
    assert minimal_detectable_change(errors) == pytest.approx(mdc)


@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize(
    ("values", "facts"),
    [
        ([], ["0", "6"]),
        ([40], ["1", "6"]),
        ([40, 40, 40, 33, 33, 33], ["40", "33", "8"]),
        ([40, 40, 40, 30, 30, 30], ["10", "40", "30", "8"]),
        ([30, 30, 30, 40, 40, 40], ["10", "30", "40", "8"]),
    ],
)
def test_trends_in_words_say_the_numbers(values, facts, language):
    sentence = Texts(language).say(trend_message(trend(values, [2.0] * len(values)), "knee_end"))
    assert re.findall(r"\d+", sentence) == facts


def test_straighter_and_less_straight_are_not_mixed_up():
    en = Texts("en")
    straighter = en.say(trend_message(trend([40] * 3 + [30] * 3, []), "p1"))
    less = en.say(trend_message(trend([30] * 3 + [40] * 3, []), "p1"))
    assert ("less straight" in straighter, "less straight" in less) == (False, True)


@pytest.mark.parametrize("language", ["en", "de"])
def test_history_shows_sets_that_nothing_was_prescribed_for_as_such(line, capsys, language):
    line, known = set_on(line, 0), [plan(start=2)]
    texts, today = Texts(language), FIRST + timedelta(days=2)
    assert [day.kind for day in days([line], known, first=FIRST, last=today)] == [
        DayKind.EXTRA,
        DayKind.FREE,
        DayKind.NONE,
    ]
    print_history("P1", [line], known, texts, today=today, last=5, as_analysed=False)
    shown = capsys.readouterr().out
    signs = {kind: re.search(rf"(\S) {texts.get(f'record.history.day_{kind}')}", shown)[1] for kind in DayKind}
    assert len(set(signs.values())) == len(DayKind)
    assert "  ".join(signs[kind] for kind in (DayKind.EXTRA, DayKind.FREE, DayKind.NONE)) in shown
