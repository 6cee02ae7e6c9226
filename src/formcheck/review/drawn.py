"""What the reviewer drew, on an exported image; and the places of followed points as tables."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterator

import numpy as np

from formcheck.draw.canvas import WARN, WHITE, Canvas, Rect, unit_px
from formcheck.review.drawings import FollowedPoint, KnownLength, length_px, to_horizontal_deg
from formcheck.review.model import Review
from formcheck.text.catalogue import Texts
from formcheck.text.numbers import degrees, rounded
from formcheck.types import FloatArray, ImageBgr

# A frame's time is rounded on its way to the page and back.
SAME_FRAME_S = 0.002


def drawn_points(review: Review, t_s: float) -> FloatArray:
    """Return the points (N, 2) of what is drawn on a frame, so that an image of it shows them."""
    points = [point for one in review.drawings if abs(one.t_s - t_s) < SAME_FRAME_S for point in one.points]
    for followed in review.followed:
        points += [(x, y) for at_s, x, y in followed.places if at_s <= t_s + SAME_FRAME_S]
    return np.array(points, np.float64).reshape(-1, 2)


def draw_drawings(
    image: ImageBgr, review: Review, t_s: float, texts: Texts, *, corner: FloatArray, scale: float
) -> ImageBgr:
    """Draw on a copy of an image what the reviewer drew on its frame.

    Parameters
    ----------
    image : (H, W, 3) uint8
        Part of the frame, enlarged by ``scale``; its ``corner`` (x, y) in px of the frame.
    review : Review
    t_s : float
    texts : Texts
    """
    canvas = Canvas(image)
    unit = unit_px(canvas.size_px)
    for followed in review.followed:
        past = [(x, y) for at_s, x, y in followed.places if at_s <= t_s + SAME_FRAME_S]
        if past:
            path = (np.array(past) - corner) * scale
            canvas.outlined(path, max(1.5, 0.4 * unit), WARN)
            canvas.dot(tuple(path[-1]), max(3.0, 0.9 * unit), WHITE)
            if followed.label:
                label_at(canvas, followed.label, path[-1], unit)
    for one in review.drawings:
        if abs(one.t_s - t_s) >= SAME_FRAME_S:
            continue
        points = (np.array(one.points) - corner) * scale
        if one.kind == "line":
            canvas.outlined(points, max(2.0, 0.5 * unit), WARN)
        words = line_words(one.points, review.scale, texts) if one.kind == "line" else one.text
        if words:
            label_at(canvas, words, points.mean(axis=0), unit)
    return canvas.image


def line_words(points: tuple[tuple[float, float], ...], scale: KnownLength | None, texts: Texts) -> str:
    """Return the length of a line and its angle to the horizontal."""
    angle = degrees(texts, to_horizontal_deg(points))
    return texts.get("clinician.drawing.line", length=length_words(points, scale, texts), angle=angle)


def length_words(points: tuple[tuple[float, float], ...], scale: KnownLength | None, texts: Texts) -> str:
    """Return a length in centimetres where a known length says what a pixel is, else in pixels."""
    px = length_px(points)
    if scale is None:
        return texts.get("clinician.drawing.px", length=rounded(texts, px, 0))
    return texts.get("clinician.drawing.cm", length=rounded(texts, px * scale.cm_per_px(), 1))


def label_at(canvas: Canvas, text: str, at: FloatArray, unit: float) -> None:
    """Write words beside a point, inside the image."""
    size = max(14.0, 4.2 * unit)
    w, h = canvas.font.width(text, size, 600) + 1.2 * size, 1.5 * size
    width, height = canvas.size_px
    x = float(np.clip(at[0] + 3 * unit, 0, max(0.0, width - w)))
    y = float(np.clip(at[1] + 3 * unit, 0, max(0.0, height - h)))
    canvas.panel(Rect(x, y, w, h))
    canvas.text(text, (x + 0.6 * size, canvas.font.baseline(y, h, size)), size, weight=600)


def place_tables(review: Review) -> Iterator[bytes]:
    """Yield a CSV for each followed point: where it is in each frame, in px of the upright frame, and in cm."""
    for followed in review.followed:
        yield _table(followed, review.scale).encode("utf-8-sig")


def _table(followed: FollowedPoint, scale: KnownLength | None) -> str:
    file = io.StringIO()
    rows = csv.writer(file, lineterminator="\n")
    size = scale.cm_per_px() if scale is not None else math.nan
    rows.writerow(["t_s", "x_px", "y_px", "by_hand", "x_cm", "y_cm"])
    by_hand = {round(mark.t_s, 3) for mark in followed.marks}
    for t_s, x, y in followed.places:
        cm = [f"{value * size:.2f}" for value in (x, y)] if scale is not None else ["", ""]
        rows.writerow([f"{t_s:.4f}", x, y, str(round(t_s, 3) in by_hand).lower(), *cm])
    return file.getvalue()
