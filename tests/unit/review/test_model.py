"""What a review may say."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from formcheck.review.model import Goniometer, Joint, Review, first_problem

REP = {"start_s": 1.0, "end_s": 2.0}
GONIOMETER = {"id": "g1", "t_s": 1.0, "joint": "knee", "points": [[0, 0], [10, 0], [20, 0]]}
NOTE = {"id": "n1", "scope": "frame", "t_s": 1.0, "text": "x", "at": "now"}


@pytest.mark.parametrize(
    ("values", "problem"),
    [
        ({"surprise": 1}, "surprise: Extra inputs"),
        ({"revision": -1}, "revision: Input should be greater"),
        ({"side": "middle"}, "side: "),
        ({"reps": [{"start_s": 2.0, "end_s": 1.0}]}, "to start before it ends"),
        ({"reps": [{"start_s": 1.0, "peak_s": 9.0, "end_s": 2.0}]}, "expected the straightest moment (9.00 s) after"),
        ({"person": "P0\n17"}, "person: "),
        ({"reps": [REP, {"start_s": 1.5, "end_s": 3.0}]}, "one after another, got one that starts at 1.50 s"),
        ({"reps": [{"start_s": float("nan"), "end_s": 2.0}]}, "reps.0.start_s"),
        ({"overrules": [{"rule": "slow", "verdict": "MET", "reason": "  "}]}, "overrules.0.reason"),
        ({"overrules": [{"rule": "slow", "verdict": "BORDERLINE", "reason": "x"}]}, "got BORDERLINE"),
        ({"overrules": [{"rule": "slow", "rep": 1, "verdict": "MET", "reason": "x"}] * 2}, "got two"),
        ({"notes": [{**NOTE, "scope": "rep"}]}, "for a note on a repetition"),
        ({"notes": [{**NOTE, "t_s": None}]}, "expected a time"),
        ({"notes": [NOTE, NOTE]}, "got one twice"),
        ({"notes": [{**NOTE, "id": "../x"}]}, "notes.0.id"),
        ({"notes": [{**NOTE, "text": "x" * 4001}]}, "notes.0.text"),
        ({"goniometer": [{**GONIOMETER, "points": [[0, 0], [0, 0], [5, 5]]}]}, "two at the same place"),
        ({"goniometer": [{**GONIOMETER, "points": [[0, 0], [5, 5]]}]}, "goniometer.0.points"),
        ({"goniometer": [{**GONIOMETER, "joint": "elbow"}]}, "goniometer.0.joint"),
    ],
)
def test_what_does_not_fit_is_refused_and_named(values, problem):
    with pytest.raises(ValidationError) as caught:
        Review.model_validate(values)
    assert problem in first_problem(caught.value)


def test_a_review_survives_its_file():
    review = Review.model_validate(
        {"reviewer": " Ann ", "reps": [REP], "notes": [NOTE], "goniometer": [GONIOMETER], "side": "left"}
    )
    assert Review.model_validate_json(json.dumps(review.to_json())) == review
    assert review.reviewer == "Ann"


def test_empty_is_what_says_nothing_whoever_it_says():
    assert Review(revision=7, reviewer="Ann").is_empty
    assert not Review(done=True).is_empty


@pytest.mark.parametrize(
    ("joint", "points", "angle_deg"),
    [
        (Joint.KNEE, ((0, 0), (10, 0), (20, 0)), 0.0),
        (Joint.KNEE, ((0, 0), (10, 0), (10, 10)), 90.0),
        (Joint.HIP, ((0, 0), (10, 0), (10, -10)), 90.0),
        (Joint.OTHER, ((0, 0), (10, 0), (20, 0)), 180.0),
        (Joint.OTHER, ((0, 0), (10, 0), (0, 10)), 45.0),
    ],
)
def test_a_goniometer_reads_flexion_from_straight(joint, points, angle_deg):
    assert Goniometer(id="g", t_s=0.0, joint=joint, points=points).measured_deg() == pytest.approx(angle_deg)


@given(
    flexion_deg=st.floats(0, 179),
    turn_deg=st.floats(-180, 180),
    scale=st.floats(2, 500),
    shift=st.tuples(st.floats(-500, 500), st.floats(-500, 500)),
    mirrored=st.booleans(),
)
def test_a_goniometer_reads_the_same_wherever_it_lies(flexion_deg, turn_deg, scale, shift, mirrored):
    import math

    def at(length, angle_deg):
        x, y = (length * scale * f(math.radians(angle_deg + turn_deg)) for f in (math.cos, math.sin))
        return (shift[0] + (-x if mirrored else x), shift[1] + y)

    one = Goniometer(id="g", t_s=0.0, joint=Joint.KNEE, points=(at(1.0, 180.0), at(0.0, 0.0), at(0.8, flexion_deg)))
    assert one.measured_deg() == pytest.approx(flexion_deg, abs=1e-3)
