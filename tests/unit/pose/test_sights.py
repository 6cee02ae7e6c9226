import numpy as np
import pytest

from formcheck.pose.engine import Detection
from formcheck.pose.landmarks import COUNT, SHOULDERS
from formcheck.pose.segments import Piece
from formcheck.pose.sights import Sights, join_sights


def sights(t_s, x_px):
    """Somebody whose points all stand at ``x_px``, the shoulders 100 px above the hips."""
    count = len(t_s)
    xy = np.full((count, COUNT, 2), x_px, np.float32)
    xy[:, SHOULDERS, 1] -= 100
    person = Detection(xy, np.zeros((count, COUNT, 3), np.float32), np.ones((count, COUNT), np.float32))
    times = np.array(t_s, dtype=np.float64)
    return Sights(times, np.zeros(count), np.zeros(count), person, None)


@pytest.mark.parametrize("before", [[], [1.0]], ids=["none", "none near"])
def test_pictures_too_few_to_go_over_stay_as_they_were(before):
    left, right = sights([0.0, 1.0, 2.0], 10.0), sights([9.0, 10.0], 12.0)
    joined = join_sights([Piece(sights([], 0.0), left), Piece(sights(before, 12.0), right)])
    assert joined.t_s.tolist() == [0.0, 1.0, 2.0, 9.0, 10.0]
    assert joined.plain.xy_px[:, 0, 0].tolist() == [10.0, 10.0, 10.0, 12.0, 12.0]


def test_the_last_pictures_go_over_little_by_little():
    left = sights(np.arange(10) / 10, 10.0)
    joined = join_sights([Piece(sights([], 0.0), left), Piece(sights([0.7, 0.8, 0.9], 12.0), sights([1.0], 12.0))])
    assert joined.plain.xy_px[:, 0, 0] == pytest.approx([10] * 7 + [10.5, 11.0, 11.5, 12.0], abs=0.01)
