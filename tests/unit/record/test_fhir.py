"""FHIR states of each number how it was made and in which position, as the record has it, and no more than that."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from fhir.resources.R4B.bundle import Bundle

from formcheck.angles.scatter import duration_se_s
from formcheck.form import rules
from formcheck.form.statistics import set_statistics, statuses
from formcheck.protocols.loader import load_protocol
from formcheck.record.annotations import add_correction
from formcheck.record.choice import result_of
from formcheck.record.exports import fhir
from formcheck.record.queries import sessions
from formcheck.record.save import save_set
from formcheck.record.values import Answers, CalibratedBy, Mark, MarkKind, Origin, Practice, Role, SessionLine
from formcheck.review.model import Overrule
from formcheck.session.document import from_document
from formcheck.types import CalibrationUse, KeptCalibration, MeasuredMark, Session, Side, Status, Verdict
from practice import PROFILE, judged, keep_set, named
from signed import FRAMES, REASON, REVIEWER, reopen, sign


def verdicts(session: Session, **given: Verdict) -> Session:
    """Return a session with other verdicts on the whole set."""
    return replace(
        session,
        findings=tuple(
            replace(one, verdict=given[one.rule]) if one.rep is None and one.rule in given else one
            for one in session.findings
        ),
    )


def good(session: Session) -> Session:
    return verdicts(session, hands_on_thigh=Verdict.MET, lying_on_back=Verdict.MET)


def thigh_moving(session: Session) -> Session:
    reps = tuple(
        replace(rep, hip_flexion_mean_deg=62.0, hip_flexion_min_deg=45.0, hip_flexion_peak_deg=50.25)
        for rep in session.reps
    )
    findings = tuple(
        replace(one, verdict=Verdict.NOT_MET) if one.rule == rules.THIGH_STILL.id else one for one in session.findings
    )
    return good(replace(session, reps=reps, findings=findings))


def no_hands(session: Session) -> Session:
    return verdicts(session, hands_on_thigh=Verdict.NOT_MET, lying_on_back=Verdict.MET)


def hands_unseen(session: Session) -> Session:
    return verdicts(session, hands_on_thigh=Verdict.NOT_ASSESSABLE, lying_on_back=Verdict.NOT_ASSESSABLE)


def not_assessable(session: Session) -> Session:
    return replace(session, side=None, angles=None, reps=(), findings=())


KINDS: Mapping[str, tuple[Callable[[Session], Session], bool | None, str]] = {
    "good": (good, True, "hands on the thigh"),
    "thigh moving": (thigh_moving, True, "hands on the thigh"),
    "no hands": (no_hands, True, "hands not on the thigh"),
    "hands unseen": (hands_unseen, None, "whether the hands held the thigh could not be seen"),
    "not assessable": (not_assessable, None, "hands not looked at"),
    "reviewed": (good, True, "hands on the thigh"),
}


# A signed session is judged anew, so that what the set is given here is the reviewer's too.
OVERRULES = (
    Overrule(rule="slow", rep=2, verdict=Verdict.NOT_MET, reason=REASON),
    Overrule(rule=rules.HANDS.id, verdict=Verdict.MET, reason=REASON),
    Overrule(rule=rules.LYING.id, verdict=Verdict.MET, reason=REASON),
)


def keep(store, change: Callable[[Session], Session], name: str = "one", **practice) -> str:
    track, session = named(*judged(30.0, Side.LEFT), name)
    at = {"profile": PROFILE, "origin": Origin.ANALYZE, "practised_at": datetime(2026, 3, 2, 8, tzinfo=UTC)}
    done = Practice(**at, **practice)
    return save_set(store, change(session), track, protocol=load_protocol(), practice=done).uid


def exported(store, uid: str) -> tuple[SessionLine, Session, list[dict]]:
    with store.reading() as connection:
        line = sessions(connection, uids=[uid])[0]
        document = result_of(connection, uid)["document"]
    session = from_document(document)
    bundle = fhir.session_bundle(line, document)
    text = fhir.bundle_text(bundle)
    assert Bundle.model_validate_json(text) == bundle
    return line, session, [entry["resource"] for entry in json.loads(text)["entry"]]


def by_key(resources: list[dict]) -> dict[str, dict]:
    found = [one for one in resources if one["resourceType"] == "Observation"]
    return {code["code"]: one for one in found for code in one["code"]["coding"] if code["system"] == fhir.LOCAL}


def part(one: dict, key: str) -> dict | None:
    return next((c for c in one.get("component", []) if c["code"]["coding"][0]["code"] == key), None)


@pytest.mark.parametrize("kind", KINDS)
def test_every_number_is_the_records_and_so_are_its_error_and_its_position(store, kind):
    change, supine, hands = KINDS[kind]
    marks = (Mark(MarkKind.P1, 3.0, 38.25, 2.0),) if kind != "not assessable" else ()
    uid = keep(store, change, answers=Answers(5, 4), marks=marks)
    if kind == "reviewed":
        sign(store, uid, overrules=OVERRULES)
    line, session, resources = exported(store, uid)
    found, stats = by_key(resources), set_statistics(session)
    thigh_se = next((one.se for one in session.findings_of(None) if one.rule == rules.THIGH_STILL.id), None)
    expected = {
        "knee-end": (line.knee_end_deg, line.knee_se_deg),
        "knee-end-met": (line.knee_end_met_deg, line.knee_se_deg),
        "knee-p1": (line.p1_deg, line.p1_se_deg),
        "hip-mean": (line.hip_mean_deg, line.hip_se_deg),
        "hip-range": (line.hip_range_deg, thigh_se),
        "rep-length": (line.rep_s, None if line.rep_s is None else duration_se_s(line.rep_s)),
        "pain-before": (5, None),
        "pain-after": (4, None),
    }
    if stats.rep_count is not None:
        counts = {"rep-count": line.rep_count, "met-reps": line.met_reps, "not-met-reps": line.not_met_reps}
        expected |= {key: (n, None) for key, n in (counts | {"undecided-reps": line.undecided_reps}).items()}
    assert set(found) == {key for key, (value, _) in expected.items() if value is not None}
    for key, one in found.items():
        value, error = expected[key]
        assert one["valueQuantity"]["value"] == pytest.approx(value, abs=0.005), key
        stated = part(one, "standard-error")
        if error is not None:
            assert stated["valueQuantity"]["value"] == pytest.approx(error, abs=0.005), key
        else:
            assert stated is None or stated["dataAbsentReason"], key
        reported = key.startswith("pain")
        # A review says nothing of what the person marked during the set.
        signed = kind == "reviewed" and key != "knee-p1"
        assert one["status"] == ("final" if reported or signed else "preliminary"), key
        assert ("performer" in one) is (signed and not reported), key
        position = part(one, "position")
        assert (position is None) == reported, key
        if position is not None:
            said = position["valueCodeableConcept"]
            assert said["text"].endswith(hands), key
            assert ("coding" in said) is bool(supine), key
            assert ("extension" in one) is bool(supine), key


def test_the_hip_is_stated_as_measured_where_the_number_was_measured(store):
    _, session, resources = exported(store, keep(store, thigh_moving))
    found = by_key(resources)
    hip_deg = set_statistics(session).hip_peak_deg
    assert (
        f"hip of the working leg flexed to {round(hip_deg)} degrees where the knee was straightest"
        in (part(found["knee-end"], "position")["valueCodeableConcept"]["text"])
    )
    assert "62 degrees on average" in part(found["rep-count"], "position")["valueCodeableConcept"]["text"]
    assert "90" not in part(found["knee-end"], "position")["valueCodeableConcept"]["text"]
    assert not any(one.status is Status.MET for one in statuses(session))
    assert "knee-end-met" not in found


def test_each_number_has_a_method_of_its_own(store):
    *_, resources = exported(store, keep(store, good, answers=Answers(5, 4)))
    methods = {key: one["method"]["text"] for key, one in by_key(resources).items()}
    assert "thigh and shank" in methods["knee-end"]
    assert "trunk and thigh" in methods["hip-mean"]
    assert "trunk and thigh" in methods["hip-range"]
    assert "Counted" in methods["rep-count"]
    assert load_protocol().protocol.version in methods["met-reps"]
    assert "frames" in methods["rep-length"]
    assert "Reported by the person" in methods["pain-after"]


@pytest.mark.parametrize("side", list(Side))
def test_a_deficit_limited_by_symptoms_is_not_coded_as_range_of_motion(store, side):
    uid = keep_set(store, side=side, answers=Answers(5, 4)).uid
    *_, resources = exported(store, uid)
    found = by_key(resources)
    coded = {key for key, one in found.items() for code in one["code"]["coding"] if code["system"] == fhir.LOINC}
    assert coded == {"pain-before", "pain-after"}
    site = {Side.LEFT: "82169009", Side.RIGHT: "6757004"}[side]
    assert found["knee-end"]["bodySite"]["coding"] == [{"system": fhir.SNOMED, "code": site}]
    outcome = resources[-1]
    assert outcome["resourceType"] == "OperationOutcome"
    assert any("41345-0" in issue["diagnostics"] for issue in outcome["issue"])


def test_what_was_corrected_by_hand_is_not_said_to_be_measured(store):
    uid = keep_set(store, answers=Answers(5, 4)).uid
    with store.writing() as connection:
        for subject, value in (("rep_count", "5"), ("pain_after", "2"), ("side", "right")):
            add_correction(connection, uid, subject=subject, value=value, reason="seen", role=Role.CLINICIAN)
    line, _, resources = exported(store, uid)
    found = by_key(resources)
    count = found["rep-count"]
    assert (count["valueQuantity"]["value"], count["status"], "device" in count) == (5, "final", False)
    assert "by hand" in count["method"]["text"]
    assert "this one was not" in found["met-reps"]["method"]["text"]
    assert found["pain-after"]["valueQuantity"]["value"] == 2
    assert "corrected by hand" in found["pain-after"]["method"]["text"]
    assert found["knee-end"]["note"] == [{"text": "Corrected by hand: side"}]
    assert line.side == "right"


def test_no_count_is_stated_where_none_could_be_made(store):
    *_, resources = exported(store, keep(store, not_assessable))
    assert by_key(resources) == {}
    assert any("could not be counted" in issue["diagnostics"] for issue in resources[-1]["issue"])


def test_a_reviewed_session_says_who_answers_for_it_and_what_is_done_by_hand(store):
    uid = keep(store, good)
    sign(store, uid)
    line, _, resources = exported(store, uid)
    found = by_key(resources)
    (reviewer,) = (one for one in resources if one["resourceType"] == "Practitioner")
    assert reviewer["identifier"][0]["value"] == REVIEWER
    (review,) = (one for one in resources if one["resourceType"] == "Provenance")
    assert datetime.fromisoformat(review["recorded"]) == line.reviewed_at
    assert len(review["target"]) == len(found)
    knee, hip, counts, met = (found[key] for key in ("knee-end", "hip-mean", "rep-count", "met-reps"))
    for one in (knee, hip):
        assert f"by a reviewer's goniometer on {FRAMES} frames" in one["method"]["text"]
        assert datetime.fromisoformat(one["issued"]) == line.reviewed_at
        assert one["performer"][0]["reference"] == review["agent"][0]["who"]["reference"]
    assert "goniometer" not in found["rep-length"]["method"]["text"]
    assert "set the times of repetitions by hand" in counts["method"]["text"]
    assert met["method"]["text"].endswith("in place of formcheck's: 1")


def test_a_reviewer_without_a_name_is_no_performer(store):
    uid = keep(store, good)
    sign(store, uid, reviewer="")
    _, _, resources = exported(store, uid)
    assert not any(one["resourceType"] == "Practitioner" for one in resources)
    assert all("performer" not in one for one in by_key(resources).values())
    assert any(one["resourceType"] == "Provenance" for one in resources)


def test_a_review_that_was_reopened_makes_it_preliminary_again(store):
    uid = keep(store, good)
    before = exported(store, uid)[2]
    sign(store, uid)
    reopen(store, uid)
    assert exported(store, uid)[2] == before


def test_what_was_kept_of_the_leg_is_named_in_the_method(store):
    mark = MeasuredMark("hip", 1, 5.0, 90.0, 40.0, 3.0)
    kept = KeptCalibration("2026-02-01T08:00:00+00:00", "R7", Side.LEFT, "x", 0.0, 0.0, True, 2.0, (mark,))
    uid = keep(
        store,
        lambda session: replace(session, kept_calibration=CalibrationUse(kept)),
        marks=(Mark(MarkKind.P1, 3.0, 38.25, 2.0),),
    )
    line, _, resources = exported(store, uid)
    assert (line.calibration, line.calibrated_frames) == (CalibratedBy.KEPT, 1)
    found = by_key(resources)
    for key in ("knee-end", "hip-mean", "knee-p1"):
        assert "on 1 frame recorded earlier" in found[key]["method"]["text"]
    assert found["knee-end"]["status"] == "preliminary"
