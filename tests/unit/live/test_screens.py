import numpy as np
import pytest

import synth
from formcheck.draw.body import LEG_LANDMARKS
from formcheck.draw.canvas import GOOD, WARN
from formcheck.draw.screen_layout import screen_layout
from formcheck.form.headline import headline
from formcheck.live.asked import QUESTIONS
from formcheck.live.coach import Coach, Stage
from formcheck.live.pages import QuestionPage
from formcheck.live.screens import Screens, ScreenStatus
from formcheck.live.window import mirrored
from formcheck.protocols.loader import load_protocol
from formcheck.text.catalogue import Texts, languages
from formcheck.types import Phase, Side
from live_states import online_state, window

SIZES = [(640, 480), (1280, 720), (720, 1280)]
QUIET = ScreenStatus()
COLOURS = {"tick": GOOD, "triangle": WARN}
PROTOCOL = load_protocol().protocol


def frame(size_px):
    return np.full((size_px[1], size_px[0], 3), 128, np.uint8)


def leg(size_px):
    points = window().xy_px[-1, list(LEG_LANDMARKS[Side.LEFT])]
    return points * np.array(size_px) / (960, 540)


def practising():
    coach = Coach(PROTOCOL, Texts("en"))
    coach.stage = Stage.PRACTICE
    return coach


@pytest.mark.parametrize("size_px", SIZES)
@pytest.mark.parametrize("language", languages())
def test_every_stage_is_drawn_at_every_size(size_px, language):
    screens, coach = Screens(size_px, Texts(language)), Coach(PROTOCOL, Texts(language))
    coach.step(online_state(0.0), window(), leg_known=True)
    seen = []
    for stage, held_by in ((Stage.SETUP, None), (Stage.PRACTICE, None), (Stage.PAUSED, "key"), (Stage.PAUSED, "hands")):
        coach.stage, coach.paused_by = stage, held_by
        canvas = screens.practice(frame(size_px), coach, online_state(1.0), leg(size_px), side=Side.LEFT, status=QUIET)
        assert (canvas.shape[1], canvas.shape[0]) == screens.size_px
        seen.append(canvas.tobytes())
    assert len(set(seen)) == len(seen)


@pytest.mark.parametrize("size_px", SIZES)
def test_nothing_covers_the_middle_of_the_frame_while_practising(size_px):
    where = screen_layout(size_px)
    body = (0.35 * size_px[1], 0.95 * size_px[1])
    for part in (where.count, where.phase):
        assert part.bottom < body[0]
    assert where.band.y >= size_px[1]


@pytest.mark.parametrize("size_px", SIZES[:2])
@pytest.mark.parametrize("language", languages())
@pytest.mark.parametrize("hip", [60.0, 78.0, 90.0, 130.0])
def test_capitals_of_what_matters_are_a_sixteenth_of_the_frame(size_px, language, hip):
    """Measured on the stem of the first letter of what is said of the hip."""
    screens, where = Screens(size_px, Texts(language)), screen_layout(size_px)
    state = online_state(0.0, hip=hip)
    canvas = screens.practice(frame(size_px), practising(), state, leg(size_px), side=Side.LEFT, status=QUIET)
    u = where.unit_px
    text = slice(int(where.band.y + u), int(where.band.y + 2 * u + 0.6 * (where.band.h - 4 * u)))
    stem = canvas[text, int(2.2 * u) : int(3.5 * u)].max(axis=(1, 2)) > 150
    assert stem.sum() >= size_px[1] / 16


@pytest.mark.parametrize("size_px", SIZES)
def test_the_hip_is_told_as_a_finding_would_tell_it(size_px):
    """A tick within the band, a triangle beyond it, and neither at 78 +- 7 degrees, which is near the limit."""
    icons = {}
    for hip in (60.0, 78.0, 90.0):
        canvas = Screens(size_px, Texts("en")).practice(
            frame(size_px), practising(), online_state(0.0, hip=hip), leg(size_px), side=Side.LEFT, status=QUIET
        )
        band = screen_layout(size_px).band
        corner = canvas[int(band.y) : int(band.y + 0.5 * band.h), int(0.8 * size_px[0]) :].astype(int)
        icons[hip] = {name: (abs(corner - colour).max(axis=2) < 30).any() for name, colour in COLOURS.items()}
    assert icons[60.0] == {"tick": False, "triangle": True}
    assert icons[78.0] == {"tick": False, "triangle": False}
    assert icons[90.0] == {"tick": True, "triangle": False}


def changed(coach, before, after, *, area):
    screens = Screens((1280, 720), Texts("en"))
    first, second = (
        screens.practice(frame((1280, 720)), coach, one, leg((1280, 720)), side=Side.LEFT, status=QUIET)
        for one in (before, after)
    )
    rect = getattr(screen_layout((1280, 720)), area)
    rows, columns = slice(int(rect.y), int(rect.bottom)), slice(int(rect.x), int(rect.right))
    return bool((first[rows, columns] != second[rows, columns]).any())


def test_the_gauge_follows_the_hip_and_the_phase_is_told():
    assert changed(practising(), online_state(0.0, hip=90.0), online_state(0.0, hip=60.0), area="band")
    assert changed(
        practising(), online_state(0.0, phase=Phase.EXTENDING), online_state(0.0, phase=Phase.RETURNING), area="phase"
    )
    assert not changed(practising(), online_state(0.0, hip=90.0), online_state(0.0, hip=60.0), area="count")


def test_what_cannot_be_told_is_not_shown_as_a_number():
    coach = practising()
    blind = [online_state(0.0, usable=False, phase=Phase.UNKNOWN) for _ in range(2)]
    assert not changed(coach, *blind, area="band")
    assert changed(coach, online_state(0.0), blind[0], area="band")


def test_a_personal_limit_is_drawn_on_the_knee():
    size_px = (1280, 720)
    screens, coach = Screens(size_px, Texts("en")), practising()
    without = screens.practice(frame(size_px), coach, online_state(0.0), leg(size_px), side=Side.LEFT, status=QUIET)
    coach.pain.mark(online_state(0.0, knee=40.0), by="key")
    with_it = screens.practice(frame(size_px), coach, online_state(0.0), leg(size_px), side=Side.LEFT, status=QUIET)
    knee_x, knee_y = (int(value) for value in leg(size_px)[2])
    near = (slice(knee_y - 120, knee_y + 120), slice(knee_x - 120, knee_x + 120))
    assert (without[near] != with_it[near]).any()


@pytest.mark.parametrize("size_px", SIZES)
@pytest.mark.parametrize("language", languages())
def test_long_texts_stay_on_the_page(size_px, language):
    texts = Texts(language)
    screens = Screens(size_px, texts)
    advice = [texts.get(key) for key in ("advice.emergency", "advice.pain_stop", "advice.not_sciatic", "advice.rose")]
    undecided = headline(synth.session(synth.glide([synth.Move()] * 3, hip_deg=76.0, azimuth_deg=25.0)))
    lines = [texts.say(undecided), texts.get("end.knee", knee=22, band=9), texts.get("summary.hip", hip=88)]
    path = "/home/somebody/.local/share/formcheck/sessions/2026-03-04-1/report.html"
    canvas = screens.pages.summary(frame(size_px), lines, advice, urgent=True, hint=path)
    u = screen_layout(size_px).unit_px
    margin = int(2 * u)
    blank = screens.pages.summary(frame(size_px), [], [], urgent=True, hint=".")
    for edge in (np.s_[:, :margin], np.s_[:, -margin:], np.s_[-margin:, :]):
        np.testing.assert_array_equal(canvas[edge], blank[edge])
    for asked in QUESTIONS:
        question = screens.pages.question(frame(size_px), QuestionPage(asked, "1", 2, arm=True))
        np.testing.assert_array_equal(question[:, -margin:], blank[:, -margin:])


def test_who_does_not_hear_reads_larger_words():
    usual, large = (screen_layout((1280, 720), large=large) for large in (False, True))
    assert large.band.h > 1.4 * usual.band.h
    screens = Screens((1280, 720), Texts("en"), large=True)
    assert screens.size_px == large.size_px


def test_a_fault_of_the_camera_is_written_over_the_frame():
    size_px = (1280, 720)
    screens, coach = Screens(size_px, Texts("en")), practising()
    shown = [
        screens.practice(frame(size_px), coach, online_state(0.0), leg(size_px), side=Side.LEFT, status=status)
        for status in (QUIET, ScreenStatus(fault="camera.stalled"))
    ]
    middle = screen_layout(size_px).middle
    rows = slice(int(middle.y), int(middle.bottom))
    assert (shown[0][rows] != shown[1][rows]).any()
    assert (shown[0][: rows.start] == shown[1][: rows.start]).all()


def test_a_message_is_shown_during_set_up_too():
    size_px = (1280, 720)
    screens, coach = Screens(size_px, Texts("en")), Coach(PROTOCOL, Texts("en"))
    shown = []
    for key in (None, "live.too_slow"):
        if key is not None:
            coach.say_when_free(key)
        coach.step(online_state(0.0), window(), leg_known=True)
        status = {"side": Side.LEFT, "status": QUIET}
        shown.append(screens.practice(frame(size_px), coach, online_state(0.0), leg(size_px), **status))
    band = screen_layout(size_px).band
    assert (shown[0][int(band.y) :] != shown[1][int(band.y) :]).any()


def test_recording_shows_a_red_dot():
    size_px = (1280, 720)
    screens = Screens(size_px, Texts("en"))
    status = ScreenStatus(recording=True)
    canvas = screens.practice(
        frame(size_px), practising(), online_state(0.0), leg(size_px), side=Side.LEFT, status=status
    )
    red = (canvas[..., 2] > 200) & (canvas[..., 0] < 90) & (canvas[..., 1] < 90)
    assert red.sum() > 100


def test_a_mirror_turns_frame_and_points_but_not_the_subject():
    image = frame((64, 48))
    image[:, :10] = 255
    flipped, points = mirrored(image, np.array([[5.0, 7.0], [np.nan, np.nan]]))
    assert flipped[0, -1].tolist() == [255, 255, 255]
    assert points[0].tolist() == [58.0, 7.0]
    assert np.isnan(points[1]).all()
