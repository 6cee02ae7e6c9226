"""The 'Reviewed by' page."""

import re
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from formcheck.form.judge import judge_track
from formcheck.protocols.loader import load_protocol
from formcheck.report.page import running_foot
from formcheck.review.analysis import Analysis, AvailableProtocols
from formcheck.review.apply import ReviewedSession
from formcheck.review.model import GivenRep, Goniometer, Note, Overrule, Review
from formcheck.review.storage import StoredReview
from formcheck.review.summary import SummaryHead, patient_sentences, render_summary
from formcheck.session.document import to_document
from formcheck.text.catalogue import Texts
from formcheck.types import Verdict
from judged import finding, judged, rep
from synth import Move, glide

HEAD = SummaryHead("clip.mp4", "P017", datetime(2026, 3, 2, 9, tzinfo=UTC), 20, hip_target_deg=(80.0, 100.0))
TEXTS = Texts("en")
PROTOCOL = load_protocol().protocol


@pytest.fixture(scope="module")
def analysis():
    track = glide([Move(), Move(extend_s=0.6, return_s=0.6), Move()])
    session = judge_track(track, load_protocol())
    return Analysis(to_document(session, Texts("en")), session, track, AvailableProtocols())


def page_of(analysis, review):
    reviewed = analysis.apply(review)
    stored = StoredReview(review, "2026-03-03T10:30:00+01:00")
    return render_summary(analysis.session, reviewed, stored, PROTOCOL, HEAD, {}, TEXTS)


def words_of(page):
    body = page[page.index("<body>") :]
    return " ".join(re.sub(r"<[^>]+>", " ", body).split())


def test_it_says_who_reviewed_what_and_when(analysis):
    text = words_of(page_of(analysis, Review(reviewer="Ann Example, PT", done=True, summary_note="Keep going.")))
    assert "Reviewed by Ann Example, PT , 3 March 2026, 10:30" in text
    assert "Keep going." in text
    assert "P017" in text
    assert "Draft" not in text
    assert "The review leaves the measured numbers as they are." in text


def test_an_unfinished_review_says_so(analysis):
    assert "has not marked this review as finished" in words_of(page_of(analysis, Review(reviewer="Ann")))


def test_both_numbers_stand_side_by_side_where_they_differ(analysis):
    first = analysis.session.reps[0]
    review = Review(reps=(GivenRep(start_s=first.start_s, peak_s=first.peak_s, end_s=first.end_s),))
    text = words_of(page_of(analysis, review))
    assert "As analysed As reviewed" in text
    assert "Complete repetitions 3 1 " in text
    assert "Repetitions 3 1 –" in text


def test_it_has_the_set_as_a_whole_the_curves_and_who_it_is_on_every_page(analysis):
    first, *others = analysis.session.reps
    small = GivenRep(start_s=first.peak_s - 0.7, end_s=first.end_s)
    rest = tuple(GivenRep(start_s=one.start_s, peak_s=one.peak_s, end_s=one.end_s) for one in others)
    review = Review(reps=(small, *rest))
    page = page_of(analysis, review)
    text = words_of(page)
    assert "The set as a whole" in text
    assert f"{TEXTS.get('rule.set_complete.title')} For information 3 of 20 repetitions in this clip." in text
    assert page.count('class="panel"') == 2
    assert '@bottom-left { content: "\\50 \\30 ' in page
    assert 'counter(page) " of " counter(pages)' in page


def test_a_partial_repetition_is_marked(analysis):
    first = analysis.session.reps[0]
    session = replace(analysis.session, reps=(replace(first, partial=True), *analysis.session.reps[1:]))
    page = render_summary(session, ReviewedSession(session), StoredReview(Review()), PROTOCOL, HEAD, {}, TEXTS)
    assert "1 small" in words_of(page)


def test_a_date_says_what_it_is_of(analysis):
    stored = StoredReview(Review())
    reviewed = ReviewedSession(analysis.session)
    pages = {
        kind: words_of(
            render_summary(analysis.session, reviewed, stored, PROTOCOL, replace(HEAD, date_kind=kind), {}, TEXTS)
        )
        for kind in ("filmed", "file", "analysed")
    }
    for kind, label in (("filmed", "Filmed"), ("file", "File dated"), ("analysed", "Analysed")):
        assert f"{label} 2 March 2026" in pages[kind]


def test_a_name_cannot_leave_the_foot_of_the_page():
    style = running_foot("P017", 'a"; } </style><script>', TEXTS)
    assert "<" not in style
    assert style.count("}") == 3


def test_an_overruling_stands_with_its_reason(analysis):
    review = Review(overrules=(Overrule(rule="slow", rep=2, verdict=Verdict.MET, reason="Slow enough for her."),))
    text = words_of(page_of(analysis, review))
    title = TEXTS.get("rule.slow.title")
    assert f"{title}, repetition 2 Not met Met Slow enough for her." in text
    assert f"{title}: Met (reviewer)" in text


def test_a_goniometer_stands_beside_the_tool(analysis):
    one = {"t_s": 3.0, "points": [[0, 0], [10, 0], [20, 5]]}
    gauges = (
        Goniometer(id="a", joint="knee", plane_deg=27.2, tool_deg=20.2, tool_se_deg=4.0, difference_deg=7.0, **one),
        Goniometer(id="b", joint="hip", plane_deg=29.0, tool_deg=60.0, tool_se_deg=4.0, difference_deg=-31.0, **one),
        Goniometer(id="c", joint="knee", **one),
        Goniometer(id="d", joint="other", **one),
        Goniometer(id="e", joint="knee", plane_deg=26.6, tool_deg=18.6, tool_se_deg=3.6, difference_deg=8.0, **one),
    )
    text = words_of(page_of(analysis, Review(goniometer=gauges)))
    assert "Knee 27° 20° ± 8° +7°, within the error of measurement" in text
    assert "Hip 27° (29° corrected for the camera) 60° ± 8° −31°, beyond the error of measurement" in text
    assert "Knee 27° not measured –" in text
    assert "Angle 153° – –" in text
    # whole numbers would say 8, beyond an error of 8
    assert "Knee 26.6° 18.6° ± 7.1° +8.0°, beyond the error of measurement" in text


def test_words_of_a_reviewer_stay_words(analysis):
    hostile = "</style><script>alert(1)</script>\"'><img src=x onerror=alert(1)>{{ 7*7 }}"
    review = Review(
        reviewer=hostile[:100],
        summary_note=hostile,
        notes=(
            Note(id="n", scope="session", text=hostile, at=""),
            Note(id="m", scope="rep", rep=1, text=hostile, at=""),
        ),
        overrules=(Overrule(rule="slow", rep=1, verdict=Verdict.NOT_MET, reason=hostile),),
    )
    page = page_of(analysis, review)
    assert "<script" not in page
    assert "<img" not in page
    assert page.count("</style>") == 1
    assert "49" not in re.findall(r"onerror=alert\(1\)&gt;(.{0,12})", page)[0]


def test_the_page_asks_for_nothing_and_lets_nothing_in(analysis):
    page = page_of(analysis, Review())
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]*)"', page)[1]
    assert "default-src &#39;none&#39;" in policy
    assert "script-src &#39;none&#39;" in policy
    assert re.findall(r"(?:https?:)?//[a-z]", page.replace("http-equiv", "")) == []


def test_the_same_review_gives_the_same_page(analysis):
    review = Review(reviewer="Ann", overrules=(Overrule(rule="slow", rep=2, verdict=Verdict.MET, reason="x"),))
    assert page_of(analysis, review) == page_of(analysis, review)


def test_the_patient_is_told_what_to_mind_and_never_to_go_further(analysis):
    (first, second, last) = patient_sentences(ReviewedSession(analysis.session), PROTOCOL, TEXTS)
    assert first == "You did 3 repetitions with the left leg. 2 of them need no correction."
    assert second == "Next time: Slower."
    assert "further is not better" in last


def test_the_patient_is_not_told_to_mind_what_the_reviewer_finds_right(analysis):
    review = Review(overrules=(Overrule(rule="slow", rep=None, verdict=Verdict.MET, reason="On purpose."),))
    assert not any("Slower" in sentence for sentence in patient_sentences(analysis.apply(review), PROTOCOL, TEXTS))
    fault = TEXTS.get("headline.fault.slow")
    assert fault in words_of(page_of(analysis, Review()))
    assert fault not in words_of(page_of(analysis, review))


def test_a_hip_that_only_the_reviewer_saw_has_no_cue_that_names_a_direction():
    track = glide([Move()], trunk_tilt_deg=80.0)
    session = judge_track(track, load_protocol())
    unmeasured = Analysis(to_document(session, Texts("en")), session, track, AvailableProtocols())
    overrules = [
        Overrule(rule=rule, rep=1, verdict=Verdict.NOT_MET, reason="Seen.") for rule in ("hip_in_band", "hip_steady")
    ]
    reviewed = unmeasured.apply(Review(reps=(GivenRep(start_s=1.0, end_s=4.0),), overrules=overrules))
    sentences = patient_sentences(reviewed, PROTOCOL, TEXTS)
    assert TEXTS.get("cue.hip_steady") in " ".join(sentences)


def test_the_patient_hears_two_things_at_most():
    findings = [finding(rule, 1) for rule in ("hip_in_band", "hip_steady", "slow", "smooth")]
    findings.append(finding("toes", 1, advisory=True))
    _, session = judged([0.0, 5.0], reps=(rep(1, 1.0, 4.0),), findings=findings)
    told = patient_sentences(ReviewedSession(session), PROTOCOL, TEXTS)[1]
    assert told == "Next time: Hold the thigh still. Bring the thigh further up."


def test_the_patient_is_not_told_that_all_is_well_when_nothing_could_be_judged(analysis):
    unsure = tuple(
        replace(f, verdict=Verdict.BORDERLINE) if f.rep is not None and not f.advisory else f
        for f in analysis.session.findings
    )
    first = patient_sentences(ReviewedSession(replace(analysis.session, findings=unsure)), PROTOCOL, TEXTS)[0]
    assert first.endswith(TEXTS.get("clinician.patient.all_undecided"))
    some = tuple(f if f.rep != 1 else g for f, g in zip(analysis.session.findings, unsure, strict=True))
    first = patient_sentences(ReviewedSession(replace(analysis.session, findings=some)), PROTOCOL, TEXTS)[0]
    assert first.endswith("1 of them needs no correction. 1 could not be decided.")


def test_without_a_repetition_the_patient_is_told_that():
    _, session = judged([0.0, 1.0])
    assert patient_sentences(ReviewedSession(session), PROTOCOL, TEXTS) == [TEXTS.get("clinician.patient.no_rep")]


def test_a_session_without_any_measurement_has_a_page():
    _, session = judged([0.0, 1.0], side=None, lying=None)
    page = render_summary(session, ReviewedSession(session), StoredReview(Review()), None, HEAD, {}, TEXTS)
    assert "cannot tell" in words_of(page)


def test_a_note_names_who_wrote_it_where_that_is_not_only_who_signed(analysis):
    notes = tuple(Note(id=by, scope="session", text=f"Word of {by}.", at="", by=by) for by in ("PT1", "PT2"))
    for shown, named in ((notes, True), (notes[1:], False)):
        stored = StoredReview(Review(reviewer="PT2", notes=shown), "2026-03-03T10:30:00+01:00")
        page = render_summary(analysis.session, analysis.apply(stored.review), stored, PROTOCOL, HEAD, {}, TEXTS)
        assert ("Word of PT2. (PT2)" in words_of(page)) is named
        assert ("Word of PT1. (PT1)" in words_of(page)) is named


def test_the_page_is_german_in_german(analysis):
    review = Review(
        reps=(GivenRep(start_s=1.0, end_s=4.0),),
        overrules=(Overrule(rule="slow", rep=1, verdict=Verdict.NOT_MET, reason="Zu schnell."),),
        goniometer=(Goniometer(id="a", joint="knee", t_s=3.0, points=[[0, 0], [10, 0], [20, 5]]),),
        notes=(Note(id="n", scope="session", text="Gut.", at=""),),
    )
    stored = StoredReview(review, "2026-03-03T10:30:00+01:00")
    page = render_summary(analysis.session, analysis.apply(review), stored, PROTOCOL, HEAD, {}, Texts("de"))
    text = words_of(page)
    assert '<html lang="de"' in page
    assert "Sie haben 1 Wiederholung mit dem linken Bein gemacht." in text
    english = set(re.findall(r"[A-Za-z]{3,}", " ".join(Texts("en").section("clinician").values())))
    german = set(re.findall(r"[A-Za-z]{3,}", " ".join(Texts("de").section("clinician").values())))
    shown = set(re.findall(r"[A-Za-zÄÖÜäöüß]{3,}", text))
    assert shown & (english - german) == set()
