"""A second person in the room: someone who kneels behind the head, beside the far leg or at the feet."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from synthetic.arms import Reach, arm_rotations
from synthetic.assets import body_data
from synthetic.geometry import FloatArray, turn, unit
from synthetic.motion import Moment
from synthetic.person import make_person
from synthetic.skeleton import Skeleton
from synthetic.spec import Helper, Side

# Where the hips are as (along the body, away from the camera's side), m, from the patient's hips, and
# which way the person looks: 0 = along the patient to the feet, 90 = towards the patient from the far side.
_PLACES = {"head": (-1.22, 0.10, 0.0), "beside": (0.42, 0.66, 90.0), "feet": (1.35, 0.15, 180.0)}
# From upright, how far the trunk leans forward, and how far the thighs are from upright, degrees.
_LEAN_DEG, _THIGHS_DEG = 18.0, 18.0
# How much and how fast the trunk sways.
_SWAY_DEG, _SWAY_HZ = 2.0, 0.21
# A kneeling knee's centre and an ankle's are this high, m.
_KNEE_M, _ANKLE_M = 0.06, 0.05


class Kneeler:
    """Poses a helper; ``side`` is the patient's working side, which faces the camera unless it is the far one."""

    def __init__(self, helper: Helper, side: Side) -> None:
        self.helper, self.side = helper, side
        self.skeleton = Skeleton(make_person(body_data(), helper.body), seat_sink_m=0.0, pillow_m=0.0)

    def matrices(self, moment: Moment, patient: Mapping[str, FloatArray]) -> FloatArray:
        """Bone matrices (B, 3, 4) at a moment, beside a patient whose landmarks (3,) m are given."""
        skeleton = self.skeleton
        lean = _LEAN_DEG + _SWAY_DEG * float(np.sin(2 * np.pi * _SWAY_HZ * moment.t_s))
        # Laid down at rest: 90 degrees about y is upright, facing along x.
        local = {"root": turn("y", 90.0 + lean), "head": turn("y", 12.0)}
        thigh, shank, foot = turn("y", 90.0 - _THIGHS_DEG), turn("y", 177.0), turn("y", 150.0)
        absolute: dict[str, FloatArray] = {}
        for letter in "LR":
            names = (("upperleg01", thigh), ("upperleg02", thigh), ("lowerleg01", shank), ("lowerleg02", shank))
            absolute |= {f"{bone}.{letter}": rotation for bone, rotation in (*names, ("foot", foot))}
        posed = skeleton.pose(local, absolute)
        knee = skeleton.head_of(posed, "lowerleg01.L")
        hips = (skeleton.head_of(posed, "upperleg01.L") + skeleton.head_of(posed, "upperleg01.R")) / 2
        shift = np.array([-hips[0], -hips[1], _KNEE_M - knee[2]])
        posed = skeleton.pose(local, absolute, shift)
        there = _place(self.helper.place, self.side)
        for letter in "LR":
            arm, fingers = arm_rotations(skeleton, letter, posed, self._hand(letter, posed, there, patient))
            absolute |= arm
            local |= fingers
        return _moved(skeleton.pose(local, absolute, shift), *there)

    def _hand(
        self, letter: str, posed: FloatArray, there: tuple[FloatArray, FloatArray], patient: Mapping[str, FloatArray]
    ) -> Reach:
        """On the own thigh, or under the patient's heel and behind the knee."""
        sign = 1.0 if letter == "L" else -1.0
        elbow = np.array([-0.3, 0.6 * sign, -0.5])
        if not self.helper.holds:
            hip, knee = (self.skeleton.head_of(posed, f"{bone}.{letter}") for bone in ("upperleg01", "lowerleg01"))
            on_thigh = hip + 0.75 * (knee - hip) + np.array([0.09, 0.0, 0.02])
            return Reach(on_thigh, unit(np.array([0.3, 0.0, -0.9])), np.array([-1.0, 0.0, 0.0]), elbow, 0.4)
        turned, moved = there
        knee, ankle = patient[f"{self.side}_knee"], patient[f"{self.side}_ankle"]
        # The hand towards the patient's feet holds the heel, the other one the shank below the knee.
        at_heel = (letter == "R") == (float(turned[1, 0]) > 0)
        held = ankle if at_heel else knee + 0.35 * (ankle - knee)
        goal = turned.T @ (held - moved) + np.array([-0.05, 0.0, -0.05])
        return Reach(goal, unit(np.array([0.9, 0.0, 0.2])), np.array([0.0, 0.0, 1.0]), elbow, 0.6)


def _place(place: str, side: Side) -> tuple[FloatArray, FloatArray]:
    """A rotation (3, 3) and a shift (3,) m from where a person kneels at the origin; far is away from ``side``."""
    along, away, facing_deg = _PLACES[place]
    far = -1.0 if side == "left" else 1.0
    return turn("z", -far * facing_deg), np.array([along, far * away, 0.0])


def _moved(matrices: FloatArray, turned: FloatArray, moved: FloatArray) -> FloatArray:
    return np.concatenate([turned @ matrices[:, :, :3], turned @ matrices[:, :, 3:] + moved[:, None]], axis=2)
