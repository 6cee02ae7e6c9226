"""Where the body is in the frames of a clip, for placing the panel and the labels where it is not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from formcheck.pose.landmarks import ANKLES, COUNT, EARS, ELBOWS, HIPS, KNEES, LEGS, NOSE, SHOULDERS, WRISTS
from formcheck.types import Side

if TYPE_CHECKING:
    from formcheck.draw.canvas import Rect
    from formcheck.types import FloatArray

LEG_LANDMARKS = {
    side: (shoulder, *LEGS[side].all) for side, shoulder in zip((Side.LEFT, Side.RIGHT), SHOULDERS, strict=True)
}
"""Indices of shoulder, hip, knee, ankle, heel and toe."""

_FEET = tuple((leg.ankle, leg.toe) for leg in LEGS.values())
_SEGMENTS = (
    *zip(SHOULDERS, ELBOWS, strict=True),
    *zip(ELBOWS, WRISTS, strict=True),
    *zip(SHOULDERS, HIPS, strict=True),
    *zip(HIPS, KNEES, strict=True),
    *zip(KNEES, ANKLES, strict=True),
    *_FEET,
    *zip(SHOULDERS, EARS, strict=True),
    (NOSE, EARS[0]),
    (NOSE, EARS[1]),
)
_POINTS_A_SEGMENT = 6
_MAX_FRAMES = 150
# The leg that works must stay visible before anything else.
_LEG_WEIGHT = 5.0


@dataclass(frozen=True, slots=True)
class BodyPoints:
    """Points all over the body in some frames of a clip.

    Parameters
    ----------
    xy_px : (T, N, 2) float
        NaN where not seen.
    weights : (N,) float
        How much it matters to keep each visible.
    leg_xy_px : (T, 6, 2) float
        The working leg's joints in the same frames (see `LEG_LANDMARKS`); NaN when there is none.
    """

    xy_px: FloatArray
    weights: FloatArray
    leg_xy_px: FloatArray

    def weight_near(self, rect: Rect, reach_px: float) -> float:
        """Return the share (0 to 1) of the body's weight that a rectangle covers; points beside it count by nearness.

        A point at the edge counts half, one ``reach_px`` away nothing.
        """
        x, y = self.xy_px[..., 0], self.xy_px[..., 1]
        with np.errstate(invalid="ignore"):
            dx = np.maximum(np.maximum(rect.x - x, x - rect.right), 0.0)
            dy = np.maximum(np.maximum(rect.y - y, y - rect.bottom), 0.0)
            away_px = np.hypot(dx, dy)
            near = np.where(away_px == 0, 1.0, 0.5 * np.clip(1.0 - away_px / reach_px, 0.0, 1.0))
        total = float((np.isfinite(away_px) * self.weights).sum())
        return float(np.nansum(near * self.weights)) / total if total else 0.0


def body_points(xy_px: FloatArray, side: Side | None) -> BodyPoints:
    """Take points along the limbs, trunk and head from landmarks.

    Parameters
    ----------
    xy_px : (T, 33, 2) float
    side : Side or None
        The working leg's.
    """
    frames = xy_px[:: max(1, len(xy_px) // _MAX_FRAMES)]
    leg = frames[:, list(LEG_LANDMARKS[side])] if side is not None else np.full((len(frames), 6, 2), np.nan)
    share = np.linspace(0.0, 1.0, _POINTS_A_SEGMENT)[:, None]
    parts, weights = [frames], [np.ones(COUNT)]
    working = set(LEGS[side].all) if side is not None else set()
    for a, b in _SEGMENTS:
        parts.append(_along(frames[:, a], frames[:, b], share))
        weights.append(np.full(_POINTS_A_SEGMENT, _LEG_WEIGHT if {a, b} <= working else 1.0))
    crown = _crown(frames)
    parts += [crown, _resting_leg(frames, side, leg, share)]
    weights += [np.ones(crown.shape[1]), np.ones(_POINTS_A_SEGMENT)]
    return BodyPoints(np.concatenate(parts, axis=1), np.concatenate(weights), leg)


def _along(a: FloatArray, b: FloatArray, share: FloatArray) -> FloatArray:
    """Points (T, n, 2) between (T, 2) and (T, 2)."""
    return np.asarray(a[:, None] + share * (b - a)[:, None])


def _crown(frames: FloatArray) -> FloatArray:
    """The top of the head (T, 1, 2): no landmark marks it."""
    ears, shoulders = frames[:, list(EARS)].mean(axis=1), frames[:, list(SHOULDERS)].mean(axis=1)
    return np.asarray((ears + 0.7 * (ears - shoulders))[:, None])


def _resting_leg(frames: FloatArray, side: Side | None, leg: FloatArray, share: FloatArray) -> FloatArray:
    """The other leg (T, n, 2) where it was painted out before inference: stretched out in line with the trunk."""
    if side is None:
        return np.full((len(frames), _POINTS_A_SEGMENT, 2), np.nan)
    shoulder, hip, knee, ankle = (leg[:, joint] for joint in range(4))
    trunk = hip - shoulder
    length = np.hypot(*(knee - hip).T) + np.hypot(*(ankle - knee).T)
    end = hip + trunk * (length / np.maximum(np.hypot(*trunk.T), 1e-9))[:, None]
    seen = np.isfinite(frames[:, LEGS[side.other].ankle]).all(axis=1)
    end[seen] = np.nan
    return _along(hip, end, share)
