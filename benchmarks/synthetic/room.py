"""A room: what the person lies on, floor, walls and furniture, all from a seed. The lying surface is z = 0."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from synthetic.furniture import PIECES, Rng, jitter, muted, picture, window
from synthetic.meshes import Mesh, box, merge, quad
from synthetic.person import Material
from synthetic.spec import Colour, Room
from synthetic.textures import Texture, carpet, fabric, plaster, striped, tiles, wood

_FLOORS: tuple[tuple[str, Colour], ...] = (
    ("wood", (0.78, 0.60, 0.42)),
    ("wood", (0.48, 0.33, 0.23)),
    ("wood", (0.66, 0.63, 0.58)),
    ("carpet", (0.72, 0.66, 0.58)),
    ("carpet", (0.45, 0.47, 0.50)),
    ("carpet", (0.40, 0.33, 0.30)),
    ("tiles", (0.80, 0.79, 0.76)),
)
_WALLS: tuple[Colour, ...] = (
    (0.90, 0.88, 0.83),
    (0.80, 0.85, 0.87),
    (0.88, 0.82, 0.74),
    (0.74, 0.80, 0.74),
    (0.93, 0.92, 0.91),
    (0.55, 0.58, 0.62),
)
_MAT_M = 0.012
_CEILING_M = 2.7
# Furniture whose middle lies this far towards the camera, metres, would stand in its way.
_CLEAR_M = 0.35
# Room kept free for the person and what they lie on, metres either way.
_OWN_M = 0.75


def build_room(room: Room, *, camera_xy: tuple[float, float], head_x_m: float) -> list[Mesh]:
    """Everything but the person.

    Parameters
    ----------
    room
        Its seed decides all but the surface, the pillow and whether there is a window behind the person.
    camera_xy
        Where the camera is, m: furniture between it and the person is left out.
    head_x_m
        Where the head's joint is along the body, for the pillow.

    Returns
    -------
    list of Mesh
        Joined where they are drawn alike.
    """
    rng = np.random.default_rng(room.seed)
    surface, floor_m = _surface(rng, room)
    if room.pillow_m > 0.01:
        top = room.pillow_m + 0.012
        cloth = fabric(rng, jitter(rng, (0.84, 0.84, 0.84), 0.16))
        size = [rng.uniform(0.3, 0.4), rng.uniform(0.45, 0.65), top]
        surface.append(box([head_x_m - 0.05, 0, top / 2], size, texture=cloth, radius=top * 0.48, uv_scale=4))
    walls = float(rng.uniform(2.2, 3.0)), float(rng.uniform(1.35, 2.6))
    shell = _shell(rng, walls, floor_m)
    near = [replace(mesh, receives=True) for mesh in [shell[0], *surface]]
    camera = np.array(camera_xy) / max(float(np.hypot(*camera_xy)), 1e-6)
    groups = _clutter(rng, walls, floor_m)
    if room.window:
        behind = -1.0 if camera_xy[1] > 0 else 1.0
        groups.append(window(rng, (float(rng.uniform(-0.9, 0.9)), walls[1], behind, floor_m)))
    kept = [
        mesh
        for group in groups
        if np.mean([m.points.mean(axis=0)[:2] for m in group], axis=0) @ camera < _CLEAR_M
        for mesh in group
    ]
    return merge([*near, *shell[1:], *kept])


def _surface(rng: Rng, room: Room) -> tuple[list[Mesh], float]:
    """What the person lies on, and how high the floor is (at or below 0)."""
    soft = Material(rough=0.9, spec=0.06)
    if room.surface == "floor":
        return [], 0.0
    if room.surface == "mat":
        size = [rng.uniform(1.78, 2.1), rng.uniform(0.58, 0.9), _MAT_M]
        cloth = fabric(rng, muted(rng), size=256)
        return [box([0.02, 0, -_MAT_M / 2], size, texture=cloth, radius=0.005, uv_scale=3, material=soft)], -_MAT_M
    if room.surface == "bench":
        height, colour = float(rng.uniform(0.45, 0.8)), muted(rng)
        top = box(
            [0.02, 0, -0.04], [rng.uniform(1.9, 2.1), rng.uniform(0.62, 0.8), 0.08], colour=muted(rng), radius=0.03
        )
        legs = [
            box([x, y, -(height + 0.08) / 2], [0.06, 0.06, height - 0.08], colour=colour)
            for x in (-0.8, 0.8)
            for y in (-0.25, 0.25)
        ]
        return [replace(top, material=Material(rough=0.5, spec=0.25)), *legs], -height
    height, width = float(rng.uniform(0.4, 0.6)), float(rng.uniform(0.95, 1.6))
    sheet = (
        striped(rng, (muted(rng), muted(rng)))
        if rng.random() < 0.3
        else fabric(rng, jitter(rng, (0.75, 0.76, 0.78), 0.3))
    )
    frame = wood(rng, jitter(rng, (0.5, 0.38, 0.28), 0.4), planks=2, size=128)
    # The person lies at the edge that the camera sees, so the mattress is centred on them.
    mattress = box([0.03, 0, -0.11], [2.05, width, 0.22], texture=sheet, radius=0.06, uv_scale=2, material=soft)
    base = box([0.03, 0, -(height + 0.16) / 2], [2.1, width + 0.06, max(height - 0.2, 0.08)], texture=frame)
    board = box([-1.05, 0, -height / 2 + 0.2], [0.06, width + 0.06, height + 0.5], texture=frame)
    return [mattress, base, board], -height


def _shell(rng: Rng, walls: tuple[float, float], floor_m: float) -> list[Mesh]:
    """Floor and four walls with their skirting, seen from inside only."""
    kind, colour = _FLOORS[int(rng.integers(len(_FLOORS)))]
    textures = {"wood": wood, "carpet": carpet, "tiles": tiles}
    under: Texture = textures[kind](rng, jitter(rng, colour))
    shiny = Material(rough=0.45, spec=0.25) if kind != "carpet" else Material(rough=0.95, spec=0.02)
    big = 8.0
    meshes = [
        quad(
            [-big, -big, floor_m],
            ([2 * big, 0, 0], [0, 2 * big, 0]),
            facing=[0, 0, 1],
            texture=under,
            repeat=(9, 9),
            material=shiny,
        )
    ]
    paint = plaster(rng, jitter(rng, _WALLS[int(rng.integers(len(_WALLS)))], 0.1))
    skirting = jitter(rng, (0.85, 0.85, 0.83), 0.1)
    x, y = walls
    corners = [
        ([-x, y], [2 * x, 0], [0, -1]),
        ([x, -y], [-2 * x, 0], [0, 1]),
        ([-x, -y], [0, 2 * y], [1, 0]),
        ([x, y], [0, -2 * y], [-1, 0]),
    ]
    for start, along, inwards in corners:
        edge, facing = [*along, 0], [*inwards, 0]
        meshes.append(quad([*start, floor_m], (edge, [0, 0, _CEILING_M]), facing=facing, texture=paint, repeat=(2, 1)))
        foot = [start[0] + 0.012 * inwards[0], start[1] + 0.012 * inwards[1], floor_m]
        meshes.append(quad(foot, (edge, [0, 0, 0.09]), facing=facing, colour=skirting))
    return meshes


def _clutter(rng: Rng, walls: tuple[float, float], floor_m: float) -> list[list[Mesh]]:
    """Furniture and pictures along the two long walls."""
    groups: list[list[Mesh]] = []
    for side in (1.0, -1.0):
        count = int(rng.integers(0, 4))
        slots = rng.permutation([-1.7, -0.5, 0.7, 1.9])[:count]
        for slot in slots:
            piece = PIECES[int(rng.integers(len(PIECES)))]
            group = piece(rng, (float(slot + rng.uniform(-0.25, 0.25)), walls[1], side, floor_m))
            if min(float(np.abs(mesh.points[:, 1]).min()) for mesh in group) > _OWN_M:
                groups.append(group)
        places = rng.uniform(-1.6, 1.6, int(rng.integers(0, 3)))
        groups.extend(picture(rng, (float(x), walls[1], side, floor_m)) for x in places)
    return groups
