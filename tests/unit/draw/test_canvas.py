import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from formcheck.draw import canvas as colours
from formcheck.draw.canvas import Canvas, Rect
from formcheck.draw.font import Font
from formcheck.draw.text_blocks import Paragraph, paragraphs, text_block

RECT = Rect(10.0, 20.0, 200.0, 100.0)


def luminance(colour) -> float:
    """Relative luminance as WCAG 2 defines it."""
    share = np.array(colour, float)[::-1] / 255
    linear = np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4)
    return float(linear @ [0.2126, 0.7152, 0.0722])


def contrast(a, b) -> float:
    low, high = sorted((luminance(a), luminance(b)))
    return (high + 0.05) / (low + 0.05)


def test_text_on_a_panel_has_the_contrast_of_wcag_whatever_is_behind():
    for background in itertools.product((0, 128, 255), repeat=3):
        canvas = Canvas(np.full((140, 240, 3), background, np.uint8))
        canvas.panel(RECT)
        on = canvas.image[60, 60]
        for colour in (colours.WHITE, colours.GREY, colours.WARN, colours.GOOD):
            assert contrast(colour, on) >= 4.5, (background, colour)


def test_text_on_the_hatched_field_and_the_tick_on_the_bar_have_it_too():
    canvas = Canvas(np.full((140, 240, 3), 255, np.uint8))
    canvas.hatch(RECT, 12.0)
    inside = canvas.image[20:120, 10:210].reshape(-1, 3)
    assert min(contrast(colours.WHITE, pixel) for pixel in np.unique(inside, axis=0)) >= 4.5
    assert contrast(colours.DARK, colours.GOOD) >= 4.5


def test_a_canvas_is_a_copy_with_a_band_where_one_is_asked_for():
    image = np.full((48, 64, 3), 128, np.uint8)
    canvas = Canvas(image, band_px=10)
    assert canvas.size_px == (64, 58)
    canvas.box(Rect(0, 0, 64, 48), colours.WHITE)
    assert (image == 128).all()
    assert (canvas.image[48:] == colours.DARK).all()


@settings(deadline=None)
@given(
    text=st.text("abcdefgh ,.°", min_size=1, max_size=200),
    width=st.integers(60, 900),
    lines=st.integers(1, 3),
)
def test_fitted_text_fits(text, width, lines):
    font = Font()
    found, size = font.fit(text, 30.0, width, lines=lines)
    assert len(found) <= lines
    assert size >= 9.0
    assert all(font.width(line, size) <= width for line in found)
    if size == 30.0:
        assert "…" not in "".join(found)


def test_text_that_fits_is_not_shortened():
    sentence = "Keep the thigh upright as the knee straightens."
    found, size = Font().fit(sentence, 20.0, 400, lines=2)
    assert " ".join(found) == sentence
    assert size == 20.0


@pytest.mark.parametrize("words", [1, 6, 30])
def test_blocks_of_text_stay_in_their_rectangle(words):
    sentence = "thigh " * words
    blank = np.zeros((200, 300, 3), np.uint8)
    for write in (
        lambda canvas: text_block(canvas, RECT, sentence, 40.0, rows=3),
        lambda canvas: paragraphs(canvas, RECT, [Paragraph(sentence, warning=True), Paragraph("hip")], 40.0),
    ):
        canvas = Canvas(blank)
        write(canvas)
        ys, xs = np.nonzero(canvas.image.any(axis=2))
        assert len(xs)
        assert xs.min() >= RECT.x - 2
        assert xs.max() <= RECT.right + 2
        assert ys.min() >= RECT.y - 4
        assert ys.max() <= RECT.bottom + 6
