from dataclasses import replace

import pytest

import synth
from formcheck.form.headline import headline
from formcheck.form.statistics import set_statistics
from formcheck.form.summary import tally
from formcheck.live.coach import EndReason
from formcheck.live.debrief import QUESTIONS, advice, parse_answers, summary_lines
from formcheck.live.finish import FinishedSet, SymptomReport
from formcheck.live.pain import PainMark
from formcheck.protocols.loader import load_protocol
from formcheck.text.catalogue import Texts, languages
from formcheck.text.numbers import whole
from synth import Move

BY_KEY = {question.key: question for question in QUESTIONS}


def type_in(key, digits):
    typed = ""
    for digit in digits:
        typed = BY_KEY[key].accept(typed, digit)
    return typed


@pytest.mark.parametrize(
    ("keys", "typed"), [("7", "7"), ("10", "10"), ("0", "0"), ("11", "1"), ("105", "5"), ("03", "3"), ("x4", "4")]
)
def test_pain_is_a_number_from_0_to_10(keys, typed):
    assert type_in("pain_before", keys) == typed


@pytest.mark.parametrize(("keys", "typed"), [("15", "15"), ("51", "15"), ("151", "5"), ("79", ""), ("8", "")])
def test_places_are_chosen_and_taken_back(keys, typed):
    assert type_in("where", keys) == typed


def test_what_is_typed_is_read_and_what_is_not_is_skipped():
    typed = {"pain_before": "2", "pain_after": "", "where": "16", "red_flags": "2"}
    assert parse_answers(typed) == SymptomReport(2, None, ("buttock", "shin"), ("bladder_bowel",))
    assert parse_answers({}) == SymptomReport()


@pytest.mark.parametrize(
    ("symptoms", "keys"),
    [
        (SymptomReport(), ()),
        (SymptomReport(5, 5, ("buttock", "calf")), ()),
        (SymptomReport(5, 3), ()),
        (SymptomReport(3, 4), ("advice.rose",)),
        (SymptomReport(None, 4), ()),
        (SymptomReport(where=("front_of_thigh",)), ("advice.not_sciatic",)),
        (SymptomReport(where=("shin", "foot")), ("advice.not_sciatic",)),
        (SymptomReport(2, 6, ("shin",), ("saddle",)), ("advice.emergency", "advice.not_sciatic", "advice.rose")),
    ],
)
def test_advice_follows_the_leaflet_the_most_urgent_first(symptoms, keys):
    assert advice(symptoms, ended_by_pain=False) == keys


def test_a_set_that_pain_ended_has_its_advice():
    assert advice(SymptomReport(), ended_by_pain=True) == ("advice.pain_stop",)


@pytest.fixture
def finished(tmp_path):
    session = synth.session(synth.glide([Move(peak_deg=22.0), Move(), Move(extend_s=0.4, return_s=0.4)]))
    mark = PainMark(3.0, 31.6, 1, "key")
    return FinishedSet(
        tmp_path, "2026-03-04T09:00", EndReason.STOP, session, load_protocol(), 3, (mark,), SymptomReport()
    )


@pytest.mark.parametrize("language", languages())
def test_the_summary_has_the_numbers_of_the_report(finished, language):
    texts, stats = Texts(language), set_statistics(finished.session)
    lines = summary_lines(finished, texts)
    assert lines[0] == texts.say(headline(finished.session))
    assert texts.get("end.count", n=3, target=20, tally=tally(stats)) in lines
    assert texts.get("end.knee", knee=str(whole(stats.knee_end_deg))) in lines
    assert texts.get("summary.hip", hip=whole(stats.hip_mean_deg)) in lines
    assert texts.get("end.pain_mark", knee="32") in lines


def test_a_set_without_a_repetition_says_so(finished):
    nothing = replace(finished, session=synth.session(synth.glide([])), marks=())
    assert summary_lines(nothing, Texts("en")) == [Texts("en").get("end.count_none")]
