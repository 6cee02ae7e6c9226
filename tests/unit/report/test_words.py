from __future__ import annotations

import math
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from formcheck.report import words
from formcheck.types import Side, Verdict
from report_sessions import NO_VIEW, SIDE_VIEW, make_finding


@pytest.mark.parametrize(
    ("time_s", "shown"),
    [
        (0.0, "0:00.0"),
        (5.94, "0:05.9"),
        (59.96, "1:00.0"),
        (61.25, "1:01.3"),
        (600.0, "10:00.0"),
        (-0.5, "-0:00.5"),
    ],
)
def test_clock(time_s, shown):
    assert words.clock(time_s) == shown


@given(st.floats(-180, 360))
def test_both_units_of_the_knee_always_add_up(flexion_deg):
    assert words.whole(flexion_deg) == -words.whole(-flexion_deg)
    assert abs(words.whole(flexion_deg) - flexion_deg) <= 0.5


@given(st.floats(0, 90))
def test_a_band_is_never_shown_narrower_than_it_is(band_deg):
    assert band_deg - 1e-6 <= words.ceiling(band_deg) < band_deg + 1


@pytest.mark.parametrize(
    ("observed", "limit", "unit", "shown"),
    [
        (73.4, (75.0, 105.0), "deg", ("73°", "75 to 105°")),
        (74.6, (75.0, 105.0), "deg", ("74.6°", "75.0 to 105.0°")),
        (29.2, (None, 10.0), "deg", ("29°", "at most 10°")),
        (52.0, (None, 75.0), "deg/s", ("52°/s", "at most 75°/s")),
        (5.0, (20.0, None), "reps", ("5", "at least 20")),
        (0.2, (None, 0.35), "thigh lengths", ("0.20 thigh lengths", "at most 0.35 thigh lengths")),
        (1.94, (1.0, None), "s", ("1.9 s", "at least 1.0 s")),
        (-12.0, (-45.0, 45.0), "deg", ("−12°", "−45 to 45°")),
        (None, (None, None), "deg", ("–", "–")),
    ],
)
def test_observed_and_limit(observed, limit, unit, shown):
    finding = make_finding("rule", 1, Verdict.MET, observed=observed, limit=limit, unit=unit)
    assert (words.observed_words(finding), words.limit_words(finding)) == shown


@pytest.mark.parametrize(
    ("flexion_deg", "band_deg", "shown"),
    [
        (22.3, 2.9, "Lacks 22° ± 3° of straight."),
        (-2.0, 3.5, "Past straight by 2° ± 4°."),
        (0.2, math.nan, "Straight."),
        (math.nan, 3.0, ""),
    ],
)
def test_deficit(flexion_deg, band_deg, shown):
    assert words.deficit(flexion_deg, band_deg) == shown


def test_every_verdict_has_a_word_and_a_symbol_of_its_own():
    shown = {(word.word, word.key) for word in words.VERDICT_WORDS.values()}
    assert set(words.VERDICT_WORDS) == set(Verdict)
    assert len({word for word, _ in shown}) == len({key for _, key in shown}) == len(Verdict)


def test_view_words():
    assert words.view_words(SIDE_VIEW) == (
        ("Lying on the back", "yes"),
        ("Trunk from the floor", "3°"),
        ("Camera off square to the side", "6° towards the head"),
    )
    assert {answer for _, answer in words.view_words(NO_VIEW)} == {"cannot tell"}


def test_percent_keeps_none_and_all_for_none_and_all():
    assert [words.percent(x) for x in (0.0, 0.001, 0.914, 0.999, 1.0)] == [
        "0 %",
        "1 %",
        "91 %",
        "99 %",
        "100 %",
    ]


def test_small_phrases():
    assert words.duration(24.12) == "24.1 s"
    assert words.duration(603.2) == "10 min 3 s"
    assert words.date(datetime(2026, 3, 2, 14, 5, tzinfo=UTC)) == "2 March 2026, 14:05"
    assert words.rule_title("new_rule") == "New rule"
    assert words.side_words(Side.LEFT, given=True) == "Left leg, as given"
    assert words.side_words(None, given=False) == "No working leg found"
    assert words.side_words(Side.LEFT, given=False, measured=False) == "Cannot tell which leg"
    assert words.side_words(Side.LEFT, given=True, measured=False) == "Left leg, as given; it could not be measured"
    assert words.seconds(math.nan) == words.degrees(math.nan) == "cannot tell"
    assert words.printable("a\udcffb\ud800") == "a\ufffdb\ufffd"
