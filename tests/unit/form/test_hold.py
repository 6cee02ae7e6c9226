"""What is agreed otherwise than the protocol says: the thigh held with one hand or a strap, and another count."""

import pytest

import synth
from formcheck.form.headline import headline
from formcheck.form.judge import judge_track
from formcheck.form.rules import HANDS
from formcheck.protocols.loader import (
    builtin_ids,
    judging_fingerprint,
    load_protocol,
    parse_protocol,
    with_hold,
    with_reps,
)
from formcheck.protocols.model import Hold
from formcheck.text.catalogue import Texts
from synth import Move

MOVES = [Move()] * 3
T_S = synth.times(synth.duration(MOVES) + 1.0)
KNEE_DEG = synth.knee_curve(T_S, MOVES)
# The thigh sinks as the knee straightens.
DRIFTING = synth.track(T_S, KNEE_DEG, 90.0 - 0.5 * (KNEE_DEG.max() - KNEE_DEG))


@pytest.mark.parametrize("name", builtin_ids())
def test_it_is_one_line_of_the_protocol_with_a_fingerprint_of_its_own(name):
    usual = load_protocol(name)
    strap = with_hold(usual, Hold.STRAP)
    assert strap.protocol.hands.hold is Hold.STRAP
    assert strap.sha256 != usual.sha256
    assert parse_protocol(strap.text, where="again").sha256 == strap.sha256
    assert with_hold(with_hold(strap, Hold.ONE), Hold.STRAP).text == strap.text
    assert with_hold(usual, Hold.BOTH) is usual


@pytest.mark.parametrize("name", builtin_ids())
def test_a_set_is_as_long_as_it_is_prescribed(name):
    usual = load_protocol(name)
    prescribed = with_reps(usual, 4)
    assert prescribed.protocol.set.reps.value == 4
    expected = usual.protocol.model_dump()
    assert prescribed.protocol.model_dump()["set"]["sets_per_day"] == expected["set"]["sets_per_day"]
    assert prescribed.protocol.model_dump() | {"set": 0} == expected | {"set": 0}
    assert with_reps(usual, usual.protocol.set.reps.value) is usual
    assert parse_protocol(prescribed.text, where="again").sha256 == prescribed.sha256


REPS = '[set]\nreps = { value = 20, source = "Leaflet: 20 slow repetitions." }\n'


@pytest.mark.parametrize(
    "written",
    [
        '[ set ] # mine\nreps = { value = 20, source = "It\'s \\"mine\\"." }\n',
        '[set]\nreps.value = 20\nreps.source = "Mine."\n',
        '[set.reps]\nvalue = 20\nsource = "Mine."\n\n[set]\n',
    ],
    ids=["another heading", "dotted keys", "a table of its own"],
)
def test_a_protocol_of_ones_own_is_taken_however_its_tables_are_written(written):
    text = load_protocol().text.replace("[hands]\n", "[ hands ]\n")
    assert REPS in text
    own = parse_protocol(text.replace(REPS, written), where="mine")
    both = with_hold(with_reps(own, 4), Hold.ONE)
    assert (both.protocol.set.reps.value, both.protocol.hands.hold) == (4, Hold.ONE)
    expected = own.protocol.model_dump()
    for part in ("set", "hands"):
        assert both.protocol.model_dump()[part].keys() == expected.pop(part).keys()
    assert {key: both.protocol.model_dump()[key] for key in expected} == expected
    assert both.protocol.set.sets_per_day == own.protocol.set.sets_per_day


def test_what_judges_is_told_apart_without_the_length_of_a_set():
    usual, other = load_protocol(), load_protocol("sciatic-glide-slider")
    assert judging_fingerprint(with_reps(usual, 4).text) == judging_fingerprint(usual.text)
    told = {judging_fingerprint(one.text) for one in (usual, with_hold(usual, Hold.ONE), other)}
    assert len(told) == 3


def test_hands_are_not_judged_and_both_are_not_asked_for():
    usual = judge_track(DRIFTING, load_protocol())
    agreed = judge_track(DRIFTING, with_hold(load_protocol(), Hold.ONE))
    assert HANDS.id in {finding.rule for finding in usual.findings}
    assert HANDS.id not in {finding.rule for finding in agreed.findings}
    remedies = [Texts().get(f"headline.remedy.{key}") for key in ("hip_steady", "hip_steady_own_hold")]
    said = [Texts().say(headline(session)) for session in (usual, agreed)]
    assert [[remedy in one for remedy in remedies] for one in said] == [[True, False], [False, True]]
