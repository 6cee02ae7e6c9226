"""The window in the first second: loads as little as it can, so that something is seen at once."""

from __future__ import annotations

import numpy as np

from formcheck.draw.canvas import DARK, Canvas, Rect, unit_px
from formcheck.draw.text_blocks import text_block
from formcheck.live.window import NoWindow, OpenCvWindow, Window
from formcheck.text.catalogue import Texts
from formcheck.types import ImageBgr

SIZE_PX = (1280, 880)


def open_window(texts: Texts, *, headless: bool, full_screen: bool) -> Window:
    """Open the window with a word that it is starting, or none.

    Raises
    ------
    UsageError
        There is no screen.
    """
    if headless:
        return NoWindow()
    return OpenCvWindow(notice(texts.get("start.starting")), full_screen=full_screen)


def blank() -> Canvas:
    """A dark canvas of the window's first size."""
    return Canvas(np.full((SIZE_PX[1], SIZE_PX[0], 3), DARK, np.uint8))


def notice(*sentences: str) -> ImageBgr:
    """An image with sentences below each other, the first one larger."""
    canvas = blank()
    u = unit_px(SIZE_PX)
    top, height = 18 * u, (SIZE_PX[1] - 36 * u) / (len(sentences) + 1)
    for number, sentence in enumerate(sentences):
        rows = Rect(6 * u, top + (number + (number > 0)) * height, SIZE_PX[0] - 12 * u, height * (2 - (number > 0)))
        text_block(canvas, rows, sentence, (12 if number == 0 else 7) * u, rows=3, weight=700 if number == 0 else 400)
    return canvas.image
