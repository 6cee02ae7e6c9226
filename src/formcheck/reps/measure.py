"""The numbers of one repetition, from its samples and its times."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from formcheck.angles.scatter import apparent_range_deg
from formcheck.types import BoolArray, FloatArray, LegAngles, Rep


class RepTimes(NamedTuple):
    """Times of a repetition: start, arrival at the peak, departure from it, and end."""

    start_s: float
    peak_s: float
    leave_s: float
    end_s: float


@dataclass(frozen=True, slots=True)
class Samples:
    """Usable samples (N,) of hip and knee, in order of time; and the jitter of the clip, NaN where not known."""

    t_s: FloatArray
    knee_deg: FloatArray
    hip_deg: FloatArray
    knee_se_deg: FloatArray
    hip_se_deg: FloatArray
    jitter_deg: float

    @classmethod
    def of(cls, angles: LegAngles, rows: slice | BoolArray) -> Samples:
        """The samples of some frames."""
        return cls(
            angles.t_s[rows],
            angles.knee_flexion_deg[rows],
            angles.hip_flexion_deg[rows],
            angles.knee_se_deg[rows],
            angles.hip_se_deg[rows],
            angles.view.jitter_deg,
        )

    def between(self, start_s: float, end_s: float) -> BoolArray:
        """Which samples lie between two times, both included."""
        return np.asarray((self.t_s >= start_s) & (self.t_s <= end_s))


def measure_rep(samples: Samples, peak: int, times: RepTimes, *, complete: bool, hold_within_deg: float) -> Rep:
    """Measure one repetition.

    Parameters
    ----------
    samples : Samples
        Those of the repetition, and any around it.
    peak : int
        Sample at which the knee is straightest.
    times : RepTimes
    complete : bool
    hold_within_deg : float
        The peak angle is the median of the samples that are within this of the knee's angle at ``peak``, between
        arrival and departure.

    Returns
    -------
    Rep
        With index 0 and not marked as partial: both depend on the whole set.
    """
    inside = samples.between(times.start_s, times.end_s)
    held = _held(samples, peak, times, hold_within_deg)
    hip_deg = samples.hip_deg[inside]
    hip_min_deg, hip_max_deg = _extremes_deg(hip_deg, samples.jitter_deg)
    speed_deg_s = np.abs(np.gradient(samples.knee_deg, samples.t_s))[inside] if len(samples.t_s) > 1 else np.zeros(1)
    return Rep(
        index=0,
        start_s=times.start_s,
        peak_s=times.peak_s,
        end_s=times.end_s,
        complete=complete,
        partial=False,
        knee_flexion_start_deg=float(np.interp(times.start_s, samples.t_s, samples.knee_deg)),
        knee_flexion_peak_deg=float(np.median(samples.knee_deg[held])),
        knee_se_deg=float(np.mean(samples.knee_se_deg[held])),
        hip_flexion_mean_deg=float(hip_deg.mean()),
        hip_flexion_min_deg=hip_min_deg,
        hip_flexion_max_deg=hip_max_deg,
        hip_se_deg=float(samples.hip_se_deg[inside].mean()),
        extend_s=times.peak_s - times.start_s,
        hold_s=times.leave_s - times.peak_s,
        return_s=times.end_s - times.leave_s,
        peak_speed_deg_s=float(speed_deg_s.max()),
        hip_flexion_start_deg=float(np.interp(times.start_s, samples.t_s, samples.hip_deg)),
        hip_flexion_peak_deg=float(np.median(samples.hip_deg[held])),
    )


def _extremes_deg(hip_deg: FloatArray, jitter_deg: float) -> tuple[float, float]:
    """Smallest and largest hip flexion of a thigh that appears to move more than it does."""
    low, high, mean = float(hip_deg.min()), float(hip_deg.max()), float(hip_deg.mean())
    kept = max(1.0 - apparent_range_deg(jitter_deg) / (high - low), 0.0) if high > low else 1.0
    return mean - kept * (mean - low), mean + kept * (high - mean)


def _held(samples: Samples, peak: int, times: RepTimes, hold_within_deg: float) -> NDArray[np.bool_]:
    near = samples.knee_deg <= samples.knee_deg[peak] + hold_within_deg
    held: NDArray[np.bool_] = near & samples.between(times.peak_s, times.leave_s)
    held[peak] = True
    return held


def unmeasured_rep(times: RepTimes) -> Rep:
    """A complete repetition of which only the times are known."""
    return Rep(
        index=0,
        start_s=times.start_s,
        peak_s=times.peak_s,
        end_s=times.end_s,
        complete=True,
        partial=False,
        knee_flexion_start_deg=math.nan,
        knee_flexion_peak_deg=math.nan,
        knee_se_deg=math.nan,
        hip_flexion_mean_deg=math.nan,
        hip_flexion_min_deg=math.nan,
        hip_flexion_max_deg=math.nan,
        hip_se_deg=math.nan,
        extend_s=times.peak_s - times.start_s,
        hold_s=times.leave_s - times.peak_s,
        return_s=times.end_s - times.leave_s,
        peak_speed_deg_s=math.nan,
    )
