import numpy as np
import pytest

import synth
from formcheck.form.statistics import meant_whole, statuses
from formcheck.form.summary import summarize
from formcheck.types import Status, Verdict
from synth import Move

GOOD = [Move()] * 3
T_S = synth.times(16.0)
SWING = 0.5 - 0.5 * np.cos(2 * np.pi * T_S / 5.3)


def verdict(session, rule, rep=None):
    return next(f for f in session.findings_of(rep) if f.rule == rule).verdict


def test_good_set_meets_every_rule_and_its_number_is_information():
    session = synth.session(synth.glide(GOOD))
    verdicts = {f.rule: f.verdict for f in session.findings_of(None)}
    assert verdicts.pop("set_complete") == "INFORMATION"
    assert set(verdicts.values()) == {Verdict.MET}
    assert len(session.findings) == len(session.findings_of(None)) + 3 * 8


def test_twenty_make_a_set():
    assert verdict(synth.session(synth.glide([Move()] * 20)), "set_complete") == "MET"


@pytest.mark.parametrize(("reps", "expected"), [(3, "NOT_MET"), (20, "MET")])
def test_too_few_are_a_miss_where_a_whole_set_was_meant(reps, expected):
    session = synth.session(synth.glide([Move()] * reps), whole_set=True)
    assert verdict(session, "set_complete") == expected
    assert meant_whole(session)
    assert {one.status for one in statuses(session)} == {Status.MET}


@pytest.mark.parametrize(
    ("rule", "track"),
    [
        ("hip_in_band", synth.track(T_S, 90 - 70 * SWING, 60.0)),
        ("hip_in_band", synth.track(T_S, 90 - 70 * SWING, 125.0)),
        ("hip_steady", synth.track(T_S, 90 - 70 * SWING, 100 - 25 * SWING)),
        ("knee_starts_bent", synth.track(T_S, 45 - 40 * SWING)),
        ("slow", synth.glide([Move(extend_s=0.4, return_s=0.4)] * 4)),
        ("slow", synth.glide([Move(extend_s=2.0, return_s=0.4)] * 4)),
    ],
)
def test_each_fault_is_found(rule, track):
    session = synth.session(track)
    assert session.rep_count >= 2
    assert verdict(session, rule) == "NOT_MET"
    assert verdict(session, rule, 1) == "NOT_MET"


def test_hip_near_the_limit_is_borderline():
    assert verdict(synth.session(synth.glide(GOOD, hip_deg=76.0)), "hip_in_band") == "BORDERLINE"


def test_hands_off_the_thigh_is_advisory():
    track = synth.glide(GOOD)
    xy = track.xy_px.copy()
    xy[:, 15:23] = xy[:, 11:12] + [0.0, 30.0]
    session = synth.session(synth.make_track(track.t_s, xy))
    (finding,) = [f for f in session.findings_of(None) if f.rule == "hands_on_thigh"]
    assert finding.verdict == "NOT_MET"
    assert finding.advisory
    assert {one.status for one in statuses(session)} == {Status.MET}


@pytest.mark.parametrize(
    ("protocol", "expected"),
    [
        ("sciatic-glide", "MET"),
        ("sciatic-glide-tensioner", "BORDERLINE"),
        ("sciatic-glide-slider", "BORDERLINE"),
    ],
)
def test_toes_are_judged_by_the_protocol_reading(protocol, expected):
    """The figure's foot is square to its shank."""
    assert verdict(synth.session(synth.glide(GOOD), protocol), "toes") == expected


def test_more_range_is_never_better():
    """The deeper of two sets that differ in nothing else is judged alike."""
    shallow, deep = (synth.session(synth.glide([Move(peak_deg=peak, extend_s=3, return_s=3)] * 3)) for peak in (40, 5))
    assert [f.verdict for f in shallow.findings] == [f.verdict for f in deep.findings]


def test_sitting_is_not_judged():
    session = synth.session(synth.glide(GOOD, trunk_tilt_deg=80.0))
    assert session.rep_count == 0
    assert verdict(session, "lying_on_back") == "NOT_MET"
    others = [f.verdict for f in session.findings if f.rule != "lying_on_back"]
    assert set(others) == {Verdict.NOT_ASSESSABLE}
    assert summarize(session).headline.key == "headline.not_lying"


def test_nobody_in_the_picture():
    nobody = np.full((len(T_S), 33, 2), np.nan)
    session = synth.session(synth.make_track(T_S, nobody, side=None))
    assert session.angles is None
    assert session.side is None
    assert {f.verdict for f in session.findings} == {Verdict.NOT_ASSESSABLE}
    assert session.quality.usable_fraction == 0
    assert session.quality.reasons[0].key == "quality.nobody"


def test_lying_still_has_no_repetition_to_judge():
    session = synth.session(synth.track(T_S, np.full(len(T_S), 90.0)))
    assert session.rep_count == 0
    assert verdict(session, "lying_on_back") == "MET"
    assert verdict(session, "set_complete") == "INFORMATION"
    assert verdict(session, "hip_in_band") == "NOT_ASSESSABLE"
    assert summarize(session).headline.key == "headline.no_rep"
