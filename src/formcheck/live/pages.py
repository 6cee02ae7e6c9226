"""The pages before and after a set, drawn over a darkened frame: messages, questions, and the summary."""

from __future__ import annotations

import math
from dataclasses import dataclass

from formcheck.draw.canvas import BAR, GOOD, GREY, WARN, WHITE, Canvas, Rect
from formcheck.draw.font import Font
from formcheck.draw.icons import tick_icon
from formcheck.draw.screen_layout import ScreenLayout
from formcheck.draw.text_blocks import Paragraph, paragraphs, text_block
from formcheck.live.asked import AskedQuestion
from formcheck.record.values import PAIN_MAX
from formcheck.text.catalogue import Texts
from formcheck.types import ImageBgr

# Capitals of a question are a sixteenth of a laptop's screen: read from three metres.
_QUESTION_UNITS = 8.0
_WIDE_UNITS = 90.0
# A question that nobody answers is left for later after this long.
LIMIT_S = 20.0


@dataclass(frozen=True, slots=True)
class QuestionPage:
    """A question with what was typed so far, the option that is being read, and the time left.

    ``arm``: an arm can be seen, and so can be answered with.
    """

    asked: AskedQuestion
    typed: str = ""
    offered: int | None = None
    left_s: float = LIMIT_S
    arm: bool = False


class Pages:
    """Makes pages for frames of one size.

    Parameters
    ----------
    layout : ScreenLayout
    texts : Texts
    font : Font
    """

    def __init__(self, layout: ScreenLayout, texts: Texts, font: Font) -> None:
        self._layout = layout
        self._texts = texts
        self._font = font

    def message(self, image: ImageBgr, text: str) -> ImageBgr:
        """Return one sentence in the middle."""
        canvas, page = self._page(image)
        text_block(canvas, page, text, 1.4 * _QUESTION_UNITS * self._layout.unit_px, rows=5)
        return canvas.image

    def question(self, image: ImageBgr, page: QuestionPage) -> ImageBgr:
        """Return a question: its answers, what was typed, and how it can be answered."""
        u = self._layout.unit_px
        canvas, room = self._page(image)
        asked = page.asked
        # An upright screen has room below, but not beside.
        rows = 2 if room.w > _WIDE_UNITS * u else 4
        head = Rect(room.x, room.y, room.w, 10 * rows * u)
        text_block(canvas, head, self._texts.get(f"ask.{asked.question}"), _QUESTION_UNITS * u, rows=rows)
        answers = Rect(room.x, head.bottom + 3 * u, room.w, room.bottom - head.bottom - 16 * u)
        if asked.choices:
            self._choices(canvas, answers, page)
        else:
            self._numbers(canvas, answers, page)
        self._hints(canvas, room, page)
        return canvas.image

    def summary(self, image: ImageBgr, lines: list[str], advice: list[str], *, urgent: bool, hint: str) -> ImageBgr:
        """Return the set in a few sentences; advice stands first, with the triangle."""
        u = self._layout.unit_px
        canvas, page = self._page(image)
        warnings = [Paragraph(text, WARN if urgent else WHITE, warning=True) for text in advice]
        room = Rect(page.x, page.y, page.w, page.h - 7 * u)
        paragraphs(canvas, room, [*warnings, *(Paragraph(text) for text in lines)], 7 * u)
        (line,), size = self._font.fit(hint, 4.2 * u, page.w)
        canvas.text(line, (page.x, page.bottom), size, colour=GREY)
        return canvas.image

    def _page(self, image: ImageBgr) -> tuple[Canvas, Rect]:
        where = self._layout
        u = where.unit_px
        canvas = Canvas(image, self._font, band_px=where.band_px)
        canvas.panel(where.page)
        return canvas, Rect(4 * u, 4 * u, where.page.w - 8 * u, where.page.h - 7 * u)

    def _numbers(self, canvas: Canvas, rect: Rect, page: QuestionPage) -> None:
        """The number in question, large, and the scale that it is on."""
        u, shown = self._layout.unit_px, page.typed if page.offered is None else str(page.offered)
        size = min(34 * u, 0.62 * rect.h)
        canvas.text(shown or "–", (rect.x, rect.y + 0.85 * size), size, weight=700, colour=WHITE if shown else GREY)
        step = rect.w / (PAIN_MAX + 1)
        digit = min(7 * u, 0.58 * step)
        for number in range(PAIN_MAX + 1):
            box = Rect(rect.x + number * step, rect.bottom - 1.6 * digit, 0.92 * step, 1.6 * digit)
            chosen = str(number) == shown
            canvas.box(box, GOOD if chosen else BAR)
            at = (box.x + box.w / 2, self._font.baseline(box.y, box.h, digit))
            canvas.text(str(number), at, digit, weight=700, align="centre")

    def _choices(self, canvas: Canvas, rect: Rect, page: QuestionPage) -> None:
        """Answers with the digits that are typed for them; a tick at those that were chosen, a bar at the one read."""
        u, font = self._layout.unit_px, self._font
        labels = [self._texts.get(choice) for choice in page.asked.choices]
        lines = 1 if rect.w > _WIDE_UNITS * u else 2
        step = min(14 * lines * u, rect.h / len(labels))
        left, room = rect.x + 15 * u, rect.w - 16 * u
        size = min(font.fit(label, 0.62 * step / lines, room, lines=lines, weight=700)[1] for label in labels)
        for number, label in enumerate(labels):
            row = Rect(rect.x, rect.y + number * step, rect.w, 0.94 * step)
            digit = page.asked.digit(number)
            chosen, offered = digit in page.typed, number == page.offered
            if offered:
                canvas.box(row, BAR)
            if chosen:
                tick_icon(canvas, (rect.x + 5 * u, row.y + row.h / 2), 0.8 * size)
            colour, weight = (WHITE, 700) if chosen or offered else (GREY, 400)
            wrapped = font.fit(label, size, room, lines=lines, weight=weight)[0]
            middle = font.baseline(row.y, row.h, size)
            canvas.text(digit, (left - 6 * u, middle), size, colour=colour, weight=weight)
            for at, line in enumerate(wrapped):
                y = middle + (at - (len(wrapped) - 1) / 2) * 1.15 * size
                canvas.text(line, (left, y), size, colour=colour, weight=weight)

    def _hints(self, canvas: Canvas, page: Rect, asked: QuestionPage) -> None:
        """How to answer, and how long there is."""
        u = self._layout.unit_px
        how = "list" if asked.asked.choices else "number"
        keys = self._texts.get("ask.enter" if asked.typed else f"ask.keys_{how}")
        hints = ([self._texts.get(f"ask.arm_{how}")] if asked.arm else []) + [keys]
        size = min(self._font.fit(hint, 4.6 * u, page.w)[1] for hint in hints)
        for number, hint in enumerate(reversed(hints)):
            text = self._font.fit(hint, size, page.w)[0][0]
            canvas.text(text, (page.x, page.bottom - 2.4 * u - 1.25 * number * size), size, colour=GREY)
        share = 0.0 if math.isnan(asked.left_s) else min(1.0, max(0.0, asked.left_s / LIMIT_S))
        canvas.box(Rect(page.x, page.bottom, page.w, u), BAR)
        canvas.box(Rect(page.x, page.bottom, page.w * share, u), GREY)
