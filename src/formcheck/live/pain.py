"""Pain: the marks, the personal limit they set, and hands that let go of the thigh."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from formcheck.form import rules
from formcheck.form.measures import knee_end
from formcheck.form.online import OnlineState
from formcheck.types import Finding, Phase, Rep

# The limit keeps this distance from the angle of the first pain: twice the standard error of a reading (SEM 2.6-2.9
# degrees, J Sport Rehabil 2015;24:110), rounded.
MARGIN_DEG = 6.0
# The warning comes this long before the knee reaches the limit: it takes that long to be said and heard.
_WARN_AHEAD_S = 0.8
_EXTENDED = (Phase.EXTENDING, Phase.HOLDING)
# A hand counts as holding after the first, as let go after the second, as holding again after the third.
_HELD_S = 1.0
_OFF_S = 0.7
_HELD_AGAIN_S = 0.6
# Hands count as off beyond this multiple of the distance for holding: a hand that slides along the thigh stays nearer.
_OFF_FACTOR = 1.6
# A thigh that has sunk by more since the knee began to straighten is being laid down; in a glide it moves less.
_LAID_DOWN_DEG = 25.0


@dataclass(frozen=True, slots=True)
class PainMark:
    """Pain at a knee angle (flexion; NaN when it was not known then). ``rep`` is the current repetition's number."""

    t_s: float
    knee_deg: float
    rep: int
    by: str


def personal_limit_deg(marks: Sequence[PainMark], *, until_s: float = math.inf) -> float:
    """Knee flexion not to go below, from the marks up to a time; NaN without any."""
    known = [mark.knee_deg for mark in marks if mark.t_s <= until_s and math.isfinite(mark.knee_deg)]
    return max(known) + MARGIN_DEG if known else math.nan


def judge_personal_limit(marks: Sequence[PainMark], reps: Sequence[Rep]) -> tuple[Finding, ...]:
    """A finding for each complete repetition that began after the first mark, by the limit in force then."""
    if not math.isfinite(personal_limit_deg(marks)):
        return ()
    return tuple(_finding(marks, rep) for rep in reps if rep.complete and rep.start_s > marks[0].t_s)


def _finding(marks: Sequence[PainMark], rep: Rep) -> Finding:
    limits = (personal_limit_deg(marks, until_s=rep.start_s), None)
    return rules.find(rules.PAIN_LIMIT, knee_end(rep), limits, rep=rep.index, at_s=rep.peak_s)


class PainMonitor:
    """Collects pain marks, and warns before the limit they set is reached."""

    def __init__(self) -> None:
        self.marks: list[PainMark] = []
        self._warned_rep = 0
        self._previous: tuple[float, float] | None = None

    @property
    def limit_deg(self) -> float:
        """Knee flexion not to go below; NaN as long as there is no mark with an angle."""
        return personal_limit_deg(self.marks)

    def mark(self, state: OnlineState, *, by: str, knee_deg: float | None = None) -> PainMark:
        """Note pain now; ``knee_deg`` is the angle where it began, when that was earlier."""
        at_deg = state.knee_deg if knee_deg is None else knee_deg
        mark = PainMark(state.t_s, at_deg, state.rep_count + 1, by)
        self.marks.append(mark)
        return mark

    @property
    def in_consecutive_reps(self) -> bool:
        """Whether the last two repetitions with pain follow one another."""
        reps = sorted({mark.rep for mark in self.marks})
        return len(reps) >= 2 and reps[-1] - reps[-2] == 1

    def limit_is_near(self, state: OnlineState) -> bool:
        """Whether to warn now: the knee is about to reach the limit. True once for each repetition."""
        knee_deg, limit_deg = state.knee_deg, self.limit_deg
        previous, self._previous = self._previous, (state.t_s, knee_deg)
        if state.phase not in _EXTENDED or previous is None or self._warned_rep == state.rep_count + 1:
            return False
        elapsed_s = state.t_s - previous[0]
        speed_deg_s = (previous[1] - knee_deg) / elapsed_s if elapsed_s > 0 else 0.0
        # NaN (no limit, no angle) compares false.
        if knee_deg - max(speed_deg_s, 0.0) * _WARN_AHEAD_S <= limit_deg:
            self._warned_rep = state.rep_count + 1
            return True
        return False


class HandMonitor:
    """Tells when both hands let go of the thigh, and when one holds it again.

    Only a hand that was seen holding can let go: a person who holds the thigh with a strap is not interrupted.
    """

    def __init__(self, max_distance_thighs: float) -> None:
        self._near_thighs = max_distance_thighs
        self._off_thighs = _OFF_FACTOR * max_distance_thighs
        self._held_since_s = math.nan
        self._off_since_s = math.nan
        self._was_held = False
        self._held_hip_deg = math.nan
        self._off_hip_deg = math.nan
        self._off_phase = Phase.UNKNOWN
        self.off_knee_deg = math.nan

    def update(self, state: OnlineState) -> None:
        """Take in the newest frame."""
        row = state.angles
        if state.phase not in _EXTENDED:
            self._held_hip_deg = state.hip_deg
        distance_thighs = float(row.hand_distance_thighs[0]) if row is not None else math.nan
        if distance_thighs <= self._near_thighs:
            self._off_since_s = math.nan
            self._held_since_s = state.t_s if math.isnan(self._held_since_s) else self._held_since_s
            self._was_held = self._was_held or state.t_s - self._held_since_s >= _HELD_S
        elif distance_thighs > self._off_thighs:
            self._held_since_s = math.nan
            if math.isnan(self._off_since_s):
                self._off_since_s, self._off_phase = state.t_s, state.phase
                self.off_knee_deg, self._off_hip_deg = state.knee_deg, state.hip_deg

    def let_go(self, t_s: float) -> bool:
        """Whether both hands have been off for long enough to be intended."""
        return self._was_held and t_s - self._off_since_s >= _OFF_S

    @property
    def off_in_glide(self) -> bool:
        """Whether the hands went off while the knee straightened in a glide, not while the leg was laid down."""
        # NaN (an angle that is not known) compares false: what the person did counts.
        laid_down = self._held_hip_deg - self._off_hip_deg > _LAID_DOWN_DEG
        return self._off_phase is Phase.EXTENDING and not laid_down

    def reset(self) -> None:
        """Start again: a hand must be seen holding before it can let go."""
        self._was_held = False
        self._off_since_s = self._held_since_s = math.nan

    def holds(self, t_s: float) -> bool:
        """Whether a hand has been on the thigh for long enough to be intended."""
        return t_s - self._held_since_s >= _HELD_AGAIN_S
