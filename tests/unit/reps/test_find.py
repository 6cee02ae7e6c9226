from dataclasses import replace

import numpy as np
import pytest

import synth
from formcheck.types import Phase
from synth import Move

SET = [Move(), Move(peak_deg=25), Move(peak_deg=15)]


def reps_of(moves, **camera):
    return synth.session(synth.glide(moves, **camera)).reps


def test_counts_and_times_and_angles_of_a_plain_set():
    reps = reps_of(SET)
    assert [rep.index for rep in reps] == [1, 2, 3]
    for rep, move, (start, peak, leave, end) in zip(reps, SET, synth.events(SET), strict=True):
        assert rep.complete
        assert not rep.partial
        assert rep.start_s == pytest.approx(start, abs=0.1)
        assert rep.peak_s == pytest.approx(peak, abs=0.1)
        assert rep.peak_s + rep.hold_s == pytest.approx(leave, abs=0.1)
        assert rep.end_s == pytest.approx(end, abs=0.1)
        assert rep.knee_flexion_start_deg == pytest.approx(90, abs=1)
        assert rep.knee_flexion_peak_deg == pytest.approx(move.peak_deg, abs=1)
        assert rep.hip_flexion_mean_deg == pytest.approx(90, abs=0.5)
        # the fastest moment of a minimum-jerk movement is 15/8 of its mean
        assert rep.peak_speed_deg_s == pytest.approx(
            15 / 8 * rep.excursion_deg / min(rep.extend_s, rep.return_s), rel=0.1
        )


@pytest.mark.parametrize(("peak_deg", "count"), [(80, 0), (70, 1), (20, 1)])
def test_smallest_excursion_that_counts(peak_deg, count):
    assert len(reps_of([Move(peak_deg=peak_deg)])) == count


def test_partial_repetitions_count_and_are_marked():
    reps = reps_of([Move(), Move(peak_deg=65), Move(), Move()])
    assert [rep.partial for rep in reps] == [False, True, False, False]
    assert all(rep.complete for rep in reps)


def test_long_hold_belongs_to_the_repetition():
    (rep,) = reps_of([Move(hold_s=5.0)])
    assert rep.hold_s == pytest.approx(5.0, abs=0.2)
    assert rep.peak_s == pytest.approx(2.8, abs=0.1)


def test_bounce_near_the_end_is_one_repetition():
    t_s = synth.times(8.0)
    knee = synth.knee_curve(t_s, [Move(hold_s=2.0)])
    knee = knee + 20 * np.exp(-(((t_s - 3.8) / 0.3) ** 2))
    session = synth.session(synth.track(t_s, knee))
    assert session.rep_count == 1
    assert next(f for f in session.findings_of(1) if f.rule == "smooth").verdict == "NOT_MET"


def test_points_that_jump_for_a_moment_are_no_repetition():
    t_s = synth.times(8.0)
    knee = synth.knee_curve(t_s, [Move(hold_s=2.0)])
    knee = knee + 60 * np.exp(-(((t_s - 3.8) / 0.08) ** 2))
    reps = synth.session(synth.track(t_s, knee)).reps
    assert [rep.complete for rep in reps] == [True]


def test_an_attempt_that_does_not_come_back_is_not_counted():
    t_s = synth.times(8.0)
    knee = 90 - 70 * synth.ease((t_s - 2) / 2)
    assert synth.session(synth.track(t_s, knee)).rep_count == 0


@pytest.mark.parametrize(
    ("first_s", "last_s", "complete"), [(2.0, 99.0, [False, True, True]), (0.0, 11.4, [True, True, False])]
)
def test_a_set_cut_in_a_movement(first_s, last_s, complete):
    whole = synth.glide(SET)
    keep = (whole.t_s >= first_s) & (whole.t_s <= last_s)
    cut = replace(
        whole,
        **{name: getattr(whole, name)[keep] for name in ("t_s", "xy_px", "world_m", "visibility", "luma", "hidden")},
    )
    session = synth.session(cut)
    assert [rep.complete for rep in session.reps] == complete
    assert session.rep_count == 2
    assert not [f for f in session.findings if f.rep and not session.reps[f.rep - 1].complete]


def test_a_long_gap_cuts_and_a_short_one_does_not():
    whole = synth.glide(SET)
    xy = whole.xy_px.copy()
    xy[(whole.t_s > 2.0) & (whole.t_s < 2.3)] = np.nan
    assert synth.session(replace(whole, xy_px=xy)).rep_count == 3
    xy[(whole.t_s > 1.5) & (whole.t_s < 3.5)] = np.nan
    assert synth.session(replace(whole, xy_px=xy)).rep_count == 2


def test_leg_raise_bridge_and_heel_slide_are_no_glides():
    t_s = synth.times(10.0)
    swing = 0.5 - 0.5 * np.cos(2 * np.pi * t_s / 5)
    leg_raise = synth.track(t_s, 45 * swing, 10 + 80 * swing)
    bridge = synth.track(t_s, 115 - 24 * swing, 56 - 55 * swing)
    heel_slide = synth.track(t_s, 90 - 75 * swing, 45 - 35 * swing)
    for track in (leg_raise, bridge, heel_slide):
        assert synth.session(track).reps == ()


def test_raising_and_lowering_the_leg_is_no_repetition_that_is_cut_off():
    t_s = synth.times(12.0)
    up = synth.ease((t_s - 1.0) / 1.5) * (1 - synth.ease((t_s - 9.0) / 1.5))
    bump = synth.ease((t_s - 4.0) / 1.5) * (1 - synth.ease((t_s - 6.0) / 1.5))
    session = synth.session(synth.track(t_s, up * (90 - 70 * bump), 90.0 * up, hidden=False))
    assert [rep.complete for rep in session.reps] == [True]


@pytest.mark.parametrize(("hip_swing_deg", "counted", "unsure"), [(50.0, 1, 0), (88.0, 0, 1), (110.0, 0, 0)])
def test_a_movement_near_the_limit_between_glide_and_leg_raise_is_listed(hip_swing_deg, counted, unsure):
    t_s = synth.times(7.0)
    knee = synth.knee_curve(t_s, [Move(peak_deg=30.0)])
    session = synth.session(synth.track(t_s, knee, 20.0 + hip_swing_deg * (90.0 - knee) / 60.0))
    said = [dict(reason.values) for reason in session.quality.reasons if reason.key == "quality.unsure_reps"]
    assert session.rep_count == counted
    assert [values["n"] for values in said] == [unsure] * bool(unsure)


def test_thigh_not_held_still_counts_as_movement():
    """A dead bug: the knee leads, the hip goes with it. It is counted, and fails the hip rules."""
    t_s = synth.times(10.0)
    swing = 0.5 - 0.5 * np.cos(2 * np.pi * t_s / 5)
    session = synth.session(synth.track(t_s, 118 - 106 * swing, 93 - 86 * swing))
    assert session.rep_count == 2
    assert {f.verdict for f in session.findings if f.rule == "hip_steady"} == {"NOT_MET"}


def test_every_frame_has_a_phase_in_order():
    session = synth.session(synth.glide([Move(hold_s=1.0)]))
    order = [phase for i, phase in enumerate(session.phases) if i == 0 or phase is not session.phases[i - 1]]
    assert order == [Phase.REST, Phase.EXTENDING, Phase.HOLDING, Phase.RETURNING, Phase.REST]
    in_rep = np.array([phase is not Phase.REST for phase in session.phases])
    np.testing.assert_array_equal(session.rep_of_frame > 0, in_rep)


@pytest.mark.parametrize("excursion_deg", [18.0, 25.0, 60.0])
@pytest.mark.parametrize("first_deg", [0.0, 17.0])
def test_a_leg_that_is_raised_before_the_set_and_lowered_after_it_hides_no_repetition(excursion_deg, first_deg):
    """The knee comes back from straight with the leg; at first its points may jump."""
    moves = [Move(peak_deg=90 - excursion_deg)] * 4
    t_s = synth.times(synth.duration(moves, lead_s=5.0) + 5.0)
    up = synth.ease((t_s - 1.0) / 2.0) * (1 - synth.ease((t_s - (t_s[-1] - 3.5)) / 2.0))
    knee = np.where(up < 1.0, 90.0 * up, synth.knee_curve(t_s, moves, lead_s=5.0))
    knee[t_s < 0.12] = first_deg
    session = synth.session(synth.track(t_s, knee, 5.0 + 85.0 * up))
    assert session.rep_count == 4
    assert [rep.excursion_deg for rep in session.reps if rep.complete] == pytest.approx([excursion_deg] * 4, abs=2)
