"""The shape of ``session.json``, version 1.1; documents of version 1.0 are read as well.

Angles are neutral-zero degrees (0 = straight), times are seconds on the clip's own clock, ``null``
means it could not be measured. ``docs/session.md`` explains each field;
``python -m formcheck.session.schema > docs/session.schema.json`` writes the JSON Schema.
"""

from __future__ import annotations

import json
import sys
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from formcheck.parsing import parse_moment
from formcheck.types import MarkedJoint, Refusal, Side, Status, Verdict

SCHEMA_VERSION: Final = "1.1"
SCHEMA_TITLE = "formcheck session"

Sha256 = Annotated[str, Field(description="Lower-case hex of the bytes.")]
Angle = Annotated[float | None, Field(description="Degrees; null when not measurable.")]
Seconds = Annotated[float, Field(description="Seconds on the clip's own clock.")]
Duration = Annotated[float | None, Field(description="Seconds; null when not measurable.")]


class _Part(BaseModel):
    """Strict, immutable, and finite: NaN never reaches the file."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class ClipPart(_Part):
    """What was filmed."""

    name: str = Field(description="File name, without its folder.")
    sha256: Sha256
    duration_s: float = Field(description="Real length of what can be read, whatever the container declares.")
    size_px: tuple[int, int] = Field(description="Width and height as shown, after rotation.")
    rotation_deg: int = Field(description="Rotation the container asks for.")
    codec: str
    nominal_fps: float | None = Field(description="Frames in a real second on average; times never come from it.")
    speed: float | None = Field(
        default=1.0, description="Of playing the file against reality, below 1 in slow motion; null: it changes."
    )


class ProtocolPart(_Part):
    """What the set was judged against."""

    id: str
    version: str
    name: str
    sha256: Sha256
    kind: Literal["practice", "assessment"]


class ModelPart(_Part):
    """The landmark model."""

    name: str
    sha256: Sha256
    engine: str


class SoftwarePart(_Part):
    """What computed the result. A version is null when that package is not installed as one."""

    formcheck: str | None
    mediapipe: str | None
    numpy: str | None
    opencv: str | None
    av: str | None
    model: ModelPart


class ViewPart(_Part):
    """How the camera saw the person."""

    lying: bool | None = Field(description="On the back, along the floor; null = cannot tell.")
    trunk_from_floor_deg: Angle
    roll_deg: Angle = Field(description="Quarter turn of the picture that puts the floor at the bottom.")
    azimuth_deg: Angle = Field(description="Camera off square to the side; positive towards the feet.")
    elevation_deg: Angle = Field(description="How far the camera looks down on the person.")
    jitter_deg: Angle = Field(description="Jitter of the thigh's direction beyond that of a thigh held still.")
    near_side: Side | None = Field(default=None, description="The person's side that faces the camera.")


class MarkPart(_Part):
    """An angle that a person measured with a goniometer, beside what formcheck measured on that frame."""

    joint: MarkedJoint
    frame: int = Field(description="The same number for marks on the same frame.")
    difference_deg: float = Field(description="The person's angle less formcheck's.")
    hip_deg: float = Field(description="Formcheck's flexion on that frame.")
    knee_deg: float = Field(description="Formcheck's flexion on that frame.")
    se_deg: float = Field(description="The smallest standard error of the joint in that clip.")


class KeptCalibrationPart(_Part):
    """A calibration by hand that is kept for a leg of the person."""

    made_at: str = Field(description="ISO 8601, with the offset from UTC.")
    raters: str = Field(description="Codes of those who measured.")
    side: Side
    network: str = Field(description="Fingerprint of the landmark network and of its calibration.")
    azimuth_deg: float = Field(description="Of the view in which it was made.")
    elevation_deg: float = Field(description="Of the view in which it was made.")
    leg_near: bool = Field(description="The leg was the one nearer to the camera.")
    rater_sd_deg: float = Field(description="How far a mark scatters.")
    marks: tuple[MarkPart, ...] = Field(min_length=1, max_length=200)
    clip_sha256: Sha256 | None = Field(
        default=None, description="Of the marked clip; null where it is not known, or was filmed live."
    )


class CalibrationUsePart(_Part):
    """What became of the person's kept calibrations by hand in this session."""

    kept: KeptCalibrationPart
    refusal: Refusal | None = Field(description="Why it is not used; null = hip and knee are shifted by it.")
    others: tuple[KeptCalibrationPart, ...] = Field(
        default=(), max_length=200, description="Older ones that are used together with it, the newest first."
    )


class MessagePart(_Part):
    """A sentence as a key of the message catalogues and the values of its placeholders."""

    key: str
    values: dict[str, Any]


class QualityPart(_Part):
    """What could be measured."""

    usable_fraction: float = Field(ge=0, le=1, description="Share of frames with hip and knee measured.")
    reasons: tuple[str, ...] = Field(description="Plain sentences, worst first, each with its remedy.")
    messages: tuple[MessagePart, ...] = Field(description="What the reasons are made of, in the same order.")


class FindingPart(_Part):
    """The answer of one rule."""

    rule: str
    rep: int | None = Field(description="Repetition it is about; null = the whole set.")
    verdict: Verdict
    observed: float | None
    limit: tuple[float | None, float | None] = Field(description="Low and high end; null = open.")
    unit: str
    at_s: float | None
    se: float | None = Field(description="Standard error of the observed number, in its unit.")
    variant: str = Field(
        description="Which reading of the rule is meant: low, high, how the foot is to be held, whole."
    )
    reason: str | None = Field(description="Why it could not be assessed, or which words of the rule say it.")
    met_in: tuple[int, int] | None = Field(description="In how many repetitions the rule is met, and of how many.")
    text: str = Field(description="One plain sentence, made from the rest.")
    verbatim: bool = Field(default=False, description="True when the sentence is all that was stored.")
    advisory: bool = Field(description="Worth a look, never counted against the set.")


class RepPart(_Part):
    """One there-and-back of the knee."""

    index: int = Field(ge=1)
    start_s: Seconds
    peak_s: Seconds
    end_s: Seconds
    complete: bool = Field(description="False when the clip's start or end cuts it: not in rep_count.")
    partial: bool = Field(description="Well below the set's median excursion; counted.")
    knee_flexion_start_deg: Angle
    knee_flexion_peak_deg: Angle
    knee_se_deg: Angle
    hip_flexion_mean_deg: Angle
    hip_flexion_min_deg: Angle
    hip_flexion_max_deg: Angle
    hip_se_deg: Angle
    extend_s: Duration
    hold_s: Duration
    return_s: Duration
    peak_speed_deg_s: float | None
    hip_flexion_start_deg: Angle = Field(default=None, description="Where the knee begins to straighten.")
    hip_flexion_peak_deg: Angle = Field(default=None, description="Where the knee is straightest.")
    excursion_deg: Angle = Field(description="Knee movement from start to peak.")
    status: Status | None = Field(description="By all rules that count; null for one that is not complete.")
    deciding: tuple[str, ...] = Field(description="Rules that decide the status, the most important first.")
    findings: tuple[FindingPart, ...]


class StatisticsPart(_Part):
    """The numbers of the set, over its complete repetitions."""

    rep_count: int | None = Field(description="Complete repetitions; null when they could not be counted.")
    met: int
    not_met: int
    undecided: int
    knee_end_deg: Angle = Field(description="Median.")
    knee_end_met_deg: Angle = Field(description="Median over the repetitions whose status is met.")
    knee_start_deg: Angle = Field(description="Median.")
    knee_se_deg: Angle = Field(description="Median.")
    hip_mean_deg: Angle = Field(description="Mean of the repetitions' means.")
    hip_se_deg: Angle = Field(description="Median.")
    hip_min_deg: Angle
    hip_max_deg: Angle
    hip_range_deg: Angle = Field(description="Movement of the thigh within a repetition, median.")
    hip_start_deg: Angle = Field(default=None, description="Where the knee begins to straighten, median.")
    hip_peak_deg: Angle = Field(default=None, description="Where the knee is straightest, median.")
    rep_s: Duration = Field(description="Median.")
    extend_s: Duration = Field(description="Median.")
    hold_s: Duration = Field(description="Median.")
    return_s: Duration = Field(description="Median.")
    peak_speed_deg_s: float | None = Field(description="Median.")
    best: int | None = Field(description="Repetition nearest to the exercise, by its findings.")
    worst: int | None = Field(description="Repetition furthest from it; null when all were judged alike.")
    typical: int | None = Field(description="Repetition whose movement is nearest the set's median.")


class SummaryPart(_Part):
    """The set in plain words."""

    headline: str
    sentences: tuple[str, ...]


class SessionDocument(_Part):
    """One judged set: the content of ``session.json``."""

    schema_version: Literal["1.1"]
    language: str = Field(description="Language of the sentences: two letters.")
    clip: ClipPart
    protocol: ProtocolPart
    software: SoftwarePart
    side: Side | None = Field(
        description="Working side, the subject's own; null when none can be told: not measured and not named."
    )
    side_given: bool = Field(description="True when the user named the side.")
    side_decided: bool = Field(
        default=True,
        description="False when the further leg seems to work and nobody named it, so that it may be the other; and "
        "when no leg can be told.",
    )
    view: ViewPart
    quality: QualityPart
    rep_count: int = Field(ge=0, description="Complete repetitions, partial ones included.")
    reps: tuple[RepPart, ...]
    findings: tuple[FindingPart, ...] = Field(description="Findings of the set as a whole.")
    statistics: StatisticsPart | None = Field(description="Null in a document read from version 1.0.")
    summary: SummaryPart
    kept_calibration: CalibrationUsePart | None = Field(
        default=None, description="Null when none was kept for this leg of the person, or the person was not named."
    )


def _a_moment(text: str) -> str:
    parse_moment(text)
    return text


class ChangePart(_Part):
    """One difference between a session as analysed and as reviewed, in words."""

    what: str
    analysed: str
    reviewed: str
    reason: str


class ReviewedPart(_Part):
    """Who reviewed a session, when, and what the review changes of it."""

    reviewer: str = Field(max_length=120, pattern=r"^[^\x00-\x1f]*$")
    done: bool = Field(description="Signed as complete; false in a draft.")
    saved_at: Annotated[str, AfterValidator(_a_moment)] | None
    revision: int = Field(ge=0)
    calibrated_frames: int = Field(
        ge=0, description="Frames whose marks by hand calibrate the angles; 0 = as measured."
    )
    overruled: int = Field(ge=0, description="Findings whose verdict is the reviewer's.")
    reps_by_hand: bool = Field(description="The times of repetitions are the reviewer's.")
    changes: tuple[ChangePart, ...]
    review: dict[str, Any] | None = Field(
        default=None, description="In the practice record: the review itself, as a ``.review.json`` holds it."
    )


class ReviewedDocument(SessionDocument):
    """``session.json`` as reviewed: its shape, and ``reviewed`` beside it."""

    reviewed: ReviewedPart


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of ``session.json``."""
    schema = SessionDocument.model_json_schema(mode="serialization")
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, "title": SCHEMA_TITLE}


def json_schema_text() -> str:
    """Return the schema as it is committed in ``docs/session.schema.json``."""
    return json.dumps(json_schema(), indent=2) + "\n"


if __name__ == "__main__":
    sys.stdout.write(json_schema_text())
