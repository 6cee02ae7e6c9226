"""The set in plain words. Nothing here praises or asks for more range."""

from __future__ import annotations

import numpy as np

from formcheck.form.verdict import BAND
from formcheck.protocols.model import Protocol
from formcheck.types import Finding, Quality, Rep, Summary, Verdict

_STOP = "Go only as far as your leg pain does not increase."
_FAULTS = {
    "hip_in_band": "the hip was not held near 90 degrees",
    "hip_steady": "the thigh moved while the knee straightened",
    "knee_starts_bent": "the knee was not bent enough at the start",
    "slow": "the movement was too fast",
    "smooth": "the knee bounced",
}


def summarize(reps: tuple[Rep, ...], findings: tuple[Finding, ...], quality: Quality, protocol: Protocol) -> Summary:
    """One headline and a few sentences."""
    lying = next(f for f in findings if f.rule == "lying_on_back")
    if lying.verdict in (Verdict.NOT_MET, Verdict.NOT_ASSESSABLE):
        return Summary("Cannot judge this clip.", (lying.text, *quality.reasons))
    complete = [rep for rep in reps if rep.complete]
    if not complete:
        cut = " One was cut off by the clip's start or end." if reps else ""
        return Summary(f"No complete repetition found.{cut}", quality.reasons or ("The leg was followed throughout.",))
    return Summary(
        _headline(complete, findings, protocol), (*_sentences(complete, findings, protocol), *quality.reasons)
    )


def _headline(complete: list[Rep], findings: tuple[Finding, ...], protocol: Protocol) -> str:
    judged = [f for f in findings if f.rep is not None and not f.advisory]
    faulty = {f.rep for f in judged if f.verdict is Verdict.NOT_MET}
    clean = len(complete) - len(faulty)
    noun = "repetition" if len(complete) == 1 else "repetitions"
    if not faulty:
        verdict = "nothing to mend"
    elif clean:
        verdict = f"nothing to mend in {clean} of them"
    else:
        verdict = "something to mend in " + ("it" if len(complete) == 1 else "each")
    return f"{len(complete)} {noun} (set of {protocol.set.reps.value}); {verdict}."


def _sentences(complete: list[Rep], findings: tuple[Finding, ...], protocol: Protocol) -> list[str]:
    knee = float(np.median([rep.knee_flexion_peak_deg for rep in complete]))
    knee_se = float(np.median([rep.knee_se_deg for rep in complete]))
    hip = float(np.mean([rep.hip_flexion_mean_deg for rep in complete]))
    seconds = float(np.median([rep.extend_s for rep in complete]))
    sentences = [
        f"At the end of a repetition the knee lacked {knee:.0f} ± {BAND * knee_se:.0f} degrees of straight (median).",
        f"The hip was held at {hip:.0f} degrees on average; straightening took {seconds:.1f} s (median).",
    ]
    faults = []
    for rule, words in _FAULTS.items():
        bad = [f.rep for f in findings if f.rule == rule and f.rep is not None and f.verdict is Verdict.NOT_MET]
        if bad:
            faults.append(f"{words} ({_list(bad)})")
    if faults:
        sentences.append("To mend: " + "; ".join(faults) + ".")
    partial = [rep.index for rep in complete if rep.partial]
    if partial:
        sentences.append(f"Smaller than the others: {_list(partial)}. They count all the same.")
    if protocol.kind == "practice":
        sentences.append(_STOP)
    return sentences


def _list(indices: list[int]) -> str:
    shown = ", ".join(str(i) for i in indices[:8]) + (" ..." if len(indices) > 8 else "")
    return f"repetition{'s' if len(indices) > 1 else ''} {shown}"
