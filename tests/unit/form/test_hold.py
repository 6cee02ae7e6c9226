"""What is agreed otherwise than the protocol says: the thigh held with one hand or a strap, and another count."""

import pytest

import synth
from formcheck.errors import ProtocolError
from formcheck.form.headline import headline
from formcheck.form.judge import judge_track
from formcheck.form.rules import HANDS
from formcheck.protocols.loader import builtin_ids, load_protocol, parse_protocol, with_hold, with_reps
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


def test_a_protocol_without_a_plain_table_is_refused():
    inline = load_protocol().text.replace("[hands]\n", "[ hands ]\n")
    with pytest.raises(ProtocolError, match="\\[hands\\]"):
        with_hold(parse_protocol(inline, where="mine"), Hold.ONE)


def test_hands_are_not_judged_and_both_are_not_asked_for():
    usual = judge_track(DRIFTING, load_protocol())
    agreed = judge_track(DRIFTING, with_hold(load_protocol(), Hold.ONE))
    assert HANDS.id in {finding.rule for finding in usual.findings}
    assert HANDS.id not in {finding.rule for finding in agreed.findings}
    remedies = [Texts().get(f"headline.remedy.{key}") for key in ("hip_steady", "hip_steady_own_hold")]
    said = [Texts().say(headline(session)) for session in (usual, agreed)]
    assert [[remedy in one for remedy in remedies] for one in said] == [[True, False], [False, True]]
