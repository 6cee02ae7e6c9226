"""A person laid on their back: forward kinematics and skinning.

The rest frame of every bone is the identity, so a bone's rotation is a rotation of its rest geometry in the world.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from synthetic.geometry import FloatArray, IntArray, turn, unit
from synthetic.person import Part, Person

# MakeHuman's space (y up, z front, decimetres, standing) to the world (x to the feet, y left, z up, metres, lying).
_TO_WORLD: FloatArray = 0.1 * np.array([[0.0, -1.0, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, 1.0]])
_SEAT = ("root", "spine05", "pelvis.L", "pelvis.R")
_BACK = ("spine01", "spine02", "clavicle.L", "clavicle.R")
# Nothing sinks deeper than the lying surface: what would is flattened this far above it.
_CONTACT_M = 0.001
# The back sinks this far into the surface, metres; the buttocks as far as the body says.
_BACK_SINK_M = 0.010


@dataclass(frozen=True, slots=True)
class Rotations:
    """Bone rotations (3, 3): ``local`` ones go on from the parent's, ``absolute`` ones are in the world."""

    local: Mapping[str, FloatArray]
    absolute: Mapping[str, FloatArray]
    shift_m: FloatArray


class Skeleton:
    """Bones and skin of a person who lies with the hip's middle at x = y = 0 on the surface z = 0.

    Parameters
    ----------
    person
        Whom to lay down.
    seat_sink_m
        How far the buttocks sink into the surface.
    pillow_m
        Height of the pillow under the head, 0 for none.
    """

    def __init__(self, person: Person, *, seat_sink_m: float, pillow_m: float) -> None:
        self.person = person
        self.rig = person.rig
        self._to_world = _TO_WORLD
        self._offset = np.zeros(3)
        self._lie_down(seat_sink_m)
        self.neck_deg = self._rest_head(pillow_m)
        self._skins: dict[str, tuple[FloatArray, FloatArray]] = {}

    # ---- lying down ------------------------------------------------------------------------------------------------

    def _place(self) -> None:
        shape = self.person.shape
        self.heads = shape.heads @ self._to_world.T + self._offset
        self.tails = shape.tails @ self._to_world.T + self._offset
        self.base = shape.vertices @ self._to_world.T + self._offset

    def _lie_down(self, seat_sink_m: float) -> None:
        """Pitch and lower the body until the upper back and the buttocks both rest on the surface."""
        self._place()
        seat, back = (self.of_bones(names) for names in (_SEAT, _BACK))
        for _ in range(3):
            low_seat, low_back = self._lowest(seat), self._lowest(back)
            deeper = seat_sink_m - _BACK_SINK_M
            pitch = np.degrees(np.arctan2(low_seat[2] + deeper - low_back[2], low_seat[0] - low_back[0]))
            self._to_world = turn("y", float(pitch)) @ self._to_world
            self._place()
        hips = (self.rest_head("upperleg01.L") + self.rest_head("upperleg01.R")) / 2
        self._offset = np.array([-hips[0], -hips[1], -self._lowest(seat)[2] - seat_sink_m])
        self._place()

    def of_bones(self, names: tuple[str, ...], least: float = 0.5) -> IntArray:
        """Skin vertices that these bones move for the greater part."""
        skin = self.person.skin_vertices
        moved = self.person.weights[skin][:, [self.rig.index[name] for name in names]].sum(axis=1)
        chosen: IntArray = skin[moved > least]
        return chosen

    def _lowest(self, vertices: IntArray) -> FloatArray:
        points = self.base[vertices]
        lowest: FloatArray = points[points[:, 2] < np.quantile(points[:, 2], 0.03)].mean(axis=0)
        return lowest

    def _rest_head(self, pillow_m: float) -> float:
        """The flexion of the neck that rests the head on the surface or on the pillow, degrees."""
        skull, head = self.of_bones(("head",), 0.9), self.rig.index["head"]
        low, high = -35.0, 45.0
        for _ in range(20):
            middle = (low + high) / 2
            matrices = self.pose({"neck01": turn("y", middle / 2), "head": turn("y", middle / 2)})
            points = self.base[skull] @ matrices[head, :, :3].T + matrices[head, :, 3]
            if np.quantile(points[:, 2], 0.01) < pillow_m:
                low = middle
            else:
                high = middle
        return (low + high) / 2

    # ---- kinematics ------------------------------------------------------------------------------------------------

    def rest_head(self, bone: str) -> FloatArray:
        """The joint (3,) at which a bone begins, at rest, m."""
        head: FloatArray = self.heads[self.rig.index[bone]]
        return head

    def length_m(self, start: str, end: str) -> float:
        """The distance of two joints at rest."""
        return float(np.linalg.norm(self.rest_head(end) - self.rest_head(start)))

    def pose(
        self,
        local: Mapping[str, FloatArray],
        absolute: Mapping[str, FloatArray] | None = None,
        shift_m: FloatArray | None = None,
    ) -> FloatArray:
        """Bone matrices (B, 3, 4) from rotations (3, 3) of some bones.

        Parameters
        ----------
        local
            Rotations that go on from the parent's.
        absolute
            Rotations in the world, whatever the parent does.
        shift_m : (3,), optional
            Moves the whole body.
        """
        absolute = absolute or {}
        turns = np.empty((len(self.heads), 3, 3))
        places = np.empty((len(self.heads), 3))
        for bone, name in enumerate(self.rig.names):
            parent = self.rig.parent[bone]
            if parent < 0:
                inherited, place = np.eye(3), self.heads[bone] + (0.0 if shift_m is None else shift_m)
            else:
                inherited = turns[parent]
                place = places[parent] + inherited @ (self.heads[bone] - self.heads[parent])
            if name in absolute:
                turns[bone] = absolute[name]
            else:
                turns[bone] = inherited @ local[name] if name in local else inherited
            places[bone] = place
        matrices = np.empty((len(self.heads), 3, 4))
        matrices[:, :, :3] = turns
        matrices[:, :, 3] = places - np.einsum("bij,bj->bi", turns, self.heads)
        return matrices

    def head_of(self, matrices: FloatArray, bone: str) -> FloatArray:
        """The joint (3,) at which a bone begins, posed, m."""
        row = self.rig.index[bone]
        joint: FloatArray = matrices[row, :, :3] @ self.heads[row] + matrices[row, :, 3]
        return joint

    def skin_point(self, matrices: FloatArray, vertex: int) -> FloatArray:
        """A vertex (3,) of the base mesh, posed, m; like the skin it does not lie below the surface."""
        weights = self.person.weights[vertex]
        bones = np.flatnonzero(weights)
        matrix = np.einsum("k,kij->ij", weights[bones] / weights[bones].sum(), matrices[bones])
        point: FloatArray = matrix[:, :3] @ self.base[vertex] + matrix[:, 3]
        point[2] = max(point[2], _CONTACT_M)
        return point

    def skin(self, matrices: FloatArray, part: Part) -> tuple[FloatArray, FloatArray]:
        """Posed vertices (N, 3) m and normals (N, 3) of a part; nothing lies below the surface."""
        if part.name not in self._skins:
            normals = part.normals @ self._to_world.T
            normals /= np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-9)
            self._skins[part.name] = part.rest @ self._to_world.T + self._offset, normals
        rest, rest_normals = self._skins[part.name]
        flat = matrices.reshape(-1, 12)
        blend = np.einsum("nk,nkc->nc", part.shares, flat[part.bones]).reshape(-1, 3, 4)
        points = np.einsum("nij,nj->ni", blend[:, :, :3], rest) + blend[:, :, 3]
        normals = np.einsum("nij,nj->ni", blend[:, :, :3], rest_normals)
        normals /= np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-9)
        points[:, 2] = np.maximum(points[:, 2], _CONTACT_M)
        return points, normals

    def radius_m(self, side: str, along: float) -> float:
        """How thick the thigh is at a share of its length (hip 0, knee 1)."""
        hip, knee = self.rest_head(f"upperleg01.{side}"), self.rest_head(f"lowerleg01.{side}")
        axis = unit(knee - hip)
        leg = self.of_bones((f"upperleg01.{side}", f"upperleg02.{side}"), 0.6)
        from_hip = self.base[leg] - hip
        position = from_hip @ axis / np.linalg.norm(knee - hip)
        radial = np.linalg.norm(from_hip - np.outer(from_hip @ axis, axis), axis=1)
        ring = np.abs(position - along) < 0.04
        return float(np.median(radial[ring])) if ring.sum() > 4 else 0.08
