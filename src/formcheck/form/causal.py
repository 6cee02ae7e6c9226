"""Judging as it happens: the newest samples of a window, and the repetitions up to now.

Angles come from `measure_leg` on the last seconds, repetitions from `find_reps` on the angles since the repetition
before: the functions that judge recorded clips, fed with less. A frame's angles are taken a tenth of a second after
it, once what follows has told a tremble of the landmarks from a movement; nothing else waits.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from formcheck.angles.leg import measure_leg
from formcheck.angles.rows import join_rows, row_of, unknown_row
from formcheck.angles.view import find_posture
from formcheck.form.judge import judge_angles
from formcheck.form.rules import rep_rules
from formcheck.protocols.loader import LoadedProtocol
from formcheck.reps.find import find_reps
from formcheck.types import Finding, LegAngles, Phase, PoseTrack, Rep, Session, View

# The smoothing is without delay where it sees both sides of a sample. In the clips with truth this much of the
# other side removes every false turn of the knee that the bare newest sample had; more brings nothing.
LAG_S = 0.1
# Limbs are told by their usual length: less than this of them tells nothing.
_WARM_UP_S = 0.5
# Angles this old no longer bear on the repetition under way: a minute is longer than any.
_MEMORY_S = 60.0
# Speed of the knee over this long tells extending from holding; slower than this much is holding.
_SPEED_OVER_S = 0.4
_MOVING_DEG_S = 8.0
# No camera has more rows in that time.
_SPEED_ROWS = 64
# A repetition counts this long after its end: until then the knee may still be on its way back.
_ENDED_S = 0.35


@dataclass(frozen=True, slots=True)
class CountedRep:
    """A repetition at the moment it is counted, with its findings. ``rep.index`` counts from the first of the set."""

    rep: Rep
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Moment:
    """What is known at the newest frame, by what was seen up to it.

    Parameters
    ----------
    t_s : float
    seen : bool
        Somebody is in the picture.
    lying : bool
        The trunk lies along the floor, face up.
    view : View
        Over the window.
    rows : tuple of LegAngles
        The angles that became known at this frame, one row each, oldest first: those of the frames up to `LAG_S` ago.
    angles : LegAngles or None
        The newest row; None when there is no leg to follow.
    phase : Phase
    phase_s : float
        Time spent in that phase.
    rep_from_s : float or None
        When the repetition under way began.
    rep_count : int
    counted : CountedRep or None
        The repetition that was counted at this frame.
    """

    t_s: float
    seen: bool
    lying: bool
    view: View
    rows: tuple[LegAngles, ...]
    angles: LegAngles | None
    phase: Phase
    phase_s: float
    rep_from_s: float | None
    rep_count: int
    counted: CountedRep | None

    @property
    def usable(self) -> bool:
        """Hip and knee are known."""
        return self.angles is not None and bool(self.angles.usable[0])

    @property
    def hip_deg(self) -> float:
        """Hip flexion, NaN when not known."""
        return float(self.angles.hip_flexion_deg[0]) if self.angles is not None else np.nan

    @property
    def knee_deg(self) -> float:
        """Knee flexion, NaN when not known."""
        return float(self.angles.knee_flexion_deg[0]) if self.angles is not None else np.nan


class CausalJudge:
    """Judges frame by frame.

    Parameters
    ----------
    loaded : LoadedProtocol
    """

    def __init__(self, loaded: LoadedProtocol) -> None:
        self._loaded = loaded
        self._rules = rep_rules(loaded.protocol)
        self._recent: list[LegAngles] = []
        # Repetitions counted before what is in memory begins.
        self._counted_before = 0
        self._window: LegAngles | None = None
        self._taken_until_s = -math.inf
        self._settled_until_s = -math.inf
        self._count = 0
        self._phase = Phase.UNKNOWN
        self._phase_since_s = np.nan

    def judge(self, window: PoseTrack) -> Moment:
        """Judge the last row of the track of the last seconds."""
        limit_deg = self._loaded.protocol.posture.max_trunk_from_floor_deg.value
        angles, posture = measure_leg(window, max_trunk_from_floor_deg=limit_deg)
        t_s = float(window.t_s[-1])
        if t_s - window.t_s[0] < _WARM_UP_S:
            angles = None
        self._window = angles
        rows = self._take(angles, until_s=t_s - LAG_S)
        counted, rep_from_s = self._count_reps(t_s)
        self._follow_phase(t_s, under_way=rep_from_s is not None)
        return Moment(
            t_s=t_s,
            seen=bool(np.isfinite(window.xy_px[-1]).any()),
            lying=bool(posture.lying[-1]),
            view=posture.view,
            rows=rows,
            angles=self._recent[-1] if angles is not None and self._recent else None,
            phase=self._phase,
            phase_s=t_s - self._phase_since_s,
            rep_from_s=rep_from_s,
            rep_count=self._count,
            counted=counted,
        )

    def rest(self) -> tuple[LegAngles, ...]:
        """The rows of the last frames, for which nothing more will come."""
        return self._take(self._window, until_s=math.inf)

    def skip(self) -> None:
        """Forget the repetition under way: what follows has nothing to do with what was before (a pause)."""
        self._recent.clear()
        self._counted_before = self._count

    def _take(self, angles: LegAngles | None, *, until_s: float) -> tuple[LegAngles, ...]:
        """Take over the rows of the window that are old enough and were not taken yet."""
        if angles is None:
            if self._recent and until_s > self._taken_until_s:
                self._recent.append(unknown_row(self._recent[-1], until_s))
                self._taken_until_s = until_s
            return ()
        due = np.flatnonzero((angles.t_s > self._taken_until_s) & (angles.t_s <= until_s))
        rows = tuple(row_of(angles, int(at)) for at in due)
        if rows:
            self._taken_until_s = float(rows[-1].t_s[0])
            self._recent += rows
        oldest_s = max(self._settled_until_s, float(angles.t_s[-1]) - _MEMORY_S)
        while self._recent and self._recent[0].t_s[0] < oldest_s:
            del self._recent[0]
        return rows

    def _count_reps(self, t_s: float) -> tuple[CountedRep | None, float | None]:
        """The repetition that ended just now, and when the one under way began."""
        if not self._recent:
            return None, None
        recent = join_rows(self._recent)
        reps = find_reps(recent, self._loaded.protocol.repetition).reps
        ended = [rep for rep in reps if rep.complete and t_s - rep.end_s >= _ENDED_S]
        counted = None
        if self._counted_before + len(ended) > self._count:
            rep = ended[self._count - self._counted_before]
            self._count += 1
            findings = tuple(rule.judge(rep, recent) for rule in self._rules)
            counted = CountedRep(replace(rep, index=self._count), findings)
        if len(ended) > 1 and self._counted_before + len(ended) == self._count:
            # Only the last one may still change; the way back of the one before it begins the memory.
            self._counted_before = self._count - 1
            self._settled_until_s = ended[-2].peak_s + ended[-2].hold_s
        coming = reps[-1] if reps and reps[-1] not in ended else None
        under_way = coming is not None and coming.start_s > recent.t_s[0]
        return counted, coming.start_s if coming is not None and under_way else None

    def _follow_phase(self, t_s: float, *, under_way: bool) -> None:
        phase = self._phase_now(under_way=under_way)
        if phase is not self._phase:
            self._phase, self._phase_since_s = phase, t_s

    def _phase_now(self, *, under_way: bool) -> Phase:
        if not self._recent or not self._recent[-1].usable[0]:
            return Phase.UNKNOWN
        last = self._recent[-1]
        begin_s = float(last.t_s[0]) - _SPEED_OVER_S
        first = next(row for row in self._recent[-_SPEED_ROWS:] if row.usable[0] and row.t_s[0] >= begin_s)
        elapsed_s = float(last.t_s[0] - first.t_s[0])
        if elapsed_s < _SPEED_OVER_S / 2:
            return self._phase
        speed_deg_s = float(last.knee_flexion_deg[0] - first.knee_flexion_deg[0]) / elapsed_s
        if abs(speed_deg_s) > _MOVING_DEG_S:
            return Phase.EXTENDING if speed_deg_s < 0 else Phase.RETURNING
        extended = self._phase in (Phase.EXTENDING, Phase.HOLDING)
        return Phase.HOLDING if under_way and extended else Phase.REST


def judge_causal(track: PoseTrack, rows: Sequence[LegAngles], loaded: LoadedProtocol) -> Session:
    """The session of a set that was judged as it happened.

    Parameters
    ----------
    track : PoseTrack
        Every frame, as it was seen.
    rows : sequence of LegAngles
        The rows of every `Moment`, and the `CausalJudge.rest`. A frame without one is not usable.
    loaded : LoadedProtocol
    """
    limit_deg = loaded.protocol.posture.max_trunk_from_floor_deg.value
    view = find_posture(track, max_trunk_from_floor_deg=limit_deg).view
    angles = None
    if rows:
        known = {float(row.t_s[0]): row for row in rows}
        every = [known.get(t_s) or unknown_row(rows[-1], t_s) for t_s in track.t_s.tolist()]
        angles = replace(join_rows(every), side=rows[-1].side, view=view)
    return judge_angles(track, angles, view, loaded, side_given=track.side_given)
