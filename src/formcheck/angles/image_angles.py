"""What a hip on the image is in the plane of the leg, and how far angles on the image are off because of the view.

A goniometer laid on a frame measures what the camera shows. From a camera that is turned or looks down, the trunk
slants and its near shoulder lies lower than its hip; formcheck's angles are those in the plane of the leg. How much of
it is taken off was set by rendered and by real people (docs/method.md, "Calibrated by hand").
"""

from __future__ import annotations

import math

from formcheck.angles.geometry import level_line_deg
from formcheck.types import MarkedJoint, View

# How much of the slant of a level line is believed: azimuth and elevation are estimates.
_LEVEL_BELIEVED = 0.7
# By how much the trunk dips towards the head for each degree that the camera looks down: shoulders are wider apart than
# hips, so the near one lies lower in the image. On the far side the trunk rises by as much.
_DIP_PER_DEG = 0.15
# The error that is left: in a square view, and what is added by each degree that the camera is turned or looks down by
# more than these.
_SQUARE_SD_DEG: dict[MarkedJoint, float] = {"hip": 1.8, "knee": 1.3}
_SD_PER_DEG_SIDEWAYS: dict[MarkedJoint, float] = {"hip": 0.25, "knee": 0.33}
_SD_PER_DEG_ABOVE: dict[MarkedJoint, float] = {"hip": 0.3, "knee": 0.22}
_SIDEWAYS_DEG, _ABOVE_DEG = 5.0, 8.0


def hip_in_leg_plane_deg(image_deg: float, view: View, *, near: bool) -> float:
    """Return a hip's flexion that was measured on the image as it is in the plane of the leg.

    The knee is left as it appears: what a turned camera does to it could not be told on real people.

    Parameters
    ----------
    image_deg : float
        Flexion between the lines through shoulder, hip and knee, as they appear.
    view : View
    near : bool
        The leg is the one on the camera's side.
    """
    slant_deg = level_line_deg(view.azimuth_deg, view.elevation_deg)
    dip_deg = _DIP_PER_DEG * view.elevation_deg
    return image_deg + _LEVEL_BELIEVED * slant_deg + (dip_deg if near else -dip_deg)


def view_sd_deg(joint: MarkedJoint, azimuth_deg: float, elevation_deg: float) -> float:
    """Return how far an angle that was measured on the image is off because of the view, alike in all of a clip."""
    sideways = _SD_PER_DEG_SIDEWAYS[joint] * max(abs(azimuth_deg) - _SIDEWAYS_DEG, 0.0)
    above = _SD_PER_DEG_ABOVE[joint] * max(elevation_deg - _ABOVE_DEG, 0.0)
    return math.hypot(_SQUARE_SD_DEG[joint], sideways, above)
