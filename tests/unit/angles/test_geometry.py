import numpy as np
import pytest

from formcheck.angles.geometry import distance_to_segment, signed_angle_deg, wrap_deg

RIGHT, DOWN = np.array([1.0, 0.0]), np.array([0.0, 1.0])


@pytest.mark.parametrize(
    ("start", "end", "positive", "expected"),
    [
        (RIGHT, DOWN, DOWN, 90.0),
        (RIGHT, DOWN, -DOWN, -90.0),
        (RIGHT, RIGHT, DOWN, 0.0),
        (RIGHT, -RIGHT + 1e-9 * DOWN, DOWN, 180.0),
        (-RIGHT, DOWN - RIGHT, DOWN, 45.0),
    ],
)
def test_signed_angle(start, end, positive, expected):
    assert signed_angle_deg(start, end, positive) == pytest.approx(expected, abs=1e-6)


def test_signed_angle_passes_nan_on():
    assert np.isnan(signed_angle_deg(RIGHT, np.array([np.nan, 1.0]), DOWN))


@pytest.mark.parametrize(("angle", "expected"), [(190.0, -170.0), (-190.0, 170.0), (0.0, 0.0), (540.0, -180.0)])
def test_wrap(angle, expected):
    assert wrap_deg(np.array(angle)) == pytest.approx(expected)


def test_distance_to_segment_beside_and_beyond():
    points = np.array([[0.5, 0.3], [2.0, 0.0], [-3.0, 4.0]])
    np.testing.assert_allclose(distance_to_segment(points, np.zeros(2), RIGHT), [0.3, 1.0, 5.0])
