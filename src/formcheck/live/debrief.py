"""After a set: questions about symptoms, the advice that follows from the answers, and the summary."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass

from formcheck.form.headline import headline
from formcheck.form.statistics import SetStatistics, set_statistics
from formcheck.form.summary import hip_sentences, tally
from formcheck.live.finish import FinishedSet, SymptomReport
from formcheck.live.loop import Outputs
from formcheck.live.speech import Rank, Utterance
from formcheck.live.window import BACKSPACE, ENTER, ESCAPE
from formcheck.text.catalogue import Texts
from formcheck.text.numbers import rounded
from formcheck.types import ImageBgr, Session

PLACES = ("buttock", "back_of_thigh", "calf", "foot", "front_of_thigh", "shin")
FLAGS = ("saddle", "bladder_bowel", "weakness")
# Where pain is often called sciatica but is not (the leaflet).
_NOT_SCIATIC = {"front_of_thigh", "shin"}
_MOST_PAIN = 10
# The summary closes by itself after this long.
_SUMMARY_S = 120.0


def advice(symptoms: SymptomReport, *, ended_by_pain: bool) -> tuple[str, ...]:
    """Keys of the advice, the most urgent first."""
    keys = []
    if symptoms.red_flags:
        keys.append("advice.emergency")
    if ended_by_pain:
        keys.append("advice.pain_stop")
    if _NOT_SCIATIC & set(symptoms.where):
        keys.append("advice.not_sciatic")
    before, after = symptoms.pain_before, symptoms.pain_after
    if before is not None and after is not None and after > before:
        keys.append("advice.rose")
    return tuple(keys)


@dataclass(frozen=True, slots=True)
class AskedQuestion:
    """One question: its key, and the keys of the choices to number (none: a number from 0 to 10 is asked for)."""

    key: str
    choices: tuple[str, ...] = ()

    @property
    def allowed(self) -> str:
        """The digits that may be typed."""
        return "".join(str(n) for n in range(1, len(self.choices) + 1)) if self.choices else "0123456789"

    def accept(self, typed: str, digit: str) -> str:
        """What is typed after one more key; pressed again, a choice is taken back."""
        if digit not in self.allowed:
            return typed
        if self.choices:
            return typed.replace(digit, "") if digit in typed else "".join(sorted(typed + digit))
        longer = typed + digit
        return longer if int(longer) <= _MOST_PAIN and longer == str(int(longer)) else digit


QUESTIONS = (
    AskedQuestion("pain_before"),
    AskedQuestion("pain_after"),
    AskedQuestion("where", tuple(f"place.{place}" for place in PLACES)),
    AskedQuestion("red_flags", tuple(f"flag.{flag}" for flag in FLAGS)),
)


def parse_answers(typed: dict[str, str]) -> SymptomReport:
    """The answers from what was typed under each question's key."""

    def number(key: str) -> int | None:
        return int(typed[key]) if typed.get(key) else None

    def chosen(key: str, names: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(names[int(digit) - 1] for digit in typed.get(key, ""))

    return SymptomReport(
        number("pain_before"), number("pain_after"), chosen("where", PLACES), chosen("red_flags", FLAGS)
    )


def ask_in_window(outputs: Outputs, background: ImageBgr) -> SymptomReport:
    """Ask the questions in the window; escape skips the rest."""
    answers: dict[str, str] = {}
    for question in QUESTIONS:
        typed = ""
        while True:
            outputs.window.show(outputs.screens.question(background, question.key, question.choices, typed))
            key = outputs.window.key(wait_ms=50)
            if key in (ESCAPE, "q"):
                return parse_answers(answers)
            if key == ENTER:
                break
            if key == BACKSPACE:
                typed = typed[:-1]
            elif key is not None:
                typed = question.accept(typed, key)
        answers[question.key] = typed
    return parse_answers(answers)


def summary_lines(finished: FinishedSet, texts: Texts) -> list[str]:
    """The set in a few sentences, short enough to be spoken, with the numbers of the report. Range is never praised."""
    lines = [texts.get("end.count_none")]
    if finished.session is not None:
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


def present_summary(
    outputs: Outputs, texts: Texts, finished: FinishedSet, advice_keys: tuple[str, ...], *, background: ImageBgr | None
) -> None:
    """Speak advice and summary; in a window, show them until a key is pressed."""
    lines = summary_lines(finished, texts)
    sentences = [texts.get(key) for key in advice_keys]
    outputs.speak([Utterance(0.0, Rank.NOTICE, "summary", " ".join([*sentences, *lines]), "done")])
    if not outputs.window.shown or background is None:
        return
    urgent = "advice.emergency" in advice_keys
    lines.append(texts.get("end.saved", folder=finished.folder.name))
    begun_s = time.monotonic()
    while time.monotonic() - begun_s < _SUMMARY_S:
        outputs.window.show(outputs.screens.summary(background, lines, sentences, urgent=urgent))
        if outputs.window.key(wait_ms=100) is not None:
            return
