"""Clips of which next to nothing could be measured."""

from dataclasses import replace

import numpy as np

import synth
from formcheck.form.judge import judge_track
from formcheck.protocols.loader import load_protocol


def test_what_is_said_not_to_be_measured_has_no_angles_and_no_repetitions():
    moves = [synth.Move()]
    seen = synth.glide(moves)
    t_s = synth.times(40 * synth.duration(moves))
    track = synth.track(t_s, synth.knee_curve(t_s, moves), np.full(len(t_s), 90.0))
    gone = t_s > seen.t_s[-1]
    blank = {
        name: np.where(gone.reshape(-1, *[1] * (values.ndim - 1)), np.nan, values)
        for name, values in (("xy_px", track.xy_px), ("world_m", track.world_m), ("visibility", track.visibility))
    }
    session = judge_track(replace(track, **blank), load_protocol())
    assert {finding.reason for finding in session.findings if finding.rule == "slow"} == {"leg_not_measured"}
    assert session.reps == ()
    assert session.quality.usable_fraction == 0
    assert session.angles is None
