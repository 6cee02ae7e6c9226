"""The instruments: repetition counter, phase with its tempo bar, the hip's gauge, the cue, and 'cannot tell'.

Each fills the rectangle it is given, so that the same ones serve an annotated clip and a screen that is read from
three metres.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from formcheck.draw.canvas import BAR, DARK, GOOD, GREY, WARN, WHITE, Align, Canvas, Colour, Point, Rect
from formcheck.draw.font import LEAST_TEXT_PX
from formcheck.draw.icons import phase_icon, tick_icon, warning_icon
from formcheck.draw.text_blocks import text_block
from formcheck.text.numbers import Z_95, degrees
from formcheck.types import Phase, Verdict

if TYPE_CHECKING:
    from formcheck.draw.frame_state import PhaseTempo
    from formcheck.text.catalogue import Texts
    from formcheck.types import Finding

# The hip's scale goes this far beyond the band.
_SCALE_MARGIN_DEG = 25.0
# This much of its width is free before the caption of the lower limit.
_MEAN_SHARE = 0.20
# Narrower than this (width to height) a gauge says its verdict on a line of its own.
_NARROW = 3.0
_NARROW_BARE = 4.5
_CAPTION_BASELINE = 0.98


@dataclass(frozen=True, slots=True)
class VerdictStyle:
    """How a verdict on the hip is shown: catalogue key of its word, colour, and whether a tick or a triangle."""

    key: str
    colour: Colour
    tick: bool = False
    warning: bool = False


def verdict_style(finding: Finding) -> VerdictStyle:
    """Return how a finding on the hip is shown, on every frame and screen."""
    if finding.verdict is Verdict.MET:
        return VerdictStyle("draw.in_band", WHITE, tick=True)
    if finding.verdict is Verdict.BORDERLINE:
        return VerdictStyle("draw.near_limit", WHITE)
    if finding.verdict is Verdict.NOT_MET:
        return VerdictStyle(f"draw.too_{finding.variant}", WARN, warning=True)
    return VerdictStyle("draw.not_known", GREY)


@dataclass(frozen=True, slots=True)
class _Rows:
    """Where things stand in a block, as shares of its height: lines of text, bar, baseline and size of captions."""

    headline: tuple[float, float]
    headline_size: float
    bar: tuple[float, float]
    caption_size: float = 0.0
    second: tuple[float, float] = (0.0, 0.0)
    second_size: float = 0.0


_ONE_LINE = _Rows((0.0, 0.42), 0.46, (0.50, 0.20), 0.25)
_ONE_LINE_BARE = _Rows((0.0, 0.52), 0.56, (0.68, 0.32))
_TWO_LINES = _Rows((0.0, 0.28), 0.30, (0.62, 0.16), 0.19, second=(0.31, 0.22), second_size=0.23)
_TWO_LINES_BARE = _Rows((0.0, 0.33), 0.35, (0.77, 0.23), second=(0.36, 0.32), second_size=0.33)


def _row(rect: Rect, share: tuple[float, float]) -> Rect:
    return Rect(rect.x, rect.y + share[0] * rect.h, rect.w, share[1] * rect.h)


def draw_counter(canvas: Canvas, rect: Rect, done: int, target: int, *, caption: str = "") -> None:
    """Draw how many repetitions are done, and of how many (0: not said)."""
    font = canvas.font
    of = f" / {target}" if target else ""
    size = (0.66 if caption else 1.1) * rect.h
    small = 0.6 if caption else 0.45
    while size > LEAST_TEXT_PX and font.width(str(done), size, 700) + font.width(of, small * size) > rect.w:
        size -= 1
    baseline = font.baseline(rect.y, (0.62 if caption else 1.0) * rect.h, size)
    used = canvas.text(str(done), (rect.x, baseline), size, weight=700)
    canvas.text(of, (rect.x + used, baseline), small * size, colour=GREY)
    if caption:
        _caption(canvas, caption, (rect.x, rect.y + 0.98 * rect.h), 0.28 * rect.h, width=rect.w)


def draw_phase(
    canvas: Canvas, rect: Rect, phase: Phase, tempo: PhaseTempo | None, texts: Texts, *, caption: str = ""
) -> None:
    """Draw the phase, and how much of its least time has passed; ``caption`` stands in place of the seconds."""
    rows, caption_px = _ONE_LINE, _ONE_LINE.caption_size * rect.h
    headline = _row(rect, rows.headline)
    icon = 0.74 * headline.h
    phase_icon(canvas, phase, Rect(rect.x, headline.y + 0.5 * (headline.h - icon), icon, icon))
    word = Rect(rect.x + 1.4 * icon, headline.y, rect.w - 1.4 * icon, headline.h)
    _line(canvas, word, texts.get(f"draw.phase_{phase.value}"), rows.headline_size * rect.h, WHITE)
    limit_s = tempo.at_least_s if tempo is not None else None
    if tempo is not None and limit_s is not None:
        draw_progress(canvas, _row(rect, rows.bar), tempo.elapsed_s / max(limit_s, 1e-6))
    left, right = caption, ""
    if tempo is not None and not caption and phase is not Phase.UNKNOWN:
        left = texts.get("draw.seconds", s=tempo.elapsed_s)
        right = texts.get("draw.at_least", s=limit_s) if limit_s is not None else ""
    y = rect.y + _CAPTION_BASELINE * rect.h
    used = _caption(canvas, left, (rect.x, y), caption_px, width=rect.w)
    _caption(canvas, right, (rect.right, y), caption_px, width=rect.w - used - caption_px, align="right")


def draw_progress(canvas: Canvas, bar: Rect, share: float) -> None:
    """Draw how much of the least time has passed; a tick when all of it has."""
    canvas.box(bar, BAR)
    canvas.box(Rect(bar.x, bar.y, bar.w * min(1.0, share), bar.h), GOOD if share >= 1 else WHITE)
    if share >= 1:
        tick_icon(canvas, (bar.right - bar.h * 0.9, bar.y + bar.h / 2), bar.h * 0.75, DARK)


def draw_hip_gauge(
    canvas: Canvas, rect: Rect, finding: Finding, texts: Texts, *, now_deg: float = math.nan, captions: bool = True
) -> None:
    """Draw the hip on its scale: the band it should stay in, what was found with its error, and the verdict in words.

    Parameters
    ----------
    canvas : Canvas
    rect : Rect
    finding : Finding
        On the hip, with two limits. What was observed gets the pointer.
    texts : Texts
    now_deg : float
        The hip at this instant where the finding is about more than that: a thin line.
    captions : bool
        Write the limits below the scale.

    Raises
    ------
    ValueError
        The finding has no band.
    """
    low, high = finding.limit
    if low is None or high is None:
        raise ValueError(f"expected a finding with two limits, got {finding.limit}")
    rows = _gauge_rows(rect, captions=captions)
    _headline(canvas, rect, rows, finding, texts)
    bar = _row(rect, rows.bar)
    scale = _Scale(bar, low - _SCALE_MARGIN_DEG, high + _SCALE_MARGIN_DEG)
    canvas.box(bar, BAR)
    scale.box(canvas, low, high, 0.0, 1.0, GOOD)
    y, caption_px = rect.y + _CAPTION_BASELINE * rect.h, rows.caption_size * rect.h
    for limit_deg in (low, high):
        _caption(canvas, degrees(texts, limit_deg), (scale.x(limit_deg), y), caption_px, align="centre")
    if finding.rep is not None:
        _caption(canvas, texts.get("draw.mean"), (rect.x, y), caption_px, width=_MEAN_SHARE * rect.w)
    if finding.observed is None:
        return
    half_deg = Z_95 * finding.se if finding.se is not None else 0.0
    scale.box(canvas, finding.observed - half_deg, finding.observed + half_deg, 0.4, 0.2, DARK)
    if math.isfinite(now_deg):
        _now_line(canvas, scale.x(now_deg), bar)
    _pointer(canvas, scale.x(finding.observed), bar)


@dataclass(frozen=True, slots=True)
class _Scale:
    """Angles from ``first_deg`` to ``last_deg`` along a bar."""

    bar: Rect
    first_deg: float
    last_deg: float

    def x(self, angle_deg: float) -> float:
        share = (angle_deg - self.first_deg) / (self.last_deg - self.first_deg)
        return self.bar.x + self.bar.w * min(max(share, 0.0), 1.0)

    def box(self, canvas: Canvas, from_deg: float, to_deg: float, top: float, height: float, colour: Colour) -> None:
        """Fill a stretch; ``top`` and ``height`` are shares of the bar's height."""
        x, y = self.x(from_deg), self.bar.y + top * self.bar.h
        canvas.box(Rect(x, y, self.x(to_deg) - x, height * self.bar.h), colour)


def _gauge_rows(rect: Rect, *, captions: bool) -> _Rows:
    shape = rect.w / rect.h
    if captions:
        return _TWO_LINES if shape < _NARROW else _ONE_LINE
    return _TWO_LINES_BARE if shape < _NARROW_BARE else _ONE_LINE_BARE


def _headline(canvas: Canvas, rect: Rect, rows: _Rows, finding: Finding, texts: Texts) -> None:
    """The hip's number and verdict, on one line or two, and the verdict's icon."""
    style = verdict_style(finding)
    number = texts.get("draw.hip")
    if finding.observed is not None:
        number += f" {degrees(texts, finding.observed)}"
    word, first = texts.get(style.key), _row(rect, rows.headline)
    icon = 0.9 * first.h
    top = Rect(first.x, first.y, first.w - 1.15 * icon, first.h)
    if rows.second_size:
        _line(canvas, top, number, rows.headline_size * rect.h, style.colour)
        _line(canvas, _row(rect, rows.second), word, rows.second_size * rect.h, style.colour)
    else:
        _line(canvas, top, f"{number} {word}", rows.headline_size * rect.h, style.colour)
    at = (rect.right - 0.55 * icon, first.y + 0.5 * first.h)
    if style.tick:
        tick_icon(canvas, at, 0.62 * icon)
    elif style.warning:
        warning_icon(canvas, at, 0.86 * icon)


def _line(canvas: Canvas, rect: Rect, text: str, size_px: float, colour: Colour) -> None:
    """One bold line in the middle of a rectangle's height."""
    (line,), size = canvas.font.fit(text, size_px, rect.w, weight=700)
    canvas.text(line, (rect.x, canvas.font.baseline(rect.y, rect.h, size)), size, colour=colour, weight=700)


def _now_line(canvas: Canvas, x: float, bar: Rect) -> None:
    thick = max(2.0, 0.14 * bar.h)
    canvas.box(Rect(x - thick, bar.y, 2 * thick, bar.h), DARK)
    canvas.box(Rect(x - 0.5 * thick, bar.y, thick, bar.h), WHITE)


def _pointer(canvas: Canvas, x: float, bar: Rect) -> None:
    half, tip, top = 0.45 * bar.h, bar.y + 0.5 * bar.h, bar.y - 0.5 * bar.h
    canvas.polygon([(x - half - 3, top - 2), (x + half + 3, top - 2), (x, tip + 4)], DARK)
    canvas.polygon([(x - half, top), (x + half, top), (x, tip)], WHITE)


def draw_banner(canvas: Canvas, rect: Rect, text: str, size_px: float, *, rows: int, warning: bool) -> None:
    """Draw one sentence across a band, with the triangle before it when something is to be put right."""
    pad = 0.16 * size_px
    inner = Rect(rect.x + 1.6 * pad, rect.y + pad, rect.w - 3.2 * pad, rect.h - 2 * pad)
    if warning:
        icon = min(1.25 * size_px, inner.h)
        warning_icon(canvas, (inner.x + 0.6 * icon, rect.y + 0.5 * rect.h), icon)
        inner = Rect(inner.x + 1.35 * icon, inner.y, inner.w - 1.35 * icon, inner.h)
    text_block(canvas, inner, text, size_px, rows=rows)


def draw_no_answer(canvas: Canvas, rect: Rect, title: str, reason: str, size_px: float, *, step_px: float) -> None:
    """Draw a hatched field that says that nothing can be told here, and why."""
    canvas.hatch(rect, step_px)
    inner = Rect(rect.x + 0.06 * rect.h, rect.y, rect.w - 0.12 * rect.h, rect.h).inset(0.06 * rect.h)
    if not reason:
        text_block(canvas, inner, title, size_px, rows=2)
        return
    text_block(canvas, Rect(inner.x, inner.y, inner.w, 0.42 * inner.h), title, size_px, rows=1)
    below = Rect(inner.x, inner.y + 0.42 * inner.h, inner.w, 0.58 * inner.h)
    text_block(canvas, below, reason, 0.66 * size_px, rows=2, weight=500)


def _caption(
    canvas: Canvas, text: str, at: Point, size_px: float, *, width: float = math.inf, align: Align = "left"
) -> float:
    """Small print on a block's last line, and its width; left out where it could not be read."""
    if not text or size_px < LEAST_TEXT_PX:
        return 0.0
    (line,), size = canvas.font.fit(text, size_px, width)
    return canvas.text(line, at, size, colour=GREY, align=align)
