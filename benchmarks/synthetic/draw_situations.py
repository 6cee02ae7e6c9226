"""Situations of real footage that the other sets lack: legs that cross or rise together, a helper, a blanket, a bed.

Each is a plan of named factors (`sets`) and what is changed in the clip that is drawn by it. Where no leg does a glide
the truth has no repetition, whatever moves.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from synthetic.draw_motion import draw_rest_moves
from synthetic.draw_person import Rng, draw_body
from synthetic.motion import Timeline
from synthetic.spec import Clip, Helper, Situation

Path = tuple[tuple[float, float, float, float], ...]
Change = Callable[[Clip, Rng], Clip]

USUAL = {
    "rest": "straight",
    "turn": "side",
    "height": "middle",
    "leg": "near",
    "shape": "landscape",
    "light": "even",
    "surface": "mat",
    "fault": "none",
    "hold": "both",
    "session": "in_place",
    "held": "stand",
}
# Seconds of a clip without glides, and of one raising of a leg.
_LASTS_S = 14.0
_STRAIGHT_DEG = 172.0


@dataclass(frozen=True, slots=True)
class Planned:
    """A clip of the set: its name, in what its plan differs from the usual one, and what is changed in it."""

    name: str
    change: Change
    plan: Mapping[str, str] = field(default_factory=dict)


def _no_glides(clip: Clip, **changes: object) -> Clip:
    motion = replace(clip.motion, reps=(), ready_s=_LASTS_S, finish_s=0.3)
    posture = replace(clip.posture, hands=("floor", "floor"))
    return replace(clip, motion=motion, posture=posture, situation=Situation(**changes))  # type: ignore[arg-type]


def _swings(rng: Rng, low: tuple[float, float], high: tuple[float, float], *, first_high: bool, every_s: float) -> Path:
    """A leg that goes up and down without bending: (hip, knee) low and high, one after the other."""
    keys, t_s, up = [], 0.0, first_high
    while t_s < _LASTS_S + 3.0:
        hip, knee = high if up else low
        keys.append((t_s, 1.0, hip + float(rng.normal(0, 2)), min(knee + float(rng.normal(0, 1)), 178.0)))
        t_s += every_s * float(rng.uniform(0.9, 1.1))
        up = not up
    return tuple(keys)


def _scissors(clip: Clip, rng: Rng) -> Clip:
    every_s, seed = float(rng.uniform(0.8, 1.3)), int(rng.integers(1 << 31))
    low, high = (float(rng.uniform(12, 22)), _STRAIGHT_DEG), (float(rng.uniform(50, 75)), _STRAIGHT_DEG)
    paths = [_swings(np.random.default_rng(seed), low, high, first_high=up, every_s=every_s) for up in (True, False)]
    return _no_glides(clip, working_path=paths[0], other_path=paths[1])


def _raises(clip: Clip, rng: Rng, *, both: bool, knee_deg: float = _STRAIGHT_DEG) -> Clip:
    low, high = (6.0, _STRAIGHT_DEG), (float(rng.uniform(68, 85)), knee_deg)
    path = _swings(rng, low, high, first_high=False, every_s=float(rng.uniform(1.6, 2.2)))
    return _no_glides(clip, working_path=path, other_path=path if both else ())


def _both_raised(clip: Clip, rng: Rng) -> Clip:
    return _raises(clip, rng, both=True)


def _straight_raised(clip: Clip, rng: Rng) -> Clip:
    return _raises(clip, rng, both=False)


def _heels_to_ceiling(clip: Clip, rng: Rng) -> Clip:
    """Both legs stay up, and the pelvis is rolled off the floor and lowered again."""
    hip, knee = float(rng.uniform(80, 92)), 160.0
    leg = ((0.0, 1.0, 30.0, knee), (2.0, 1.0, hip, knee), (_LASTS_S + 3, 1.0, hip, knee))
    rolls, t_s = [(0.0, 0.0)], 3.0
    while t_s < _LASTS_S:
        rolls += [(t_s, 0.0), (t_s + 1.0, float(rng.uniform(26, 36))), (t_s + 2.0, 0.0)]
        t_s += 2.6
    return _no_glides(clip, working_path=leg, other_path=leg, pelvis_path=tuple(rolls))


def _gets_down(clip: Clip, rng: Rng) -> Clip:
    down_s, up_s = float(rng.uniform(2.2, 3.0)), float(rng.uniform(1.8, 2.4))
    return replace(clip, situation=Situation(down_s=down_s, up_s=up_s))


def _other_leg(clip: Clip, rng: Rng, *, glides: bool) -> Clip:
    """The other leg is held up too: still, or doing the same glides."""
    timeline = Timeline(clip.motion, clip.posture)
    duration_s, hip = timeline.duration_s, clip.motion.hip_deg + float(rng.normal(0, 4))
    bent = clip.motion.reps[0].start_deg + float(rng.normal(0, 4))
    path = [(0.0, 1.0, hip, bent)]
    for timed in timeline.reps if glides else ():
        peak = timed.rep.peak_deg + float(rng.normal(0, 3))
        path += [(timed.start_s, 1.0, hip, bent), (timed.peak_s, 1.0, hip, min(peak, 176.0))]
        path += [(timed.hold_end_s, 1.0, hip, min(peak, 176.0)), (timed.end_s, 1.0, hip, bent)]
    path.append((duration_s + 1, 1.0, hip, bent))
    return replace(clip, situation=Situation(other_path=tuple(path)))


def _both_glide(clip: Clip, rng: Rng) -> Clip:
    return _other_leg(clip, rng, glides=True)


def _both_held_up(clip: Clip, rng: Rng) -> Clip:
    return _other_leg(clip, rng, glides=False)


def _other_slides(clip: Clip, rng: Rng) -> Clip:
    moves = draw_rest_moves(rng, Timeline(clip.motion, clip.posture).duration_s)
    return replace(clip, motion=replace(clip.motion, rest_moves=moves))


def _blanket(clip: Clip, _rng: Rng) -> Clip:
    posture = replace(clip.posture, rest_bend=0.0, rest_apart_deg=max(5.0, clip.posture.rest_apart_deg))
    return replace(clip, posture=posture, situation=Situation(blanket=True))


def _loose(clip: Clip, rng: Rng) -> Clip:
    return replace(clip, body=replace(clip.body, looseness_m=float(rng.uniform(0.022, 0.035)), shorts=0.0))


def _as_drawn(clip: Clip, _rng: Rng) -> Clip:
    return clip


def _helped(clip: Clip, rng: Rng, **how: object) -> Clip:
    body = draw_body(rng, f"{clip.body.body_id}-helper")
    return replace(clip, situation=Situation(helper=Helper(body=body, **how)))  # type: ignore[arg-type]


def _helper_behind(clip: Clip, rng: Rng) -> Clip:
    return _helped(clip, rng, place="head")


def _helper_at_feet(clip: Clip, rng: Rng) -> Clip:
    return _helped(clip, rng, place="feet")


def _helper_holds(clip: Clip, rng: Rng) -> Clip:
    clip = replace(clip, posture=replace(clip.posture, hands=("floor", "floor")))
    return _helped(clip, rng, place="beside", holds=True)


PLANNED = (
    Planned("scissors", _scissors),
    Planned("scissors_oblique", _scissors, {"turn": "oblique", "surface": "floor"}),
    Planned("both_raised", _both_raised),
    Planned("heels_to_ceiling", _heels_to_ceiling),
    Planned("straight_beside_bent", _straight_raised, {"rest": "bent"}),
    Planned("far_straight_beside_bent", _straight_raised, {"rest": "bent", "leg": "far"}),
    Planned("gets_down", _gets_down, {"session": "whole"}),
    Planned("gets_down_portrait", _gets_down, {"session": "whole", "shape": "portrait", "surface": "floor"}),
    Planned("helper_behind", _helper_behind),
    Planned("helper_holds", _helper_holds),
    Planned("helper_at_feet", _helper_at_feet, {"session": "whole"}),
    Planned("loose_trousers", _loose, {"session": "whole"}),
    Planned("loose_trousers_bent", _loose, {"rest": "bent"}),
    Planned("blanket", _blanket),
    Planned("blanket_dim", _blanket, {"light": "dim", "height": "low"}),
    Planned("bench", _as_drawn, {"surface": "bench", "session": "whole"}),
    Planned("bed", _as_drawn, {"surface": "bed", "session": "whole", "turn": "oblique"}),
    Planned("both_glide", _both_glide),
    Planned("both_held_up", _both_held_up),
    Planned("other_slides", _other_slides, {"rest": "moving"}),
)
