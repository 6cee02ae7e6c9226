"""Two sessions side by side, and what of a difference measuring alone explains."""

import math
from dataclasses import replace

import pytest

from formcheck.form.judge import judge_track
from formcheck.protocols.loader import load_protocol
from formcheck.record.trend import HUMAN_MDC_DEG
from formcheck.review.compare import compare, numbers
from formcheck.types import Side
from judged import judged, rep
from synth import Move, glide, session


def two(**more):
    return session(glide([Move()] * 3)), session(glide([Move(**more)] * 3))


def rows_of(a, b):
    return {row["label"]: row for row in compare(a, b)["rows"]}


KNEE = "Knee at the end of a repetition"


def test_a_session_does_not_differ_from_itself():
    a, _ = two()
    for row in rows_of(a, a).values():
        assert row["difference"] == 0.0
        assert row["within_error"] is not False


def test_a_large_difference_is_one_and_a_small_one_is_not():
    a, b = two(peak_deg=50.0)
    row = rows_of(a, b)[KNEE]
    assert row["difference"] == pytest.approx(30.0, abs=3.0)
    assert row["within_error"] is False
    assert "30° more, beyond what measuring alone explains" in row["sentence"]
    a, b = two(peak_deg=25.0)
    row = rows_of(a, b)[KNEE]
    assert row["within_error"] is True
    assert "no difference that can be told" in row["sentence"]


def test_the_error_is_that_of_a_difference_and_never_below_a_raters():
    reps = (rep(1, 1.0, 4.0),)
    _, a = judged([0.0, 5.0], reps=reps)
    # standard errors of 1.5 each: 1.96 * sqrt(2) * 1.5 = 4.2, less than what a rater can detect
    assert rows_of(a, a)[KNEE]["error"] == HUMAN_MDC_DEG
    rough = replace(a, reps=(replace(reps[0], knee_se_deg=5.0),))
    assert rows_of(a, rough)[KNEE]["error"] == pytest.approx(1.96 * math.hypot(1.5, 5.0), abs=0.05)
    assert rows_of(a, a)["Hip while the knee moves"]["error"] == pytest.approx(1.96 * math.sqrt(2) * 1.5, abs=0.05)


def test_counts_have_no_error_of_measurement():
    a, b = session(glide([Move()] * 3)), session(glide([Move()] * 5))
    row = rows_of(a, b)["Repetitions"]
    assert (row["a"], row["b"], row["difference"], row["error"], row["within_error"]) == (3.0, 5.0, 2.0, None, None)


def test_curves_go_from_start_to_end_of_each_repetition():
    a, b = two(extend_s=3.6, hold_s=1.0, return_s=3.2)
    found = compare(a, b)
    assert found["percent"] == list(range(101))
    assert len(found["a_reps"]) == 3
    for name in ("a_mean", "b_mean"):
        knee = found[name]["knee_deg"]
        assert knee[0] == pytest.approx(90.0, abs=6.0)
        assert knee[100] == pytest.approx(90.0, abs=6.0)
        assert min(knee) == pytest.approx(20.0, abs=6.0)
    # twice as slow, the same shape: over each other they are one
    apart = [abs(x - y) for x, y in zip(found["a_mean"]["knee_deg"], found["b_mean"]["knee_deg"], strict=True)]
    assert max(apart) < 8.0


def test_the_curve_between_is_the_median_of_the_same_repetitions_as_the_table():
    odd = session(glide([Move(peak_deg=20.0), Move(peak_deg=20.0), Move(peak_deg=50.0)]))
    found = compare(odd, odd)
    assert found["a_curve"] == {"kind": "median", "reps": [1, 2, 3], "left_out": []}
    row = next(row for row in found["rows"] if row["label"] == KNEE)
    assert min(found["a_mean"]["knee_deg"]) == pytest.approx(row["a"], abs=3.0)
    assert found["a_mean"]["knee_band_deg"] == pytest.approx(1.96 * numbers(odd)["knee_end"].se, abs=0.1)


def test_what_was_not_measured_stays_empty():
    _, blind = judged([0.0, 1.0, 2.0, 5.0], reps=(rep(1, 1.0, 4.0),), usable=[True, True, True, False])
    knee = compare(blind, blind)["a_reps"][0]["knee_deg"]
    assert knee[0] == 60.0
    assert knee[100] is None
    _, nobody = judged([0.0, 1.0], side=None)
    row = rows_of(blind, nobody)[KNEE]
    assert (row["difference"], row["within_error"]) == (None, None)
    assert "cannot tell, it was not measured in one of the two" in row["sentence"]


def test_what_makes_them_hard_to_compare_is_said():
    a, b = two()
    assert compare(a, b)["caveats"] == []
    other = replace(b, side=Side.RIGHT, protocol_sha256="x", view=replace(b.view, azimuth_deg=30.0))
    assert [caveat.split()[0:4] for caveat in compare(a, other)["caveats"]] == [
        ["The", "two", "show", "different"], ["The", "two", "were", "judged"], ["The", "camera", "stood", "30°"],
    ]  # fmt: skip


def test_they_are_aligned_where_each_first_begins():
    a, b = judge_track(glide([Move()]), load_protocol()), judge_track(glide([Move()], lead_s=3.0), load_protocol())
    align = compare(a, b)["align"]
    assert align["b_start_s"] - align["a_start_s"] == pytest.approx(2.0, abs=0.1)


def test_numbers_of_nothing_are_none():
    _, empty = judged([0.0, 1.0])
    assert numbers(empty)["reps"].value == 0.0
    assert math.isnan(numbers(empty)["knee_end"].value)
