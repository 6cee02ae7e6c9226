"""The named sets. A set is drawn from its name and a number alone: the same everywhere, and no two sets share a draw.

Training is for stills that a model may be fitted on, validation for choosing by, test for looking at once per release.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from typing import Any, cast

import numpy as np

from synthetic.draw_motion import Fault, draw_motion, draw_rest_moves
from synthetic.draw_person import Hold, Rest, Rng, draw_body, draw_posture, on_bench
from synthetic.draw_scene import (
    LightKind,
    Surface,
    deal,
    draw_camera,
    draw_light,
    draw_picture,
    draw_room,
)
from synthetic.draw_situations import PLANNED, USUAL
from synthetic.motion import Timeline
from synthetic.spec import Clip, Picture, Side

# Raised when a change makes the same names draw other people: figures of before are then figures of another set.
EDITION = 1

# How often each occurs among the clips of a set.
_SHARES: dict[str, dict[str, float]] = {
    "rest": {"straight": 0.52, "bent": 0.35, "moving": 0.13},
    "turn": {"side": 0.45, "oblique": 0.40, "wide": 0.15},
    "height": {"low": 0.25, "middle": 0.40, "high": 0.30, "top": 0.05},
    "leg": {"near": 0.75, "far": 0.25},
    "shape": {"landscape": 0.50, "classic": 0.17, "portrait": 0.25, "large": 0.08},
    "light": {"even": 0.54, "dim": 0.18, "warm": 0.15, "backlit": 0.13},
    "surface": {"mat": 0.40, "floor": 0.15, "bed": 0.23, "bench": 0.22},
    "fault": {
        "none": 0.54,
        "small": 0.11,
        "hip_low": 0.05,
        "hip_high": 0.05,
        "drift": 0.07,
        "bounce": 0.05,
        "fast": 0.05,
        "partial": 0.05,
        "still": 0.03,
    },
    "hold": {"both": 0.64, "one": 0.16, "free": 0.20},
    "session": {"whole": 0.60, "in_place": 0.40},
    "held": {"stand": 0.85, "hand": 0.15},
    "side": {"left": 0.5, "right": 0.5},
}
USUAL_FPS = 15.0
_SMOOTH_FPS, _FAST_FPS = 25.0, 30.0


@dataclass(frozen=True, slots=True)
class ClipSet:
    """A set of clips: how many, of how many people."""

    name: str
    clips: int
    bodies: int


CLIP_SETS = {one.name: one for one in (ClipSet("validation", 24, 12), ClipSet("test", 40, 20))}
SMOKE = "smoke"
SITUATIONS = "situations"
STILLS = "training"


def generator(*words: str | int) -> Rng:
    """A random generator that these words alone decide, whatever else was drawn."""
    digest = hashlib.sha256("/".join(str(word) for word in ("synthetic", EDITION, *words)).encode()).digest()
    return np.random.default_rng(int.from_bytes(digest[:16], "big"))


def clips_of(name: str) -> list[Clip]:
    """The clips of a set.

    Raises
    ------
    ValueError
        No set of clips has this name.
    """
    if name == SMOKE:
        return _smoke()
    if name == SITUATIONS:
        return _situations()
    if name not in CLIP_SETS:
        raise ValueError(f"no set of clips is called {name!r}; there are {', '.join([*CLIP_SETS, SITUATIONS, SMOKE])}")
    about = CLIP_SETS[name]
    hands = {factor: deal(generator(name, "deal", factor), shares, about.clips) for factor, shares in _SHARES.items()}
    return [
        _clip(name, number, about.bodies, {factor: dealt[number] for factor, dealt in hands.items()})
        for number in range(about.clips)
    ]


def _clip(name: str, number: int, bodies: int, plan: dict[str, str]) -> Clip:
    rest, fault, light = cast("Rest", plan["rest"]), cast("Fault", plan["fault"]), cast("LightKind", plan["light"])
    side = cast("Side", plan["side"])
    body_id = f"{name}-{number % bodies:02d}"
    posture = draw_posture(generator(name, "posture", number), rest, cast("Hold", plan["hold"]))
    if plan["surface"] == "bench":
        posture = on_bench(posture)
    motion = draw_motion(
        generator(name, "motion", number),
        fault,
        whole=plan["session"] == "whole",
        holds=set(posture.hands) != {"floor"},
    )
    if rest == "moving":
        duration_s = Timeline(motion, posture).duration_s
        motion = replace(motion, rest_moves=draw_rest_moves(generator(name, "rest", number), duration_s))
    scene = generator(name, "scene", number)
    camera = draw_camera(
        scene,
        f"{name}-camera-{number:02d}",
        turn=plan["turn"],
        height=plan["height"],
        far=plan["leg"] == "far",
        shape=plan["shape"],
        hand_held=plan["held"] == "hand",
    )
    fps = _FAST_FPS if fault == "fast" else _SMOOTH_FPS if number % 8 == 0 else USUAL_FPS
    return Clip(
        name=f"{name[0]}{number:02d}_{rest}_{plan['leg']}_az{camera.azimuth_deg:.0f}",
        side=side,
        body=draw_body(generator(name, "body", body_id), body_id),
        room=draw_room(scene, f"{name}-room-{number:02d}", cast("Surface", plan["surface"]), light),
        camera=camera,
        light=draw_light(scene, light, camera, side),
        picture=draw_picture(scene, plan["shape"], light, fps),
        posture=posture,
        motion=motion,
        noise_seed=int(scene.integers(1 << 31)),
        tags=tuple(f"{factor}:{value}" for factor, value in plan.items()),
    )


def _situations() -> list[Clip]:
    """A clip of each situation, of as many people."""
    clips = []
    for number, planned in enumerate(PLANNED):
        plan = USUAL | {"side": ("left", "right")[number % 2]} | dict(planned.plan)
        clip = _clip(SITUATIONS, number, len(PLANNED), plan)
        clip = planned.change(clip, generator(SITUATIONS, "change", number))
        clips.append(replace(clip, name=f"s{number:02d}_{planned.name}", picture=replace(clip.picture, fps=USUAL_FPS)))
    return clips


def _smoke() -> list[Clip]:
    """Two clips of a few small frames, to see that everything works."""
    plan: dict[str, str] = {factor: next(iter(shares)) for factor, shares in _SHARES.items()}
    clips = []
    for number, rest in enumerate(("straight", "bent")):
        clip = _clip(SMOKE, number, 2, plan | {"rest": rest, "session": "whole", "hold": "both"})
        rep = replace(clip.motion.reps[0], up_s=0.8, hold_s=0.2, down_s=0.8, rest_s=0.2)
        stages = dict.fromkeys(
            ("lie_s", "raise_s", "clasp_s", "ready_s", "finish_s", "release_s", "lower_s", "end_s"), 0.5
        )
        motion = replace(clip.motion, reps=(rep,), **cast("Any", stages))
        picture = Picture(width=192, height=108, fps=5.0, noise=0.004, supersample=1.0)
        clips.append(replace(clip, motion=motion, picture=picture))
    return clips
