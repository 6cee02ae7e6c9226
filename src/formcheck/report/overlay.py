"""Drawing what is known about one moment onto its picture.

What to show (`Shown`) is kept apart from where it comes from, so that recorded clips and live
practice look the same.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from formcheck.report.ink import (
    DARK,
    GOOD,
    GREY,
    WARN,
    WHITE,
    Align,
    Colour,
    Ink,
    Rect,
    box,
    hatch,
    panel,
    polygon,
    tick_mark,
    warning_mark,
)
from formcheck.report.overlay_layout import Place, layout
from formcheck.report.overlay_leg import LegDrawing
from formcheck.report.words import clock, degrees
from formcheck.types import Phase, Verdict

if TYPE_CHECKING:
    from formcheck.report.shown import Angle, Shown, Tempo
    from formcheck.types import ImageBgr

_PHASE_WORDS = {
    Phase.REST: "Rest",
    Phase.EXTENDING: "Straightening",
    Phase.HOLDING: "Holding",
    Phase.RETURNING: "Bending",
    Phase.UNKNOWN: "\N{EN DASH}",
}
_TRACK: Colour = (96, 88, 82)
_LEAST_TEXT_PX = 9.0
_GAUGE_MARGIN_DEG = 25.0


class Overlay:
    """Draws `Shown` values onto pictures of one size.

    Parameters
    ----------
    size_px : (w, h)
    place : Place
        Where the panel stands; see `overlay_layout.choose_place`.

    Notes
    -----
    Keep one instance per thread.
    """

    def __init__(self, size_px: tuple[int, int], *, place: Place = Place.BOTTOM) -> None:
        self._size_px = size_px
        self._where = layout(size_px, place)
        self._ink = Ink()
        self._leg = LegDrawing(self._where, self._ink)

    def draw(self, image: ImageBgr, shown: Shown) -> None:
        """Draw onto ``image`` (H, W, 3) in place."""
        h, w = image.shape[:2]
        if (w, h) != self._size_px:
            raise ValueError(f"expected a picture of {self._size_px}, got {(w, h)}")
        where = self._where
        self._leg.draw(image, shown)
        panel(image, where.panel)
        self._counter(image, where.counter, shown)
        if shown.cannot_tell is not None:
            self._cannot_tell(image, where.answer, shown.cannot_tell)
            return
        self._phase(image, where.phase, shown.phase, shown.tempo)
        self._gauge(image, where.gauge, shown.hip, shown.hip_limits_deg)
        if shown.cue:
            self._cue(image, where.cue, shown.cue)

    @property
    def _caption_px(self) -> float:
        return 3.1 * self._where.unit_px

    def _caption(self, image: ImageBgr, text: str, x: float, rect: Rect, align: Align = "left") -> None:
        """Small print on the block's last line; left out where it could not be read."""
        if self._caption_px >= _LEAST_TEXT_PX:
            at = (x, rect.bottom - 0.02 * rect.h)
            self._ink.text(image, text, at, self._caption_px, colour=GREY, align=align)

    def _counter(self, image: ImageBgr, rect: Rect, shown: Shown) -> None:
        target = f" / {shown.reps_target}"
        size = 0.66 * rect.h
        while size > _LEAST_TEXT_PX and self._counter_width(str(shown.reps_done), target, size) > rect.w:
            size -= 1
        baseline = rect.y + 0.56 * rect.h
        used = self._ink.text(image, str(shown.reps_done), (rect.x, baseline), size, weight=700)
        self._ink.text(image, target, (rect.x + used, baseline), size * 0.72, colour=GREY)
        time = f" · {clock(shown.clock_s)}" if math.isfinite(shown.clock_s) else ""
        self._caption(image, f"reps{time}", rect.x, rect)

    def _counter_width(self, done: str, target: str, size: float) -> int:
        return self._ink.width(done, size, 700) + self._ink.width(target, size * 0.72)

    def _phase(self, image: ImageBgr, rect: Rect, phase: Phase, tempo: Tempo | None) -> None:
        icon = 0.26 * rect.h
        _phase_icon(image, phase, Rect(rect.x, rect.y + 0.08 * rect.h, icon, icon))
        left = rect.x + icon * 1.5
        self._headline(image, _PHASE_WORDS[phase], left, rect, rect.right - left, WHITE)
        if tempo is None or phase is Phase.UNKNOWN:
            return
        bar = _bar(rect)
        if tempo.at_least_s is None:
            self._caption(image, f"{tempo.elapsed_s:.1f} s", rect.x, rect)
            return
        reached = tempo.elapsed_s >= tempo.at_least_s
        share = min(1.0, tempo.elapsed_s / max(tempo.at_least_s, 1e-6))
        box(image, bar, _TRACK)
        box(image, Rect(bar.x, bar.y, bar.w * share, bar.h), GOOD if reached else WHITE)
        if reached:
            tick_mark(image, (bar.right - bar.h * 0.8, bar.y + bar.h / 2), bar.h * 0.75, DARK)
        self._caption(image, f"{tempo.elapsed_s:.1f} s", rect.x, rect)
        self._caption(image, f"at least {tempo.at_least_s:.1f} s", rect.right, rect, "right")

    def _headline(self, image: ImageBgr, text: str, x: float, rect: Rect, width: float, colour: Colour) -> None:
        (line,), size = self._ink.fitted(text, 0.37 * rect.h, width, lines=1, least_px=_LEAST_TEXT_PX, weight=600)
        baseline = self._ink.middle(rect.y + 0.08 * rect.h, 0.26 * rect.h, size)
        self._ink.text(image, line, (x, baseline), size, colour=colour, weight=600)

    def _gauge(self, image: ImageBgr, rect: Rect, hip: Angle, limits_deg: tuple[float, float]) -> None:
        low, high = limits_deg
        bar = _bar(rect)
        first, last = low - _GAUGE_MARGIN_DEG, high + _GAUGE_MARGIN_DEG

        def x_of(angle_deg: float) -> float:
            return bar.x + bar.w * (min(max(angle_deg, first), last) - first) / (last - first)

        box(image, bar, _TRACK)
        box(image, Rect(x_of(low), bar.y, x_of(high) - x_of(low), bar.h), GOOD)
        for limit in limits_deg:
            self._caption(image, degrees(limit), x_of(limit), rect, "centre")
        if not math.isfinite(hip.value_deg):
            return
        word, verdict = _hip_word(hip, limits_deg)
        colour = WARN if verdict is Verdict.NOT_MET else WHITE
        said = f"Hip {degrees(hip.value_deg)} {word}"
        self._headline(image, said, rect.x, rect, rect.w - 0.5 * rect.h, colour)
        mark = (rect.right - 0.18 * rect.h, rect.y + 0.21 * rect.h)
        if verdict is Verdict.MET:
            tick_mark(image, mark, 0.26 * rect.h, GOOD)
        elif verdict is Verdict.NOT_MET:
            warning_mark(image, mark, 0.36 * rect.h)
        if math.isfinite(hip.band_deg):
            left, right = x_of(hip.value_deg - hip.band_deg), x_of(hip.value_deg + hip.band_deg)
            box(image, Rect(left, bar.y + bar.h * 0.4, right - left, bar.h * 0.2), DARK)
        _pointer(image, x_of(hip.value_deg), bar)

    def _cannot_tell(self, image: ImageBgr, rect: Rect, reason: str) -> None:
        u = self._where.unit_px
        hatch(image, rect, 3.2 * u)
        x, width = rect.x + 0.14 * rect.h, rect.w - 0.28 * rect.h
        (title,), size = self._ink.fitted(
            "CANNOT TELL", min(0.34 * rect.h, 5.6 * u), width, lines=1, least_px=_LEAST_TEXT_PX, weight=700
        )
        lines, small = self._ink.fitted(reason, min(0.23 * rect.h, 3.7 * u), width, lines=2, least_px=_LEAST_TEXT_PX)
        step = 1.25 * small
        cap = 0.7 * size
        between = 0.25 * small
        y = rect.y + (rect.h - cap - between - step * len(lines)) / 2 + cap
        self._ink.text(image, title, (x, y), size, weight=700)
        y += between
        for number, line in enumerate(lines, start=1):
            self._ink.text(image, line, (x, y + number * step), small)

    def _cue(self, image: ImageBgr, rect: Rect, text: str) -> None:
        panel(image, rect)
        u = self._where.unit_px
        left = rect.x + 8.5 * u
        rows = 2 if rect.h > 10 * u else 1
        lines, size = self._ink.fitted(
            text, 4.2 * u, rect.right - 2 * u - left, lines=rows, least_px=_LEAST_TEXT_PX, weight=600
        )
        warning_mark(image, (rect.x + 4.5 * u, rect.y + rect.h / 2), 5 * u)
        step = 1.25 * size
        top = rect.y + (rect.h - step * len(lines)) / 2
        for number, line in enumerate(lines):
            self._ink.text(image, line, (left, self._ink.middle(top + number * step, step, size)), size, weight=600)


def _bar(rect: Rect) -> Rect:
    return Rect(rect.x, rect.y + 0.50 * rect.h, rect.w, 0.20 * rect.h)


def _hip_word(hip: Angle, limits_deg: tuple[float, float]) -> tuple[str, Verdict]:
    """What to say of the hip; as in the findings, a band that straddles a limit decides nothing."""
    low, high = limits_deg
    band = hip.band_deg if math.isfinite(hip.band_deg) else 0.0
    if hip.value_deg + band < low:
        return "too low", Verdict.NOT_MET
    if hip.value_deg - band > high:
        return "too high", Verdict.NOT_MET
    if hip.value_deg - band < low or hip.value_deg + band > high:
        return "near limit", Verdict.BORDERLINE
    return "in band", Verdict.MET


def _pointer(image: ImageBgr, x: float, bar: Rect) -> None:
    half, tip = 0.42 * bar.h, bar.y + 0.45 * bar.h
    top = bar.y - 0.55 * bar.h
    outer = [(x - half - 2, top - 2), (x + half + 2, top - 2), (x, tip + 3)]
    polygon(image, outer, DARK)
    polygon(image, [(x - half, top), (x + half, top), (x, tip)], WHITE)


def _phase_icon(image: ImageBgr, phase: Phase, rect: Rect) -> None:
    x, y, s = rect.x, rect.y, rect.h
    if phase is Phase.EXTENDING:
        polygon(image, [(x, y + s), (x + s, y + s), (x + s / 2, y)], WHITE)
    elif phase is Phase.RETURNING:
        polygon(image, [(x, y), (x + s, y), (x + s / 2, y + s)], WHITE)
    elif phase is Phase.HOLDING:
        box(image, Rect(x, y, s * 0.36, s), WHITE)
        box(image, Rect(x + s * 0.62, y, s * 0.36, s), WHITE)
    else:
        box(image, Rect(x, y + s * 0.38, s, s * 0.24), WHITE)
