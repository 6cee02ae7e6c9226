"""The set in plain words. Nothing here praises or asks for more range."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from formcheck.form.verdict import whole, with_band
from formcheck.protocols.model import Protocol
from formcheck.types import Finding, Quality, Rep, Summary, Verdict

_STOP = "Go only as far as your leg pain does not increase."
# Not about how the repetitions were done.
_OF_THE_CLIP = frozenset({"lying_on_back", "set_complete"})
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


class Tally(NamedTuple):
    """How many complete repetitions are clearly as asked, have something to mend, and could not be judged surely.

    ``set_faults`` are rules of the whole set that are not met though every single repetition leaves it open.
    """

    clean: int
    faulty: int
    unsure: int
    set_faults: tuple[str, ...]

    def words(self) -> str:
        """Say it as half a sentence, ``nothing to mend in 2 of them``."""
        count = self.clean + self.faulty + self.unsure
        if self.clean == count and not self.set_faults:
            return "nothing to mend"
        if self.faulty == count:
            return f"something to mend in {_each(count)}"
        if self.unsure == count and not self.set_faults:
            return "it could not be judged surely" if count == 1 else f"none of the {count} could be judged surely"
        parts = [f"nothing to mend in {self.clean} of them"] if self.clean else []
        parts += [f"something to mend in {self.faulty}"] if self.faulty and (self.unsure or not self.clean) else []
        parts += ["something to mend over the whole set"] if self.set_faults else []
        parts += [f"{self.unsure} could not be judged surely"] if self.unsure else []
        return ", ".join(parts)


def tally(reps: tuple[Rep, ...], findings: tuple[Finding, ...]) -> Tally:
    """Count the complete repetitions by how they were done."""
    complete = {rep.index for rep in reps if rep.complete}
    judged = [f for f in findings if not f.advisory]
    faulty = {f.rep for f in judged if f.rep in complete and f.verdict is Verdict.NOT_MET}
    open_ = {f.rep for f in judged if f.rep in complete and f.verdict in (Verdict.BORDERLINE, Verdict.NOT_ASSESSABLE)}
    # Counted by eye where nothing could be measured.
    unjudged = complete - {f.rep for f in judged}
    unsure = (open_ | unjudged) - faulty
    own = {f.rule for f in judged if f.rep is not None and f.verdict is Verdict.NOT_MET} | _OF_THE_CLIP
    over_all = (f.rule for f in judged if f.rep is None and f.verdict is Verdict.NOT_MET and f.rule not in own)
    return Tally(len(complete - faulty - unsure), len(faulty), len(unsure), tuple(over_all))


def _each(count: int) -> str:
    return "it" if count == 1 else "each"


def _headline(complete: list[Rep], findings: tuple[Finding, ...], protocol: Protocol) -> str:
    noun = "repetition" if len(complete) == 1 else "repetitions"
    verdict = tally(tuple(complete), findings).words()
    return f"{len(complete)} {noun} (set of {protocol.set.reps.value}); {verdict}."


def _sentences(complete: list[Rep], findings: tuple[Finding, ...], protocol: Protocol) -> list[str]:
    sentences = _measured([rep for rep in complete if np.isfinite(rep.knee_flexion_peak_deg)])
    faults = []
    over_all = tally(tuple(complete), findings).set_faults
    for rule, words in _FAULTS.items():
        bad = [f.rep for f in findings if f.rule == rule and f.rep is not None and f.verdict is Verdict.NOT_MET]
        if bad:
            faults.append(f"{words} ({_list(bad)})")
        elif rule in over_all:
            faults.append(f"{words} (over the whole set)")
    if faults:
        sentences.append("To mend: " + "; ".join(faults) + ".")
    partial = [rep.index for rep in complete if rep.partial]
    if partial:
        sentences.append(f"Smaller than the others: {_list(partial)}. They count all the same.")
    if protocol.kind == "practice":
        sentences.append(_STOP)
    return sentences


def _measured(reps: list[Rep]) -> list[str]:
    """The set's numbers; a repetition counted by eye where nothing could be measured has none."""
    if not reps:
        return ["Neither knee nor hip could be measured in these repetitions."]
    knee = float(np.median([rep.knee_flexion_peak_deg for rep in reps]))
    knee_se = float(np.median([rep.knee_se_deg for rep in reps]))
    hip = float(np.mean([rep.hip_flexion_mean_deg for rep in reps]))
    seconds = float(np.median([rep.extend_s for rep in reps]))
    return [
        f"At the end of a repetition the knee lacked {with_band(knee, knee_se)} degrees of straight (median).",
        f"The hip was held at {whole(hip)} degrees on average; straightening took {seconds:.1f} s (median).",
    ]


def _list(indices: list[int]) -> str:
    shown = ", ".join(str(i) for i in indices[:8]) + (" ..." if len(indices) > 8 else "")
    return f"repetition{'s' if len(indices) > 1 else ''} {shown}"
