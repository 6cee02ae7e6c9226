import math

import pytest

from formcheck.live.timing import Times


def test_percentiles_of_what_was_noted():
    times = Times()
    for ms in range(1, 101):
        times.add("judging", ms / 1e3)
    assert times.percentile_ms("judging", 50) == pytest.approx(50, abs=1)
    assert times.percentile_ms("judging", 95) == pytest.approx(95, abs=1)
    assert times.count("judging") == 100
    assert times.names == ("judging",)


def test_nothing_noted_is_not_a_number():
    assert math.isnan(Times().percentile_ms("judging", 50))
    assert Times().count("judging") == 0


def test_a_block_is_measured():
    times = Times()
    with times.measure("nothing"):
        pass
    assert times.count("nothing") == 1
