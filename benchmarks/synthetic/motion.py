"""The timeline of a session: what every joint is asked to do at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Literal

import numpy as np

from synthetic.geometry import FloatArray, ease
from synthetic.spec import Motion, Posture, Rep, Situation

Phase = Literal["rest", "up", "hold", "down"]
# The knee's extension that counts as full for faults that grow with it: from 90 degrees interior, over this much.
_FULL_EXTENSION_DEG = 75.0
# Who lies down from sitting, sits still for this share of the time.
_SITS_UNTIL = 0.3
# A leg that slides up on its heel does so until this share of the move, and is lifted from this one on.
_SLIDE_UNTIL, _LIFT_FROM = 0.55, 0.35


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """The session at a time.

    Shares are 0 to 1: ``raised`` of the working leg between floor and exercise, ``clasped`` of the hands. ``slid`` is
    the bend of the working leg where it is on the floor, ``rest_bend`` that of the resting leg. ``seated`` is 1 for a
    person who sits; ``other_raised`` and the angles beside it are those of the other leg where it is lifted too;
    ``rolled_deg`` is how far the pelvis is rolled up off the surface.
    """

    t_s: float
    hip_deg: float
    knee_deg: float
    ankle_deg: float
    abduction_deg: float
    tilt_deg: float
    raised: float
    slid: float
    clasped: float
    rest_bend: float
    rep: int
    phase: Phase
    progress: float
    seated: float = 0.0
    other_raised: float = 0.0
    other_hip_deg: float = 0.0
    other_knee_deg: float = 180.0
    rolled_deg: float = 0.0


@dataclass(frozen=True, slots=True)
class TimedRep:
    """A repetition with its times, seconds."""

    rep: Rep
    start_s: float

    @property
    def peak_s(self) -> float:
        return self.start_s + self.rep.up_s

    @property
    def hold_end_s(self) -> float:
        return self.peak_s + self.rep.hold_s

    @property
    def end_s(self) -> float:
        return self.hold_end_s + self.rep.down_s


class Timeline:
    """What happens when, in a clip."""

    def __init__(self, motion: Motion, posture: Posture, situation: Situation | None = None) -> None:
        self.motion, self.posture, self.situation = motion, posture, situation or Situation()
        self.raise_s = self.situation.down_s + motion.lie_s
        self.clasp_s = self.raise_s + motion.raise_s
        self.set_s = self.clasp_s + motion.clasp_s
        t = self.set_s + motion.ready_s
        reps: list[TimedRep] = []
        for rep in motion.reps:
            reps.append(TimedRep(rep, t))
            t = reps[-1].end_s + rep.rest_s
        self.reps = tuple(reps)
        self.release_s = t + motion.finish_s
        self.lower_s = self.release_s + motion.release_s
        self.lying_s = self.lower_s + motion.lower_s
        self.up_s = self.lying_s + motion.end_s
        self.duration_s = self.up_s + self.situation.up_s
        rng = np.random.default_rng(motion.seed)
        self._waves = {name: _waves(rng) for name in ("hip", "knee", "abduction", "rest")}

    def stages(self) -> list[dict[str, float | str]]:
        """The parts of the session with their times, those that take no time left out."""
        edges = (
            ("getting down", 0.0, self.situation.down_s),
            ("lying", self.situation.down_s, self.raise_s),
            ("raising", self.raise_s, self.clasp_s),
            ("clasping", self.clasp_s, self.set_s),
            ("set", self.set_s, self.release_s),
            ("releasing", self.release_s, self.lower_s),
            ("lowering", self.lower_s, self.lying_s),
            ("lying", self.lying_s, self.up_s),
            ("getting up", self.up_s, self.duration_s),
        )
        return [
            {"stage": name, "start_s": round(start, 3), "end_s": round(end, 3)}
            for name, start, end in edges
            if end > start
        ]

    def at(self, t_s: float) -> Moment:
        """The session at a time."""
        situation, moment = self.situation, self._usual(t_s)
        if situation.working_path:
            raised, hip, knee = along(situation.working_path, t_s)
            moment = replace(moment, raised=raised, hip_deg=hip, knee_deg=knee)
        if situation.other_path:
            raised, hip, knee = along(situation.other_path, t_s)
            moment = replace(moment, other_raised=raised, other_hip_deg=hip, other_knee_deg=knee)
        if situation.pelvis_path:
            moment = replace(moment, rolled_deg=along(situation.pelvis_path, t_s)[0])
        return replace(moment, seated=self._seated(t_s)) if situation.down_s or situation.up_s else moment

    def _seated(self, t_s: float) -> float:
        """1 before the person has begun to lie down, 0 while they lie."""
        down_s, up_s = self.situation.down_s, self.situation.up_s
        coming = 1 - ease((t_s / down_s - _SITS_UNTIL) / (1 - _SITS_UNTIL)) if down_s else 0.0
        going = ease((t_s - self.up_s) / (up_s * (1 - _SITS_UNTIL))) if up_s else 0.0
        return max(coming, going)

    def _usual(self, t_s: float) -> Moment:
        """The session at a time, but for what its situation adds."""
        motion, posture = self.motion, self.posture
        knee, rep, phase, progress = self._knee(t_s)
        level = float(np.clip((knee - 90.0) / _FULL_EXTENSION_DEG, 0.0, 1.2))
        moved = _there_and_back(t_s, (self.raise_s, self.clasp_s), (self.lower_s, self.lying_s))
        slides = motion.slide > 0
        raised = ease((moved - _LIFT_FROM) / (1 - _LIFT_FROM)) if slides else ease(moved)
        sway = motion.sway_deg
        knee = min(179.0, knee + 0.4 * sway * self._wander("knee", t_s))
        return Moment(
            t_s=t_s,
            hip_deg=motion.hip_deg + motion.hip_drift_deg * level + sway * self._wander("hip", t_s),
            knee_deg=knee,
            ankle_deg=posture.ankle_deg + posture.ankle_with_knee_deg * level,
            abduction_deg=posture.abduction_deg + 0.8 * sway * self._wander("abduction", t_s),
            tilt_deg=raised * (posture.pelvic_tilt_deg + posture.tilt_with_knee_deg * level),
            raised=raised,
            slid=motion.slide * ease(moved / _SLIDE_UNTIL),
            clasped=ease(_there_and_back(t_s, (self.clasp_s, self.set_s), (self.release_s, self.lower_s))),
            rest_bend=self._rest_bend(t_s),
            rep=rep,
            phase=phase,
            progress=progress,
        )

    def _knee(self, t_s: float) -> tuple[float, int, Phase, float]:
        """Interior angle of the knee, repetition (0 = none), phase and progress."""
        knee = self.reps[0].rep.start_deg if self.reps else 90.0
        for number, timed in enumerate(self.reps, start=1):
            rep = timed.rep
            if t_s < timed.start_s:
                break
            if t_s < timed.peak_s:
                share = ease(((t_s - timed.start_s) / rep.up_s) ** rep.skew)
                return rep.start_deg + share * (rep.peak_deg - rep.start_deg), number, "up", share
            if t_s < timed.hold_end_s:
                return rep.peak_deg - self._bounce(t_s - timed.peak_s, rep.hold_s), number, "hold", 1.0
            if t_s < timed.end_s:
                share = 1 - ease(((t_s - timed.hold_end_s) / rep.down_s) ** rep.skew)
                return rep.end_deg + share * (rep.peak_deg - rep.end_deg), number, "down", share
            knee = rep.end_deg
        return knee, 0, "rest", 0.0

    def _bounce(self, since_s: float, hold_s: float) -> float:
        """How far the knee gives at the end of range, degrees: whole swings, so that it begins and ends at the peak."""
        if not self.motion.bounce_deg or hold_s <= 0:
            return 0.0
        swings = max(1, round(hold_s * self.motion.bounce_hz))
        return self.motion.bounce_deg * 0.5 * (1 - float(np.cos(2 * np.pi * swings * since_s / hold_s)))

    def _rest_bend(self, t_s: float) -> float:
        """How far the resting leg is bent: along its moves, each over the time to the next, or as the posture says."""
        moves = self.motion.rest_moves
        if not moves:
            bend = self.posture.rest_bend
            return float(np.clip(bend + 0.004 * self._wander("rest", t_s), 0.0, 1.0)) if bend > 0.3 else bend
        bend = moves[0][1]
        for (start, before), (end, after) in pairwise(moves):
            if t_s >= start:
                bend = before + (after - before) * ease((t_s - start) / max(end - start, 1e-6))
        return float(np.clip(bend, 0.0, 1.0))

    def _wander(self, name: str, t_s: float) -> float:
        """A slow random swing about 0 with an amplitude of about 1."""
        frequency, phase, amplitude = self._waves[name]
        return float(2.0 * np.mean(amplitude * np.sin(2 * np.pi * frequency * t_s + phase)))


def along(path: Sequence[tuple[float, ...]], t_s: float) -> tuple[float, ...]:
    """The values of a path, tuples that begin with a time, at another time: eased from each to the next."""
    values = path[0][1:]
    for before, after in pairwise(path):
        if t_s >= before[0]:
            share = ease((t_s - before[0]) / max(after[0] - before[0], 1e-6))
            values = tuple(a + share * (b - a) for a, b in zip(before[1:], after[1:], strict=True))
    return values


def _waves(rng: np.random.Generator) -> tuple[FloatArray, FloatArray, FloatArray]:
    return rng.uniform(0.05, 0.45, 5), rng.uniform(0, 2 * np.pi, 5), rng.uniform(0.4, 1.0, 5)


def _there_and_back(t_s: float, there: tuple[float, float], back: tuple[float, float]) -> float:
    """How much of a move is made: 0, then 1 between two moves, then 0 again; one of no time is made at once."""

    def share(start: float, end: float) -> float:
        return float(np.clip((t_s - start) / (end - start), 0, 1)) if end > start else float(t_s >= start)

    came = share(*there)
    went = share(*back) if back[1] > back[0] else 0.0
    return came * (1 - went)
