"""Which repetitions are worth a picture: the one nearest the exercise and the one furthest from it.

Chosen by verdicts alone. How far the knee straightens plays no part, except that of equals the one in the
middle of the set is taken.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from formcheck.report.words import limit_words, observed_words, rule_title
from formcheck.types import Finding, Rep, Session, Verdict


@dataclass(frozen=True, slots=True)
class Exemplar:
    """A repetition to show at its peak, and why."""

    rep: int
    at_s: float
    label: str
    caption: str


def choose_exemplars(session: Session) -> tuple[Exemplar, ...]:
    """Choose the repetitions to show: two, one when all were judged alike, none without repetitions."""
    reps = [rep for rep in session.reps if rep.complete]
    if not reps:
        return ()
    standing = {rep.index: _faults(session.findings_of(rep.index)) for rep in reps}
    from_middle = _distance_from_middle(reps)
    best = min(reps, key=lambda rep: (standing[rep.index], from_middle[rep.index], rep.index))
    worst = max(reps, key=lambda rep: (standing[rep.index], -from_middle[rep.index], -rep.index))
    if standing[best.index] == standing[worst.index]:
        reason = (
            "The only complete repetition."
            if len(reps) == 1
            else "All repetitions were judged alike; this one is in the middle of the set."
        )
        return (_exemplar(session, best, "A typical repetition", reason),)
    return (
        _exemplar(session, best, "Nearest to the exercise"),
        _exemplar(session, worst, "Furthest from the exercise"),
    )


def _faults(findings: Sequence[Finding]) -> tuple[int, int, int]:
    """Rank findings: not met weighs most, then borderline, then what could not be told."""
    verdicts = [finding.verdict for finding in findings if not finding.advisory]
    return (
        verdicts.count(Verdict.NOT_MET),
        verdicts.count(Verdict.BORDERLINE),
        verdicts.count(Verdict.NOT_ASSESSABLE),
    )


def _distance_from_middle(reps: Sequence[Rep]) -> dict[int, float]:
    excursions = [rep.excursion_deg for rep in reps if math.isfinite(rep.excursion_deg)]
    middle = float(np.median(excursions)) if excursions else math.nan
    distances = {rep.index: abs(rep.excursion_deg - middle) for rep in reps}
    return {index: gap if math.isfinite(gap) else math.inf for index, gap in distances.items()}


def _exemplar(session: Session, rep: Rep, label: str, reason: str = "") -> Exemplar:
    findings = [finding for finding in session.findings_of(rep.index) if not finding.advisory]
    parts = [reason] if reason else []
    parts += [_sentence(findings, verdict, lead) for verdict, lead in _LEADS]
    return Exemplar(rep.index, rep.peak_s, label, " ".join(part for part in parts if part))


_LEADS = (
    (Verdict.MET, "Met"),
    (Verdict.NOT_MET, "Not met"),
    (Verdict.BORDERLINE, "Borderline"),
    (Verdict.NOT_ASSESSABLE, "Could not be told"),
)


def _sentence(findings: Sequence[Finding], verdict: Verdict, lead: str) -> str:
    chosen = [finding for finding in findings if finding.verdict is verdict]
    if not chosen:
        return ""
    if verdict is Verdict.MET:
        return f"{len(chosen)} of {len(findings)} checks met."
    return f"{lead}: {'; '.join(_item(finding) for finding in chosen)}."


def _item(finding: Finding) -> str:
    title = rule_title(finding.rule)
    title = title[:1].lower() + title[1:]
    if finding.observed is None:
        return title
    return f"{title} ({observed_words(finding)}, limit {limit_words(finding)})"
