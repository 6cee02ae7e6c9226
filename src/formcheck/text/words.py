"""What a page's template says things with: one object, bound to one language."""

from __future__ import annotations

from functools import partial

from formcheck.text import findings, numbers
from formcheck.text.catalogue import Texts


class Words:
    """The texts, numbers and findings of one language, by the names of the functions that say them.

    Parameters
    ----------
    texts : Texts
    """

    def __init__(self, texts: Texts) -> None:
        self.language = texts.language
        self.get = texts.get
        self.say = texts.say
        self.number = texts.number

        self.whole = numbers.whole
        self.ceiling = numbers.ceiling
        self.clock = partial(numbers.clock, texts)
        self.day = partial(numbers.day, texts)
        self.day_and_time = partial(numbers.day_and_time, texts)
        self.degrees = partial(numbers.degrees, texts)
        self.duration = partial(numbers.duration, texts)
        self.percent = partial(numbers.percent, texts)
        self.rounded = partial(numbers.rounded, texts)
        self.seconds = partial(numbers.seconds, texts)

        self.exercise_name = partial(findings.exercise_name, texts)
        self.finding_sentence = partial(findings.finding_sentence, texts)
        self.limit_words = partial(findings.limit_words, texts)
        self.observed_words = partial(findings.observed_words, texts)
        self.rule_title = partial(findings.rule_title, texts)
        self.side_words = partial(findings.side_words, texts)
        self.status_words = partial(findings.status_words, texts)
        self.verdict_word = partial(findings.verdict_word, texts)
        self.view_words = partial(findings.view_words, texts)
