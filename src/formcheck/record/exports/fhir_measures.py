"""The numbers of a session for FHIR: each with how it was made, and in which position of the person."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import Enum
from math import isfinite

from formcheck.form import rules
from formcheck.form.set_numbers import set_numbers
from formcheck.form.statistics import set_statistics, statuses, thigh_movement
from formcheck.record.values import CalibratedBy, SessionLine
from formcheck.session.schema import ReviewedPart
from formcheck.types import Finding, Rep, Session, Side, Status, Verdict

PAIN = ("72514-3", "Pain severity - 0-10 verbal numeric rating [Score] - Reported")
_ANGLES_BY = "Markerless, from one ordinary camera (formcheck): "
_NEUTRAL_ZERO = "neutral-zero method, 0 = straight, flexion positive"
_KNEE_BY = f"{_ANGLES_BY}angle between thigh and shank in the sagittal plane, {_NEUTRAL_ZERO}"
_SYMPTOM_LIMITED = ". The knee is straightened only as far as symptoms allow, which is not the largest possible range"


class Kind(Enum):
    """Where a number is from: measured by the program, corrected by hand, or said by the person."""

    MEASURED = "measured"
    CORRECTED = "corrected"
    REPORTED = "reported"


@dataclass(frozen=True, slots=True)
class Position:
    """How the person lay, as measured. ``supine`` None = could not be told."""

    supine: bool | None
    text: str


@dataclass(frozen=True, slots=True)
class Measure:
    """One number of a session, and how to say it. ``body_site``: the joint it is of; ``signed``: by a reviewer."""

    key: str
    text: str
    value: float
    unit: str
    code: str
    method: str
    kind: Kind = Kind.MEASURED
    error: float | None = None
    has_error: bool = True
    loinc: tuple[str, str] | None = None
    body_site: str | None = None
    position: Position | None = None
    signed: bool = False


def measures(line: SessionLine, session: Session, reviewed: ReviewedPart | None) -> list[Measure]:
    """Return the numbers of a session that are known.

    Parameters
    ----------
    line : SessionLine
    session : Session
        The result that the line is of.
    reviewed : ReviewedPart or None
        What a reviewer changed of it, if it was signed.
    """
    angles = (replace(one, method=one.method + _calibrated_words(line)) for one in _angles(line, session))
    found = [*angles, *_counts(line, session, reviewed)]
    if reviewed is not None:
        found = [replace(one, signed=one.kind is Kind.MEASURED) for one in found]
    # P1 was marked during the set and is stored as it was then: a review says nothing of it.
    return [one for one in (*found, *_p1(line, session), *_pain(line)) if isfinite(one.value)]


def _calibrated_words(line: SessionLine) -> str:
    if line.calibration is None:
        return ""
    frames = f"{line.calibrated_frames} frame{'s' if line.calibrated_frames > 1 else ''}"
    earlier = " recorded earlier of the leg from a similar view" if line.calibration is CalibratedBy.KEPT else ""
    return f". Calibrated by hand: shifted by a reviewer's goniometer on {frames}{earlier}"


def _angles(line: SessionLine, session: Session) -> Iterator[Measure]:
    if line.side is None:
        return
    complete = [rep for rep in session.reps if rep.complete]
    met_numbers = {one.rep for one in statuses(session) if one.status is Status.MET}
    # The exercise stops where symptoms would increase; a test of the extension does not.
    is_practice = session.protocol_kind == "practice"
    title = f"Knee extension deficit{' within symptoms' if is_practice else ''} ({line.side})"
    for key, reps, value, of in (
        ("knee-end", complete, line.knee_end_deg, "the complete repetitions"),
        (
            "knee-end-met",
            [rep for rep in complete if rep.index in met_numbers],
            line.knee_end_met_deg,
            "the complete repetitions that met every rule of the exercise",
        ),
    ):
        method = f"{_KNEE_BY}; where the knee is straightest in each repetition, median"
        yield _degrees(
            key,
            f"{title}: knee flexion at the end of repetitions, median of {of}",
            value,
            method + _SYMPTOM_LIMITED if is_practice else method,
            error=line.knee_se_deg,
            body_site="knee",
            position=_position(session, _hip_at_end(reps)),
        )
    hip = f"{_ANGLES_BY}angle between trunk and thigh in the sagittal plane, {_NEUTRAL_ZERO}"
    yield _degrees(
        "hip-mean",
        f"Hip flexion ({line.side}) during the complete repetitions, mean",
        line.hip_mean_deg,
        f"{hip}; mean over each complete repetition, mean of those",
        error=line.hip_se_deg,
        position=_position(session),
    )
    yield _degrees(
        "hip-range",
        f"Movement of the thigh ({line.side}) within a repetition, median",
        line.hip_range_deg,
        f"{hip}; largest less smallest in each complete repetition, median",
        error=set_numbers(session)["hip_range"].se,
        position=_position(session, _hip_of_set(line)),
    )


def _p1(line: SessionLine, session: Session) -> Iterator[Measure]:
    if line.side is None:
        return
    # What was kept of the leg was known then; marks in the clip were made later.
    at_the_time = _calibrated_words(line) if line.calibration is CalibratedBy.KEPT else ""
    yield _degrees(
        "knee-p1",
        f"Knee flexion ({line.side}) at the first increase of symptoms (P1)",
        line.p1_deg,
        f"{_KNEE_BY}; in the moment in which the person marked the first increase of symptoms{at_the_time}",
        error=line.p1_se_deg,
        body_site="knee",
        position=_position(session, _hip_of_set(line)),
    )


def _degrees(
    key: str,
    text: str,
    value: float | None,
    method: str,
    *,
    error: float | None = None,
    body_site: str | None = None,
    position: Position,
) -> Measure:
    number = float("nan") if value is None else value
    return Measure(key, text, number, "deg", "deg", method, error=error, body_site=body_site, position=position)


def _counts(line: SessionLine, session: Session, reviewed: ReviewedPart | None) -> Iterator[Measure]:
    position = _position(session, _hip_of_set(line))
    protocol = f"exercise '{line.protocol_id}', version {line.protocol_version}"
    by_hand = "rep_count" in line.corrected
    if by_hand or set_statistics(session).rep_count is not None:
        yield Measure(
            "rep-count",
            "Complete repetitions of the exercise in this set",
            float(line.rep_count),
            "repetitions",
            "{repetitions}",
            _count_method(reviewed, by_hand=by_hand),
            Kind.CORRECTED if by_hand else Kind.MEASURED,
            has_error=False,
            position=position,
        )
        for key, text, count in (
            ("met-reps", "Complete repetitions that met every rule of the exercise", line.met_reps),
            ("not-met-reps", "Complete repetitions that did not meet a rule of the exercise", line.not_met_reps),
            ("undecided-reps", "Complete repetitions that could not be decided", line.undecided_reps),
        ):
            method = f"Judged by formcheck, each repetition by the rules of the {protocol}"
            if reviewed is not None and reviewed.overruled:
                method += f". Verdicts in which a reviewer's stands in place of formcheck's: {reviewed.overruled}"
            if by_hand:
                method += ". The number of repetitions was corrected by hand, this one was not"
            yield Measure(
                key, text, float(count), "repetitions", "{repetitions}", method, has_error=False, position=position
            )
    yield Measure(
        "rep-length",
        "Length of a complete repetition, median",
        float("nan") if line.rep_s is None else line.rep_s,
        "s",
        "s",
        "Time from where the knee begins to straighten to where it is bent again, from the times of the frames",
        error=set_numbers(session)["length"].se,
        position=position,
    )


def _count_method(reviewed: ReviewedPart | None, *, by_hand: bool) -> str:
    if by_hand:
        return "Stated by hand, in place of the number that formcheck counted"
    if reviewed is not None and reviewed.reps_by_hand:
        return "Counted by formcheck, and corrected by a reviewer, who set the times of repetitions by hand"
    return (
        "Counted by formcheck from the bending and straightening of the knee; repetitions that the recording cuts off "
        "are left out"
    )


def _pain(line: SessionLine) -> Iterator[Measure]:
    for when, pain in (("before", line.pain_before), ("after", line.pain_after)):
        if pain is None:
            continue
        by_hand = f"pain_{when}" in line.corrected
        method = "Reported by the person, 0 = none, 10 = worst imaginable"
        yield Measure(
            f"pain-{when}",
            f"Leg pain {when} the set",
            float(pain),
            "score",
            "{score}",
            f"{method}; corrected by hand" if by_hand else method,
            Kind.CORRECTED if by_hand else Kind.REPORTED,
            has_error=False,
            loinc=PAIN,
        )


def _hip_at_end(reps: list[Rep]) -> str:
    """Say the hip where the knee was straightest in these repetitions."""
    hip_deg = thigh_movement(reps).peak_deg
    return _hip_words(hip_deg, "where the knee was straightest") if isfinite(hip_deg) else "angle of the hip not known"


def _hip_of_set(line: SessionLine) -> str:
    if line.hip_mean_deg is None:
        return "angle of the hip not known"
    return _hip_words(line.hip_mean_deg, "on average over the complete repetitions")


def _hip_words(hip_deg: float, when: str) -> str:
    return f"hip of the working leg flexed to {round(hip_deg)} degrees {when}"


def _position(session: Session, hip: str | None = None) -> Position:
    """Return the position as it was measured; what could not be measured is said to be unknown."""
    lying = _of_set(session, rules.LYING.id)
    supine = {Verdict.MET: True, Verdict.NOT_MET: False}.get(lying.verdict) if lying is not None else None
    body = {True: "Supine", False: "Not lying on the back", None: "Position of the body not known"}[supine]
    return Position(supine, ", ".join(part for part in (body, hip, _hands(session)) if part))


def _hands(session: Session) -> str:
    finding = _of_set(session, rules.HANDS.id)
    if finding is None:
        return "hands not looked at"
    words = {
        Verdict.MET: "hands on the thigh",
        Verdict.NOT_MET: "hands not on the thigh",
        Verdict.BORDERLINE: "hands near the thigh, holding it is undecided",
    }
    return words.get(finding.verdict, "whether the hands held the thigh could not be seen")


def _of_set(session: Session, rule: str) -> Finding | None:
    return next((finding for finding in session.findings_of(None) if finding.rule == rule), None)


def knee_site(side: str) -> tuple[str, str]:
    """Return the SNOMED code and the words of a knee."""
    return {Side.LEFT: "82169009", Side.RIGHT: "6757004"}[Side(side)], f"{side} knee"
