"""The statistics of a set, the status of a repetition, and the ranking of repetitions: the only ones there are.

Medians are used where one odd repetition must not move the number. The error of a median is that of one measurement:
much of it is shared by all repetitions of a clip and does not average out.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from formcheck.form import rules
from formcheck.types import Finding, Rep, Session, Status, Verdict

_OPEN = (Verdict.BORDERLINE, Verdict.NOT_ASSESSABLE)


@dataclass(frozen=True, slots=True)
class RepStatus:
    """How a complete repetition was done, and the findings that decide it, the most important first.

    ``deciding`` is empty when every rule is met, and when nothing could be judged at all.
    """

    rep: int
    status: Status
    deciding: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class SetStatistics:
    """The numbers of a set, over its complete repetitions. Angles in degrees of flexion; NaN where not measured.

    Parameters
    ----------
    rep_count : int or None
        Complete repetitions, partial ones included; None when they could not be counted.
    complete, cut, partial : int
        Found, cut off by the clip, and complete but well below the set's median.
    met, not_met, undecided : int
        Complete repetitions by their status.
    set_faults : tuple of Finding
        Rules not met over the whole set though every repetition leaves them open.
    knee_end_deg, knee_start_deg : float
        Median over the repetitions at the end and at the start of the movement.
    knee_end_met_deg : float
        `knee_end_deg` over the repetitions whose status is met.
    knee_se_deg, hip_se_deg : float
        Standard errors, median.
    hip_mean_deg : float
        Mean of the repetitions' means.
    hip_min_deg, hip_max_deg : float
        Over all repetitions.
    hip_range_deg : float
        How far the thigh moved within a repetition, median.
    hip_start_deg, hip_peak_deg : float
        Where the knee begins to straighten, and where it is straightest; medians.
    rep_s, extend_s, hold_s, return_s : float
        Medians, seconds.
    peak_speed_deg_s : float
        Median.
    """

    rep_count: int | None
    complete: int
    cut: int
    partial: int
    met: int
    not_met: int
    undecided: int
    set_faults: tuple[Finding, ...]
    knee_end_deg: float
    knee_end_met_deg: float
    knee_start_deg: float
    knee_se_deg: float
    hip_mean_deg: float
    hip_se_deg: float
    hip_min_deg: float
    hip_max_deg: float
    hip_range_deg: float
    hip_start_deg: float
    hip_peak_deg: float
    rep_s: float
    extend_s: float
    hold_s: float
    return_s: float
    peak_speed_deg_s: float


@dataclass(frozen=True, slots=True)
class ThighMovement:
    """How the thigh moved while the knee straightened: ``sank``, ``rose``, or ``moved`` (there and back).

    Hip flexion where the knee begins to straighten and where it is straightest, and its least and most, degrees.
    """

    how: Literal["sank", "rose", "moved"]
    start_deg: float
    peak_deg: float
    low_deg: float
    high_deg: float


def rep_status(rep: int, findings: Iterable[Finding]) -> RepStatus:
    """Return a complete repetition's status from its own findings; advisory ones do not count.

    Not met: a rule is not met. Undecided: none is, but one is borderline or cannot be told, or nothing was judged at
    all (a repetition counted by eye where nothing could be measured). Met: every rule is met.
    """
    judged = [finding for finding in findings if not finding.advisory]
    failed = [finding for finding in judged if finding.verdict is Verdict.NOT_MET]
    if failed:
        return RepStatus(rep, Status.NOT_MET, by_importance(failed))
    open_ = [finding for finding in judged if finding.verdict in _OPEN]
    if open_ or not judged:
        return RepStatus(rep, Status.UNDECIDED, by_importance(open_))
    return RepStatus(rep, Status.MET, ())


def by_importance(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Order findings by their rules' priority, rules without a cue last."""
    return tuple(sorted(findings, key=_importance))


def _importance(finding: Finding) -> tuple[float, int]:
    rule = rules.RULE_BY_ID.get(finding.rule)
    if rule is None:
        return math.inf, len(rules.RULES)
    return (math.inf if rule.priority is None else rule.priority), rules.RULES.index(rule)


def statuses(session: Session) -> tuple[RepStatus, ...]:
    """Return the status of every complete repetition."""
    return tuple(rep_status(rep.index, session.findings_of(rep.index)) for rep in session.reps if rep.complete)


def set_statistics(session: Session) -> SetStatistics:
    """Return the numbers of a session's set."""
    complete = [rep for rep in session.reps if rep.complete]
    status_of = {one.rep: one.status for one in statuses(session)}
    met = [rep for rep in complete if status_of[rep.index] is Status.MET]
    return SetStatistics(
        rep_count=len(complete) if _countable(session) else None,
        complete=len(complete),
        cut=len(session.reps) - len(complete),
        partial=sum(rep.partial for rep in complete),
        met=len(met),
        not_met=sum(status is Status.NOT_MET for status in status_of.values()),
        undecided=sum(status is Status.UNDECIDED for status in status_of.values()),
        set_faults=_set_faults(session),
        knee_end_deg=_over(complete, np.median, lambda rep: rep.knee_flexion_peak_deg),
        knee_end_met_deg=_over(met, np.median, lambda rep: rep.knee_flexion_peak_deg),
        knee_start_deg=_over(complete, np.median, lambda rep: rep.knee_flexion_start_deg),
        knee_se_deg=_over(complete, np.median, lambda rep: rep.knee_se_deg),
        hip_mean_deg=_over(complete, np.mean, lambda rep: rep.hip_flexion_mean_deg),
        hip_se_deg=_over(complete, np.median, lambda rep: rep.hip_se_deg),
        hip_min_deg=_over(complete, np.min, lambda rep: rep.hip_flexion_min_deg),
        hip_max_deg=_over(complete, np.max, lambda rep: rep.hip_flexion_max_deg),
        hip_range_deg=_over(complete, np.median, lambda rep: rep.hip_flexion_max_deg - rep.hip_flexion_min_deg),
        hip_start_deg=_over(complete, np.median, lambda rep: rep.hip_flexion_start_deg),
        hip_peak_deg=_over(complete, np.median, lambda rep: rep.hip_flexion_peak_deg),
        rep_s=_over(complete, np.median, lambda rep: rep.end_s - rep.start_s),
        extend_s=_over(complete, np.median, lambda rep: rep.extend_s),
        hold_s=_over(complete, np.median, lambda rep: rep.hold_s),
        return_s=_over(complete, np.median, lambda rep: rep.return_s),
        peak_speed_deg_s=_over(complete, np.median, lambda rep: rep.peak_speed_deg_s),
    )


def _countable(session: Session) -> bool:
    """Tell whether repetitions could be counted at all; if not, none found means nothing."""
    finding = count_finding(session)
    return finding is not None and finding.verdict is not Verdict.NOT_ASSESSABLE


def count_finding(session: Session) -> Finding | None:
    """Return the finding on the number of repetitions; None in a session without one."""
    return next((f for f in session.findings_of(None) if f.rule == rules.SET_COMPLETE.id), None)


def meant_whole(session: Session) -> bool:
    """Tell whether a session was meant to be all of a set, so that too few repetitions are a miss."""
    finding = count_finding(session)
    return finding is not None and finding.variant == rules.WHOLE_SET


def _set_faults(session: Session) -> tuple[Finding, ...]:
    """Rules of repetitions that are not met over the set, though not met in no single repetition."""
    of_reps = {rule.id for rule in rules.RULES if rule.scope is rules.Scope.REPETITION and not rule.advisory}
    own = {finding.rule for finding in session.findings if finding.rep is not None and _failed(finding)}
    over_all = (finding for finding in session.findings_of(None) if _failed(finding))
    return by_importance(finding for finding in over_all if finding.rule in of_reps - own)


def _failed(finding: Finding) -> bool:
    return finding.verdict is Verdict.NOT_MET and not finding.advisory


def _over(
    reps: Sequence[Rep], statistic: Callable[[Sequence[float]], float], value_of: Callable[[Rep], float]
) -> float:
    """Take a statistic of the values that are known; NaN when there are none."""
    known = [value for value in map(value_of, reps) if math.isfinite(value)]
    return float(statistic(known)) if known else math.nan


def thigh_movement(reps: Sequence[Rep]) -> ThighMovement:
    """Return how the thigh moved in some repetitions; numbers are medians.

    The least and the most of a repetition are less apart than those of single frames, by what the jitter of the
    landmarks explains; so where it starts and where the knee is straightest count as no further out than these.
    """
    start_deg = _over(reps, np.median, lambda rep: _inside(rep, rep.hip_flexion_start_deg))
    peak_deg = _over(reps, np.median, lambda rep: _inside(rep, rep.hip_flexion_peak_deg))
    low_deg = _over(reps, np.median, lambda rep: rep.hip_flexion_min_deg)
    high_deg = _over(reps, np.median, lambda rep: rep.hip_flexion_max_deg)
    # NaN (results of an older formcheck) compares false.
    one_way = abs(peak_deg - start_deg) >= 0.5 * (high_deg - low_deg)
    how: Literal["sank", "rose", "moved"] = ("sank" if peak_deg < start_deg else "rose") if one_way else "moved"
    return ThighMovement(how, start_deg, peak_deg, low_deg, high_deg)


def _inside(rep: Rep, hip_deg: float) -> float:
    """Return a hip angle within the least and the most of its repetition; NaN where one of them is not known."""
    return float(np.clip(hip_deg, rep.hip_flexion_min_deg, rep.hip_flexion_max_deg))


def reps_with_moving_thigh(session: Session) -> tuple[Rep, ...]:
    """Return the complete repetitions in which the thigh was not held still; all, where only the set tells."""
    failed = {f.rep for f in session.findings if f.rule == rules.THIGH_STILL.id and _failed(f)}
    complete = tuple(rep for rep in session.reps if rep.complete)
    moved = tuple(rep for rep in complete if rep.index in failed)
    return moved or (complete if failed else ())


def ranking(session: Session) -> tuple[int, ...]:
    """Order the complete repetitions by their verdicts, the best first.

    A rule not met weighs most, then a borderline one, then one that could not be told. How far the knee straightens
    plays no part, except that among equals the one nearest the set's median excursion comes first.
    """
    reps = [rep for rep in session.reps if rep.complete]
    faults = {rep.index: _faults(session.findings_of(rep.index)) for rep in reps}
    distance = _distance_from_median(reps)
    return tuple(sorted(faults, key=lambda rep: (faults[rep], distance[rep], rep)))


def best(session: Session) -> int | None:
    """Return the repetition nearest to the exercise; None without complete repetitions."""
    return next(iter(ranking(session)), None)


def worst(session: Session) -> int | None:
    """Return the repetition furthest from the exercise; None when all were judged alike, or there is none.

    Among equals it is the one nearest the set's median excursion.
    """
    order = ranking(session)
    if not order:
        return None
    faults = {rep: _faults(session.findings_of(rep)) for rep in order}
    most = faults[order[-1]]
    if most == faults[order[0]]:
        return None
    return next(rep for rep in order if faults[rep] == most)


def typical(session: Session) -> int | None:
    """Return the complete repetition whose excursion is nearest the set's median; None without one."""
    distance = _distance_from_median([rep for rep in session.reps if rep.complete])
    return min(distance, key=lambda rep: (distance[rep], rep), default=None)


def _faults(findings: Iterable[Finding]) -> tuple[int, int, int]:
    verdicts = [finding.verdict for finding in findings if not finding.advisory]
    return (
        verdicts.count(Verdict.NOT_MET),
        verdicts.count(Verdict.BORDERLINE),
        verdicts.count(Verdict.NOT_ASSESSABLE),
    )


def _distance_from_median(reps: Sequence[Rep]) -> dict[int, float]:
    median = _over(reps, np.median, lambda rep: rep.excursion_deg)
    distance = {rep.index: abs(rep.excursion_deg - median) for rep in reps}
    return {rep: one if math.isfinite(one) else math.inf for rep, one in distance.items()}
