import numpy as np
import pytest

import synth
from formcheck.timeseries import join_frames, running_median, runs, take_frames, unknown_frames
from synth import Move

TRACK = synth.glide([Move()])


def test_runs():
    assert runs(np.array([False, True, True, False, True])) == [slice(1, 3), slice(4, 5)]
    assert runs(np.zeros(3, bool)) == []


def test_a_running_median_skips_what_is_not_known():
    t_s = np.arange(5.0)
    values = np.array([[1.0, 1.0], [9.0, np.nan], [2.0, 2.0], [np.nan, np.nan], [4.0, np.nan]])
    expected = [[5.0, 1.0], [2.0, 1.5], [5.5, 2.0], [3.0, 2.0], [4.0, np.nan]]
    np.testing.assert_array_equal(running_median(t_s, values, window_s=2.0), expected)
    np.testing.assert_array_equal(running_median(t_s, values[:, 1], window_s=2.0), np.array(expected)[:, 1])


def test_a_running_median_is_that_of_each_window_by_itself():
    rng = np.random.default_rng(1)
    t_s = np.cumsum(rng.uniform(0.01, 0.1, 1500))
    values = np.where(rng.random((1500, 2)) < 0.3, np.nan, rng.normal(size=(1500, 2)))
    medians = running_median(t_s, values, window_s=0.5)
    for at in [*range(40), *range(1000, 1060), 1499]:
        window = values[np.abs(t_s - t_s[at]) <= 0.25]
        expected = [np.median(known) if (known := column[~np.isnan(column)]).size else np.nan for column in window.T]
        np.testing.assert_array_equal(medians[at], expected)


@pytest.mark.parametrize("at", [0, 1, 40])
def test_frames_taken_apart_and_joined_are_the_same(at):
    joined = join_frames([take_frames(TRACK, slice(0, at)), take_frames(TRACK, slice(at, None))])
    for name in ("t_s", "xy_px", "world_m", "visibility", "luma", "hidden"):
        np.testing.assert_array_equal(getattr(joined, name), getattr(TRACK, name))
    assert (joined.clip, joined.shot) == (TRACK.clip, None)


def test_unknown_frames_have_times_and_nothing_else():
    blank = unknown_frames(TRACK, np.array([7.0, 8.0]))
    assert blank.t_s.tolist() == [7.0, 8.0]
    assert blank.xy_px.shape == (2, 33, 2)
    assert np.isnan(blank.xy_px).all()
    assert not blank.hidden.any()
