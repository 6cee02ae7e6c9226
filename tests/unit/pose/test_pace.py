"""Where a leg counts as fast, from samples that are far apart."""

from __future__ import annotations

import numpy as np
import pytest

import synth
from formcheck.pose.pace import fast_stretches
from formcheck.types import Side

SAMPLE_HZ = 6.0


def stretches(knee_deg, t_s):
    track = synth.track(t_s, knee_deg)
    return fast_stretches(t_s, track.xy_px, track.working_side)


def swing(seconds: float):
    """A knee that goes from 90 to 20 degrees and back within ``seconds``, from 3 s on, once."""
    t_s = synth.times(8.0, fps=SAMPLE_HZ)
    phase = np.clip((t_s - 3.0) / seconds, 0.0, 1.0)
    return t_s, 90.0 - 35.0 * (1 - np.cos(2 * np.pi * phase))


def test_a_slow_glide_is_nowhere_fast():
    t_s, knee_deg = swing(4.0)
    assert stretches(knee_deg, t_s) == ()


def test_a_hasty_glide_is_fast_while_it_lasts():
    t_s, knee_deg = swing(1.5)
    found = stretches(knee_deg, t_s)
    assert found
    assert found[0][0] == pytest.approx(3.0, abs=0.5)
    assert found[-1][1] == pytest.approx(4.5, abs=0.5)


def test_stretches_are_in_order_and_apart():
    t_s = synth.times(12.0, fps=SAMPLE_HZ)
    found = stretches(60.0 - 40.0 * np.cos(2 * np.pi * t_s / 1.5) * (np.sin(t_s) > 0), t_s)
    ends = np.array(found).ravel()
    assert len(found) > 1
    assert (np.diff(ends) > 0).all()


def test_one_sample_of_the_other_leg_is_no_movement():
    t_s = synth.times(6.0, fps=SAMPLE_HZ)
    knee_deg = np.full(len(t_s), 90.0)
    knee_deg[10] = 0.0
    assert stretches(knee_deg, t_s) == ()


def test_one_sample_alone_tells_no_speed():
    t_s = np.array([0.0])
    assert fast_stretches(t_s, synth.track(t_s, np.array([90.0])).xy_px, Side.LEFT) == ()
