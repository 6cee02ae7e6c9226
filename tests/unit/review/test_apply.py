"""The reviewed session: what the reviewer says in the place of what was found."""

import json
import math
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from formcheck.angles.kept_calibration import kept_from
from formcheck.errors import UsageError
from formcheck.form.judge import judge_track
from formcheck.form.statistics import count_finding, set_statistics
from formcheck.form.summary import summarize
from formcheck.message import Message, verbatim
from formcheck.protocols.loader import load_protocol
from formcheck.review.analysis import Analysis, AvailableProtocols
from formcheck.review.apply import check_fits, clip_marks, with_tool_angles
from formcheck.review.library import session_outcome
from formcheck.review.model import GivenRep, Goniometer, Joint, Note, Overrule, Review
from formcheck.server.errors import RequestError
from formcheck.session.document import to_document
from formcheck.session.kept import kept_text
from formcheck.session.schema import SessionDocument
from formcheck.text.catalogue import Texts
from formcheck.text.findings import finding_sentence
from formcheck.types import Side, Verdict
from synth import Move, glide

TEXTS = Texts("en")
MOVES = (Move(), Move(extend_s=0.6, return_s=0.6), Move())


@pytest.fixture(scope="module")
def analysis():
    track = glide(MOVES)
    session = judge_track(track, load_protocol())
    return Analysis(to_document(session, Texts("en")), session, track, AvailableProtocols())


def reps_of(session):
    return tuple(GivenRep(start_s=r.start_s, peak_s=r.peak_s, end_s=r.end_s) for r in session.reps)


def overrule(rule, rep, verdict=Verdict.MET, reason="Seen otherwise."):
    return Overrule(rule=rule, rep=rep, verdict=verdict, reason=reason)


def test_a_review_that_says_nothing_is_the_session_itself(analysis):
    reviewed = analysis.apply(Review(summary_note="Well done.", done=True))
    assert reviewed.session is analysis.session
    assert reviewed.changes == ()


def test_the_found_times_sent_back_change_nothing(analysis):
    reviewed = analysis.apply(Review(reps=reps_of(analysis.session), side=Side.LEFT, protocol="sciatic-glide"))
    assert reviewed.session is analysis.session


def test_a_removed_repetition_is_not_counted_and_the_others_keep_their_numbers(analysis):
    reps = reps_of(analysis.session)
    reviewed = analysis.apply(Review(reps=(reps[0], reps[2])))
    assert reviewed.session.rep_count == 2
    for new, old in zip(reviewed.session.reps, (analysis.session.reps[0], analysis.session.reps[2]), strict=True):
        assert (new.knee_flexion_peak_deg, new.extend_s, new.hold_s) == (
            old.knee_flexion_peak_deg,
            old.extend_s,
            old.hold_s,
        )
    fewer, gone = (change.to_json(TEXTS) for change in reviewed.changes)
    assert (fewer["what"], fewer["analysed"], fewer["reviewed"]) == ("Repetitions", "3", "2")
    assert (gone["what"], gone["reviewed"]) == ("Repetition 2 (as analysed)", "removed")


def test_other_times_are_said_old_and_new_and_of_which_repetition(analysis):
    reps = reps_of(analysis.session)
    second = reps[1].model_copy(update={"end_s": round(reps[1].end_s - 0.2, 3)})
    (change,) = analysis.apply(Review(reps=(reps[0], second, reps[2]))).changes
    assert change.what == Message.of("clinician.changes.rep_times", rep=2)
    assert dict(change.analysed.values)["end"] == reps[1].end_s
    assert dict(change.reviewed.values)["end"] == second.end_s
    (gone,) = (c for c in analysis.apply(Review(reps=(reps[0], reps[2]))).changes if c.reviewed.key.endswith("removed"))
    assert gone.what == Message.of("clinician.changes.rep_analysed", rep=2)


def test_a_repetition_split_where_the_knee_is_straightest_has_no_speed_and_says_why(analysis):
    first, *others = reps_of(analysis.session)
    halves = (
        GivenRep(start_s=first.start_s, end_s=first.peak_s + 0.1),
        GivenRep(start_s=first.peak_s + 0.1, end_s=first.end_s),
    )
    reviewed = analysis.apply(Review(reps=(*halves, *others)))
    slow = [f for f in reviewed.session.findings if f.rule == "slow" and f.rep in (1, 2)]
    assert [(f.verdict, f.observed) for f in slow] == [(Verdict.NOT_ASSESSABLE, None)] * 2
    assert reviewed.warnings == (
        Message.of("clinician.notice.ends_straight", rep=1),
        Message.of("clinician.notice.starts_straight", rep=2),
    )
    assert set_statistics(reviewed.session).undecided == 1


def test_an_overruled_finding_changes_what_counts_as_correct(analysis):
    before = session_outcome(analysis.session)
    assert (before["met"], before["not_met"]) == (2, 1)
    reviewed = analysis.apply(Review(overrules=(overrule("slow", 2),)))
    after = session_outcome(reviewed.session)
    assert (after["met"], after["not_met"]) == (3, 0)
    finding = next(f for f in reviewed.session.findings_of(2) if f.rule == "slow")
    assert finding.verdict is Verdict.MET
    sentence = reviewed.sentence(TEXTS, finding)
    analysed = next(f for f in analysis.session.findings_of(2) if f.rule == "slow")
    assert "Seen otherwise" in sentence
    assert sentence.endswith(finding_sentence(TEXTS, analysed))
    assert set_statistics(reviewed.session).met == 3
    whole = next(f for f in reviewed.session.findings_of(None) if f.rule == "slow")
    assert reviewed.sentence(TEXTS, whole).startswith(finding_sentence(TEXTS, whole))
    assert "1 repetition was overruled" in reviewed.sentence(TEXTS, whole)
    (change,) = reviewed.changes
    assert change.to_json(TEXTS) == {
        "what": f"{TEXTS.get('rule.slow.title')}, repetition 2",
        "analysed": "Not met", "reviewed": "Met", "reason": "Seen otherwise.",
    }  # fmt: skip


def test_a_good_repetition_can_be_found_wrong(analysis):
    reviewed = analysis.apply(Review(overrules=(overrule("hip_steady", 1, Verdict.NOT_MET),)))
    assert session_outcome(reviewed.session)["not_met"] == 2


def test_the_analysis_itself_is_not_altered(analysis):
    before = to_document(analysis.session, Texts("en"))
    analysis.apply(Review(reps=(GivenRep(start_s=1.0, end_s=4.0),), overrules=(overrule("slow", 1),)))
    assert to_document(analysis.session, Texts("en")) == before


def test_another_protocol_judges_the_same_track(analysis):
    reviewed = analysis.apply(Review(protocol="active-knee-extension"))
    assert reviewed.session.protocol_id == "active-knee-extension"
    assert [change.what for change in reviewed.changes] == [Message("clinician.changes.protocol")]
    assert reviewed.session.reps[0].knee_flexion_peak_deg == analysis.session.reps[0].knee_flexion_peak_deg


def test_an_unknown_protocol_is_refused_with_those_that_are_known(analysis):
    with pytest.raises(UsageError, match=r"sciatic-glide-slider.*got 'nonsense'"):
        analysis.apply(Review(protocol="nonsense"))


def test_the_leg_that_was_not_followed_needs_an_analysis_of_its_own(analysis):
    reviewed = analysis.apply(Review(side=Side.RIGHT))
    assert reviewed.needs_side is Side.RIGHT
    assert reviewed.session.side is Side.RIGHT
    assert reviewed.changes[0].to_json(TEXTS) == {
        "what": "Working leg",
        "analysed": "left",
        "reviewed": "right",
        "reason": "",
    }
    assert reviewed.session.rep_count == 0


def test_the_leg_of_a_track_that_has_both_is_measured_at_once():
    track = glide(MOVES, hidden=False)
    session = judge_track(track, load_protocol())
    both = Analysis(to_document(session, Texts("en")), session, track, AvailableProtocols())
    assert both.apply(Review(side=Side.RIGHT)).needs_side is None


def test_repetitions_counted_by_eye_stand_where_nothing_could_be_measured():
    track = glide(MOVES, trunk_tilt_deg=80.0)
    session = judge_track(track, load_protocol())
    sitting = Analysis(to_document(session, Texts("en")), session, track, AvailableProtocols())
    assert sitting.session.rep_count == 0
    review = Review(
        reps=(GivenRep(start_s=1.0, end_s=4.0),),
        overrules=(overrule("hip_in_band", 1), overrule("lying_on_back", None)),
    )
    reviewed = sitting.apply(review)
    assert reviewed.session.rep_count == 1
    assert next(f for f in reviewed.session.findings_of(None) if f.rule == "set_complete").observed == 1.0
    assert next(f for f in reviewed.session.findings_of(1) if f.rule == "hip_in_band").verdict is Verdict.MET
    assert "nan" not in json.dumps(to_document(reviewed.session, Texts("en"))["summary"])
    to_document(reviewed.session, Texts("en"))


def test_what_has_no_place_is_left_out_and_said(analysis):
    reviewed = analysis.apply(Review(overrules=(overrule("slow", 9), overrule("no_such_rule", None))))
    assert reviewed.session is analysis.session
    assert reviewed.not_applied == (
        Message.of("clinician.notice.no_finding_of_rep", rule=Message("rule.slow.title"), rep=9),
        Message.of("clinician.notice.no_finding_of_set", rule=verbatim("no_such_rule")),
    )
    assert reviewed.overruled == {}


def test_what_was_said_of_the_other_leg_is_set_aside_and_comes_back(analysis):
    of_this = Overrule(rule="slow", rep=1, verdict=Verdict.NOT_MET, reason="Too fast.", side=analysis.session.side)
    other = next(side for side in Side if side is not analysis.session.side)
    of_other = of_this.model_copy(update={"side": other})
    reviewed = analysis.apply(Review(overrules=(of_this, of_other)))
    assert list(reviewed.overruled) == [("slow", 1)]
    (said,) = reviewed.not_applied
    assert said.key == "clinician.notice.other_leg_rep"
    note = Note(id="n", scope="rep", rep=9, text="Here.", at="2026-01-01")
    switched = analysis.apply(Review(overrules=(of_this,), notes=(note,), side=other))
    assert switched.overruled == {}
    assert [said.key for said in switched.not_applied] == [
        "clinician.notice.other_leg_rep", "clinician.notice.note_of_no_rep",
    ]  # fmt: skip
    check_fits(Review(overrules=(of_this,), notes=(note,), side=other), switched, analysis.track)
    with pytest.raises(RequestError):
        check_fits(Review(overrules=(overrule("no_such_rule", None),)), reviewed, analysis.track)


@pytest.mark.parametrize(("whole_set", "expected"), [(False, Verdict.INFORMATION), (True, Verdict.NOT_MET)])
def test_a_set_that_was_meant_to_be_whole_stays_so(whole_set, expected):
    track = glide(MOVES)
    session = judge_track(track, load_protocol(), whole_set=whole_set)
    live = Analysis(to_document(session, Texts("en")), session, track, AvailableProtocols())
    reviewed = live.apply(Review(reps=reps_of(session)[:2])).session
    assert count_finding(reviewed).verdict is expected


def test_no_repetition_at_all_can_be_the_answer(analysis):
    reviewed = analysis.apply(Review(reps=()))
    assert reviewed.session.rep_count == 0
    assert summarize(reviewed.session).headline.key == "headline.no_rep"


@pytest.fixture(scope="module")
def rough():
    """A noisy set with a stretch in which nobody was seen."""
    track = glide(MOVES, noise_px=4.0)
    xy = track.xy_px.copy()
    xy[100:170] = float("nan")
    track = replace(track, xy_px=xy)
    session = judge_track(track, load_protocol())
    return Analysis(to_document(session, Texts("en")), session, track, AvailableProtocols())


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cuts=st.lists(st.floats(0, 14), min_size=2, max_size=12, unique=True), placed=st.booleans())
def test_any_times_give_so_many_repetitions_and_a_valid_document(rough, cuts, placed):
    ends = sorted(cuts)
    pairs = [(a, b) for a, b in zip(ends[::2], ends[1::2], strict=False) if b - a > 1e-3]
    reps = tuple(GivenRep(start_s=a, peak_s=(a + b) / 2 if placed else None, end_s=b) for a, b in pairs)
    session = rough.apply(Review(reps=reps)).session
    SessionDocument.model_validate(to_document(session, Texts("en")))
    assert session.rep_count == len(reps)
    for rep, given_rep in zip(session.reps, reps, strict=True):
        assert (rep.start_s, rep.end_s) == pytest.approx((given_rep.start_s, given_rep.end_s), abs=6e-4)
        assert rep.start_s <= rep.peak_s <= rep.end_s
        assert min(rep.extend_s, rep.hold_s, rep.return_s) >= -1e-9
        assert rep.extend_s + rep.hold_s + rep.return_s == pytest.approx(rep.end_s - rep.start_s, abs=4e-3)


def goniometer_of(analysis, joint, row, off_deg):
    """A goniometer that shows so many degrees more than formcheck."""
    angles = analysis.session.angles
    value = angles.hip_flexion_deg if joint is Joint.HIP else angles.knee_flexion_deg
    inner = math.radians(180.0 - float(value[row]) - off_deg)
    points = ((100.0, 0.0), (0.0, 0.0), (100.0 * math.cos(inner), 100.0 * math.sin(inner)))
    return Goniometer(id=f"{joint.value}{row}", t_s=float(angles.t_s[row]), joint=joint, points=points)


def bent_and_straight(analysis, off_deg):
    """Hip and knee, measured where the knee is bent and where it is straightest."""
    rows = (2, round(analysis.session.reps[0].peak_s * 30))
    return tuple(goniometer_of(analysis, joint, row, off_deg) for row in rows for joint in (Joint.HIP, Joint.KNEE))


def test_a_goniometer_changes_nothing_until_it_is_used(analysis):
    marks = bent_and_straight(analysis, 5.0)
    assert analysis.apply(Review(goniometer=marks)).session is analysis.session


def test_marks_that_are_used_shift_narrow_and_are_listed(analysis):
    marks = bent_and_straight(analysis, 5.0)
    reviewed = analysis.apply(Review(goniometer=marks, calibrated=True))
    before, after = analysis.session, reviewed.session
    assert after.rep_count == before.rep_count
    for old, new in zip(before.reps, after.reps, strict=True):
        assert 2.0 < new.hip_flexion_mean_deg - old.hip_flexion_mean_deg < 5.0
        assert 1.0 < new.knee_flexion_peak_deg - old.knee_flexion_peak_deg < 5.0
        assert new.hip_se_deg < old.hip_se_deg
        assert new.knee_se_deg < old.knee_se_deg
    assert [finding.rule for finding in after.findings] == [finding.rule for finding in before.findings]
    hips = [finding for finding in after.findings if finding.rule == "hip_in_band" and finding.rep is not None]
    assert hips[0].observed == pytest.approx(after.reps[0].hip_flexion_mean_deg, abs=0.1)
    assert reviewed.hand_calibration.frames == 2
    for language in ("en", "de"):
        texts = Texts(language)
        for change in [one.to_json(texts) for one in reviewed.changes][-2:]:
            assert "2" in change["what"]
            assert "±" in change["reviewed"]


def test_a_goniometer_stays_compared_with_the_angles_that_it_calibrates(analysis):
    review = Review(goniometer=bent_and_straight(analysis, 5.0), calibrated=True)
    kept = with_tool_angles(review, analysis.apply(review).tool_angles)
    assert [one.difference_deg for one in kept.goniometer] == pytest.approx([5.0] * 4, abs=0.2)


def test_a_calibration_without_a_usable_mark_is_said(analysis):
    nothing = analysis.apply(Review(calibrated=True))
    assert nothing.session is analysis.session
    lost = analysis.apply(Review(goniometer=(goniometer_of(analysis, Joint.HIP, 2, 60.0),), calibrated=True))
    assert lost.hand_calibration is None
    for reviewed in (nothing, lost):
        (said,) = reviewed.not_applied
        assert said.key == "clinician.notice.no_calibration"
    some = (goniometer_of(analysis, Joint.HIP, 2, 60.0), goniometer_of(analysis, Joint.KNEE, 2, 3.0))
    (said,) = analysis.apply(Review(goniometer=some, calibrated=True)).not_applied
    assert said.key == "clinician.notice.unused_marks"


@pytest.fixture(scope="module")
def kept_analysis(analysis):
    """The same clip, analysed for a person of whom marks 8 degrees above formcheck's are kept."""
    marks = clip_marks(Review(goniometer=bent_and_straight(analysis, 8.0))).marks
    track = analysis.track
    kept = kept_from(
        analysis.session.angles,
        marks,
        model=track.model,
        rater_sd_deg=2.0,
        made_at="2026-11-28",
        raters="AB",
        clip_sha256="f00d",
    )
    session = judge_track(track, load_protocol(), kept=[kept])
    return Analysis(to_document(session, TEXTS), session, track, AvailableProtocols())


def test_a_kept_calibration_stays_when_the_clip_is_judged_again(kept_analysis):
    before = kept_analysis.session
    after = kept_analysis.apply(Review(protocol="sciatic-glide-slider")).session
    assert after.kept_calibration == before.kept_calibration
    assert after.reps[0].hip_flexion_mean_deg == pytest.approx(before.reps[0].hip_flexion_mean_deg, abs=0.05)


def test_a_goniometer_is_compared_with_the_angles_before_a_kept_calibration(analysis, kept_analysis):
    review = Review(goniometer=bent_and_straight(analysis, 5.0))
    marked = with_tool_angles(review, kept_analysis.apply(review).tool_angles)
    assert [one.difference_deg for one in marked.goniometer] == pytest.approx([5.0] * 4, abs=0.2)


def test_marks_on_the_clip_take_the_place_of_a_kept_calibration(analysis, kept_analysis):
    review = Review(goniometer=bent_and_straight(analysis, 5.0), calibrated=True)
    own, without = kept_analysis.apply(review).session, analysis.apply(review).session
    assert own.kept_calibration is None
    assert own.reps[0].hip_flexion_mean_deg == pytest.approx(without.reps[0].hip_flexion_mean_deg, abs=0.05)


def test_a_reviewer_can_do_without_a_kept_calibration_or_use_one(analysis, kept_analysis):
    without = kept_analysis.apply(Review(kept=""))
    assert without.session.kept_calibration is None
    assert without.session.reps == analysis.session.reps
    text = kept_text(kept_analysis.session.kept_calibration.kept)
    used = analysis.apply(Review(kept=text))
    assert used.session.reps == kept_analysis.session.reps
    assert len(used.changes) == len(without.changes) == 1
    for texts in (Texts("en"), Texts("de")):
        assert "2026" in used.changes[0].to_json(texts)["reviewed"]
        assert "2026" in without.changes[0].to_json(texts)["analysed"]


def test_a_reviewer_uses_all_that_are_kept_and_they_stay_together(analysis, kept_analysis):
    newest = replace(kept_analysis.session.kept_calibration.kept, raters="A\u2028B")
    older = replace(newest, made_at="2026-11-01", azimuth_deg=newest.azimuth_deg + 1.0, clip_sha256="cafe")
    used = analysis.apply(Review(kept="\n".join(map(kept_text, (older, newest))))).session
    assert used.kept_calibration.together == (newest, older)
    again = Analysis(to_document(used, TEXTS), used, analysis.track, AvailableProtocols())
    assert again.apply(Review(protocol="sciatic-glide-slider")).session.kept_calibration == used.kept_calibration


def test_a_review_with_another_calibration_than_one_is_refused():
    with pytest.raises(ValidationError):
        Review(kept="{}")
