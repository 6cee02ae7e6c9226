"""How far readings of one clip scatter about each other.

What is off in all frames alike (the hip's place, the camera's direction) cancels in a difference between two readings
of the same leg in the same clip: how far the thigh moved, how far the knee went. What is left grows with the jitter of
the landmarks. The sizes are those of 184 repetitions in 35 rendered clips (docs/method.md): 95 % bands hold 95 to
97 % of the true differences, in steady clips as in unsteady ones.
"""

from __future__ import annotations

import math

from formcheck.types import View

# Taken where the jitter cannot be told, in a stretch shorter than its window: that of an unsteady clip.
_UNKNOWN_JITTER_DEG = 0.5
# A thigh that is perfectly still appears to move within a repetition by this times the jitter: the landmarks at the hip
# shift as the shank swings, and the largest of many readings is never the true one.
_RANGE_PER_JITTER = 12.0
_RANGE_SE_DEG, _RANGE_SE_PER_JITTER = 1.2, 4.0
# Seen askew, the shank's swing shows in the thigh's direction too.
_RANGE_SE_PER_AZIMUTH = 0.1
# The knee's error depends a little on its angle, so that of an excursion grows with its size.
_EXCURSION_SE_DEG, _EXCURSION_SE_SHARE, _EXCURSION_SE_SHARE_PER_JITTER = 1.0, 0.05, 0.2
_REVERSAL_SE_DEG, _REVERSAL_SE_PER_JITTER = 0.8, 2.0
# A slow movement begins and ends less distinctly than a quick one.
_DURATION_SE_S, _DURATION_SE_SHARE = 0.03, 0.07


def apparent_range_deg(jitter_deg: float) -> float:
    """By how much the range of hip flexion within a repetition appears larger than it is."""
    return _RANGE_PER_JITTER * _jitter_deg(jitter_deg)


def range_se_deg(view: View) -> float:
    """Standard error of the range of hip flexion within a repetition."""
    steady = _RANGE_SE_DEG + _RANGE_SE_PER_JITTER * _jitter_deg(view.jitter_deg)
    return math.hypot(steady, _RANGE_SE_PER_AZIMUTH * view.azimuth_deg)


def excursion_se_deg(excursion_deg: float, view: View) -> float:
    """Standard error of the knee's movement from start to peak."""
    share = _EXCURSION_SE_SHARE + _EXCURSION_SE_SHARE_PER_JITTER * _jitter_deg(view.jitter_deg)
    return math.hypot(_EXCURSION_SE_DEG, share * excursion_deg)


def reversal_se_deg(view: View) -> float:
    """Standard error of a short movement of the knee against its direction."""
    return _REVERSAL_SE_DEG + _REVERSAL_SE_PER_JITTER * _jitter_deg(view.jitter_deg)


def duration_se_s(duration_s: float) -> float:
    """Standard error of how long a movement of the knee takes."""
    return _DURATION_SE_S + _DURATION_SE_SHARE * duration_s


def _jitter_deg(jitter_deg: float) -> float:
    return jitter_deg if math.isfinite(jitter_deg) else _UNKNOWN_JITTER_DEG
