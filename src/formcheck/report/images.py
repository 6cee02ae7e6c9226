"""The repetitions that are shown as filmed: the one nearest to the exercise and the one furthest from it."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from formcheck.form.statistics import best, typical, worst
from formcheck.text.catalogue import Texts
from formcheck.text.findings import limit_words, observed_words, rule_title, verdict_word
from formcheck.types import Finding, Session, Verdict

_OPEN = (Verdict.NOT_MET, Verdict.BORDERLINE, Verdict.NOT_ASSESSABLE)


@dataclass(frozen=True, slots=True)
class RepImage:
    """A repetition at its peak, and why it is shown."""

    rep: int
    at_s: float
    heading: str
    caption: str
    data_uri: str


def image_times(session: Session) -> dict[int, float]:
    """Return where the repetitions to show are straightest, by their index: two, one when all were judged alike."""
    peak_s = {rep.index: rep.peak_s for rep in session.reps}
    return {rep: peak_s[rep] for rep in _shown(session)}


def rep_images(session: Session, thumbnails: Mapping[int, bytes], texts: Texts) -> list[RepImage]:
    """Return the images there are, each with its heading and caption."""
    keys = _shown(session)
    return [
        RepImage(
            rep=rep,
            at_s=at_s,
            heading=texts.get(f"report.images.{keys[rep]}", rep=rep),
            caption=_caption(session, rep, texts),
            data_uri="data:image/jpeg;base64," + base64.b64encode(thumbnails[rep]).decode(),
        )
        for rep, at_s in image_times(session).items()
        if rep in thumbnails
    ]


def _shown(session: Session) -> dict[int, str]:
    """The repetitions to show, each with the key of its heading."""
    first, last, middle = best(session), worst(session), typical(session)
    if first is not None and last is not None:
        return {first: "best", last: "worst"}
    return {} if middle is None else {middle: "typical"}


def _caption(session: Session, rep: int, texts: Texts) -> str:
    parts = []
    if worst(session) is None:
        parts.append(texts.get("report.images.only" if session.rep_count == 1 else "report.images.alike"))
    findings = [finding for finding in session.findings_of(rep) if not finding.advisory]
    met = sum(finding.verdict is Verdict.MET for finding in findings)
    if met:
        parts.append(texts.get("report.images.met", met=met, total=len(findings)))
    parts += [
        _of_verdict([finding for finding in findings if finding.verdict is verdict], verdict, texts)
        for verdict in _OPEN
        if any(finding.verdict is verdict for finding in findings)
    ]
    return " ".join(parts)


def _of_verdict(findings: Sequence[Finding], verdict: Verdict, texts: Texts) -> str:
    rules = "; ".join(_rule(finding, texts) for finding in findings)
    return texts.get("report.images.rules", verdict=verdict_word(texts, verdict), rules=rules)


def _rule(finding: Finding, texts: Texts) -> str:
    title = rule_title(texts, finding.rule)
    if finding.observed is None:
        return title
    observed, limit = observed_words(texts, finding), limit_words(texts, finding)
    return texts.get("report.images.rule", rule=title, observed=observed, limit=limit)
