"""Findings, repetitions and the camera's view in words."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from formcheck.message import Message, verbatim
from formcheck.text import numbers
from formcheck.text.catalogue import DEFAULT_LANGUAGE, Texts, catalogue

if TYPE_CHECKING:
    from formcheck.types import Finding, Session, Status, Verdict, View

# Reasons that a rule says in words of its own (``rule.<id>.<reason>``); the others are in [reason].
_RULE_WORDS = ("met", "face_down", "upright", "count")
_UNIT_DECIMALS = {"s": 1, "thigh lengths": 2}


def exercise_name(texts: Texts, protocol_id: str, name: str) -> str:
    """Return an exercise's name in the language of the texts; a protocol under a name of its own keeps it."""
    return texts.say(exercise_message(protocol_id, name))


def exercise_message(protocol_id: str, name: str) -> Message:
    """Return `exercise_name` as a message."""
    key = f"exercise.{protocol_id}"
    return Message(key) if catalogue(DEFAULT_LANGUAGE).get(key) == name else verbatim(name)


def rule_title(texts: Texts, rule: str) -> str:
    """Return a rule's id as a title; one without words of its own is spelled out: ``Hip drift``."""
    key = f"rule.{rule}.title"
    return texts.get(key) if texts.has(key) else rule.replace("_", " ").capitalize()


def title_message(rule: str) -> Message:
    """Return `rule_title` as a message; the id of a rule that is not known."""
    key = f"rule.{rule}.title"
    return Message(key) if key in catalogue(DEFAULT_LANGUAGE) else verbatim(rule)


def rule_subject(texts: Texts, rule: str) -> str:
    """Return what a rule looks at, in a word or two: ``hip``."""
    key = f"rule.{rule}.subject"
    return texts.get(key) if texts.has(key) else rule.replace("_", " ")


def fault_words(texts: Texts, finding: Finding) -> str:
    """Return what is wrong where a rule is not met, in a few words: ``hip too low``."""
    return texts.say(fault_message(finding))


def fault_message(finding: Finding) -> Message:
    """Return `fault_words` as a message; a rule without words of its own is spelled out."""
    known = catalogue(DEFAULT_LANGUAGE)
    keys = (f"rule.{finding.rule}.fault_{finding.variant}", f"rule.{finding.rule}.fault")
    found = next((key for key in keys if key in known), None)
    return Message.of(found) if found else verbatim(finding.rule.replace("_", " "))


def verdict_word(texts: Texts, verdict: Verdict) -> str:
    """Return a verdict as a word."""
    return texts.get(f"verdict.{verdict.value}")


def status_word(texts: Texts, status: Status) -> str:
    """Return a repetition's status as a word: met, not met, undecided."""
    return texts.get(f"status.{status.value}")


def status_words(texts: Texts, status: Status, deciding: Sequence[Finding]) -> str:
    """Return a repetition's status with what decides it: ``undecided: hip``, ``not met: too fast``."""
    if not deciding:
        return status_word(texts, status)
    return texts.get(f"status.{status.value}_by", rules=deciding_words(texts, status, deciding))


def deciding_words(texts: Texts, status: Status, deciding: Sequence[Finding]) -> str:
    """Return what decides a repetition's status: ``hip``, ``too fast``; empty when every rule is met."""
    of_rule = fault_words if status.value == "not_met" else _subject_of
    return texts.get("number.list_mark").join(of_rule(texts, finding) for finding in deciding)


def _subject_of(texts: Texts, finding: Finding) -> str:
    return rule_subject(texts, finding.rule)


def finding_sentence(texts: Texts, finding: Finding) -> str:
    """Return a finding as one plain sentence, made from its rule, numbers and verdict."""
    if finding.text is not None:
        return finding.text
    if finding.reason is not None:
        return texts.say(reason_message(finding))
    sentence = _judged(texts, finding)
    if finding.met_in is None:
        return sentence
    met, total = finding.met_in
    return texts.get("finding.set", sentence=sentence, share=texts.get("finding.share", met=met, total=total))


def reason_message(finding: Finding) -> Message:
    """Return what is said instead of a comparison of numbers: the rule's own words, or why it could not be assessed."""
    if finding.reason in _RULE_WORDS:
        observed, wanted = (_whole(value) for value in (finding.observed, finding.limit[0]))
        return Message.of(f"rule.{finding.rule}.{finding.reason}", observed=observed, wanted=wanted)
    return Message.of("finding.why_not", reason=Message.of(f"reason.{finding.reason}"))


def _whole(value: float | None) -> int | str:
    return numbers.whole(value) if value is not None and math.isfinite(value) else "–"


def _judged(texts: Texts, finding: Finding) -> str:
    wish = wish_words(texts, finding)
    key = f"finding.{finding.verdict.value}"
    if finding.observed is None:
        return texts.get(key, number=texts.get("number.cannot_tell"), wish=wish)
    decimals = 2 if finding.unit == "thigh lengths" else 0
    se = finding.se if finding.se is not None else math.nan
    number = numbers.with_band(texts, finding.observed, se, decimals)
    return texts.get(key, number=f"{number} {unit_word(texts, finding.unit)}", wish=wish)


def wish_words(texts: Texts, finding: Finding) -> str:
    """Return what a rule wants, with its limits: ``hip flexed 75 to 105 degrees``."""
    low, high = (end if end is not None else math.nan for end in finding.limit)
    for key in (f"rule.{finding.rule}.wish_{finding.variant}", f"rule.{finding.rule}.wish"):
        if texts.has(key):
            return texts.get(key, low=low, high=high)
    return limit_words(texts, finding)


def unit_word(texts: Texts, unit: str) -> str:
    """Return a unit in words: ``degrees a second``."""
    key = f"number.unit_word.{unit}"
    return texts.get(key) if texts.has(key) else unit


def observed_words(texts: Texts, finding: Finding) -> str:
    """Return the observed value with its unit: precise enough to tell it from the limit, or with its band."""
    if finding.observed is None or not math.isfinite(finding.observed):
        return "–"
    places = _decimals(finding)
    if finding.se is None or not _has_band(finding):
        return _amount(texts, finding.observed, finding.unit, places)
    return numbers.with_band(texts, finding.observed, finding.se, places) + _unit_suffix(texts, finding.unit)


def _has_band(finding: Finding) -> bool:
    """Tell whether the band stands beside the value; that of an older formcheck's finding is not known."""
    return finding.verdict.value == "BORDERLINE" and finding.se is not None


def limit_words(texts: Texts, finding: Finding) -> str:
    """Return the limit as 'at least', 'at most' or a range."""
    low, high = finding.limit
    places = _decimals(finding)
    if low is not None and high is not None:
        return texts.get(
            "number.range", low=numbers.rounded(texts, low, places), high=_amount(texts, high, finding.unit, places)
        )
    if low is not None:
        return texts.get("number.at_least", value=_amount(texts, low, finding.unit, places))
    if high is not None:
        return texts.get("number.at_most", value=_amount(texts, high, finding.unit, places))
    return "–"


def _decimals(finding: Finding) -> int:
    """Enough decimals to show which side of the limit the value is on."""
    known = _UNIT_DECIMALS.get(finding.unit)
    if known is not None:
        return known
    ends = [end for end in finding.limit if end is not None]
    # A borderline value has its band beside it, which says more than another digit.
    observed = finding.observed if finding.observed is not None and not _has_band(finding) else math.nan
    close = any(0 < abs(observed - end) < 1 for end in ends)
    return int(close or any(end != numbers.whole(end) for end in ends))


def _amount(texts: Texts, value: float, unit: str, decimals: int) -> str:
    return numbers.rounded(texts, value, decimals) + _unit_suffix(texts, unit)


def _unit_suffix(texts: Texts, unit: str) -> str:
    key = f"number.unit.{unit}"
    return texts.get(key) if texts.has(key) else f" {unit}" if unit else ""


def leg_words(texts: Texts, session: Session) -> str:
    """Return the working leg, and whether it is undecided; nothing is claimed of a leg that cannot be told."""
    if session.side is None:
        return texts.get("side.cannot_tell")
    leg = texts.get(f"side.{session.side.value}_leg")
    return leg if session.side_decided else texts.get("side.undecided", leg=leg)


def side_words(texts: Texts, session: Session) -> str:
    """Return the working leg and who chose it."""
    leg = leg_words(texts, session)
    if not session.side_decided:
        return leg
    if not session.side_given:
        return texts.get("side.found", leg=leg)
    return texts.get("side.given" if session.quality.measured else "side.given_not_measured", leg=leg)


def view_words(texts: Texts, view: View) -> tuple[tuple[str, str], ...]:
    """Return how the camera saw the person as pairs of term and plain answer."""
    lying = {True: "view.yes", False: "view.no", None: "number.cannot_tell"}[view.lying]
    rows = [
        (texts.get("view.lying"), texts.get(lying)),
        (texts.get("view.trunk"), numbers.degrees(texts, view.trunk_from_floor_deg)),
        (texts.get("view.azimuth"), _azimuth_words(texts, view.azimuth_deg)),
    ]
    if math.isfinite(view.elevation_deg):
        rows.append((texts.get("view.elevation"), numbers.degrees(texts, view.elevation_deg)))
    if math.isfinite(view.roll_deg) and numbers.whole(view.roll_deg) % 360:
        rows.append((texts.get("view.roll"), numbers.degrees(texts, view.roll_deg)))
    return tuple(rows)


def _azimuth_words(texts: Texts, azimuth_deg: float) -> str:
    if not math.isfinite(azimuth_deg) or numbers.whole(azimuth_deg) == 0:
        return numbers.degrees(texts, azimuth_deg)
    towards = "feet" if azimuth_deg > 0 else "head"
    return texts.get(f"view.towards_{towards}", value=numbers.degrees(texts, abs(azimuth_deg)))
