"""What each row of an archive must be before it may enter the record: archives come from outside."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

from formcheck.parsing import UID_PATTERN, parse_day, parse_json_object, parse_moment
from formcheck.record.annotations import check_value
from formcheck.record.values import (
    PAIN_MAX,
    PAIN_MIN,
    Ended,
    MarkKind,
    Origin,
    Place,
    Question,
    Reason,
    RedFlag,
    Role,
)
from formcheck.session.kept import parse_kept

# Far longer than anything that formcheck or a person writes there.
_MOST_LETTERS = 1_000_000


def _json_object(text: str) -> str:
    parse_json_object(text)
    return text


def _words_of(kind: type[Place | RedFlag]) -> AfterValidator:
    """Check a list of words with commas between."""

    def check(text: str) -> str:
        for word in text.split(",") if text else ():
            kind(word)
        return text

    return AfterValidator(check)


Uid = Annotated[str, StringConstraints(pattern=rf"^{UID_PATTERN}$")]
Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
Name = Annotated[str, StringConstraints(max_length=1000, pattern=r"^[^\x00-\x1f]*$")]
Words = Annotated[str, StringConstraints(max_length=_MOST_LETTERS)]
Moment = Annotated[datetime, BeforeValidator(parse_moment)]
Day = Annotated[date, BeforeValidator(parse_day)]
Pain = Annotated[int, Field(ge=PAIN_MIN, le=PAIN_MAX, strict=True)]
Seconds = Annotated[float, Field(ge=-1e6, le=1e6, strict=True)]
Degrees = Annotated[float, Field(ge=-360, le=360, strict=True)]
Count = Annotated[int, Field(ge=1, le=999, strict=True)]
JsonText = Annotated[Words, AfterValidator(_json_object)]


class _Row(BaseModel):
    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)


class SessionRow(_Row):
    """Whose set it was, when, and what it was judged by."""

    uid: Uid
    identity: Name
    origin: Origin
    ended: Ended
    practised_at: Moment
    day: Day
    content_sha256: Sha256
    protocol_sha256: Sha256
    model_name: Name
    model_sha256: Sha256


class ProtocolRow(_Row):
    """A protocol's text, with what it says of itself."""

    sha256: Sha256
    id: Name
    version: Name
    name: Name
    text: Words


class AnswerRow(_Row):
    """What a person answered."""

    author_role: Role
    given_at: Moment
    pain_before: Pain | None
    pain_after: Pain | None
    places: Annotated[str, _words_of(Place)] | None
    stopped_because: Reason | None
    # Younger than the first archives.
    red_flags: Annotated[str, _words_of(RedFlag)] | None = None


class QuestionRow(_Row):
    """What a person has not answered yet."""

    asked_at: Moment
    name: Question


class MarkRow(_Row):
    """An instant that was marked."""

    kind: MarkKind
    at_s: Seconds
    knee_flexion_deg: Degrees | None
    knee_se_deg: Annotated[float, Field(ge=0, le=1e6)] | None


class NoteRow(_Row):
    """A note on a session or a profile."""

    author_role: Role
    written_at: Moment
    text: Words


class CorrectionRow(_Row):
    """What someone says is right."""

    author_role: Role
    made_at: Moment
    subject: Name
    value: Name
    reason: Words

    def model_post_init(self, _context: Any) -> None:
        """Check the value against its subject."""
        check_value(self.subject, self.value)


class ReviewLayerRow(_Row):
    """A reviewer's layer over a session."""

    revision: Annotated[int, Field(ge=0, le=10**9, strict=True)]
    saved_at: Moment
    reviewer: Words
    done: bool
    text: JsonText
    outcome: JsonText


class CalibrationRow(_Row):
    """A calibration by hand that is kept for a leg."""

    made_at: Moment
    side: Literal["left", "right"]
    text: JsonText

    def model_post_init(self, _context: Any) -> None:
        """Check what it holds."""
        if parse_kept(self.text).side != self.side:
            raise ValueError("expected a calibration of the leg that its row names, got one of the other")


class PrescriptionRow(_Row):
    """What is to be done each day."""

    author_role: Role
    made_at: Moment
    protocol_id: Name
    side: Literal["left", "right", "both"]
    reps: Count
    sets_per_day: Count
    starts_on: Day
    ends_on: Day | None
    notes: Words
