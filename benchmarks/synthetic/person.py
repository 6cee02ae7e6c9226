"""A dressed person: the drawable parts of a body, and the points of its surface that truth names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from synthetic.assets import BodyData, Faces, Garment, Rig, strongest_bones
from synthetic.geometry import FloatArray, IntArray
from synthetic.shape import Shape, shape_body
from synthetic.spec import Body, Colour

# Below the hip by this share of the thigh, a piece of the outfit is trousers.
_TROUSERS_FROM = 0.3
# Shorts are widened towards the hem over this length, decimetres, so that they read as cloth.
_HEM_DM, _HEM_WIDER = 1.6, 0.10


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """How a surface is shaded. ``alpha`` is the least opacity that is drawn, 0 for solid; ``casts`` a shadow or not."""

    rough: float = 0.8
    spec: float = 0.1
    tint: Colour = (1.0, 1.0, 1.0)
    grey: float = 0.0
    alpha: float = 0.0
    skin: bool = False
    two_sided: bool = False
    emit: float = 0.0
    casts: bool = True


@dataclass(frozen=True, slots=True)
class Part:
    """One drawable piece at rest in MakeHuman's space; vertices are split at the seams of the texture."""

    name: str
    rest: FloatArray
    normals: FloatArray
    uv: FloatArray
    triangles: IntArray
    bones: IntArray
    shares: FloatArray
    texture: str
    material: Material


@dataclass(frozen=True, slots=True)
class Person:
    """A body that can be posed and drawn. ``marks`` are base vertices of facial and foot landmarks."""

    rig: Rig
    weights: FloatArray
    shape: Shape
    skin_vertices: IntArray
    parts: tuple[Part, ...]
    marks: Mapping[str, int] = field(default_factory=dict)


def make_person(data: BodyData, body: Body) -> Person:
    """Shape and dress a body."""
    shape = shape_body(data, body)
    skin_vertices = np.unique(data.skin.vertices)
    hidden: set[int] = set()
    parts = _outfit(data, body, shape, hidden)
    if body.shoes:
        parts.append(_worn(data, shape, body.shoes, Material(rough=0.6, spec=0.3), hidden=hidden))
    thin = Material(spec=0.05, alpha=0.4, two_sided=True, casts=False)
    parts += [
        _worn(data, shape, body.hair, Material(rough=0.5, spec=0.25, alpha=0.35, tint=body.hair_tint, two_sided=True)),
        _worn(data, shape, body.brows, thin),
        _worn(data, shape, "eyelashes01", replace(thin, tint=(0.3, 0.3, 0.3))),
        _worn(data, shape, "low-poly", Material(rough=0.15, spec=0.8, alpha=0.1, casts=False), texture=body.eyes),
    ]
    covered = np.asarray(np.isin(data.skin.vertices, sorted(hidden)).all(axis=1), bool)
    skin = Material(rough=0.55, spec=0.35, skin=True, tint=body.skin_tint)
    normals = vertex_normals(shape.vertices, data.skin)
    parts.insert(
        0, _part(body.skin, shape.vertices, normals, data.skin.select(~covered), data.weights, body.skin, skin)
    )
    return Person(data.rig, data.weights, shape, skin_vertices, tuple(parts), _marks(data.rig, shape, skin_vertices))


def vertex_normals(vertices: FloatArray, faces: Faces) -> FloatArray:
    """Unit normals (V, 3), each the mean of the faces around a vertex by their area."""
    a, b, c = (vertices[faces.vertices[:, corner]] for corner in range(3))
    of_faces = np.cross(b - a, c - a)
    normals = np.zeros_like(vertices)
    for axis in range(3):
        summed = np.repeat(of_faces[:, axis], faces.vertices.shape[1])
        normals[:, axis] = np.bincount(faces.vertices.ravel(), weights=summed, minlength=len(vertices))
    unit_normals: FloatArray = normals / np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-9)
    return unit_normals


def _part(
    name: str,
    vertices: FloatArray,
    normals: FloatArray,
    faces: Faces,
    weights: FloatArray,
    texture: str,
    material: Material,
) -> Part:
    pairs = np.stack([faces.vertices.ravel(), faces.coordinates.ravel()], axis=1)
    split, corner = np.unique(pairs, axis=0, return_inverse=True)
    quads = corner.reshape(-1, 4)
    triangles = np.concatenate([quads[:, [0, 1, 2]], quads[:, [0, 2, 3]]])
    source, uv = split[:, 0], split[:, 1]
    bones, shares = strongest_bones(weights[source])
    return Part(name, vertices[source], normals[source], faces.uv[uv], triangles, bones, shares, texture, material)


def _worn(
    data: BodyData, shape: Shape, name: str, material: Material, *, texture: str = "", hidden: set[int] | None = None
) -> Part:
    garment = data.garment(name)
    if hidden is not None:
        hidden.update(garment.hidden.tolist())
    vertices = garment.fit(shape.vertices)
    normals = vertex_normals(vertices, garment.faces)
    return _part(name, vertices, normals, garment.faces, garment.weights(data.weights), texture or name, material)


def _outfit(data: BodyData, body: Body, shape: Shape, hidden: set[int]) -> list[Part]:
    """Shirt and trousers are one mesh: part them, cut and tint them. Adds the covered base vertices to ``hidden``."""
    garment = data.garment(body.outfit)
    vertices = garment.fit(shape.vertices)
    normals = vertex_normals(vertices, garment.faces)
    hip_y = shape.heads[data.rig.index["upperleg01.L"], 1]
    knee_y = shape.heads[data.rig.index["lowerleg01.L"], 1]
    lower = _below(garment, vertices, hip_y + _TROUSERS_FROM * (knee_y - hip_y))
    vertices = vertices + 10.0 * body.looseness_m * np.where(lower, 1.0, 0.7)[:, None] * normals
    kept = np.ones(len(garment.faces.vertices), bool)
    covered = garment.hidden
    if body.shorts:
        cut_y = hip_y + (knee_y - hip_y) * body.shorts
        vertices = _widen_hem(vertices, lower, cut_y)
        kept = vertices[garment.faces.vertices, 1].max(axis=1) > cut_y
        # What is left of the faces across the cut ends at it, so that the hem is straight.
        vertices[lower, 1] = np.maximum(vertices[lower, 1], cut_y)
        covered = covered[shape.vertices[covered, 1] > cut_y + 0.25]
    hidden.update(covered.tolist())
    weights = garment.weights(data.weights)
    is_lower = lower[garment.faces.vertices[:, 0]]
    cloth = Material(rough=0.9, spec=0.08, two_sided=True)
    looks = {
        "top": (~is_lower, replace(cloth, tint=body.top_tint, grey=body.top_grey)),
        "bottom": (is_lower & kept, replace(cloth, tint=body.bottom_tint, grey=body.bottom_grey)),
    }
    return [
        _part(name, vertices, normals, garment.faces.select(chosen), weights, body.outfit, material)
        for name, (chosen, material) in looks.items()
        if chosen.any()
    ]


def _below(garment: Garment, vertices: FloatArray, level_y: float) -> NDArray[np.bool_]:
    """The vertices (N,) of connected pieces whose median lies below a level."""
    label = np.arange(len(vertices))
    corners = garment.faces.vertices
    while True:
        # Every vertex takes the smallest label of the faces around it, until nothing changes.
        least = np.repeat(label[corners].min(axis=1), corners.shape[1])
        spread = label.copy()
        np.minimum.at(spread, corners.ravel(), least)
        spread = spread[spread]
        if np.array_equal(spread, label):
            break
        label = spread
    below = np.zeros(len(vertices), bool)
    for piece in np.unique(label):
        below[label == piece] = np.median(vertices[label == piece, 1]) < level_y
    return below


def _widen_hem(vertices: FloatArray, lower: NDArray[np.bool_], cut_y: float) -> FloatArray:
    widened = vertices.copy()
    for side in (1, -1):
        leg = lower & (vertices[:, 1] < cut_y + _HEM_DM) & (np.sign(vertices[:, 0]) == side)
        if leg.any():
            across = vertices[leg][:, [0, 2]]
            wider = _HEM_WIDER * np.clip((cut_y + _HEM_DM - vertices[leg, 1]) / _HEM_DM, 0, 1)
            widened[np.ix_(leg, [0, 2])] = across + (across - across.mean(axis=0)) * wider[:, None]
    return widened


def _marks(rig: Rig, shape: Shape, skin: IntArray) -> dict[str, int]:
    """Base vertices of the facial and foot landmarks that pose estimators name."""
    points = shape.vertices[skin]
    eyes = shape.heads[[rig.index["eye.L"], rig.index["eye.R"]]]
    half = abs(eyes[0, 0] - eyes[1, 0]) / 2
    eye_y, eye_z = eyes[:, 1].mean(), eyes[:, 2].mean()
    middle = (np.abs(points[:, 0]) < 0.15 * half) & (points[:, 1] < eye_y) & (points[:, 1] > eye_y - 2.2 * half)
    marks = {"nose": int(skin[middle][np.argmax(points[middle, 2])])}
    for side, sign in (("left", 1), ("right", -1)):
        letter = side[0].upper()
        on_side = np.sign(points[:, 0]) == sign
        # The tragus: at the front of the ear, half an eye's distance below the eyes.
        ear = on_side & (np.abs(points[:, 1] - (eye_y - 0.5 * half)) < 0.5 * half)
        ear &= (points[:, 2] < eye_z - 1.2 * half) & (points[:, 2] > eye_z - 3.5 * half)
        out = np.abs(points[ear, 0])
        tragus = points[ear][out > np.quantile(out, 0.7)].mean(axis=0)
        marks[f"{side}_ear"] = int(skin[ear][_nearest(points[ear], tragus)])
        mouth = shape.tails[rig.index[f"oris03.{letter}"]] * np.array([1.35, 1.0, 1.0])
        marks[f"mouth_{side}"] = int(skin[_nearest(points, mouth)])
        ankle = shape.heads[rig.index[f"foot.{letter}"]]
        foot = on_side & (points[:, 1] < ankle[1])
        heel = foot & (np.abs(points[:, 0] - ankle[0]) < 0.6)
        marks[f"{side}_heel"] = int(skin[heel][np.argmin(points[heel, 2] + 0.4 * points[heel, 1])])
        marks[f"{side}_foot_index"] = int(skin[foot][np.argmax(points[foot, 2])])
    return marks


def _nearest(points: FloatArray, to: FloatArray) -> int:
    return int(np.argmin(np.linalg.norm(points - to, axis=1)))
