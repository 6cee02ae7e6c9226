"""What an overlay shows of one moment. Values only: where they come from is another matter."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from formcheck.types import FloatArray, Phase

LEG_JOINTS = ("shoulder", "hip", "knee", "ankle", "heel", "toe")


@dataclass(frozen=True, slots=True)
class Angle:
    """A flexion angle (neutral-zero) and the half width of the band shown behind ±; NaN = none."""

    value_deg: float
    band_deg: float = math.nan


@dataclass(frozen=True, slots=True)
class Tempo:
    """Time spent in the present phase, and the least it should take (None: no limit)."""

    elapsed_s: float
    at_least_s: float | None = None


@dataclass(frozen=True, slots=True)
class Shown:
    """One moment, ready to draw.

    Parameters
    ----------
    leg_xy_px : (6, 2) float
        Shoulder, hip, knee, ankle, heel and toe of the working side; NaN where not seen.
    hip, knee : Angle
    hip_limits_deg : (low, high)
        The allowed band of the hip.
    reps_done, reps_target : int
    phase : Phase
    tempo : Tempo or None
    cue : str or None
        One plain sentence about what to mend.
    cannot_tell : str or None
        Why this moment cannot be judged; then no angle is drawn, whatever the other fields say.
    clock_s : float
        Time on the clip's own clock; NaN hides it.
    """

    leg_xy_px: FloatArray
    hip: Angle
    knee: Angle
    hip_limits_deg: tuple[float, float]
    reps_done: int
    reps_target: int
    phase: Phase
    tempo: Tempo | None = None
    cue: str | None = None
    cannot_tell: str | None = None
    clock_s: float = math.nan
