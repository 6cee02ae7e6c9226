"""Procedural textures of a room: arrays (H, W, 3) of bytes, red first."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from synthetic.spec import Colour

Texture = NDArray[np.uint8]
_Grey = NDArray[np.float32]


def wood(rng: np.random.Generator, colour: Colour, *, planks: int = 8, size: int = 512) -> Texture:
    """Planks with grain, joints between them, and each a little lighter or darker."""
    height = size // planks
    value = np.zeros((height * planks, size), np.float32)
    for plank in range(planks):
        grain = 0.80 + 0.20 * _blotches(rng, (height, size), (40, 5)) + 0.06 * _blotches(rng, (height, size), (90, 14))
        row = grain * rng.uniform(0.86, 1.08)
        row[:2] *= 0.55
        cut = int(rng.integers(0, size))
        row[:, cut : cut + 3] *= 0.55
        row[:, :cut] *= rng.uniform(0.93, 1.06)
        value[plank * height : (plank + 1) * height] = row
    return _coloured(value, colour)


def carpet(rng: np.random.Generator, colour: Colour, *, size: int = 512) -> Texture:
    """A short pile, blotched."""
    return _coloured(0.82 + 0.12 * _blotches(rng, (size, size), (12, 12)) + 0.16 * _grain(rng, size), colour)


def tiles(rng: np.random.Generator, colour: Colour, *, count: int = 4, size: int = 512) -> Texture:
    """Square tiles with grout between them."""
    value = 0.9 + 0.08 * _blotches(rng, (size, size), (9, 9))
    step = size // count
    for line in range(0, size, step):
        value[line : line + 3] *= 0.72
        value[:, line : line + 3] *= 0.72
    return _coloured(value, colour)


def fabric(rng: np.random.Generator, colour: Colour, *, size: int = 256) -> Texture:
    """Woven cloth or foam."""
    return _coloured(0.84 + 0.12 * _blotches(rng, (size, size), (8, 8)) + 0.1 * _grain(rng, size), colour)


def striped(rng: np.random.Generator, colours: tuple[Colour, Colour], *, count: int = 8, size: int = 256) -> Texture:
    """Cloth in stripes of two colours."""
    plain = fabric(rng, (1.0, 1.0, 1.0), size=size).astype(np.float32) / 255
    stripe = (np.arange(size) * count // size % 2)[:, None, None]
    return _bytes(plain * np.where(stripe, np.array(colours[0]), np.array(colours[1])))


def plaster(rng: np.random.Generator, colour: Colour, *, size: int = 256) -> Texture:
    """A painted wall."""
    return _coloured(0.95 + 0.05 * _blotches(rng, (size, size), (6, 6)) + 0.015 * _grain(rng, size), colour)


def painting(rng: np.random.Generator, *, size: int = 128) -> Texture:
    """A landscape of a kind: sky, a ridge, ground."""
    sky, ground = rng.uniform(0.3, 0.95, 3), rng.uniform(0.1, 0.7, 3)
    depth = np.linspace(0, 1, size)[:, None, None]
    picture = np.broadcast_to(sky * (1 - depth) + 0.9 * depth * np.roll(sky, -1), (size, size, 3)).copy()
    ridge = (0.45 + 0.3 * (_blotches(rng, (1, size), (1, 6))[0] - 0.3)) * size
    below = np.arange(size)[:, None] > ridge
    shade = 0.8 + 0.3 * rng.random(size)
    picture[below] = (ground * shade[None, :, None] * np.ones((size, 1, 1)))[below]
    return _bytes(picture)


def _blotches(rng: np.random.Generator, shape: tuple[int, int], cells: tuple[int, int]) -> _Grey:
    """Smooth noise (H, W), 0 to 1."""
    grid = rng.random((cells[0] + 3, cells[1] + 3)).astype(np.float32)
    noise = cv2.resize(grid, (shape[1], shape[0]), interpolation=cv2.INTER_CUBIC)
    return np.clip(noise, 0, 1).astype(np.float32)


def _grain(rng: np.random.Generator, size: int) -> _Grey:
    return rng.random((size, size)).astype(np.float32)


def _coloured(value: _Grey, colour: Colour) -> Texture:
    return _bytes(value[..., None] * np.array(colour, np.float32))


def _bytes(picture: NDArray[np.floating]) -> Texture:
    return np.asarray(np.clip(picture * 255, 0, 255), np.uint8)
