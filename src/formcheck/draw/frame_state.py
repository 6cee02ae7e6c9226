"""What is known at one frame, ready to draw. Values only: where they come from is another matter."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from formcheck.types import Finding, FloatArray, Phase


@dataclass(frozen=True, slots=True)
class Angle:
    """A flexion angle (neutral-zero) and its standard error; NaN = not known."""

    value_deg: float
    se_deg: float = math.nan


@dataclass(frozen=True, slots=True)
class PhaseTempo:
    """Time spent in the present phase, and the least it should take (None: no limit)."""

    elapsed_s: float
    at_least_s: float | None = None


@dataclass(frozen=True, slots=True)
class FrameState:
    """What an annotated frame shows.

    Parameters
    ----------
    leg_xy_px : (6, 2) float
        Shoulder, hip, knee, ankle, heel and toe of the working side; NaN where not seen.
    hip, knee : Angle
        At this instant, for the labels beside the joints.
    hip_finding : Finding or None
        On the hip: during a judged repetition that repetition's, else of this instant alone. None without a protocol.
    reps_done, reps_target : int
        A target of 0 is not shown.
    phase : Phase
    tempo : PhaseTempo or None
    cue : str or None
        Catalogue key of what to put right.
    cannot_tell : str or None
        Catalogue key of why this frame cannot be judged; then no angle is drawn, whatever the other fields say.
    clock_s : float
        Time on the clip's own clock; NaN hides it.
    rep : int or None
        In an image of one repetition its number, shown in place of how many are done.
    """

    leg_xy_px: FloatArray
    hip: Angle
    knee: Angle
    hip_finding: Finding | None
    reps_done: int
    reps_target: int
    phase: Phase
    tempo: PhaseTempo | None = None
    cue: str | None = None
    cannot_tell: str | None = None
    clock_s: float = math.nan
    rep: int | None = None
