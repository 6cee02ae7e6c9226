"""Was it done well? One table of rules: what is measured, against which limit, and how it is used.

No rule looks at how far the knee goes beyond the smallest glide: more range is never better. The words of a rule are in
the message catalogues (``text/*.toml``, section ``rule.<id>``). To add a rule, add its row here and its words there.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from formcheck.form import measures
from formcheck.form.verdicts import UNKNOWN, Limits, Measured, compare, missed_end
from formcheck.protocols.model import Hold, Protocol, ToesReading
from formcheck.resolution import decimals_of_unit, rounded_number
from formcheck.types import Finding, LegAngles, Rep, Verdict, View

# Bodies differ by this in how steep a level trunk appears (docs/method.md).
TRUNK_SE_DEG = 3.5
WHOLE_SET = "whole"
"""Variant of a finding on the number of repetitions where all of a set was meant."""


class Scope(StrEnum):
    """What a rule is judged on."""

    REPETITION = "repetition"
    SET = "set"


class Urgency(StrEnum):
    """How soon live practice says what is wrong."""

    POSTURE = "posture"
    SPEED = "speed"
    DETAIL = "detail"


@dataclass(frozen=True, slots=True)
class SetEvidence:
    """What rules of the whole set look at.

    ``rep_count`` is None when repetitions could not be counted. ``whole_set``: this is meant to be all of a set, not a
    clip of some of it.
    """

    view: View
    rep_count: int | None
    whole_set: bool = False


@dataclass(frozen=True, slots=True)
class SetJudgement:
    """The answer of a rule of the whole set; ``reason`` is the key of its words, ``variant`` as in `Finding`."""

    verdict: Verdict
    measured: Measured
    reason: str
    variant: str = ""


def _never(_protocol: Protocol) -> bool:
    return False


def _always(_protocol: Protocol) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Rule:
    """One row of the table.

    Parameters
    ----------
    id : str
    unit : str
    limits : function of the protocol, or None
        None: the limit is not the protocol's but the person's, and is given where the rule is judged.
    measure : function of (repetition, angles, protocol), or None
        What is looked at in one repetition. The set is judged by its median.
    judge_set : function of (evidence, limits), or None
        How a rule that has no repetitions is judged.
    priority : int or None
        Order in which to say what is wrong, 1 first; None: no cue.
    urgency : Urgency
    at_peak : function of the protocol
        Where to look: at the repetition's peak instead of its start.
    advisory : bool
        Worth a look, never counted against the set.
    variant : function of the protocol, or None
        Which reading of the rule is in force.
    """

    id: str
    unit: str
    limits: Callable[[Protocol], Limits] | None
    measure: Callable[[Rep, LegAngles, Protocol], Measured] | None = None
    judge_set: Callable[[SetEvidence, Limits], SetJudgement] | None = None
    priority: int | None = None
    urgency: Urgency = Urgency.DETAIL
    at_peak: Callable[[Protocol], bool] = _never
    advisory: bool = False
    variant: Callable[[Protocol], str] | None = None

    @property
    def scope(self) -> Scope:
        """What the rule is judged on."""
        return Scope.SET if self.measure is None else Scope.REPETITION


def _judge_lying(evidence: SetEvidence, limits: Limits) -> SetJudgement:
    view, limit_deg = evidence.view, limits[1]
    measured = Measured(view.trunk_from_floor_deg, TRUNK_SE_DEG)
    if view.lying is None:
        return SetJudgement(Verdict.NOT_ASSESSABLE, measured, "nobody_seen")
    if view.lying:
        return SetJudgement(compare(measured, limits), measured, "met")
    flat = limit_deg is not None and measured.value <= limit_deg
    return SetJudgement(Verdict.NOT_MET, measured, "face_down" if flat else "upright")


def _judge_count(evidence: SetEvidence, limits: Limits) -> SetJudgement:
    if evidence.rep_count is None:
        return SetJudgement(Verdict.NOT_ASSESSABLE, UNKNOWN, "not_counted")
    measured = Measured(float(evidence.rep_count), 0.0)
    variant = WHOLE_SET if evidence.whole_set else ""
    return SetJudgement(count_verdict(compare(measured, limits), variant), measured, "count", variant)


def count_verdict(verdict: Verdict, variant: str) -> Verdict:
    """Return the verdict on the number of repetitions: too few are a miss only where a whole set was meant."""
    return Verdict.INFORMATION if verdict is Verdict.NOT_MET and variant != WHOLE_SET else verdict


LYING = Rule(
    "lying_on_back",
    "deg",
    lambda protocol: (None, protocol.posture.max_trunk_from_floor_deg.value),
    judge_set=_judge_lying,
    priority=1,
    urgency=Urgency.POSTURE,
)
HIP = Rule(
    "hip_in_band",
    "deg",
    lambda protocol: (protocol.hip.flexion_deg.low, protocol.hip.flexion_deg.high),
    lambda rep, _angles, _protocol: measures.hip_mean(rep),
    priority=4,
    urgency=Urgency.POSTURE,
)
THIGH_STILL = Rule(
    "hip_steady",
    "deg",
    lambda protocol: (None, protocol.hip.max_drift_deg.value),
    lambda rep, angles, _protocol: measures.hip_drift(rep, angles),
    # Before the hip's angle: a thigh that is let go sinks out of its band, and holding it corrects both.
    priority=3,
    urgency=Urgency.POSTURE,
)
KNEE_START = Rule(
    "knee_starts_bent",
    "deg",
    lambda protocol: (protocol.knee.min_start_flexion_deg.value, None),
    lambda rep, _angles, _protocol: measures.knee_start(rep),
    priority=7,
    urgency=Urgency.SPEED,
)
SLOW = Rule(
    "slow",
    "deg/s",
    lambda protocol: (None, protocol.tempo.max_mean_speed_deg_s.value),
    lambda rep, angles, protocol: measures.fastest_mean_speed(
        rep, angles, shortest_s=protocol.repetition.min_movement_s.value
    ),
    priority=5,
    urgency=Urgency.SPEED,
)
SMOOTH = Rule(
    "smooth",
    "deg",
    lambda protocol: (None, protocol.tempo.max_bounce_deg.value),
    lambda rep, angles, _protocol: measures.bounce(rep, angles),
    priority=6,
    urgency=Urgency.SPEED,
    at_peak=_always,
)
GLIDE_SIZE = Rule(
    "glide_size",
    "deg",
    lambda protocol: (protocol.repetition.min_excursion_deg.value, None),
    lambda rep, angles, _protocol: measures.excursion(rep, angles),
    at_peak=_always,
)
HANDS = Rule(
    "hands_on_thigh",
    "thigh lengths",
    lambda protocol: (None, protocol.hands.max_distance_thighs.value),
    lambda rep, angles, _protocol: measures.hand_distance(rep, angles),
    priority=8,
    advisory=True,
)
TOES = Rule(
    "toes",
    "deg",
    lambda protocol: (protocol.toes.angle_deg.low, protocol.toes.angle_deg.high),
    lambda rep, angles, protocol: measures.toes(rep, angles, protocol.toes.reading),
    priority=9,
    advisory=True,
    # With the toes to the ceiling it is the start that tells: once the leg is up, no foot can keep them there.
    at_peak=lambda protocol: protocol.toes.reading is not ToesReading.CEILING,
    variant=lambda protocol: protocol.toes.reading.value,
)
PAIN_LIMIT = Rule(
    "personal_limit",
    "deg",
    None,
    lambda rep, _angles, _protocol: measures.knee_end(rep),
    priority=2,
    at_peak=_always,
)
SET_COMPLETE = Rule(
    "set_complete",
    "reps",
    lambda protocol: (float(protocol.set.reps.value), None),
    judge_set=_judge_count,
)

RULES = (LYING, HIP, THIGH_STILL, KNEE_START, SLOW, SMOOTH, GLIDE_SIZE, HANDS, TOES, PAIN_LIMIT, SET_COMPLETE)
"""Every rule, in the order in which findings are listed."""

RULE_BY_ID = {rule.id: rule for rule in RULES}


def rep_rules(protocol: Protocol) -> tuple[Rule, ...]:
    """Return the rules that a protocol's repetitions are judged by; hands are where both hold the thigh."""
    of_reps = [rule for rule in RULES if rule.scope is Scope.REPETITION and rule.limits is not None]
    return tuple(rule for rule in of_reps if rule is not HANDS or protocol.hands.hold is Hold.BOTH)


def limits_of(rule: Rule, protocol: Protocol) -> Limits:
    """Return a rule's limits in a protocol.

    Raises
    ------
    ValueError
        The rule's limit is the person's, not the protocol's.
    """
    if rule.limits is None:
        raise ValueError(f"expected a rule with limits of the protocol, got {rule.id}: pass its limit to find()")
    return rule.limits(protocol)


def find(
    rule: Rule,
    measured: Measured,
    limits: Limits,
    *,
    rep: int | None = None,
    at_s: float | None = None,
    variant: str = "",
    met_in: tuple[int, int] | None = None,
) -> Finding:
    """Compare a number with its limits: the one way from a rule to a finding about numbers."""
    verdict = compare(measured, limits)
    return Finding(
        rule=rule.id,
        rep=rep,
        verdict=verdict,
        observed=_kept(measured.value, rule.unit),
        limit=limits,
        unit=rule.unit,
        at_s=None if at_s is None else rounded_number(at_s, decimals_of_unit("s")),
        advisory=rule.advisory,
        se=_kept(measured.se, rule.unit),
        variant=variant or (missed_end(measured.value, limits) if verdict is not Verdict.MET else ""),
        met_in=met_in,
    )


def judge_rep(rule: Rule, rep: Rep, angles: LegAngles, protocol: Protocol) -> Finding:
    """Judge one repetition by a rule of the protocol."""
    return find(
        rule,
        _measure(rule, rep, angles, protocol),
        limits_of(rule, protocol),
        rep=rep.index,
        at_s=rep.peak_s if rule.at_peak(protocol) else rep.start_s,
        variant=_variant(rule, protocol),
    )


def judge_all_reps(rule: Rule, reps: tuple[Rep, ...], angles: LegAngles, protocol: Protocol) -> Finding:
    """Judge the set by its median repetition, and say how many repetitions met the rule."""
    limits = limits_of(rule, protocol)
    measured = [_measure(rule, rep, angles, protocol) for rep in reps]
    values = np.array([one.value for one in measured], dtype=np.float64)
    known = values[np.isfinite(values)]
    if known.size == 0:
        return not_assessable(rule, protocol, "no_rep_judged")
    # What is common to all repetitions does not average out: the median has the error of one.
    median = Measured(float(np.median(known)), float(np.nanmedian([one.se for one in measured])))
    met = sum(compare(one, limits) is Verdict.MET for one in measured)
    return find(rule, median, limits, variant=_variant(rule, protocol), met_in=(met, len(reps)))


def judge_set(rule: Rule, evidence: SetEvidence, protocol: Protocol) -> Finding:
    """Judge the whole set by a rule that has no repetitions."""
    if rule.judge_set is None:
        raise ValueError(f"expected a rule of the whole set, got {rule.id}: judge its repetitions")
    limits = limits_of(rule, protocol)
    judgement = rule.judge_set(evidence, limits)
    return Finding(
        rule=rule.id,
        rep=None,
        verdict=judgement.verdict,
        observed=_kept(judgement.measured.value, rule.unit),
        limit=limits,
        unit=rule.unit,
        at_s=None,
        advisory=rule.advisory,
        se=_kept(judgement.measured.se, rule.unit),
        variant=judgement.variant,
        reason=judgement.reason,
    )


def not_assessable(rule: Rule, protocol: Protocol, reason: str) -> Finding:
    """Say that a rule of the repetitions could not be judged over the set; ``reason`` is a key of [reason]."""
    return Finding(
        rule=rule.id,
        rep=None,
        verdict=Verdict.NOT_ASSESSABLE,
        observed=None,
        limit=limits_of(rule, protocol),
        unit=rule.unit,
        at_s=None,
        advisory=rule.advisory,
        variant=_variant(rule, protocol),
        reason=reason,
    )


def _measure(rule: Rule, rep: Rep, angles: LegAngles, protocol: Protocol) -> Measured:
    if rule.measure is None:
        raise ValueError(f"expected a rule of repetitions, got {rule.id}: judge the set")
    return rule.measure(rep, angles, protocol)


def _variant(rule: Rule, protocol: Protocol) -> str:
    return rule.variant(protocol) if rule.variant is not None else ""


def _kept(value: float, unit: str) -> float | None:
    return rounded_number(value, decimals_of_unit(unit)) if math.isfinite(value) else None
