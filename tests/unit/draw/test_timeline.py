import math
from dataclasses import replace

import numpy as np
import pytest

from formcheck.draw.timeline import Timeline
from formcheck.protocols.loader import load_protocol
from formcheck.types import Phase, Side, Verdict
from judged import finding, judged, leg_xy, rep

PROTOCOL = load_protocol().protocol
TIMES_S = [i / 10 for i in range(100)]
REPS = (rep(1, 1.0, 4.0), rep(2, 5.0, 8.0), rep(3, 9.0, 9.8, complete=False))


def timeline(**options):
    track, session = judged(TIMES_S, **options)
    return Timeline(track, session, PROTOCOL)


@pytest.mark.parametrize(("t_s", "done"), [(0.0, 0), (3.9, 0), (4.0, 1), (7.9, 1), (8.0, 2), (9.9, 2)])
def test_a_repetition_counts_when_it_is_complete(t_s, done):
    state = timeline(reps=REPS).at(t_s)
    assert (state.reps_done, state.reps_target) == (done, 20)


def test_angles_are_those_of_the_instant_with_their_error():
    state = timeline(reps=REPS).at(2.0)
    assert (state.hip.value_deg, state.knee.value_deg) == (90.0, 60.0)
    assert (state.hip.se_deg, state.knee.se_deg) == (2.0, 1.5)
    np.testing.assert_allclose(state.leg_xy_px, leg_xy((320, 240)))
    assert state.clock_s == 2.0


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
    state = timeline(reps=REPS[:1], phases=phases_of_a_rep()).at(t_s)
    assert state.phase is phase
    assert state.tempo.elapsed_s == pytest.approx(elapsed_s)
    assert state.tempo.at_least_s == (None if at_least_s is None else pytest.approx(at_least_s))


def test_a_repetition_without_a_measured_excursion_has_no_least_time():
    unmeasured = replace(REPS[0], knee_flexion_peak_deg=math.nan)
    state = timeline(reps=[unmeasured], phases=phases_of_a_rep()).at(1.5)
    assert state.tempo.at_least_s is None


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
    at = timeline(reps=REPS, findings=findings).at
    still, hands = "cue.hip_steady", "cue.hands_on_thigh"
    assert [at(t_s).cue for t_s in (2.0, 4.5, 5.0, 7.9, 8.5, 9.5)] == [None, None, still, still, None, hands]


def test_during_a_repetition_the_hip_is_told_as_its_finding_tells_it():
    """At the instant the hip is at 90 and well in the band; over the repetition it was not."""
    hip = finding("hip_in_band", 1, Verdict.BORDERLINE)
    at = timeline(reps=REPS, findings=[hip, finding("hip_steady", 1)]).at
    assert at(2.0).hip_finding == hip
    assert at(4.5).hip_finding.verdict is Verdict.MET
    assert at(4.5).hip_finding.observed == 90.0
    assert at(6.0).hip_finding.verdict is Verdict.MET, "a repetition without a finding shows the instant"


def test_without_a_protocol_there_is_nothing_to_hold_the_hip_against():
    track, session = judged(TIMES_S, reps=REPS)
    state = Timeline(track, session, None).at(2.0)
    assert state.hip.value_deg == 90.0
    assert state.hip_finding is None
    assert state.reps_target == 0
    assert state.tempo.at_least_s is None


def cannot_tell(t_s=2.0, **options):
    state = timeline(**options).at(t_s)
    assert (state.cannot_tell is None) == math.isfinite(state.knee.value_deg)
    return state.cannot_tell


def test_what_cannot_be_told_is_said_with_its_reason():
    assert cannot_tell() is None
    assert cannot_tell(lying=False) == "draw.not_lying"
    assert cannot_tell(lying=None) is None
    assert cannot_tell(side=None) == "draw.no_leg"
    assert cannot_tell(usable=[t < 1.5 for t in TIMES_S]) == "draw.leg_unclear"
    assert cannot_tell(1.0, usable=[t < 1.5 for t in TIMES_S]) is None
    assert cannot_tell(20.0) == "draw.not_analysed"


@pytest.mark.parametrize(("gone", "reason"), [(range(33), "draw.nobody"), ([25], "draw.leg_out_of_sight")])
def test_missing_points_are_said(gone, reason):
    track, session = judged(TIMES_S)
    xy_px = track.xy_px.copy()
    xy_px[20, list(gone)] = np.nan
    at = Timeline(replace(track, xy_px=xy_px), session, PROTOCOL).at
    assert at(2.0).cannot_tell == reason
    assert at(2.2).cannot_tell is None


def test_between_analysed_frames_the_nearest_stands_in():
    track, session = judged([0.0, 0.2, 0.4, 2.0], phases=[Phase.REST, Phase.EXTENDING, *[Phase.HOLDING] * 2])
    at = Timeline(track, session, PROTOCOL).at
    assert [at(t_s).phase for t_s in (0.09, 0.11, 0.31)] == [Phase.REST, Phase.EXTENDING, Phase.HOLDING]
    assert at(1.0).cannot_tell == "draw.not_analysed"


def test_the_working_side_is_the_one_drawn_and_kept_in_sight():
    track, session = judged(TIMES_S)
    xy_px = track.xy_px.copy()
    xy_px[:, [12, 24, 26, 28, 30, 32]] = xy_px[:, [11, 23, 25, 27, 29, 31]] + 7
    right = Timeline(replace(track, xy_px=xy_px), replace(session, side=Side.RIGHT), PROTOCOL)
    np.testing.assert_allclose(right.at(1.0).leg_xy_px, leg_xy((320, 240)) + 7)
    body = right.body_points()
    np.testing.assert_allclose(body.leg_xy_px[10], leg_xy((320, 240)) + 7)
    heavy = body.xy_px[10][body.weights > 1]
    assert heavy.size
    assert np.isfinite(heavy).all(), "the leg that works, which was seen, counts most"


def test_track_and_session_must_belong_together():
    track, _ = judged(TIMES_S)
    _, session = judged(TIMES_S[:-1])
    with pytest.raises(ValueError, match="same frames"):
        Timeline(track, session, PROTOCOL)


def test_an_empty_track_has_nothing_to_tell():
    track, session = judged([])
    assert Timeline(track, session, PROTOCOL).at(0.0).cannot_tell == "draw.not_analysed"
