"""The reviewed session: what the analysis found, with what the reviewer says put in its place. Pure."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from formcheck.form.summary import summarize
from formcheck.protocols.model import Protocol
from formcheck.report.words import VERDICT_WORDS, rule_title
from formcheck.reps.given import Span
from formcheck.review.model import Overrule, Review
from formcheck.types import Finding, Rep, Session, Side, Summary, Verdict

# Results keep milliseconds.
_SAME_S = 0.0015


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that the reviewer has otherwise, in words."""

    what: str
    analysed: str
    reviewed: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Reviewed:
    """The session as reviewed. ``notices`` say what of the review could not be applied, ``remarks`` what its times do.

    ``needs_side`` is the leg that the reviewer chose, when it cannot be measured because the analysis followed the
    other.
    """

    session: Session
    changes: tuple[Change, ...]
    notices: tuple[str, ...] = ()
    needs_side: Side | None = None
    remarks: tuple[str, ...] = ()


# Judges the saved track again: side, protocol id and times of the repetitions, each None = as analysed. Returns the
# session, and the protocol it was judged by (None when that is not known here).
Rejudge = Callable[[Side | None, str | None, Sequence[Span] | None], tuple[Session, Protocol]]


def apply_review(review: Review, analysed: Session, protocol: Protocol | None, rejudge: Rejudge) -> Reviewed:
    """Put a review over the session that was analysed.

    Parameters
    ----------
    review : Review
    analysed : Session
    protocol : Protocol or None
        What it was judged by; None when it is not on this machine: then the summary's words stay.
    rejudge : callable
        Called only when side, protocol or repetitions are others.
    """
    session, changes = analysed, []
    side = review.side if review.side is not analysed.side else None
    other = review.protocol if review.protocol != analysed.protocol_id else None
    spans = None if review.reps is None else [Span(rep.start_s, rep.peak_s, rep.end_s) for rep in review.reps]
    if spans is not None and side is None and other is None and _same_spans(spans, analysed):
        spans = None
    if side is not None or other is not None or spans is not None:
        session, protocol = rejudge(side, other, spans)
        changes = _changes(analysed, session, recounted=spans is not None)
    overruled, more, notices = _overruled(session, review.overrules)
    if overruled is not session:
        overruled = replace(overruled, summary=_summary(overruled, protocol))
    unseen = side is not None and (session.angles is None or not session.angles.usable.any())
    return Reviewed(
        overruled,
        (*changes, *more),
        tuple(notices),
        needs_side=side if unseen else None,
        remarks=_cut_short(session, protocol) if spans is not None else (),
    )


def _cut_short(session: Session, protocol: Protocol | None) -> tuple[str, ...]:
    """Say which repetitions have one way of the movement outside their times, so that its speed is unknown."""
    if protocol is None:
        return ()
    shortest_s = protocol.repetition.min_movement_s.value
    said = []
    for rep in session.reps:
        if not rep.complete or not math.isfinite(rep.knee_flexion_peak_deg):
            continue
        missing = ["starts when the knee is straightest already"] * (rep.extend_s < shortest_s)
        missing += ["ends before the knee bends again"] * (rep.return_s < shortest_s)
        if missing:
            said.append(f"Repetition {rep.index} {' and '.join(missing)}: how fast it was cannot be told.")
    return tuple(said)


def _same_spans(spans: Sequence[Span], analysed: Session) -> bool:
    """Whether the times are those of the analysis, to the milliseconds that are kept."""
    if len(spans) != len(analysed.reps):
        return False
    return all(_same_times(span, rep) for span, rep in zip(spans, analysed.reps, strict=True))


def _changes(analysed: Session, session: Session, *, recounted: bool) -> list[Change]:
    changes = []
    if session.side is not analysed.side:
        changes.append(Change("Working leg", _side(analysed), _side(session)))
    if session.protocol_sha256 != analysed.protocol_sha256:
        names = [f"{one.protocol_name} ({one.protocol_id} {one.protocol_version})" for one in (analysed, session)]
        # A protocol of the same name and number whose limits were edited since is another one all the same.
        edited = ", as it reads now" if names[0] == names[1] else ""
        changes.append(Change("Judged by", names[0], names[1] + edited))
    if recounted:
        changes += _recounted(analysed, session)
    return changes


def _recounted(analysed: Session, session: Session) -> list[Change]:
    """How many repetitions there are, and which of them have other times."""
    before, after = analysed.rep_count, session.rep_count
    changes = [Change("Repetitions", str(before), str(after))] if before != after else []
    old, new = list(analysed.reps), list(session.reps)
    for a, b in [(a, b) for a in old for b in new if _same_times(a, b)]:
        old.remove(a)
        new.remove(b)
    for rep in new:
        was = max(old, key=lambda one, rep=rep: _shared_s(one, rep), default=None)  # type: ignore[misc]
        if was is not None and _shared_s(was, rep) > 0:
            number = f" (was {was.index})" if was.index != rep.index else ""
            changes.append(
                Change(f"Repetition {rep.index}{number}, times (start – straightest – end)", _times(was), _times(rep))
            )
        else:
            changes.append(Change(f"Repetition {rep.index}", "–", f"added, {_times(rep)}"))
    gone = [one for one in old if all(_shared_s(one, rep) <= 0 for rep in new)]
    changes += [Change(f"Repetition {one.index} (as analysed)", _times(one), "removed") for one in gone]
    return changes


def _shared_s(a: Rep, b: Rep) -> float:
    return min(a.end_s, b.end_s) - max(a.start_s, b.start_s)


def _same_times(a: Span | Rep, b: Rep) -> bool:
    """Whether the times are the same, to the milliseconds that are kept."""
    return (
        abs(a.start_s - b.start_s) < _SAME_S
        and abs(a.end_s - b.end_s) < _SAME_S
        and (a.peak_s is None or abs(a.peak_s - b.peak_s) < _SAME_S)
    )


def _times(rep: Rep) -> str:
    return f"{rep.start_s:.2f} – {rep.peak_s:.2f} – {rep.end_s:.2f} s"


def _side(session: Session) -> str:
    return session.side.value if session.side is not None else "none found"


def _overruled(session: Session, overrules: Sequence[Overrule]) -> tuple[Session, list[Change], list[str]]:
    findings = list(session.findings)
    changes, notices = [], []
    rules = {finding.rule for finding in findings}
    numbers = {rep.index for rep in session.reps}
    for overrule in overrules:
        where = "the set" if overrule.rep is None else f"repetition {overrule.rep}"
        if overrule.rule not in rules or (overrule.rep is not None and overrule.rep not in numbers):
            notices.append(f"An overruling of '{rule_title(overrule.rule)}' on {where} was left out: there is none.")
            continue
        at = next((i for i, f in enumerate(findings) if (f.rule, f.rep) == (overrule.rule, overrule.rep)), None)
        old = findings[at] if at is not None else _unjudged(findings, overrule)
        new = replace(old, verdict=overrule.verdict, text=_text(overrule, old))
        if at is None:
            findings.append(new)
        else:
            findings[at] = new
        before, after = (VERDICT_WORDS[verdict].word.lower() for verdict in (old.verdict, new.verdict))
        changes.append(Change(f"{rule_title(overrule.rule)}, {where}", before, after, overrule.reason))
    if not changes:
        return session, [], notices
    return replace(session, findings=tuple(_with_hints(findings, overrules))), changes, notices


def _unjudged(findings: Sequence[Finding], overrule: Overrule) -> Finding:
    """What stands for a repetition that was never judged by a rule, because nothing could be measured."""
    like = next(finding for finding in findings if finding.rule == overrule.rule)
    return replace(
        like, rep=overrule.rep, verdict=Verdict.NOT_ASSESSABLE, observed=None, at_s=None, text="Cannot tell."
    )


def _text(overrule: Overrule, old: Finding) -> str:
    lead = VERDICT_WORDS[overrule.verdict].word
    return f"{lead}, says the reviewer: {overrule.reason.rstrip('.')}. As analysed: {old.text}"


def _with_hints(findings: Sequence[Finding], overrules: Sequence[Overrule]) -> list[Finding]:
    """Say at a rule of the set that some of its repetitions were overruled: its own number is as measured."""
    hinted = []
    for finding in findings:
        count = sum(one.rule == finding.rule and one.rep is not None for one in overrules)
        own = any(one.rule == finding.rule and one.rep is None for one in overrules)
        if finding.rep is None and count and not own:
            noun = "repetition was" if count == 1 else "repetitions were"
            hint = f"{finding.text} As measured; {count} {noun} overruled by the reviewer."
            hinted.append(replace(finding, text=hint))
        else:
            hinted.append(finding)
    return hinted


def _summary(session: Session, protocol: Protocol | None) -> Summary:
    if protocol is None:
        return replace(
            session.summary, sentences=(*session.summary.sentences, "Some findings were overruled by the reviewer.")
        )
    return summarize(session.reps, session.findings, session.quality, protocol)
