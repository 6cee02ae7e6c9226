import numpy as np
import pytest

import synth
from formcheck.form.cues import choose_cue
from synth import Move

T_S = synth.times(16.0)
SWING = 0.5 - 0.5 * np.cos(2 * np.pi * T_S / 5.3)


@pytest.mark.parametrize(
    ("track", "key"),
    [
        (synth.glide([Move()] * 2), None),
        (synth.track(T_S, 90 - 70 * SWING, 60.0), "cue.hip_in_band.low"),
        (synth.track(T_S, 90 - 70 * SWING, 125.0), "cue.hip_in_band.high"),
        (synth.track(T_S, 90 - 70 * SWING, 100 - 25 * SWING), "cue.hip_steady"),
        (synth.glide([Move(extend_s=0.4, return_s=0.4)] * 2), "cue.slow"),
        (synth.glide([Move(extend_s=0.4, return_s=0.4)] * 2, hip_deg=55.0), "cue.hip_in_band.low"),
    ],
)
def test_the_most_important_fault_is_said(track, key):
    assert choose_cue(synth.session(track).findings_of(1)) == key


def test_sitting_up_comes_first():
    session = synth.session(synth.glide([Move()], trunk_tilt_deg=80.0))
    assert choose_cue(session.findings) == "cue.lying_on_back"
