"""Numbers and verdicts in English words, for the pages that do not speak the catalogues' languages yet."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime

from formcheck.text import findings, numbers
from formcheck.text.catalogue import Texts
from formcheck.types import Finding, Side, Verdict, View

_TEXTS = Texts("en")
CANNOT_TELL = _TEXTS.get("number.cannot_tell")
Z_95 = numbers.Z_95
ceiling, whole, printable, clock = numbers.ceiling, numbers.whole, numbers.printable, numbers.clock


@dataclass(frozen=True, slots=True)
class VerdictWord:
    """A verdict as shown: a word and a symbol carry it, colour only repeats it."""

    word: str
    key: str


VERDICT_KEYS = {
    Verdict.MET: "met",
    Verdict.NOT_MET: "not-met",
    Verdict.BORDERLINE: "borderline",
    Verdict.NOT_ASSESSABLE: "unknown",
}
VERDICT_WORDS = {
    verdict: VerdictWord(findings.verdict_word(_TEXTS, verdict), key) for verdict, key in VERDICT_KEYS.items()
}


def degrees(value: float) -> str:
    """Return whole degrees, or 'cannot tell' for NaN."""
    return numbers.degrees(_TEXTS, value)


def seconds(value: float) -> str:
    """Return ``1.9 s``, or 'cannot tell' for NaN."""
    return numbers.seconds(_TEXTS, value)


def side_words(side: Side | None, *, given: bool, measured: bool = True) -> str:
    """Return which leg was judged and who chose it."""
    return findings.side_words(_TEXTS, side, given=given, measured=measured)


def rule_title(rule: str) -> str:
    """Return a rule's id as a title."""
    return findings.rule_title(_TEXTS, rule)


def observed_words(finding: Finding) -> str:
    """Return the observed value with its unit."""
    return findings.observed_words(_TEXTS, finding)


def limit_words(finding: Finding) -> str:
    """Return the limit as 'at least', 'at most' or a range."""
    return findings.limit_words(_TEXTS, finding)


def sentence(finding: Finding) -> str:
    """Return a finding as one plain sentence."""
    return findings.finding_sentence(_TEXTS, finding)


def view_words(view: View) -> tuple[tuple[str, str], ...]:
    """Return how the camera saw the person as pairs of term and plain answer."""
    return findings.view_words(_TEXTS, view)


def deficit(flexion_deg: float, band_deg: float) -> str:
    """Return the knee's end position as clinicians say it: 'Lacks 22° ± 3 of straight.'"""
    if not math.isfinite(flexion_deg):
        return ""
    band = f" ± {ceiling(band_deg)}°" if math.isfinite(band_deg) else ""
    degrees_off = whole(flexion_deg)
    if degrees_off > 0:
        return f"Lacks {degrees_off}°{band} of straight."
    if degrees_off < 0:
        return f"Past straight by {-degrees_off}°{band}."
    return f"Straight{band}."


def percent(fraction: float) -> str:
    """Return whole per cent, keeping 0 and 100 for none and all."""
    return numbers.percent(_TEXTS, fraction)


def date(moment: datetime) -> str:
    """Return ``2 March 2026, 14:05``."""
    return numbers.day_and_time(_TEXTS, moment)


def duration(length_s: float) -> str:
    """Return ``24.1 s`` or ``10 min 3 s``."""
    return numbers.duration(_TEXTS, length_s)
