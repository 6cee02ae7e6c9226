"""What goes into the record beside a judged set, and what comes out of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

PAIN_MIN, PAIN_MAX = 0, 10
# As in types.Side, which loads numpy: a fifth of the time that `formcheck history` may take.
SIDES = ("left", "right")


class Origin(StrEnum):
    """How a set was seen."""

    ANALYZE = "analyze"
    LIVE = "live"


class Ended(StrEnum):
    """How a set came to its end: ``STOPPED`` by the person, ``INTERRUPTED`` by the machine."""

    WHOLE = "whole"
    STOPPED = "stopped"
    INTERRUPTED = "interrupted"


class Role(StrEnum):
    """Who says something."""

    PATIENT = "patient"
    CLINICIAN = "clinician"
    RESEARCHER = "researcher"


class Place(StrEnum):
    """Where symptoms were felt."""

    BUTTOCK = "buttock"
    BACK_OF_THIGH = "back of thigh"
    CALF = "calf"
    FOOT = "foot"
    FRONT_OF_THIGH = "front of thigh"
    SHIN = "shin"


class RedFlag(StrEnum):
    """Symptoms with which to seek medical care at once (the leaflet)."""

    SADDLE = "saddle"
    BLADDER_BOWEL = "bladder_bowel"
    WEAKNESS = "weakness"


class Question(StrEnum):
    """What a person is asked after a set: the fields of `Answers` that hold the answers."""

    PAIN_BEFORE = "pain_before"
    PAIN_AFTER = "pain_after"
    PLACES = "places"
    RED_FLAGS = "red_flags"


class Reason(StrEnum):
    """Why a set was stopped early."""

    PAIN = "pain"
    FATIGUE = "fatigue"
    OTHER = "other"


class MarkKind(StrEnum):
    """What was marked during a set. ``P1``: the first increase of symptoms over those at rest."""

    P1 = "P1"


class ReviewStatus(StrEnum):
    """What the numbers of a session are.

    ``ANALYSED``: as analysed. ``DRAFT``: as analysed, while a review that was begun or reopened is not signed.
    ``REVIEWED``: as a reviewer signed them.
    """

    ANALYSED = "analysed"
    DRAFT = "draft"
    REVIEWED = "reviewed"


class CalibratedBy(StrEnum):
    """Marks by hand that calibrate the angles: made in this clip, or kept of an earlier one of the leg."""

    CLIP = "clip"
    KEPT = "kept"


@dataclass(frozen=True, slots=True)
class Answers:
    """What the person said about a set; None = not answered, empty = none of them. Pain is 0 to 10."""

    pain_before: int | None = None
    pain_after: int | None = None
    places: tuple[Place, ...] | None = None
    stopped_because: Reason | None = None
    author_role: Role = Role.PATIENT
    red_flags: tuple[RedFlag, ...] | None = None

    def __post_init__(self) -> None:
        for name in ("pain_before", "pain_after"):
            value = getattr(self, name)
            if value is not None and not PAIN_MIN <= value <= PAIN_MAX:
                raise ValueError(f"expected {name} from {PAIN_MIN} to {PAIN_MAX}, got {value}")

    @property
    def empty(self) -> bool:
        """Nothing was answered."""
        return self.stopped_because is None and not self.answered

    @property
    def answered(self) -> frozenset[Question]:
        """The questions that were answered."""
        return frozenset(question for question in Question if getattr(self, question) is not None)


@dataclass(frozen=True, slots=True)
class Mark:
    """Something that happened at an instant of a set, with the knee angle there (NaN = not measurable)."""

    kind: MarkKind
    at_s: float
    knee_flexion_deg: float
    knee_se_deg: float


@dataclass(frozen=True, slots=True)
class Practice:
    """Whose set it was, when and how, and what was said and marked.

    Parameters
    ----------
    profile : str
        The person's code; made when it is new.
    origin : Origin
    practised_at : datetime
        When the set was done, with its offset from UTC; its date is the day of practice.
    ended : Ended
    answers : Answers or None
    marks : tuple of Mark
    questions : tuple of Question
        What the person has not been able to answer yet (see `record.questions`).
    """

    profile: str
    origin: Origin
    practised_at: datetime
    ended: Ended = Ended.WHOLE
    answers: Answers | None = None
    marks: tuple[Mark, ...] = ()
    questions: tuple[Question, ...] = ()

    def __post_init__(self) -> None:
        if self.practised_at.utcoffset() is None:
            raise ValueError("expected practised_at with its offset from UTC, got a time without one")


@dataclass(frozen=True, slots=True)
class Saved:
    """What `save_set` did. ``new``: the session was not there before. ``added``: this result was not."""

    uid: str
    new: bool
    added: bool


@dataclass(frozen=True, slots=True)
class Prescription:
    """What is to be done each day from ``starts_on`` to ``ends_on`` (included; None = until further notice)."""

    protocol_id: str
    side: str
    reps: int
    sets_per_day: int
    starts_on: date
    ends_on: date | None
    notes: str
    author_role: Role
    made_at: datetime

    def covers(self, day: date) -> bool:
        """Tell whether it is in force on a day, newer prescriptions aside."""
        return self.starts_on <= day and (self.ends_on is None or day <= self.ends_on)


@dataclass(frozen=True, slots=True)
class SessionLine:
    """One session in short: the result that is shown of it, with corrections applied and the newest answers.

    ``review_status`` says whether it is as reviewed; then ``reviewer`` is a name or code, and so many verdicts as
    ``overruled`` says are the reviewer's. The angles are calibrated by marks by hand on ``calibrated_frames``, 0 = they
    are not.
    Angles in degrees of flexion, None = not measurable. The statistics are those of `form.statistics.SetStatistics`
    under their names there: over the complete repetitions, ``knee_end_met_deg`` over those whose status is met.
    ``corrected`` names what was corrected; ``counts`` is False for a session that is excluded.
    """

    uid: str
    profile: str
    origin: Origin
    ended: Ended
    practised_at: datetime
    day: date
    protocol_id: str
    protocol_version: str
    protocol_sha256: str
    model_name: str
    model_sha256: str
    software: str
    side: str | None
    usable_fraction: float
    rep_count: int
    met_reps: int
    not_met_reps: int
    undecided_reps: int
    knee_end_deg: float | None
    knee_end_met_deg: float | None
    knee_se_deg: float | None
    hip_mean_deg: float | None
    hip_se_deg: float | None
    hip_range_deg: float | None
    rep_s: float | None
    peak_speed_deg_s: float | None
    p1_deg: float | None
    p1_se_deg: float | None
    pain_before: int | None
    pain_after: int | None
    places: tuple[str, ...]
    stopped_because: str | None
    results: int
    notes: int
    corrected: frozenset[str]
    counts: bool
    review_status: ReviewStatus
    reviewer: str | None
    reviewed_at: datetime | None
    overruled: int | None
    calibration: CalibratedBy | None
    calibrated_frames: int


@dataclass(frozen=True, slots=True)
class RepLine:
    """One repetition of the result that is shown of a session.

    ``status`` is ``met``, ``not_met`` or ``undecided``, and None for one that is not complete; ``deciding`` are the
    rules that decide it, the most important first.
    """

    session: str
    number: int
    complete: bool
    partial: bool
    status: str | None
    deciding: tuple[str, ...]
    start_s: float
    peak_s: float
    end_s: float
    knee_start_deg: float | None
    knee_end_deg: float | None
    knee_se_deg: float | None
    hip_mean_deg: float | None
    hip_min_deg: float | None
    hip_max_deg: float | None
    hip_se_deg: float | None
    extend_s: float | None
    hold_s: float | None
    return_s: float | None
    peak_speed_deg_s: float | None


@dataclass(frozen=True, slots=True)
class SessionNote:
    """A note on a session or, where ``session`` is None, on the profile."""

    session: str | None
    author_role: Role
    written_at: datetime
    text: str


@dataclass(frozen=True, slots=True)
class Correction:
    """What someone says is right, beside what the program found, which stays."""

    session: str
    author_role: Role
    made_at: datetime
    subject: str
    value: str
    reason: str
