"""Set-up: what is still wrong with camera and position, most important first, until all is right for two seconds."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from formcheck.form.online import OnlineState
from formcheck.form.quality import DARK_LUMA, TURNED_DEG
from formcheck.pose.landmarks import ANKLES, EARS, HIPS, KNEES, NOSE, SHOULDERS
from formcheck.types import FloatArray, PoseTrack

HOLD_S = 2.0
# A body that fills less of the frame's width and height than this is too small to measure well.
_SMALL_SHARE = 0.3
# Landmarks nearer to the frame's edge than this share of its size count as cut off.
_EDGE = 0.015
# With the knee straight, the raised foot reaches this many trunk lengths above the hip.
_ROOM = 1.7
# A camera that looks down by more is moved before a set: it could count, but hardly tell whether the hip is right.
_STEEP_DEG = 24.0
# Beyond this hip flexion the thigh is raised, or being raised.
_UP_DEG = 60.0
# So long a dark room is told; whoever cannot put on a light practises without.
_DARK_ROOM_S = 12.0
_BODY = (NOSE, *EARS, *SHOULDERS, *HIPS, *KNEES, *ANKLES)
CHECKS = ("light", "frame", "lying", "side", "leg")


@dataclass(frozen=True, slots=True)
class SetupState:
    """Which checks pass, the key of the remedy for the first that does not, and the share of the two seconds passed."""

    passed: dict[str, bool]
    remedy: str | None
    share: float
    ready: bool


class SetupChecklist:
    """Checks camera and position on every frame."""

    def __init__(self) -> None:
        self._since_s = math.nan
        self._dark_until_s = math.inf

    def update(self, state: OnlineState, window: PoseTrack, *, leg_known: bool, dark_room: bool = False) -> SetupState:
        """Check the newest frame; ``dark_room``: see `RoomLight`."""
        remedies = _remedies(state, window, leg_known=leg_known)
        if dark_room:
            self._dark_until_s = min(self._dark_until_s, state.t_s + _DARK_ROOM_S)
            if remedies["light"] is None and state.t_s < self._dark_until_s:
                remedies["light"] = "setup.dark_room"
        remedy = next((remedies[check] for check in CHECKS if remedies[check] is not None), None)
        if remedy is not None:
            self._since_s = math.nan
        elif math.isnan(self._since_s):
            self._since_s = state.t_s
        share = 0.0 if remedy is not None else min(1.0, (state.t_s - self._since_s) / HOLD_S)
        passed = {check: remedies[check] is None for check in CHECKS}
        passed["light"] &= not dark_room
        if not state.seen:
            passed = {check: check == "light" and passed["light"] for check in CHECKS}
        return SetupState(passed, remedy, share, share >= 1.0)


def _remedies(state: OnlineState, window: PoseTrack, *, leg_known: bool) -> dict[str, str | None]:
    remedies: dict[str, str | None] = dict.fromkeys(CHECKS)
    if float(np.median(window.luma)) < DARK_LUMA:
        remedies["light"] = "setup.dark"
    if not state.seen:
        remedies["frame"] = "setup.nobody"
        return remedies
    remedies["frame"] = _framing(window.xy_px[-1], window.size_px, lying=state.lying)
    if not state.lying:
        remedies["lying"] = "setup.lie_down"
    elif state.view.elevation_deg > _STEEP_DEG:
        remedies["side"] = "setup.too_high"
    elif abs(state.view.azimuth_deg) > TURNED_DEG:
        remedies["side"] = "setup.from_feet" if state.view.azimuth_deg > 0 else "setup.from_head"
    if not (leg_known and state.usable):
        # With a thigh raised it takes a little longer to be certain which leg it is.
        remedies["leg"] = "setup.hold" if state.hip_deg > _UP_DEG else "setup.which_leg"
    return remedies


def _framing(xy_px: FloatArray, size_px: tuple[int, int], *, lying: bool) -> str | None:
    """The remedy for a body that is not wholly in the frame; None when it is."""
    points = xy_px[list(_BODY)]
    points = points[np.isfinite(points).all(axis=1)]
    size = np.array(size_px, dtype=np.float64)
    low, high = points.min(axis=0) / size, points.max(axis=0) / size
    hip, shoulder = xy_px[list(HIPS)].mean(axis=0), xy_px[list(SHOULDERS)].mean(axis=0)
    head_is_right = bool(shoulder[0] > hip[0])
    left, right = low[0] < _EDGE, high[0] > 1 - _EDGE
    if left and right:
        return "setup.further"
    if left or right:
        return "setup.towards_head" if right == head_is_right else "setup.towards_feet"
    if high[1] > 1 - _EDGE:
        return "setup.tilt_down"
    trunk_px = float(np.hypot(*(hip - shoulder)))
    if lying and hip[1] - _ROOM * trunk_px < 0:
        return "setup.tilt_up"
    if high[0] - low[0] < _SMALL_SHARE and high[1] - low[1] < _SMALL_SHARE:
        return "setup.closer"
    return None
