"""The table of repetitions: a row for each, with its status, its findings and its bars."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from formcheck.form.statistics import RepStatus, statuses
from formcheck.report.curves import Curves
from formcheck.report.figures import HipBar, hip_bar, tempo_bar
from formcheck.report.panels import Span
from formcheck.report.protocol import ProtocolView
from formcheck.types import Finding, Rep, Session, Verdict

_VERDICT_ORDER = (Verdict.NOT_MET, Verdict.BORDERLINE, Verdict.NOT_ASSESSABLE, Verdict.MET, Verdict.INFORMATION)
_ANY_ANGLE_DEG = (0, 180)


@dataclass(frozen=True, slots=True)
class RepRow:
    """One repetition; ``status`` is None for one that was cut off, ``settled`` needs no second look."""

    rep: Rep
    status: RepStatus | None
    open_findings: tuple[Finding, ...]
    settled: tuple[Finding, ...]
    met: int
    advisory: int
    hip: HipBar | None
    tempo: tuple[Span, ...]


def rep_rows(session: Session, protocol: ProtocolView, curves: Curves | None) -> list[RepRow]:
    """Return the rows of a session's repetitions; their bars share one scale."""
    lengths = [rep.extend_s + rep.hold_s + rep.return_s for rep in session.reps if rep.complete]
    longest_s = max((length for length in lengths if math.isfinite(length)), default=0.0)
    hip_range_deg = curves.hip_range_deg if curves else _ANY_ANGLE_DEG
    status_of = {status.rep: status for status in statuses(session)}
    rows = []
    for rep in session.reps:
        findings = by_attention(session.findings_of(rep.index))
        rows.append(
            RepRow(
                rep=rep,
                status=status_of.get(rep.index),
                open_findings=tuple(finding for finding in findings if not _settled(finding)),
                settled=tuple(finding for finding in findings if _settled(finding)),
                met=sum(finding.verdict is Verdict.MET and not finding.advisory for finding in findings),
                advisory=sum(finding.advisory for finding in findings),
                hip=hip_bar(rep, hip_range_deg, protocol.hip_target_deg),
                tempo=tempo_bar(rep, longest_s),
            )
        )
    return rows


def by_attention(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Put what asks for attention first and advice last."""
    return tuple(sorted(findings, key=lambda finding: (finding.advisory, _VERDICT_ORDER.index(finding.verdict))))


def _settled(finding: Finding) -> bool:
    """Tell what needs no second look: a rule that is met, or one that only advises."""
    return finding.advisory or finding.verdict is Verdict.MET
