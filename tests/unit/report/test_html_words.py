"""What the report says: numbers with their convention, statuses and verdicts in words, advice, and no praise."""

from __future__ import annotations

import dataclasses

import pytest

from formcheck.form.statistics import statuses, worst
from formcheck.protocols.model import Hold
from formcheck.text.findings import finding_sentence, status_words
from formcheck.types import Verdict
from report_pages import DE, EN, Page, render, row_of
from report_sessions import PROTOCOL_VIEW, make_blank_session, make_finding, make_rep, make_session


def test_key_numbers_stand_on_the_page_with_their_convention(session):
    words = Page(render(session)).words()
    assert f"3 {EN.get('report.tiles.prescribed', wanted=20)}" in words
    lacks = EN.get("report.deficit.lacks", angle="22° ± 3°")
    assert (
        f"22° ± 3° Knee: {EN.get('report.convention.flexion')} . {lacks} {EN.get('report.tiles.median', n=3)}" in words
    )
    hip = EN.get("report.tiles.hip_note", low="86°", high="94°", target_low="75°", target_high="105°")
    assert f"90° ± 4° Hip flexion: {EN.get('report.angle.hip_scale')}. {hip}" in words
    assert f"4.0 s {EN.get('report.tiles.a_rep')}" in words
    for fact in ("2 March 2026, 14:05", "Right leg", EN.get("report.toes.ceiling")):
        assert fact in words


@pytest.mark.parametrize("texts", [EN, DE])
def test_each_repetition_has_its_status_with_the_rule_that_decides_it(texts):
    findings = [
        make_finding("hip_in_band", 1, Verdict.MET),
        make_finding("slow", 2, Verdict.NOT_MET, observed=99.0, limit=(None, 75.0), unit="deg/s"),
        make_finding("hip_in_band", 2, Verdict.BORDERLINE),
        make_finding("hip_in_band", 3, Verdict.BORDERLINE),
    ]
    session = make_session(
        rep_count=4, reps=[*map(make_rep, (1, 2, 3)), make_rep(4, complete=False)], findings=findings
    )
    html = render(session, texts=texts)
    for one in statuses(session):
        assert status_words(texts, one.status, one.deciding) in row_of(html, one.rep)
    assert texts.get("rule.slow.fault") in row_of(html, 2)
    assert texts.get("rule.hip_in_band.subject") in row_of(html, 3)
    assert texts.get("status.cut") in row_of(html, 4)


def test_the_worst_repetition_is_named_without_an_image_too(session):
    assert EN.get("report.reps.worst", rep=worst(session)) in Page(render(session)).words()


def test_a_rule_that_this_version_does_not_know_is_spelled_out(session):
    of_set = make_finding("trunk_still", None, Verdict.NOT_MET, observed=9.0, limit=(None, 5.0))
    of_rep = dataclasses.replace(of_set, rep=1)
    session = dataclasses.replace(session, findings=(*session.findings, of_set, of_rep))
    html = render(session)
    assert f"Trunk still Not met 9° at most 5° {finding_sentence(EN, of_set)}" in Page(html).words()
    assert "Not met Trunk still 9°" in row_of(html, 1)
    assert "trunk still" in Page(html).words()
    undecided = dataclasses.replace(of_rep, rep=1, verdict=Verdict.BORDERLINE)
    assert "trunk still" in row_of(render(dataclasses.replace(session, findings=(undecided,))), 1)


def test_verdicts_are_words_with_symbols(session):
    page = Page(render(session))
    marked = [attrs["class"].split() for _, attrs in page.elements if attrs.get("class")]
    shown = [names[1] for names in marked if names[0] in ("verdict", "status")]
    icons = [attrs["href"].removeprefix("#icon-") for attrs in page.all("use")]
    assert shown == icons
    assert set(shown) == {"met", "not-met", "unknown", "information"}
    for word in ("Met", "Not met", "Cannot tell"):
        assert word in page.text


def test_advice_is_marked_and_put_last():
    session = make_session()
    advice_first = tuple(sorted(session.findings, key=lambda finding: not finding.advisory))
    words = Page(render(dataclasses.replace(session, findings=advice_first))).words()
    assert words.index("Lying on the back Met") < words.index("Foot as asked advisory Cannot tell")
    assert EN.get("report.checks.advisory_note") in words


def test_small_and_cut_off_repetitions_are_marked():
    reps = [make_rep(1), make_rep(2, partial=True), make_rep(3, complete=False)]
    html = render(make_session(reps=reps))
    assert f"{EN.get('report.tiles.partial', n=1)} {EN.get('report.tiles.cut', n=1)}" in Page(html).words()
    assert row_of(html, 2).startswith(f"2 {EN.get('status.partial')}")
    assert EN.get("status.cut") in row_of(html, 3)


def test_unmeasured_angles_of_a_repetition_are_said_not_drawn():
    reps = [make_rep(1, knee_flexion_peak_deg=float("nan"), hip_flexion_mean_deg=float("nan"), hold_s=float("nan"))]
    html = render(make_session(rep_count=1, reps=reps, findings=()))
    assert row_of(html, 1).count(EN.get("number.cannot_tell")) == 3
    assert "nan" not in Page(html).words().lower().split()


def test_nothing_measured_is_said_with_a_remedy_and_no_number():
    page = Page(render(make_blank_session()))
    words = page.words()
    assert words.count(EN.get("report.tiles.unknown")) >= 4
    assert EN.get("report.retake.nothing") in words
    assert EN.get("report.retake.again") in words
    assert words.count("Nobody was seen. Film one person from the side.") == 1
    assert "prescribed" not in words
    assert page.all("canvas") == []
    assert len(page.all("script")) == 1


def test_no_repetition_is_not_the_same_as_cannot_tell():
    words = Page(render(make_session(reps=()))).words()
    none = f"0 {EN.get('report.tiles.prescribed', wanted=20)} {EN.get('report.tiles.no_rep')}"
    for text in (none, EN.get("report.reps.no_rep"), EN.get("report.tiles.hip_in_clip")):
        assert text in words


def test_safety_and_limits_are_always_there(html):
    words = Page(html).words()
    for part in ("care.stop", "care.red_flags", "source.footer"):
        assert EN.get(f"report.{part}") in words
    assert "not a medical device" in words
    assert "sha256 " + "ef" * 32 in words
    assert "sha256 " + "cd" * 32 in words


def test_nothing_praises_range(html):
    words = Page(html).words().lower()
    for praise in (
        "well done",
        "great",
        "excellent",
        "further than",
        "improve",
        "record",
        "personal best",
        "score:",
    ):
        assert praise not in words


@pytest.mark.parametrize("hold", Hold)
def test_who_holds_the_thigh_in_a_way_of_their_own_reads_that_it_is_agreed(hold):
    page = render(make_session(), protocol_view=dataclasses.replace(PROTOCOL_VIEW, hold=hold))
    said = {one: EN.get(f"report.hold.{one}") in page for one in (Hold.ONE, Hold.STRAP)}
    assert said == {one: one is hold for one in said}
