from dataclasses import replace
from functools import cache

import numpy as np
import pytest

import synth
from formcheck.form.causal import CausalJudge, judge_causal
from formcheck.form.judge import judge_track
from formcheck.protocols.loader import load_protocol
from formcheck.types import Phase, Verdict
from synth import Move

GLIDE = load_protocol()
PER_FRAME = ("t_s", "xy_px", "world_m", "visibility", "luma", "hidden")
SETS = {
    "steady": [Move()] * 2,
    "without rest": [Move(rest_s=0.0, hold_s=0.0)] * 3,
    "little range": [Move(peak_deg=60.0)] * 2,
    "very slow": [Move(extend_s=5.0, hold_s=4.0, return_s=5.0, rest_s=3.0)] * 2,
    "different": [Move(), Move(peak_deg=55.0), Move(extend_s=0.8, return_s=0.8)],
}


def judged(track):
    """Go through a track as live does: every moment, and the rows."""
    judge, moments, rows = CausalJudge(GLIDE), [], []
    for at, t_s in enumerate(track.t_s):
        first = int(np.searchsorted(track.t_s, t_s - 2.0))
        window = replace(track, **{name: getattr(track, name)[first : at + 1] for name in PER_FRAME})
        moment = judge.judge(window)
        moments.append(moment)
        rows += moment.rows
    return moments, [*rows, *judge.rest()]


@cache
def judged_set(name):
    track = synth.glide(SETS[name], noise_px=1.0, fps=20.0)
    return track, *judged(track)


@pytest.mark.parametrize("name", SETS)
def test_live_and_file_agree(name):
    track, moments, rows = judged_set(name)
    live, file = judge_causal(track, rows, GLIDE), judge_track(track, GLIDE)
    assert moments[-1].rep_count == live.rep_count == file.rep_count == len(SETS[name])
    for mine, theirs in zip(live.reps, file.reps, strict=True):
        assert mine.knee_flexion_peak_deg == pytest.approx(theirs.knee_flexion_peak_deg, abs=1.0)
        assert mine.start_s == pytest.approx(theirs.start_s, abs=0.15)
        assert mine.end_s == pytest.approx(theirs.end_s, abs=0.15)
    assert [(f.rule, f.rep, f.verdict) for f in live.findings] == [(f.rule, f.rep, f.verdict) for f in file.findings]


@pytest.mark.parametrize("name", SETS)
def test_a_repetition_is_counted_within_half_a_second_of_its_end(name):
    _, moments, _ = judged_set(name)
    counted_s = [moment.t_s for moment in moments if moment.counted is not None]
    ends_s = [end for *_, end in synth.events(SETS[name])]
    assert np.abs(np.array(counted_s) - ends_s).max() <= 0.5


def test_repetitions_are_counted_one_by_one_with_their_findings():
    fast = Move(extend_s=0.5, return_s=0.5)
    moments, _ = judged(synth.glide([Move(), fast, Move()]))
    counted = [moment.counted for moment in moments if moment.counted is not None]
    assert [one.rep.index for one in counted] == [1, 2, 3]
    slow = [next(f.verdict for f in one.findings if f.rule == "slow") for one in counted]
    assert slow == [Verdict.MET, Verdict.NOT_MET, Verdict.MET]


def test_the_same_set_at_any_frame_rate():
    counts = {fps: judged(synth.glide([Move()] * 2, fps=fps, noise_px=0.5))[0][-1].rep_count for fps in (12, 60)}
    assert counts == {12: 2, 60: 2}


def test_phases_follow_the_knee():
    moves = [Move(extend_s=2.0, hold_s=2.0, return_s=2.0, rest_s=2.0)] * 2
    moments, _ = judged(synth.glide(moves))
    start, peak, leave, end = synth.events(moves)[1]
    wanted = {
        (start + peak) / 2 + 0.2: Phase.EXTENDING,
        (peak + leave) / 2 + 0.2: Phase.HOLDING,
        (leave + end) / 2 + 0.2: Phase.RETURNING,
        end + 1.0: Phase.REST,
    }
    for t_s, phase in wanted.items():
        assert min(moments, key=lambda moment: abs(moment.t_s - t_s)).phase is phase


def test_nothing_is_answered_before_limbs_are_known():
    moments, rows = judged(synth.glide([Move()]))
    assert all(moment.angles is None for moment in moments if moment.t_s < 0.5)
    assert rows[0].t_s[0] == 0.0


def test_a_pause_cuts_the_repetition_under_way():
    track = synth.glide([Move()] * 2)
    judge, events = CausalJudge(GLIDE), synth.events([Move()] * 2)
    count = 0
    for at, t_s in enumerate(track.t_s):
        first = int(np.searchsorted(track.t_s, t_s - 2.0))
        window = replace(track, **{name: getattr(track, name)[first : at + 1] for name in PER_FRAME})
        count = judge.judge(window).rep_count
        if events[0][0] < t_s < events[0][3]:
            judge.skip()
    assert count == 1


def test_someone_who_leaves_splits_the_curve():
    track = synth.glide([Move()] * 3)
    _, peak, leave, _ = synth.events([Move()] * 3)[1]
    points = track.xy_px.copy()
    points[(track.t_s > peak - 0.5) & (track.t_s < leave + 1.0)] = np.nan
    moments, rows = judged(replace(track, xy_px=points))
    session = judge_causal(replace(track, xy_px=points), rows, GLIDE)
    assert moments[-1].rep_count == session.rep_count == 2


def test_memory_does_not_grow():
    judge = CausalJudge(GLIDE)
    track = synth.glide([Move(extend_s=1.0, return_s=1.0, rest_s=0.3)] * 12, fps=12.0)
    kept = 0
    for at, t_s in enumerate(track.t_s):
        first = int(np.searchsorted(track.t_s, t_s - 2.0))
        window = replace(track, **{name: getattr(track, name)[first : at + 1] for name in PER_FRAME})
        judge.judge(window)
        kept = max(kept, len(judge._recent))
    assert kept < 12.0 * 12
