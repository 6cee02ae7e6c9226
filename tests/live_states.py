"""Moments and windows as the judge would make them, one by one."""

from dataclasses import replace

import numpy as np

import synth
from formcheck.form.online import OnlineState
from formcheck.timeseries import unknown_frames
from formcheck.types import LegAngles, Phase, Side, View

SIDE_ON = View(True, 3.0, 0.0, 0.0)


def angles(t_s, *, hip=90.0, knee=85.0, hands=0.1, usable=True):
    known = {
        "t_s": t_s,
        "hip_flexion_deg": hip,
        "knee_flexion_deg": knee,
        "ankle_dorsiflexion_deg": 0.0,
        "foot_from_vertical_deg": 0.0,
        "hip_se_deg": 3.5,
        "knee_se_deg": 3.5,
        "hand_distance_thighs": hands,
    }
    row = LegAngles(
        **{name: np.array([value]) for name, value in known.items()},
        usable=np.array([True]),
        side=Side.LEFT,
        view=SIDE_ON,
    )
    return row if usable else unknown_frames(row, row.t_s)


def online_state(
    t_s,
    *,
    hip=90.0,
    knee=85.0,
    hands=0.1,
    phase=Phase.REST,
    seen=True,
    lying=True,
    usable=True,
    rep_from_s=None,
    count=0,
    counted=None,
    azimuth=0.0,
    elevation=8.0,
    jitter=0.2,
):
    row = angles(t_s, hip=hip, knee=knee, hands=hands, usable=usable and seen)
    view = View(lying, 3.0 if lying else 70.0, 0.0, azimuth, elevation, jitter)
    return OnlineState(t_s, seen, lying, view, (row,), row, phase, 1.0, rep_from_s, count, counted)


def window(*, luma=120.0, shift_px=(0.0, 0.0), scale=1.0, seen=True):
    """The track of the last seconds, of a person lying side-on in the middle of the picture."""
    track = synth.track(np.arange(5) / 30, np.full(5, 85.0), hidden=False, scale_px_m=300.0 * scale)
    points = track.xy_px + np.array(shift_px) if seen else np.full_like(track.xy_px, np.nan)
    return replace(track, xy_px=points, luma=np.full(5, luma))
