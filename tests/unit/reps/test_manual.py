"""Repetitions whose times a reviewer set."""

import numpy as np
import pytest

from formcheck.angles.shots import measure_track
from formcheck.form.measures import fastest_mean_speed
from formcheck.protocols.loader import load_protocol
from formcheck.reps.find import find_reps
from formcheck.reps.manual import ManualTimes, manual_reps
from formcheck.types import Phase
from synth import Move, events, glide

MOVES = (Move(), Move(peak_deg=35.0), Move(hold_s=1.5))
LIMITS = load_protocol().protocol.repetition


@pytest.fixture(scope="module")
def angles():
    return measure_track(glide(MOVES), max_trunk_from_floor_deg=30.0)[0]


def spans_of(reps):
    return [ManualTimes(rep.start_s, rep.peak_s, rep.end_s) for rep in reps]


def test_times_that_were_found_give_what_was_found(angles):
    found = find_reps(angles, LIMITS)
    given = manual_reps(angles.t_s, angles, spans_of(found.reps), LIMITS)
    assert given.reps == found.reps
    assert given.phases == found.phases
    assert np.array_equal(given.rep_of_frame, found.rep_of_frame)


def test_times_rounded_as_results_are_still_give_what_was_found(angles):
    found = find_reps(angles, LIMITS).reps
    rounded = [ManualTimes(*(round(value, 3) for value in span)) for span in spans_of(found)]
    assert manual_reps(angles.t_s, angles, rounded, LIMITS).reps == found


def test_a_moved_repetition_is_measured_within_its_times(angles):
    (start, peak, leave, end) = events(MOVES)[1]
    (rep,) = manual_reps(angles.t_s, angles, [ManualTimes(start + 0.3, None, end)], LIMITS).reps
    assert (rep.index, rep.complete, rep.start_s, rep.end_s) == (1, True, start + 0.3, end)
    assert rep.knee_flexion_peak_deg == pytest.approx(35.0, abs=6.0)
    assert rep.knee_flexion_start_deg < 90.0 - 0.5
    assert rep.peak_s == pytest.approx(peak, abs=0.15)
    assert rep.extend_s + rep.hold_s + rep.return_s == pytest.approx(rep.end_s - rep.start_s)
    assert rep.hold_s == pytest.approx(leave - peak, abs=0.2)


def test_a_placed_peak_stands(angles):
    start, peak, _leave, end = events(MOVES)[0]
    (rep,) = manual_reps(angles.t_s, angles, [ManualTimes(start, peak + 0.123, end - 0.2)], LIMITS).reps
    assert rep.peak_s == peak + 0.123


def test_one_repetition_split_into_two_gives_two(angles):
    start, peak, _leave, end = events(MOVES)[0]
    reps = manual_reps(angles.t_s, angles, [ManualTimes(start, None, peak), ManualTimes(peak, None, end)], LIMITS).reps
    assert [rep.index for rep in reps] == [1, 2]
    assert reps[0].end_s == reps[1].start_s


@pytest.mark.parametrize("into_hold", [0.0, 0.1, 0.5, 0.9])
def test_a_way_that_is_outside_its_times_takes_no_time(angles, into_hold):
    start, peak, leave, end = events(MOVES)[2]
    at_s = peak + into_hold * (leave - peak)
    there, back = manual_reps(
        angles.t_s, angles, [ManualTimes(start, None, at_s), ManualTimes(at_s, None, end)], LIMITS
    ).reps
    assert there.return_s < LIMITS.min_movement_s.value
    assert back.extend_s < LIMITS.min_movement_s.value
    for rep in (there, back):
        assert np.isnan(fastest_mean_speed(rep, angles, shortest_s=LIMITS.min_movement_s.value).value)
        assert rep.extend_s + rep.hold_s + rep.return_s == pytest.approx(rep.end_s - rep.start_s)


def test_where_nothing_was_measured_a_repetition_has_times_and_no_numbers(angles):
    blind = glide(MOVES)
    xy = blind.xy_px.copy()
    xy[:, :] = np.nan
    given = manual_reps(blind.t_s, None, [ManualTimes(1.0, None, 4.0)], LIMITS)
    (rep,) = given.reps
    assert (rep.index, rep.complete) == (1, True)
    assert np.isnan([rep.knee_flexion_peak_deg, rep.hip_flexion_mean_deg, rep.knee_se_deg]).all()
    assert set(given.phases) == {Phase.UNKNOWN}
    assert set(np.unique(given.rep_of_frame)) == {0, 1}


def test_a_small_one_among_full_ones_is_partial(angles):
    spans = [ManualTimes(start, None, end) for start, _p, _l, end in events(MOVES)]
    peak, leave = events(MOVES)[2][1:3]
    spans[2] = ManualTimes(peak - 0.8, None, leave)
    reps = manual_reps(angles.t_s, angles, spans, LIMITS).reps
    assert [rep.partial for rep in reps] == [False, False, True]
