from dataclasses import replace

import pytest

from formcheck.protocols.loader import builtin_ids, load_protocol
from formcheck.text import findings
from formcheck.text.catalogue import Texts
from formcheck.types import Finding, Side, Verdict
from report_sessions import NO_VIEW, SIDE_VIEW, make_blank_session, make_finding

EN, DE = Texts("en"), Texts("de")


@pytest.mark.parametrize(
    ("observed", "limit", "unit", "shown"),
    [
        (73.4, (75.0, 105.0), "deg", ("73°", "75 to 105°")),
        (74.6, (75.0, 105.0), "deg", ("74.6°", "75.0 to 105.0°")),
        (29.2, (None, 10.0), "deg", ("29°", "at most 10°")),
        (52.0, (None, 75.0), "deg/s", ("52°/s", "at most 75°/s")),
        (5.0, (20.0, None), "reps", ("5", "at least 20")),
        (0.2, (None, 0.35), "thigh lengths", ("0.20 thigh lengths", "at most 0.35 thigh lengths")),
        (1.94, (1.0, None), "s", ("1.9 s", "at least 1.0 s")),
        (-12.0, (-45.0, 45.0), "deg", ("−12°", "−45 to 45°")),
        (None, (None, None), "deg", ("–", "–")),
    ],
)
def test_observed_and_limit(observed, limit, unit, shown):
    finding = make_finding("rule", 1, Verdict.MET, observed=observed, limit=limit, unit=unit)
    assert (findings.observed_words(EN, finding), findings.limit_words(EN, finding)) == shown


@pytest.mark.parametrize(
    ("observed", "se", "limit", "unit", "shown"),
    [
        (9.96, 3.8, (None, 10.0), "deg", ("10 ± 8°", "at most 10°")),
        (78.2, 4.1, (75.0, 105.0), "deg", ("78 ± 9°", "75 to 105°")),
        (0.33, 0.08, (None, 0.35), "thigh lengths", ("0.33 ± 0.16 thigh lengths", "at most 0.35 thigh lengths")),
    ],
)
def test_a_borderline_value_has_its_band_beside_it(observed, se, limit, unit, shown):
    finding = make_finding("rule", 1, Verdict.BORDERLINE, observed=observed, se=se, limit=limit, unit=unit)
    assert (findings.observed_words(EN, finding), findings.limit_words(EN, finding)) == shown


def test_a_rule_of_another_version_is_spelled_out():
    unknown = Finding("new_rule", None, Verdict.NOT_MET, observed=3.0, limit=(None, 2.0), unit="m", at_s=None)
    assert findings.rule_title(DE, unknown.rule) == "New rule"
    assert "3 m" in findings.finding_sentence(DE, unknown)


@pytest.mark.parametrize("texts", [EN, DE])
def test_nothing_is_claimed_of_a_leg_that_could_not_be_measured(texts):
    assert findings.side_words(texts, make_blank_session()) == texts.get("side.cannot_tell")
    given = replace(make_blank_session(), side=Side.LEFT, side_given=True)
    assert findings.leg_words(texts, given) == texts.get("side.left_leg")
    assert findings.leg_words(texts, given) in findings.side_words(texts, given)
    assert findings.side_words(texts, given) == texts.get("side.given_not_measured", leg=texts.get("side.left_leg"))


def test_how_the_camera_saw_it():
    assert [answer for _, answer in findings.view_words(EN, SIDE_VIEW)] == ["yes", "3°", "6° towards the head"]
    assert {answer for _, answer in findings.view_words(DE, NO_VIEW)} == {DE.get("number.cannot_tell")}


@pytest.mark.parametrize("protocol_id", builtin_ids())
def test_built_in_exercises_have_a_name_in_every_language(protocol_id):
    name = load_protocol(protocol_id).protocol.name
    assert findings.exercise_name(EN, protocol_id, name) == name
    assert findings.exercise_name(DE, protocol_id, name) != name


def test_a_protocol_of_one_s_own_keeps_its_name():
    assert findings.exercise_name(DE, "sciatic-glide", "My glide") == "My glide"
    assert findings.exercise_name(DE, "mine", "My glide") == "My glide"
