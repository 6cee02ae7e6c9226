import numpy as np
import pytest

from formcheck.pose.detections import ClipDetections, join_detections
from formcheck.pose.landmarker import Detection
from formcheck.pose.landmarks import COUNT, SHOULDERS
from formcheck.pose.segments import SegmentResult


def detections(t_s, x_px):
    """Somebody whose points all stand at ``x_px``, the shoulders 100 px above the hips."""
    count = len(t_s)
    xy = np.full((count, COUNT, 2), x_px, np.float32)
    xy[:, SHOULDERS, 1] -= 100
    person = Detection(xy, np.zeros((count, COUNT, 3), np.float32), np.ones((count, COUNT), np.float32))
    times = np.array(t_s, dtype=np.float64)
    return ClipDetections(times, np.zeros(count), np.zeros(count), person, None)


@pytest.mark.parametrize("before", [[], [1.0]], ids=["none", "none near"])
def test_frames_too_few_to_blend_stay_as_they_were(before):
    left, right = detections([0.0, 1.0, 2.0], 10.0), detections([9.0, 10.0], 12.0)
    joined = join_detections([SegmentResult(detections([], 0.0), left), SegmentResult(detections(before, 12.0), right)])
    assert joined.t_s.tolist() == [0.0, 1.0, 2.0, 9.0, 10.0]
    assert joined.plain.xy_px[:, 0, 0].tolist() == [10.0, 10.0, 10.0, 12.0, 12.0]


def test_the_last_frames_blend_gradually():
    left = detections(np.arange(10) / 10, 10.0)
    joined = join_detections(
        [
            SegmentResult(detections([], 0.0), left),
            SegmentResult(detections([0.7, 0.8, 0.9], 12.0), detections([1.0], 12.0)),
        ]
    )
    assert joined.plain.xy_px[:, 0, 0] == pytest.approx([10] * 7 + [10.5, 11.0, 11.5, 12.0], abs=0.01)


def test_joining_leaves_the_segments_as_they_were():
    left, right = detections(np.arange(10) / 10, 10.0), detections([0.7, 0.8, 0.9], 12.0)
    join_detections([SegmentResult(detections([], 0.0), left), SegmentResult(right, detections([1.0], 12.0))])
    assert (left.plain.xy_px[:, 0, 0] == 10.0).all()
    assert (right.plain.xy_px[:, 0, 0] == 12.0).all()
