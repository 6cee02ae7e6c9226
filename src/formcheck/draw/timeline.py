"""What to draw at each time of a judged clip."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from formcheck.draw.body import LEG_LANDMARKS, BodyPoints, body_points
from formcheck.draw.frame_state import Angle, FrameState, PhaseTempo
from formcheck.form.cues import choose_cue
from formcheck.form.rules import HIP, find, limits_of
from formcheck.form.verdicts import Measured
from formcheck.types import Finding, Phase, PoseTrack, Rep, Session

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from formcheck.protocols.model import Protocol
    from formcheck.types import FloatArray

# A clip may be analysed at fewer frames than it has; between them the nearest one stands in, up to this far.
_NEAREST_WITHIN_S = 0.12

_NO_POINTS = np.full((6, 2), np.nan)
_UNKNOWN = Angle(math.nan)


class Timeline:
    """Looks up what to draw at a time of the clip.

    Parameters
    ----------
    track : PoseTrack
    session : Session
        Judged from that track: one phase and one repetition number per row of it.
    protocol : Protocol or None
        By which it was judged; None where it is not known any more: then there is nothing to hold the hip against.

    Raises
    ------
    ValueError
        Track and session have different frames.
    """

    def __init__(self, track: PoseTrack, session: Session, protocol: Protocol | None) -> None:
        rows = len(track.t_s)
        if len(session.phases) != rows or len(session.rep_of_frame) != rows:
            raise ValueError(
                f"track and session must have the same frames, got {rows}, {len(session.phases)} phases and "
                f"{len(session.rep_of_frame)} repetition numbers"
            )
        self._track = track
        self._session = session
        self._protocol = protocol
        self.side = session.side or track.working_side
        self._phase_since_s = _run_starts(session.phases, track.t_s)
        self._reps = {rep.index: rep for rep in session.reps}
        self._cues = {rep.index: choose_cue(session.findings_of(rep.index)) for rep in session.reps}
        self._hip_findings = {finding.rep: finding for finding in session.findings if finding.rule == HIP.id}
        self._done_at_s = np.sort([rep.end_s for rep in session.reps if rep.complete])

    def at(self, t_s: float) -> FrameState:
        """Return what to draw at ``t_s`` on the clip's clock."""
        row = self._nearest(t_s)
        cannot_tell = "draw.not_analysed" if row is None else self._why_not(row)
        hip = knee = _UNKNOWN
        rep, phase, tempo = None, Phase.UNKNOWN, None
        angles = self._session.angles
        if row is not None and cannot_tell is None and angles is not None:
            hip = Angle(float(angles.hip_flexion_deg[row]), float(angles.hip_se_deg[row]))
            knee = Angle(float(angles.knee_flexion_deg[row]), float(angles.knee_se_deg[row]))
            phase = self._session.phases[row]
            rep = self._reps.get(int(self._session.rep_of_frame[row]))
            tempo = PhaseTempo(max(0.0, t_s - self._phase_since_s[row]), self._least_s(phase, rep))
        return FrameState(
            leg_xy_px=_NO_POINTS if row is None else self._leg(row),
            hip=hip,
            knee=knee,
            hip_finding=self._hip_finding(rep, hip),
            reps_done=int(np.searchsorted(self._done_at_s, t_s, side="right")),
            reps_target=self._protocol.set.reps.value if self._protocol is not None else 0,
            phase=phase,
            tempo=tempo,
            cue=self._cues.get(rep.index) if rep is not None else None,
            cannot_tell=cannot_tell,
            clock_s=t_s,
        )

    def body_points(self) -> BodyPoints:
        """Return where the body is over the clip."""
        return body_points(self._track.xy_px, self.side)

    def _nearest(self, t_s: float) -> int | None:
        times = self._track.t_s
        if len(times) == 0:
            return None
        after = int(np.searchsorted(times, t_s))
        near = min((i for i in (after - 1, after) if 0 <= i < len(times)), key=lambda i: abs(times[i] - t_s))
        return near if abs(times[near] - t_s) <= _NEAREST_WITHIN_S else None

    def _leg(self, row: int) -> FloatArray:
        if self.side is None:
            return _NO_POINTS
        return self._track.xy_px[row, list(LEG_LANDMARKS[self.side])]

    def _hip_finding(self, rep: Rep | None, hip: Angle) -> Finding | None:
        """During a repetition its own finding, so that the frame says what the report says."""
        if self._protocol is None:
            return None
        finding = self._hip_findings.get(rep.index) if rep is not None else None
        return finding or find(HIP, Measured(hip.value_deg, hip.se_deg), limits_of(HIP, self._protocol))

    def _why_not(self, row: int) -> str | None:
        """Key of why a row cannot be judged, or None."""
        angles = self._session.angles
        if not np.isfinite(self._track.xy_px[row]).any():
            return "draw.nobody"
        if self._session.view.lying is False:
            return "draw.not_lying"
        if self.side is None:
            return "draw.no_leg"
        if not np.isfinite(self._leg(row)[1:4]).all():
            return "draw.leg_out_of_sight"
        if angles is None or not (angles.usable[row] and math.isfinite(angles.knee_flexion_deg[row])):
            return "draw.leg_unclear"
        return None

    def _least_s(self, phase: Phase, rep: Rep | None) -> float | None:
        if rep is None or self._protocol is None or phase not in (Phase.EXTENDING, Phase.RETURNING):
            return None
        least_s = rep.excursion_deg / self._protocol.tempo.max_mean_speed_deg_s.value
        return least_s if least_s > 0 else None


def _run_starts(phases: tuple[Phase, ...], t_s: FloatArray) -> FloatArray:
    """Time (T,) at which the phase of each row began."""
    if not phases:
        return np.empty(0)
    new = np.array([True, *(a is not b for a, b in pairwise(phases))])
    starts: NDArray[np.intp] = np.maximum.accumulate(np.where(new, np.arange(len(phases)), 0))
    return t_s[starts]
