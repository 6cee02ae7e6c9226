"""Text that fills a rectangle: one sentence as large as it fits, or several below each other."""

from __future__ import annotations

from dataclasses import dataclass

from formcheck.draw.canvas import WHITE, Canvas, Colour, Rect
from formcheck.draw.font import LEAST_TEXT_PX, Font
from formcheck.draw.icons import warning_icon

_LEADING = 1.18
_PARAGRAPH_LEADING = 1.25
_BETWEEN = 0.45
_ICON_SPACE = 1.6


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A sentence; ``warning`` sets it in bold with the triangle before it."""

    text: str
    colour: Colour = WHITE
    warning: bool = False

    @property
    def weight(self) -> int:
        return 700 if self.warning else 400


def text_block(canvas: Canvas, rect: Rect, text: str, size_px: float, *, rows: int, weight: int = 700) -> None:
    """Write a sentence in up to ``rows`` lines in the middle of a rectangle's height, as large as fits."""
    font, size = canvas.font, size_px
    while True:
        lines, size = font.fit(text, size, rect.w, lines=rows, weight=weight)
        if _LEADING * size * len(lines) <= rect.h or size <= LEAST_TEXT_PX:
            break
        size -= 1
    step = _LEADING * size
    top = rect.y + (rect.h - step * len(lines)) / 2
    for number, line in enumerate(lines):
        canvas.text(line, (rect.x, font.baseline(top + number * step, step, size)), size, weight=weight)


def paragraphs(canvas: Canvas, rect: Rect, texts: list[Paragraph], size_px: float) -> None:
    """Write sentences one below the other, all of one size, as large as they fit together."""
    font, size = canvas.font, size_px
    while size > LEAST_TEXT_PX and _height(font, rect.w, texts, size) > rect.h:
        size -= 1
    top = rect.y
    for one in texts:
        left = rect.x + (_ICON_SPACE * size if one.warning else 0.0)
        if one.warning:
            warning_icon(canvas, (rect.x + 0.6 * size, top + 0.6 * size), 1.1 * size)
        for line in font.wrap(one.text, size, rect.right - left, one.weight):
            canvas.text(line, (left, top + size), size, colour=one.colour, weight=one.weight)
            top += _PARAGRAPH_LEADING * size
        top += _BETWEEN * size


def _height(font: Font, width: float, texts: list[Paragraph], size: float) -> float:
    total = 0.0
    for one in texts:
        left = _ICON_SPACE * size if one.warning else 0.0
        total += _PARAGRAPH_LEADING * size * len(font.wrap(one.text, size, width - left, one.weight)) + _BETWEEN * size
    return total
