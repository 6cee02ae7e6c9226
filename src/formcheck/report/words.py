"""Numbers and verdicts in words, the same everywhere on the page."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from datetime import datetime

from formcheck.form import verdict as rounding
from formcheck.types import Finding, Side, Verdict, View

CANNOT_TELL = "cannot tell"
Z_95 = rounding.BAND
"""Half width of a 95 % band in standard errors."""
ceiling, whole = rounding.ceiling, rounding.whole


@dataclass(frozen=True, slots=True)
class VerdictWord:
    """A verdict as shown: a word and a symbol carry it, colour only repeats it."""

    word: str
    key: str


VERDICT_WORDS = {
    Verdict.MET: VerdictWord("Met", "met"),
    Verdict.NOT_MET: VerdictWord("Not met", "not-met"),
    Verdict.BORDERLINE: VerdictWord("Borderline", "borderline"),
    Verdict.NOT_ASSESSABLE: VerdictWord("Cannot tell", "unknown"),
}

_LONE_SURROGATES = re.compile("[\ud800-\udfff]")
_RULE_TITLES = {
    "lying_on_back": "Lying on the back",
    "hip_in_band": "Hip where asked",
    "hip_steady": "Thigh held still",
    "knee_starts_bent": "Knee starts bent",
    "slow": "Slow enough",
    "smooth": "Smooth, no bouncing",
    "glide_size": "Enough to be a glide",
    "hands_on_thigh": "Hands on the thigh",
    "toes": "Foot as asked",
    "set_complete": "Set complete",
}
_UNIT_DECIMALS = {"s": 1, "thigh lengths": 2}
_UNIT_SUFFIX = {
    "": "",
    "deg": "°",
    "deg/s": "°/s",
    "s": " s",
    "reps": "",
}


def printable(text: str) -> str:
    """Return ``text`` with bytes that are no valid text (odd file names) shown as U+FFFD."""
    return _LONE_SURROGATES.sub("\N{REPLACEMENT CHARACTER}", text)


def degrees(value: float) -> str:
    """Return whole degrees, or 'cannot tell' for NaN."""
    return f"{whole(value)}°" if math.isfinite(value) else CANNOT_TELL


def clock(t_s: float) -> str:
    """Return minutes, seconds and tenths as a video player shows them: ``0:05.9``."""
    tenths = whole(t_s * 10)
    sign = "-" if tenths < 0 else ""
    minutes, rest = divmod(abs(tenths), 600)
    return f"{sign}{minutes}:{rest // 10:02d}.{rest % 10}"


def seconds(value: float) -> str:
    """Return ``1.9 s``, or 'cannot tell' for NaN."""
    return f"{value:.1f} s" if math.isfinite(value) else CANNOT_TELL


def side_words(side: Side | None, *, given: bool, measured: bool = True) -> str:
    """Return which leg was judged and who chose it; nothing is claimed of a leg that could not be measured."""
    if side is None:
        return "No working leg found"
    if not measured:
        return (
            f"{side.value.capitalize()} leg, as given; it could not be measured" if given else "Cannot tell which leg"
        )
    return f"{side.value.capitalize()} leg, {'as given' if given else 'found automatically'}"


def rule_title(rule: str) -> str:
    """Return a rule's id as a title; one without words of its own is spelled out: ``Hip drift``."""
    return _RULE_TITLES.get(rule, rule.replace("_", " ").capitalize())


def observed_words(finding: Finding) -> str:
    """Return the observed value with its unit, precise enough to tell it from the limit."""
    if finding.observed is None or not math.isfinite(finding.observed):
        return "–"
    return _amount(finding.observed, finding.unit, _decimals(finding))


def limit_words(finding: Finding) -> str:
    """Return the limit as 'at least', 'at most' or a range."""
    low, high = finding.limit
    places = _decimals(finding)
    if low is not None and high is not None:
        suffix = _UNIT_SUFFIX.get(finding.unit, f" {finding.unit}")
        return f"{_figure(low, places)} to {_figure(high, places)}{suffix}"
    if low is not None:
        return f"at least {_amount(low, finding.unit, places)}"
    if high is not None:
        return f"at most {_amount(high, finding.unit, places)}"
    return "–"


def _decimals(finding: Finding) -> int:
    """Enough decimals to show which side of the limit the value is on."""
    known = _UNIT_DECIMALS.get(finding.unit)
    if known is not None:
        return known
    ends = [end for end in finding.limit if end is not None]
    observed = finding.observed if finding.observed is not None else math.nan
    close = any(0 < abs(observed - end) < 1 for end in ends)
    return int(close or any(end != whole(end) for end in ends))


def _amount(value: float, unit: str, decimals: int) -> str:
    return _figure(value, decimals) + _UNIT_SUFFIX.get(unit, f" {unit}")


def _figure(value: float, decimals: int) -> str:
    return (f"{value:.{decimals}f}" if decimals else str(whole(value))).replace("-", "\N{MINUS SIGN}")


def view_words(view: View) -> tuple[tuple[str, str], ...]:
    """Return how the camera saw the person as pairs of term and plain answer."""
    lying = {True: "yes", False: "no", None: CANNOT_TELL}[view.lying]
    rows = [
        ("Lying on the back", lying),
        ("Trunk from the floor", degrees(view.trunk_from_floor_deg)),
        ("Camera off square to the side", _azimuth_words(view.azimuth_deg)),
    ]
    if math.isfinite(view.roll_deg) and whole(view.roll_deg) % 360:
        rows.append(("Picture judged after a turn of", degrees(view.roll_deg)))
    return tuple(rows)


def _azimuth_words(azimuth_deg: float) -> str:
    if not math.isfinite(azimuth_deg):
        return CANNOT_TELL
    turned = whole(azimuth_deg)
    if turned == 0:
        return "0°"
    return f"{abs(turned)}° towards the {'feet' if turned > 0 else 'head'}"


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
    if 0 < fraction < 1:
        return f"{min(max(whole(fraction * 100), 1), 99)} %"
    return f"{whole(fraction * 100)} %"


def date(moment: datetime) -> str:
    """Return ``2 March 2026, 14:05``."""
    return f"{moment.day} {moment:%B %Y, %H:%M}"


def reference(hip_reference: str) -> str:
    """Return what the hip was measured against: ``trunk+floor`` becomes ``trunk and the floor``."""
    return hip_reference.replace("+", " and the ")


def duration(length_s: float) -> str:
    """Return ``24.1 s`` or ``10 min 3 s``."""
    if length_s < 60:
        return f"{length_s:.1f} s"
    minutes, rest = divmod(whole(length_s), 60)
    return f"{minutes} min {rest} s"
