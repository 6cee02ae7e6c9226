"""A blanket over a leg that lies still: a sheet of cloth that hangs over it, and does not move."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise

import cv2
import numpy as np

from synthetic.furniture import muted
from synthetic.geometry import FloatArray
from synthetic.meshes import Mesh, grid_triangles
from synthetic.person import Material
from synthetic.spec import Side
from synthetic.textures import fabric

# Joints along the leg with the leg's radius there, m; the toes stand up.
_RADII = (("hip", 0.10), ("knee", 0.075), ("ankle", 0.06), ("foot_index", 0.05))
# From where on the thigh is covered (share of it), and how far the cloth reaches beyond the toes and aside, m.
_FROM, _BEYOND_M, _ASIDE_M = 0.25, 0.22, 0.20
_STEP_M, _THICK_M = 0.015, 0.012
# Cloth between leg and floor falls by this much for each metre aside, and is smooth over this long, m.
_SLOPE, _SMOOTH_M = 1.1, 0.03
# Depth of its folds, m.
_FOLDS_M = 0.018


def blanket(places: Mapping[str, FloatArray], side: Side, seed: int) -> Mesh:
    """A blanket over the leg of a side, from the landmarks (3,) m of the person at rest."""
    rng = np.random.default_rng([seed, 7])
    joints = [places[f"{side}_{name}"] for name, _ in _RADII]
    joints[0] = joints[0] + _FROM * (joints[1] - joints[0])
    outward = 1.0 if side == "left" else -1.0
    low, high = np.min(joints, axis=0), np.max(joints, axis=0)
    outer, inner = (high, low) if outward > 0 else (low, high)
    first, last = sorted((float(outer[1] + outward * _ASIDE_M), float(inner[1] - 0.09 * outward)))
    x = np.arange(float(low[0]), float(high[0]) + _BEYOND_M, _STEP_M)
    y = np.arange(first, last, _STEP_M)
    ground: FloatArray = np.stack(np.meshgrid(x, y, indexing="ij"), axis=-1)
    height = np.full((len(x), len(y)), _THICK_M)
    for number, (start, end) in enumerate(pairwise(joints)):
        for share in np.linspace(0, 1, 12):
            radius = (1 - share) * _RADII[number][1] + share * _RADII[number + 1][1]
            height = np.maximum(height, _over(ground, start + share * (end - start), radius))
    folds: FloatArray = np.asarray(cv2.GaussianBlur(rng.normal(0, 1, height.shape), (0, 0), 3.0), float)
    cloth = np.asarray(cv2.GaussianBlur(height + _THICK_M, (0, 0), _SMOOTH_M / _STEP_M), float) + _FOLDS_M * folds
    points = np.concatenate([ground, np.maximum(cloth, _THICK_M)[..., None]], axis=-1)
    along, across = np.gradient(points[..., 2], _STEP_M)
    normals = np.stack([-along, -across, np.ones_like(along)], axis=-1)
    normals /= np.linalg.norm(normals, axis=-1, keepdims=True)
    uv = (ground - ground.min(axis=(0, 1))) * 2.0
    return Mesh(
        points.reshape(-1, 3),
        normals.reshape(-1, 3),
        uv.reshape(-1, 2),
        np.ones((points.size // 3, 3)),
        grid_triangles(len(x), len(y)).astype(np.int64),
        fabric(rng, muted(rng)),
        Material(rough=0.95, spec=0.02, two_sided=True),
        receives=True,
    )


def _over(ground: FloatArray, centre: FloatArray, radius: float) -> FloatArray:
    """Height (X, Y) m of cloth over a ball: round on top of it, and falling evenly beside it."""
    away = np.hypot(*np.moveaxis(ground - centre[:2], -1, 0))
    round_top = centre[2] + np.sqrt(np.maximum(radius**2 - away**2, 0.0))
    return np.asarray(np.where(away < radius, round_top, centre[2] - _SLOPE * (away - radius)))
