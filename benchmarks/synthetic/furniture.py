"""Furniture: groups of meshes that stand at the walls of a room."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from synthetic.meshes import Mesh, ball, box
from synthetic.person import Material
from synthetic.spec import Colour
from synthetic.textures import fabric, painting, wood

Rng = np.random.Generator
# Where a piece stands: its middle along the wall, the wall's distance, which wall (+1 or -1), the floor's height.
Place = tuple[float, float, float, float]

_SOFAS: tuple[Colour, ...] = (
    (0.45, 0.46, 0.48),
    (0.30, 0.36, 0.45),
    (0.62, 0.55, 0.45),
    (0.50, 0.30, 0.24),
    (0.25, 0.33, 0.28),
)
_WOODS: tuple[Colour, ...] = ((0.60, 0.46, 0.33), (0.50, 0.38, 0.28), (0.85, 0.82, 0.78), (0.32, 0.24, 0.19))


def muted(rng: Rng) -> Colour:
    """A random colour that is not loud."""
    colour = rng.uniform(0.12, 0.8, 3)
    r, g, b = 0.6 * colour.mean() + 0.4 * colour
    return float(r), float(g), float(b)


def jitter(rng: Rng, colour: Colour, spread: float = 0.15) -> Colour:
    """A colour near another: lighter or darker, hardly of another hue."""
    shade = rng.uniform(1 - spread, 1 + spread) * rng.uniform(0.95, 1.05, 3)
    r, g, b = np.clip(np.array(colour) * shade, 0.02, 0.97)
    return float(r), float(g), float(b)


def sofa(rng: Rng, place: Place) -> list[Mesh]:
    """A sofa with cushions."""
    x, wall, side, floor = place
    y = side * (wall - 0.42)
    cloth = fabric(rng, jitter(rng, _SOFAS[int(rng.integers(len(_SOFAS)))]))
    width = rng.uniform(1.4, 2.1)
    meshes = [
        box([x, y, floor + 0.22], [width, 0.75, 0.36], texture=cloth, radius=0.06, uv_scale=3),
        box([x, y + side * 0.30, floor + 0.50], [width, 0.22, 0.62], texture=cloth, radius=0.08, uv_scale=3),
    ]
    for end in (-1, 1):
        arm = [x + end * width / 2, y, floor + 0.32]
        cushion = [x + end * width / 4, y + side * 0.1, floor + 0.60]
        meshes += [
            box(arm, [0.2, 0.78, 0.56], texture=cloth, radius=0.07, uv_scale=3),
            box(cushion, [0.42, 0.16, 0.40], colour=muted(rng), radius=0.07, yaw=end * 0.2),
        ]
    return meshes


def shelf(rng: Rng, place: Place) -> list[Mesh]:
    """Boards with books."""
    x, wall, side, floor = place
    y = side * (wall - 0.16)
    boards = wood(rng, jitter(rng, _WOODS[int(rng.integers(len(_WOODS)))]), planks=2, size=128)
    levels = int(rng.integers(3, 6))
    top = 0.38 * (levels - 1)
    meshes = [box([x, y, floor + 0.05 + 0.38 * k], [1.1, 0.28, 0.03], texture=boards) for k in range(levels)]
    meshes += [
        box([x + end * 0.55, y, floor + 0.05 + top / 2], [0.03, 0.28, top + 0.06], texture=boards) for end in (-1, 1)
    ]
    for level in range(levels - 1):
        at = x - 0.5
        while at < x + 0.45:
            width, height = rng.uniform(0.02, 0.06), rng.uniform(0.16, 0.30)
            if rng.random() < 0.85:
                middle = [at + width / 2, y, floor + 0.065 + 0.38 * level + height / 2]
                meshes.append(box(middle, [width, 0.2, height], colour=muted(rng)))
            at += width + (0.004 if rng.random() < 0.9 else 0.12)
    return meshes


def cabinet(rng: Rng, place: Place) -> list[Mesh]:
    """A low cabinet with something on it."""
    x, wall, side, floor = place
    width, height = rng.uniform(0.8, 1.6), rng.uniform(0.45, 0.9)
    front = wood(rng, jitter(rng, _WOODS[int(rng.integers(len(_WOODS)))]), planks=3, size=128)
    y = side * (wall - 0.25)
    on_top = [x + rng.uniform(-0.3, 0.3), y, floor + height + 0.1]
    return [
        box([x, y, floor + height / 2], [width, 0.42, height], texture=front, radius=0.02),
        ball(on_top, float(rng.uniform(0.06, 0.14)), muted(rng)),
        box([x - 0.3, y, floor + height + 0.15], [0.3, 0.06, 0.3], colour=muted(rng)),
    ]


def chair(rng: Rng, place: Place) -> list[Mesh]:
    """A chair with four legs."""
    x, wall, side, floor = place
    y, colour = side * (wall - 0.5), muted(rng)
    legs = [
        box([x + a * 0.2, y + b * 0.2, floor + 0.22], [0.04, 0.04, 0.44], colour=colour)
        for a in (-1, 1)
        for b in (-1, 1)
    ]
    seat = box([x, y, floor + 0.45], [0.46, 0.46, 0.04], colour=muted(rng), radius=0.015)
    return [*legs, seat, box([x, y + side * 0.21, floor + 0.72], [0.44, 0.03, 0.5], colour=colour)]


def plant(rng: Rng, place: Place) -> list[Mesh]:
    """A bush in a pot."""
    x, wall, side, floor = place
    y = side * (wall - 0.3)
    meshes = [
        box([x, y, floor + 0.17], [0.3, 0.3, 0.34], colour=muted(rng), radius=0.1),
        box([x, y, floor + 0.55], [0.025, 0.025, 0.6], colour=(0.3, 0.22, 0.14)),
    ]
    green = np.array([0.22, 0.36, 0.18])
    for _ in range(40):
        away = rng.normal(size=3)
        away *= rng.uniform(0.1, 0.34) / np.linalg.norm(away)
        r, g, b = green * rng.uniform(0.6, 1.4)
        centre = np.array([x, y, floor + 0.75]) + away * [1, 1, 1.2]
        meshes.append(ball(centre.tolist(), float(rng.uniform(0.05, 0.12)), (r, g, b), squash=0.6, rings=5))
    return meshes


def picture(rng: Rng, place: Place) -> list[Mesh]:
    """A framed picture."""
    x, wall, side, floor = place
    width, height, z = rng.uniform(0.35, 0.95), rng.uniform(0.3, 0.65), floor + rng.uniform(1.3, 1.7)
    y = side * (wall - 0.015)
    return [
        box([x, y, z], [width + 0.06, 0.03, height + 0.06], colour=muted(rng)),
        box([x, y - side * 0.012, z], [width, 0.012, height], texture=painting(rng), uv_scale=1 / width),
    ]


def door(rng: Rng, place: Place) -> list[Mesh]:
    """A door with a knob."""
    x, wall, side, floor = place
    y = side * (wall - 0.02)
    return [
        box([x, y, floor + 1.0], [0.85, 0.04, 2.0], colour=jitter(rng, (0.80, 0.79, 0.76), 0.2)),
        ball([x + 0.33, y - side * 0.06, floor + 1.0], 0.03, (0.5, 0.45, 0.3)),
    ]


def window(rng: Rng, place: Place) -> list[Mesh]:
    """A bright window with its frame."""
    x, wall, side, floor = place
    width, height = rng.uniform(1.1, 2.0), rng.uniform(0.9, 1.3)
    z, y = floor + rng.uniform(0.9, 1.2) + height / 2, side * (wall - 0.02)
    glass = box([x, y, z], [width, 0.02, height], colour=(0.92, 0.96, 1.0), material=Material(emit=4.0))
    bar = (0.85, 0.85, 0.84)
    bars = [box([x, y - side * 0.02, z], [0.05, 0.04, height], colour=bar)]
    bars += [box([x, y - side * 0.02, z + end * height / 2], [width + 0.1, 0.05, 0.06], colour=bar) for end in (-1, 1)]
    bars += [box([x + end * width / 2, y - side * 0.02, z], [0.06, 0.05, height], colour=bar) for end in (-1, 1)]
    return [glass, *bars]


PIECES: tuple[Callable[[Rng, Place], list[Mesh]], ...] = (sofa, shelf, cabinet, chair, plant, door)
