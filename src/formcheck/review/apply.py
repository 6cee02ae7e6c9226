"""The reviewed session: the analysed one with what the reviewer says in its place. Pure."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from formcheck.protocols.model import Protocol
from formcheck.report.words import VERDICT_WORDS, rule_title, sentence
from formcheck.reps.manual import Span
from formcheck.review.changes import Change, same_times, session_changes
from formcheck.review.errors import RequestError
from formcheck.review.model import Goniometer, Joint, Overrule, Review
from formcheck.types import Finding, PoseTrack, Session, Side, Verdict

# A goniometer is compared with the frame nearest to it, if that is within this time.
_NEAREST_S = 0.12


@dataclass(frozen=True, slots=True)
class ReviewedSession:
    """A session as reviewed.

    Parameters
    ----------
    session : Session
    changes : tuple of Change
        What the review changes.
    not_applied : tuple of str
        What of the review could not be applied, and why.
    warnings : tuple of str
        What the reviewer's times make impossible to measure.
    needs_side : Side or None
        The leg that the reviewer chose, when it cannot be measured because the analysis followed the other one.
    overruled : frozenset of (str, int or None)
        Rule and repetition (None = the set) of the findings whose verdict is the reviewer's.
    """

    session: Session
    changes: tuple[Change, ...] = ()
    not_applied: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    needs_side: Side | None = None
    overruled: frozenset[tuple[str, int | None]] = frozenset()

    def is_overruled(self, finding: Finding) -> bool:
        """Whether the verdict of a finding is the reviewer's."""
        return (finding.rule, finding.rep) in self.overruled


# Judges the saved track again: side, protocol id and times of the repetitions, each None = as analysed. Returns the
# session, and the protocol it was judged by.
Rejudge = Callable[[Side | None, str | None, Sequence[Span] | None], tuple[Session, Protocol]]


def apply_review(review: Review, analysed: Session, protocol: Protocol | None, rejudge: Rejudge) -> ReviewedSession:
    """Apply a review to the session that was analysed.

    Parameters
    ----------
    review : Review
    analysed : Session
    protocol : Protocol or None
        What it was judged by; None when it is not on this machine: then the words of the summary stay.
    rejudge : callable
        Called only when side, protocol or repetitions differ.
    """
    session, changes = analysed, []
    side = review.side if review.side is not analysed.side else None
    other = review.protocol if review.protocol != analysed.protocol_id else None
    spans = None if review.reps is None else [Span(rep.start_s, rep.peak_s, rep.end_s) for rep in review.reps]
    if spans is not None and side is None and other is None and same_times(spans, analysed.reps):
        spans = None
    if side is not None or other is not None or spans is not None:
        session, protocol = rejudge(side, other, spans)
        changes = session_changes(analysed, session, reps_given=spans is not None)
    warnings = _cut_movements(session, protocol) if spans is not None and protocol is not None else ()
    unmeasured = side is not None and (session.angles is None or not session.angles.usable.any())
    applied, not_applied = _applicable(session, review.overrules)
    if applied:
        session, overruled = _overrule(session, applied)
        changes += overruled
    return ReviewedSession(
        session,
        tuple(changes),
        not_applied,
        warnings,
        needs_side=side if unmeasured else None,
        overruled=frozenset((one.rule, one.rep) for one in applied),
    )


def _cut_movements(session: Session, protocol: Protocol) -> tuple[str, ...]:
    """Say which repetitions have one direction of the movement outside their times, so that its speed is unknown."""
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


def _applicable(session: Session, overrules: Sequence[Overrule]) -> tuple[list[Overrule], tuple[str, ...]]:
    """Return the overrulings of rules and repetitions that are there, and what to say of the others."""
    rules = {finding.rule for finding in session.findings}
    numbers = {rep.index for rep in session.reps}
    applied, said = [], []
    for overrule in overrules:
        if overrule.rule in rules and (overrule.rep is None or overrule.rep in numbers):
            applied.append(overrule)
        else:
            said.append(
                f"An overruling of '{rule_title(overrule.rule)}' on {_place(overrule)} was left out: there is none."
            )
    return applied, tuple(said)


def _overrule(session: Session, overrules: Sequence[Overrule]) -> tuple[Session, list[Change]]:
    findings, changes = list(session.findings), []
    for overrule in overrules:
        at = next((i for i, f in enumerate(findings) if (f.rule, f.rep) == (overrule.rule, overrule.rep)), None)
        old = findings[at] if at is not None else _not_judged(findings, overrule)
        new = replace(old, verdict=overrule.verdict, text=_overruled_text(overrule, old))
        if at is None:
            findings.append(new)
        else:
            findings[at] = new
        before, after = (VERDICT_WORDS[verdict].word.lower() for verdict in (old.verdict, new.verdict))
        changes.append(Change(f"{rule_title(overrule.rule)}, {_place(overrule)}", before, after, overrule.reason))
    return replace(session, findings=tuple(_with_notes(findings, overrules))), changes


def _place(overrule: Overrule) -> str:
    return "the set" if overrule.rep is None else f"repetition {overrule.rep}"


def _not_judged(findings: Sequence[Finding], overrule: Overrule) -> Finding:
    """Return the finding of a repetition that a rule did not judge, because nothing could be measured."""
    like = next(finding for finding in findings if finding.rule == overrule.rule)
    return replace(
        like, rep=overrule.rep, verdict=Verdict.NOT_ASSESSABLE, observed=None, at_s=None, text="Cannot tell."
    )


def _overruled_text(overrule: Overrule, old: Finding) -> str:
    lead = VERDICT_WORDS[overrule.verdict].word
    return f"{lead}, says the reviewer: {overrule.reason.rstrip('.')}. As analysed: {sentence(old)}"


def _with_notes(findings: Sequence[Finding], overrules: Sequence[Overrule]) -> list[Finding]:
    """Say in a finding on the set that some of its repetitions were overruled: its own number is as measured."""
    noted = []
    for finding in findings:
        count = sum(one.rule == finding.rule and one.rep is not None for one in overrules)
        own = any(one.rule == finding.rule and one.rep is None for one in overrules)
        if finding.rep is None and count and not own:
            noun = "repetition was" if count == 1 else "repetitions were"
            text = f"{sentence(finding)} As measured; {count} {noun} overruled by the reviewer."
            noted.append(replace(finding, text=text))
        else:
            noted.append(finding)
    return noted


def check_fits(review: Review, reviewed: ReviewedSession, track: PoseTrack) -> None:
    """Refuse a review that speaks of a time, a point or a repetition which does not exist.

    Raises
    ------
    RequestError
    """
    if reviewed.not_applied:
        raise RequestError(reviewed.not_applied[0])
    last_s = max(float(track.t_s[-1]), track.clip.duration_s) + 1.0
    times_s = [note.t_s for note in review.notes if note.t_s is not None]
    times_s += [one.t_s for one in review.goniometer] + [one.t_s for one in review.key_images]
    times_s += [rep.end_s for rep in review.reps or ()]
    if times_s and max(times_s) > last_s:
        raise RequestError(f"expected times within the clip ({last_s - 1:.1f} s), got {max(times_s):.1f} s")
    w, h = track.size_px
    for one in review.goniometer:
        if any(not (-w <= x <= 2 * w and -h <= y <= 2 * h) for x, y in one.points):
            raise RequestError(f"expected the goniometer's points within the frame ({w} x {h} px)")
    numbers = {rep.index for rep in reviewed.session.reps}
    for note in review.notes:
        if note.rep is not None and note.rep not in numbers:
            raise RequestError(f"a note is on repetition {note.rep}, but there are {len(numbers)}")


def with_tool_angles(review: Review, session: Session) -> Review:
    """Return the review with each goniometer's angle, formcheck's own at that time, and the difference."""
    return review.model_copy(update={"goniometer": tuple(_with_tool_angle(one, session) for one in review.goniometer)})


def _with_tool_angle(one: Goniometer, session: Session) -> Goniometer:
    angle_deg = round(one.measured_deg(), 1)
    tool_deg = tool_se_deg = None
    if session.angles is not None and one.joint is not Joint.OTHER:
        row = int(np.argmin(np.abs(session.angles.t_s - one.t_s)))
        names = ("hip_flexion_deg", "hip_se_deg") if one.joint is Joint.HIP else ("knee_flexion_deg", "knee_se_deg")
        value, error = (float(getattr(session.angles, name)[row]) for name in names)
        if abs(session.angles.t_s[row] - one.t_s) <= _NEAREST_S and np.isfinite(value):
            tool_deg, tool_se_deg = round(value, 1), round(error, 2)
    difference_deg = round(angle_deg - tool_deg, 1) if tool_deg is not None else None
    return one.model_copy(
        update={
            "angle_deg": angle_deg, "tool_deg": tool_deg, "tool_se_deg": tool_se_deg, "difference_deg": difference_deg,
        }
    )  # fmt: skip
