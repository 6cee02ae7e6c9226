"""Whether a set may be slow motion whose file does not say so."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from formcheck.form import rules
from formcheck.reps.timing import find_turns
from formcheck.types import Finding, FloatArray, LegAngles, PoseTrack, Rep, Verdict

# A person who straightens or bends a knee in one go does so within a second or two; what is slower is made of several
# small movements, so that its speed rises and falls (Doeringer and Hogan, J Neurophysiol 1998;80:1787). A single
# rise and fall over this time is a fast movement stretched.
_SLOW_S = 4.0
_FEWEST_MOVEMENTS = 4
# A speed that falls by less than this share of its peak did not fall.
_FALL = 0.15
# Takes out the jitter of the landmarks, which is faster than small movements of half a second.
_SMOOTHING_S = 0.15
_MARGIN_S = 0.5
_MOST_SAMPLES = 1000
# What says how fast a clip plays.
_KNOWN_BY = ("warning.speed_given", "warning.slow_motion", "warning.slow_motion_part", "warning.time_lapse")


def may_be_slowed(track: PoseTrack, angles: LegAngles, reps: Sequence[Rep]) -> bool:
    """Tell whether the knee moves implausibly slowly and evenly, in a clip that does not say how fast it plays."""
    # What a camera gives is no file.
    if not track.clip.sha256 or any(message.key in _KNOWN_BY for message in track.warnings):
        return False
    strokes = [(rep.start_s, rep.start_s + rep.extend_s) for rep in reps if rep.complete]
    strokes += [(rep.end_s - rep.return_s, rep.end_s) for rep in reps if rep.complete]
    rises = [_rises(angles, *stroke) for stroke in strokes]
    known = [(end_s - begin_s, count) for (begin_s, end_s), count in zip(strokes, rises, strict=True) if count]
    if len(known) < _FEWEST_MOVEMENTS:
        return False
    median_s, median_rises = np.median(np.array(known), axis=0)
    return bool(median_s >= _SLOW_S and median_rises <= 1)


def without_tempo(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """Claim nothing of the tempo but that it is too fast, which it is then even more."""
    return tuple(
        replace(one, verdict=Verdict.NOT_ASSESSABLE, observed=None, se=None, met_in=None, reason="may_be_slowed")
        if one.rule == rules.SLOW.id and one.verdict in (Verdict.MET, Verdict.BORDERLINE)
        else one
        for one in findings
    )


def _rises(angles: LegAngles, begin_s: float, end_s: float) -> int:
    """How often the knee's speed rises and falls in a movement; 0 when it could not be measured throughout."""
    near = (angles.t_s >= begin_s - _MARGIN_S) & (angles.t_s <= end_s + _MARGIN_S)
    step = 1 + int(near.sum()) // _MOST_SAMPLES
    t_s, knee_deg = angles.t_s[near][::step], angles.knee_flexion_deg[near][::step]
    inside = (t_s >= begin_s) & (t_s <= end_s)
    if inside.sum() < 5 or not np.isfinite(knee_deg).all():
        return 0
    speed = np.abs(np.gradient(_smoothed(t_s, knee_deg), t_s))[inside]
    around = np.concatenate([[0.0], speed, [0.0]])
    return sum(turn.high for turn in find_turns(around, min_swing=max(_FALL * float(speed.max()), 1e-6)))


def _smoothed(t_s: FloatArray, values: FloatArray) -> FloatArray:
    weights = np.exp(-0.5 * ((t_s[:, None] - t_s[None]) / _SMOOTHING_S) ** 2)
    return np.asarray((weights * values).sum(axis=1) / weights.sum(axis=1))
