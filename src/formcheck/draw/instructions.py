"""Drawings that show how to practise: somebody who lies on the back, seen from the side and from above."""

from __future__ import annotations

from enum import StrEnum

import numpy as np

from formcheck.draw.canvas import BAR, GREY, LEG, WARN, WHITE, Canvas, Colour, Rect
from formcheck.types import FloatArray


class Instruction(StrEnum):
    """What a drawing shows."""

    CAMERA = "camera"
    PAUSE = "pause"
    PAIN = "pain"
    STOP = "stop"
    ANSWER = "answer"


# Points on a sheet 100 wide and 60 high, y down. The head is to the left.
_HEAD, _SHOULDER, _HIP = (14.0, 46.0), (23.0, 49.0), (48.0, 50.0)
_KNEE, _FOOT_BENT, _FOOT_HALFWAY = (50.0, 26.0), (72.0, 28.0), (68.0, 12.0)
_OTHER_FOOT = (93.0, 51.0)
_ON_THIGH, _ELBOW_ON = (45.0, 34.0), (34.0, 47.0)
_FREE, _ELBOW_FREE = (33.0, 24.0), (26.0, 37.0)
_ON_FLOOR, _ELBOW_FLOOR = (46.0, 54.0), (35.0, 53.0)
_TO_CEILING, _ELBOW_UP = (25.0, 12.0), (24.0, 30.0)
_FLOOR_Y = 55.0


def draw_instruction(canvas: Canvas, rect: Rect, shown: Instruction) -> None:
    """Draw an instruction as large as it fits into a rectangle."""
    sheet = _Sheet(canvas, rect)
    if shown is Instruction.CAMERA:
        _from_above(sheet)
        return
    sheet.line((2.0, _FLOOR_Y), (98.0, _FLOOR_Y), 0.8, BAR)
    sheet.path([_HIP, _OTHER_FOOT], 3.2, GREY)
    foot = _FOOT_HALFWAY if shown is Instruction.PAIN else _FOOT_BENT
    if shown in (Instruction.STOP, Instruction.ANSWER):
        sheet.path([_HIP, (70.0, 47.0), (92.0, 49.0)], 3.6, LEG)
    else:
        sheet.path([_HIP, _KNEE, foot], 3.6, LEG)
    if shown is Instruction.PAIN:
        sheet.warning(foot)
    sheet.path([_SHOULDER, _HIP], 4.6, WHITE)
    sheet.disc(_HEAD, 5.0, WHITE)
    elbow, hand = {
        Instruction.STOP: (_ELBOW_FLOOR, _ON_FLOOR),
        Instruction.ANSWER: (_ELBOW_UP, _TO_CEILING),
    }.get(shown, (_ELBOW_FREE, _FREE))
    if shown in (Instruction.PAUSE, Instruction.PAIN):
        sheet.path([_SHOULDER, _ELBOW_ON, _ON_THIGH], 1.2, BAR)
        sheet.arrow(_ON_THIGH, _FREE)
    sheet.path([_SHOULDER, elbow, hand], 2.6, WHITE)
    sheet.disc(hand, 2.6, WHITE)


def _from_above(sheet: _Sheet) -> None:
    """A person on a mat, and the computer square to their side, its view as two lines."""
    sheet.box((8.0, 4.0), (92.0, 24.0), BAR)
    sheet.disc((16.0, 14.0), 4.6, WHITE)
    sheet.path([(23.0, 14.0), (50.0, 14.0)], 9.0, WHITE)
    sheet.path([(52.0, 11.5), (84.0, 11.5)], 4.0, GREY)
    sheet.path([(52.0, 17.0), (68.0, 17.0)], 4.4, LEG)
    for x in (14.0, 86.0):
        sheet.line((50.0, 50.0), (x, 25.0), 0.6, GREY)
    sheet.box((42.0, 50.0), (58.0, 52.0), WHITE)
    sheet.box((43.5, 52.0), (56.5, 58.0), GREY)
    sheet.arrow((50.0, 48.0), (50.0, 26.0))
    sheet.arrow((50.0, 26.0), (50.0, 48.0))
    sheet.text("2–3 m", (53.0, 34.0), 6.0)


class _Sheet:
    """Draws in the sheet's units."""

    def __init__(self, canvas: Canvas, rect: Rect) -> None:
        self._canvas = canvas
        self._scale = min(rect.w / 100, rect.h / 60)
        self._origin = np.array([rect.x + (rect.w - 100 * self._scale) / 2, rect.y + (rect.h - 60 * self._scale) / 2])

    def _at(self, points: list[tuple[float, float]]) -> FloatArray:
        return np.asarray(self._origin + self._scale * np.array(points))

    def path(self, points: list[tuple[float, float]], width: float, colour: Colour) -> None:
        self._canvas.path(self._at(points), width * self._scale, colour)

    def line(self, a: tuple[float, float], b: tuple[float, float], width: float, colour: Colour) -> None:
        self.path([a, b], width, colour)

    def disc(self, at: tuple[float, float], radius: float, colour: Colour) -> None:
        ((x, y),) = self._at([at])
        self._canvas.disc((x, y), radius * self._scale, colour)

    def box(self, low: tuple[float, float], high: tuple[float, float], colour: Colour) -> None:
        (x0, y0), (x1, y1) = self._at([low, high])
        self._canvas.box(Rect(x0, y0, x1 - x0, y1 - y0), colour)

    def text(self, text: str, at: tuple[float, float], size: float) -> None:
        ((x, y),) = self._at([at])
        self._canvas.text(text, (x, y), size * self._scale, weight=700)

    def arrow(self, start: tuple[float, float], end: tuple[float, float]) -> None:
        """An arrow that stops short of its ends."""
        a, b = np.array(start), np.array(end)
        along = (b - a) / np.hypot(*(b - a))
        across = np.array([-along[1], along[0]])
        tip = b - 3.5 * along
        self.path([tuple(a + 3.5 * along), tuple(tip)], 1.0, GREY)
        head = [tip, tip - 3 * along + 1.8 * across, tip - 3 * along - 1.8 * across]
        self._canvas.polygon([tuple(point) for point in self._at([tuple(corner) for corner in head])], GREY)

    def warning(self, at: tuple[float, float]) -> None:
        """Rays around the place where it hurts."""
        for angle in np.radians(np.arange(0, 360, 45)):
            ray = np.array([np.cos(angle), np.sin(angle)])
            self.path([tuple(np.array(at) + 3.5 * ray), tuple(np.array(at) + 6.5 * ray)], 1.0, WARN)
