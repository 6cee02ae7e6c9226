"""The set in plain words, as messages to be said in any language: the headline, then numbers and details.

Nothing here praises or asks for more range.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from formcheck.angles.kept_calibration import MAX_APART_DEG
from formcheck.form import rules
from formcheck.form.headline import faults_of, headline, not_judged, too_short
from formcheck.form.statistics import (
    RepStatus,
    SetStatistics,
    by_importance,
    count_finding,
    reps_with_moving_thigh,
    set_statistics,
    statuses,
    thigh_movement,
)
from formcheck.message import Message, verbatim
from formcheck.text.findings import reason_message
from formcheck.text.numbers import Z_95, ceiling, day_message, whole
from formcheck.types import Finding, Session, Status, Verdict

# More numbers of repetitions than this are not listed in a sentence.
_MOST_LISTED = 8


@dataclass(frozen=True, slots=True)
class Summary:
    """The set in plain words: one sentence for the patient, and a few more with numbers."""

    headline: Message
    sentences: tuple[Message, ...]


def summarize(session: Session) -> Summary:
    """Make the summary of a judged set."""
    first, reasons = headline(session), session.quality.reasons
    if too_short(session):
        return Summary(first, ())
    if not_judged(session):
        lying = [f for f in session.findings_of(None) if f.rule == rules.LYING.id and f.reason]
        return Summary(first, (*map(reason_message, lying), *reasons))
    stats = set_statistics(session)
    if not stats.complete:
        return Summary(first, (*(reasons or (Message.of("summary.leg_followed"),)), *calibration_sentences(session)))
    return Summary(
        first, (_count(session, stats), *_sentences(session, stats), *calibration_sentences(session), *reasons)
    )


def _count(session: Session, stats: SetStatistics) -> Message:
    """How many repetitions of how many, and how many of them are met."""
    counted = count_finding(session)
    wanted = counted.limit[0] if counted is not None and counted.limit[0] is not None else math.nan
    return Message.of("summary.count", n=stats.complete, wanted=wanted, tally=tally(stats))


def tally(stats: SetStatistics) -> Message:
    """Return how many repetitions are met, not met and undecided, as half a sentence."""
    counts = {Status.MET: stats.met, Status.NOT_MET: stats.not_met, Status.UNDECIDED: stats.undecided}
    for status, count in counts.items():
        if count == stats.complete and not stats.set_faults:
            return Message.of(f"summary.{'one' if count == 1 else 'all'}_{status.value}")
    parts = [Message.of(f"summary.{status.value}", count=count) for status, count in counts.items() if count]
    if stats.set_faults:
        parts.append(Message.of("summary.set_fault"))
    return listed(parts)


def _sentences(session: Session, stats: SetStatistics) -> list[Message]:
    sentences = list(_measured(session, stats))
    faults = [_fault(session, finding.rule) for finding in faults_of(session)]
    if faults:
        sentences.append(Message.of("summary.faults", faults=listed(faults)))
    undecided = _undecided(statuses(session))
    if undecided:
        sentences.append(Message.of("summary.undecided_rules", rules=listed(undecided)))
    partial = [rep.index for rep in session.reps if rep.complete and rep.partial]
    if partial:
        sentences.append(Message.of("summary.partial", n=len(partial), reps=numbered(partial)))
    if session.protocol_kind == "practice":
        sentences.append(Message.of("summary.stop"))
    return sentences


def _measured(session: Session, stats: SetStatistics) -> tuple[Message, ...]:
    """The set's numbers; repetitions counted by eye where nothing could be measured have none."""
    if math.isnan(stats.knee_end_deg):
        return (Message.of("summary.not_measured"),)
    knee = {"knee": whole(stats.knee_end_deg)}
    if math.isfinite(stats.knee_se_deg):
        sentences = [Message.of("summary.knee", **knee, band=ceiling(Z_95 * stats.knee_se_deg))]
    else:
        sentences = [Message.of("summary.knee_alone", **knee)]
    sentences += hip_sentences(session, stats)
    if math.isfinite(stats.extend_s):
        sentences.append(Message.of("summary.tempo", seconds=stats.extend_s))
    return tuple(sentences)


def hip_sentences(session: Session, stats: SetStatistics) -> tuple[Message, ...]:
    """Return where the hip was on average, and from where to where it went where the thigh was not held still."""
    if not math.isfinite(stats.hip_mean_deg):
        return ()
    mean = Message.of("summary.hip", hip=whole(stats.hip_mean_deg))
    reps = reps_with_moving_thigh(session)
    if not reps:
        return (mean,)
    moved = thigh_movement(reps)
    if not (math.isfinite(moved.low_deg) and math.isfinite(moved.high_deg)):
        return (mean,)  # a reviewer saw it, or a document says it, where nothing could be measured
    if moved.how == "moved":
        ends = {"low": whole(moved.low_deg), "high": whole(moved.high_deg)}
        where = Message.of("summary.hip_between", **ends)
    else:
        where = Message.of("summary.hip_from_to", start=whole(moved.start_deg), peak=whole(moved.peak_deg))
    return (where,) if len(reps) == stats.complete else (mean, Message.of("summary.where_moved", sentence=where))


def calibration_sentences(session: Session) -> tuple[Message, ...]:
    """Return that the person's calibrations by hand are used, or why not; nothing where there is none."""
    use = session.kept_calibration
    if use is None:
        return ()
    kept, view = use.kept, session.view
    values: dict[str, Any]
    if use.used:
        key = "summary.calibrated_together" if use.others else "summary.calibrated"
        values = {"n": use.frames, "date": day_message(kept.made_at), "clips": len(use.together)}
        return (Message.of(key, **values),)
    values = {"date": day_message(kept.made_at)}
    if use.refusal == "view":
        values["sideways"] = whole(abs(view.azimuth_deg - kept.azimuth_deg))
        values["height"] = whole(abs(view.elevation_deg - kept.elevation_deg))
        values["most"] = whole(MAX_APART_DEG)
    return (Message.of(f"summary.not_calibrated_{use.refusal}", **values),)


def _fault(session: Session, rule: str) -> Message:
    """What a rule found wrong, and in which repetitions."""
    failed = [f for f in session.findings if f.rule == rule and f.verdict is Verdict.NOT_MET]
    reps = [finding.rep for finding in failed if finding.rep is not None]
    low, high = (end if end is not None else math.nan for end in failed[0].limit)
    known = rules.RULE_BY_ID.get(rule)
    # A document from elsewhere may judge a repetition by a rule of the whole set, which has one way to say its fault.
    of_set = known is not None and known.scope is rules.Scope.SET
    fault = _words_of(rule, "fault" if of_set else "set_fault", low=low, high=high)
    return _in_reps(fault, reps, session.rep_count) if reps else Message.of("summary.fault_over_set", fault=fault)


def _in_reps(fault: Message, reps: Sequence[int], count: int) -> Message:
    """Say something with the repetitions it is about, of so many."""
    if len(reps) == count > 1:
        return Message.of("summary.fault_in_all", fault=fault)
    return Message.of("summary.fault_in", n=len(reps), fault=fault, reps=numbered(reps))


def _undecided(reps: Sequence[RepStatus]) -> list[Message]:
    """The rules that leave repetitions undecided, and which."""
    open_: dict[str, list[int]] = {}
    deciding: dict[str, Finding] = {}
    for one in reps:
        if one.status is Status.UNDECIDED:
            for finding in one.deciding:
                open_.setdefault(finding.rule, []).append(one.rep)
                deciding.setdefault(finding.rule, finding)
    return [
        _in_reps(_words_of(finding.rule, "subject"), open_[finding.rule], len(reps))
        for finding in by_importance(deciding.values())
    ]


def _words_of(rule: str, part: str, **values: float) -> Message:
    """Words of a rule; one that this version does not know is spelled out."""
    return Message.of(f"rule.{rule}.{part}", **values) if rule in rules.RULE_BY_ID else verbatim(rule.replace("_", " "))


def listed(parts: Iterable[Message]) -> Message:
    """Return a list of messages as one."""
    return Message.of("number.list", parts=tuple(parts))


def numbered(reps: Sequence[int]) -> str:
    """Return the numbers of repetitions, the first few of many."""
    return ", ".join(str(rep) for rep in reps[:_MOST_LISTED]) + (" ..." if len(reps) > _MOST_LISTED else "")
