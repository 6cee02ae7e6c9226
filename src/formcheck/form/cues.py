"""From findings to at most one thing to say. Never a word for range."""

from __future__ import annotations

import math
from collections.abc import Iterable

from formcheck.form.rules import RULE_BY_ID
from formcheck.form.statistics import by_importance
from formcheck.form.verdicts import missed_end
from formcheck.types import Finding, Verdict


def choose_cue(findings: Iterable[Finding]) -> str | None:
    """Return the key (``cue.*``) of the most important thing to put right among findings; None when all is well."""
    worst = most_important_miss(findings)
    return cue_key(worst) if worst is not None else None


def most_important_miss(findings: Iterable[Finding]) -> Finding | None:
    """Return the most important finding that is not met and has a cue; None when all is well."""
    missed = [f for f in findings if f.verdict is Verdict.NOT_MET and f.rule in RULE_BY_ID]
    spoken = [f for f in missed if RULE_BY_ID[f.rule].priority is not None and _has_direction(f)]
    return by_importance(spoken)[0] if spoken else None


def _has_direction(finding: Finding) -> bool:
    """Tell whether it is known which way to correct: not where a reviewer decides what could not be measured."""
    return bool(finding.variant) or finding.observed is not None or None in finding.limit


def cue_key(finding: Finding) -> str:
    """Return the key of what to say when a finding's rule is not met."""
    observed = finding.observed if finding.observed is not None else math.nan
    # Findings of an older formcheck do not say which end of a band was missed.
    variant = finding.variant or missed_end(observed, finding.limit)
    return f"cue.{finding.rule}.{variant}" if variant else f"cue.{finding.rule}"
