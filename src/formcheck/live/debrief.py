"""After a set: its summary is told at once, then come the questions, the advice, and where the report is."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from pathlib import Path

from formcheck.form.headline import headline
from formcheck.form.statistics import SetStatistics, set_statistics
from formcheck.form.summary import hip_sentences, tally
from formcheck.live.coach import EndReason
from formcheck.live.finish import FinishedSet
from formcheck.live.interruptions import Interruptions
from formcheck.live.outputs import READ_S_PER_CHARACTER, Outputs
from formcheck.text.catalogue import Texts
from formcheck.text.numbers import rounded
from formcheck.types import ImageBgr, Session

# A page stays for as long as it is read aloud and at least, and at most, for so long.
_LEAST_S, _MOST_S = 4.0, 40.0
# The last page closes by itself after this long.
_LAST_S = 30.0
_WAIT_MS = 50
_EARLY = {
    EndReason.CLOSED: "end.early",
    EndReason.SIGNAL: "end.early",
    EndReason.SLEEP: "end.slept",
}


def summary_lines(finished: FinishedSet, texts: Texts) -> list[str]:
    """The set in a few sentences, short enough to be spoken, with the numbers of the report. Range is never praised."""
    lines = [texts.get("end.count_none")]
    stats = set_statistics(finished.session)
    if stats.complete:
        lines = _judged_lines(finished.session, stats, finished.protocol.protocol.set.reps.value, texts)
    if finished.marks and math.isfinite(finished.marks[0].knee_deg):
        lines.append(texts.get("end.pain_mark", knee=rounded(texts, finished.marks[0].knee_deg)))
    return lines


def _judged_lines(session: Session, stats: SetStatistics, target: int, texts: Texts) -> list[str]:
    lines = [texts.say(headline(session)), texts.get("end.count", n=stats.complete, target=target, tally=tally(stats))]
    if math.isfinite(stats.knee_end_deg):
        lines.append(texts.get("end.knee", knee=rounded(texts, stats.knee_end_deg)))
    return [*lines, *map(texts.say, hip_sentences(session, stats))]


class Debrief:
    """Tells the result of a set.

    Parameters
    ----------
    outputs : Outputs
    finished : FinishedSet
    interruptions : Interruptions
    background : (H, W, 3) uint8 or None
        What pages are drawn over; None when nothing was filmed.
    """

    def __init__(
        self, outputs: Outputs, finished: FinishedSet, interruptions: Interruptions, background: ImageBgr | None
    ) -> None:
        self._outputs = outputs
        self._interruptions = interruptions
        self._background = background
        self._finished = finished
        self._lines = summary_lines(finished, outputs.texts)
        self._had_window = outputs.window.shown
        self._signals = interruptions.signals

    def tell(self) -> None:
        """Speak and show the summary; a key goes on."""
        texts, reason = self._outputs.texts, self._finished.end_reason
        early = [texts.get(_EARLY[reason])] if reason in _EARLY else []
        told = " ".join([*early, *self._lines, texts.get("end.saved")])
        self._outputs.say(told, tone="done")
        least_s = _LEAST_S if self._outputs.heard else READ_S_PER_CHARACTER * len(told)
        self._stay(self._page([], hint=texts.get("end.go_on")), least_s=least_s, most_s=_MOST_S)

    def close(self, advice: tuple[str, ...]) -> None:
        """Speak the advice, and show it with the summary and the report's path for a while, or until a key."""
        texts = self._outputs.texts
        sentences = [texts.get(key) for key in advice]
        if sentences:
            self._outputs.say(" ".join(sentences))
        elif self._finished.end_reason is EndReason.SIGNAL:
            # Whoever sent it waits for the process to end.
            return
        shown = self._page(sentences, urgent="advice.emergency" in advice, hint=self._where())
        self._stay(shown, least_s=_LAST_S, most_s=_LAST_S + _MOST_S)

    def _where(self) -> str:
        report, home = self._finished.report, Path.home()
        shown = Path("~") / report.relative_to(home) if report.is_relative_to(home) else report
        return self._outputs.texts.get("terminal.report", path=str(shown))

    def _page(self, advice: list[str], *, urgent: bool = False, hint: str) -> Callable[[], None]:
        def show() -> None:
            pages, background = self._outputs.screens.pages, self._background
            if background is not None and self._outputs.window.shown:
                image = pages.summary(background, self._lines, advice, urgent=urgent, hint=hint)
                self._outputs.window.show(image)

        return show

    def _stay(self, show: Callable[[], None], *, least_s: float, most_s: float) -> None:
        """Show a page while it is spoken, until a key is pressed, the window closed, or another signal comes."""
        begun_s = time.monotonic()
        windowed = self._outputs.window.shown
        while (passed_s := time.monotonic() - begun_s) < most_s:
            show()
            key = self._outputs.window.key(wait_ms=_WAIT_MS)
            if key is not None or self._interruptions.signals > self._signals:
                return
            if windowed and self._outputs.window.closed:
                return
            if not self._outputs.speaking and (passed_s > least_s or not windowed):
                return
