"""The reviewed session: the analysed one with what the reviewer says in its place. Pure."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from formcheck.angles.hand_calibration import RATER_SD_DEG, HandMark, JointShift, marked_in_plane_deg, row_at
from formcheck.form.rules import RULE_BY_ID
from formcheck.message import Message
from formcheck.protocols.model import Protocol
from formcheck.reps.manual import ManualTimes
from formcheck.resolution import decimals_of_unit, rounded_number
from formcheck.review.changes import (
    Change,
    calibration_change,
    kept_change,
    same_times,
    session_changes,
    verdict_change,
)
from formcheck.review.model import Goniometer, Joint, Note, Overrule, Review
from formcheck.review.raters import rater_sd_deg
from formcheck.server.errors import RequestError
from formcheck.session.kept import parse_kept_lines
from formcheck.text.catalogue import Texts
from formcheck.text.findings import finding_sentence, title_message, verdict_word
from formcheck.types import Finding, KeptCalibration, LegAngles, PoseTrack, Session, Side, Verdict

_DEG_DECIMALS = decimals_of_unit("deg")
FindingKey = tuple[str, int | None]
"""Rule and repetition (None = the set) of a finding."""


@dataclass(frozen=True, slots=True)
class Overruled:
    """A finding whose verdict is the reviewer's: what the analysis found, and the reason."""

    analysed: Finding
    reason: str


@dataclass(frozen=True, slots=True)
class HandCalibration:
    """What the reviewer's marks changed.

    Parameters
    ----------
    shifts : tuple of JointShift
    frames : int
        How many frames the marks that were used are on.
    unused : int
        How many marks could not be used, because formcheck measured nothing there or lost the leg.
    before : LegAngles
    """

    shifts: tuple[JointShift, ...]
    frames: int
    unused: int
    before: LegAngles


@dataclass(frozen=True, slots=True)
class ReviewedSession:
    """A session as reviewed.

    Parameters
    ----------
    session : Session
    changes : tuple of Change
        What the review changes.
    not_applied : tuple of Message
        What of the review could not be applied, and why. It stays in the review, set aside.
    warnings : tuple of Message
        What the reviewer's times make impossible to measure.
    needs_side : Side or None
        The leg that the reviewer chose, when it cannot be measured because the analysis followed the other one.
    overruled : mapping
        The findings whose verdict is the reviewer's.
    hand_calibration : HandCalibration or None
        What the goniometer added to the angles, if the reviewer uses it for this clip.
    uncalibrated : LegAngles or None
        The angles before the person's kept calibration, where that shifts those of the session.
    """

    session: Session
    changes: tuple[Change, ...] = ()
    not_applied: tuple[Message, ...] = ()
    warnings: tuple[Message, ...] = ()
    needs_side: Side | None = None
    overruled: Mapping[FindingKey, Overruled] = field(default_factory=dict)
    hand_calibration: HandCalibration | None = None
    uncalibrated: LegAngles | None = None

    @property
    def tool_angles(self) -> LegAngles | None:
        """Formcheck's own angles, with which a goniometer is compared."""
        if self.hand_calibration is not None:
            return self.hand_calibration.before
        return self.uncalibrated if self.uncalibrated is not None else self.session.angles

    def is_overruled(self, finding: Finding) -> bool:
        """Whether the verdict of a finding is the reviewer's."""
        return (finding.rule, finding.rep) in self.overruled

    def sentence(self, texts: Texts, finding: Finding) -> str:
        """Return a finding as a sentence that says what the reviewer has to do with it."""
        own = self.overruled.get((finding.rule, finding.rep))
        if own is not None:
            return texts.get(
                "clinician.finding.overruled",
                verdict=verdict_word(texts, finding.verdict),
                reason=own.reason.rstrip("."),
                text=finding_sentence(texts, own.analysed),
            )
        text = finding_sentence(texts, finding)
        count = sum(rule == finding.rule for rule, _ in self.overruled) if finding.rep is None else 0
        # The number of the set is as measured, whatever was said of its repetitions.
        return texts.get("clinician.finding.partly_overruled", text=text, n=count) if count else text


@dataclass(frozen=True, slots=True)
class Rejudged:
    """A session judged again, the protocol it was judged by, and what hand marks changed of its angles."""

    session: Session
    protocol: Protocol
    hand_calibration: HandCalibration | None


@dataclass(frozen=True, slots=True)
class ClipMarks:
    """By what a clip is calibrated: marks on it with their scatter, else kept calibrations (None = as analysed)."""

    marks: Sequence[HandMark] = ()
    rater_sd_deg: float = RATER_SD_DEG
    kept: tuple[KeptCalibration, ...] | None = None


# Judges the saved track again: side, protocol id and times of the repetitions, each None = as analysed, and the marks
# by which its angles are calibrated.
Rejudge = Callable[[Side | None, str | None, Sequence[ManualTimes] | None, ClipMarks], Rejudged]


def apply_review(review: Review, analysed: Session, protocol: Protocol | None, rejudge: Rejudge) -> ReviewedSession:
    """Apply a review to the session that was analysed.

    Parameters
    ----------
    review : Review
    analysed : Session
    protocol : Protocol or None
        What it was judged by; None when it is not on this machine: then the words of the summary stay.
    rejudge : callable
        Called only when side, protocol or repetitions differ, or marks calibrate the angles.
    """
    session, changes, by_hand = analysed, [], None
    side = review.side if review.side is not analysed.side else None
    other = review.protocol if review.protocol != analysed.protocol_id else None
    spans = None if review.reps is None else [ManualTimes(rep.start_s, rep.peak_s, rep.end_s) for rep in review.reps]
    if spans is not None and side is None and other is None and same_times(spans, analysed.reps):
        spans = None
    marks = clip_marks(review) if review.calibrated else ClipMarks(kept=_kept(review))
    if side is not None or other is not None or spans is not None or marks.marks or marks.kept is not None:
        again = rejudge(side, other, spans, marks)
        session, protocol, by_hand = again.session, again.protocol, again.hand_calibration
        changes = session_changes(analysed, session, reps_given=spans is not None or by_hand is not None)
    if by_hand is not None:
        changes += [calibration_change(shift, by_hand.before) for shift in by_hand.shifts]
    elif session.kept_calibration != analysed.kept_calibration:
        changes.append(kept_change(analysed, session))
    warnings = _cut_movements(session, protocol) if spans is not None and protocol is not None else ()
    unmeasured = side is not None and (session.angles is None or not session.angles.usable.any())
    overrules, not_applied = _applicable(session, review.overrules)
    not_applied += _misplaced_notes(session, review.notes)
    overruled = {(one.rule, one.rep): Overruled(_analysed_finding(session, one), one.reason) for one in overrules}
    if review.calibrated and by_hand is None:
        not_applied = (*not_applied, Message("clinician.notice.no_calibration"))
    elif by_hand is not None and by_hand.unused:
        not_applied = (*not_applied, Message.of("clinician.notice.unused_marks", n=by_hand.unused))
    changes += [verdict_change(overruled[one.rule, one.rep].analysed, one.verdict, one.reason) for one in overrules]
    return ReviewedSession(
        _with_verdicts(session, overrules) if overrules else session,
        tuple(changes),
        not_applied,
        warnings,
        needs_side=side if unmeasured else None,
        overruled=overruled,
        hand_calibration=by_hand,
    )


def _kept(review: Review) -> tuple[KeptCalibration, ...] | None:
    if review.kept is None:
        return None
    return parse_kept_lines(review.kept)


def clip_marks(review: Review) -> ClipMarks:
    """Return the goniometer's hips and knees."""
    marks = [_hand_mark(one) for one in review.goniometer if one.joint is not Joint.OTHER]
    return ClipMarks(marks, rater_sd_deg(review.goniometer))


def _hand_mark(one: Goniometer) -> HandMark:
    return HandMark(one.t_s, "hip" if one.joint is Joint.HIP else "knee", one.measured_deg())


def _cut_movements(session: Session, protocol: Protocol) -> tuple[Message, ...]:
    """Say which repetitions have one direction of the movement outside their times, so that its speed is unknown."""
    shortest_s = protocol.repetition.min_movement_s.value
    said = []
    for rep in session.reps:
        if not rep.complete or not math.isfinite(rep.knee_flexion_peak_deg):
            continue
        starts, ends = rep.extend_s < shortest_s, rep.return_s < shortest_s
        if starts or ends:
            key = "only_straight" if starts and ends else "starts_straight" if starts else "ends_straight"
            said.append(Message.of(f"clinician.notice.{key}", rep=rep.index))
    return tuple(said)


def _applicable(session: Session, overrules: Sequence[Overrule]) -> tuple[list[Overrule], tuple[Message, ...]]:
    """Return the overrulings of this leg's rules and repetitions that are there, and what to say of the others."""
    rules = {finding.rule for finding in session.findings}
    numbers = {rep.index for rep in session.reps}
    applied, said = [], []
    for overrule in overrules:
        rule = title_message(overrule.rule)
        if overrule.side not in (None, session.side):
            place = "set" if overrule.rep is None else "rep"
            leg = Message(f"side.{overrule.side}_leg")
            said.append(Message.of(f"clinician.notice.other_leg_{place}", leg=leg, rule=rule, rep=overrule.rep or 0))
        elif overrule.rule in rules and (overrule.rep is None or overrule.rep in numbers):
            applied.append(overrule)
        elif overrule.rep is None:
            said.append(Message.of("clinician.notice.no_finding_of_set", rule=rule))
        else:
            said.append(Message.of("clinician.notice.no_finding_of_rep", rule=rule, rep=overrule.rep))
    return applied, tuple(said)


def _misplaced_notes(session: Session, notes: Sequence[Note]) -> tuple[Message, ...]:
    """Say which notes are on repetitions that are not there, in a session of another leg or protocol."""
    numbers = {rep.index for rep in session.reps}
    lost = [note.rep for note in notes if note.rep is not None and note.rep not in numbers]
    return tuple(Message.of("clinician.notice.note_of_no_rep", rep=rep) for rep in lost)


def _analysed_finding(session: Session, overrule: Overrule) -> Finding:
    """Return the finding that is overruled; of a repetition that could not be measured one that says so."""
    for finding in session.findings:
        if (finding.rule, finding.rep) == (overrule.rule, overrule.rep):
            return finding
    like = next(finding for finding in session.findings if finding.rule == overrule.rule)
    return Finding(
        rule=like.rule,
        rep=overrule.rep,
        verdict=Verdict.NOT_ASSESSABLE,
        observed=None,
        limit=like.limit,
        unit=like.unit,
        at_s=None,
        advisory=like.advisory,
        reason="leg_not_measured",
    )


def _with_verdicts(session: Session, overrules: Sequence[Overrule]) -> Session:
    findings = {(finding.rule, finding.rep): finding for finding in session.findings}
    for overrule in overrules:
        key = (overrule.rule, overrule.rep)
        findings[key] = replace(_analysed_finding(session, overrule), verdict=overrule.verdict)
    return replace(session, findings=tuple(findings.values()))


def check_fits(review: Review, reviewed: ReviewedSession, track: PoseTrack) -> None:
    """Refuse a review that speaks of a rule, a time, a point or a repetition which does not exist.

    What is said of a repetition is set aside, not refused, where another leg or protocol has fewer of them.

    Raises
    ------
    RequestError
    """
    known = {finding.rule for finding in reviewed.session.findings} | RULE_BY_ID.keys()
    for overrule in review.overrules:
        if overrule.rule not in known:
            raise RequestError(f"expected overrulings of rules that exist, got '{overrule.rule}'")
    last_s = max(float(track.t_s[-1]), track.clip.duration_s) + 1.0
    times_s = [note.t_s for note in review.notes if note.t_s is not None]
    times_s += [one.t_s for one in review.goniometer] + [one.t_s for one in review.key_images]
    times_s += [rep.end_s for rep in review.reps or ()] + [one.t_s for one in review.drawings]
    times_s += [place[0] for one in review.followed for place in one.places[-1:]]
    if times_s and max(times_s) > last_s:
        raise RequestError(f"expected times within the clip ({last_s - 1:.1f} s), got {max(times_s):.1f} s")
    w, h = track.size_px
    for points in [one.points for one in review.goniometer] + [one.points for one in review.drawings]:
        if any(not (-w <= x <= 2 * w and -h <= y <= 2 * h) for x, y in points):
            raise RequestError(f"expected points within the frame ({w} x {h} px)")


def with_tool_angles(review: Review, angles: LegAngles | None) -> Review:
    """Return the review with each goniometer's angle, formcheck's own at that time, and the difference."""
    return review.model_copy(update={"goniometer": tuple(_with_tool_angle(one, angles) for one in review.goniometer)})


def _with_tool_angle(one: Goniometer, angles: LegAngles | None) -> Goniometer:
    angle_deg = rounded_number(one.measured_deg(), _DEG_DECIMALS)
    plane_deg = tool_deg = tool_se_deg = difference_deg = None
    if angles is not None and one.joint is not Joint.OTHER and (row := row_at(angles, one.t_s)) is not None:
        names = ("hip_flexion_deg", "hip_se_deg") if one.joint is Joint.HIP else ("knee_flexion_deg", "knee_se_deg")
        value, error = (float(getattr(angles, name)[row]) for name in names)
        tool_deg, tool_se_deg = rounded_number(value, _DEG_DECIMALS), rounded_number(error, _DEG_DECIMALS)
        if angles.usable[row]:
            plane_deg = rounded_number(marked_in_plane_deg(angles, _hand_mark(one)), _DEG_DECIMALS)
            difference_deg = rounded_number(plane_deg - tool_deg, _DEG_DECIMALS)
    return one.model_copy(
        update={
            "angle_deg": angle_deg, "plane_deg": plane_deg,
            "tool_deg": tool_deg, "tool_se_deg": tool_se_deg, "difference_deg": difference_deg,
        }
    )  # fmt: skip
