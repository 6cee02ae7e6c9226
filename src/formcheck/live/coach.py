"""The coach: leads through a set (set-up, practice, pauses, end) and decides what is said.

It reads no clock, camera or key: the same states give the same course on a machine of any speed.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum

from formcheck.angles.leg import MAX_REP_JITTER_DEG
from formcheck.form import rules
from formcheck.form.cues import cue_key, most_important_miss
from formcheck.form.online import CountedRep, OnlineState
from formcheck.form.verdicts import Measured
from formcheck.live.pain import HandMonitor, PainMark, PainMonitor
from formcheck.live.setup import SetupChecklist, SetupState
from formcheck.live.speech import CueThrottle, Rank, SpeechQueue, Utterance
from formcheck.protocols.model import Protocol
from formcheck.text.catalogue import Texts
from formcheck.types import Phase, PoseTrack, Verdict

_RANKS = {
    rules.Urgency.POSTURE: Rank.POSTURE,
    rules.Urgency.SPEED: Rank.SPEED,
    rules.Urgency.DETAIL: Rank.DETAIL,
}
_PERSIST_S = 1.0
_CUE_AGAIN_S = 12.0
_REMEDY_AGAIN_S = 8.0
_CUE_SHOWN_S = 4.0
_MESSAGE_SHOWN_S = 6.0
_JUST_BEGUN_S = 1.5
# Shown while the knee is beyond the limit and this much longer, so that it does not flicker with noise.
_LIMIT_SHOWN_S = 0.5
# Out of view, or sitting up, for this long is a pause.
_AWAY_S = 1.5
# After a pause this long the end of the set is announced, and comes ten seconds later: the way to stop without hands.
_LONG_PAUSE_S = 30.0
_NOTICE_S = 10.0
# After the last repetition is counted.
_END_AFTER_S = 2.5


class Stage(StrEnum):
    """Part of the course of a set."""

    SETUP = "setup"
    PRACTICE = "practice"
    PAUSED = "paused"
    ENDED = "ended"


class EndReason(StrEnum):
    """Why a set ended."""

    COUNT = "count"
    STOP = "stop"
    PAIN = "pain"
    PAUSE = "pause"
    SOURCE = "source"
    CAMERA = "camera"
    # The window was closed; a signal came; the computer slept.
    CLOSED = "closed"
    SIGNAL = "signal"
    SLEEP = "sleep"
    INTERRUPTED = "interrupted"


@dataclass(frozen=True, slots=True)
class StageChange:
    """The set entered another stage."""

    t_s: float
    stage: Stage
    by: str


class Coach:
    """Leads through one set.

    Parameters
    ----------
    protocol : Protocol
    texts : Texts
    metronome_s : float, optional
        Seconds for each direction; a tone marks each second and a higher one each turn.
    """

    def __init__(self, protocol: Protocol, texts: Texts, *, metronome_s: float | None = None) -> None:
        self.protocol = protocol
        self.stage = Stage.SETUP
        self.end_reason: EndReason | None = None
        self.setup: SetupState | None = None
        self.pain = PainMonitor()
        self.rep_count = 0
        self.cue: str | None = None
        self.paused_by: str | None = None
        self._events: list[StageChange | PainMark | CountedRep] = []
        self._texts = texts
        self._speech = SpeechQueue(texts)
        self._checklist = SetupChecklist()
        self._hands = HandMonitor(protocol.hands.max_distance_thighs.value)
        self._cues = CueThrottle(persist_s=_PERSIST_S, again_s=_CUE_AGAIN_S)
        self._remedies = CueThrottle(persist_s=_PERSIST_S, again_s=_REMEDY_AGAIN_S)
        self._cue_until_s = -math.inf
        self._since_s = -math.inf
        self._here_s = -math.inf
        self._missed_advisory: str | None = None
        # What is yet to be said as soon as nothing else is.
        self._message: str | None = None
        self._warned_of_end = False
        self._ending_s = math.inf
        self._metronome_s = metronome_s
        self._beat = -1

    @property
    def paused_by_key(self) -> bool:
        """Whether a key paused the set: frames until the next key do not belong to it."""
        return self.stage is Stage.PAUSED and self.paused_by == "key"

    def step(
        self, state: OnlineState, window: PoseTrack, *, leg_known: bool, dark_room: bool = False
    ) -> list[Utterance]:
        """Take in the newest frame; returns what to begin saying now. ``dark_room``: see `RoomLight`."""
        self._hands.update(state)
        if state.seen and state.lying:
            self._here_s = state.t_s
        if self.stage is Stage.SETUP:
            self._follow_setup(state, window, leg_known=leg_known, dark_room=dark_room)
        elif self.stage is Stage.PAUSED:
            self._follow_pause(state)
        if self.stage is Stage.PRACTICE:
            self._follow_practice(state)
        if state.t_s >= self._ending_s and self.stage is not Stage.ENDED:
            self.end(state.t_s, EndReason.COUNT)
        if self._message is not None and self._is_free(state):
            self._speech.request(state.t_s, Rank.NOTICE, self._message)
            self._show_cue(state.t_s, self._message, shown_s=_MESSAGE_SHOWN_S)
            self._message = None
        if state.t_s > self._cue_until_s:
            self.cue = None
        return self.next_utterances(state.t_s)

    def next_utterances(self, t_s: float) -> list[Utterance]:
        """What to begin saying now, tones of the metronome included."""
        utterance = self._speech.next(t_s)
        return [one for one in (utterance, self._tick(t_s)) if one is not None]

    def take_events(self) -> list[StageChange | PainMark | CountedRep]:
        """What happened since the last call, for the journal."""
        events, self._events = self._events, []
        return events

    def notice(self, t_s: float, key: str, *, last: bool = False) -> None:
        """Say something about the camera in any stage; ``last`` interrupts, since nothing follows."""
        self._speech.request(t_s, Rank.STOP if last else Rank.NOTICE, key)

    def say_when_free(self, key: str) -> None:
        """Say and show something that can wait until nothing else is said."""
        self._message = key

    def _is_free(self, state: OnlineState) -> bool:
        """Whether nothing is said, and no count comes soon: that of a repetition that has just begun is far off."""
        begun = state.rep_from_s is not None and state.t_s - state.rep_from_s < _JUST_BEGUN_S
        return not self._speech.busy(state.t_s) and (begun or self.stage is not Stage.PRACTICE)

    def toggle_pause(self, t_s: float) -> None:
        """The space bar."""
        if self.stage is Stage.PAUSED:
            self._resume(t_s, "key")
        elif self.stage is Stage.PRACTICE:
            self._pause(t_s, "key", "practice.paused_key")

    def mark_pain(self, state: OnlineState, *, by: str, knee_deg: float | None = None) -> None:
        """P1: note the angle and set the limit; pain in two consecutive repetitions ends the set."""
        if self.stage in (Stage.SETUP, Stage.ENDED):
            return
        self._events.append(self.pain.mark(state, by=by, knee_deg=knee_deg))
        if self.pain.in_consecutive_reps:
            self._speech.request(state.t_s, Rank.STOP, "pain.stop", tone="stop")
            self.end(state.t_s, EndReason.PAIN)
        else:
            self._speech.request(state.t_s, Rank.STOP, "pain.marked", tone="stop")
            self._show_cue(state.t_s, "pain.marked")

    def end(self, t_s: float, reason: EndReason) -> None:
        """End the set; the first reason counts."""
        if self.end_reason is None:
            self.end_reason = reason
            self._enter(t_s, Stage.ENDED, reason.value)

    def _follow_setup(self, state: OnlineState, window: PoseTrack, *, leg_known: bool, dark_room: bool) -> None:
        before = self.setup
        self.setup = self._checklist.update(state, window, leg_known=leg_known, dark_room=dark_room)
        begun = state.rep_from_s is not None and state.phase in (Phase.EXTENDING, Phase.HOLDING)
        if self.setup.ready or begun or state.counted is not None:
            if self.setup.ready:
                self._speech.request(state.t_s, Rank.NOTICE, "setup.ready", tone="ready")
            self._enter(state.t_s, Stage.PRACTICE, "ready" if self.setup.ready else "begun")
            return
        remedy = self._remedies.due(state.t_s, self.setup.remedy)
        if remedy is not None and not self._speech.busy(state.t_s):
            self._remedies.note_said(state.t_s, remedy)
            self._speech.request(state.t_s, Rank.NOTICE, remedy)
        if self.setup.remedy is None and before is not None and before.remedy not in (None, "setup.hold"):
            self._speech.request(state.t_s, Rank.DETAIL, "setup.hold")

    def _follow_practice(self, state: OnlineState) -> None:
        if state.counted is not None:
            self._count(state.t_s, state.counted)
        if self._hands.let_go(state.t_s):
            if self._hands.off_in_glide:
                self.mark_pain(state, by="hands", knee_deg=self._hands.off_knee_deg)
            if self.stage is Stage.PRACTICE:
                self._pause(state.t_s, "hands", None if self.pain.marks else "practice.paused")
            return
        if state.t_s - max(self._here_s, self._since_s) > _AWAY_S:
            self._pause(state.t_s, "sight", "practice.out_of_sight")
            return
        if self.pain.limit_is_near(state):
            self._speech.request(state.t_s, Rank.STOP, "pain.limit", tone="limit")
            self._show_cue(state.t_s, "pain.limit")
        if state.knee_deg <= self.pain.limit_deg:
            self._show_cue(state.t_s, "pain.limit", shown_s=_LIMIT_SHOWN_S)
        key = self._cues.due(state.t_s, self._posture_cue(state))
        if key is not None and not self._speech.busy(state.t_s):
            self._cues.note_said(state.t_s, key)
            self._show_cue(state.t_s, key)
            self._speech.request(state.t_s, Rank.POSTURE, key)

    def _posture_cue(self, state: OnlineState) -> str | None:
        """The cue for what is wrong with the posture now."""
        if state.seen and not state.lying:
            return f"cue.{rules.LYING.id}"
        if state.view.jitter_deg > MAX_REP_JITTER_DEG:
            return "practice.legs_mixed"
        if not state.usable or state.angles is None:
            return None
        hip = Measured(state.hip_deg, float(state.angles.hip_se_deg[0]))
        finding = rules.find(rules.HIP, hip, rules.limits_of(rules.HIP, self.protocol))
        return cue_key(finding) if finding.verdict is Verdict.NOT_MET else None

    def _count(self, t_s: float, counted: CountedRep) -> None:
        self.rep_count = counted.rep.index
        self._events.append(counted)
        target = self.protocol.set.reps.value
        if self.rep_count >= target:
            self._speech.request(t_s, Rank.NOTICE, "practice.last", tone="done", count=self.rep_count)
            self._ending_s = min(self._ending_s, t_s + _END_AFTER_S)
            return
        said = self._fault_to_say(t_s, counted)
        if said is not None:
            rule, key = said
            self._cues.note_said(t_s, key)
            self._show_cue(t_s, key)
            rank = min(_RANKS[rules.RULE_BY_ID[rule].urgency], Rank.COUNT)
            self._speech.request(t_s, rank, "practice.count", then=key, count=self.rep_count)
            return
        half = 2 * self.rep_count == target
        self._speech.request(
            t_s, Rank.COUNT, "practice.half" if half else "practice.count", tone="good", count=self.rep_count
        )

    def _fault_to_say(self, t_s: float, counted: CountedRep) -> tuple[str, str] | None:
        """The rule and the cue of a repetition's fault; an advisory one must have been missed in two in a row."""
        mandatory = most_important_miss(f for f in counted.findings if not f.advisory)
        advisory = most_important_miss(f for f in counted.findings if f.advisory)
        missed_before, self._missed_advisory = self._missed_advisory, advisory.rule if advisory is not None else None
        repeated = advisory if advisory is not None and advisory.rule == missed_before else None
        fault = mandatory or repeated
        key = cue_key(fault) if fault is not None else None
        return (fault.rule, key) if fault is not None and key is not None and self._cues.allowed(t_s, key) else None

    def _follow_pause(self, state: OnlineState) -> None:
        """Resume when the thigh is held again or the movement begins; end after a long pause."""
        if self.paused_by != "key":
            here = state.seen and state.lying
            moving = state.counted is not None or (state.rep_from_s is not None and state.rep_from_s > self._since_s)
            held = here and self._hands.holds(state.t_s) and state.t_s - self._since_s > _AWAY_S
            if held or moving:
                self._resume(state.t_s, "hands" if held else "movement")
                return
        waited_s = state.t_s - self._since_s
        if waited_s > _LONG_PAUSE_S + _NOTICE_S:
            self.end(state.t_s, EndReason.PAUSE)
        elif waited_s > _LONG_PAUSE_S and not self._warned_of_end:
            self._warned_of_end = True
            self._speech.request(state.t_s, Rank.NOTICE, "practice.ending")

    def _pause(self, t_s: float, by: str, key: str | None) -> None:
        self.paused_by = by
        self._warned_of_end = False
        self._hands.reset()
        self._enter(t_s, Stage.PAUSED, by)
        if key is not None:
            self._speech.request(t_s, Rank.NOTICE, key)

    def _resume(self, t_s: float, by: str) -> None:
        self.paused_by = None
        self._enter(t_s, Stage.PRACTICE, by)
        self._speech.request(t_s, Rank.NOTICE, "practice.resumed")

    def _enter(self, t_s: float, stage: Stage, by: str) -> None:
        self.stage, self._since_s = stage, t_s
        self._events.append(StageChange(t_s, stage, by))

    def _show_cue(self, t_s: float, key: str, *, shown_s: float = _CUE_SHOWN_S) -> None:
        self.cue = self._texts.get(key)
        self._cue_until_s = t_s + shown_s

    def _tick(self, t_s: float) -> Utterance | None:
        if self._metronome_s is None or self.stage is not Stage.PRACTICE:
            return None
        beat = math.floor(t_s - self._since_s)
        if beat == self._beat:
            return None
        self._beat = beat
        turn = beat % max(1, round(self._metronome_s)) == 0
        return Utterance(t_s, Rank.DETAIL, "metronome", "", "turn" if turn else "beat")
