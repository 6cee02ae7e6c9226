from dataclasses import replace
from functools import cache

import numpy as np
import pytest

import synth
from formcheck.angles.leg import MAX_REP_JITTER_DEG
from formcheck.form.judge import judge_track
from formcheck.form.online import OnlineJudge, judge_online
from formcheck.pose.landmarks import LEGS
from formcheck.protocols.loader import load_protocol
from formcheck.timeseries import take_frames
from formcheck.types import Phase, Verdict
from synth import Move

GLIDE = load_protocol()
# As few frames a second as live practice is judged by on a slow machine: each costs some milliseconds.
FPS = 12.0
PER_FRAME = ("t_s", "xy_px", "world_m", "visibility", "luma", "hidden")
SETS = {
    "steady": [Move()] * 2,
    "without rest": [Move(rest_s=0.0, hold_s=0.0)] * 3,
    "little range": [Move(peak_deg=60.0)] * 2,
    "very slow": [Move(extend_s=5.0, hold_s=4.0, return_s=5.0, rest_s=3.0)],
    "different": [Move(), Move(peak_deg=55.0), Move(extend_s=0.8, return_s=0.8)],
}


def judged(track):
    """Go through a track as live does: every state, and the rows."""
    judge, states, rows = OnlineJudge(GLIDE), [], []
    for at, t_s in enumerate(track.t_s):
        first = int(np.searchsorted(track.t_s, t_s - 2.0))
        window = replace(track, **{name: getattr(track, name)[first : at + 1] for name in PER_FRAME})
        state = judge.judge(window)
        states.append(state)
        rows += state.rows
    return states, [*rows, *judge.flush()]


@cache
def judged_set(name):
    track = synth.glide(SETS[name], noise_px=1.0, fps=15.0)
    return track, *judged(track)


@pytest.mark.parametrize("name", SETS)
def test_live_and_file_agree(name):
    track, states, rows = judged_set(name)
    live, file = judge_online(track, rows, GLIDE), judge_track(track, GLIDE)
    assert states[-1].rep_count == live.rep_count == file.rep_count == len(SETS[name])
    for mine, theirs in zip(live.reps, file.reps, strict=True):
        assert mine.knee_flexion_peak_deg == pytest.approx(theirs.knee_flexion_peak_deg, abs=1.0)
        assert mine.start_s == pytest.approx(theirs.start_s, abs=0.15)
        assert mine.end_s == pytest.approx(theirs.end_s, abs=0.15)
    assert [(f.rule, f.rep, f.verdict) for f in live.findings] == [(f.rule, f.rep, f.verdict) for f in file.findings]


@pytest.mark.parametrize("name", SETS)
def test_a_repetition_is_counted_within_half_a_second_of_its_end(name):
    _, states, _ = judged_set(name)
    counted_s = [state.t_s for state in states if state.counted is not None]
    ends_s = [end for *_, end in synth.events(SETS[name])]
    assert np.abs(np.array(counted_s) - ends_s).max() <= 0.5


def test_repetitions_are_counted_one_by_one_with_their_findings():
    fast = Move(extend_s=0.5, return_s=0.5)
    states, _ = judged(synth.glide([Move(), fast, Move()], fps=FPS))
    counted = [state.counted for state in states if state.counted is not None]
    assert [one.rep.index for one in counted] == [1, 2, 3]
    slow = [next(f.verdict for f in one.findings if f.rule == "slow") for one in counted]
    assert slow == [Verdict.MET, Verdict.NOT_MET, Verdict.MET]


def test_a_time_without_frames_does_not_end_a_repetition():
    whole = synth.glide([Move(return_s=2.0, rest_s=2.0)], fps=FPS)
    *_, end_s = synth.events([Move(return_s=2.0, rest_s=2.0)])[0]
    # The knee is seen on its way back, and then not before it has been back for long.
    seen = (whole.t_s < end_s - 0.5) | (whole.t_s > end_s + 0.7)
    states, _ = judged(take_frames(whole, np.flatnonzero(seen)))
    (counted,) = (state.counted for state in states if state.counted is not None)
    assert counted.rep.end_s > end_s - 0.5 + 1 / FPS
    first_after = next(state for state in states if state.t_s > end_s + 0.7)
    assert first_after.counted is None


def test_the_same_set_at_any_frame_rate():
    counts = {fps: judged(synth.glide([Move()], fps=fps, noise_px=0.5))[0][-1].rep_count for fps in (12, 60)}
    assert counts == {12: 1, 60: 1}


def test_phases_follow_the_knee():
    moves = [Move(extend_s=2.0, hold_s=2.0, return_s=2.0, rest_s=2.0)] * 2
    states, _ = judged(synth.glide(moves, fps=FPS))
    start, peak, leave, end = synth.events(moves)[1]
    wanted = {
        (start + peak) / 2 + 0.2: Phase.EXTENDING,
        (peak + leave) / 2 + 0.2: Phase.HOLDING,
        (leave + end) / 2 + 0.2: Phase.RETURNING,
        end + 1.0: Phase.REST,
    }
    for t_s, phase in wanted.items():
        assert min(states, key=lambda state: abs(state.t_s - t_s)).phase is phase


def test_legs_that_are_mixed_up_are_known_within_seconds():
    t_s = synth.times(8.0, fps=FPS)
    knee = np.full(len(t_s), 80.0)
    for wander_deg, mixed in ((4.0, True), (0.5, False)):
        states, _ = judged(synth.track(t_s, knee, 90.0 + wander_deg * np.sin(2 * np.pi * 2.5 * t_s)))
        assert all(np.isnan(state.view.jitter_deg) for state in states if state.t_s < 3.0)
        assert (states[-1].view.jitter_deg > MAX_REP_JITTER_DEG) is mixed


def test_a_slow_start_in_which_the_legs_are_mixed_up_does_not_cost_the_set():
    whole = synth.glide([Move()], fps=FPS)
    # A busy machine looks at three frames a second at first: it takes longer until the survey has seen enough.
    slow_s = 3.5
    seen = take_frames(whole, np.flatnonzero((whole.t_s > slow_s) | (np.arange(len(whole.t_s)) % 4 == 0)))
    leg = LEGS[whole.working_side]
    swapped = seen.xy_px.copy()
    rows = np.flatnonzero((seen.t_s < slow_s) & (np.arange(len(seen.t_s)) % 2 == 1))
    swapped[np.ix_(rows, [leg.knee, leg.ankle, leg.heel, leg.toe])] += [60.0, 36.0]
    mixed = replace(seen, xy_px=swapped)
    _, angles = judged(mixed)
    assert judge_online(mixed, angles, GLIDE).rep_count >= 1


def test_nothing_is_answered_before_limbs_are_known():
    states, rows = judged(synth.glide([Move()], fps=FPS))
    assert all(state.angles is None for state in states if state.t_s < 0.5)
    assert rows[0].t_s[0] == 0.0


def test_a_pause_cuts_the_repetition_under_way():
    track = synth.glide([Move()] * 2, fps=FPS)
    judge, events = OnlineJudge(GLIDE), synth.events([Move()] * 2)
    count = 0
    for at, t_s in enumerate(track.t_s):
        first = int(np.searchsorted(track.t_s, t_s - 2.0))
        window = replace(track, **{name: getattr(track, name)[first : at + 1] for name in PER_FRAME})
        count = judge.judge(window).rep_count
        if events[0][0] < t_s < events[0][3]:
            judge.reset()
    assert count == 1


def test_someone_who_leaves_splits_the_curve():
    track = synth.glide([Move()] * 3, fps=FPS)
    _, peak, leave, _ = synth.events([Move()] * 3)[1]
    points = track.xy_px.copy()
    points[(track.t_s > peak - 0.5) & (track.t_s < leave + 1.0)] = np.nan
    states, rows = judged(replace(track, xy_px=points))
    session = judge_online(replace(track, xy_px=points), rows, GLIDE)
    assert states[-1].rep_count == session.rep_count == 2


def test_memory_does_not_grow():
    judge = OnlineJudge(GLIDE)
    track = synth.glide([Move(extend_s=1.0, return_s=1.0, rest_s=0.3)] * 6, fps=FPS)
    kept = 0
    for at, t_s in enumerate(track.t_s):
        first = int(np.searchsorted(track.t_s, t_s - 2.0))
        window = replace(track, **{name: getattr(track, name)[first : at + 1] for name in PER_FRAME})
        judge.judge(window)
        kept = max(kept, len(judge._recent))
    assert kept < 12.0 * FPS
