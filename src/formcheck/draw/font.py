"""Measuring text, and breaking it into lines that fit."""

from __future__ import annotations

import cv2

_CAP_HEIGHT = 0.70
_MAX_WIDTHS = 4096
LEAST_TEXT_PX = 9.0
"""Smaller text cannot be read."""


class Font:
    """The one typeface, at any size. Not shared between threads: it keeps a state of its own."""

    def __init__(self) -> None:
        self.face = cv2.FontFace("sans")
        self._widths: dict[tuple[str, int, int], int] = {}

    def width(self, text: str, size_px: float, weight: int = 400) -> int:
        """Return the width of a line of text in pixels."""
        key = (text, round(size_px), weight)
        if key not in self._widths:
            if len(self._widths) > _MAX_WIDTHS:
                self._widths.clear()
            box = cv2.getTextSize((0, 0), text, (0, 0), self.face, round(size_px), weight)
            self._widths[key] = box[0] + box[2]
        return self._widths[key]

    def baseline(self, top: float, height: float, size_px: float) -> float:
        """Return the baseline that puts capitals in the middle between ``top`` and ``top + height``."""
        return top + (height + _CAP_HEIGHT * size_px) / 2

    def wrap(self, text: str, size_px: float, width: float, weight: int = 400) -> list[str]:
        """Break a sentence into lines no wider than ``width`` where words allow."""
        lines: list[str] = []
        for word in text.split():
            longer = f"{lines[-1]} {word}" if lines else word
            if lines and self.width(longer, size_px, weight) <= width:
                lines[-1] = longer
            else:
                lines.append(word)
        return lines

    def fit(
        self,
        text: str,
        size_px: float,
        width: float,
        *,
        lines: int = 1,
        least_px: float = LEAST_TEXT_PX,
        weight: int = 400,
    ) -> tuple[list[str], float]:
        """Return lines and the largest size at which they fit; at ``least_px`` they are cut with an ellipsis."""
        size = size_px
        while size > least_px and not self._fits(text, size, width, lines, weight):
            size = max(least_px, size - 1)
        found = self.wrap(text, size, width, weight)
        if len(found) > lines:
            found = [*found[: lines - 1], found[lines - 1] + " …"]
        return [self._cut(line, size, width, weight) for line in found], size

    def _fits(self, text: str, size_px: float, width: float, lines: int, weight: int) -> bool:
        found = self.wrap(text, size_px, width, weight)
        return len(found) <= lines and all(self.width(line, size_px, weight) <= width for line in found)

    def _cut(self, line: str, size_px: float, width: float, weight: int) -> str:
        while len(line) > 2 and self.width(line, size_px, weight) > width:
            line = line.removesuffix("…").rstrip()[:-1] + "…"
        return line
