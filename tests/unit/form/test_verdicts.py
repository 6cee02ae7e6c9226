import math

import pytest

from formcheck.form.verdicts import Measured, compare


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
