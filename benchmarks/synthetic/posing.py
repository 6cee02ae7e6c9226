"""From a moment of the session to the bones: trunk, legs, arms."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from synthetic.arms import Reach, arm_rotations, belly_reach, blend_reaches, floor_reach, thigh_reach
from synthetic.geometry import FloatArray, turn
from synthetic.legs import Leg, blend_legs, raised_leg, resting_leg
from synthetic.motion import Moment
from synthetic.skeleton import Skeleton
from synthetic.spec import Posture, Side

# The shoulders' share of a lift, from the chest up to the neck's base.
_LIFT = {"spine03": 0.35, "spine02": 0.40, "spine01": 0.25}

# How far the trunk of a person who sits stands off the floor, degrees.
_SEATED_DEG = 72.0


class Poser:
    """Poses one person in one posture."""

    def __init__(self, skeleton: Skeleton, posture: Posture, side: Side) -> None:
        self.skeleton, self.posture = skeleton, posture
        self.working = "L" if side == "left" else "R"
        self.resting = "R" if side == "left" else "L"
        shares = np.arange(0.3, 0.96, 0.05)
        self._radii = np.array([(share, skeleton.radius_m(self.working, share)) for share in shares])

    def matrices(self, moment: Moment) -> FloatArray:
        """Bone matrices (B, 3, 4) at a moment."""
        skeleton = self.skeleton
        local, shift = self._trunk(moment)
        trunk = skeleton.pose(local, shift_m=shift)
        absolute = self._working_leg(moment, trunk).rotations(self.working)
        hip = skeleton.head_of(trunk, f"upperleg01.{self.resting}")
        absolute |= self._other_leg(moment, trunk, hip).rotations(self.resting)
        posed = skeleton.pose(local, absolute, shift)
        for side, hand in zip((self.working, self.resting), self.posture.hands, strict=True):
            arm, fingers = arm_rotations(skeleton, side, posed, self._hand(side, hand, moment, posed))
            absolute |= arm
            local |= fingers
        return skeleton.pose(local, absolute, shift)

    def _trunk(self, moment: Moment) -> tuple[dict[str, FloatArray], FloatArray]:
        """Local rotations of pelvis, spine, shoulders, neck and head, and the shift that keeps the spine in place."""
        posture = self.posture
        tilt, roll = turn("y", -moment.tilt_deg), turn("y", -moment.rolled_deg)
        lift = posture.shoulder_lift_deg * moment.clasped
        # The head rests while the shoulders lie, and comes along when they are lifted.
        neck = self.skeleton.neck_deg + posture.head_lift_deg * moment.clasped
        local = {bone: turn("y", share * lift) for bone, share in _LIFT.items()}
        local["root"], local["spine05"] = roll @ tilt, tilt.T
        local["spine03"] = roll.T @ local["spine03"]
        local["neck01"] = turn("y", neck / 2)
        local["head"] = turn("x", posture.head_turn_deg) @ turn("y", neck / 2)
        for side, hand in zip((self.working, self.resting), posture.hands, strict=True):
            sign = 1.0 if side == "L" else -1.0
            reaching = moment.clasped if hand == "thigh" else 0.0
            protracted = (
                turn("y", 4.0 * reaching) @ turn("z", -7.0 * sign * reaching) @ turn("x", 10.0 * sign * reaching)
            )
            local[f"clavicle.{side}"] = protracted
        root, spine = self.skeleton.rest_head("root"), self.skeleton.rest_head("spine05")
        moved = root + tilt @ (spine - root) - spine
        waist = self.skeleton.rest_head("spine03")
        shift = np.array([-moved[0], 0.0, 0.0]) - (root + roll @ (waist - root) - waist)
        return self._sit(local, shift, moment.seated) if moment.seated > 0 else (local, shift)

    def _sit(
        self, local: dict[str, FloatArray], shift: FloatArray, seated: float
    ) -> tuple[dict[str, FloatArray], FloatArray]:
        """Raise the trunk about the hips, which stay where they are; the head comes along."""
        skeleton, hips = self.skeleton, ("upperleg01.L", "upperleg01.R")

        def middle(shift_m: FloatArray) -> FloatArray:
            posed = skeleton.pose(local, shift_m=shift_m)
            return np.asarray((skeleton.head_of(posed, hips[0]) + skeleton.head_of(posed, hips[1])) / 2)

        before = middle(shift)
        local["root"] = turn("y", _SEATED_DEG * seated) @ local["root"]
        return local, shift + before - middle(shift)

    def _working_leg(self, moment: Moment, trunk: FloatArray) -> Leg:
        skeleton, side = self.skeleton, self.working
        hip = skeleton.head_of(trunk, f"upperleg01.{side}")
        shoulder = skeleton.head_of(trunk, f"upperarm01.{side}")
        angles = (moment.hip_deg, moment.knee_deg, moment.abduction_deg, moment.ankle_deg)
        raised = raised_leg(skeleton, side, (shoulder, hip), angles)
        if moment.raised >= 1:
            return raised
        return blend_legs(self._on_floor(side, hip, moment.slid), raised, moment.raised)

    def _other_leg(self, moment: Moment, trunk: FloatArray, hip: FloatArray) -> Leg:
        skeleton, side = self.skeleton, self.resting
        lying = self._on_floor(side, hip, moment.rest_bend)
        if moment.other_raised <= 0:
            return lying
        joints = skeleton.head_of(trunk, f"upperarm01.{side}"), hip
        angles = (moment.other_hip_deg, moment.other_knee_deg, self.posture.abduction_deg, moment.ankle_deg)
        return blend_legs(lying, raised_leg(skeleton, side, joints, angles), moment.other_raised)

    def _on_floor(self, side: str, hip: FloatArray, bend: float) -> Leg:
        posture = self.posture
        angles = (posture.rest_lean_deg, posture.rest_apart_deg, posture.rest_rotation_deg)
        return resting_leg(self.skeleton, side, hip, bend, angles)

    def _hand(self, side: str, where: str, moment: Moment, posed: FloatArray) -> Reach:
        skeleton, posture = self.skeleton, self.posture
        resting = floor_reach(skeleton, side, posed, posture.arm_spread_deg)
        if where == "floor":
            return resting
        places: dict[str, Callable[[], Reach]] = {
            "belly": lambda: belly_reach(skeleton, side),
            "thigh": lambda: thigh_reach(
                skeleton, side, self.working, posed, (posture.grip, posture.wrap), self._radii
            ),
        }
        return blend_reaches(resting, places[where](), moment.clasped)
