"""Parts of the screens: text that fits its place, the hip's gauge, the phase, the marks."""

from __future__ import annotations

import math

import numpy as np

from formcheck.report.ink import (
    DARK,
    GOOD,
    GREY,
    WARN,
    WHITE,
    Colour,
    Ink,
    Rect,
    box,
    polygon,
    tick_mark,
    warning_mark,
)
from formcheck.types import ImageBgr, Phase

TRACK: Colour = (96, 88, 82)
LEAST_PX = 10.0
_GAUGE_MARGIN_DEG = 25.0
_LEADING = 1.18


def fitted_text(image: ImageBgr, ink: Ink, rect: Rect, text: str, size_px: float, *, rows: int) -> None:
    """Bold lines in the middle of a rectangle's height, as large as fit."""
    size = size_px
    while True:
        lines, size = ink.fitted(text, size, rect.w, lines=rows, least_px=LEAST_PX, weight=700)
        if _LEADING * size * len(lines) <= rect.h or size <= LEAST_PX:
            break
        size -= 1
    step = _LEADING * size
    top = rect.y + (rect.h - step * len(lines)) / 2
    for number, line in enumerate(lines):
        ink.text(image, line, (rect.x, ink.middle(top + number * step, step, size)), size, weight=700)


def banner(image: ImageBgr, ink: Ink, rect: Rect, text: str, unit_px: float, *, mark: bool) -> None:
    """One sentence, with the warning triangle before it when there is something to mend."""
    inner = rect.inset(1.5 * unit_px)
    if mark:
        size = min(12 * unit_px, inner.h)
        warning_mark(image, (inner.x + 0.6 * size, rect.y + rect.h / 2), size)
        inner = Rect(inner.x + 1.35 * size, inner.y, inner.w - 1.35 * size, inner.h)
    fitted_text(image, ink, inner, text, 9.5 * unit_px, rows=3)


def paragraphs(image: ImageBgr, ink: Ink, rect: Rect, texts: list[tuple[str, Colour, bool]], size_px: float) -> None:
    """Sentences (text, colour, marked) one below the other, all as large as they fit together."""
    size = size_px
    while size > LEAST_PX and _height(ink, rect, texts, size) > rect.h:
        size -= 1
    top = rect.y
    for text, colour, marked in texts:
        left = rect.x + (1.6 * size if marked else 0.0)
        if marked:
            warning_mark(image, (rect.x + 0.6 * size, top + 0.6 * size), 1.1 * size)
        weight = 700 if marked else 400
        for line in ink.wrap(text, size, rect.right - left, weight):
            ink.text(image, line, (left, top + size), size, colour=colour, weight=weight)
            top += 1.25 * size
        top += 0.45 * size


def _height(ink: Ink, rect: Rect, texts: list[tuple[str, Colour, bool]], size: float) -> float:
    total = 0.0
    for text, _, marked in texts:
        width = rect.w - (1.6 * size if marked else 0.0)
        total += 1.25 * size * len(ink.wrap(text, size, width, 700 if marked else 400)) + 0.45 * size
    return total


def gauge(image: ImageBgr, bar: Rect, value_deg: float, low: float, high: float) -> None:
    """The hip on its scale: the band it should stay in, and a pointer."""
    first, last = low - _GAUGE_MARGIN_DEG, high + _GAUGE_MARGIN_DEG

    def x_of(angle_deg: float) -> float:
        return bar.x + bar.w * float(np.clip((angle_deg - first) / (last - first), 0.0, 1.0))

    box(image, bar, TRACK)
    box(image, Rect(x_of(low), bar.y, x_of(high) - x_of(low), bar.h), GOOD)
    x, half = x_of(value_deg), 0.5 * bar.h
    tip, top = bar.y + 0.75 * bar.h, bar.y - 0.45 * bar.h
    polygon(image, [(x - half - 3, top - 3), (x + half + 3, top - 3), (x, tip + 4)], DARK)
    polygon(image, [(x - half, top), (x + half, top), (x, tip)], WHITE)


def hip_word(hip_deg: float, half_band_deg: float, low: float, high: float) -> tuple[str, Colour]:
    """Key of what to say of the hip. As in the findings, an error band that straddles a limit decides nothing."""
    if hip_deg + half_band_deg < low:
        return "screen.too_low", WARN
    if hip_deg - half_band_deg > high:
        return "screen.too_high", WARN
    if hip_deg < low or hip_deg > high:
        return "screen.near_limit", WHITE
    return "screen.in_band", WHITE


def progress(image: ImageBgr, bar: Rect, share: float) -> None:
    """How much of the least time has passed; a tick when all of it has."""
    box(image, bar, TRACK)
    box(image, Rect(bar.x, bar.y, bar.w * min(1.0, share), bar.h), GOOD if share >= 1 else WHITE)
    if share >= 1:
        tick_mark(image, (bar.right - bar.h, bar.y + bar.h / 2), 0.8 * bar.h, DARK)


def check_mark(image: ImageBgr, at: tuple[float, float], size: float, *, done: bool) -> None:
    """A tick, or a dash for what is not there yet."""
    if done:
        tick_mark(image, at, size, GOOD)
    else:
        box(image, Rect(at[0] - 0.4 * size, at[1] - 0.1 * size, 0.8 * size, 0.2 * size), GREY)


def phase_icon(image: ImageBgr, phase: Phase, rect: Rect) -> None:
    """Up for straightening, two bars for holding, down for bending, a dash for rest."""
    x, y, s = rect.x, rect.y, rect.h
    if phase is Phase.EXTENDING:
        polygon(image, [(x, y + s), (x + s, y + s), (x + s / 2, y)], WHITE)
    elif phase is Phase.RETURNING:
        polygon(image, [(x, y), (x + s, y), (x + s / 2, y + s)], WHITE)
    elif phase is Phase.HOLDING:
        box(image, Rect(x, y, s * 0.36, s), WHITE)
        box(image, Rect(x + s * 0.62, y, s * 0.36, s), WHITE)
    elif phase is Phase.REST:
        box(image, Rect(x, y + s * 0.38, s, s * 0.24), WHITE)


def disc(image: ImageBgr, x: float, y: float, radius: float, colour: Colour) -> None:
    """A filled disc."""
    angles = np.linspace(0.0, 2 * math.pi, 32, endpoint=False)
    polygon(image, [(x + radius * math.cos(a), y + radius * math.sin(a)) for a in angles], colour)
