from __future__ import annotations

import dataclasses
import json
import re
from importlib.resources import files

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from formcheck.report.curves import chart_payload, curves_of, frames_to_draw
from formcheck.text.catalogue import Texts
from report_sessions import make_session

TARGET = (75.0, 105.0)
TEXTS = Texts("en")


def edges(measured: np.ndarray) -> np.ndarray:
    return np.flatnonzero(np.diff(measured.astype(int)))


@given(
    signals=npst.arrays(np.float64, (2, 700), elements=st.floats(-20, 180, width=32)),
    gaps=st.lists(st.tuples(st.integers(0, 699), st.integers(1, 120)), max_size=5),
)
def test_thinning_keeps_every_signal_s_extremes_and_every_gap_s_edges(signals, gaps):
    measured = np.ones(700, dtype=bool)
    for start, length in gaps:
        measured[start : start + length] = False
    kept = frames_to_draw(signals, measured, 80)
    assert np.all(np.diff(kept) > 0)
    assert kept.size <= 80 + 2 * edges(measured).size + 2
    assert np.isin(edges(measured), kept).all()
    assert np.isin(edges(measured) + 1, kept).all()
    if measured.any():
        for signal in signals:
            seen = kept[measured[kept]]
            assert signal[seen].max() == signal[measured].max()
            assert signal[seen].min() == signal[measured].min()


def test_thinning_keeps_the_peak_of_every_repetition():
    session = make_session(rep_count=60, fps=60.0)
    curves = curves_of(session, hip_target_deg=TARGET, max_points=1000)
    assert curves.t_s.size <= 1000
    for rep in session.reps:
        inside = (curves.t_s >= rep.start_s) & (curves.t_s < rep.end_s)
        assert curves.knee_deg[inside].min() < 22.5


def test_short_clips_are_drawn_whole(session):
    curves = curves_of(session, hip_target_deg=TARGET)
    assert curves.t_s.size == curves.frames == session.angles.t_s.size


def test_curves_are_missing_exactly_where_the_leg_was_not_measured(session):
    curves = curves_of(session, hip_target_deg=TARGET)
    hidden = (curves.t_s >= 6.0) & (curves.t_s < 6.5)
    for series in (curves.hip_deg, curves.knee_deg, curves.hip_band_deg, curves.knee_band_deg):
        assert np.array_equal(np.isnan(series), hidden)
    ((start, end),) = curves.gaps
    assert (round(start, 3), round(end, 3)) == (5.967, 6.5)


def test_an_angle_that_is_not_usable_is_not_drawn(session):
    usable = session.angles.usable.copy()
    usable[:30] = False
    angles = dataclasses.replace(session.angles, usable=usable)
    curves = curves_of(dataclasses.replace(session, angles=angles), hip_target_deg=TARGET)
    assert np.isnan(curves.knee_deg[:30]).all()
    assert curves.gaps[0][0] == 0.0


def test_no_curves_without_anything_measured(session, blank):
    assert curves_of(blank, hip_target_deg=TARGET) is None
    angles = dataclasses.replace(session.angles, usable=np.zeros(session.angles.t_s.size, dtype=bool))
    assert curves_of(dataclasses.replace(session, angles=angles), hip_target_deg=TARGET) is None


def test_axes_hold_curve_band_and_target(session):
    curves = curves_of(session, hip_target_deg=(60.0, 128.0))
    assert curves.hip_range_deg == (60, 130)
    assert curves.knee_range_deg == (0, 110)
    assert np.nanmax(curves.hip_deg + curves.hip_band_deg) < 130


def test_payload_is_json_with_null_for_gaps(session):
    payload = chart_payload(curves_of(session, hip_target_deg=TARGET), TEXTS)
    json.dumps(payload, allow_nan=False)
    assert payload["knee"][90] == 22.0
    assert payload["kneeBand"][90] == 2.94
    assert payload["knee"][185] is None
    assert payload["phaseWords"][payload["phase"][90]] == TEXTS.get("phase.extending")
    assert payload["reps"][0] == {
        "index": 1,
        "start": 1.0,
        "peak": 3.0,
        "end": 5.0,
        "peakDeg": 22.0,
        "complete": True,
        "partial": False,
    }


def test_the_script_gets_its_words_with_the_curves(session):
    words = chart_payload(curves_of(session, hip_target_deg=TARGET), Texts("de"))["texts"]
    german = Texts("de").section("report.script") | Texts("de").section("report.convention")
    assert set(words.values()) == {*german.values(), ","}
    script = (files("formcheck.report") / "assets" / "report.js").read_text(encoding="utf-8")
    assert set(re.findall(r"\btexts\.(\w+)", script)) == set(words)
