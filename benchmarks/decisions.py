"""What formcheck decided of a clip, against what its true angles would have been judged by the same rules."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from truth import Truth, pipeline_track, read_truth

from formcheck.form.judge import judge_angles, judge_track
from formcheck.form.statistics import rep_status
from formcheck.form.verdicts import Measured, compare
from formcheck.protocols.loader import load_protocol
from formcheck.reps.manual import ManualTimes
from formcheck.text.numbers import Z_95
from formcheck.types import Finding, LegAngles, PoseTrack, Session, Status, Verdict, View

# With a smaller share of its frames measured a clip counts as refused.
MEASURED = 0.05
# Rules whose truth the renderer knows. Hands and toes are advisory, and are not compared.
_COMPARED = ("hip_in_band", "hip_steady", "knee_starts_bent", "slow", "smooth", "glide_size")


@dataclass(frozen=True, slots=True)
class Decision:
    """One finding of one repetition that is in the truth as well."""

    rule: str
    decided: Verdict
    true: Verdict

    @property
    def wrong(self) -> bool:
        return self.decided in (Verdict.MET, Verdict.NOT_MET) and self.decided is not self.true


@dataclass(frozen=True, slots=True)
class DecisionResult:
    """One clip: its decisions, its truly good repetitions, and the half width of its hip's band (NaN: refused)."""

    name: str
    set_name: str
    tags: tuple[str, ...]
    reps: int
    true_reps: int
    refused: bool
    decisions: tuple[Decision, ...]
    good: int
    called_good: int
    half_width_deg: float
    hip_covered: float
    knee_covered: float


def compare_decisions(clip: Path, *, cache: Path | None = None) -> DecisionResult:
    """Judge a clip, and its truth by the same rules."""
    truth = read_truth(clip)
    track = pipeline_track(clip, cache=cache)
    session, right = judge_track(track, load_protocol()), true_session(track, truth)
    pairs = list(matched(session, right))
    decisions = [
        Decision(rule, _finding(session, mine, rule).verdict, _exact(_finding(right, true, rule)))
        for mine, true in pairs
        for rule in _COMPARED
    ]
    angles, true_angles = session.angles, right.angles
    measured = angles is not None and bool(angles.usable.mean() >= MEASURED)
    return DecisionResult(
        name=clip.stem,
        set_name=clip.parent.name,
        tags=truth.tags,
        reps=session.rep_count,
        true_reps=truth.reps,
        refused=not measured,
        decisions=tuple(decisions),
        good=sum(_good(right, rep.index) for rep in right.reps),
        called_good=sum(_good(right, true) and _called_good(session, mine) for mine, true in pairs),
        half_width_deg=float(Z_95 * np.nanmedian(angles.hip_se_deg)) if measured and angles is not None else np.nan,
        hip_covered=_covered(angles, true_angles, "hip"),
        knee_covered=_covered(angles, true_angles, "knee"),
    )


def true_session(track: PoseTrack, truth: Truth) -> Session:
    """Judge the true angles (as a rater marks them) in the true repetitions."""
    t_s = track.t_s
    known = np.ones(len(t_s), bool)
    nothing = np.full(len(t_s), np.nan)
    view = View(True, 0.0, 0.0, truth.azimuth_deg, jitter_deg=0.0)
    angles = LegAngles(
        t_s=t_s,
        hip_flexion_deg=truth.marked_hip(t_s),
        knee_flexion_deg=truth.marked_knee(t_s),
        ankle_dorsiflexion_deg=nothing,
        foot_from_vertical_deg=nothing,
        hip_se_deg=np.zeros(len(t_s)),
        knee_se_deg=np.zeros(len(t_s)),
        hand_distance_thighs=nothing,
        usable=known,
        side=truth.side,
        view=view,
    )
    spans = [ManualTimes(rep["start_s"], rep["peak_s"], rep["end_s"]) for rep in truth.true_reps]
    return judge_angles(track, angles, view, load_protocol(), side_given=True, spans=spans)


def matched(session: Session, right: Session) -> Iterable[tuple[int, int]]:
    """Pairs of repetitions, found and true, whose peaks lie in each other."""
    for true in right.reps:
        for rep in session.reps:
            if rep.complete and rep.start_s <= true.peak_s <= rep.end_s:
                yield rep.index, true.index
                break


def _finding(session: Session, rep: int, rule: str) -> Finding:
    return next(finding for finding in session.findings_of(rep) if finding.rule == rule)


def _exact(finding: Finding) -> Verdict:
    """The verdict on a number that is the truth, and so has no error."""
    observed = finding.observed if finding.observed is not None else np.nan
    return compare(Measured(observed, 0.0), finding.limit)


def _called_good(session: Session, rep: int) -> bool:
    compared = (finding for finding in session.findings_of(rep) if finding.rule in _COMPARED)
    return rep_status(rep, compared).status is Status.MET


def _good(right: Session, rep: int) -> bool:
    return all(_exact(_finding(right, rep, rule)) is Verdict.MET for rule in _COMPARED)


def _covered(angles: LegAngles | None, true: LegAngles | None, joint: str) -> float:
    if angles is None or true is None:
        return float("nan")
    error = getattr(angles, f"{joint}_flexion_deg") - getattr(true, f"{joint}_flexion_deg")
    se = getattr(angles, f"{joint}_se_deg")
    known = np.isfinite(error) & angles.usable
    return float((np.abs(error[known]) <= Z_95 * se[known]).mean()) if known.any() else float("nan")
