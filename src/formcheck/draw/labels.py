"""Where the angles' values stand beside their joints, chosen once for a clip: they neither jump nor hide a limb.

A place is a direction from the joint, told in the thigh's own directions (along it, and square to it on the trunk's
side), so that the label goes along when the leg moves.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING

import numpy as np

from formcheck.draw.canvas import GREY, Canvas, Rect
from formcheck.draw.leg import ARC_UNITS, HIP, KNEE, SHOULDER, flexion_arcs
from formcheck.text.numbers import Z_95, ceiling, degrees

if TYPE_CHECKING:
    from collections.abc import Mapping

    from formcheck.draw.body import BodyPoints
    from formcheck.draw.font import Font
    from formcheck.draw.frame_state import Angle, FrameState
    from formcheck.draw.panel import Layout
    from formcheck.text.catalogue import Texts
    from formcheck.types import FloatArray

_JOINTS = {"knee": KNEE, "hip": HIP}
_TEXT_UNITS = 3.7
_LEAST_TEXT_PX = 11.0
# In frames smaller than this the error is left out.
_ERROR_FROM_PX = 300
_WIDEST = ("188°", " ±88")
_DIRECTIONS_DEG = tuple(range(0, 360, 15))
_GAP_UNITS = (2.2, 4.5, 8.0, 12.0)
# Limbs are about this thick, in trunk lengths to each side of the line between their joints.
_LIMB_TRUNKS = 0.13
# What speaks against a place, next to the share of the body that it hides: the share of the plate over the panel, the
# cue or the other plate; each unit that it is pushed back into the frame, and that it stands away from the joint.
_OVER_PANEL, _OVER_CUE, _OVER_OTHER, _PUSHED, _AWAY = 1.0, 0.1, 1.0, 0.01, 0.0005


@dataclass(frozen=True, slots=True)
class LabelPlace:
    """A direction from the joint (0 along the thigh, 90 degrees towards the trunk), and a distance."""

    direction_rad: float
    gap_units: float


DEFAULT_PLACES: Mapping[str, LabelPlace] = {"knee": LabelPlace(math.pi / 2, 2.2), "hip": LabelPlace(math.pi, 2.2)}


def choose_label_places(layout: Layout, body: BodyPoints, texts: Texts, font: Font) -> Mapping[str, LabelPlace]:
    """Choose where the labels of knee and hip hide least of the body over a clip."""
    leg = body.leg_xy_px
    known = np.isfinite(leg[:, [SHOULDER, HIP, KNEE]]).all(axis=(1, 2))
    if not known.any():
        return DEFAULT_PLACES
    leg, points = leg[known], np.concatenate([body.xy_px[known], _arc_points(leg[known], layout)], axis=1)
    weights = np.append(body.weights, np.ones(points.shape[1] - len(body.weights)))
    # Comparing all x and then all y takes a fifth of the time of comparing pairs.
    x_y = np.ascontiguousarray(np.moveaxis(points, 2, 0))
    thick_px = _LIMB_TRUNKS * float(np.median(np.hypot(*(leg[:, HIP] - leg[:, SHOULDER]).T)))
    chosen: dict[str, LabelPlace] = {}
    taken: FloatArray | None = None
    for name in _JOINTS:
        size_px = _plate_size(name, *_WIDEST, texts, font, layout)
        places = [LabelPlace(math.radians(deg), gap) for deg, gap in product(_DIRECTIONS_DEG, _GAP_UNITS)]
        costs = [_cost(place, name, size_px, leg, (x_y, weights), taken, layout, thick_px) for place in places]
        chosen[name] = places[int(np.argmin(costs))]
        taken = _plates(chosen[name], name, size_px, leg, layout)[0]
    return chosen


def draw_labels(
    canvas: Canvas, state: FrameState, places: Mapping[str, LabelPlace], layout: Layout, texts: Texts
) -> None:
    """Write the angles of this instant beside their joints."""
    leg = state.leg_xy_px[None]
    if not np.isfinite(leg[0, [SHOULDER, HIP, KNEE]]).all():
        return
    for name, angle in (("knee", state.knee), ("hip", state.hip)):
        if math.isfinite(angle.value_deg):
            number, error = degrees(texts, angle.value_deg), _error(angle, layout)
            size_px = _plate_size(name, number, error, texts, canvas.font, layout)
            x, y, right, bottom = _plates(places[name], name, size_px, leg, layout)[0][0]
            _draw_label(canvas, Rect(x, y, right - x, bottom - y), f"{_word(texts, name)} {number}", error, layout)


def _draw_label(canvas: Canvas, plate: Rect, value: str, error: str, layout: Layout) -> None:
    size = _text_px(layout)
    canvas.panel(plate)
    x, baseline = plate.x + 0.6 * size, canvas.font.baseline(plate.y, plate.h, size)
    used = canvas.text(value, (x, baseline), size, weight=600)
    canvas.text(error, (x + used, baseline), size * 0.8, colour=GREY)


def _word(texts: Texts, name: str) -> str:
    return texts.get(f"draw.label_{name}")


def _error(angle: Angle, layout: Layout) -> str:
    if min(layout.frame.w, layout.frame.h) < _ERROR_FROM_PX or not math.isfinite(angle.se_deg):
        return ""
    return f" ±{ceiling(Z_95 * angle.se_deg)}"


def _text_px(layout: Layout) -> float:
    return max(_LEAST_TEXT_PX, _TEXT_UNITS * layout.unit_px)


def _plate_size(name: str, number: str, error: str, texts: Texts, font: Font, layout: Layout) -> tuple[float, float]:
    size = _text_px(layout)
    width = font.width(f"{_word(texts, name)} {number}", size, 600) + (font.width(error, size * 0.8) if error else 0)
    return width + 1.2 * size, 1.5 * size


def _plates(
    place: LabelPlace, name: str, size_px: tuple[float, float], leg: FloatArray, layout: Layout
) -> tuple[FloatArray, FloatArray]:
    """Edges (T, 4: left, top, right, bottom) of a label's plate, and how far (T,) it was pushed back into the frame."""
    joint, size = leg[:, _JOINTS[name]], np.array(size_px)
    thigh = _direction(leg[:, KNEE] - leg[:, HIP])
    front = np.stack([thigh[:, 1], -thigh[:, 0]], axis=1)
    trunk = leg[:, SHOULDER] - leg[:, HIP]
    front = np.where((front * trunk).sum(axis=1, keepdims=True) < 0, -front, front)
    away = math.cos(place.direction_rad) * thigh + math.sin(place.direction_rad) * front
    gap = place.gap_units * layout.unit_px + (np.abs(away) * size / 2).sum(axis=1, keepdims=True)
    corner = joint + away * gap - size / 2
    room = np.maximum([layout.frame.w, layout.frame.h] - size, 0.0)
    inside = np.clip(corner, 0.0, room)
    return np.concatenate([inside, inside + size], axis=1), np.hypot(*(inside - corner).T)


def _cost(
    place: LabelPlace,
    name: str,
    size_px: tuple[float, float],
    leg: FloatArray,
    body: tuple[FloatArray, FloatArray],
    taken: FloatArray | None,
    layout: Layout,
    thick_px: float,
) -> float:
    plates, pushed_px = _plates(place, name, size_px, leg, layout)
    (x, y), weights = body
    left, top, right, bottom = (plates + thick_px * np.array([-1.0, -1.0, 1.0, 1.0])).T[:, :, None]
    with np.errstate(invalid="ignore"):
        hidden = (x >= left) & (x <= right) & (y >= top) & (y <= bottom)
    cost = (hidden * weights).sum(axis=1) / weights.sum()
    cost = cost + _OVER_PANEL * _overlap(plates, layout.panel.edges) + _OVER_CUE * _overlap(plates, layout.cue.edges)
    if taken is not None:
        cost = cost + _OVER_OTHER * _overlap(plates, taken)
    return float((cost + _PUSHED * pushed_px / layout.unit_px).mean()) + _AWAY * place.gap_units


def _overlap(plates: FloatArray, other: FloatArray) -> FloatArray:
    """Share (T,) of each plate that lies over another rectangle, or over each of as many."""
    low, high = np.maximum(plates[:, :2], other[..., :2]), np.minimum(plates[:, 2:], other[..., 2:])
    size = plates[:, 2:] - plates[:, :2]
    return np.asarray(np.clip(high - low, 0.0, None).prod(axis=1) / size.prod(axis=1))


def _arc_points(leg: FloatArray, layout: Layout) -> FloatArray:
    """Points (T, n, 2) on the arcs of flexion."""
    arcs = [flexion_arcs(joints, ARC_UNITS * layout.unit_px) for joints in leg]
    none = np.full((1, 2), np.nan)
    shown = [np.concatenate([none, *(one.points[::4] for one in found.values())]) for found in arcs]
    most = max(len(points) for points in shown)
    return np.stack([np.pad(p, ((0, most - len(p)), (0, 0)), constant_values=np.nan) for p in shown])


def _direction(vectors: FloatArray) -> FloatArray:
    return np.asarray(vectors / np.maximum(np.hypot(*vectors.T), 1e-9)[:, None])
