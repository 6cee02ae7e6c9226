"""The shape of a body: morph targets, size and limb proportions applied to the base mesh and the joints."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from synthetic.assets import BodyData
from synthetic.geometry import FloatArray, unit
from synthetic.spec import Body

# Bones whose length a stretch changes, by the joints at which the segment begins and ends.
_SEGMENTS = {
    "thigh": (("upperleg01", "upperleg02"), "upperleg01", "lowerleg01"),
    "shank": (("lowerleg01", "lowerleg02"), "lowerleg01", "foot"),
    "upper_arm": (("upperarm01", "upperarm02"), "upperarm01", "lowerarm01"),
    "forearm": (("lowerarm01", "lowerarm02"), "lowerarm01", "wrist"),
}


@dataclass(frozen=True, slots=True)
class Shape:
    """A body at rest in MakeHuman's space: base mesh (V, 3) and where bones begin and end (B, 3)."""

    vertices: FloatArray
    heads: FloatArray
    tails: FloatArray


def shape_body(data: BodyData, body: Body) -> Shape:
    """Blend the targets, scale, and stretch the limbs.

    A stretch scales a segment along its axis and moves all that hangs on it; a vertex between two bones moves as the
    mean of both by its weights, as in skinning, so that skin and clothes stay whole.
    """
    vertices = data.vertices.copy()
    for name, weight in body.targets.items():
        moved, by = data.target(name)
        vertices[moved] += weight * by
    vertices *= body.height_scale
    heads, tails = data.rig.heads(vertices), data.rig.tails(vertices)
    scale, shift = _stretches(data, heads, body)
    # A bone maps x to scale @ x + shift; its own head follows its parent.
    blended_scale = np.einsum("vb,bij->vij", data.weights, scale)
    blended_shift = data.weights @ shift
    total = data.weights.sum(axis=1)
    stretched = (np.einsum("vij,vj->vi", blended_scale, vertices) + blended_shift) / total[:, None]
    parents = np.where(data.rig.parent < 0, 0, data.rig.parent)
    new_heads = np.einsum("bij,bj->bi", scale[parents], heads) + shift[parents]
    new_tails = np.einsum("bij,bj->bi", scale, tails) + shift
    return Shape(stretched, new_heads, new_tails)


def _stretches(data: BodyData, heads: FloatArray, body: Body) -> tuple[FloatArray, FloatArray]:
    """For each bone a linear map (B, 3, 3) and a shift (B, 3)."""
    factors = {
        "thigh": body.thigh_stretch,
        "shank": body.shank_stretch,
        "upper_arm": body.arm_stretch,
        "forearm": body.arm_stretch,
    }
    own: dict[int, FloatArray] = {}
    for segment, (bones, start, end) in _SEGMENTS.items():
        for side in "LR":
            axis = unit(heads[data.rig.index[f"{end}.{side}"]] - heads[data.rig.index[f"{start}.{side}"]])
            along = np.eye(3) + (factors[segment] - 1.0) * np.outer(axis, axis)
            own |= {data.rig.index[f"{bone}.{side}"]: along for bone in bones}
    scale = np.tile(np.eye(3), (len(heads), 1, 1))
    shift = np.zeros((len(heads), 3))
    for bone, parent in enumerate(data.rig.parent):
        scale[bone] = own.get(bone, np.eye(3))
        if parent >= 0:
            head = scale[parent] @ heads[bone] + shift[parent]
            shift[bone] = head - scale[bone] @ heads[bone]
    return scale, shift
