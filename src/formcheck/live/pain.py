"""Pain marks and the personal limit: where pain began, the knee does not go again."""

from __future__ import annotations

import math
from dataclasses import dataclass

from formcheck.form.online import OnlineState
from formcheck.form.verdict import compare
from formcheck.types import Finding, Phase, Rep, Verdict

# The limit stays this far off the angle of the first pain: about the error of a reading (SEM 2.6-2.9 degrees,
# J Sport Rehabil 2015;24:110), doubled.
MARGIN_DEG = 6.0
# 'That is far enough' comes this long before the limit would be reached: saying and hearing it takes as long.
_AHEAD_S = 0.8
_LEAVING = (Phase.EXTENDING, Phase.HOLDING)
RULE = "personal_limit"
# A hand counts as holding after the first, as let go after the second, as holding again after the third.
_HELD_S = 1.0
_OFF_S = 0.7
_HOLDS_S = 0.6


@dataclass(frozen=True, slots=True)
class PainMark:
    """Pain at a knee angle (flexion; NaN when it was not known then). ``rep`` is the repetition under way."""

    t_s: float
    knee_deg: float
    rep: int
    by: str


class PainKeeper:
    """Keeps the marks, the limit they set, and warns before it is reached."""

    def __init__(self) -> None:
        self.marks: list[PainMark] = []
        self._warned_rep = 0
        self._last: tuple[float, float] | None = None

    @property
    def limit_deg(self) -> float:
        """Knee flexion not to go below; NaN as long as nothing hurt."""
        known = [mark.knee_deg for mark in self.marks if math.isfinite(mark.knee_deg)]
        return max(known) + MARGIN_DEG if known else math.nan

    def mark(self, state: OnlineState, *, by: str, knee_deg: float | None = None) -> PainMark:
        """Note pain now; ``knee_deg`` where it began when that was just before."""
        at = state.knee_deg if knee_deg is None else knee_deg
        made = PainMark(state.t_s, at, state.rep_count + 1, by)
        self.marks.append(made)
        return made

    @property
    def twice_running(self) -> bool:
        """The last two marks belong to neighbouring repetitions."""
        reps = sorted({mark.rep for mark in self.marks})
        return len(reps) >= 2 and reps[-1] - reps[-2] == 1

    def far_enough(self, state: OnlineState) -> bool:
        """Whether to say so now: the knee is about to reach the limit. Once for each repetition."""
        knee_deg, limit_deg = state.knee_deg, self.limit_deg
        before, self._last = self._last, (state.t_s, knee_deg)
        if state.phase not in _LEAVING or before is None or self._warned_rep == state.rep_count + 1:
            return False
        elapsed_s = state.t_s - before[0]
        speed_deg_s = (before[1] - knee_deg) / elapsed_s if elapsed_s > 0 else 0.0
        # NaN (no limit, no angle) compares false
        if knee_deg - max(speed_deg_s, 0.0) * _AHEAD_S <= limit_deg:
            self._warned_rep = state.rep_count + 1
            return True
        return False

    def judge(self, reps: tuple[Rep, ...]) -> tuple[Finding, ...]:
        """A finding for each complete repetition that began after the first mark."""
        if not math.isfinite(self.limit_deg):
            return ()
        begun = [rep for rep in reps if rep.complete and rep.start_s > self.marks[0].t_s]
        return tuple(self._finding(rep) for rep in begun)

    def _finding(self, rep: Rep) -> Finding:
        limit_deg = self.limit_at(rep.start_s)
        verdict = compare(rep.knee_flexion_peak_deg, rep.knee_se_deg, (limit_deg, None))
        words = {
            Verdict.MET: "Stayed short of",
            Verdict.NOT_MET: "Went beyond",
            Verdict.BORDERLINE: "Too close to call:",
            Verdict.NOT_ASSESSABLE: "Cannot tell:",
        }
        return Finding(
            RULE,
            rep.index,
            verdict,
            rep.knee_flexion_peak_deg,
            (limit_deg, None),
            "deg",
            rep.peak_s,
            f"{words[verdict]} the personal limit of {limit_deg:.0f} degrees short of straight.",
        )

    def limit_at(self, t_s: float) -> float:
        """The limit that was in force at a time."""
        known = [mark.knee_deg for mark in self.marks if mark.t_s <= t_s and math.isfinite(mark.knee_deg)]
        return max(known) + MARGIN_DEG if known else math.nan


class HandWatch:
    """Tells when both hands let go of the thigh, and when one holds it again.

    Only a hand that was seen holding can let go: someone who holds the thigh with a strap is left in peace.
    """

    def __init__(self, max_distance_thighs: float) -> None:
        self._near = max_distance_thighs
        # Clearly off: a hand that slides along the thigh stays nearer.
        self._far = 1.6 * max_distance_thighs
        self._held_since_s = math.nan
        self._off_since_s = math.nan
        self._was_held = False
        self.off_knee_deg = math.nan
        self.off_phase = Phase.UNKNOWN

    def look(self, state: OnlineState) -> None:
        """Follow the hands."""
        row = state.angles
        distance = float(row.hands_on_thigh[0]) if row is not None else math.nan
        if distance <= self._near:
            self._off_since_s = math.nan
            self._held_since_s = state.t_s if math.isnan(self._held_since_s) else self._held_since_s
            self._was_held = self._was_held or state.t_s - self._held_since_s >= _HELD_S
        elif distance > self._far:
            self._held_since_s = math.nan
            if math.isnan(self._off_since_s):
                self._off_since_s, self.off_knee_deg, self.off_phase = state.t_s, state.knee_deg, state.phase

    def let_go(self, t_s: float) -> bool:
        """Both hands have been off for long enough to mean it."""
        return self._was_held and t_s - self._off_since_s >= _OFF_S

    def forget(self) -> None:
        """Begin anew: whoever let go must be seen holding before it can be noticed again."""
        self._was_held = False
        self._off_since_s = self._held_since_s = math.nan

    def holds(self, t_s: float) -> bool:
        """A hand has been on the thigh for long enough to mean it."""
        return t_s - self._held_since_s >= _HOLDS_S
