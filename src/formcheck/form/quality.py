"""How much of the clip could be measured, and what to do about the rest."""

from __future__ import annotations

import numpy as np

from formcheck.angles.leg import MAX_ELEVATION_DEG, MAX_SHAKE_DEG
from formcheck.pose.landmarks import HIPS, KNEES, LEGS
from formcheck.types import FloatArray, LegAngles, PoseTrack, Quality, View

# Shares of the clip below which a reason is worth a sentence.
_NOTABLE = 0.05
# Mean brightness (0-255) of a picture that is too dark to trust.
_DARK_LUMA = 45.0
# Turn of the camera from which the angles suffer noticeably.
_TURNED_DEG = 20.0
# An ankle this near to the picture's edge (share of its size) has its foot outside.
_EDGE = 0.02
# Height of the camera, degrees, from which the angles suffer noticeably.
_HIGH_DEG = 18.0
# Tremble of a held thigh, degrees, from which its points must be taken to wander.
_SHAKY_DEG = 1.0
# Frames per second below which quick movements are lost.
_SLOW_HZ = 10.0
# A thigh shorter than this in the picture is too small to measure.
_SMALL_THIGH_PX = 40.0


def assess_quality(track: PoseTrack, angles: LegAngles | None, view: View) -> Quality:
    """Usable share of the frames, and the reasons for what is missing, worst first, each with its remedy."""
    usable = float(angles.usable.mean()) if angles is not None else 0.0
    seen = np.isfinite(track.xy_px[:, 0, 0])
    reasons = [
        *_presence(seen, view),
        *_geometry(view),
        *_framing(track, view),
        *_picture(track, seen),
        *track.warnings,
    ]
    if seen.any() and view.lying and usable < 1 - _NOTABLE:
        reasons.insert(
            0,
            f"The working leg could not be followed in {_percent(1 - usable)} of the clip: keep the whole leg in the "
            "picture, the raised foot included, and nothing in front of it.",
        )
    return Quality(usable, tuple(reasons))


def _presence(seen: np.ndarray, view: View) -> list[str]:
    if not seen.any():
        return ["Nobody was seen. Film one person from the side, the whole body in the picture."]
    reasons = []
    if not view.lying:
        reasons.append(
            "Nobody lies on the back here, so hip and knee were not measured. Film the exercise as it is done."
        )
    if seen.mean() < 1 - _NOTABLE:
        reasons.append(f"Nobody was seen in {_percent(1 - seen.mean())} of the clip.")
    return reasons


def _geometry(view: View) -> list[str]:
    reasons = []
    if view.roll_deg:
        reasons.append(
            f"The picture was filmed on its side: it was read turned by {view.roll_deg:.0f} degrees. Next time "
            "keep the phone level."
        )
    if view.lying and abs(view.azimuth_deg) > _TURNED_DEG:
        towards = "feet" if view.azimuth_deg > 0 else "head"
        reasons.append(
            f"The camera looks about {abs(view.azimuth_deg):.0f} degrees from the {towards} end instead of "
            "from the side: angles are less sure. Turn it so that it looks at your side."
        )
    if view.lying and view.elevation_deg > _HIGH_DEG:
        effect = "hip and knee were not measured" if view.elevation_deg > MAX_ELEVATION_DEG else "angles are less sure"
        reasons.append(
            f"The camera looks down by about {view.elevation_deg:.0f} degrees: {effect}. Put it lower, at about the "
            "height of your hip, or further away."
        )
    if view.lying and view.shake_deg > _SHAKY_DEG:
        effect = "hip and knee were not measured" if view.shake_deg > MAX_SHAKE_DEG else "angles are less sure"
        reasons.append(
            f"The legs could not be told apart well: {effect}. Lay the other leg down flat, turn the camera so that it "
            "looks at the side of the leg that works, and put on light."
        )
    return reasons


def _framing(track: PoseTrack, view: View) -> list[str]:
    if track.working_side is None or not view.lying:
        return []
    ankle = track.xy_px[:, LEGS[track.working_side].ankle]
    with np.errstate(invalid="ignore"):
        edge = (ankle < _EDGE * np.array(track.size_px)) | (ankle > (1 - _EDGE) * np.array(track.size_px))
    if edge.any(axis=1).mean() < _NOTABLE:
        return []
    return [
        "The raised foot leaves the picture: move the camera back, or turn it so that there is room above the foot."
    ]


def _picture(track: PoseTrack, seen: np.ndarray) -> list[str]:
    reasons = []
    if np.median(track.luma) < _DARK_LUMA:
        reasons.append("The picture is dark: angles are less sure. Put on more light.")
    thigh_px = _thigh_px(track)
    if seen.any() and thigh_px < _SMALL_THIGH_PX:
        reasons.append("The person is small in the picture: angles are less sure. Move the camera closer.")
    if len(track.t_s) > 1 and 1 / np.median(np.diff(track.t_s)) < _SLOW_HZ:
        reasons.append("Few frames a second: quick movements are lost. Film with 25 frames a second or more.")
    return reasons


def _thigh_px(track: PoseTrack) -> float:
    """Typical length of the longer thigh; a hidden leg is NaN throughout."""
    thighs: FloatArray = np.hypot(*np.moveaxis(track.xy_px[:, KNEES] - track.xy_px[:, HIPS], -1, 0))
    known = [thigh[np.isfinite(thigh)] for thigh in thighs.T]
    return max((float(np.median(thigh)) for thigh in known if thigh.size), default=np.nan)


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"
