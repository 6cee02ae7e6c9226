"""The loop: latest picture, landmarks, judgement, course of the set; then draw, speak, keep. No frame ever waits."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from formcheck.form.online import CountedRep, OnlineJudge, OnlineState
from formcheck.live.capture import Arrival, Trouble
from formcheck.live.journal import Journal
from formcheck.live.pain import PainMark
from formcheck.live.practice import Practice, Shift, Stage, Why
from formcheck.live.recording import Recorder
from formcheck.live.say import Saying
from formcheck.live.screens import Screens
from formcheck.live.sources import Source
from formcheck.live.timing import Times
from formcheck.live.tones import Tones
from formcheck.live.voice import Voice
from formcheck.live.window import Window, mirrored
from formcheck.pose.online_tracker import OnlineTracker, last_frame
from formcheck.report.moments import LEG_LANDMARKS
from formcheck.types import FloatArray, ImageBgr, PoseTrack, Side

_WAIT_S = 0.1
_NO_LEG = np.full((6, 2), np.nan)


@dataclass(slots=True)
class Stagehands:
    """What shows, speaks and records. None: not there."""

    window: Window
    screens: Screens
    voice: Voice | None
    tones: Tones | None
    recorder: Recorder | None
    tell: Callable[[str], None]
    mirror: bool = True
    muted: bool = False
    told: set[str] = field(default_factory=set)

    def sound(self, sayings: list[Saying]) -> None:
        """Speak and sound, without waiting."""
        for saying in sayings:
            if self.voice is not None:
                self.voice.say(saying)
            if self.tones is not None and saying.tone is not None:
                self.tones.play(saying.tone)
        for name, device in (("no_voice", self.voice), ("no_tones", self.tones)):
            if device is not None and device.failure is not None and name not in self.told:
                self.told.add(name)
                self.tell(f"sound.{name}|{device.failure}")

    def mute(self) -> None:
        """Be silent, or sound again."""
        self.muted = not self.muted
        if self.voice is not None:
            self.voice.mute(muted=self.muted)
        if self.tones is not None:
            self.tones.muted = self.muted


class Loop:
    """Runs one set from the first picture to its end.

    Parameters
    ----------
    source : Source
    tracker : OnlineTracker
    judge : OnlineJudge
    practice : Practice
    journal : Journal
    hands : Stagehands
    """

    def __init__(
        self,
        source: Source,
        tracker: OnlineTracker,
        judge: OnlineJudge,
        practice: Practice,
        journal: Journal,
        hands: Stagehands,
    ) -> None:
        self._source = source
        self._tracker = tracker
        self._judge = judge
        self._practice = practice
        self._journal = journal
        self._hands = hands
        self._trouble: Trouble | None = None
        self._state: OnlineState | None = None
        self._row: PoseTrack | None = None
        self._t_s = 0.0
        self._last_came_s = time.monotonic()
        self.times = Times()
        self.frames = 0
        self.last_picture: ImageBgr | None = None

    def run(self, first: Arrival) -> None:
        """Practise until the set ends."""
        arrival: Arrival | None = first
        while self._practice.stage is not Stage.ENDED:
            if arrival is not None:
                self._frame(arrival)
            else:
                self._gap()
            self._watch_camera()
            self._keys()
            arrival = self._source.take(_WAIT_S)
            if arrival is None and self._source.ended:
                why = Why.CAMERA if self._trouble is not None else Why.SOURCE
                self._practice.end(self._t_s, why)
        self._watch_camera()
        for row in self._judge.flush():
            self._journal.angles(row)
        self._keep_news()
        self.say(self._practice.take(self._t_s))

    @property
    def t_s(self) -> float:
        """Now, on the session's clock."""
        return self._t_s

    def say(self, sayings: list[Saying]) -> None:
        """Speak, and keep what was said; beats of the metronome are not worth keeping."""
        self._hands.sound(sayings)
        for saying in sayings:
            if saying.key != "metronome":
                self._journal.said(saying)

    def _frame(self, arrival: Arrival) -> None:
        begun_s = time.monotonic()
        frame = arrival.frame
        self._t_s, self._last_came_s = frame.t_s, arrival.came_s
        self.frames += 1
        times = self.times
        with times.measure("landmarks"):
            window = self._tracker.update(frame)
        with times.measure("judgement"):
            state = self._judge.judge(window)
            if self._practice.held:
                self._judge.reset()
            sayings = self._practice.step(state, window, leg_known=self._tracker.side is not None)
        with times.measure("keeping"):
            row = last_frame(window)
            self._journal.frame(row)
            for angles in () if self._practice.held else state.rows:
                self._journal.angles(angles)
            self._keep_news()
            if self._hands.recorder is not None:
                self._hands.recorder.add(frame.image_bgr, row.xy_px[0], frame.t_s)
        with times.measure("sound"):
            self.say(sayings)
        self._state, self._row, self.last_picture = state, row, frame.image_bgr
        if self._hands.window.shown:
            self._show()
        done_s = time.monotonic()
        times.add("processing", done_s - begun_s)
        # What a picture waited for the one before it counts here too.
        times.add("capture to shown", done_s - arrival.came_s)

    def _gap(self) -> None:
        """No picture in time: the words go on."""
        self._t_s += max(0.0, time.monotonic() - self._last_came_s)
        self._last_came_s = time.monotonic()
        self.say(self._practice.take(self._t_s))
        if self._hands.window.shown and self._trouble is not None and self.last_picture is not None:
            self._show()

    def _show(self) -> None:
        hands, state, row = self._hands, self._state, self._row
        if state is None or row is None or self.last_picture is None:
            return
        with self.times.measure("drawing"):
            side = row.working_side
            leg: FloatArray = _NO_LEG if side is None else row.xy_px[0, list(LEG_LANDMARKS[side])].astype(float)
            image = self.last_picture
            if hands.mirror:
                image, leg = mirrored(image, leg)
            canvas = hands.screens.practice(image, self._practice, state, leg, side=self._tracker.side)
            if self._trouble is not None:
                hands.screens.trouble(canvas, self._trouble)
            hands.screens.corner(canvas, recording=hands.recorder is not None, muted=hands.muted)
        with self.times.measure("showing"):
            hands.window.show(canvas)

    def _watch_camera(self) -> None:
        trouble = self._source.trouble
        if trouble is self._trouble:
            return
        back = trouble is None
        self._trouble = trouble
        self._journal.event("camera", t_s=self._t_s, trouble=None if trouble is None else trouble.name.lower())
        key = "camera.back" if trouble is None else trouble.value
        self._practice.notice(self._t_s, key, last=trouble is Trouble.GONE)
        if back:
            self._judge.reset()

    def _keys(self) -> None:
        key = self._hands.window.key()
        if key is None:
            return
        if key == " ":
            self._practice.toggle_pause(self._t_s)
            self._judge.reset()
        elif key == "p" and self._state is not None:
            self._practice.mark_pain(self._state, by="key")
        elif key == "m":
            self._hands.mute()
        elif key == "f":
            self._hands.window.toggle_full_screen()
        elif key in ("l", "r") and self._practice.stage is Stage.SETUP:
            self._tracker.set_side(Side.LEFT if key == "l" else Side.RIGHT)
        elif key == "q":
            self._practice.end(self._t_s, Why.STOP)

    def _keep_news(self) -> None:
        for news in self._practice.news:
            if isinstance(news, PainMark):
                knee_deg = news.knee_deg if math.isfinite(news.knee_deg) else None
                self._journal.event("pain", t_s=news.t_s, knee_deg=knee_deg, rep=news.rep, by=news.by)
            elif isinstance(news, CountedRep):
                rep = news.rep
                self._journal.event(
                    "rep",
                    index=rep.index,
                    start_s=rep.start_s,
                    peak_s=rep.peak_s,
                    end_s=rep.end_s,
                    knee_flexion_peak_deg=rep.knee_flexion_peak_deg,
                    missed=[f.rule for f in news.findings if f.verdict == "NOT_MET"],
                )
            elif isinstance(news, Shift):
                self._journal.event("stage", t_s=news.t_s, stage=news.stage, by=news.by)
        self._practice.news.clear()
