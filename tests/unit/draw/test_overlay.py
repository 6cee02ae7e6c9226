import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from formcheck.draw.frame_state import Angle, FrameState, PhaseTempo
from formcheck.draw.overlay import Overlay, draw_leg_only
from formcheck.draw.panel import PanelPlace, layouts
from formcheck.form.rules import HIP, find
from formcheck.form.verdicts import Measured
from formcheck.text.catalogue import Texts, languages
from formcheck.types import Phase, Side
from judged import leg_xy

SIZES = [(202, 360), (360, 206), (640, 360), (540, 960), (640, 480), (720, 724), (1280, 720)]
EN = Texts("en")


def hip(value_deg: float, se_deg: float = 2.0):
    return find(HIP, Measured(value_deg, se_deg), (75.0, 105.0))


def state(size_px=(960, 540), **changes) -> FrameState:
    plain = FrameState(
        leg_xy_px=leg_xy(size_px),
        hip=Angle(90.0, 2.0),
        knee=Angle(60.0, 1.5),
        hip_finding=hip(90.0),
        reps_done=3,
        reps_target=20,
        phase=Phase.EXTENDING,
        tempo=PhaseTempo(0.6, 1.0),
        clock_s=12.3,
    )
    return replace(plain, **changes)


def overlay(layout, texts=EN) -> Overlay:
    return Overlay(layout, texts)


def layout_of(size_px, place=PanelPlace.BOTTOM):
    return next(one for one in layouts(size_px) if one.place is place)


def drawn(what: FrameState, size_px=(960, 540), place=PanelPlace.BOTTOM, background=128, texts=EN):
    image = np.full((size_px[1], size_px[0], 3), background, np.uint8)
    return overlay(layout_of(size_px, place), texts).draw(image, what)


def changed(a, b):
    """Bounding box (x0, y0, x1, y1) of the pixels that differ, None when none do."""
    ys, xs = np.nonzero((a != b).any(axis=2))
    return (xs.min(), ys.min(), xs.max() + 1, ys.max() + 1) if len(xs) else None


def test_an_image_of_one_repetition_bears_its_number():
    shown = drawn(state(rep=4))
    np.testing.assert_array_equal(shown, drawn(state(rep=4, reps_done=9)))
    counter = layout_of((960, 540)).counter
    assert within(changed(shown, drawn(state())), counter)
    assert within(changed(shown, drawn(state(rep=5))), counter)


def within(box, rect, slack=3.0):
    return (
        box[0] >= rect.x - slack
        and box[1] >= rect.y - slack
        and box[2] <= rect.right + slack
        and box[3] <= rect.bottom + slack
    )


def test_the_frame_that_is_drawn_on_stays_as_it_was():
    image = np.full((540, 960, 3), 128, np.uint8)
    assert overlay(layout_of((960, 540))).draw(image, state()) is not image
    assert (image == 128).all()


@pytest.mark.parametrize("size_px", SIZES)
@pytest.mark.parametrize("language", languages())
def test_every_state_can_be_drawn_at_every_size_in_every_language(size_px, language):
    states = [
        *(state(size_px, phase=phase) for phase in Phase),
        state(size_px, cue="cue.hip_steady"),
        state(size_px, tempo=None, reps_done=118, reps_target=120),
        state(size_px, cannot_tell="draw.leg_unclear"),
        state(size_px, cannot_tell="draw.nobody"),
        state(size_px, hip=Angle(math.nan), knee=Angle(math.nan), hip_finding=hip(math.nan), clock_s=math.nan),
        state(size_px, hip_finding=hip(60.0)),
        state(size_px, hip_finding=None),
    ]
    for one in layouts(size_px):
        painter = overlay(one, Texts(language))
        images = [painter.draw(np.full((size_px[1], size_px[0], 3), 128, np.uint8), what).tobytes() for what in states]
        assert len(set(images)) == len(states)


def test_every_language_has_its_own_words():
    assert len({drawn(state(), texts=Texts(language)).tobytes() for language in languages()}) == len(languages())


@settings(deadline=None, max_examples=60)
@given(joints=st.lists(st.tuples(*[st.one_of(st.just(math.nan), st.floats(-4000, 4000))] * 2), min_size=6, max_size=6))
def test_any_points_can_be_drawn(joints):
    assert drawn(state((320, 180), leg_xy_px=np.array(joints)), (320, 180)).shape == (180, 320, 3)


@pytest.mark.parametrize("size_px", SIZES)
def test_what_cannot_be_told_shows_no_number(size_px):
    """Not a pixel depends on angles, tempo, phase or cue once the frame cannot be judged."""
    one = state(size_px, cannot_tell="draw.leg_out_of_sight")
    other = replace(
        one,
        hip=Angle(12.0, 1.0),
        knee=Angle(5.0),
        hip_finding=hip(12.0),
        phase=Phase.HOLDING,
        tempo=PhaseTempo(9.0),
        cue="cue.slow",
    )
    assert changed(drawn(one, size_px), drawn(other, size_px)) is None
    assert changed(drawn(one, size_px), drawn(state(size_px), size_px)) is not None


@pytest.mark.parametrize("size_px", SIZES)
def test_the_reason_is_written_in_its_field(size_px):
    a = drawn(state(size_px, cannot_tell="draw.nobody"), size_px)
    b = drawn(state(size_px, cannot_tell="draw.leg_out_of_sight"), size_px)
    assert within(changed(a, b), layout_of(size_px).answer)


@pytest.mark.parametrize("size_px", SIZES)
@pytest.mark.parametrize(
    ("part", "change"),
    [
        ("counter", {"reps_done": 17}),
        ("phase", {"tempo": PhaseTempo(1.3, 1.0)}),
        ("phase", {"phase": Phase.RETURNING}),
        ("gauge", {"hip_finding": hip(60.0)}),
        ("gauge", {"hip_finding": replace(hip(60.0), rep=1)}),
        ("cue", {"cue": "cue.hip_in_band.low"}),
    ],
)
def test_each_part_draws_only_in_its_own_place(size_px, part, change):
    for one in layouts(size_px):
        plain, other = (
            overlay(one).draw(np.full((size_px[1], size_px[0], 3), 128, np.uint8), what)
            for what in (state(size_px), state(size_px, **change))
        )
        box = changed(plain, other)
        assert box is not None
        assert within(box, getattr(one, part))


@pytest.mark.parametrize("background", [0, 255])
def test_text_stands_out_on_any_background(background):
    image = drawn(state(), background=background)
    counter = layout_of((960, 540)).counter
    block = image[int(counter.y) : int(counter.bottom), int(counter.x) : int(counter.right)].mean(axis=2)
    assert block.max() > 230
    assert np.median(block) < 80


@pytest.mark.parametrize("size_px", SIZES)
def test_the_leg_stays_uncovered(size_px):
    """The labels and arcs leave most of the shin visible: it is drawn in the leg's colour."""
    image = drawn(state(size_px), size_px)
    knee, ankle = state(size_px).leg_xy_px[[2, 3]]
    along = np.array([knee + share * (ankle - knee) for share in np.linspace(0.3, 0.85, 12)])
    colours = image[np.round(along[:, 1]).astype(int), np.round(along[:, 0]).astype(int)]
    yellow = (colours[:, 0] < 140) & (colours[:, 1] > 180) & (colours[:, 2] > 180)
    assert yellow.mean() > 0.8


def test_the_leg_alone_leaves_the_rest_of_the_frame_as_it_is():
    size_px = (640, 480)
    xy_px = np.full((33, 2), np.nan)
    xy_px[[11, 23, 25, 27, 29, 31]] = leg_xy(size_px)
    image = np.full((480, 640, 3), 128, np.uint8)
    made = draw_leg_only(image, state(size_px), xy_px, Side.LEFT, EN)
    box = changed(made, image)
    assert box is not None
    assert box[3] < 480, "there is no panel"


def test_another_size_is_a_callers_bug():
    with pytest.raises(ValueError, match="expected an image of 960 x 540"):
        overlay(layout_of((960, 540))).draw(np.zeros((540, 961, 3), np.uint8), state())
