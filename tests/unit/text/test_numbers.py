import math
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from formcheck.text import numbers
from formcheck.text.catalogue import Texts

EN, DE = Texts("en"), Texts("de")


@pytest.mark.parametrize(
    ("time_s", "decimals", "shown"),
    [
        (0.0, 1, "0:00.0"),
        (5.94, 1, "0:05.9"),
        (59.96, 1, "1:00.0"),
        (61.25, 1, "1:01.3"),
        (61.25, 0, "1:01"),
        (600.0, 1, "10:00.0"),
        (-0.5, 1, "−0:00.5"),
    ],
)
def test_clock(time_s, decimals, shown):
    assert numbers.clock(EN, time_s, decimals) == shown
    assert numbers.clock(DE, time_s, decimals) == shown.replace(".", ",")


@given(st.floats(-180, 360))
def test_both_units_of_the_knee_always_add_up(flexion_deg):
    assert numbers.whole(flexion_deg) == -numbers.whole(-flexion_deg)
    assert abs(numbers.whole(flexion_deg) - flexion_deg) <= 0.5


@pytest.mark.parametrize(
    ("value", "decimals", "shown"),
    [
        # 2.05 is a little less than that in binary, 2.25 is not: both are halves on paper
        (2.05, 1, "2.1"),
        (2.25, 1, "2.3"),
        (-2.05, 1, "−2.1"),
        (22.5, 0, "23"),
        (23.5, 0, "24"),
        # what 88.75 - 59.25 leaves of 29.5 in other numbers
        (29.499999999999996, 0, "30"),
        (-0.04, 1, "0.0"),
    ],
)
def test_every_way_of_writing_a_number_rounds_it_alike(value, decimals, shown):
    assert EN.number(value, decimals) == numbers.rounded(EN, value, decimals) == shown
    assert DE.number(value, decimals) == shown.replace(".", ",")
    if decimals == 1 and value > 0:
        assert numbers.seconds(EN, value) == f"{shown} s"
        assert shown in EN.get("summary.tempo", seconds=value)


@given(st.floats(0, 180), st.floats(0, 180), st.floats(0.5, 30))
def test_what_is_shown_of_a_difference_agrees_with_itself_and_with_its_verdict(first, second, limit):
    decimals = numbers.decimals_for(first, second, limit)
    shown = numbers.difference(first, second, decimals)
    from_words = [Decimal(EN.number(value, decimals).replace("−", "-")) for value in (first, second, shown)]
    assert from_words[1] - from_words[0] == from_words[2]
    if abs(abs(second - first) - limit) > 0.01:
        assert (abs(from_words[2]) <= Decimal(numbers.rounded_up(EN, limit, decimals))) == (abs(second - first) < limit)


@given(st.floats(0, 90))
def test_a_band_is_never_shown_narrower_than_it_is(band_deg):
    assert band_deg - 1e-6 <= numbers.ceiling(band_deg) < band_deg + 1


def test_percent_keeps_none_and_all_for_none_and_all():
    shown = [numbers.percent(EN, share) for share in (0.0, 0.001, 0.914, 0.999, 1.0)]
    assert shown == ["0 %", "1 %", "91 %", "99 %", "100 %"]


@pytest.mark.parametrize(
    ("texts", "length", "long", "when"),
    [
        (EN, "24.1 s", "10 min 3 s", "2 March 2026, 14:05"),
        (DE, "24,1 s", "10 min 3 s", "2. März 2026, 14:05 Uhr"),
    ],
)
def test_durations_and_dates(texts, length, long, when):
    assert numbers.duration(texts, 24.12) == length
    assert numbers.duration(texts, 603.2) == long
    assert numbers.duration(texts, 48_030.0) == "13 h 20 min"
    assert numbers.day_and_time(texts, datetime(2026, 3, 2, 14, 5, tzinfo=UTC)) == when


@pytest.mark.parametrize("texts", [EN, DE])
def test_what_is_not_known_is_said(texts):
    unknown = texts.get("number.cannot_tell")
    assert numbers.seconds(texts, math.nan) == numbers.degrees(texts, math.nan) == unknown


def test_odd_bytes_of_file_names_are_shown():
    assert numbers.printable("a\udcffb\ud800") == "a\ufffdb\ufffd"
