"""The exercise as data: what a protocol file may say. Every threshold names its source."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

Text = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Limit(_Strict):
    """One threshold and where it comes from."""

    value: float = Field(ge=0)
    source: Text


class Band(_Strict):
    """Two limits, ``low`` below ``high``, and where they come from."""

    low: float
    high: float
    source: Text

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if not self.low < self.high:
            raise ValueError(f"low must be below high, got low {self.low:g} and high {self.high:g}")
        return self


class Count(_Strict):
    """A prescribed number and where it comes from."""

    value: int = Field(ge=1)
    source: Text


class SetPlan(_Strict):
    """How much: repetitions in a set, sets in a day."""

    reps: Count
    sets_per_day: Band


class RepetitionLimits(_Strict):
    """What counts as a repetition of this movement at all."""

    min_excursion_deg: Limit
    partial_below_fraction: Limit
    min_return_fraction: Limit
    min_movement_s: Limit
    min_knee_to_hip_ratio: Limit
    min_foot_lift_thighs: Limit
    hold_within_deg: Limit


class PostureLimits(_Strict):
    """Lying on the back."""

    max_trunk_from_floor_deg: Limit


class HipLimits(_Strict):
    """Where the thigh is held, and how still."""

    flexion_deg: Band
    max_drift_deg: Limit


class KneeLimits(_Strict):
    """Where the knee starts."""

    min_start_flexion_deg: Limit


class TempoLimits(_Strict):
    """How slow is slow."""

    max_mean_speed_deg_s: Limit
    max_bounce_deg: Limit


class Hold(StrEnum):
    """How the thigh is held."""

    BOTH = "both"
    ONE = "one"
    STRAP = "strap"


class HandLimits(_Strict):
    """Hands holding the thigh (advisory); judged where both do. ``hold`` is the person's, and need not be said."""

    max_distance_thighs: Limit
    hold: Annotated[Hold, Field(strict=False)] = Hold.BOTH


class ToesReading(StrEnum):
    """Which reading of 'toes to the ceiling' is in force."""

    CEILING = "ceiling"
    DORSIFLEXED = "dorsiflexed"
    PLANTARFLEXED = "plantarflexed"


class ToesLimits(_Strict):
    """The foot (advisory). ``angle_deg``: foot from the vertical with the knee bent for ``ceiling``,
    ankle dorsiflexion at the peak for the other two.
    """

    # TOML has no enums: the name is accepted for the member
    reading: Annotated[ToesReading, Field(strict=False)]
    angle_deg: Band


class Protocol(_Strict):
    """One exercise: its words, its dose, and every threshold it is judged by.

    ``sha256`` of the file's bytes is kept beside it by the loader (see `LoadedProtocol`).
    """

    format: Literal[1]
    id: Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]*$")]
    version: Annotated[str, StringConstraints(pattern=r"^\d+\.\d+\.\d+$")]
    name: Text
    kind: Literal["practice", "assessment"]
    description: Text
    steps: list[Text] = Field(min_length=1)
    source: Text
    set: SetPlan
    repetition: RepetitionLimits
    posture: PostureLimits
    hip: HipLimits
    knee: KneeLimits
    tempo: TempoLimits
    hands: HandLimits
    toes: ToesLimits
