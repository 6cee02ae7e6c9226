import math

import pytest

from formcheck.live.loop import Timings


def test_percentiles_of_what_was_noted():
    timings = Timings()
    for ms in range(1, 101):
        timings.add("judging", ms / 1e3)
    assert timings.percentile_ms("judging", 50) == pytest.approx(50, abs=1)
    assert timings.percentile_ms("judging", 95) == pytest.approx(95, abs=1)
    assert timings.count("judging") == 100
    assert timings.names == ("judging",)


def test_nothing_noted_is_not_a_number():
    assert math.isnan(Timings().percentile_ms("judging", 50))
    assert Timings().count("judging") == 0


def test_a_block_is_measured():
    timings = Timings()
    with timings.measure("nothing"):
        pass
    assert timings.count("nothing") == 1
