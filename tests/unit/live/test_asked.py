import pytest

from formcheck.live.asked import QUESTIONS, read_answers
from formcheck.record.values import Answers, Place, Question, RedFlag

BY_QUESTION = {one.question: one for one in QUESTIONS}


def type_in(question, digits):
    typed = ""
    for digit in digits:
        typed = BY_QUESTION[question].accept(typed, digit)
    return typed


@pytest.mark.parametrize(
    ("keys", "typed"), [("7", "7"), ("10", "10"), ("0", "0"), ("11", "1"), ("105", "5"), ("03", "3"), ("x4", "4")]
)
def test_pain_is_a_number_from_0_to_10(keys, typed):
    assert type_in(Question.PAIN_BEFORE, keys) == typed


@pytest.mark.parametrize(
    ("keys", "typed"), [("15", "15"), ("51", "15"), ("151", "5"), ("79", ""), ("8", ""), ("150", "0"), ("04", "4")]
)
def test_places_are_chosen_and_taken_back(keys, typed):
    assert type_in(Question.PLACES, keys) == typed


def test_what_is_typed_is_read_and_silence_is_no_answer():
    typed = {Question.PAIN_BEFORE: "2", Question.PAIN_AFTER: "", Question.PLACES: "16", Question.RED_FLAGS: "0"}
    assert read_answers(typed) == Answers(2, None, (Place.BUTTOCK, Place.SHIN), red_flags=())
    assert read_answers({Question.RED_FLAGS: "2"}).red_flags == (RedFlag.BLADDER_BOWEL,)
    assert read_answers({}).empty


def test_the_choices_that_are_typed_have_their_words():
    places = BY_QUESTION[Question.PLACES]
    assert places.chosen("16") == ["place.buttock", "place.shin"]
    assert (places.chosen("0"), places.chosen("")) == (["ask.none"], [])


def test_an_arm_chooses_what_a_key_would_type():
    pain, places = BY_QUESTION[Question.PAIN_AFTER], BY_QUESTION[Question.PLACES]
    assert [pain.choose("3", option) for option in (0, 10)] == ["0", "10"]
    assert pain.options == 11
    assert places.choose(places.choose("", 1), 3) == "24"
    assert places.choose("24", places.options - 1) == "0"
