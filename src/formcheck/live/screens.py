"""The screens, drawn onto the camera's picture: large enough to be read lying down, three metres away."""

from __future__ import annotations

import math

from formcheck.form.online import OnlineState
from formcheck.live import parts
from formcheck.live.coach import Coach, Stage
from formcheck.live.layout import areas
from formcheck.live.limb import draw_leg
from formcheck.live.setup import CHECKS
from formcheck.report.ink import GOOD, GREY, WARN, WHITE, Colour, Ink, Rect, box, hatch, panel, tick_mark, warning_mark
from formcheck.text.catalogue import Texts
from formcheck.types import FloatArray, ImageBgr, Phase, Side

_RED: Colour = (60, 60, 230)
_PHASES = {
    Phase.REST: "screen.rest",
    Phase.EXTENDING: "screen.extending",
    Phase.HOLDING: "screen.holding",
    Phase.RETURNING: "screen.returning",
}
# The tempo bar's least time is that of a quarter turn at the protocol's speed.
_TURN_DEG = 90.0


class Screens:
    """Makes the pictures to show, from pictures of one size.

    Parameters
    ----------
    size_px : (w, h)
    texts : Texts
    """

    def __init__(self, size_px: tuple[int, int], texts: Texts) -> None:
        self._areas = areas(size_px)
        self._texts = texts
        self._ink = Ink()

    @property
    def size_px(self) -> tuple[int, int]:
        """Size (w, h) of what is shown: the picture and the band below it."""
        return self._areas.size_px

    def practice(
        self, image: ImageBgr, coach: Coach, state: OnlineState, leg_xy_px: FloatArray, *, side: Side | None
    ) -> ImageBgr:
        """The screen of whatever stage the set is in."""
        where = self._areas
        canvas = where.canvas(image)
        if coach.stage is Stage.SETUP:
            self._setup(canvas, coach, side)
            return canvas
        draw_leg(canvas, leg_xy_px, where.unit_px, limit_deg=coach.pain.limit_deg, known=state.usable)
        self._count(canvas, coach)
        paused = coach.stage is Stage.PAUSED
        if not paused and state.phase in _PHASES:
            self._phase(canvas, state, coach)
        if paused:
            self._banner(canvas, "practice.paused_key" if coach.paused_by_key else "practice.paused", mark=False)
        elif coach.cue is not None:
            parts.banner(canvas, self._ink, where.band, coach.cue, where.unit_px, mark=True)
        elif not state.usable:
            hatch(canvas, where.band, 3.2 * where.unit_px)
            self._banner(canvas, "screen.leg_unseen", mark=False)
        else:
            self._gauge(canvas, state, coach)
        return canvas

    def fault(self, canvas: ImageBgr, key: str) -> None:
        """What is wrong with the camera, over whatever is shown."""
        where = self._areas
        panel(canvas, where.middle)
        parts.banner(canvas, self._ink, where.middle, self._texts.get(key), where.unit_px, mark=True)

    def corner(self, canvas: ImageBgr, *, recording: bool, muted: bool) -> None:
        """Red dot and word while recording; a word while muted. Stands on the picture's lower edge."""
        u = self._areas.unit_px
        x, y, size = canvas.shape[1] - 2 * u, self._areas.band.y - 3 * u, 4.5 * u
        words = [key for key, wanted in (("screen.recording", recording), ("screen.muted", muted)) if wanted]
        for key in words:
            text = self._texts.get(key)
            width = self._ink.width(text, size, 700) + (1.4 * size if key == "screen.recording" else 0.4 * size)
            panel(canvas, Rect(x - width, y - 1.1 * size, width, 1.5 * size))
            self._ink.text(canvas, text, (x - 0.2 * size, y), size, weight=700, align="right")
            if key == "screen.recording":
                parts.disc(canvas, x - width + 0.65 * size, y - 0.35 * size, 0.38 * size, _RED)
            x -= width + u

    def question(self, image: ImageBgr, key: str, choices: tuple[str, ...], typed: str) -> ImageBgr:
        """One question with what was typed so far."""
        u = self._areas.unit_px
        canvas, inner = self._page(image, "ask.title")
        paragraph = Rect(inner.x, inner.y, inner.w, 20 * u)
        parts.paragraphs(canvas, self._ink, paragraph, [(self._texts.get(f"ask.{key}"), WHITE, False)], 7 * u)
        top, step = inner.y + 21 * u, min(8.5 * u, (inner.h - 29 * u) / max(1, len(choices)))
        widest = max((self._texts.get(choice) for choice in choices), key=len, default="")
        room = inner.w - 1.3 * step - self._ink.width("0  ", 0.7 * step, 700)
        _, size = self._ink.fitted(widest, 0.7 * step, room, lines=1, least_px=parts.LEAST_PX, weight=700)
        for number, choice in enumerate(choices, start=1):
            chosen = str(number) in typed
            baseline = top + 0.8 * step
            if chosen:
                tick_mark(canvas, (inner.x + 0.5 * step, baseline - 0.3 * size), 0.7 * size, GOOD)
            line = f"{number}  {self._texts.get(choice)}"
            at = (inner.x + 1.3 * step, baseline)
            self._ink.text(canvas, line, at, size, colour=WHITE if chosen else GREY, weight=700 if chosen else 400)
            top += step
        if not choices:
            self._ink.text(canvas, typed or "_", (inner.x, top + 16 * u), 18 * u, weight=700)
        hint = self._texts.get("ask.enter" if typed else "ask.skip")
        self._ink.text(canvas, hint, (inner.x, inner.bottom), 4.2 * u, colour=GREY)
        return canvas

    def summary(self, image: ImageBgr, lines: list[str], advice: list[str], *, urgent: bool) -> ImageBgr:
        """The set in a few sentences; advice stands first, with the triangle."""
        u = self._areas.unit_px
        canvas, inner = self._page(image, "end.title")
        texts = [(text, WARN if urgent else WHITE, True) for text in advice] + [(text, WHITE, False) for text in lines]
        room = Rect(inner.x, inner.y, inner.w, inner.h - 7 * u)
        parts.paragraphs(canvas, self._ink, room, texts, 7 * u)
        self._ink.text(canvas, self._texts.get("end.close"), (inner.x, inner.bottom), 4.2 * u, colour=GREY)
        return canvas

    def _page(self, image: ImageBgr, title: str) -> tuple[ImageBgr, Rect]:
        where = self._areas
        u = where.unit_px
        canvas = where.canvas(image)
        panel(canvas, where.page)
        self._ink.text(canvas, self._texts.get(title), (4 * u, 8 * u), 5 * u, colour=GREY, weight=600)
        return canvas, Rect(4 * u, 12 * u, where.page.w - 8 * u, where.page.h - 15 * u)

    def _banner(self, canvas: ImageBgr, key: str, *, mark: bool) -> None:
        where = self._areas
        parts.banner(canvas, self._ink, where.band, self._texts.get(key), where.unit_px, mark=mark)

    def _setup(self, canvas: ImageBgr, coach: Coach, side: Side | None) -> None:
        where, state = self._areas, coach.setup
        if state is None:
            return
        u = where.unit_px
        panel(canvas, where.checks)
        row = (where.checks.h - 2 * u) / len(CHECKS)
        for number, check in enumerate(CHECKS):
            done = state.passed[check]
            y = where.checks.y + u + number * row
            parts.check_mark(canvas, (where.checks.x + 4 * u, y + row / 2), 0.55 * row, done=done)
            named = check == "leg" and done and side is not None
            text = self._texts.get(f"setup.leg_{side}" if named else f"setup.check_{check}")
            (line,), size = self._ink.fitted(
                text, 0.66 * row, where.checks.w - 10 * u, lines=1, least_px=parts.LEAST_PX, weight=600
            )
            at = (where.checks.x + 8 * u, self._ink.middle(y, row, size))
            self._ink.text(canvas, line, at, size, weight=600, colour=WHITE if done else GREY)
        self._banner(canvas, state.remedy or "setup.hold", mark=state.remedy not in (None, "setup.hold"))
        if state.remedy is None:
            box(canvas, Rect(0.0, where.band.bottom - 2 * u, where.band.w * state.share, 2 * u), GOOD)

    def _count(self, canvas: ImageBgr, coach: Coach) -> None:
        rect = self._areas.count
        panel(canvas, rect)
        inner = rect.inset(2 * self._areas.unit_px)
        done, target = str(coach.rep_count), f"/{coach.protocol.set.reps.value}"
        size = 1.15 * inner.h
        while self._ink.width(done, size, 700) + self._ink.width(target, 0.45 * size) > inner.w:
            size -= 2
        baseline = self._ink.middle(rect.y, rect.h, size)
        used = self._ink.text(canvas, done, (inner.x, baseline), size, weight=700)
        self._ink.text(canvas, target, (inner.x + used + 0.05 * size, baseline), 0.45 * size, colour=GREY)

    def _phase(self, canvas: ImageBgr, state: OnlineState, coach: Coach) -> None:
        u, rect = self._areas.unit_px, self._areas.phase
        panel(canvas, rect)
        inner = rect.inset(2.2 * u)
        icon = 0.36 * inner.h
        parts.phase_icon(canvas, state.phase, Rect(inner.x, inner.y, icon, icon))
        (line,), size = self._ink.fitted(
            self._texts.get(_PHASES[state.phase]),
            0.5 * inner.h,
            inner.w - 1.4 * icon,
            lines=1,
            least_px=parts.LEAST_PX,
            weight=700,
        )
        self._ink.text(canvas, line, (inner.x + 1.4 * icon, self._ink.middle(inner.y, icon, size)), size, weight=700)
        if state.phase is not Phase.REST:
            least_s = _TURN_DEG / coach.protocol.tempo.max_mean_speed_deg_s.value
            bar = Rect(inner.x, inner.y + 0.48 * inner.h, inner.w, 0.2 * inner.h)
            parts.progress(canvas, bar, state.phase_s / least_s)
        knee = f"{self._texts.get('screen.knee')} {state.knee_deg:.0f}°"
        self._ink.text(canvas, knee, (inner.x, inner.bottom), 0.28 * inner.h, colour=GREY)

    def _gauge(self, canvas: ImageBgr, state: OnlineState, coach: Coach) -> None:
        inner = self._areas.band.inset(2 * self._areas.unit_px)
        band = coach.protocol.hip.flexion_deg
        se = float(state.angles.hip_se_deg[0]) if state.angles is not None else math.nan
        key, colour = parts.hip_word(state.hip_deg, 1.96 * se, band.low, band.high)
        said = f"{self._texts.get('screen.hip')} {state.hip_deg:.0f}° {self._texts.get(key)}"
        mark = 0.5 * inner.h
        (line,), size = self._ink.fitted(
            said, 0.56 * inner.h, inner.w - 1.2 * mark, lines=1, least_px=parts.LEAST_PX, weight=700
        )
        baseline = self._ink.middle(inner.y, 0.45 * inner.h, size)
        self._ink.text(canvas, line, (inner.x, baseline), size, weight=700, colour=colour)
        at = (inner.right - 0.5 * mark, inner.y + 0.22 * inner.h)
        if key == "screen.in_band":
            tick_mark(canvas, at, 0.7 * mark, GOOD)
        elif colour is WARN:
            warning_mark(canvas, at, 0.9 * mark)
        bar = Rect(inner.x, inner.y + 0.68 * inner.h, inner.w, 0.32 * inner.h)
        parts.gauge(canvas, bar, state.hip_deg, band.low, band.high)
