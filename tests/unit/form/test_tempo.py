"""Slow motion that the file does not tell."""

from dataclasses import replace

import numpy as np
import pytest

import synth
from formcheck.form import rules
from formcheck.message import Message
from formcheck.types import Verdict
from synth import Move


def stretched(times: float, **move):
    """A set that plays so many times slower than it was."""
    track = synth.glide([Move(**move)] * 3)
    return replace(track, t_s=track.t_s * times)


def tempo_of(track):
    session = synth.session(track)
    verdicts = {one.verdict for one in session.findings if one.rule == rules.SLOW.id}
    return verdicts, [reason.key for reason in session.quality.reasons]


@pytest.mark.parametrize(("times", "stroke_s"), [(8, 0.6), (4, 1.2)])
def test_nothing_is_claimed_of_the_tempo_of_what_may_be_slow_motion(times, stroke_s):
    verdicts, reasons = tempo_of(stretched(times, extend_s=stroke_s, return_s=stroke_s))
    assert verdicts == {Verdict.NOT_ASSESSABLE}
    assert "quality.may_be_slowed" in reasons


@pytest.mark.parametrize("key", ["warning.speed_given", "warning.slow_motion"])
def test_a_clip_whose_speed_is_known_is_judged(key):
    track = stretched(8, extend_s=0.6, return_s=0.6)
    known = {"percent": 100.0, "filmed": 240.0, "plays": 30.0}
    verdicts, reasons = tempo_of(replace(track, warnings=(Message.of(key, **known),)))
    assert verdicts == {Verdict.MET}
    assert "quality.may_be_slowed" not in reasons


def test_ordinary_glides_and_slow_ones_in_small_movements_are_judged():
    assert tempo_of(synth.glide([Move()] * 4))[0] == {Verdict.MET}
    slow = stretched(4, extend_s=1.4, return_s=1.4)
    # Time passes unevenly, so that the speed rises and falls within each movement.
    uneven = replace(slow, t_s=slow.t_s + 0.16 * np.sin(2 * np.pi * slow.t_s / 1.3))
    verdicts, reasons = tempo_of(uneven)
    assert verdicts == {Verdict.MET}
    assert "quality.may_be_slowed" not in reasons


def test_the_finding_says_why_and_shows_no_number():
    track = stretched(8, extend_s=0.6, return_s=0.6)
    session = synth.session(track)
    (finding,) = [one for one in session.findings_of(None) if one.rule == rules.SLOW.id]
    assert finding.reason == "may_be_slowed"
    assert finding.observed is None
