from dataclasses import replace

import numpy as np
import pytest

import synth
from formcheck.pose.landmarks import LEGS
from formcheck.pose.online_tracker import SURVEY_S, WINDOW_S, OnlineTracker, join_tracks, last_frame
from formcheck.pose.survey import STRIDE_S, Surveyor, take_sample
from formcheck.types import Frame, Side
from landmarkers import TrackLandmarker

MOVES = [synth.Move()] * 2
FPS = 15.0


def glide(**options):
    return synth.glide(MOVES, fps=FPS, hidden=False, **options)


def run(track, *, side=None):
    image = np.full((track.size_px[1], track.size_px[0], 3), 90, np.uint8)
    tracker = OnlineTracker(
        lambda *, tracking=True: TrackLandmarker(track),
        size_px=track.size_px,
        clip=track.clip,
        model=track.model,
        side=side,
    )
    with tracker:
        for index, t_s in enumerate(track.t_s):
            yield tracker, tracker.update(Frame(index, float(t_s), image))


@pytest.mark.parametrize("side", list(Side))
def test_the_working_side_is_settled_within_three_seconds_and_stays(side):
    track = glide(side=side)
    settled = [(window.t_s[-1], tracker.side) for tracker, window in run(track)]
    first = next(t_s for t_s, found in settled if found is not None)
    assert first < 3.0
    assert {found for t_s, found in settled if t_s >= first} == {side}


def test_a_named_side_is_taken_at_once():
    track = glide(side=Side.LEFT)
    tracker, window = next(run(track, side=Side.RIGHT))
    assert tracker.side is Side.RIGHT
    assert window.working_side is Side.RIGHT
    assert window.side_given


def test_the_window_ends_with_the_frame_and_is_bounded():
    track = glide()
    for (_, window), t_s in zip(run(track), track.t_s, strict=True):
        assert window.t_s[-1] == t_s
        assert window.t_s[-1] - window.t_s[0] <= WINDOW_S
        assert len(last_frame(window).t_s) == 1


def test_the_window_begins_anew_once_the_legs_are_known():
    track = synth.glide(MOVES, hidden=False)
    (_, first), (_, second), *_ = run(track)
    assert first.t_s.tolist() == [track.t_s[0]]
    assert second.t_s.tolist() == [track.t_s[1]]
    assert second.hidden.all()


def test_the_resting_leg_is_hidden_once_it_is_known():
    track = glide()
    joined = join_tracks([last_frame(window) for _, window in run(track)])
    assert joined.hidden[15:].all()
    resting = joined.xy_px[15:, list(LEGS[Side.RIGHT].below_hip)]
    assert np.isnan(resting).all()
    np.testing.assert_allclose(joined.xy_px[:, LEGS[Side.LEFT].ankle], track.xy_px[:, LEGS[Side.LEFT].ankle], atol=0.01)


def test_a_survey_may_wait_until_the_frame_is_shown():
    track = glide()
    looks = []

    class Counting(TrackLandmarker):
        def detect(self, image_bgr, t_s):
            looks[-1] += 1
            return super().detect(image_bgr, t_s)

    image = np.full((track.size_px[1], track.size_px[0], 3), 90, np.uint8)
    with OnlineTracker(
        lambda *, tracking=True: Counting(track), size_px=track.size_px, clip=track.clip, model=track.model
    ) as tracker:
        tracker.survey_later = True
        for index, t_s in enumerate(track.t_s):
            looks.append(0)
            tracker.update(Frame(index, float(t_s), image))
            looks.append(0)
            tracker.finish_frame()
    before, after = looks[::2], looks[1::2]
    assert before[15:] == [1] * len(before[15:])
    surveys = sum(after[15:])
    assert surveys == pytest.approx((track.t_s[-1] - track.t_s[15]) / STRIDE_S, rel=0.3)
    assert tracker.side is Side.LEFT


@pytest.mark.parametrize("finishes", [True, False])
def test_what_a_late_survey_saw_serves_where_the_leg_was_lost(finishes):
    track = glide()
    made = []

    class Losing(TrackLandmarker):
        """The second one, which is given the image with the resting leg hidden, finds nobody after a while."""

        def detect(self, image_bgr, t_s):
            return None if self is made[1] and t_s > 4.0 else super().detect(image_bgr, t_s)

    def make(*, tracking=True):
        made.append(Losing(track))
        return made[-1]

    image = np.full((track.size_px[1], track.size_px[0], 3), 90, np.uint8)
    known = {}
    with OnlineTracker(make, size_px=track.size_px, clip=track.clip, model=track.model) as tracker:
        tracker.survey_later = True
        for index, t_s in enumerate(track.t_s[track.t_s < 7.0]):
            window = tracker.update(Frame(index, float(t_s), image))
            known |= dict(zip(window.t_s.tolist(), np.isfinite(window.xy_px[:, 0, 0]).tolist(), strict=True))
            if finishes:
                tracker.finish_frame()
    late = [seen for t_s, seen in known.items() if 4.5 < t_s < 6.5]
    assert sum(late) == pytest.approx(2.0 / STRIDE_S, abs=2)
    assert sum(late) < len(late)


def test_a_bent_resting_leg_is_taken_out_once_it_is_known():
    track = synth.bent_rest(MOVES)
    shown = []

    class Watching(TrackLandmarker):
        def detect(self, image_bgr, t_s):
            x, y = np.round(track.xy_px[int(np.argmin(np.abs(track.t_s - t_s))), LEGS[Side.RIGHT].knee]).astype(int)
            shown.append((t_s, bool(image_bgr[y, x].max() < 200)))
            return super().detect(image_bgr, t_s)

    tracker = OnlineTracker(
        lambda *, tracking=True: Watching(track), size_px=track.size_px, clip=track.clip, model=track.model
    )
    with tracker:
        for index, t_s in enumerate(track.t_s):
            tracker.update(Frame(index, float(t_s), synth.draw_legs(track, index)))
    late = {t_s for t_s, _ in shown if t_s > 3.0}
    assert {t_s for t_s, seen in shown if seen and t_s > 3.0} == late  # the plain image of every frame ...
    assert {t_s for t_s, seen in shown if not seen and t_s > 3.0} == late  # ... and one without the leg


def test_nothing_of_the_future_is_used():
    whole = glide(noise_px=1.0)
    cut = replace(whole, **{name: getattr(whole, name)[:120] for name in ("t_s", "xy_px", "world_m", "visibility")})
    long = [last_frame(window).xy_px for _, window in run(whole)][:120]
    short = [last_frame(window).xy_px for _, window in run(cut)]
    np.testing.assert_array_equal(np.concatenate(long), np.concatenate(short))


def test_parts_with_the_other_label_are_relabelled_where_the_resting_leg_was_hidden():
    left = synth.track(np.arange(3) / 30, np.full(3, 80.0), side=Side.LEFT)
    right = synth.track(np.arange(3, 6) / 30, np.full(3, 80.0), side=Side.RIGHT, camera_side=Side.LEFT)
    joined = join_tracks([left, right])
    assert joined.working_side is Side.RIGHT
    np.testing.assert_array_equal(joined.xy_px[:3, LEGS[Side.RIGHT].ankle], left.xy_px[:, LEGS[Side.LEFT].ankle])
    assert np.isnan(joined.xy_px[:3, LEGS[Side.LEFT].ankle]).all()


def test_the_survey_forgets():
    surveyor, track = Surveyor(), glide()
    image = np.zeros((54, 96, 3), np.uint8)
    for t_s in np.arange(0, 60, 0.2):
        surveyor.add(take_sample(image, t_s, TrackLandmarker(track).detect(image, t_s % 10)))
        surveyor.forget_before(t_s - SURVEY_S)
    survey = surveyor.finish()
    assert survey.body.t_s[0] >= 60 - 0.2 - SURVEY_S
