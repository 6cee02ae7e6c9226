"""Draw people at random: bodies with their clothes, and how they lie."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

import numpy as np

from synthetic.spec import Body, Colour, Posture

Rng = np.random.Generator
Rest = Literal["straight", "bent", "moving"]
Hold = Literal["both", "one", "free"]

# Real people's thigh/trunk lies 0.8 SD above and their shank/thigh 0.9 SD below the MakeHuman bodies: the means here
# make up for it, and the spread is wider than theirs, so that no proportion of a real person is outside.
_THIGH_STRETCH = (1.055, 0.06, 0.92, 1.22)
_SHANK_STRETCH = (1.00, 0.055, 0.87, 1.13)
_ARM_STRETCH = (1.02, 0.04, 0.93, 1.12)
# The buttocks of a real person sink in, and their hip lies lower than that of a stiff body.
_SEAT_SINK_M = (0.010, 0.032)

_SKINS = {
    "female": (
        "middleage_darkskinned_female_diffuse",
        "middleage_lightskinned_female_diffuse2",
        "young_lightskinned_female_diffuse2",
    ),
    "male": (
        "middleage_lightskinned_male_diffuse",
        "young_darkskinned_male_diffuse",
        "young_lightskinned_male_diffuse2",
    ),
}
_OUTFITS = {
    "female": ("female_casualsuit01", "female_sportsuit01"),
    "male": ("male_casualsuit02", "male_casualsuit04", "male_casualsuit06"),
}
_HAIR = {
    "female": ("bob02", "ponytail01", "short02", "short03", "short04"),
    "male": ("short02", "short03", "short04"),
}
_BROWS = ("eyebrow001", "eyebrow006", "eyebrow010")


def clipped_normal(rng: Rng, mean: float, sd: float, low: float, high: float) -> float:
    """A normal draw, cut at both ends."""
    return float(np.clip(rng.normal(mean, sd), low, high))


def draw_body(rng: Rng, body_id: str) -> Body:
    """A person of either sex, any build and age, in random clothes."""
    sex: Literal["female", "male"] = "female" if rng.random() < 0.5 else "male"
    shorts = float(rng.uniform(0.4, 0.95)) if rng.random() < 0.35 else 0.0
    return Body(
        body_id=body_id,
        sex=sex,
        targets=_draw_targets(rng, sex),
        height_scale=float(rng.uniform(0.90, 1.06)),
        thigh_stretch=clipped_normal(rng, *_THIGH_STRETCH),
        shank_stretch=clipped_normal(rng, *_SHANK_STRETCH),
        arm_stretch=clipped_normal(rng, *_ARM_STRETCH),
        seat_sink_m=float(rng.uniform(*_SEAT_SINK_M)),
        skin=str(rng.choice(_SKINS[sex])),
        skin_tint=_near_white(rng, 0.75, 1.1),
        eyes=str(rng.choice(("brown_eye", "bluegreen_eye"))),
        brows=str(rng.choice(_BROWS)),
        hair=str(rng.choice(_HAIR[sex])),
        hair_tint=_hair(rng),
        outfit=str(rng.choice(_OUTFITS[sex])),
        top_tint=_cloth(rng),
        top_grey=float(rng.random() < 0.65),
        bottom_tint=_cloth(rng),
        bottom_grey=float(rng.random() < 0.75),
        looseness_m=float(rng.uniform(0.0, 0.008)),
        shorts=shorts,
        shoes=str(rng.choice(("shoes02", "shoes05"))) if rng.random() < 0.25 else "",
    )


def _draw_targets(rng: Rng, sex: str) -> dict[str, float]:
    """Blend origins and ages, then weight with what comes with it."""
    shares = rng.dirichlet([0.6] * 4)
    origins = ("caucasian-{}-young", "caucasian-{}-old", "african-{}-young", "asian-{}-young")
    targets = {name.format(sex): float(share) for name, share in zip(origins, shares, strict=True)}
    kind = rng.random()
    weight = 0.0 if kind < 0.35 else float(rng.uniform(-0.35, 0.6)) if kind < 0.7 else float(rng.uniform(0.6, 1.4))
    targets[f"universal-{sex}-young-averagemuscle-maxweight"] = weight
    targets[f"universal-{sex}-old-averagemuscle-maxweight"] = weight * float(rng.uniform(0.3, 1.0))
    targets["stomach-pregnant-incr"] = max(0.0, float(rng.normal(0.08, 0.15)))
    limbs = clipped_normal(rng, 0.5 * weight, 0.25, -0.4, 1.0)
    return targets | {
        f"{side}-{limb}-fat-incr": limbs for side in "lr" for limb in ("upperleg", "lowerleg", "lowerarm")
    }


def _near_white(rng: Rng, low: float, high: float) -> Colour:
    r, g, b = rng.uniform(low, high) * rng.uniform(0.95, 1.05, 3)
    return float(r), float(g), float(b)


def _hair(rng: Rng) -> Colour:
    shade = float(rng.uniform(0.15, 1.4))
    return shade, shade * float(rng.uniform(0.85, 1.05)), shade * float(rng.uniform(0.75, 1.1))


def _cloth(rng: Rng) -> Colour:
    r, g, b = rng.choice([0.08, 0.2, 0.4, 0.8, 1.2]) * rng.uniform(0.5, 1.2, 3)
    return float(r), float(g), float(b)


def draw_posture(rng: Rng, rest: Rest, hold: Hold) -> Posture:
    """How a person lies and holds the leg.

    Parameters
    ----------
    rest
        The resting leg.
    hold
        Hands on the thigh: both, one, or none.
    """
    lifted = hold != "free" and rng.random() < 0.4
    return Posture(
        rest=rest,
        rest_bend=float(rng.uniform(0.7, 1.0)) if rest == "bent" else float(rng.uniform(0.0, 0.06)),
        rest_lean_deg=float(rng.normal(4, 8)),
        rest_apart_deg=clipped_normal(rng, 4, 3, -1, 12),
        rest_rotation_deg=float(rng.uniform(0, 32)),
        hands=_hands(rng, hold),
        grip=float(rng.uniform(0.6, 0.9)),
        wrap=float(rng.uniform(0, 1)),
        arm_spread_deg=float(rng.uniform(10, 50)),
        abduction_deg=clipped_normal(rng, 2, 4, -6, 12),
        ankle_deg=clipped_normal(rng, 3, 9, -20, 18),
        ankle_with_knee_deg=float(rng.uniform(-15, 12)),
        pelvic_tilt_deg=float(rng.uniform(-2, 10)),
        tilt_with_knee_deg=float(rng.uniform(0, 4)),
        shoulder_lift_deg=float(rng.uniform(2, 14)) if lifted else 0.0,
        head_turn_deg=clipped_normal(rng, 0, 12, -35, 35),
        head_lift_deg=abs(clipped_normal(rng, 0, 5, -14, 14)),
    )


def on_bench(posture: Posture) -> Posture:
    """The same with arms that find room on a bench."""
    return replace(posture, arm_spread_deg=0.25 * posture.arm_spread_deg)


def _hands(rng: Rng, hold: Hold) -> tuple[str, str]:
    free = [str(rng.choice(("floor", "belly"), p=(0.7, 0.3))) for _ in range(2)]
    if hold == "both":
        return "thigh", "thigh"
    if hold == "free":
        return free[0], free[1]
    return ("thigh", free[0]) if rng.random() < 0.6 else (free[0], "thigh")
