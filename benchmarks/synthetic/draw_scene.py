"""Draw what surrounds a person at random: room, camera, light, and the picture's size and faults."""

from __future__ import annotations

from typing import Literal

import numpy as np

from synthetic.draw_person import Rng, clipped_normal
from synthetic.spec import Camera, Light, Picture, Room, Side

LightKind = Literal["even", "dim", "warm", "backlit"]
Surface = Literal["mat", "floor", "bed", "bench"]

# How far the camera is off square to the side of the body, degrees.
TURNS = {"side": (0.0, 10.0), "oblique": (10.0, 30.0), "wide": (30.0, 45.0)}
# How high it stands above the surface on which the person lies, metres.
HEIGHTS = {"low": (0.25, 0.5), "middle": (0.5, 1.0), "high": (1.0, 1.5), "top": (1.5, 2.0)}
SIZES = {"landscape": (640, 360), "large": (960, 540), "classic": (640, 480), "portrait": (432, 768)}
_CLOSEST_M = 1.2


def draw_room(rng: Rng, room_id: str, surface: Surface, light: LightKind) -> Room:
    """A room; someone who lies with light behind them lies before a window."""
    pillow = float(rng.uniform(0.02, 0.12)) if rng.random() < (0.9 if surface == "bed" else 0.55) else 0.0
    window = light == "backlit" or rng.random() < 0.15
    return Room(room_id=room_id, seed=int(rng.integers(1 << 31)), surface=surface, pillow_m=pillow, window=window)


def draw_camera(rng: Rng, camera_id: str, *, turn: str, height: str, far: bool, shape: str, hand_held: bool) -> Camera:
    """A camera within named ranges.

    Parameters
    ----------
    turn, height
        Keys of `TURNS` and `HEIGHTS`.
    far
        The working leg is the one away from the camera.
    shape
        Key of `SIZES`: an upright picture needs a wider lens and less room around the body.
    hand_held
        The camera wobbles.
    """
    off_deg = float(rng.uniform(*TURNS[turn])) * float(rng.choice((-1, 1)))
    azimuth = (180.0 - off_deg) if far else off_deg
    upright = shape == "portrait"
    return Camera(
        camera_id=camera_id,
        azimuth_deg=azimuth - 360 if azimuth > 180 else azimuth,
        height_m=float(rng.uniform(*HEIGHTS[height])),
        distance_m=_CLOSEST_M,
        fov_deg=float(rng.uniform(62, 76) if upright else rng.uniform(52, 74)),
        roll_deg=clipped_normal(rng, 0, 6 if rng.random() < 0.12 else 1.5, -14, 14),
        aim_m=(clipped_normal(rng, 0.04, 0.06, -0.1, 0.2), 0.0, float(rng.uniform(0.3, 0.5))),
        shake_mm=float(rng.uniform(2, 7)) if hand_held else 0.0,
        shake_seed=int(rng.integers(1 << 31)),
        margin=float(rng.uniform(0.015, 0.05) if upright else rng.uniform(0.03, 0.16)),
    )


def draw_light(rng: Rng, kind: LightKind, camera: Camera, side: Side) -> Light:
    """Light of a kind; one from behind comes from across the camera."""
    from_deg = float(rng.uniform(0, 360))
    height_deg, fill = float(rng.uniform(35, 75)), 1.0
    level, warmth = float(rng.uniform(0.75, 1.1)), float(rng.uniform(0, 0.5))
    if kind == "dim":
        level, warmth = float(rng.uniform(0.18, 0.38)), float(rng.uniform(0, 1))
    elif kind == "warm":
        level, warmth = float(rng.uniform(0.55, 0.95)), float(rng.uniform(0.75, 1.0))
    elif kind == "backlit":
        camera_deg = 90.0 - camera.azimuth_deg if side == "left" else camera.azimuth_deg - 90.0
        from_deg = (camera_deg + 180.0 + float(rng.uniform(-40, 40))) % 360
        height_deg, fill = float(rng.uniform(25, 45)), float(rng.uniform(0.15, 0.4))
        level = float(rng.uniform(0.7, 0.95))
    return Light(kind=kind, level=level, warmth=warmth, key_from_deg=from_deg, key_height_deg=height_deg, fill=fill)


def draw_picture(rng: Rng, shape: str, kind: LightKind, fps: float) -> Picture:
    """A picture of a shape, its noise by the light."""
    width, height = SIZES[shape]
    dim = kind == "dim"
    noise = float(rng.uniform(0.018, 0.04)) if dim else float(rng.gamma(2, 0.004))
    return Picture(
        width=width,
        height=height,
        fps=fps,
        noise=noise,
        blur_px=float(rng.uniform(0.4, 1.0)) if dim else max(0.0, float(rng.normal(0.2, 0.3))),
        motion_blur=3 if fps > 25 else 1,
        jpeg_quality=int(rng.integers(60, 95)) if rng.random() < 0.4 else 0,
        crf=int(rng.integers(20, 30)),
        supersample=1.25,
    )


def deal(rng: Rng, shares: dict[str, float], count: int) -> list[str]:
    """Names in random order, each as often as its share says, to the nearest whole."""
    wanted = {name: share / sum(shares.values()) * count for name, share in shares.items()}
    counts = {name: int(want) for name, want in wanted.items()}
    for name in sorted(wanted, key=lambda name: counts[name] - wanted[name])[: count - sum(counts.values())]:
        counts[name] += 1
    names = [name for name, times in counts.items() for _ in range(times)]
    return [names[place] for place in np.asarray(rng.permutation(count))]
