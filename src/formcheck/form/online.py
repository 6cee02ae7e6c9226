"""Judging online: the newest frames of a sliding window, and the repetitions so far.

Angles come from `measure_leg` on the last seconds, repetitions from `find_reps` on the angles since the previous
repetition: the functions that judge recorded clips, on less data. A frame's angles are final a tenth of a second after
it, once the frames that follow tell jitter of the landmarks from movement; nothing else waits.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from formcheck.angles.filtering import JITTER_PERCENTILE
from formcheck.angles.kept_calibration import use_kept
from formcheck.angles.leg import measure_leg
from formcheck.angles.memory import SetMemory
from formcheck.angles.shots import measure_track
from formcheck.form.judge import judge_angles
from formcheck.form.rules import judge_rep, rep_rules
from formcheck.protocols.loader import LoadedProtocol
from formcheck.reps.find import find_reps
from formcheck.timeseries import join_frames, take_frames, unknown_frames
from formcheck.types import Finding, KeptCalibration, LegAngles, ModelInfo, Phase, PoseTrack, Rep, Session, View

# The filter is zero-phase where it sees both sides of a sample. In the clips with ground truth this much of the future
# removes every false turning point of the knee that the newest sample alone had; more brings nothing.
LAG_S = 0.1
# Limbs are checked against their median length, which takes this long to estimate.
_WARM_UP_S = 0.5
# Angles this old do not matter for the current repetition: none lasts a minute.
_MEMORY_S = 60.0
# The knee's speed over this long tells extending from holding; below this speed it holds.
_SPEED_OVER_S = 0.4
_MOVING_DEG_S = 8.0
# No camera delivers more frames in that time.
_SPEED_ROWS = 64
# Whether the points wander between the legs is told from the windows of this long, once there are some seconds of them.
_JITTER_OVER_S = 15.0
_JITTER_FROM_S = 4.0
# In the beginning the survey has seen too little to tell the legs apart, and points jump until it has. It takes six
# samples a second, so a longer time between two frames shows it no more than that.
_SETTLING_S = 2.0
_SAMPLE_S = 1 / 6
# A repetition is counted this long after its end: until then the knee may still be bending.
_ENDED_S = 0.35


@dataclass(frozen=True, slots=True)
class CountedRep:
    """A repetition when it is counted, with its findings. ``rep.index`` counts from the first of the set."""

    rep: Rep
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class OnlineState:
    """What is known at the newest frame, from the frames up to it.

    Parameters
    ----------
    t_s : float
    seen : bool
        A person was detected in the frame.
    lying : bool
        The trunk lies along the floor, face up.
    view : View
        As it was seen over the last seconds; its ``jitter_deg`` is that of a longer time, NaN in the beginning.
    rows : tuple of LegAngles
        The angles that became final with this frame, one row each, oldest first: of frames at least `LAG_S` old. They
        are as measured, without a calibration by hand, which `judge_online` uses again.
    angles : LegAngles or None
        The newest final row, calibrated by hand where that fits; None when there is no leg to follow.
    phase : Phase
    phase_s : float
        Time spent in that phase.
    rep_from_s : float or None
        When the current repetition began; None between repetitions.
    rep_count : int
        Complete repetitions so far.
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
        """Whether hip and knee are known."""
        return self.angles is not None and bool(self.angles.usable[0])

    @property
    def hip_deg(self) -> float:
        """Hip flexion, NaN when not known."""
        return float(self.angles.hip_flexion_deg[0]) if self.angles is not None else np.nan

    @property
    def knee_deg(self) -> float:
        """Knee flexion, NaN when not known."""
        return float(self.angles.knee_flexion_deg[0]) if self.angles is not None else np.nan


class OnlineJudge:
    """Judges a set frame by frame.

    Parameters
    ----------
    loaded : LoadedProtocol
    kept : sequence of KeptCalibration
        The person's calibrations by hand, see `judge_angles`.
    """

    def __init__(self, loaded: LoadedProtocol, kept: Sequence[KeptCalibration] = ()) -> None:
        self._loaded = loaded
        self._kept = kept
        self._recent: list[LegAngles] = []
        # Repetitions that were counted before the first frame of `_recent`.
        self._counted_before = 0
        self._memory = SetMemory(lag_s=LAG_S)
        self._window: LegAngles | None = None
        self._jitter: deque[tuple[float, float]] = deque()
        self._final_until_s = -math.inf
        self._settled_until_s = -math.inf
        self._count = 0
        self._phase = Phase.UNKNOWN
        self._phase_since_s = np.nan

    def judge(self, window: PoseTrack) -> OnlineState:
        """Judge the newest frame.

        Parameters
        ----------
        window : PoseTrack
            The last seconds; the last row is the new frame.
        """
        limit_deg = self._loaded.protocol.posture.max_trunk_from_floor_deg.value
        angles, posture = measure_leg(window, max_trunk_from_floor_deg=limit_deg, memory=self._memory)
        t_s = float(window.t_s[-1])
        if t_s - window.t_s[0] < _WARM_UP_S:
            angles = None
        self._window = angles
        rows = self._finalize(angles, window.model, until_s=t_s - LAG_S)
        counted, rep_from_s = self._count_reps(t_s)
        self._follow_phase(t_s, under_way=rep_from_s is not None)
        return OnlineState(
            t_s=t_s,
            seen=bool(np.isfinite(window.xy_px[-1]).any()),
            lying=bool(posture.lying[-1]),
            view=replace(posture.view, jitter_deg=self._jitter_deg(t_s, posture.view.jitter_deg)),
            rows=rows,
            angles=self._recent[-1] if angles is not None and self._recent else None,
            phase=self._phase,
            phase_s=t_s - self._phase_since_s,
            rep_from_s=rep_from_s,
            rep_count=self._count,
            counted=counted,
        )

    def flush(self) -> tuple[LegAngles, ...]:
        """The rows of the last frames, at the end of the set."""
        return self._due(self._window, until_s=math.inf)

    def reset(self) -> None:
        """Drop the current repetition: the frames that follow do not continue it (after a pause)."""
        self._recent.clear()
        self._counted_before = self._count

    def _jitter_deg(self, t_s: float, of_window_deg: float) -> float:
        """The thigh's jitter of the last windows together."""
        if not math.isnan(of_window_deg):
            self._jitter.append((t_s, of_window_deg))
        while self._jitter and self._jitter[0][0] < t_s - _JITTER_OVER_S:
            self._jitter.popleft()
        if not self._jitter or t_s - self._jitter[0][0] < _JITTER_FROM_S:
            return math.nan
        return float(np.percentile([deg for _, deg in self._jitter], JITTER_PERCENTILE))

    def _due(self, angles: LegAngles | None, *, until_s: float) -> tuple[LegAngles, ...]:
        """Return the rows of the window up to ``until_s`` that were not final before."""
        if angles is None:
            return ()
        due = np.flatnonzero((angles.t_s > self._final_until_s) & (angles.t_s <= until_s))
        return tuple(take_frames(angles, slice(at, at + 1)) for at in due.tolist())

    def _finalize(self, angles: LegAngles | None, model: ModelInfo, *, until_s: float) -> tuple[LegAngles, ...]:
        """Return the rows that became final, and remember them as they are judged: calibrated by hand."""
        if angles is None:
            if self._recent and until_s > self._final_until_s:
                self._recent.append(unknown_frames(self._recent[-1], np.array([until_s])))
                self._final_until_s = until_s
            return ()
        rows = self._due(angles, until_s=until_s)
        if rows:
            calibrated, _ = use_kept(angles, self._kept, model)
            self._recent += self._due(calibrated, until_s=until_s)
            self._final_until_s = float(rows[-1].t_s[0])
        oldest_s = max(self._settled_until_s, float(angles.t_s[-1]) - _MEMORY_S)
        while self._recent and self._recent[0].t_s[0] < oldest_s:
            del self._recent[0]
        return rows

    def _count_reps(self, t_s: float) -> tuple[CountedRep | None, float | None]:
        """The repetition that is counted now, and when the current one began."""
        if not self._recent:
            return None, None
        recent = join_frames(self._recent)
        reps = find_reps(recent, self._loaded.protocol.repetition).reps
        # A long time without a frame shows nothing: the knee may have gone on from where it was seen last.
        last_s = float(recent.t_s[-1])
        seen_until_s = t_s if t_s - last_s < _ENDED_S else last_s
        ended = [rep for rep in reps if rep.complete and seen_until_s - rep.end_s >= _ENDED_S]
        counted = None
        if self._counted_before + len(ended) > self._count:
            rep = ended[self._count - self._counted_before]
            self._count += 1
            protocol = self._loaded.protocol
            findings = tuple(judge_rep(rule, rep, recent, protocol) for rule in rep_rules(protocol))
            counted = CountedRep(replace(rep, index=self._count), findings)
        if len(ended) > 1 and self._counted_before + len(ended) == self._count:
            # Only the last repetition may still change; memory begins with the return of the one before it.
            self._counted_before = self._count - 1
            self._settled_until_s = ended[-2].peak_s + ended[-2].hold_s
        if not reps or reps[-1] in ended or reps[-1].start_s <= recent.t_s[0]:
            return counted, None
        return counted, reps[-1].start_s

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


def judge_online(
    track: PoseTrack,
    rows: Sequence[LegAngles],
    loaded: LoadedProtocol,
    *,
    whole_set: bool = False,
    kept: Sequence[KeptCalibration] = (),
) -> Session:
    """The session of a set that was judged online.

    Parameters
    ----------
    track : PoseTrack
        Every frame.
    rows : sequence of LegAngles
        The rows of every `OnlineState` and of `OnlineJudge.flush`. A frame without a row is not usable.
    loaded : LoadedProtocol
    whole_set : bool
    kept : sequence of KeptCalibration
        See `judge_angles`.
    """
    limit_deg = loaded.protocol.posture.max_trunk_from_floor_deg.value
    # Whether the points wandered between the legs is judged from the whole set at once, as in a recorded clip: rows of
    # one window after another differ by the windows as well.
    _, view = measure_track(_settled(track), max_trunk_from_floor_deg=limit_deg)
    angles = None
    if rows:
        known = {float(row.t_s[0]): row for row in rows}
        every = [known.get(t_s) or unknown_frames(rows[-1], np.array([t_s])) for t_s in track.t_s.tolist()]
        angles = replace(join_frames(every), side=rows[-1].side, view=view)
    return judge_angles(track, angles, view, loaded, side_given=track.side_given, whole_set=whole_set, kept=kept)


def _settled(track: PoseTrack) -> PoseTrack:
    """The frames of a track after its beginning; all of one that is hardly longer than that."""
    surveyed_s = np.cumsum(np.minimum(np.diff(track.t_s, prepend=track.t_s[0]), _SAMPLE_S))
    first = min(int(np.searchsorted(surveyed_s, _SETTLING_S)), len(track.t_s) - 1)
    long_enough = track.t_s[-1] - track.t_s[first] >= _SETTLING_S
    return take_frames(track, slice(first, None)) if long_enough else track
