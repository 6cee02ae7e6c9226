"""The set in one sentence that a patient understands: the first line of every report, screen and spoken summary.

What to do better comes first, the most useful thing before the others. When much is undecided, it says what is known,
what is not, and what would make it surer. Nothing here praises or asks for more range.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from formcheck.form import rules
from formcheck.form.cues import choose_cue
from formcheck.form.statistics import (
    SetStatistics,
    by_importance,
    count_finding,
    meant_whole,
    set_statistics,
    statuses,
    thigh_movement,
)
from formcheck.message import Message
from formcheck.text.catalogue import DEFAULT_LANGUAGE, catalogue
from formcheck.text.findings import fault_message
from formcheck.text.numbers import Z_95, ceiling
from formcheck.types import Finding, Rep, Session, Status, Verdict

# One slow glide with a moment of rest before and after it.
_SHORTEST_S = 3.0
# Rules that a patient knows by a word ("calm"), in the order in which they are named, and how many are.
_KNOWN_BY_A_WORD = (rules.SLOW, rules.SMOOTH, rules.THIGH_STILL, rules.HIP, rules.KNEE_START)
_MOST_KNOWN = 3
# Reasons of the quality for which nothing is measured.
_NOT_MEASURED = ("too_high", "legs_mixed_up")


def headline(session: Session) -> Message:
    """Return the set in one sentence, with what to change or to make surer next time."""
    if not_judged(session):
        return _why_not_judged(session)
    stats = set_statistics(session)
    if not stats.complete:
        return _without_reps(session, stats)
    faults = faults_of(session)
    if faults:
        return _not_met(session, stats, faults)
    open_ = _open_findings(session)
    if open_ or stats.undecided:
        return _undecided(session, stats, open_)
    return _met(session, stats)


def not_judged(session: Session) -> bool:
    """Tell whether the clip cannot be judged at all: it is too short, or nobody lies on the back in it."""
    return too_short(session) or _lying(session) in (Verdict.NOT_MET, Verdict.NOT_ASSESSABLE)


def too_short(session: Session) -> bool:
    """Tell whether what was analysed has no room for one slow repetition, and shows none."""
    return session.rep_count == 0 and 0 < _seconds(session) < _SHORTEST_S


def _seconds(session: Session) -> float:
    """How long the part that was analysed is: from its frames where they are at hand; 0 where it is not known."""
    if session.angles is None or len(session.angles.t_s) == 0:
        return session.clip.duration_s
    return float(session.angles.t_s[-1] - session.angles.t_s[0])


def _lying(session: Session) -> Verdict | None:
    return next((f.verdict for f in session.findings_of(None) if f.rule == rules.LYING.id), None)


def _why_not_judged(session: Session) -> Message:
    if too_short(session):
        return Message.of("headline.too_short", seconds=_seconds(session))
    return Message.of("headline.not_lying" if _lying(session) is Verdict.NOT_MET else "headline.nobody")


def _without_reps(session: Session, stats: SetStatistics) -> Message:
    if stats.rep_count is not None and not stats.cut:
        return Message.of("headline.no_rep")
    key, tip = "headline.cut" if stats.cut else "headline.leg_lost", _tip(session, ())
    return Message.of(f"{key}_but", tip=tip) if tip else Message.of(key)


def _met(session: Session, stats: SetStatistics) -> Message:
    said = Message.of("headline.met", n=stats.complete, count=_count(session, stats))
    if session.protocol_kind != "practice":
        return said
    advice = choose_cue(f for f in session.findings_of(None) if f.advisory)
    if advice is not None:
        return _then(said, Message.of("headline.next_time", cue=Message.of(advice)))
    short = any(f.rule == rules.SET_COMPLETE.id and _failed(f) for f in session.findings_of(None))
    return _then(said, Message.of("headline.next_rest" if short else "headline.next_nothing"))


def _not_met(session: Session, stats: SetStatistics, faults: Sequence[Finding]) -> Message:
    """The most useful thing to change, in how many repetitions, and what else there is."""
    first, *others = faults
    failed = [f.rep for f in session.findings if f.rule == first.rule and f.rep is not None and _failed(f)]
    reps = [rep for rep in session.reps if rep.index in failed]
    fault, remedy = _fault_and_remedy(session, first, reps)
    partly = 0 < len(reps) < stats.complete
    how_often = {"failed": len(reps), "count": _count(session, stats)} if partly else {}
    key = f"headline.{'partly' if partly else 'fault'}_{'with' if remedy else 'without'}_remedy"
    said = Message.of(key, fault=fault, **({"remedy": remedy} if remedy else {}), **how_often)
    if others:
        said = _then(said, Message.of("headline.also", faults=tuple(fault_message(one) for one in others)))
    return _then(said, _surer(session, ())) if stats.undecided else said


def _undecided(session: Session, stats: SetStatistics, open_: Sequence[Finding]) -> Message:
    """What is known, what is not, and what would make it surer."""
    if not open_:
        return Message.of("headline.counted_by_eye", count=_count(session, stats))
    count = _count(session, stats)
    known = _known(session)
    unknown = enumerated([_unknown(finding) for finding in open_])
    values: dict[str, Any] = {"count": count, "unknown": unknown} | ({"known": tuple(known)} if known else {})
    key = "headline.undecided_but" if known else "headline.undecided"
    if stats.undecided not in (0, stats.complete):
        key, values["some"] = f"{key}_in", stats.undecided
    return _then(Message.of(key, **values), _surer(session, open_))


def _count(session: Session, stats: SetStatistics) -> Message:
    """How many repetitions: ``5 glides``, or ``12 of 20 glides`` where a whole set was meant."""
    counted = count_finding(session)
    if counted is not None and counted.limit[0] is not None and meant_whole(session):
        return Message.of(f"headline.count_of.{session.protocol_kind}", done=stats.complete, wanted=counted.limit[0])
    return Message.of(f"headline.count.{session.protocol_kind}", n=stats.complete)


def faults_of(session: Session) -> tuple[Finding, ...]:
    """Return the rules of repetitions that are not met, one finding each, the most useful to correct first."""
    failed: dict[str, Finding] = {}
    for finding in sorted(session.findings, key=lambda one: one.rep is None):
        if _failed(finding) and finding.rule != rules.SET_COMPLETE.id:
            failed.setdefault(finding.rule, finding)
    return by_importance(failed.values())


def _failed(finding: Finding) -> bool:
    return finding.verdict is Verdict.NOT_MET and not finding.advisory


def _fault_and_remedy(session: Session, finding: Finding, reps: Sequence[Rep]) -> tuple[Message, Message | None]:
    """What was wrong, and what to do about it where something can be done."""
    variant = _how_moved(finding, reps) if finding.rule == rules.THIGH_STILL.id else finding.variant
    fault = _of_rule("fault", finding.rule, variant)
    remedy = _of_rule("remedy", finding.rule, _hold(session, finding) or variant)
    return fault or Message.of("headline.fault.other", fault=fault_message(finding)), remedy


def _how_moved(finding: Finding, reps: Sequence[Rep]) -> str:
    """How the thigh moved; not which way where a reviewer decides against a measured movement that was small."""
    most_deg = finding.limit[1]
    small = finding.observed is not None and most_deg is not None and finding.observed <= most_deg
    return "moved" if small else thigh_movement(reps).how


def _hold(session: Session, finding: Finding) -> str:
    """The variant of what to do about a thigh that moves, for who holds it with one hand or a strap."""
    own = finding.rule == rules.THIGH_STILL.id and all(f.rule != rules.HANDS.id for f in session.findings)
    return "own_hold" if own else ""


def _of_rule(section: str, rule: str, variant: str) -> Message | None:
    """A rule's words in a section of the headline's, those of its variant first; None where it has none."""
    keys = (f"headline.{section}.{rule}_{variant}", f"headline.{section}.{rule}")
    found = next((key for key in keys if key in catalogue(DEFAULT_LANGUAGE)), None)
    return Message.of(found) if found else None


def _open_findings(session: Session) -> tuple[Finding, ...]:
    """What leaves repetitions undecided: one finding for each rule, the most important first."""
    open_: dict[str, Finding] = {}
    for one in statuses(session):
        for finding in one.deciding if one.status is Status.UNDECIDED else ():
            open_.setdefault(finding.rule, finding)
    return by_importance(open_.values())


def _known(session: Session) -> list[Message]:
    """What is met in every repetition, each by its word; the first few are enough."""
    complete = {rep.index for rep in session.reps if rep.complete}
    met = {
        rule.id: {f.rep for f in session.findings if f.rule == rule.id and f.verdict is Verdict.MET}
        for rule in _KNOWN_BY_A_WORD
    }
    return [Message.of(f"headline.known.{rule}") for rule, reps in met.items() if complete <= reps][:_MOST_KNOWN]


def _unknown(finding: Finding) -> Message:
    """What could not be told: ``the hip's angle (known only to within 9 degrees)``, ``how still the thigh was``."""
    key = f"headline.unknown.{finding.rule}"
    if key not in catalogue(DEFAULT_LANGUAGE):
        return fault_message(finding)
    asked = Message.of(key)
    if finding.rule != rules.HIP.id or finding.se is None:
        return asked
    return Message.of("headline.unknown.hip_within", asked=asked, band=ceiling(Z_95 * finding.se))


def _surer(session: Session, open_: Iterable[Finding]) -> Message | None:
    """What would make it surer, as a sentence; None where nothing is known to."""
    tip = _tip(session, open_)
    return Message.of("headline.surer", tip=tip) if tip else None


def _tip(session: Session, open_: Iterable[Finding]) -> Message | None:
    """What to do differently: the camera first, then what is near its limit."""
    reasons = [reason.key.rpartition(".")[2] for reason in session.quality.reasons]
    # What kept hip and knee from being measured comes first; that the leg was lost is but a sign of the others.
    reasons.sort(key=lambda reason: (reason == "leg_lost", reason not in _NOT_MEASURED))
    keys = [f"headline.tip.{reason}" for reason in reasons]
    near = [finding for finding in open_ if finding.verdict is Verdict.BORDERLINE]
    variants = [(finding.rule, _hold(session, finding) or finding.variant) for finding in near]
    keys += [f"headline.tip.{rule}_{variant}".rstrip("_") for rule, variant in variants]
    found = next((key for key in keys if key in catalogue(DEFAULT_LANGUAGE)), None)
    return Message.of(found) if found else None


def _then(first: Message, second: Message | None) -> Message:
    return first if second is None else Message.of("headline.then", first=first, second=second)


def enumerated(parts: Sequence[Message]) -> Message:
    """Return messages as one: ``a``, ``a and b``, ``a, b and c``."""
    *before, last = parts
    return Message.of("number.and", parts=tuple(before), last=last) if before else last
