"""Arms: hands on the thigh, on the floor or on the belly, and on the way from one to the other."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from synthetic.geometry import FloatArray, frame, reach, turn_about, unit, without
from synthetic.skeleton import Skeleton

# Height of a wrist above what the hand lies on, metres.
_WRIST_M = 0.035
# How much each joint of a finger bends when the hand grips, degrees.
_FINGER_DEG = (30.0, 38.0, 22.0)
# A hand does not slide below this share of the thigh, however short the arm.
_LOWEST_GRIP = 0.30


@dataclass(frozen=True, slots=True)
class Reach:
    """Where a hand is and how: the wrist (3,) m, the hand's direction, what the palm faces, where the elbow points."""

    wrist: FloatArray
    hand: FloatArray
    palm: FloatArray
    elbow: FloatArray
    curl: float


def blend_reaches(start: Reach, end: Reach, share: float) -> Reach:
    """A hand a share of the way from one place to another, lifted a little on its way."""
    if share <= 0:
        return start
    if share >= 1:
        return end
    wrist = start.wrist + share * (end.wrist - start.wrist) + np.array([0, 0, 0.35 * share * (1 - share)])

    def between(a: FloatArray, b: FloatArray) -> FloatArray:
        return unit((1 - share) * a + share * b + 1e-3)

    return Reach(
        wrist,
        between(start.hand, end.hand),
        between(start.palm, end.palm),
        between(start.elbow, end.elbow),
        (1 - share) * start.curl + share * end.curl,
    )


def thigh_reach(
    skeleton: Skeleton, side: str, working: str, matrices: FloatArray, hold: tuple[float, float], radii: FloatArray
) -> Reach:
    """A hand that holds the working thigh.

    Parameters
    ----------
    side, working
        The hand's side and the working leg's, L or R.
    matrices : (B, 3, 4)
        Bones with trunk and legs posed.
    hold
        Where along the thigh (hip 0, knee 1), and how far round behind it (0 beside it, 1 clasped behind).
    radii : (N, 2)
        Shares of the thigh's length with the thigh's radius there, m.
    """
    grip, wrap = hold
    hip, knee = (skeleton.head_of(matrices, f"{bone}.{working}") for bone in ("upperleg01", "lowerleg01"))
    length, axis = float(np.linalg.norm(knee - hip)), unit(knee - hip)
    outward = without(np.array([0.0, 1.0 if working == "L" else -1.0, 0.0]), axis)
    behind = np.cross(axis, outward)
    behind = behind if behind[0] > 0 else -behind
    lateral = outward if side == working else -outward
    shoulder = skeleton.head_of(matrices, f"upperarm01.{side}")
    arm = 0.992 * sum(_lengths(skeleton, side))
    grip += 0.03 if side == working else -0.02
    while True:
        radius = float(np.interp(grip, radii[:, 0], radii[:, 1]))
        # The wrist is beside the thigh, or farther round when hands are clasped behind it.
        beside = lateral * (radius * (1.02 - 0.12 * wrap) + 0.018) + behind * (0.055 * wrap - 0.035)
        wrist = hip + grip * length * axis + beside
        if np.linalg.norm(wrist - shoulder) < arm or grip <= _LOWEST_GRIP:
            break
        grip -= 0.01
    elbow = np.array([0.15, 0.9 if side == "L" else -0.9, -0.45])
    hand = unit(behind * (1 - 0.5 * wrap) + 0.10 * axis - (0.18 + 0.6 * wrap) * lateral)
    return Reach(wrist, hand, unit(-lateral - 0.5 * wrap * behind), elbow, 1.0)


def floor_reach(skeleton: Skeleton, side: str, matrices: FloatArray, spread_deg: float) -> Reach:
    """A hand on the floor beside the body, the arm spread by an angle."""
    sign = 1.0 if side == "L" else -1.0
    spread = np.radians(spread_deg)
    away = np.array([np.cos(spread), sign * np.sin(spread), 0.0])
    shoulder = skeleton.head_of(matrices, f"upperarm01.{side}")
    length = 0.95 * sum(_lengths(skeleton, side))
    drop = _WRIST_M - shoulder[2]
    wrist = shoulder + np.sqrt(max(length**2 - drop**2, 0.01)) * away
    wrist[2] = _WRIST_M
    elbow = np.array([0.0, 0.6 * sign, 0.4])
    return Reach(wrist, unit(away + np.array([0, 0, -0.03])), np.array([0.0, 0.0, -1.0]), elbow, 0.35)


def belly_reach(skeleton: Skeleton, side: str) -> Reach:
    """A hand on the belly."""
    sign = 1.0 if side == "L" else -1.0
    skin = skeleton.base[skeleton.person.skin_vertices]
    level = -0.42 * skeleton.length_m("upperleg01.L", "upperarm01.L")
    slice_ = skin[(np.abs(skin[:, 0] - level) < 0.05) & (np.abs(skin[:, 1]) < 0.12)]
    top = float(slice_[:, 2].max()) if len(slice_) else 0.2
    wrist = np.array([level - 0.02, sign * 0.09, top + _WRIST_M])
    elbow = np.array([0.0, 0.9 * sign, -0.5])
    return Reach(wrist, unit(np.array([0.35, -sign, -0.12])), np.array([0.0, 0.0, -1.0]), elbow, 0.35)


def arm_rotations(
    skeleton: Skeleton, side: str, matrices: FloatArray, goal: Reach
) -> tuple[dict[str, FloatArray], dict[str, FloatArray]]:
    """Bone rotations (absolute, local) of an arm whose hand is at a goal, and of the bent fingers."""
    rest_shoulder, rest_elbow, rest_wrist = (
        skeleton.rest_head(f"{bone}.{side}") for bone in ("upperarm01", "lowerarm01", "wrist")
    )
    shoulder = skeleton.head_of(matrices, f"upperarm01.{side}")
    upper, fore = reach(shoulder, goal.wrist, _lengths(skeleton, side), goal.elbow)
    rest_upper, rest_fore = unit(rest_elbow - rest_shoulder), unit(rest_wrist - rest_elbow)
    hinge = np.cross(upper, fore)
    if np.linalg.norm(hinge) < 0.02:
        hinge = -np.cross(goal.elbow, upper)
    rest_hinge = np.cross(rest_upper, rest_fore)
    upper_turn = frame(upper, hinge) @ frame(rest_upper, rest_hinge).T
    fore_turn = frame(fore, hinge) @ frame(rest_fore, rest_hinge).T
    rest_hand, rest_palm = _hand_at_rest(skeleton, side)
    hand_turn = frame(goal.hand, goal.palm) @ frame(rest_hand, rest_palm).T
    twist = _twist_deg(hand_turn @ fore_turn.T, fore)
    absolute = {
        f"upperarm01.{side}": upper_turn,
        f"upperarm02.{side}": upper_turn,
        # The forearm's two halves share the turn of the hand, as radius and ulna do.
        f"lowerarm01.{side}": turn_about(fore, 0.3 * twist) @ fore_turn,
        f"lowerarm02.{side}": turn_about(fore, 0.7 * twist) @ fore_turn,
        f"wrist.{side}": hand_turn,
    }
    fingers: dict[str, FloatArray] = {}
    for finger in range(2, 6):
        for joint, angle_deg in enumerate(_FINGER_DEG, start=1):
            bone = f"finger{finger}-{joint}.{side}"
            row = skeleton.rig.index[bone]
            axis = np.cross(unit(skeleton.tails[row] - skeleton.heads[row]), rest_palm)
            fingers[bone] = turn_about(axis, angle_deg * goal.curl)
    return absolute, fingers


def _lengths(skeleton: Skeleton, side: str) -> tuple[float, float]:
    return (
        skeleton.length_m(f"upperarm01.{side}", f"lowerarm01.{side}"),
        skeleton.length_m(f"lowerarm01.{side}", f"wrist.{side}"),
    )


def _hand_at_rest(skeleton: Skeleton, side: str) -> tuple[FloatArray, FloatArray]:
    """The hand's direction and what its palm faces, at rest."""
    wrist, middle, index, little = (
        skeleton.rest_head(f"{bone}.{side}") for bone in ("wrist", "finger3-1", "finger2-1", "finger5-1")
    )
    hand, across = unit(middle - wrist), unit(index - little)
    return hand, unit(np.cross(hand, across) if side == "L" else np.cross(across, hand))


def _twist_deg(rotation: FloatArray, axis: FloatArray) -> float:
    """How far a rotation turns about an axis, degrees."""
    probe = without(np.array([0.3, 0.9, 0.2]), axis)
    turned = rotation @ probe
    turned = turned - (turned @ axis) * axis
    return float(np.degrees(np.arctan2(np.cross(probe, turned) @ axis, probe @ turned)))
