from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from formcheck.form.statistics import set_statistics
from formcheck.report.curves import curves_of
from formcheck.report.figures import hip_bar, leg_figure, set_figure, tempo_bar
from formcheck.report.panels import PANEL_HEIGHT, PANEL_WIDTH, static_panels
from formcheck.text.catalogue import Texts
from report_sessions import make_rep, make_session

TARGET = (75.0, 105.0)
TEXTS = Texts("en")


def interior_deg(a, b, c):
    u, v = np.subtract(a, b), np.subtract(c, b)
    return math.degrees(math.acos(np.dot(u, v) / np.linalg.norm(u) / np.linalg.norm(v)))


@given(hip=st.floats(20, 120), knee=st.floats(5, 110))
def test_the_leg_is_drawn_to_its_angles(hip, knee):
    pose = leg_figure(hip, 90.0, knee).end
    along_the_trunk = (pose.hip[0] + 100, pose.hip[1])
    assert interior_deg(along_the_trunk, pose.hip, pose.knee) == pytest.approx(hip, abs=0.3)
    assert 180 - interior_deg(pose.hip, pose.knee, pose.ankle) == pytest.approx(knee, abs=0.5)


def test_the_bent_shank_points_to_the_feet_and_the_toes_up():
    pose = leg_figure(90.0, 90.0, 20.0).start
    assert pose.knee[1] < pose.hip[1]
    assert pose.ankle[0] > pose.knee[0]
    assert pose.toe[1] < pose.ankle[1]


def test_the_figure_of_the_set_needs_measured_angles(session, blank):
    still = dataclasses.replace(session, findings=tuple(f for f in session.findings if f.rule != "hip_steady"))
    figure = set_figure(still, set_statistics(still))
    assert (figure.hip_start_deg, figure.hip_deg, figure.knee_deg) == (90.0, 90.0, 22.0)
    assert set_figure(blank, set_statistics(blank)) is None


def test_where_the_thigh_moved_the_figure_shows_from_where_to_where(session):
    sank = {
        "hip_flexion_start_deg": 92.0,
        "hip_flexion_peak_deg": 61.0,
        "hip_flexion_min_deg": 60.0,
        "hip_flexion_max_deg": 94.0,
    }
    moved = dataclasses.replace(session, reps=tuple(dataclasses.replace(rep, **sank) for rep in session.reps))
    figure = set_figure(moved, set_statistics(moved))
    assert (figure.hip_start_deg, figure.hip_deg) == (92.0, 61.0)
    along_the_trunk = (figure.start.hip[0] + 100, figure.start.hip[1])
    assert interior_deg(along_the_trunk, figure.start.hip, figure.start.knee) == pytest.approx(92.0, abs=0.3)
    assert interior_deg(along_the_trunk, figure.end.hip, figure.end.knee) == pytest.approx(61.0, abs=0.3)


def test_hip_bar_places_range_and_target_on_one_scale():
    rep = make_rep(1, hip_flexion_min_deg=70.0, hip_flexion_max_deg=90.0, hip_flexion_mean_deg=80.0)
    bar = hip_bar(rep, (60, 110), TARGET)
    assert (bar.low, bar.width, bar.mean) == (20.0, 40.0, 40.0)
    assert (bar.target_low, bar.target_width) == (30.0, 60.0)
    assert hip_bar(make_rep(1, hip_flexion_mean_deg=math.nan), (60, 110), TARGET) is None


def test_tempo_bar_is_in_proportion_to_the_slowest():
    assert [(part.x, part.width) for part in tempo_bar(make_rep(1), 8.0)] == [
        (0.0, 20.0),
        (20.0, 10.0),
        (30.0, 20.0),
    ]
    assert tempo_bar(make_rep(1, hold_s=math.nan), 8.0) == ()
    assert tempo_bar(make_rep(1, complete=False), 8.0) == ()


def numbers_of(path: str) -> np.ndarray:
    return np.array([float(n) for n in path.replace("M", " ").replace("L", " ").replace("Z", " ").split()]).reshape(
        -1, 2
    )


def test_static_curves_stay_in_their_box_and_break_at_gaps(session):
    hip, knee = static_panels(curves_of(session, hip_target_deg=TARGET), TEXTS)
    for panel in (hip, knee):
        assert panel.line.count("M") == panel.band.count("Z") == 2
        for path in (panel.line, panel.band):
            x, y = numbers_of(path).T
            assert x.min() >= 0
            assert x.max() <= PANEL_WIDTH
            assert y.min() >= 0
            assert y.max() <= PANEL_HEIGHT
    assert hip.peaks == ()
    assert len(knee.peaks) == 3
    assert hip.target_y is not None
    assert knee.target_y is None


def test_static_peaks_lie_on_the_curve(session):
    _, knee = static_panels(curves_of(session, hip_target_deg=TARGET), TEXTS)
    x, y = numbers_of(knee.line).T
    for peak_x, peak_y in knee.peaks:
        assert y[np.argmin(np.abs(x - peak_x))] == pytest.approx(peak_y, abs=0.5)


@pytest.mark.parametrize("fps_count", [(30.0, 1), (10.0, 40), (2.0, 300)])
def test_time_axis_has_a_readable_number_of_ticks(fps_count):
    fps, count = fps_count
    _, knee = static_panels(curves_of(make_session(rep_count=count, fps=fps), hip_target_deg=TARGET), TEXTS)
    assert 4 <= len(knee.x_ticks) <= 11
    assert len({tick.label for tick in knee.x_ticks}) == len(knee.x_ticks)


def test_labels_have_the_language_s_decimal_mark_and_both_conventions():
    curves = curves_of(make_session(rep_count=1, fps=10.0), hip_target_deg=TARGET)
    short = dataclasses.replace(curves, span_s=(0.0, 3.0))
    _, knee = static_panels(short, Texts("de"))
    assert knee.x_ticks[1].label == "0:00,5"
    assert {(tick.label, tick.interior) for tick in knee.y_ticks} >= {("0°", "180°"), ("100°", "80°")}
