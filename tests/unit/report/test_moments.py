import math
from dataclasses import replace

import numpy as np
import pytest

from formcheck.report.moments import Goals, Moments
from formcheck.types import Phase, Side, Verdict
from judged import finding, judged, leg_xy, rep

GOALS = Goals((75.0, 105.0), 20, 75.0)
TIMES_S = [i / 10 for i in range(100)]
REPS = (rep(1, 1.0, 4.0), rep(2, 5.0, 8.0), rep(3, 9.0, 9.8, complete=False))


def moments(**options):
    track, session = judged(TIMES_S, **options)
    return Moments(track, session, goals=GOALS)


@pytest.mark.parametrize(("t_s", "done"), [(0.0, 0), (3.9, 0), (4.0, 1), (7.9, 1), (8.0, 2), (9.9, 2)])
def test_a_repetition_counts_when_it_is_complete(t_s, done):
    shown = moments(reps=REPS).at(t_s)
    assert (shown.reps_done, shown.reps_target) == (done, 20)


def test_angles_carry_the_same_95_percent_band_as_the_report():
    shown = moments(reps=REPS).at(2.0)
    assert (shown.hip.value_deg, shown.knee.value_deg) == (90.0, 60.0)
    assert shown.hip.band_deg == pytest.approx(1.96 * 2.0)
    assert shown.knee.band_deg == pytest.approx(1.96 * 1.5)
    np.testing.assert_allclose(shown.leg_xy_px, leg_xy((320, 240)))
    assert shown.clock_s == 2.0


def phases_of_a_rep():
    return [
        Phase.REST if t < 1 else Phase.EXTENDING if t < 2 else Phase.HOLDING if t < 3 else Phase.RETURNING
        for t in TIMES_S
    ]


@pytest.mark.parametrize(
    ("t_s", "phase", "elapsed_s", "at_least_s"),
    [
        (0.5, Phase.REST, 0.5, None),
        (1.0, Phase.EXTENDING, 0.0, 0.8),
        (1.7, Phase.EXTENDING, 0.7, 0.8),
        (2.4, Phase.HOLDING, 0.4, None),
        (3.5, Phase.RETURNING, 0.5, 0.8),
        (4.5, Phase.RETURNING, 1.5, None),
    ],
)
def test_tempo_is_the_time_in_the_phase_against_the_least_it_should_take(t_s, phase, elapsed_s, at_least_s):
    shown = moments(reps=REPS[:1], phases=phases_of_a_rep()).at(t_s)
    assert shown.phase is phase
    assert shown.tempo.elapsed_s == pytest.approx(elapsed_s)
    assert shown.tempo.at_least_s == (None if at_least_s is None else pytest.approx(at_least_s))


def test_a_repetition_without_a_measured_excursion_has_no_least_time():
    unmeasured = replace(REPS[0], knee_flexion_peak_deg=math.nan)
    shown = moments(reps=[unmeasured], phases=phases_of_a_rep()).at(1.5)
    assert shown.tempo.at_least_s is None


def test_the_cue_is_the_first_rule_not_met_and_only_during_its_repetition():
    findings = [
        finding("hands_on_thigh", 2, advisory=True),
        finding("knee_starts_bent", 2, Verdict.MET),
        finding("smooth", 2, Verdict.BORDERLINE),
        finding("hip_steady", 2),
        finding("slow", 2),
        finding("hip_in_band", None),
        finding("hands_on_thigh", 3, advisory=True),
    ]
    at = moments(reps=REPS, findings=findings).at
    still, hands = "Hold the thigh still.", "Hold the thigh with both hands."
    assert [at(t_s).cue for t_s in (2.0, 4.5, 5.0, 7.9, 8.5, 9.5)] == [None, None, still, still, None, hands]


def cannot_tell(t_s=2.0, **options):
    shown = moments(**options).at(t_s)
    assert (shown.cannot_tell is None) == math.isfinite(shown.knee.value_deg)
    return shown.cannot_tell


def test_what_cannot_be_told_is_said_with_its_reason():
    assert cannot_tell() is None
    assert "not lying" in cannot_tell(lying=False).lower()
    assert cannot_tell(lying=None) is None
    assert "working leg" in cannot_tell(side=None)
    assert "clear enough" in cannot_tell(usable=[t < 1.5 for t in TIMES_S])
    assert cannot_tell(1.0, usable=[t < 1.5 for t in TIMES_S]) is None
    assert "not analysed" in cannot_tell(20.0)


@pytest.mark.parametrize(("gone", "reason"), [(range(33), "Nobody"), ([25], "out of sight")])
def test_missing_points_are_said(gone, reason):
    track, session = judged(TIMES_S)
    xy_px = track.xy_px.copy()
    xy_px[20, list(gone)] = np.nan
    at = Moments(replace(track, xy_px=xy_px), session, goals=GOALS).at
    assert reason in at(2.0).cannot_tell
    assert at(2.2).cannot_tell is None


def test_between_analysed_frames_the_nearest_stands_in():
    track, session = judged([0.0, 0.2, 0.4, 2.0], phases=[Phase.REST, Phase.EXTENDING, *[Phase.HOLDING] * 2])
    at = Moments(track, session, goals=GOALS).at
    assert [at(t_s).phase for t_s in (0.09, 0.11, 0.31)] == [Phase.REST, Phase.EXTENDING, Phase.HOLDING]
    assert "not analysed" in at(1.0).cannot_tell


def test_the_working_side_is_the_one_drawn_and_kept_in_sight():
    track, session = judged(TIMES_S)
    xy_px = track.xy_px.copy()
    xy_px[:, [12, 24, 26, 28, 30, 32]] = xy_px[:, [11, 23, 25, 27, 29, 31]] + 7
    right = Moments(replace(track, xy_px=xy_px), replace(session, side=Side.RIGHT), goals=GOALS)
    np.testing.assert_allclose(right.at(1.0).leg_xy_px, leg_xy((320, 240)) + 7)
    _, weights = right.body_points()
    assert set(np.flatnonzero(weights > 1)) == {12, 24, 26, 28, 30, 32}


def test_track_and_session_must_belong_together():
    track, _ = judged(TIMES_S)
    _, session = judged(TIMES_S[:-1])
    with pytest.raises(ValueError, match="same frames"):
        Moments(track, session, goals=GOALS)


def test_an_empty_track_has_nothing_to_tell():
    track, session = judged([])
    assert "not analysed" in Moments(track, session, goals=GOALS).at(0.0).cannot_tell
