"""What is asked after a set, and how an answer is typed or chosen."""

from __future__ import annotations

from dataclasses import dataclass

from formcheck.record.values import PAIN_MAX, Answers, Place, Question, RedFlag

_NONE = "0"


@dataclass(frozen=True, slots=True)
class AskedQuestion:
    """One question, and the text keys of its answers.

    Those of a number are the numbers themselves. Of others several may be chosen; the last one is 'none of these',
    and is typed as 0.
    """

    question: Question
    choices: tuple[str, ...] = ()

    @property
    def options(self) -> int:
        """How many answers there are to choose from."""
        return len(self.choices) or PAIN_MAX + 1

    @property
    def allowed(self) -> str:
        """The digits that may be typed."""
        return _NONE + "".join(str(n) for n in range(1, len(self.choices))) if self.choices else "0123456789"

    def accept(self, typed: str, digit: str) -> str:
        """What is typed after one more key; pressed again, a choice is taken back."""
        if digit not in self.allowed:
            return typed
        if not self.choices:
            longer = typed + digit
            return longer if int(longer) <= PAIN_MAX and longer == str(int(longer)) else digit
        if digit in typed:
            return typed.replace(digit, "")
        return _NONE if digit == _NONE else "".join(sorted((typed + digit).replace(_NONE, "")))

    def choose(self, typed: str, option: int) -> str:
        """What is typed after the option of this number, from 0, was chosen."""
        if not self.choices:
            return str(option)
        return self.accept(typed, self.digit(option))

    def digit(self, option: int) -> str:
        """What is typed for the option of this number, from 0."""
        return str((option + 1) % len(self.choices)) if self.choices else str(option)

    def chosen(self, typed: str) -> list[str]:
        """The text keys of the choices that are typed."""
        return [key for option, key in enumerate(self.choices) if self.digit(option) in typed]


QUESTIONS = (
    AskedQuestion(Question.PAIN_BEFORE),
    AskedQuestion(Question.PAIN_AFTER),
    AskedQuestion(Question.PLACES, (*(f"place.{place.name.lower()}" for place in Place), "ask.none")),
    AskedQuestion(Question.RED_FLAGS, (*(f"flag.{flag}" for flag in RedFlag), "ask.none")),
)


def read_answers(typed: dict[Question, str]) -> Answers:
    """The answers from what was typed at each question; an empty text is no answer."""

    def number(question: Question) -> int | None:
        return int(typed[question]) if typed.get(question) else None

    def chosen(question: Question) -> list[int] | None:
        digits = typed.get(question)
        return [int(digit) - 1 for digit in digits if digit != _NONE] if digits else None

    places, flags = chosen(Question.PLACES), chosen(Question.RED_FLAGS)
    return Answers(
        pain_before=number(Question.PAIN_BEFORE),
        pain_after=number(Question.PAIN_AFTER),
        places=None if places is None else tuple(list(Place)[n] for n in places),
        red_flags=None if flags is None else tuple(list(RedFlag)[n] for n in flags),
    )
