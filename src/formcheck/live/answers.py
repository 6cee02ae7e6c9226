"""What the person says at the end of a set, and the advice that follows from it."""

from __future__ import annotations

from dataclasses import dataclass

PLACES = ("buttock", "back_of_thigh", "calf", "foot", "front_of_thigh", "shin")
FLAGS = ("saddle", "bladder_bowel", "weakness")
# Where pain is that is often called sciatica but is not (the leaflet).
_NOT_SCIATIC = {"front_of_thigh", "shin"}


@dataclass(frozen=True, slots=True)
class Answers:
    """Pain of the leg 0 to 10 before and after, where, and what is new; None and empty: skipped."""

    pain_before: int | None = None
    pain_after: int | None = None
    where: tuple[str, ...] = ()
    red_flags: tuple[str, ...] = ()


def advice(answers: Answers, *, ended_by_pain: bool) -> tuple[str, ...]:
    """Keys of what to say, the most pressing first."""
    keys = []
    if answers.red_flags:
        keys.append("advice.emergency")
    if ended_by_pain:
        keys.append("advice.pain_stop")
    if _NOT_SCIATIC & set(answers.where):
        keys.append("advice.not_sciatic")
    known = answers.pain_before is not None and answers.pain_after is not None
    if known and (answers.pain_after or 0) > (answers.pain_before or 0):
        keys.append("advice.rose")
    return tuple(keys)


@dataclass(frozen=True, slots=True)
class Question:
    """One question: its key, the choices to number (none: a number from 0 to 10), and what was typed so far."""

    key: str
    choices: tuple[str, ...] = ()

    @property
    def allowed(self) -> str:
        """The digits that may be typed."""
        return "".join(str(n) for n in range(1, len(self.choices) + 1)) if self.choices else "0123456789"

    def accept(self, typed: str, digit: str) -> str:
        """What is typed after one more key; a second press takes a choice back."""
        if digit not in self.allowed:
            return typed
        if self.choices:
            return typed.replace(digit, "") if digit in typed else "".join(sorted(typed + digit))
        longer = typed + digit
        return longer if int(longer) <= 10 and longer == str(int(longer)) else digit


QUESTIONS = (
    Question("pain_before"),
    Question("pain_after"),
    Question("where", tuple(f"place.{place}" for place in PLACES)),
    Question("red_flags", tuple(f"flag.{flag}" for flag in FLAGS)),
)


def answers_from(typed: dict[str, str]) -> Answers:
    """Read what was typed under each question's key."""

    def number(key: str) -> int | None:
        return int(typed[key]) if typed.get(key) else None

    def chosen(key: str, names: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(names[int(digit) - 1] for digit in typed.get(key, ""))

    return Answers(number("pain_before"), number("pain_after"), chosen("where", PLACES), chosen("red_flags", FLAGS))
