"""The body data: base mesh, rig, morph targets, garments and textures, from one archive (``body.npz``).

Everything is in MakeHuman's own space: decimetres, y up, z to the front, x to the person's left, standing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from synthetic.geometry import FloatArray, IntArray
from synthetic.picture import decode

ARCHIVE = Path(__file__).parent / "body.npz"
# Bones that may move one vertex of what is drawn.
_BONES_PER_VERTEX = 4


@dataclass(frozen=True, slots=True)
class Faces:
    """Corners of quads: vertex ids (F, 4) and texture coordinate ids (F, 4); a triangle repeats its last corner."""

    vertices: IntArray
    coordinates: IntArray
    uv: FloatArray

    def select(self, chosen: NDArray[Any]) -> Faces:
        """Only the faces of a mask or of indices."""
        return Faces(self.vertices[chosen], self.coordinates[chosen], self.uv)


@dataclass(frozen=True, slots=True)
class Garment:
    """A mesh that is bound to the base mesh: clothes, hair, brows, lashes, eyes.

    ``refs`` (N, 3) and ``shares`` (N, 3) place each vertex among three of the base mesh, ``offset`` (N, 3) moves it,
    scaled on each axis by the distance of two base vertices to its length on the neutral body (``scale``: (3, 3) rows
    of vertex, vertex, length). ``hidden`` are base vertices that it covers.
    """

    refs: IntArray
    shares: FloatArray
    offset: FloatArray
    scale: FloatArray
    hidden: IntArray
    faces: Faces

    def fit(self, base: FloatArray) -> FloatArray:
        """Vertices (N, 3) on a base mesh (V, 3) of any shape."""
        factor = np.ones(3)
        for axis, (a, b, length) in enumerate(self.scale):
            if length > 0:
                factor[axis] = abs(base[int(a), axis] - base[int(b), axis]) / length
        placed: FloatArray = np.einsum("vk,vkc->vc", self.shares, base[self.refs]) + self.offset * factor
        return placed

    def weights(self, base_weights: FloatArray) -> FloatArray:
        """Bone weights (N, B) taken over from those of the base mesh (V, B)."""
        taken: FloatArray = np.einsum("vk,vkb->vb", self.shares.clip(0), base_weights[self.refs])
        return taken


@dataclass(frozen=True, slots=True)
class Rig:
    """Bones, parents before children: names, parent (-1 = none), and base vertices whose mean is a head or a tail."""

    names: tuple[str, ...]
    parent: IntArray
    head_vertices: tuple[IntArray, ...]
    tail_vertices: tuple[IntArray, ...]
    index: Mapping[str, int]

    def heads(self, base: FloatArray) -> FloatArray:
        """Where the bones begin (B, 3): the joint centres."""
        return np.array([base[vertices].mean(axis=0) for vertices in self.head_vertices])

    def tails(self, base: FloatArray) -> FloatArray:
        """Where the bones end (B, 3)."""
        return np.array([base[vertices].mean(axis=0) for vertices in self.tail_vertices])


class BodyData:
    """The archive, its parts made when they are first asked for."""

    def __init__(self, archive: Path) -> None:
        with np.load(archive) as stored:
            self._stored: dict[str, NDArray[Any]] = dict(stored)
        self.vertices: FloatArray = self._stored["base.vertices"].astype(float)
        self.skin = self._faces("base")
        self._garments: dict[str, Garment] = {}

    @cached_property
    def rig(self) -> Rig:
        """The bones."""
        names = tuple(str(name) for name in self._stored["rig.names"])

        def joints(which: str) -> tuple[IntArray, ...]:
            ends = np.cumsum(self._stored[f"rig.{which}.count"])[:-1]
            return tuple(np.split(self._stored[f"rig.{which}.vertices"].astype(np.int64), ends))

        index = {name: row for row, name in enumerate(names)}
        return Rig(names, self._stored["rig.parent"].astype(np.int64), joints("head"), joints("tail"), index)

    @cached_property
    def weights(self) -> FloatArray:
        """How much each bone moves each base vertex (V, B)."""
        dense = np.zeros((len(self.vertices), len(self.rig.names)))
        np.put_along_axis(dense, self._stored["weights.bones"].astype(np.int64), self._stored["weights.shares"], axis=1)
        return dense

    def target(self, name: str) -> tuple[IntArray, FloatArray]:
        """A morph target: base vertices (N,) and how they move (N, 3)."""
        return self._stored[f"target.{name}.vertices"].astype(np.int64), self._stored[f"target.{name}.moves"].astype(
            float
        )

    def garment(self, name: str) -> Garment:
        """A garment by its file name in MakeHuman, e.g. ``short02``."""
        if name not in self._garments:
            part = {key: self._stored[f"{name}.{key}"] for key in ("refs", "shares", "offset", "scale", "hidden")}
            self._garments[name] = Garment(
                refs=part["refs"].astype(np.int64),
                shares=part["shares"].astype(float),
                offset=part["offset"].astype(float),
                scale=part["scale"].astype(float),
                hidden=part["hidden"].astype(np.int64),
                faces=self._faces(name),
            )
        return self._garments[name]

    def texture(self, name: str) -> NDArray[np.uint8]:
        """A picture (H, W, 3 or 4), red first."""
        return decode(self._stored[f"texture.{name}"])

    def _faces(self, name: str) -> Faces:
        return Faces(
            self._stored[f"{name}.face_vertices"].astype(np.int64),
            self._stored[f"{name}.face_uv"].astype(np.int64),
            self._stored[f"{name}.uv"].astype(float),
        )


@lru_cache(maxsize=1)
def body_data() -> BodyData:
    """The archive beside this module, read once."""
    return BodyData(ARCHIVE)


def strongest_bones(weights: FloatArray) -> tuple[IntArray, FloatArray]:
    """The bones that move each vertex most: ids (N, 4) and shares (N, 4) that sum to 1."""
    bones = np.argsort(-weights, axis=1, kind="stable")[:, :_BONES_PER_VERTEX]
    shares = np.take_along_axis(weights, bones, axis=1)
    return bones, shares / np.maximum(shares.sum(axis=1, keepdims=True), 1e-6)
