"""What the overlay shows at each moment of a judged clip."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from formcheck.form.cues import choose_cue
from formcheck.report.shown import Angle, Shown, Tempo
from formcheck.report.words import Z_95
from formcheck.text.catalogue import Texts
from formcheck.types import Phase, PoseTrack, Rep, Session, Side

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from formcheck.types import FloatArray

# MediaPipe's indices of shoulder, hip, knee, ankle, heel and toe.
LEG_LANDMARKS = {Side.LEFT: (11, 23, 25, 27, 29, 31), Side.RIGHT: (12, 24, 26, 28, 30, 32)}

# A clip may be analysed at fewer frames than it has; between them the nearest one stands in, up to this far.
_NEAREST_WITHIN_S = 0.12

_NO_POINTS = np.full((6, 2), np.nan)


@dataclass(frozen=True, slots=True)
class Goals:
    """What the protocol asks for, as far as the overlay shows it.

    ``max_mean_speed_deg_s`` gives the least time of a phase: the repetition's excursion over it.
    """

    hip_limits_deg: tuple[float, float]
    reps: int
    max_mean_speed_deg_s: float


class Moments:
    """Looks up what to show at a time of the clip.

    Parameters
    ----------
    track : PoseTrack
    session : Session
        Judged from that track: one phase and one repetition number per row of it.
    goals : Goals
    """

    def __init__(self, track: PoseTrack, session: Session, *, goals: Goals) -> None:
        rows = len(track.t_s)
        if len(session.phases) != rows or len(session.rep_of_frame) != rows:
            raise ValueError(
                f"track and session must have the same frames, got {rows}, {len(session.phases)} phases and "
                f"{len(session.rep_of_frame)} repetition numbers"
            )
        self._track = track
        self._session = session
        self._goals = goals
        self._side = session.side or track.working_side
        self._phase_since_s = _run_starts(session.phases, track.t_s)
        self._reps = {rep.index: rep for rep in session.reps}
        self._cues = {rep.index: _cue(session, rep.index) for rep in session.reps}
        self._done_at_s = np.sort([rep.end_s for rep in session.reps if rep.complete])

    def at(self, t_s: float) -> Shown:
        """What to show at ``t_s`` on the clip's clock."""
        row = self._nearest(t_s)
        done = int(np.searchsorted(self._done_at_s, t_s, side="right"))
        cannot_tell = "This moment was not analysed." if row is None else self._why_not(row)
        leg = _NO_POINTS if row is None else self._leg(row)
        hip = knee = Angle(math.nan)
        phase, tempo, cue = Phase.UNKNOWN, None, None
        angles = self._session.angles
        if row is not None and cannot_tell is None and angles is not None:
            hip = Angle(float(angles.hip_flexion_deg[row]), Z_95 * float(angles.hip_se_deg[row]))
            knee = Angle(float(angles.knee_flexion_deg[row]), Z_95 * float(angles.knee_se_deg[row]))
            phase = self._session.phases[row]
            rep = self._reps.get(int(self._session.rep_of_frame[row]))
            tempo = Tempo(max(0.0, t_s - self._phase_since_s[row]), self._least_s(phase, rep))
            cue = self._cues.get(rep.index) if rep is not None else None
        return Shown(
            leg_xy_px=leg,
            hip=hip,
            knee=knee,
            hip_limits_deg=self._goals.hip_limits_deg,
            reps_done=done,
            reps_target=self._goals.reps,
            phase=phase,
            tempo=tempo,
            cue=cue,
            cannot_tell=cannot_tell,
            clock_s=t_s,
        )

    def body_points(self) -> tuple[FloatArray, FloatArray]:
        """All points (T, 33, 2) and how much each should stay in sight (33,): the working leg most."""
        weights = np.ones(self._track.xy_px.shape[1])
        if self._side is not None:
            weights[list(LEG_LANDMARKS[self._side])] = 5.0
        return self._track.xy_px, weights

    def _nearest(self, t_s: float) -> int | None:
        times = self._track.t_s
        if len(times) == 0:
            return None
        after = int(np.searchsorted(times, t_s))
        near = min((i for i in (after - 1, after) if 0 <= i < len(times)), key=lambda i: abs(times[i] - t_s))
        return near if abs(times[near] - t_s) <= _NEAREST_WITHIN_S else None

    def _leg(self, row: int) -> FloatArray:
        if self._side is None:
            return _NO_POINTS
        return self._track.xy_px[row, list(LEG_LANDMARKS[self._side])]

    def _why_not(self, row: int) -> str | None:
        """Why a row cannot be judged, or None."""
        angles = self._session.angles
        if not np.isfinite(self._track.xy_px[row]).any():
            return "Nobody is in sight."
        if self._session.view.lying is False:
            return "Not lying on the back."
        if angles is None or self._side is None:
            return "No working leg was found."
        if not np.isfinite(self._leg(row)[1:4]).all():
            return "The leg is out of sight."
        if not (angles.usable[row] and math.isfinite(angles.knee_flexion_deg[row])):
            return "The leg is not clear enough to measure."
        return None

    def _least_s(self, phase: Phase, rep: Rep | None) -> float | None:
        if rep is None or phase not in (Phase.EXTENDING, Phase.RETURNING):
            return None
        least_s = rep.excursion_deg / self._goals.max_mean_speed_deg_s
        return least_s if least_s > 0 else None


def _run_starts(phases: tuple[Phase, ...], t_s: FloatArray) -> FloatArray:
    """Time (T,) at which the phase of each row began."""
    if not phases:
        return np.empty(0)
    new = np.array([True, *(a is not b for a, b in pairwise(phases))])
    starts: NDArray[np.intp] = np.maximum.accumulate(np.where(new, np.arange(len(phases)), 0))
    return t_s[starts]


def _cue(session: Session, rep: int) -> str | None:
    cue = choose_cue(session.findings_of(rep))
    return Texts("en").get(cue) if cue is not None else None
