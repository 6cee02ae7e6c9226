import math

import numpy as np
import pytest

from formcheck.draw.canvas import Canvas, Rect
from formcheck.draw.gauges import draw_hip_gauge, verdict_style
from formcheck.form.rules import HIP, find, limits_of
from formcheck.form.verdicts import Measured
from formcheck.protocols.loader import load_protocol
from formcheck.text.catalogue import Texts, languages
from formcheck.types import Verdict

BAND = (75.0, 105.0)
RECT = Rect(20.0, 20.0, 400.0, 100.0)


def hip(value_deg, half_band_deg):
    return find(HIP, Measured(value_deg, half_band_deg / 1.96), BAND)


@pytest.mark.parametrize(
    ("value_deg", "half_band_deg", "key"),
    [
        (90.0, 4.0, "draw.in_band"),
        (78.0, 9.0, "draw.near_limit"),
        (69.0, 9.0, "draw.near_limit"),
        (102.0, 4.0, "draw.near_limit"),
        (108.0, 4.0, "draw.near_limit"),
        (60.0, 4.0, "draw.too_low"),
        (130.0, 4.0, "draw.too_high"),
        (math.nan, 4.0, "draw.not_known"),
        (90.0, math.nan, "draw.not_known"),
    ],
)
def test_the_words_follow_the_verdict(value_deg, half_band_deg, key):
    assert verdict_style(hip(value_deg, half_band_deg)).key == key


def test_each_verdict_has_a_word_and_an_icon_of_its_own():
    """Nothing is said by colour alone."""
    shown = {verdict: verdict_style(finding) for verdict, finding in VERDICTS.items()}
    assert len({(style.key, style.tick, style.warning) for style in shown.values()}) == len(VERDICTS)
    assert shown[Verdict.MET].tick
    assert shown[Verdict.NOT_MET].warning
    for language in languages():
        words = {Texts(language).get(style.key) for style in shown.values()}
        assert len(words) == len(VERDICTS)


# Those that a rule with a band can give.
VERDICTS = {
    Verdict.MET: hip(90.0, 4.0),
    Verdict.BORDERLINE: hip(78.0, 9.0),
    Verdict.NOT_MET: hip(60.0, 4.0),
    Verdict.NOT_ASSESSABLE: hip(math.nan, math.nan),
}


def drawn(finding, rect=RECT, **options):
    canvas = Canvas(np.full((200, 460, 3), 40, np.uint8))
    draw_hip_gauge(canvas, rect, finding, Texts("en"), **options)
    return canvas.image


def test_the_pointer_stands_at_the_angle_on_the_scale():
    """The scale goes from 25 degrees below the band to 25 above it."""
    for value_deg, share in ((50.0, 0.0), (75.0, 0.3125), (90.0, 0.5), (130.0, 1.0), (170.0, 1.0)):
        with_pointer, without = drawn(hip(value_deg, 0.0)), drawn(hip(math.nan, 0.0))
        bar = slice(72, 88)
        xs = np.nonzero((with_pointer[bar] != without[bar]).any(axis=2))[1]
        assert np.median(xs) == pytest.approx(RECT.x + share * RECT.w, abs=4)


@pytest.mark.parametrize("rect", [RECT, Rect(20.0, 20.0, 200.0, 100.0), Rect(20.0, 20.0, 420.0, 70.0)])
@pytest.mark.parametrize("captions", [True, False])
@pytest.mark.parametrize("verdict", VERDICTS)
def test_a_gauge_fills_its_rectangle_and_no_more(rect, captions, verdict):
    image = drawn(VERDICTS[verdict], rect, captions=captions, now_deg=20.0)
    ys, xs = np.nonzero((image != 40).any(axis=2))
    assert xs.min() >= rect.x - 0.2 * rect.h
    assert xs.max() <= rect.right + 0.2 * rect.h
    assert ys.min() >= rect.y - 3
    assert ys.max() <= rect.bottom + 3


def test_the_limits_are_the_protocols():
    protocol = load_protocol().protocol
    limits = limits_of(HIP, protocol)
    assert limits == (protocol.hip.flexion_deg.low, protocol.hip.flexion_deg.high)


def test_a_finding_without_a_band_is_a_callers_bug():
    with pytest.raises(ValueError, match="two limits"):
        drawn(find(HIP, Measured(90.0, 1.0), (75.0, None)))
