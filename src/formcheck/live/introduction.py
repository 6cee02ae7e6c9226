"""The introduction, the first time and on request: spoken and drawn, half a minute."""

from __future__ import annotations

import time
from pathlib import Path

from formcheck.draw.canvas import Rect, unit_px
from formcheck.draw.instructions import Instruction, draw_instruction
from formcheck.draw.text_blocks import text_block
from formcheck.live.interruptions import Interruptions
from formcheck.live.outputs import READ_S_PER_CHARACTER, Outputs
from formcheck.live.starting import blank
from formcheck.live.window import ENTER, ESCAPE
from formcheck.record.live_folders import PRACTICE
from formcheck.text.catalogue import Texts
from formcheck.types import ImageBgr

# A page stays until it has been spoken, and for as long as reading it takes where nothing is heard.
_LEAST_S, _MOST_S = 3.0, 20.0
_WAIT_MS = 50


def is_first_time(root: Path) -> bool:
    """Tell whether no set was ever finished in this folder of sessions."""
    return not any(root.glob(f"*/{PRACTICE}"))


def introduce(outputs: Outputs, interruptions: Interruptions) -> None:
    """Show and speak the introduction; space or Enter turns the page, Escape skips the rest."""
    windowed = outputs.window.shown
    if not (windowed or outputs.heard):
        return
    for shown in Instruction:
        text = outputs.texts.get(f"teach.{shown}")
        page = instruction_page(outputs.texts, shown)
        outputs.say(text, at_once=True)
        begun_s = time.monotonic()
        stays_s = _LEAST_S if outputs.heard else READ_S_PER_CHARACTER * len(text)
        while (passed_s := time.monotonic() - begun_s) < _MOST_S:
            outputs.window.show(page)
            key = outputs.window.key(wait_ms=_WAIT_MS)
            if key in (ESCAPE, "q") or interruptions.signals or (windowed and outputs.window.closed):
                outputs.say("", at_once=True)
                return
            if key in (" ", ENTER) or (passed_s > stays_s and not outputs.speaking):
                break


def instruction_page(texts: Texts, shown: Instruction) -> ImageBgr:
    """One page: the drawing, and the sentence below it."""
    canvas = blank()
    w, h = canvas.size_px
    u = unit_px(canvas.size_px)
    draw_instruction(canvas, Rect(4 * u, 3 * u, w - 8 * u, 0.56 * h), shown)
    sentence = Rect(4 * u, 0.6 * h, w - 8 * u, 0.32 * h)
    text_block(canvas, sentence, texts.get(f"teach.{shown}"), 7.5 * u, rows=4)
    canvas.text(texts.get("teach.keys"), (4 * u, h - 2.5 * u), 3.4 * u)
    return canvas.image
