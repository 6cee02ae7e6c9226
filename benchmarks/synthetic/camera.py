"""The camera: where it stands, how it wobbles in the hand, what it sees of a point, and how far back it has to be."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np

from synthetic.geometry import FloatArray, unit
from synthetic.spec import Camera, Side

NEAR_M, FAR_M = 0.1, 14.0
_FARTHEST_M, _WIDEST_DEG = 4.0, 100.0


@dataclass(frozen=True, slots=True)
class View:
    """A camera at one moment: its place (3,) m, and the matrix (4, 4) from the world to clip space."""

    eye: FloatArray
    view_projection: FloatArray
    tan_half: tuple[float, float]
    size: tuple[int, int]

    def project(self, points: FloatArray) -> FloatArray:
        """Points (N, 3) m as pixels (N, 2), y down, (0, 0) at the corner of the picture."""
        homogeneous = np.hstack([points, np.ones((len(points), 1))]) @ self.view_projection.T
        device = homogeneous[:, :2] / homogeneous[:, 3:4]
        width, height = self.size
        return np.stack([(device[:, 0] + 1) / 2 * width, (1 - device[:, 1]) / 2 * height], axis=1)


def view_at(camera: Camera, side: Side, size: tuple[int, int], t_s: float) -> View:
    """The camera at a time; only a hand-held one moves."""
    eye, aim = placed(camera, side)
    if camera.shake_mm > 0:
        rng = np.random.default_rng(camera.shake_seed)
        wobble = _wobble(rng, t_s)
        eye = eye + camera.shake_mm / 1000 * wobble[0]
        aim = aim + camera.shake_mm / 1000 * 1.5 * wobble[1]
    projection, tan_half = _perspective(camera.fov_deg, size)
    return View(eye, projection @ look_at(eye, aim, camera.roll_deg), tan_half, size)


def placed(camera: Camera, side: Side) -> tuple[FloatArray, FloatArray]:
    """Where a camera held still is, and what it aims at, (3,) m each."""
    from_deg = 90.0 - camera.azimuth_deg if side == "left" else camera.azimuth_deg - 90.0
    aim = np.array(camera.aim_m)
    away = camera.distance_m * np.array([np.cos(np.radians(from_deg)), np.sin(np.radians(from_deg))])
    return np.array([aim[0] + away[0], aim[1] + away[1], camera.height_m]), aim


def _wobble(rng: np.random.Generator, t_s: float) -> FloatArray:
    """Smooth random motion (2, 3) with an amplitude of about 1: breathing and tremor of a hand."""
    slow, fast = rng.uniform(0.2, 0.5, (2, 3)), rng.uniform(0.7, 1.4, (2, 3))
    phases = rng.uniform(0, 2 * np.pi, (2, 2, 3))
    swing = np.sin(2 * np.pi * slow * t_s + phases[0]) + 0.4 * np.sin(2 * np.pi * fast * t_s + phases[1])
    return np.asarray(swing, float)


def look_at(eye: FloatArray, target: FloatArray, roll_deg: float = 0.0) -> FloatArray:
    """The matrix (4, 4) from the world to the camera."""
    forward = unit(target - eye)
    right = unit(np.cross(forward, [0.0, 0.0, 1.0]))
    up = np.cross(right, forward)
    c, s = np.cos(np.radians(roll_deg)), np.sin(np.radians(roll_deg))
    matrix = np.eye(4)
    matrix[:3, :3] = [c * right + s * up, c * up - s * right, -forward]
    matrix[:3, 3] = -matrix[:3, :3] @ eye
    return matrix


def _perspective(fov_deg: float, size: tuple[int, int]) -> tuple[FloatArray, tuple[float, float]]:
    """The projection (4, 4) and the tangents of half the view across and down; ``fov_deg`` is along the longer side."""
    width, height = size
    tangent = float(np.tan(np.radians(fov_deg) / 2))
    across, down = tangent * width / max(size), tangent * height / max(size)
    matrix = np.zeros((4, 4))
    matrix[0, 0], matrix[1, 1], matrix[3, 2] = 1 / across, 1 / down, -1
    matrix[2, 2] = -(FAR_M + NEAR_M) / (FAR_M - NEAR_M)
    matrix[2, 3] = -2 * FAR_M * NEAR_M / (FAR_M - NEAR_M)
    return matrix, (across, down)


def step_back(camera: Camera, side: Side, size: tuple[int, int], moments: Iterable[tuple[float, FloatArray]]) -> Camera:
    """Move a camera back, and then widen its view, until all joints stay in the picture.

    Parameters
    ----------
    moments
        Times, s, and the joints (N, 3) m at each.
    """
    kept = list(moments)
    margin = camera.margin * np.array(size)
    while True:
        seen = np.concatenate([view_at(camera, side, size, t_s).project(points) for t_s, points in kept])
        if ((seen > margin) & (seen < np.array(size) - margin)).all() or camera.fov_deg > _WIDEST_DEG:
            return camera
        if camera.distance_m < _FARTHEST_M:
            camera = replace(camera, distance_m=round(min(camera.distance_m * 1.03 + 0.01, _FARTHEST_M), 3))
        else:
            camera = replace(camera, fov_deg=round(camera.fov_deg * 1.03, 2))
