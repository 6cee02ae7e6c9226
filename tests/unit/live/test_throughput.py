import math

import pytest

from formcheck.live.throughput import Throughput


def watch(throughput, seconds, *, looked_at_hz, coming_hz, from_s=0.0, dropped=0):
    """Look at some of the frames that come; return how many were dropped in all."""
    for n in range(round(seconds * looked_at_hz)):
        dropped_now = dropped + round(n * (coming_hz / looked_at_hz - 1))
        throughput.add(from_s + n / looked_at_hz, dropped_now)
    return dropped_now


@pytest.mark.parametrize(
    ("looked_at_hz", "coming_hz", "too_slow"),
    [(30, 30, False), (18, 30, False), (10, 30, True), (5, 15, True), (10, 10, False), (12, 13, False)],
)
def test_a_machine_is_too_slow_when_it_drops_much_and_looks_at_little(looked_at_hz, coming_hz, too_slow):
    throughput = Throughput()
    watch(throughput, 10.0, looked_at_hz=looked_at_hz, coming_hz=coming_hz)
    assert throughput.looked_at_hz == pytest.approx(looked_at_hz, rel=0.05)
    assert throughput.coming_hz == pytest.approx(coming_hz, rel=0.05)
    assert throughput.too_slow is too_slow


def test_nothing_is_known_in_the_first_seconds():
    throughput = Throughput()
    watch(throughput, 2.5, looked_at_hz=5, coming_hz=30)
    assert math.isnan(throughput.looked_at_hz)
    assert not throughput.too_slow


def test_a_machine_that_is_a_little_faster_again_is_still_too_slow():
    throughput = Throughput()
    dropped = watch(throughput, 10.0, looked_at_hz=12, coming_hz=30)
    dropped = watch(throughput, 10.0, looked_at_hz=17, coming_hz=30, from_s=10.0, dropped=dropped)
    assert throughput.too_slow
    watch(throughput, 10.0, looked_at_hz=22, coming_hz=30, from_s=20.0, dropped=dropped)
    assert not throughput.too_slow
