"""Legs: the working leg held up, the resting leg on the floor, and every position between."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from synthetic.geometry import (
    FloatArray,
    blend_turns,
    reach,
    shortest_turn,
    turn,
    unit,
    without,
)
from synthetic.skeleton import Skeleton

# Heights above the surface of the ankle's joint, metres: of a leg on its heel and of a foot that stands.
_LYING_ANKLE_M, _STANDING_ANKLE_M = 0.064, 0.085
# The knee's flexion of a resting leg, degrees: straight, and well bent.
_STRAIGHT_DEG, _BENT_DEG = 4.0, 102.0
# From this bend on the foot stands flat.
_STANDS_FROM = 0.4
_LYING_FOOT_DEG, _STANDING_FOOT_DEG = -18.0, 90.0


@dataclass(frozen=True, slots=True)
class Leg:
    """World rotations (3, 3) of thigh, shank and foot."""

    thigh: FloatArray
    shank: FloatArray
    foot: FloatArray

    def rotations(self, side: str) -> dict[str, FloatArray]:
        """The rotation of each bone of the leg on a side, L or R."""
        return {
            f"upperleg01.{side}": self.thigh,
            f"upperleg02.{side}": self.thigh,
            f"lowerleg01.{side}": self.shank,
            f"lowerleg02.{side}": self.shank,
            f"foot.{side}": self.foot,
        }


def blend_legs(start: Leg, end: Leg, share: float) -> Leg:
    """A leg a share of the way from one position to another."""
    return Leg(
        blend_turns(start.thigh, end.thigh, share),
        blend_turns(start.shank, end.shank, share),
        blend_turns(start.foot, end.foot, share),
    )


def raised_leg(
    skeleton: Skeleton,
    side: str,
    joints: tuple[FloatArray, FloatArray],
    angles_deg: tuple[float, float, float, float],
) -> Leg:
    """The working leg in the air.

    Parameters
    ----------
    side
        L or R.
    joints : (3,), (3,) m
        The shoulder and the hip of that side, posed: the line from which the hip's flexion counts.
    angles_deg
        Flexion of the hip (180 minus the angle shoulder-hip-knee), interior angle of the knee, abduction,
        dorsiflexion of the ankle.
    """
    hip_deg, knee_deg, abduction_deg, ankle_deg = angles_deg
    shoulder, hip = joints
    outward = 1.0 if side == "L" else -1.0
    down_the_trunk = unit(hip - shoulder)
    front = without(np.array([0.0, 0.0, 1.0]), down_the_trunk)
    aside = np.cross(front, down_the_trunk)
    aside = aside if aside[1] * outward > 0 else -aside
    tilt, flexion, bend = np.radians([abduction_deg, hip_deg, 180.0 - knee_deg])
    forward = np.cos(tilt) * front + np.sin(tilt) * aside
    thigh = np.cos(flexion) * down_the_trunk + np.sin(flexion) * forward
    behind = np.sin(flexion) * down_the_trunk - np.cos(flexion) * forward
    shank = np.cos(bend) * thigh + np.sin(bend) * behind
    guesses = turn("y", -hip_deg), turn("y", 180.0 - knee_deg - hip_deg)
    turned = _aim(skeleton, side, (thigh, shank), guesses)
    return Leg(*turned, turned[1] @ turn("y", -ankle_deg))


def resting_leg(
    skeleton: Skeleton, side: str, hip: FloatArray, bend: float, angles_deg: tuple[float, float, float]
) -> Leg:
    """A leg on the floor: straight on its heel (bend 0), its foot standing with the knee up (1), or between.

    Parameters
    ----------
    hip : (3,) m
        The hip of that side, posed.
    angles_deg
        How far the knee leans outwards when bent, how far the leg lies apart, how far it is turned outwards when
        straight.
    """
    lean_deg, apart_deg, rotation_deg = angles_deg
    outward = 1.0 if side == "L" else -1.0
    lengths = (
        skeleton.length_m(f"upperleg01.{side}", f"lowerleg01.{side}"),
        skeleton.length_m(f"lowerleg01.{side}", f"foot.{side}"),
    )
    stands = min(1.0, bend / _STANDS_FROM)
    knee = np.radians(_STRAIGHT_DEG + (_BENT_DEG - _STRAIGHT_DEG) * bend)
    far = np.sqrt(lengths[0] ** 2 + lengths[1] ** 2 + 2 * lengths[0] * lengths[1] * np.cos(knee))
    height = _LYING_ANKLE_M + (_STANDING_ANKLE_M - _LYING_ANKLE_M) * stands
    drop = height - hip[2]
    along = np.sqrt(max(far**2 - drop**2, 0.01))
    apart = np.radians(apart_deg)
    target = hip + np.array([along * np.cos(apart), outward * along * np.sin(apart), drop])
    out_deg = (1 - stands) * rotation_deg + stands * lean_deg
    pole = np.array([0.0, outward * np.sin(np.radians(out_deg)), np.cos(np.radians(out_deg))])
    thigh, shank = reach(hip, target, lengths, pole)
    twist = turn("x", -outward * (1 - stands) * rotation_deg)
    up_deg, down_deg = (float(np.degrees(np.arctan2(bone[2], bone[0]))) for bone in (thigh, shank))
    thigh_turn, shank_turn = _aim(
        skeleton, side, (thigh, shank), (turn("y", -up_deg * stands) @ twist, turn("y", -down_deg * stands) @ twist)
    )
    lying = shank_turn @ turn("y", -_LYING_FOOT_DEG)
    standing = turn("z", outward * (4.0 + 0.3 * lean_deg)) @ turn("y", _STANDING_FOOT_DEG)
    return Leg(thigh_turn, shank_turn, blend_turns(lying, standing, stands))


def _aim(
    skeleton: Skeleton,
    side: str,
    directions: tuple[FloatArray, FloatArray],
    guesses: tuple[FloatArray, FloatArray],
) -> tuple[FloatArray, FloatArray]:
    """Rotations of thigh and shank that point them in given directions, near the guesses."""
    hip, knee, ankle = (skeleton.rest_head(f"{bone}.{side}") for bone in ("upperleg01", "lowerleg01", "foot"))
    thigh, shank = (
        shortest_turn(guess @ rest, direction) @ guess
        for guess, rest, direction in zip(guesses, (knee - hip, ankle - knee), directions, strict=True)
    )
    return thigh, shank
