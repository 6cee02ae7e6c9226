from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest

from formcheck.report.numbers import key_numbers
from formcheck.types import Verdict
from report_sessions import make_finding, make_rep, make_session


def test_medians_are_taken_over_complete_repetitions():
    reps = [
        make_rep(1, knee_flexion_peak_deg=20.0, hold_s=0.5),
        make_rep(2, knee_flexion_peak_deg=24.0, hold_s=1.0),
        make_rep(3, knee_flexion_peak_deg=60.0, hold_s=2.0, partial=True),
        make_rep(4, knee_flexion_peak_deg=80.0, hold_s=9.0, complete=False),
    ]
    numbers = key_numbers(make_session(rep_count=4, reps=reps))
    assert (numbers.counted, numbers.partial, numbers.cut) == (3, 1, 1)
    assert (numbers.knee.median_deg, numbers.knee.reps) == (24.0, 3)
    assert numbers.tempo.hold_s == 1.0
    assert numbers.tempo.rep_s == 4.0


def test_band_is_that_of_one_measurement():
    numbers = key_numbers(make_session(rep_count=3))
    assert numbers.knee.band_deg == pytest.approx(1.96 * 1.5)
    assert numbers.hip.band_deg == pytest.approx(1.96 * 2.0)


def test_hip_spans_the_whole_range_of_all_repetitions():
    reps = [
        make_rep(1, hip_flexion_mean_deg=88.0, hip_flexion_min_deg=70.0),
        make_rep(2, hip_flexion_mean_deg=92.0, hip_flexion_max_deg=99.0),
    ]
    hip = key_numbers(make_session(rep_count=2, reps=reps)).hip
    assert (hip.mean_deg, hip.min_deg, hip.max_deg, hip.over_reps) == (90.0, 70.0, 99.0, True)


def test_repetitions_that_could_not_be_measured_leave_no_number():
    unseen = {"knee_flexion_peak_deg": math.nan, "hip_flexion_mean_deg": math.nan, "hold_s": math.nan}
    session = make_session(rep_count=2, reps=[make_rep(1, **unseen), make_rep(2)])
    numbers = key_numbers(session)
    assert numbers.knee.reps == 1
    assert numbers.tempo.hold_s == 0.8
    nothing = key_numbers(make_session(rep_count=1, reps=[make_rep(1, **unseen)]))
    assert nothing.knee is None
    assert math.isnan(nothing.tempo.hold_s)


def test_without_repetitions_the_hip_is_that_of_the_clip(session):
    numbers = key_numbers(dataclasses.replace(session, reps=()))
    assert (numbers.counted, numbers.knee, numbers.tempo) == (0, None, None)
    assert not numbers.hip.over_reps
    assert numbers.hip.mean_deg == pytest.approx(np.nanmean(session.angles.hip_flexion_deg))


def test_nothing_measured_is_not_zero_repetitions(session, blank):
    assert key_numbers(blank).counted is None
    assert key_numbers(blank).hip is None
    uncountable = make_finding("set_complete", None, Verdict.NOT_ASSESSABLE, observed=None)
    assert key_numbers(dataclasses.replace(session, reps=(), findings=(uncountable,))).counted is None
