"""Drawing what is known at one frame of a clip onto it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Self

from formcheck.draw.body import BodyPoints, body_points
from formcheck.draw.canvas import Canvas, Rect
from formcheck.draw.font import Font
from formcheck.draw.gauges import draw_banner, draw_counter, draw_hip_gauge, draw_no_answer, draw_phase
from formcheck.draw.labels import DEFAULT_PLACES, LabelPlace, choose_label_places, draw_labels
from formcheck.draw.leg import draw_leg
from formcheck.draw.panel import Layout, choose_layout, without_panel
from formcheck.text.numbers import clock

if TYPE_CHECKING:
    from formcheck.draw.frame_state import FrameState
    from formcheck.text.catalogue import Texts
    from formcheck.types import FloatArray, ImageBgr, Side

_CUE_TEXT_UNITS = 4.2
_ANSWER_TEXT_UNITS = 5.6
_HATCH_UNITS = 3.2


class Overlay:
    """Draws the states of frames onto frames of one size.

    Parameters
    ----------
    layout : Layout
        Where the panel and its parts stand; see `panel.choose_layout`.
    texts : Texts
    label_places : mapping, optional
        See `labels.choose_label_places`.

    Notes
    -----
    Keep one instance per thread.
    """

    def __init__(
        self, layout: Layout, texts: Texts, *, label_places: Mapping[str, LabelPlace] = DEFAULT_PLACES
    ) -> None:
        self.layout = layout
        self._texts = texts
        self._places = label_places
        self._font = Font()

    @classmethod
    def for_clip(cls, size_px: tuple[int, int], body: BodyPoints, texts: Texts) -> Self:
        """Place panel and labels where the body is not, over the whole clip."""
        layout = choose_layout(size_px, body)
        return cls(layout, texts, label_places=choose_label_places(layout, body, texts, Font()))

    def draw(self, image: ImageBgr, state: FrameState) -> ImageBgr:
        """Return a copy of ``image`` (H, W, 3) with everything drawn on it.

        Raises
        ------
        ValueError
            The image has another size than the layout.
        """
        h, w = image.shape[:2]
        where, texts = self.layout, self._texts
        if (w, h) != (where.frame.w, where.frame.h):
            raise ValueError(f"expected an image of {where.frame.w:g} x {where.frame.h:g} pixels, got {w} x {h}")
        canvas = Canvas(image, self._font)
        _leg_and_labels(canvas, state, self._places, where, texts)
        canvas.panel(where.panel)
        time = f" · {clock(texts, state.clock_s)}" if math.isfinite(state.clock_s) else ""
        if state.rep is None:
            caption = f"{texts.get('draw.reps')}{time}"
            draw_counter(canvas, where.counter, state.reps_done, state.reps_target, caption=caption)
        else:
            draw_counter(canvas, where.counter, state.rep, 0, caption=f"{texts.get('draw.rep')}{time}")
        if state.cannot_tell is not None:
            title, reason = texts.get("draw.cannot_tell"), texts.get(state.cannot_tell)
            size_px, step_px = _ANSWER_TEXT_UNITS * where.unit_px, _HATCH_UNITS * where.unit_px
            draw_no_answer(canvas, where.answer, title, reason, size_px, step_px=step_px)
            return canvas.image
        draw_phase(canvas, where.phase, state.phase, state.tempo, texts)
        if state.hip_finding is not None:
            draw_hip_gauge(canvas, where.gauge, state.hip_finding, texts, now_deg=state.hip.value_deg)
        if state.cue is not None:
            self._cue(canvas, where.cue, texts.get(state.cue))
        return canvas.image

    def _cue(self, canvas: Canvas, rect: Rect, text: str) -> None:
        canvas.panel(rect)
        rows = 2 if rect.h > 10 * self.layout.unit_px else 1
        draw_banner(canvas, rect, text, _CUE_TEXT_UNITS * self.layout.unit_px, rows=rows, warning=True)


def draw_leg_only(image: ImageBgr, state: FrameState, xy_px: FloatArray, side: Side | None, texts: Texts) -> ImageBgr:
    """Return a copy of an image with the leg and its angles, and no panel.

    Parameters
    ----------
    image : (H, W, 3) uint8
    state : FrameState
        Of that very image: its ``leg_xy_px`` in the image's pixels.
    xy_px : (33, 2) float
        All landmarks in the image's pixels, for keeping the labels off the body.
    side : Side or None
        The working leg's.
    texts : Texts
    """
    canvas = Canvas(image)
    layout = without_panel(canvas.size_px)
    places = choose_label_places(layout, body_points(xy_px[None], side), texts, canvas.font)
    _leg_and_labels(canvas, state, places, layout, texts)
    return canvas.image


def _leg_and_labels(
    canvas: Canvas, state: FrameState, places: Mapping[str, LabelPlace], layout: Layout, texts: Texts
) -> None:
    known = state.cannot_tell is None
    draw_leg(canvas, state.leg_xy_px, layout.unit_px, known=known)
    if known:
        draw_labels(canvas, state, places, layout, texts)
