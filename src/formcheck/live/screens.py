"""The screens, drawn onto the camera's frame: large enough to be read lying down, three metres away."""

from __future__ import annotations

import math
from dataclasses import dataclass

from formcheck.draw.canvas import GOOD, GREY, RED, WHITE, Canvas, Rect
from formcheck.draw.font import Font
from formcheck.draw.frame_state import PhaseTempo
from formcheck.draw.gauges import draw_banner, draw_counter, draw_hip_gauge, draw_no_answer, draw_phase
from formcheck.draw.icons import dash_icon, tick_icon
from formcheck.draw.leg import draw_leg
from formcheck.draw.screen_layout import screen_layout
from formcheck.form.online import OnlineState
from formcheck.form.rules import HIP, find, limits_of
from formcheck.form.verdicts import Measured
from formcheck.live.coach import Coach, Stage
from formcheck.live.pages import Pages
from formcheck.live.setup import CHECKS
from formcheck.text.catalogue import Texts
from formcheck.text.numbers import degrees
from formcheck.types import FloatArray, ImageBgr, Phase, Side

# The tempo bar's least time is that of a quarter turn at the protocol's speed.
_TURN_DEG = 90.0
# Lines are thicker than in a clip that is watched at a desk.
_BOLD = 1.45
_BANNER_UNITS = 9.5
_LARGE_BANNER_UNITS = 14.0
_HATCH_UNITS = 3.2


@dataclass(frozen=True, slots=True)
class ScreenStatus:
    """What is shown besides the set: catalogue key of a camera fault, recording, and sound that is off or not heard."""

    fault: str | None = None
    recording: bool = False
    muted: bool = False
    unheard: bool = False


class Screens:
    """Makes what the window shows, from frames of one size.

    Parameters
    ----------
    size_px : (w, h)
    texts : Texts
    large : bool
        Larger words, for who hears none.

    Attributes
    ----------
    large : bool
    pages : Pages
        What is shown before and after the set.
    """

    def __init__(self, size_px: tuple[int, int], texts: Texts, *, large: bool = False) -> None:
        self._layout = screen_layout(size_px, large=large)
        self._texts = texts
        self._font = Font()
        # On an upright screen the width is the limit: the higher band is what makes its words larger.
        wide = size_px[0] >= size_px[1]
        self._banner_units = _LARGE_BANNER_UNITS if large and wide else _BANNER_UNITS
        self.large = large
        self.pages = Pages(self._layout, texts, self._font)

    @property
    def size_px(self) -> tuple[int, int]:
        """Size (w, h) of what is shown: the frame and the band below it."""
        return self._layout.size_px

    def practice(
        self,
        image: ImageBgr,
        coach: Coach,
        state: OnlineState,
        leg_xy_px: FloatArray,
        *,
        side: Side | None,
        status: ScreenStatus,
    ) -> ImageBgr:
        """Return the screen of whatever stage the set is in."""
        canvas = self._canvas(image)
        if coach.stage is Stage.SETUP:
            self._setup(canvas, coach, side)
        else:
            self._set(canvas, coach, state, leg_xy_px)
        if status.fault is not None:
            canvas.panel(self._layout.middle)
            self._banner(canvas, self._layout.middle, self._texts.get(status.fault), warning=True)
        self._status(canvas, status)
        return canvas.image

    def _canvas(self, image: ImageBgr) -> Canvas:
        return Canvas(image, self._font, band_px=self._layout.band_px)

    def _set(self, canvas: Canvas, coach: Coach, state: OnlineState, leg_xy_px: FloatArray) -> None:
        """The leg, the count, the phase, and in the band what matters most now."""
        where = self._layout
        limit_deg = coach.pain.limit_deg
        draw_leg(canvas, leg_xy_px, where.unit_px, known=state.usable, limit_deg=limit_deg, bold=_BOLD)
        self._count(canvas, coach)
        self._reminder(canvas)
        paused = coach.stage is Stage.PAUSED
        if not paused and state.phase is not Phase.UNKNOWN:
            self._phase(canvas, state, coach)
        if paused:
            key = "practice.paused_key" if coach.paused_by_key else "practice.paused"
            self._banner(canvas, where.band, self._texts.get(key), warning=False)
        elif coach.cue is not None:
            self._banner(canvas, where.band, coach.cue, warning=True)
        elif not state.usable:
            title, size_px = self._texts.get("screen.leg_unseen"), self._banner_units * where.unit_px
            draw_no_answer(canvas, where.band, title, "", size_px, step_px=_HATCH_UNITS * where.unit_px)
        else:
            self._hip(canvas, state, coach)

    def _banner(self, canvas: Canvas, rect: Rect, text: str, *, warning: bool) -> None:
        draw_banner(canvas, rect, text, self._banner_units * self._layout.unit_px, rows=3, warning=warning)

    def _status(self, canvas: Canvas, status: ScreenStatus) -> None:
        """Red dot and word while recording; a word while nothing is heard. On the frame's lower edge."""
        u = self._layout.unit_px
        x, y, size = canvas.size_px[0] - 2 * u, self._layout.band.y - 3 * u, 4.5 * u
        words = (
            ("recording", status.recording, True),
            ("muted", status.muted, False),
            ("unheard", status.unheard and not status.muted, False),
        )
        for key, shown, dot in words:
            if not shown:
                continue
            text = self._texts.get(f"screen.{key}")
            width = self._font.width(text, size, 700) + (1.4 if dot else 0.4) * size
            canvas.panel(Rect(x - width, y - 1.1 * size, width, 1.5 * size))
            canvas.text(text, (x - 0.2 * size, y), size, weight=700, align="right")
            if dot:
                canvas.disc((x - width + 0.65 * size, y - 0.35 * size), 0.38 * size, RED)
            x -= width + u

    def _reminder(self, canvas: Canvas) -> None:
        """How to pause and to stop, small, on the frame's lower edge."""
        u, (w, _) = self._layout.unit_px, canvas.size_px
        text = self._texts.get("screen.reminder")
        (line,), size = self._font.fit(text, 3.4 * u, 0.55 * w)
        y = self._layout.band.y - 1.6 * u
        canvas.panel(Rect(0.0, y - 1.2 * size, self._font.width(line, size) + 3 * u, 1.2 * size + 1.6 * u))
        canvas.text(line, (1.5 * u, y), size, colour=GREY)

    def _setup(self, canvas: Canvas, coach: Coach, side: Side | None) -> None:
        where, state = self._layout, coach.setup
        if state is None:
            return
        u = where.unit_px
        canvas.panel(where.checks)
        row = (where.checks.h - 2 * u) / len(CHECKS)
        for number, check in enumerate(CHECKS):
            done, y = state.passed[check], where.checks.y + u + number * row
            icon = tick_icon if done else dash_icon
            icon(canvas, (where.checks.x + 4 * u, y + row / 2), 0.55 * row)
            named = check == "leg" and done and side is not None
            text = self._texts.get(f"setup.leg_{side}" if named else f"setup.check_{check}")
            (line,), size = self._font.fit(text, 0.66 * row, where.checks.w - 10 * u, weight=600)
            at = (where.checks.x + 8 * u, self._font.baseline(y, row, size))
            canvas.text(line, at, size, weight=600, colour=WHITE if done else GREY)
        remedy = state.remedy or "setup.hold"
        said = coach.cue or self._texts.get(remedy)
        self._banner(canvas, where.band, said, warning=coach.cue is not None or remedy != "setup.hold")
        if state.remedy is None:
            canvas.box(Rect(0.0, where.band.bottom - 2 * u, where.band.w * state.share, 2 * u), GOOD)

    def _count(self, canvas: Canvas, coach: Coach) -> None:
        canvas.panel(self._layout.count)
        inner = self._layout.count.inset(2 * self._layout.unit_px)
        draw_counter(canvas, inner, coach.rep_count, coach.protocol.set.reps.value)

    def _phase(self, canvas: Canvas, state: OnlineState, coach: Coach) -> None:
        canvas.panel(self._layout.phase)
        inner = self._layout.phase.inset(2.2 * self._layout.unit_px)
        moving = state.phase in (Phase.EXTENDING, Phase.RETURNING)
        least_s = _TURN_DEG / coach.protocol.tempo.max_mean_speed_deg_s.value
        tempo = PhaseTempo(state.phase_s, least_s if moving else None)
        knee = f"{self._texts.get('draw.knee')} {degrees(self._texts, state.knee_deg)}"
        draw_phase(canvas, inner, state.phase, tempo, self._texts, caption=knee)

    def _hip(self, canvas: Canvas, state: OnlineState, coach: Coach) -> None:
        se_deg = float(state.angles.hip_se_deg[0]) if state.angles is not None else math.nan
        finding = find(HIP, Measured(state.hip_deg, se_deg), limits_of(HIP, coach.protocol))
        inner = self._layout.band.inset(2 * self._layout.unit_px)
        draw_hip_gauge(canvas, inner, finding, self._texts, captions=False)
