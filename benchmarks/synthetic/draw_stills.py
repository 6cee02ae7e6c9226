"""Draw stills to train on at random: people in random positions, in sheets of people who are drawn at one size."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import cast

import numpy as np

from synthetic.draw_person import Hold, Rest, Rng, clipped_normal, draw_body, draw_posture, on_bench
from synthetic.draw_scene import (
    HEIGHTS,
    TURNS,
    LightKind,
    Surface,
    draw_camera,
    draw_light,
    draw_picture,
    draw_room,
)
from synthetic.motion import Moment
from synthetic.sets import STILLS, generator
from synthetic.spec import Body, Clip, Posture, Side

BODIES_PER_SHEET, SETUPS_PER_BODY, POSES_PER_SETUP = 10, 3, 4
PER_SHEET = BODIES_PER_SHEET * SETUPS_PER_BODY * POSES_PER_SETUP
SHEETS = 100
# Knee flexions of the poses of one setup lie about these, so that each setup shows the whole range, degrees.
_KNEES_DEG = (5.0, 35.0, 65.0, 95.0)


def setups(sheet: int) -> Iterator[tuple[Clip, list[Moment]]]:
    """The setups of a sheet: who, where and how seen, and the positions in which they are drawn."""
    shape = _pick(generator(STILLS, "sheet", sheet), {"landscape": 0.5, "classic": 0.2, "portrait": 0.3})
    for number in range(BODIES_PER_SHEET):
        body_id = f"{STILLS}-{sheet * BODIES_PER_SHEET + number:04d}"
        body = draw_body(generator(STILLS, "body", body_id), body_id)
        pillow: float | None = None
        for setup in range(SETUPS_PER_BODY):
            rng = generator(STILLS, "setup", body_id, setup)
            clip = _draw_setup(rng, body, f"{body_id}-{setup}", shape)
            # One skeleton serves all setups of a body, and the pillow's height is part of it.
            pillow = clip.room.pillow_m if pillow is None else pillow
            clip = replace(clip, room=replace(clip.room, pillow_m=pillow))
            yield clip, _draw_moments(rng, clip.posture)


def _draw_setup(rng: Rng, body: Body, name: str, shape: str) -> Clip:
    """A spec of a body with all but motion."""
    side = cast("Side", _pick(rng, {"left": 0.5, "right": 0.5}))
    light = cast("LightKind", _pick(rng, {"even": 0.6, "warm": 0.15, "dim": 0.13, "backlit": 0.12}))
    surface = cast("Surface", _pick(rng, {"mat": 0.4, "floor": 0.15, "bed": 0.25, "bench": 0.2}))
    camera = draw_camera(
        rng,
        f"{name}-camera",
        turn=_pick(rng, dict.fromkeys(TURNS, 1.0)),
        height=_pick(rng, dict(zip(HEIGHTS, (0.3, 0.35, 0.25, 0.1), strict=True))),
        far=rng.random() < 0.4,
        shape=shape,
        hand_held=False,
    )
    rest = cast("Rest", _pick(rng, {"straight": 0.6, "bent": 0.4}))
    posture = draw_posture(rng, rest, cast("Hold", _pick(rng, {"both": 0.45, "one": 0.15, "free": 0.4})))
    picture = replace(draw_picture(rng, shape, light, 15.0), jpeg_quality=0, supersample=1.25)
    return Clip(
        name=name,
        side=side,
        body=body,
        room=draw_room(rng, f"{name}-room", surface, light),
        camera=camera,
        light=draw_light(rng, light, camera, side),
        picture=picture,
        posture=on_bench(posture) if surface == "bench" else posture,
        noise_seed=int(rng.integers(1 << 31)),
    )


def _draw_moments(rng: Rng, posture: Posture) -> list[Moment]:
    """Positions of one setup, spread over the knee's range; hands that hold keep the thigh up."""
    holds = "thigh" in posture.hands
    around = clipped_normal(rng, 90, 14, 58, 125) if holds or rng.random() < 0.5 else float(rng.uniform(8, 125))
    knees = rng.permutation(np.array(_KNEES_DEG) + rng.uniform(-12, 18, len(_KNEES_DEG)))
    lowered = int(rng.integers(POSES_PER_SETUP)) if rng.random() < 0.25 else -1
    return [
        _draw_moment(rng, posture, (around, float(knee)), lowered=pose == lowered) for pose, knee in enumerate(knees)
    ]


def _draw_moment(rng: Rng, posture: Posture, angles_deg: tuple[float, float], *, lowered: bool) -> Moment:
    """One position; ``lowered`` is on the way between the floor and the position of the exercise."""
    around, knee = angles_deg
    hip = clipped_normal(rng, around, 6, 5, 130)
    # A low thigh leaves no room for a bent knee: the foot would be in the floor.
    flexion = float(np.clip(min(knee, max(2.0, 2 * hip - 6)), 0, 125))
    bend = posture.rest_bend if posture.rest == "bent" else max(0.0, float(rng.normal(0.0, 0.1)))
    raised = float(rng.uniform(0.1, 0.9)) if lowered else 1.0
    return Moment(
        t_s=0.0,
        hip_deg=hip,
        knee_deg=180.0 - flexion,
        ankle_deg=clipped_normal(rng, 0, 12, -30, 22),
        abduction_deg=posture.abduction_deg + float(rng.normal(0, 1.5)),
        tilt_deg=raised * posture.pelvic_tilt_deg,
        raised=raised,
        slid=float(rng.uniform(0, 0.75)) if lowered and rng.random() < 0.5 else 0.0,
        clasped=0.0 if lowered else 1.0,
        rest_bend=float(np.clip(bend + rng.normal(0, 0.03), 0, 1)),
        rep=0,
        phase="rest",
        progress=0.0,
    )


def _pick(rng: Rng, shares: dict[str, float]) -> str:
    names, weights = list(shares), np.array(list(shares.values()))
    return names[int(rng.choice(len(names), p=weights / weights.sum()))]
