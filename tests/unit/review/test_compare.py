"""Two sessions side by side, and what of a difference measuring alone explains."""

import math
from dataclasses import replace
from decimal import Decimal

import pytest

from formcheck.form.judge import judge_track
from formcheck.form.set_numbers import set_numbers
from formcheck.protocols.loader import load_protocol
from formcheck.record.trend import HUMAN_MDC_DEG
from formcheck.review.compare import compare
from formcheck.text.catalogue import Texts
from formcheck.types import Side
from judged import judged, rep
from synth import Move, glide, session

TEXTS = Texts("en")


def two(**more):
    return session(glide([Move()] * 3)), session(glide([Move(**more)] * 3))


def rows_of(a, b):
    return {row["key"]: row for row in compare(a, b, TEXTS)["rows"]}


KNEE = "knee_end"


def test_a_session_does_not_differ_from_itself():
    a, _ = two()
    for row in rows_of(a, a).values():
        assert row["difference"] == 0.0
        assert not row["words"]["difference"].startswith(("+", "−"))
        assert row["within_error"] is not False


def test_a_large_difference_is_one_and_a_small_one_is_not():
    a, b = two(peak_deg=50.0)
    row = rows_of(a, b)[KNEE]
    assert row["difference"] == pytest.approx(30.0, abs=3.0)
    assert row["within_error"] is False
    assert "30° more, beyond the error of measurement" in row["sentence"]
    a, b = two(peak_deg=25.0)
    row = rows_of(a, b)[KNEE]
    assert row["within_error"] is True
    assert "within the error of measurement" in row["sentence"]


def test_the_error_is_that_of_a_difference_and_never_below_a_raters():
    reps = (rep(1, 1.0, 4.0),)
    _, a = judged([0.0, 5.0], reps=reps)
    # standard errors of 1.5 each: 1.96 * sqrt(2) * 1.5 = 4.2, less than what a rater can detect
    assert rows_of(a, a)[KNEE]["error"] == HUMAN_MDC_DEG
    rough = replace(a, reps=(replace(reps[0], knee_se_deg=5.0),))
    assert rows_of(a, rough)[KNEE]["error"] == pytest.approx(1.96 * math.hypot(1.5, 5.0), abs=0.05)
    assert rows_of(a, a)["hip"]["error"] == pytest.approx(1.96 * math.sqrt(2) * 1.5, abs=0.05)


def test_counts_have_no_error_of_measurement():
    a, b = session(glide([Move()] * 3)), session(glide([Move()] * 5))
    row = rows_of(a, b)["reps"]
    assert (row["a"], row["b"], row["difference"], row["error"], row["within_error"]) == (3.0, 5.0, 2.0, None, None)


def test_curves_go_from_start_to_end_of_each_repetition():
    a, b = two(extend_s=3.6, hold_s=1.0, return_s=3.2)
    found = compare(a, b, TEXTS)
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
    found = compare(odd, odd, TEXTS)
    assert found["a_curve"] == {"kind": "median", "reps": [1, 2, 3], "left_out": []}
    row = next(row for row in found["rows"] if row["key"] == KNEE)
    assert min(found["a_mean"]["knee_deg"]) == pytest.approx(row["a"], abs=3.0)
    assert found["a_mean"]["knee_band_deg"] == pytest.approx(1.96 * set_numbers(odd)["knee_end"].se, abs=0.1)


def test_what_was_not_measured_stays_empty():
    _, blind = judged([0.0, 1.0, 2.0, 5.0], reps=(rep(1, 1.0, 4.0),), usable=[True, True, True, False])
    knee = compare(blind, blind, TEXTS)["a_reps"][0]["knee_deg"]
    assert knee[0] == 60.0
    assert knee[100] is None
    _, nobody = judged([0.0, 1.0], side=None)
    row = rows_of(blind, nobody)[KNEE]
    assert (row["difference"], row["within_error"]) == (None, None)
    assert "measured in only one of the two" in row["sentence"]


def test_what_makes_them_hard_to_compare_is_said():
    a, b = two()
    assert compare(a, b, TEXTS)["caveats"] == []
    other = replace(b, side=Side.RIGHT, protocol_sha256="x", view=replace(b.view, azimuth_deg=30.0))
    assert compare(a, other, TEXTS)["caveats"] == [
        TEXTS.get("compare.other_leg"), TEXTS.get("compare.other_protocol"), TEXTS.get("compare.camera", deg=30),
    ]  # fmt: skip


def test_they_are_aligned_where_each_first_begins():
    a, b = judge_track(glide([Move()]), load_protocol()), judge_track(glide([Move()], lead_s=3.0), load_protocol())
    align = compare(a, b, TEXTS)["align"]
    assert align["b_start_s"] - align["a_start_s"] == pytest.approx(2.0, abs=0.1)


def test_numbers_of_nothing_are_none():
    _, empty = judged([0.0, 1.0])
    assert set_numbers(empty)["reps"].value == 0.0
    assert math.isnan(set_numbers(empty)["knee_end"].value)


def test_between_two_calibrated_sessions_less_is_a_difference():
    reps = (rep(1, 1.0, 4.0),)
    _, a = judged([0.0, 5.0], reps=reps)
    (row,) = (row for row in compare(a, a, TEXTS, calibrated=True)["rows"] if row["key"] == KNEE)
    assert row["error"] == pytest.approx(1.96 * math.sqrt(2) * 1.5, abs=0.05)
    assert row["error"] < HUMAN_MDC_DEG


def test_every_number_of_a_joint_has_its_say_in_the_verdict_on_it():
    on = {key: row["verdict_on"] for key, row in rows_of(*two()).items() if row["verdict_on"]}
    assert on == {
        "knee_end": "knee", "knee_start": "knee", "hip": "hip", "hip_range": "hip",
        "extend": "tempo", "length": "tempo",
    }  # fmt: skip


def with_knee(end_deg, se_deg=1.5):
    _, found = judged([0.0, 5.0], reps=(replace(rep(1, 1.0, 4.0), knee_flexion_peak_deg=end_deg, knee_se_deg=se_deg),))
    return found


@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize(
    ("a_deg", "b_deg"), [(96.95, 96.45), (93.6, 85.4), (28.46, 20.44), (20.0, 27.97), (7.46, 3.55)]
)
def test_what_a_row_shows_agrees_in_all_its_words(language, a_deg, b_deg):
    texts = Texts(language)
    found = compare(with_knee(a_deg), with_knee(b_deg), texts)["rows"]
    row = next(row for row in found if row["key"] == KNEE)
    words = row["words"]
    assert f"{words['a']} {'and' if language == 'en' else 'und'} {words['b']}" in row["sentence"]
    assert words["error"] in row["sentence"]
    a, b, change, error = (
        Decimal(words[name].rstrip("°").replace("−", "-").replace(",", "."))
        for name in ("a", "b", "difference", "error")
    )
    assert b - a == change
    assert (abs(change) <= error) is row["within_error"]
