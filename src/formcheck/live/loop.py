"""The loop: latest frame, landmarks, judgement, coach; then draw, speak, write. No frame ever waits."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np

from formcheck.draw.body import LEG_LANDMARKS
from formcheck.form.online import CountedRep, OnlineJudge, OnlineState
from formcheck.live.coach import Coach, EndReason, Stage, StageChange
from formcheck.live.interruptions import Interruptions
from formcheck.live.journal import Journal
from formcheck.live.light import RoomLight
from formcheck.live.outputs import Outputs
from formcheck.live.pain import PainMark
from formcheck.live.recording import Recorder
from formcheck.live.screens import ScreenStatus
from formcheck.live.sources import CameraFault, CapturedFrame, LiveSource
from formcheck.live.speech import Utterance
from formcheck.live.throughput import Throughput
from formcheck.live.window import mirrored
from formcheck.pose.online_tracker import OnlineTracker, last_frame
from formcheck.types import FloatArray, ImageBgr, PoseTrack, Side, Verdict

_WAIT_S = 0.1
_NO_LEG = np.full((6, 2), np.nan)
_BIN_MS = 0.5
_BINS = 4000


class Timings:
    """Durations by name, in constant memory: histograms with a resolution of half a millisecond."""

    def __init__(self) -> None:
        self._counts: dict[str, np.ndarray] = {}

    def add(self, name: str, seconds: float) -> None:
        """Add one duration."""
        counts = self._counts.setdefault(name, np.zeros(_BINS, np.int64))
        counts[min(_BINS - 1, max(0, int(seconds * 1e3 / _BIN_MS)))] += 1

    @contextmanager
    def measure(self, name: str) -> Iterator[None]:
        """Add the duration of the block."""
        begun_s = time.perf_counter()
        yield
        self.add(name, time.perf_counter() - begun_s)

    def count(self, name: str) -> int:
        """How many durations were added."""
        return int(self._counts[name].sum()) if name in self._counts else 0

    def percentile_ms(self, name: str, percent: float) -> float:
        """A percentile of the durations; NaN without any."""
        if name not in self._counts:
            return float("nan")
        cumulative = np.cumsum(self._counts[name])
        return float((np.searchsorted(cumulative, percent / 100 * cumulative[-1]) + 0.5) * _BIN_MS)

    @property
    def names(self) -> tuple[str, ...]:
        """In the order in which they were first added."""
        return tuple(self._counts)


class Loop:
    """Runs one set from the first frame to its end.

    Parameters
    ----------
    source : LiveSource
    tracker : OnlineTracker
    judge : OnlineJudge
    coach : Coach
    journal : Journal
    outputs : Outputs
    recorder : Recorder, optional
    interruptions : Interruptions
    """

    def __init__(
        self,
        source: LiveSource,
        tracker: OnlineTracker,
        judge: OnlineJudge,
        coach: Coach,
        journal: Journal,
        outputs: Outputs,
        recorder: Recorder | None,
        interruptions: Interruptions,
    ) -> None:
        self._source = source
        self._tracker = tracker
        self._judge = judge
        self._coach = coach
        self._journal = journal
        self._outputs = outputs
        self._recorder = recorder
        self._interruptions = interruptions
        self._fault: CameraFault | None = None
        self._state: OnlineState | None = None
        self._row: PoseTrack | None = None
        self._t_s = 0.0
        self._last_captured_s = time.monotonic()
        self._throughput = Throughput()
        self._light: RoomLight | None = None
        self._told_slow = False
        self.timings = Timings()
        self.frames = 0
        # During the set alone: before and after it nobody looks at every frame.
        self.dropped = 0
        self.last_image: ImageBgr | None = None

    def run(self, first: CapturedFrame) -> None:
        """Practise until the set ends."""
        captured: CapturedFrame | None = first
        self._interruptions.rest()
        dropped_before = self._source.dropped
        while self._coach.stage is not Stage.ENDED:
            if captured is not None:
                self._handle_frame(captured)
            else:
                self._handle_gap()
            self._watch_camera()
            self._handle_key()
            self._handle_interruption()
            captured = self._source.take(_WAIT_S)
            if captured is None and self._source.ended:
                reason = EndReason.CAMERA if self._fault is not None else EndReason.SOURCE
                self._coach.end(self._t_s, reason)
        self.dropped = self._source.dropped - dropped_before
        self._watch_camera()
        for row in self._judge.flush():
            self._journal.add_angles(row)
        self._write_events()
        self._speak(self._coach.next_utterances(self._t_s))

    def _handle_frame(self, captured: CapturedFrame) -> None:
        begun_s = time.monotonic()
        frame = captured.frame
        self._t_s, self._last_captured_s = frame.t_s, captured.captured_s
        self.frames += 1
        self._watch_throughput()
        timings = self.timings
        with timings.measure("landmarks"):
            window = self._tracker.update(frame)
        with timings.measure("judgement"):
            state = self._judge.judge(window)
            if self._coach.paused_by_key:
                self._judge.reset()
            utterances = self._coach.step(
                state, window, leg_known=self._tracker.side is not None, dark_room=self._is_dark(frame.image_bgr)
            )
        with timings.measure("writing"):
            row = last_frame(window)
            self._journal.add_frame(row)
            for angles in () if self._coach.paused_by_key else state.rows:
                self._journal.add_angles(angles)
            self._write_events()
            if self._recorder is not None:
                self._recorder.add(frame.image_bgr, row.xy_px[0], frame.t_s)
        with timings.measure("sound"):
            self._speak(utterances)
        self._state, self._row, self.last_image = state, row, frame.image_bgr
        if self._outputs.window.shown:
            self._show()
        done_s = time.monotonic()
        timings.add("processing", done_s - begun_s)
        # Includes the time in which the frame waited for the one before it.
        timings.add("capture to shown", done_s - captured.captured_s)
        with timings.measure("afterwards"):
            self._tracker.finish_frame()

    def _watch_throughput(self) -> None:
        """Where the machine is too slow, show a frame before it is surveyed, and say once that it is slow."""
        throughput = self._throughput
        if self.frames > 1:
            # The first frame came before the model was loaded, which takes some seconds.
            throughput.add(self._t_s, self._source.dropped)
        self._tracker.survey_later = throughput.too_slow
        if throughput.too_slow and not self._told_slow:
            self._told_slow = True
            looked_at_hz, coming_hz = round(throughput.looked_at_hz, 1), round(throughput.coming_hz, 1)
            self._journal.add_event("too_slow", t_s=self._t_s, looked_at_hz=looked_at_hz, coming_hz=coming_hz)
            self._coach.say_when_free("live.too_slow")
            self._outputs.notify(self._outputs.texts.get("live.too_slow"))

    def _is_dark(self, image: ImageBgr) -> bool:
        """Whether the room is dark; nobody is told during the set."""
        if self._coach.stage is not Stage.SETUP:
            return False
        if self._light is None:
            # The camera promises when it opens, which it has since the first frame.
            self._light = RoomLight(self._source.promised_hz)
        return self._light.is_dark(image, self._throughput.coming_hz)

    def _handle_gap(self) -> None:
        """Without a new frame, speech goes on."""
        self._t_s += max(0.0, time.monotonic() - self._last_captured_s)
        self._last_captured_s = time.monotonic()
        self._speak(self._coach.next_utterances(self._t_s))
        if self._outputs.window.shown and self._fault is not None and self.last_image is not None:
            self._show()

    def _speak(self, utterances: list[Utterance]) -> None:
        """Speak, and write what was said; the metronome's beats are not written."""
        self._outputs.speak(utterances)
        for utterance in utterances:
            if utterance.key != "metronome":
                self._journal.add_utterance(utterance)

    def _show(self) -> None:
        outputs, state, row = self._outputs, self._state, self._row
        if state is None or row is None or self.last_image is None:
            return
        with self.timings.measure("drawing"):
            side = row.working_side
            leg: FloatArray = _NO_LEG if side is None else row.xy_px[0, list(LEG_LANDMARKS[side])].astype(float)
            image = self.last_image
            if outputs.mirror:
                image, leg = mirrored(image, leg)
            recording, unheard = self._recorder is not None, outputs.voice is not None and not outputs.heard
            status = ScreenStatus(self._fault, recording, outputs.muted, unheard)
            screen = outputs.screens.practice(image, self._coach, state, leg, side=self._tracker.side, status=status)
        with self.timings.measure("showing"):
            outputs.window.show(screen)

    def _watch_camera(self) -> None:
        fault = self._source.fault
        if fault is self._fault:
            return
        back = fault is None
        self._fault = fault
        self._journal.add_event("camera", t_s=self._t_s, fault=None if fault is None else fault.name.lower())
        key = "camera.back" if fault is None else fault.value
        self._coach.notice(self._t_s, key, last=fault is CameraFault.GONE)
        if back:
            self._judge.reset()

    def _handle_key(self) -> None:
        key = self._outputs.window.key()
        if key is None:
            return
        if key == " ":
            self._coach.toggle_pause(self._t_s)
            self._judge.reset()
        elif key == "p" and self._state is not None:
            self._coach.mark_pain(self._state, by="key")
        elif key == "m":
            self._outputs.toggle_mute()
        elif key == "f":
            self._outputs.window.toggle_full_screen()
        elif key in ("l", "r") and self._coach.stage is Stage.SETUP:
            self._tracker.set_side(Side.LEFT if key == "l" else Side.RIGHT)
        elif key == "q":
            self._coach.end(self._t_s, EndReason.STOP)

    def _handle_interruption(self) -> None:
        reason = self._interruptions.look()
        if reason is None and self._outputs.window.closed:
            reason = EndReason.CLOSED
        if reason is not None:
            self._coach.end(self._t_s, reason)

    def _write_events(self) -> None:
        for event in self._coach.take_events():
            if isinstance(event, PainMark):
                knee_deg = event.knee_deg if math.isfinite(event.knee_deg) else None
                self._journal.add_event("pain", t_s=event.t_s, knee_deg=knee_deg, rep=event.rep, by=event.by)
            elif isinstance(event, CountedRep):
                rep = event.rep
                self._journal.add_event(
                    "rep",
                    index=rep.index,
                    start_s=rep.start_s,
                    peak_s=rep.peak_s,
                    end_s=rep.end_s,
                    knee_flexion_peak_deg=rep.knee_flexion_peak_deg,
                    missed=[finding.rule for finding in event.findings if finding.verdict is Verdict.NOT_MET],
                )
            elif isinstance(event, StageChange):
                self._journal.add_event("stage", t_s=event.t_s, stage=event.stage, by=event.by)
