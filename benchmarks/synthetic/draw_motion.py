"""Draw sessions at random: tempo, range, faults, and a resting leg that moves."""

from __future__ import annotations

from typing import Literal

import numpy as np

from synthetic.draw_person import Rng, clipped_normal
from synthetic.spec import Motion, Rep

Fault = Literal["none", "small", "hip_low", "hip_high", "drift", "bounce", "fast", "partial", "still"]

# There-and-back of the knee below this is no repetition, degrees: none is drawn near it.
_LEAST_EXCURSION_DEG = 17.0
_STRAIGHTEST_DEG = 176.0


def draw_motion(rng: Rng, fault: Fault, *, whole: bool, holds: bool) -> Motion:
    """A session.

    Parameters
    ----------
    fault
        What is wrong with it; ``small`` are glides of 17 to 25 degrees, which are not wrong; ``still`` holds the
        position and does none.
    whole
        From lying flat to lying flat again; otherwise the clip begins and ends in the position of the exercise.
    holds
        A hand moves to the thigh or the belly.
    """
    reps = () if fault == "still" else _draw_reps(rng, fault)
    clasp_s, release_s = rng.uniform(0.7, 1.4, 2) if holds else (0.3, 0.3)
    part = float(whole)
    return Motion(
        lie_s=part * float(rng.uniform(0.8, 1.6)),
        raise_s=part * float(rng.uniform(1.3, 2.4)),
        clasp_s=part * float(clasp_s),
        release_s=part * float(release_s),
        lower_s=part * float(rng.uniform(1.3, 2.4)),
        end_s=part * float(rng.uniform(0.6, 1.2)),
        seed=int(rng.integers(1 << 31)),
        ready_s=float(rng.uniform(0.6, 1.4)) + (6.0 if fault == "still" else 0.0),
        finish_s=float(rng.uniform(0.5, 1.2)),
        slide=float(rng.uniform(0.35, 0.75)) if rng.random() < 0.5 else 0.0,
        reps=reps,
        hip_deg=_draw_hip(rng, fault),
        hip_drift_deg=float(rng.uniform(-28, -14)) if fault == "drift" else float(rng.normal(0, 1.0)),
        sway_deg=float(rng.uniform(0.4, 1.2)),
        bounce_deg=float(rng.uniform(5, 11)) if fault == "bounce" else 0.0,
        bounce_hz=float(rng.uniform(1.6, 2.4)),
    )


def _draw_hip(rng: Rng, fault: Fault) -> float:
    if fault == "hip_low":
        return float(rng.uniform(62, 74))
    if fault == "hip_high":
        return float(rng.uniform(114, 124))
    if fault == "drift":
        return float(rng.uniform(97, 105))
    return clipped_normal(rng, 96, 5, 87, 106)


def _draw_reps(rng: Rng, fault: Fault) -> tuple[Rep, ...]:
    small, fast = fault == "small", fault == "fast"
    count = int(rng.integers(6, 9)) if fast else int(rng.integers(4, 6)) if small else int(rng.integers(3, 5))
    excursion = float(rng.uniform(18, 25)) if small else float(rng.uniform(40, 80))
    start = clipped_normal(rng, 92, 7, 78, 108)
    spread = 0.6 if small else 2.0
    starts = start + np.clip(rng.normal(0, spread, count + 1), -2 * spread, 2 * spread)
    peaks = np.minimum(start + excursion + rng.normal(0, spread, count), _STRAIGHTEST_DEG)
    tempo = _draw_tempo(rng, fault)
    early = int(rng.integers(1, count)) if fault == "partial" else -1
    reps = []
    for number in range(count):
        share = float(rng.uniform(0.35, 0.55)) if number == early else 1.0
        low = max(starts[number], starts[number + 1])
        peak = starts[number] + share * (peaks[number] - starts[number])
        up, hold, down, rest = tempo * rng.uniform(0.88, 1.12, 4)
        reps.append(
            Rep(
                start_deg=float(starts[number]),
                peak_deg=float(max(peak, low + _LEAST_EXCURSION_DEG)),
                end_deg=float(starts[number + 1]),
                up_s=float(up),
                hold_s=float(hold),
                down_s=float(down),
                rest_s=float(rest),
                skew=float(rng.uniform(0.85, 1.2)),
                partial=number == early,
            )
        )
    return tuple(reps)


def _draw_tempo(rng: Rng, fault: Fault) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Seconds up, held, down and at rest."""
    if fault == "fast":
        return np.array([rng.uniform(0.35, 0.5), 0.06, rng.uniform(0.3, 0.5), rng.uniform(0.05, 0.2)])
    hold = rng.uniform(1.1, 1.8) if fault == "bounce" else rng.uniform(0.1, 0.8)
    pace = 0.75 if fault == "small" else 1.0
    return pace * np.array([rng.uniform(1.3, 2.2), hold, rng.uniform(1.2, 2.1), rng.uniform(0.15, 0.7)])


def draw_rest_moves(rng: Rng, duration_s: float) -> tuple[tuple[float, float], ...]:
    """Times and bends of a resting leg that slides up and down: it pauses at each bend."""
    bend, t_s = float(rng.choice([0.0, 0.9])), float(rng.uniform(0.5, 3.0))
    moves = [(0.0, bend)]
    while t_s < duration_s:
        moves.append((t_s, bend))
        t_s += float(rng.uniform(1.0, 2.5))
        bend = float(rng.uniform(0.55, 1.0)) if bend < 0.3 else float(rng.choice([0.0, rng.uniform(0.1, 0.4)]))
        moves.append((t_s, bend))
        t_s += float(rng.uniform(1.5, 6.0))
    return tuple(moves)
