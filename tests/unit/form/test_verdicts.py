import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from formcheck.form.verdicts import Measured, compare, probability_kept


@pytest.mark.parametrize(
    ("observed", "se", "limits", "expected"),
    [
        (90, 2, (75, 105), "MET"),
        (60, 2, (75, 105), "NOT_MET"),
        (120, 2, (75, 105), "NOT_MET"),
        (78, 2, (75, 105), "BORDERLINE"),
        (72, 2, (75, 105), "BORDERLINE"),
        (75, 0, (75, 105), "MET"),
        (5, 1, (None, 10), "MET"),
        (15, 1, (None, 10), "NOT_MET"),
        (70, 1, (60, None), "MET"),
        (math.nan, 1, (60, None), "NOT_ASSESSABLE"),
        (70, math.nan, (60, None), "NOT_ASSESSABLE"),
    ],
)
def test_compare(observed, se, limits, expected):
    assert compare(Measured(observed, se), limits) == expected


def test_a_limit_is_kept_with_the_probability_of_a_normal_error():
    assert probability_kept(Measured(10, 2), (None, 10)) == pytest.approx(0.5)
    assert probability_kept(Measured(8, 2), (None, 10)) == pytest.approx(0.8413, abs=1e-4)
    assert probability_kept(Measured(90, 10), (75, 105)) == pytest.approx(0.8664, abs=1e-4)
    assert math.isnan(probability_kept(Measured(math.nan, 1), (None, 10)))


@pytest.mark.parametrize(
    ("distance_se", "expected"), [(1.7, "MET"), (1.6, "BORDERLINE"), (-1.6, "BORDERLINE"), (-1.7, "NOT_MET")]
)
def test_one_limit_is_decided_at_19_to_1(distance_se, expected):
    assert compare(Measured(60 + 3 * distance_se, 3), (60, None)) == expected


def test_an_error_wider_than_a_band_decides_nothing_inside_it():
    assert compare(Measured(90, 10), (75, 105)) == "BORDERLINE"


@given(value=st.floats(-50, 200), se=st.floats(0.1, 30), share=st.floats(0.1, 1))
def test_a_smaller_error_never_makes_a_decision_the_opposite(value, se, share):
    wide, narrow = compare(Measured(value, se), (75, 105)), compare(Measured(value, share * se), (75, 105))
    assert {wide, narrow} != {"MET", "NOT_MET"}
