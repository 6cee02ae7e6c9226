"""Asks the questions after a set: spoken and on the screen, answered with an arm or by key, each for a limited time."""

from __future__ import annotations

import math
import time

from formcheck.live.arm import arm_raised
from formcheck.live.arm_answer import ArmAnswer, ArmEvent
from formcheck.live.asked import QUESTIONS, AskedQuestion, read_answers
from formcheck.live.interruptions import Interruptions
from formcheck.live.outputs import Outputs
from formcheck.live.pages import LIMIT_S, QuestionPage
from formcheck.live.sources import LiveSource
from formcheck.live.window import BACKSPACE, ENTER, ESCAPE
from formcheck.pose.online_tracker import OnlineTracker
from formcheck.record.values import Answers, Question
from formcheck.types import ImageBgr

# The time for an answer begins with the end of speech; one that does not come to its end is not waited for.
_LONGEST_SPEECH_S = 25.0
# A number is read for so long, and any other answer.
_NUMBER_S, _CHOICE_S = 1.5, 3.0
# What was chosen with an arm counts after this long; then another can no longer be chosen.
_CORRECT_S, _ANOTHER_S = 3.0, 6.0
_WAIT_S = 0.05


class _StoppedError(Exception):
    """The person closed the window, or wants to be asked later."""


class Asker:
    """Asks what is asked after a set.

    Parameters
    ----------
    outputs : Outputs
    source : LiveSource
    tracker : OnlineTracker
        Sees the arm.
    interruptions : Interruptions
    background : (H, W, 3) uint8
        What the questions are written over.
    """

    def __init__(
        self,
        outputs: Outputs,
        source: LiveSource,
        tracker: OnlineTracker,
        interruptions: Interruptions,
        background: ImageBgr,
    ) -> None:
        self._outputs = outputs
        self._source = source
        self._tracker = tracker
        self._interruptions = interruptions
        self._background = background
        self._had_window = outputs.window.shown

    @property
    def sees(self) -> bool:
        """Whether an arm can be seen."""
        return not self._source.ended and self._source.fault is None

    def ask(self) -> Answers:
        """Ask all questions; what was not answered in time is None."""
        typed: dict[Question, str] = {}
        try:
            for asked in QUESTIONS:
                typed[asked.question] = self._ask(asked)
        except _StoppedError:
            pass
        return read_answers(typed)

    def _ask(self, asked: AskedQuestion) -> str:
        """Ask one question; return what was typed, or chosen with an arm."""
        texts, typed = self._outputs.texts, ""
        arm = ArmAnswer(asked.options, _CHOICE_S if asked.choices else _NUMBER_S)
        self._outputs.say(self._spoken(asked), at_once=True)
        begun_s = time.monotonic()
        until_s, settled_s = begun_s + LIMIT_S, math.inf
        while (now_s := time.monotonic()) < min(until_s, settled_s):
            page = QuestionPage(asked, typed, arm.offered, left_s=until_s - now_s, arm=self.sees)
            if self._outputs.window.shown:
                self._outputs.window.show(self._outputs.screens.pages.question(self._background, page))
            key = self._next_key()
            if key == ENTER:
                return typed
            event = self._watch_arm(arm)
            if key is not None:
                typed = typed[:-1] if key == BACKSPACE else asked.accept(typed, key)
                settled_s = math.inf
                if typed:
                    self._outputs.say(self._labels(asked, typed), at_once=True)
            elif event is not None:
                kind, option = event
                label = texts.get(asked.choices[option]) if asked.choices else str(option)
                if kind is ArmEvent.CHOSEN:
                    typed = asked.choose(typed, option)
                    settled_s = now_s + (_ANOTHER_S if asked.choices else _CORRECT_S)
                    label = texts.get("ask.another" if asked.choices else "ask.noted", answer=label)
                else:
                    settled_s = math.inf
                self._outputs.say(label, at_once=True)
            waits = self._outputs.speaking and now_s - begun_s < _LONGEST_SPEECH_S
            if waits or key is not None or event is not None:
                until_s = now_s + LIMIT_S
        return typed

    def _spoken(self, asked: AskedQuestion) -> str:
        texts = self._outputs.texts
        sentences = [texts.get(f"ask.{asked.question}")]
        if asked.question is Question.RED_FLAGS:
            sentences.append(texts.get("number.list", parts=[texts.get(key) for key in asked.choices[:-1]]) + "?")
        if self.sees:
            sentences.append(texts.get("ask.how_list" if asked.choices else "ask.how"))
        return " ".join(sentences)

    def _labels(self, asked: AskedQuestion, typed: str) -> str:
        """Return in words what is typed: who lies on the floor hears whether the right key was hit."""
        texts = self._outputs.texts
        return (
            texts.get("number.list", parts=[texts.get(key) for key in asked.chosen(typed)]) if asked.choices else typed
        )

    def _next_key(self) -> str | None:
        key = self._outputs.window.key()
        stopped = self._interruptions.look() is not None or (self._had_window and self._outputs.window.closed)
        if stopped or key in (ESCAPE, "q"):
            raise _StoppedError
        if key == "f":
            self._outputs.window.toggle_full_screen()
            return None
        return key

    def _watch_arm(self, arm: ArmAnswer) -> tuple[ArmEvent, int] | None:
        if not self.sees:
            self._outputs.window.key(wait_ms=0)
            time.sleep(_WAIT_S)
            return None
        captured = self._source.take(_WAIT_S)
        if captured is None:
            return None
        window = self._tracker.update(captured.frame)
        return arm.update(captured.frame.t_s, arm_raised(window.xy_px[-1]))
