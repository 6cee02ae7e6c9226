import pytest

from formcheck.live.debrief import QUESTIONS, advice, parse_answers
from formcheck.live.finish import SymptomReport

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
