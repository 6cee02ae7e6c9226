"""What no result may say at once: checked after every analysis in the tests, and in the files that they leave."""

from __future__ import annotations

import functools
import math
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import numpy as np

from formcheck.errors import InputError
from formcheck.form.statistics import set_statistics, statuses
from formcheck.types import Finding, Rep, Session, Verdict

# Reasons in the quality and in findings that say that no angle was measured.
NOT_MEASURED = frozenset({"quality.nobody", "quality.not_lying", "quality.too_high", "quality.legs_mixed_up"})
# Times and angles are rounded when they are stored.
_SLACK_S, _SLACK_DEG = 0.006, 0.02
# A repetition that is cut off was under way: the knee moved by this at least.
_LEAST_CUT_DEG = 5.0


def contradictions(session: Session) -> list[str]:
    """Return what a session says that cannot all be true; empty when it is consistent."""
    return [*_measured_or_not(session), *_times(session), *_cut(session), *_counts(session), *_verdicts(session)]


def _by_eye(rep: Rep) -> bool:
    """A repetition that a reviewer saw where nothing was measured."""
    return math.isnan(rep.knee_flexion_peak_deg)


def _measured_or_not(session: Session) -> Iterator[str]:
    usable = int(session.angles.usable.sum()) if session.angles is not None else 0
    reps = [rep.index for rep in session.reps if not _by_eye(rep)]
    said = {message.key for message in session.quality.reasons} & NOT_MEASURED
    said |= {finding.reason for finding in session.findings if finding.reason == "leg_not_measured"}
    if said and (usable or session.quality.usable_fraction > 0):
        yield f"{sorted(said)}, and {usable} usable frames ({session.quality.usable_fraction:.0%})"
    if reps and (said or not usable):
        yield f"{sorted(said)}, {usable} usable frames, and repetitions {reps}"
    if session.side is None and (usable or reps):
        yield f"no leg, and {usable} usable frames, repetitions {reps}"
    if session.angles is None:
        return
    known = np.isfinite(session.angles.hip_flexion_deg) & np.isfinite(session.angles.knee_flexion_deg)
    if (session.angles.usable & ~known).any():
        yield "usable frames without angles"
    if abs(session.angles.usable.mean() - session.quality.usable_fraction) > 1e-3:
        yield f"usable fraction {session.quality.usable_fraction}, and {session.angles.usable.mean()} of the frames"


def _times(session: Session) -> Iterator[str]:
    for rep in session.reps:
        order = rep.start_s <= rep.peak_s + _SLACK_S <= rep.end_s + 2 * _SLACK_S
        parts = rep.extend_s + rep.hold_s + rep.return_s
        if not order or (not _by_eye(rep) and abs(parts - (rep.end_s - rep.start_s)) > 3 * _SLACK_S):
            yield f"repetition {rep.index}: {rep.start_s}, {rep.peak_s}, {rep.end_s} s, of which {parts:.3f} s are told"
        if session.angles is not None and not _within(session.angles.t_s, rep):
            yield f"repetition {rep.index} is outside of the clip"
    for one, other in pairwise(session.reps):
        if one.end_s > other.start_s + _SLACK_S:
            yield f"repetitions {one.index} and {other.index} overlap"
    if [rep.index for rep in session.reps] != list(range(1, len(session.reps) + 1)):
        yield "repetitions are not numbered one by one"


def _within(t_s: np.ndarray, rep: Rep) -> bool:
    return bool(len(t_s)) and t_s[0] - _SLACK_S <= rep.start_s and rep.end_s <= t_s[-1] + 1.0


def _cut(session: Session) -> Iterator[str]:
    for rep in session.reps:
        if rep.complete or session.angles is None:
            continue
        inside = (session.angles.t_s >= rep.start_s - _SLACK_S) & (session.angles.t_s <= rep.end_s + _SLACK_S)
        knee_deg = session.angles.knee_flexion_deg[inside & session.angles.usable]
        if knee_deg.size == 0 or np.ptp(knee_deg) < _LEAST_CUT_DEG:
            yield f"repetition {rep.index} is cut off, and the knee was not on its way"


def _counts(session: Session) -> Iterator[str]:
    statistics = set_statistics(session)
    complete = [rep for rep in session.reps if rep.complete]
    if statistics.rep_count not in (None, len(complete)) or (statistics.rep_count is None and complete):
        yield f"{statistics.rep_count} counted, and {len(complete)} complete rows"
    if statistics.met + statistics.not_met + statistics.undecided != len(complete):
        yield f"{statistics.met} met, {statistics.not_met} not, {statistics.undecided} undecided of {len(complete)}"
    if {status.rep for status in statuses(session)} != {rep.index for rep in complete}:
        yield "a status without a complete repetition, or one without a status"
    rows = set(np.unique(session.rep_of_frame).tolist()) - {0}
    if not rows <= {rep.index for rep in session.reps}:
        yield f"frames of repetitions that there are not: {sorted(rows)}"


def _verdicts(session: Session) -> Iterator[str]:
    indices = {rep.index for rep in session.reps if rep.complete}
    for finding in session.findings:
        place = f"{finding.rule} of {finding.rep or 'the set'}"
        if finding.rep is not None and finding.rep not in indices:
            yield f"{place}: there is no such complete repetition"
        if finding.met_in is not None and not 0 <= finding.met_in[0] <= finding.met_in[1] <= len(indices):
            yield f"{place}: met in {finding.met_in} of {len(indices)}"
        if finding.verdict is Verdict.MET and not _keeps_limits(finding):
            yield f"{place}: met, and {finding.observed} is beyond {finding.limit}"


def _keeps_limits(finding: Finding) -> bool:
    low, high = finding.limit
    if finding.observed is None:
        return True
    return (low is None or finding.observed >= low - _SLACK_DEG) and (
        high is None or finding.observed <= high + _SLACK_DEG
    )


def check_every_judgement() -> None:
    """From now on a judgement that contradicts itself fails the test that made it."""
    from formcheck.form import judge

    original = judge.judge_angles

    @functools.wraps(original)
    def checked(*arguments, **options):
        session = original(*arguments, **options)
        assert contradictions(session) == []
        return session

    judge.judge_angles = checked


def contradictions_in_files(folder: Path) -> list[str]:
    """Return what the results in a folder and those below say that cannot all be true, each with its file."""
    return [f"{path}: {one}" for path in folder.rglob("session.json") for one in _of_file(path)]


def _of_file(path: Path) -> list[str]:
    from formcheck.review.analysis import AvailableProtocols, read_analysis

    try:
        analysis = read_analysis(path.parent, AvailableProtocols())
    except (InputError, OSError):
        return []  # damaged by a test, or a review's export
    document = analysis.document
    found = contradictions(analysis.session)
    if document["schema_version"] == "1.0":  # which states no statistics
        return found
    counted = document["statistics"]["rep_count"]
    if document["rep_count"] != (counted or 0):
        found.append(f"rep_count is {document['rep_count']}, and {counted} in the statistics")
    return found
