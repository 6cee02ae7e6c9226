"""Simple solids of which rooms are built."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from synthetic.geometry import FloatArray, IntArray
from synthetic.person import Material
from synthetic.spec import Colour
from synthetic.textures import Texture

_PLAIN = Material(rough=0.8, spec=0.1)


@dataclass(frozen=True, slots=True)
class Mesh:
    """Vertices (N, 3) m with normals, texture coordinates (N, 2) and colours (N, 3); triangles (M, 3).

    ``receives``: the person's shadow falls on it, so it is drawn anew in every frame.
    """

    points: FloatArray
    normals: FloatArray
    uv: FloatArray
    colours: FloatArray
    triangles: IntArray
    texture: Texture | None = None
    material: Material = _PLAIN
    receives: bool = False


def box(
    centre: Sequence[float],
    size: Sequence[float],
    *,
    texture: Texture | None = None,
    colour: Colour = (0.7, 0.7, 0.7),
    radius: float = 0.0,
    yaw: float = 0.0,
    uv_scale: float = 1.0,
    material: Material = _PLAIN,
) -> Mesh:
    """A box, its edges rounded by a radius, turned about the vertical by ``yaw`` radians."""
    half = np.asarray(size, float) / 2
    rounding = min(radius, float(half.min()) * 0.98)
    # The grid is dense where the edge is rounded.
    grid = np.concatenate([[-1.0], np.linspace(-0.94, 0.94, 4), [1.0]]) if rounding > 0 else np.array([-1.0, 1.0])
    sides = [_side(axis, sign, grid, half, rounding) for axis in range(3) for sign in (-1.0, 1.0)]
    count = len(grid) ** 2
    points, normals, uv, triangles = (np.concatenate([side[part] for side in sides]) for part in range(4))
    triangles += np.repeat(np.arange(len(sides)) * count, len(sides[0][3]))[:, None].astype(triangles.dtype)
    c, s = np.cos(yaw), np.sin(yaw)
    turned = np.array([[c, s, 0], [-s, c, 0], [0, 0, 1]])
    tint = np.ones(3) if texture is not None else np.asarray(colour, float)
    return Mesh(
        points @ turned + np.asarray(centre, float),
        normals @ turned,
        uv * uv_scale,
        np.tile(tint, (len(points), 1)),
        triangles.astype(np.int64),
        texture,
        material,
    )


def _side(
    axis: int, sign: float, grid: FloatArray, half: FloatArray, rounding: float
) -> tuple[NDArray[np.float64], ...]:
    """One side of a box as a grid: points, normals, texture coordinates, triangles."""
    a, b = (axis + 1) % 3, (axis + 2) % 3
    u, v = (part.ravel() for part in np.meshgrid(grid, grid, indexing="ij"))
    points = np.zeros((len(u), 3))
    points[:, axis], points[:, a], points[:, b] = sign * half[axis], u * half[a], v * half[b]
    normals = np.zeros_like(points)
    normals[:, axis] = sign
    uv = points[:, [a, b]].copy()
    if rounding > 0:
        inner = np.clip(points, -(half - rounding), half - rounding)
        normals = points - inner
        normals /= np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-9)
        points = inner + rounding * normals
    triangles = grid_triangles(len(grid), len(grid))
    return points, normals, uv, triangles if sign > 0 else triangles[:, ::-1]


def grid_triangles(rows: int, columns: int) -> NDArray[np.float64]:
    """Two triangles (M, 3) for each cell of a grid of vertices."""
    first = (np.arange(rows - 1)[:, None] * columns + np.arange(columns - 1)).ravel()
    corners = np.stack([first, first + columns, first + columns + 1, first + 1], axis=1)
    return np.concatenate([corners[:, [0, 1, 2]], corners[:, [0, 2, 3]]]).astype(float)


def quad(
    corner: Sequence[float],
    edges: tuple[Sequence[float], Sequence[float]],
    *,
    facing: Sequence[float],
    texture: Texture | None = None,
    colour: Colour = (0.8, 0.8, 0.8),
    repeat: tuple[float, float] = (1.0, 1.0),
    material: Material = _PLAIN,
) -> Mesh:
    """A rectangle that is seen from the side to which it faces only, and casts no shadow."""
    start, across, along = (np.asarray(vector, float) for vector in (corner, *edges))
    points = np.array([start, start + across, start + across + along, start + along])
    normal = np.cross(across, along)
    normal /= np.linalg.norm(normal)
    triangles = np.array([[0, 1, 2], [0, 2, 3]])
    if normal @ np.asarray(facing, float) < 0:
        normal, triangles = -normal, triangles[:, ::-1]
    uv = np.array([[0, 0], [1, 0], [1, 1], [0, 1]]) * np.asarray(repeat, float)
    tint = np.ones(3) if texture is not None else np.asarray(colour, float)
    return Mesh(
        points, np.tile(normal, (4, 1)), uv, np.tile(tint, (4, 1)), triangles, texture, replace(material, casts=False)
    )


def ball(centre: Sequence[float], radius: float, colour: Colour, *, squash: float = 1.0, rings: int = 7) -> Mesh:
    """A ball, flattened by a share of its height."""
    polar, around = np.meshgrid(np.linspace(0, np.pi, rings), np.linspace(0, 2 * np.pi, 2 * rings), indexing="ij")
    normals = np.stack([np.sin(polar) * np.cos(around), np.sin(polar) * np.sin(around), np.cos(polar)], -1).reshape(
        -1, 3
    )
    points = normals * radius * np.array([1, 1, squash]) + np.asarray(centre, float)
    triangles = grid_triangles(rings, 2 * rings).astype(np.int64)
    return Mesh(
        points, normals, np.zeros((len(points), 2)), np.tile(np.asarray(colour, float), (len(points), 1)), triangles
    )


def merge(meshes: Sequence[Mesh]) -> list[Mesh]:
    """Join meshes that are drawn alike, so that a room takes few draw calls."""
    groups: dict[tuple[object, ...], list[Mesh]] = {}
    for mesh in meshes:
        texture = None if mesh.texture is None else id(mesh.texture)
        groups.setdefault((texture, mesh.material, mesh.receives), []).append(mesh)
    return [_joined(group) for group in groups.values()]


def _joined(group: list[Mesh]) -> Mesh:
    starts = np.cumsum([0, *(len(mesh.points) for mesh in group[:-1])])
    return replace(
        group[0],
        points=np.concatenate([mesh.points for mesh in group]),
        normals=np.concatenate([mesh.normals for mesh in group]),
        uv=np.concatenate([mesh.uv for mesh in group]),
        colours=np.concatenate([mesh.colours for mesh in group]),
        triangles=np.concatenate([mesh.triangles + start for mesh, start in zip(group, starts, strict=True)]),
    )
