"""Plane geometry on arrays of points. Everything broadcasts over leading axes; NaN in, NaN out."""

from __future__ import annotations

import numpy as np

from formcheck.types import FloatArray


def length(vectors: FloatArray) -> FloatArray:
    """Lengths (...) of vectors (..., 2)."""
    lengths: FloatArray = np.hypot(vectors[..., 0], vectors[..., 1])
    return lengths


def wrap_deg(angles_deg: FloatArray) -> FloatArray:
    """The same angles within [-180, 180)."""
    return (angles_deg + 180.0) % 360.0 - 180.0


def signed_angle_deg(start: FloatArray, end: FloatArray, positive: FloatArray) -> FloatArray:
    """Angle from ``start`` to ``end`` (..., 2), counted positive when ``end`` leans to ``positive``.

    ``positive`` is any vector on the positive side of ``start``. Result in (-180, 180].
    """
    normal = np.stack([-start[..., 1], start[..., 0]], axis=-1)
    normal = normal * np.sign((normal * positive).sum(-1))[..., None]
    angles: FloatArray = np.degrees(np.arctan2((end * normal).sum(-1), (end * start).sum(-1)))
    return angles


def distance_to_segment(points: FloatArray, start: FloatArray, end: FloatArray) -> FloatArray:
    """Distance (...) of points (..., 2) from the segment between ``start`` and ``end`` (..., 2)."""
    axis = end - start
    share = ((points - start) * axis).sum(-1) / (axis**2).sum(-1)
    nearest = start + np.clip(share, 0.0, 1.0)[..., None] * axis
    return length(points - nearest)


def level_line_deg(azimuth_deg: float, elevation_deg: float) -> float:
    """Direction in which a level line along the body to the feet appears (see `project`)."""
    a, e = np.radians(azimuth_deg), np.radians(elevation_deg)
    return float(-np.degrees(np.arctan(np.tan(a) * np.sin(e))))


def project(vectors: FloatArray, azimuth_deg: float, elevation_deg: float) -> FloatArray:
    """How vectors (..., 2) of the sagittal plane appear in the image.

    Weak perspective: seen by a camera turned ``azimuth_deg`` towards the feet and looking down by ``elevation_deg``, a
    step along the floor appears as (cos a, -sin a sin e) and a step upwards as (0, cos e), with both plane and image
    having axes along the floor to the feet and up.
    """
    a, e = np.radians(azimuth_deg), np.radians(elevation_deg)
    along, up = vectors[..., 0], vectors[..., 1]
    return np.stack([along * np.cos(a), up * np.cos(e) - along * np.sin(a) * np.sin(e)], axis=-1)


def unproject(vectors: FloatArray, azimuth_deg: float, elevation_deg: float) -> FloatArray:
    """Vectors (..., 2) of the sagittal plane from how they appear in the image: inverts `project`."""
    a, e = np.radians(azimuth_deg), np.radians(elevation_deg)
    along = vectors[..., 0] / np.cos(a)
    return np.stack([along, (vectors[..., 1] + along * np.sin(a) * np.sin(e)) / np.cos(e)], axis=-1)


def direction_deg(vectors: FloatArray) -> FloatArray:
    """Directions (...) of vectors (..., 2): 0 along the first axis, 90 along the second."""
    directions: FloatArray = np.degrees(np.arctan2(vectors[..., 1], vectors[..., 0]))
    return directions


def unproject_deg(angles_deg: FloatArray, azimuth_deg: float, elevation_deg: float) -> FloatArray:
    """Directions (...) in the sagittal plane from directions (...) in the image (see `unproject`).

    Directions: 0 along the floor to the feet, 90 up.
    """
    angles = np.radians(angles_deg)
    return direction_deg(unproject(np.stack([np.cos(angles), np.sin(angles)], axis=-1), azimuth_deg, elevation_deg))
