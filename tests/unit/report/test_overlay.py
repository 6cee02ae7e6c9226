import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from formcheck.report.ink import Ink
from formcheck.report.overlay import Overlay
from formcheck.report.overlay_layout import Place, choose_place, layout, places_for
from formcheck.report.shown import Angle, Shown, Tempo
from formcheck.types import Phase
from judged import leg_xy

SIZES = [(202, 360), (360, 206), (640, 360), (540, 960), (640, 480), (720, 724), (1280, 720)]
sizes = st.tuples(st.integers(160, 2600), st.integers(160, 2600)).filter(lambda size: 0.4 < size[0] / size[1] < 2.5)


def shown(size_px=(960, 540), **changes) -> Shown:
    plain = Shown(
        leg_xy_px=leg_xy(size_px),
        hip=Angle(90.0, 4.0),
        knee=Angle(60.0, 3.0),
        hip_limits_deg=(75.0, 105.0),
        reps_done=3,
        reps_target=20,
        phase=Phase.EXTENDING,
        tempo=Tempo(0.6, 1.0),
        clock_s=12.3,
    )
    return replace(plain, **changes)


def drawn(what: Shown, size_px=(960, 540), place=Place.BOTTOM, background=128):
    image = np.full((size_px[1], size_px[0], 3), background, np.uint8)
    Overlay(size_px, place=place).draw(image, what)
    return image


def changed(a, b):
    """Bounding box (x0, y0, x1, y1) of the pixels that differ, None when none do."""
    ys, xs = np.nonzero((a != b).any(axis=2))
    return (xs.min(), ys.min(), xs.max() + 1, ys.max() + 1) if len(xs) else None


def within(box, rect, slack=3.0):
    return (
        box[0] >= rect.x - slack
        and box[1] >= rect.y - slack
        and box[2] <= rect.right + slack
        and box[3] <= rect.bottom + slack
    )


@given(size_px=sizes)
def test_the_parts_stand_inside_the_picture_and_apart(size_px):
    for place in places_for(size_px):
        parts = layout(size_px, place)
        blocks = [parts.counter, parts.phase, parts.gauge]
        for part in (*blocks, parts.answer):
            assert within((part.x, part.y, part.right, part.bottom), parts.panel, slack=0.01)
            assert part.w > 0
            assert part.h > 0
        assert not any(a.overlaps(b) for i, a in enumerate(blocks) for b in blocks[i + 1 :])
        assert not parts.cue.inset(0.01).overlaps(parts.panel)
        assert not parts.counter.overlaps(parts.answer)
        assert parts.panel.w * parts.panel.h <= 0.30 * size_px[0] * size_px[1]
        assert parts.panel.x >= 0
        assert parts.panel.right <= size_px[0] + 1e-6
        assert parts.panel.bottom <= size_px[1] + 1e-6


@pytest.mark.parametrize("place", Place)
def test_the_panel_goes_where_the_leg_is_not(place):
    size_px = (960, 540)
    rect = layout(size_px, place).panel
    middle = np.array([[[rect.x + rect.w / 2, rect.y + rect.h / 2]]])
    assert choose_place(size_px, np.repeat(middle, 10, axis=0), np.ones(1)) is not place


def test_without_anybody_the_panel_has_its_usual_place():
    assert choose_place((960, 540), np.full((5, 33, 2), np.nan), np.ones(33)) is Place.BOTTOM
    assert choose_place((960, 540), np.empty((0, 33, 2)), np.ones(33)) is Place.BOTTOM


def test_a_corner_has_no_room_in_a_narrow_picture():
    with pytest.raises(ValueError, match="no room"):
        Overlay((540, 960), place=Place.TOP_LEFT)


@pytest.mark.parametrize("size_px", SIZES)
def test_every_state_can_be_drawn_at_every_size(size_px):
    long = "The thigh sank to 60 degrees: keep it pointing at the ceiling, between 75 and 105 degrees. " * 3
    states = [
        *(shown(size_px, phase=phase) for phase in Phase),
        shown(size_px, cue=long),
        shown(size_px, tempo=None, reps_done=118, reps_target=120),
        shown(size_px, cannot_tell=long),
        shown(size_px, hip=Angle(math.nan), knee=Angle(math.nan), clock_s=math.nan),
    ]
    for place in places_for(size_px):
        pictures = [drawn(state, size_px, place).tobytes() for state in states]
        assert len(set(pictures)) == len(states)


@settings(deadline=None, max_examples=60)
@given(joints=st.lists(st.tuples(*[st.one_of(st.just(math.nan), st.floats(-4000, 4000))] * 2), min_size=6, max_size=6))
def test_any_points_can_be_drawn(joints):
    image = np.full((180, 320, 3), 128, np.uint8)
    Overlay((320, 180)).draw(image, shown((320, 180), leg_xy_px=np.array(joints)))
    assert image.shape == (180, 320, 3)


@pytest.mark.parametrize("size_px", SIZES)
def test_what_cannot_be_told_shows_no_number(size_px):
    """Not a pixel depends on angles, tempo, phase or cue once the moment cannot be judged."""
    reason = "The leg is out of sight."
    one = shown(size_px, cannot_tell=reason)
    other = shown(
        size_px,
        cannot_tell=reason,
        hip=Angle(12.0, 1.0),
        knee=Angle(5.0),
        phase=Phase.HOLDING,
        tempo=Tempo(9.0),
        cue="Slower.",
    )
    assert changed(drawn(one, size_px), drawn(other, size_px)) is None
    assert changed(drawn(one, size_px), drawn(shown(size_px), size_px)) is not None


@pytest.mark.parametrize("size_px", SIZES)
def test_the_reason_is_written_in_its_field(size_px):
    where = layout(size_px, Place.BOTTOM)
    a = drawn(shown(size_px, cannot_tell="Nobody is in sight."), size_px)
    b = drawn(shown(size_px, cannot_tell="The leg is out of sight."), size_px)
    assert within(changed(a, b), where.answer)


@pytest.mark.parametrize("size_px", SIZES)
@pytest.mark.parametrize(
    ("part", "change"),
    [
        ("counter", {"reps_done": 17}),
        ("phase", {"tempo": Tempo(1.3, 1.0)}),
        ("phase", {"phase": Phase.RETURNING}),
        ("cue", {"cue": "Hold the thigh upright and do not let it sink as the knee straightens."}),
    ],
)
def test_each_part_draws_only_in_its_own_place(size_px, part, change):
    for place in places_for(size_px):
        where = layout(size_px, place)
        box = changed(drawn(shown(size_px), size_px, place), drawn(shown(size_px, **change), size_px, place))
        assert box is not None
        assert within(box, getattr(where, part))


ZONES = {
    "too low": [(60.0, 4.0), (70.5, 4.0)],
    "near a limit": [(72.0, 4.0), (78.0, 4.0), (102.0, 4.0), (108.0, 4.0)],
    "within": [(80.0, 4.0), (100.0, 4.0), (75.5, math.nan)],
    "too high": [(110.0, 4.0), (130.0, 4.0), (105.5, math.nan)],
}


def hip_mark(angle_deg: float, band_deg: float) -> tuple[bool, bool]:
    """Which marks stand beside the hip's words, read without colour: a tick is thin, a warning is filled."""
    gauge = layout((960, 540), Place.BOTTOM).gauge
    image = drawn(shown(hip=Angle(angle_deg, band_deg)))[..., 1]
    mark = image[int(gauge.y) : int(gauge.y + 0.4 * gauge.h), int(gauge.right - 0.38 * gauge.h) : int(gauge.right)]
    inked = float((mark > 110).mean())
    return inked > 0.01, inked > 0.25


@pytest.mark.parametrize(
    ("zone", "mark"),
    [
        ("too low", (True, True)),
        ("too high", (True, True)),
        ("within", (True, False)),
        ("near a limit", (False, False)),
    ],
)
def test_the_hips_mark_says_what_its_colour_says(zone, mark):
    for angle_deg, band_deg in ZONES[zone]:
        assert hip_mark(angle_deg, band_deg) == mark, (zone, angle_deg, band_deg)


@pytest.mark.parametrize("background", [0, 255])
def test_text_stands_out_on_any_background(background):
    image = drawn(shown(), background=background)
    counter = layout((960, 540), Place.BOTTOM).counter
    block = image[int(counter.y) : int(counter.bottom), int(counter.x) : int(counter.right)].mean(axis=2)
    assert block.max() > 230
    assert np.median(block) < 80


@pytest.mark.parametrize("size_px", SIZES)
def test_the_leg_stays_uncovered(size_px):
    """The labels and arcs leave most of the shin visible: it is drawn in the limb's colour."""
    image = drawn(shown(size_px), size_px)
    knee, ankle = shown(size_px).leg_xy_px[[2, 3]]
    along = np.array([knee + share * (ankle - knee) for share in np.linspace(0.3, 0.85, 12)])
    colours = image[np.round(along[:, 1]).astype(int), np.round(along[:, 0]).astype(int)]
    yellow = (colours[:, 0] < 140) & (colours[:, 1] > 180) & (colours[:, 2] > 180)
    assert yellow.mean() > 0.8


def hip_label(overlay: Overlay, shift_px: float) -> np.ndarray:
    """Bounding box of the hip's label with the whole leg moved down by ``shift_px``."""
    what = shown(leg_xy_px=leg_xy((960, 540)) + np.array([0.0, shift_px]))
    with_label, without = (np.full((540, 960, 3), 128, np.uint8) for _ in range(2))
    overlay.draw(with_label, what)
    overlay.draw(without, replace(what, hip=Angle(math.nan)))
    return np.array(changed(with_label[:410], without[:410]))


def test_a_label_does_not_flicker_between_two_places():
    shifts_px = np.arange(-60.0, 60.0, 2.0)
    fresh = [hip_label(Overlay((960, 540)), shift) for shift in shifts_px]
    jump = int(np.argmax(np.abs(np.diff(fresh, axis=0)).max(axis=1)))
    assert np.abs(fresh[jump + 1] - fresh[jump]).max() > 40, "the label has two places"
    overlay = Overlay((960, 540))
    hip_label(overlay, shifts_px[jump + 1])
    back = hip_label(overlay, shifts_px[jump])
    assert np.abs(back - fresh[jump + 1]).max() <= 4


def test_another_size_is_a_callers_bug():
    with pytest.raises(ValueError, match="expected a picture of"):
        Overlay((960, 540)).draw(np.zeros((540, 961, 3), np.uint8), shown())


@settings(deadline=None)
@given(
    text=st.text("abcdefgh ,.°", min_size=1, max_size=200),
    width=st.integers(60, 900),
    lines=st.integers(1, 3),
)
def test_fitted_text_fits(text, width, lines):
    ink = Ink()
    found, size = ink.fitted(text, 30.0, width, lines=lines, least_px=9.0)
    assert len(found) <= lines
    assert size >= 9.0
    assert all(ink.width(line, size) <= width for line in found)
    if size == 30.0:
        assert "…" not in "".join(found)


def test_text_that_fits_is_not_shortened():
    sentence = "Keep the thigh upright as the knee straightens."
    found, size = Ink().fitted(sentence, 20.0, 400, lines=2, least_px=9.0)
    assert " ".join(found) == sentence
    assert size == 20.0
