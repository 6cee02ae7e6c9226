"""Images for the summary: frames that the reviewer chose, cropped to the person, with leg or goniometer drawn."""

from __future__ import annotations

import math
from dataclasses import replace

import cv2
import numpy as np

from formcheck.draw.canvas import WARN, WHITE, Canvas, arc, unit_px
from formcheck.draw.leg import ARC_UNITS, draw_flexion, flexion_arc
from formcheck.draw.overlay import draw_leg_only
from formcheck.draw.timeline import Timeline
from formcheck.review.drawn import draw_drawings, drawn_points, label_at
from formcheck.review.media import to_jpeg
from formcheck.review.model import Goniometer, Joint, Review
from formcheck.text.catalogue import Texts
from formcheck.text.numbers import degrees
from formcheck.types import FloatArray, ImageBgr

_LONG_SIDE_PX = 1100
# More enlargement shows no more detail.
_MAX_SCALE = 2.0
_MARGIN = 0.14
# Width to height of an image, at least and at most.
_ASPECTS = (0.75, 1.9)


def leg_image(
    image: ImageBgr, timeline: Timeline, t_s: float, points_px: FloatArray, review: Review, texts: Texts
) -> bytes:
    """Return a frame with the working leg, its angles and what the reviewer drew on it, as JPEG.

    Parameters
    ----------
    image : (H, W, 3) uint8
    timeline : Timeline
    t_s : float
        Time on the clip's own clock.
    points_px : (33, 2) float
        The landmarks in that frame, to crop it to; NaN = not seen.
    review : Review
    texts : Texts
    """
    state, own = timeline.at(t_s), drawn_points(review, t_s)
    crop, scale, corner = _crop(image, np.concatenate([points_px, own]))
    moved = replace(state, leg_xy_px=(state.leg_xy_px - corner) * scale)
    drawn = draw_leg_only(crop, moved, (points_px - corner) * scale, timeline.side, texts)
    return to_jpeg(draw_drawings(drawn, review, t_s, texts, corner=corner, scale=scale) if len(own) else drawn)


def goniometer_image(image: ImageBgr, one: Goniometer, points_px: FloatArray, texts: Texts) -> bytes:
    """Return the frame that a goniometer was laid on, with its arms and angle, as JPEG."""
    own = np.array(one.points)
    crop, scale, corner = _crop(image, np.concatenate([points_px, own]))
    a, vertex, b = (own - corner) * scale
    canvas = Canvas(crop)
    unit = unit_px(canvas.size_px)
    for end in (a, b):
        canvas.outlined(np.array([vertex, end]), max(2.0, 0.6 * unit), WARN)
    _draw_angle(canvas, np.array([a, vertex, b]), one.joint, unit)
    for point in (a, vertex, b):
        canvas.dot(tuple(point), max(3.0, 0.9 * unit), WHITE)
    label_at(canvas, degrees(texts, one.measured_deg()), vertex, unit)
    return to_jpeg(canvas.image)


def _draw_angle(canvas: Canvas, points: FloatArray, joint: Joint, unit: float) -> None:
    """Draw the angle that is written beside it: of a joint its flexion, of anything else that between the arms."""
    radius_px = ARC_UNITS * unit
    if joint is not Joint.OTHER:
        one = flexion_arc(points, radius_px)
        if one is not None:
            draw_flexion(canvas, one, unit)
        return
    a, vertex, b = points
    begin, end = (math.atan2(point[1] - vertex[1], point[0] - vertex[0]) for point in (a, b))
    radius_px = min(radius_px, 0.6 * min(math.dist(vertex, a), math.dist(vertex, b)))
    canvas.outlined(
        arc(vertex, radius_px, begin, math.remainder(end - begin, 2 * math.pi)), max(2.0, 0.55 * unit), WHITE
    )


def _crop(image: ImageBgr, points_px: FloatArray) -> tuple[ImageBgr, float, FloatArray]:
    """Crop a frame to the person, at a readable size; return it with its scale and its corner (x, y)."""
    x0, y0, x1, y1 = _window((image.shape[1], image.shape[0]), points_px)
    part = image[y0:y1, x0:x1]
    scale = min(_LONG_SIDE_PX / max(part.shape[:2]), _MAX_SCALE)
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    sized = np.asarray(cv2.resize(part, None, fx=scale, fy=scale, interpolation=how), np.uint8)
    return np.ascontiguousarray(sized), scale, np.array([x0, y0], np.float64)


def _window(size_px: tuple[int, int], points_px: FloatArray) -> tuple[int, int, int, int]:
    """Return the part of a frame (x0, y0, x1, y1) around the points, of an aspect that suits a page."""
    seen = points_px[np.isfinite(points_px).all(axis=1)]
    w, h = size_px
    if len(seen) < 2:
        return 0, 0, w, h
    low, high = seen.min(axis=0), seen.max(axis=0)
    centre, extent = (low + high) / 2, (high - low) * (1 + 2 * _MARGIN) + 0.05 * max(size_px)
    narrowest, widest = _ASPECTS
    extent[0] = max(extent[0], extent[1] * narrowest)
    extent[1] = max(extent[1], extent[0] / widest)
    extent = np.minimum(extent, size_px)
    corner = np.clip(centre - extent / 2, 0, np.array(size_px) - extent)
    x0, y0 = (int(v) for v in np.floor(corner))
    x1, y1 = (int(v) for v in np.ceil(corner + extent))
    return x0, y0, min(x1, w), min(y1, h)
