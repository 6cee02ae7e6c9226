"""From findings to at most one thing to say. Never a word for range."""

from __future__ import annotations

import math
from collections.abc import Iterable

from formcheck.form.rules import RULE_BY_ID
from formcheck.form.statistics import by_importance
from formcheck.form.verdicts import missed_end
from formcheck.text.catalogue import DEFAULT_LANGUAGE, catalogue
from formcheck.types import Finding, Verdict


def choose_cue(findings: Iterable[Finding]) -> str | None:
    """Return the key (``cue.*``) of the most important thing to put right among findings; None when all is well."""
    worst = most_important_miss(findings)
    return cue_key(worst) if worst is not None else None


def most_important_miss(findings: Iterable[Finding]) -> Finding | None:
    """Return the most important finding that is not met and has a cue; None when all is well."""
    missed = [f for f in findings if f.verdict is Verdict.NOT_MET and f.rule in RULE_BY_ID]
    spoken = [f for f in missed if RULE_BY_ID[f.rule].priority is not None and cue_key(f) is not None]
    return by_importance(spoken)[0] if spoken else None


def cue_key(finding: Finding) -> str | None:
    """Return the key of what to say when a finding's rule is not met.

    None when it is not known which way to correct: where a reviewer decides what could not be measured, or where a
    document from elsewhere names a variant that the rule does not have.
    """
    # Findings of an older formcheck do not say which end of a band was missed.
    observed = finding.observed if finding.observed is not None else math.nan
    variant = finding.variant or missed_end(observed, finding.limit)
    if not variant and finding.observed is None and None not in finding.limit:
        return None
    known = catalogue(DEFAULT_LANGUAGE)
    keys = (f"cue.{finding.rule}.{variant}", f"cue.{finding.rule}")
    return next((key for key in keys if key in known), None)
