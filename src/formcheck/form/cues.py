"""From findings to at most one thing to say. Never a word for range."""

from __future__ import annotations

from collections.abc import Iterable

from formcheck.types import Cue, Finding, Verdict

# First come what makes the exercise another one, then speed, then what is advisory.
_PRIORITY = (
    "lying_on_back",
    "hip_in_band",
    "hip_steady",
    "slow",
    "smooth",
    "knee_starts_bent",
    "hands_on_thigh",
    "toes",
)
_TEXTS = {
    "lying_on_back": "Lie flat on your back.",
    "hip_in_band.low": "Bring the thigh further up.",
    "hip_in_band.high": "Let the thigh go back a little.",
    "hip_steady": "Hold the thigh still.",
    "slow": "Slower.",
    "smooth": "Smoothly, without bouncing.",
    "knee_starts_bent": "Bend the knee more before you start.",
    "hands_on_thigh": "Hold the thigh with both hands.",
    "toes": "Mind the foot: see how it is to be held.",
}


def choose_cue(findings: Iterable[Finding]) -> Cue | None:
    """The most important thing to mend among findings that are NOT_MET; None when there is none."""
    missed = {f.rule: f for f in findings if f.verdict is Verdict.NOT_MET and f.rule in _PRIORITY}
    if not missed:
        return None
    worst = missed[min(missed, key=_PRIORITY.index)]
    key = worst.rule
    if key == "hip_in_band":
        low = worst.limit[0]
        key += ".low" if low is not None and worst.observed is not None and worst.observed < low else ".high"
    return Cue(key, _TEXTS[key])
