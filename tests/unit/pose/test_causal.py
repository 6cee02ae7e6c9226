from dataclasses import replace

import numpy as np
import pytest

import synth
from formcheck.pose.causal import MEMORY_S, WINDOW_S, CausalFollower, RollingSurveyor, join_rows, newest
from formcheck.pose.engine import Detection
from formcheck.pose.landmarks import LEGS
from formcheck.types import Frame, Side

MOVES = [synth.Move()] * 2


class TrackLandmarker:
    """Sees what a synthetic track says."""

    def __init__(self, track):
        self.track = track
        self.closed = False

    def detect(self, image_bgr, t_s):
        row = int(np.argmin(np.abs(self.track.t_s - t_s)))
        if not np.isfinite(self.track.xy_px[row]).any():
            return None
        return Detection(self.track.xy_px[row], self.track.world_m[row], self.track.visibility[row])

    def close(self):
        self.closed = True


def follow(track, *, side=None):
    picture = np.full((track.size_px[1], track.size_px[0], 3), 90, np.uint8)
    follower = CausalFollower(
        lambda *, steady=True: TrackLandmarker(track),
        size_px=track.size_px,
        clip=track.clip,
        model=track.model,
        side=side,
    )
    with follower:
        for index, t_s in enumerate(track.t_s):
            yield follower, follower.see(Frame(index, float(t_s), picture))


@pytest.mark.parametrize("side", list(Side))
def test_the_working_side_is_settled_within_three_seconds_and_stays(side):
    track = synth.glide(MOVES, side=side, hidden=False)
    settled = [(window.t_s[-1], follower.side) for follower, window in follow(track)]
    first = next(t_s for t_s, found in settled if found is not None)
    assert first < 3.0
    assert {found for t_s, found in settled if t_s >= first} == {side}


def test_a_named_side_is_taken_at_once():
    track = synth.glide(MOVES, side=Side.LEFT, hidden=False)
    follower, window = next(follow(track, side=Side.RIGHT))
    assert follower.side is Side.RIGHT
    assert window.working_side is Side.RIGHT
    assert window.side_given


def test_the_window_ends_with_the_frame_and_is_bounded():
    track = synth.glide(MOVES, hidden=False)
    for (_, window), t_s in zip(follow(track), track.t_s, strict=True):
        assert window.t_s[-1] == t_s
        assert window.t_s[-1] - window.t_s[0] <= WINDOW_S
        assert len(newest(window).t_s) == 1


def test_the_resting_leg_is_hidden_once_it_is_known():
    track = synth.glide(MOVES, hidden=False)
    rows = join_rows([newest(window) for _, window in follow(track)])
    assert rows.hidden[30:].all()
    resting = rows.xy_px[30:, list(LEGS[Side.RIGHT].below_hip)]
    assert np.isnan(resting).all()
    np.testing.assert_allclose(rows.xy_px[:, LEGS[Side.LEFT].ankle], track.xy_px[:, LEGS[Side.LEFT].ankle], atol=0.01)


def test_nothing_of_the_future_is_used():
    whole = synth.glide(MOVES, hidden=False, noise_px=1.0)
    cut = replace(whole, **{name: getattr(whole, name)[:120] for name in ("t_s", "xy_px", "world_m", "visibility")})
    long = [newest(window).xy_px for _, window in follow(whole)][:120]
    short = [newest(window).xy_px for _, window in follow(cut)]
    np.testing.assert_array_equal(np.concatenate(long), np.concatenate(short))


def test_rows_of_the_other_name_are_renamed_where_the_resting_leg_was_hidden():
    left = synth.track(np.arange(3) / 30, np.full(3, 80.0), side=Side.LEFT)
    right = synth.track(np.arange(3, 6) / 30, np.full(3, 80.0), side=Side.RIGHT, camera_side=Side.LEFT)
    joined = join_rows([left, right])
    assert joined.working_side is Side.RIGHT
    np.testing.assert_array_equal(joined.xy_px[:3, LEGS[Side.RIGHT].ankle], left.xy_px[:, LEGS[Side.LEFT].ankle])
    assert np.isnan(joined.xy_px[:3, LEGS[Side.LEFT].ankle]).all()


def test_the_coarse_look_forgets():
    surveyor, track = RollingSurveyor(), synth.glide(MOVES, hidden=False)
    picture = np.zeros((54, 96, 3), np.uint8)
    for t_s in np.arange(0, 60, 0.2):
        surveyor.add(picture, t_s, TrackLandmarker(track).detect(picture, t_s % 10))
        surveyor.forget_before(t_s - MEMORY_S)
    survey = surveyor.finish()
    assert survey.body.t_s[0] >= 60 - 0.2 - MEMORY_S
