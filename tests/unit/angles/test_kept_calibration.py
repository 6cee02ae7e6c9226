"""A calibration by hand of one clip, used in another clip of the same leg."""

from dataclasses import replace

import numpy as np
import pytest

import synth
from formcheck.angles.hand_calibration import HandMark
from formcheck.angles.image_angles import view_sd_deg
from formcheck.angles.kept_calibration import MAX_APART_DEG, in_common, kept_from, of_other_clips, use_kept
from formcheck.form.judge import judge_track
from formcheck.form.online import OnlineJudge, judge_online
from formcheck.form.summary import summarize
from formcheck.protocols.loader import load_protocol
from formcheck.session.document import from_document, to_document
from formcheck.text.catalogue import Texts
from formcheck.timeseries import take_frames
from formcheck.types import MeasuredMark, Side
from synth import Move

TRACK = synth.glide([Move()] * 2, fps=15.0)
GLIDE = load_protocol()
SESSION = judge_track(TRACK, GLIDE)
MODEL = TRACK.model


def keep(*, off_deg=(8.0, 5.0), made_at="2026-11-28T10:00:00+01:00", angles=SESSION.angles):
    """Two frames, marked by so much more than formcheck measured (hip, knee)."""
    marks = []
    for row in (30, 60):
        marks.append(HandMark(float(angles.t_s[row]), "hip", float(angles.hip_flexion_deg[row]) + off_deg[0]))
        marks.append(HandMark(float(angles.t_s[row]), "knee", float(angles.knee_flexion_deg[row]) + off_deg[1]))
    return kept_from(angles, marks, model=MODEL, rater_sd_deg=2.0, made_at=made_at, raters="AB", clip_sha256="")


def seen_from(azimuth_deg=0.0, elevation_deg=0.0, **other):
    """The same angles in a view that is turned by so much."""
    view = SESSION.angles.view
    view = replace(
        view, azimuth_deg=view.azimuth_deg + azimuth_deg, elevation_deg=view.elevation_deg + elevation_deg, **other
    )
    return replace(SESSION.angles, view=view)


def hip_shift_deg(angles, before=SESSION.angles):
    return float(np.nanmean(angles.hip_flexion_deg - before.hip_flexion_deg))


def test_the_marks_shift_a_later_clip_less_than_their_own_and_the_band_shows_it():
    kept = keep()
    after, use = use_kept(seen_from(), [kept], MODEL)
    assert use.used
    assert 0.5 < hip_shift_deg(after) < 8.0 * in_common(kept, SESSION.angles.view)
    assert np.nanmedian(after.hip_se_deg) <= np.nanmedian(SESSION.angles.hip_se_deg)
    assert np.nanmedian(after.hip_se_deg) > 2.0


def test_the_further_the_camera_stands_the_less_is_believed():
    shifts = [hip_shift_deg(use_kept(seen_from(apart), [keep()], MODEL)[0]) for apart in (0.0, 4.0, 8.0)]
    assert shifts[0] > shifts[1] > shifts[2] > 0.0


@pytest.mark.parametrize(
    ("seen", "refusal"),
    [
        (seen_from(MAX_APART_DEG + 0.5), "view"),
        (seen_from(0.0, -(MAX_APART_DEG + 0.5)), "view"),
        (seen_from(8.0, 8.0), "view"),
        (seen_from(near_side=Side.RIGHT), "far_side"),
    ],
)
def test_it_is_not_used_where_the_view_differs_and_that_is_said(seen, refusal):
    after, use = use_kept(seen, [keep()], MODEL)
    assert (use.used, use.refusal) == (False, refusal)
    assert np.array_equal(after.hip_flexion_deg, seen.hip_flexion_deg)


def test_it_is_not_used_with_another_network():
    other = replace(MODEL, sha256="00" * 32, engine="mediapipe 0.10.0")
    assert use_kept(SESSION.angles, [keep()], other)[1].refusal == "network"


def test_nothing_is_said_of_the_other_leg():
    kept = replace(keep(), side=Side.RIGHT)
    assert use_kept(SESSION.angles, [kept], MODEL) == (SESSION.angles, None)


def test_all_that_fit_are_used_together_of_one_clip_the_newest():
    older = replace(keep(made_at="2026-11-01T10:00:00+01:00"), azimuth_deg=2.0)
    newer = keep(made_at="2026-11-20T10:00:00+01:00")
    again = replace(older, made_at="2026-11-02T10:00:00+01:00")
    elsewhere = replace(keep(), azimuth_deg=40.0)
    use = use_kept(SESSION.angles, [elsewhere, older, newer, again], MODEL)[1]
    assert use.together == (newer, again)
    assert use.frames == 4
    assert use_kept(SESSION.angles, [elsewhere], MODEL)[1].refusal == "view"


def test_what_was_kept_of_a_clip_is_for_other_clips_known_by_their_bytes_or_where_they_have_none_by_the_view():
    live, view = keep(), SESSION.angles.view
    turned = replace(view, azimuth_deg=view.azimuth_deg + 3.0)
    clip = replace(live, clip_sha256="a")
    assert [of_other_clips([clip], sha256, view) for sha256 in ("a", "b")] == [[], [clip]]
    assert of_other_clips([clip], "a", turned) == []
    assert [of_other_clips([live], sha256, view) for sha256 in ("", "a")] == [[], []]
    assert of_other_clips([live, clip], "", turned) == [live, clip]
    again = replace(clip, azimuth_deg=2.0, made_at="2026-11-29T10:00:00+01:00")
    assert use_kept(SESSION.angles, [clip, again], MODEL)[1].together == (again,)


def days(*off_deg):
    """One calibration a day, each with a view of its own, and off by so much."""
    return [
        replace(keep(off_deg=(off, off), made_at=f"2026-11-{day:02}T10:00:00+01:00"), azimuth_deg=0.01 * day)
        for day, off in enumerate(off_deg, start=1)
    ]


def test_days_that_agree_shift_more_and_days_that_contradict_each_other_leave_a_wider_band():
    one, three, unlike = (use_kept(SESSION.angles, days(*off), MODEL)[0] for off in ((6,), (6, 6, 6), (-6, 6, 12)))
    assert hip_shift_deg(three) > 1.3 * hip_shift_deg(one)
    assert np.nanmin(three.hip_se_deg) < np.nanmin(one.hip_se_deg) <= np.nanmin(SESSION.angles.hip_se_deg)
    assert 0 < hip_shift_deg(unlike) < hip_shift_deg(three)
    assert np.nanmin(three.hip_se_deg) < np.nanmin(unlike.hip_se_deg)
    assert np.nanmax(unlike.hip_se_deg - SESSION.angles.hip_se_deg) <= 0.0


def simulated(count, own, people=400):
    """Share of frames within the 95 % band, and mean error, of a later clip after so many days of marks.

    ``own``: how much of the lasting error is the same on every day.
    """
    rng, angles = np.random.default_rng(0), take_frames(SESSION.angles, slice(30, 61, 5))
    se_deg, frames = float(angles.hip_se_deg.min()), (0, len(angles.t_s) - 1)
    reach = (angles.knee_flexion_deg - 45.0) / 45.0
    inside, error_deg = [], []
    for _ in range(people):
        parts = np.sqrt(own) * rng.normal(size=(1, 2)) + np.sqrt(1.0 - own) * rng.normal(size=(count + 1, 2))
        constant, with_knee = (se_deg * np.sqrt([0.9, 0.2]) * parts).T[:, :, None]
        errors = constant + with_knee * reach + rng.normal(0.0, se_deg * np.sqrt(0.15), (count + 1, len(reach)))
        # What the view does to the rater's marks it does on all days.
        view_deg = rng.normal(0.0, view_sd_deg("hip", 0.0, 0.0))
        kept = [
            replace(
                one,
                marks=tuple(marked(angles, frame, view_deg - error[frame] + rng.normal(0.0, 2.0)) for frame in frames),
            )
            for one, error in zip(days(*[6] * count), errors, strict=False)
        ]
        seen = replace(angles, hip_flexion_deg=angles.hip_flexion_deg + errors[-1])
        after, use = use_kept(seen, kept, MODEL)
        assert len(use.together) == count
        left_deg = np.abs(after.hip_flexion_deg - angles.hip_flexion_deg)
        inside.append(np.mean(left_deg <= 1.96 * after.hip_se_deg))
        error_deg.append(np.mean(left_deg))
    return float(np.mean(inside)), float(np.mean(error_deg))


def marked(angles, frame, difference_deg):
    hip_deg, knee_deg = float(angles.hip_flexion_deg[frame]), float(angles.knee_flexion_deg[frame])
    return MeasuredMark("hip", frame, difference_deg, hip_deg, knee_deg, float(angles.hip_se_deg.min()))


def test_the_band_holds_with_one_day_and_with_several():
    covered, error_deg = zip(*(simulated(count, own=0.5) for count in (1, 3)), strict=True)
    assert min(covered) > 0.93
    assert error_deg[1] < error_deg[0] + 0.05


def test_the_band_does_not_fail_where_days_have_less_in_common_than_was_taken():
    assert simulated(4, own=0.1)[0] > 0.9


def test_marks_of_frames_without_a_measurement_keep_nothing():
    nowhere = replace(SESSION.angles, usable=np.zeros(len(SESSION.angles.t_s), bool))
    assert keep(angles=nowhere) is None
    assert use_kept(nowhere, [keep()], MODEL) == (nowhere, None)


def test_a_session_says_it_and_comes_back_from_its_document():
    session = judge_track(TRACK, GLIDE, kept=[replace(keep(), clip_sha256="another")])
    document = to_document(session, Texts("en"))
    assert document["kept_calibration"]["refusal"] is None
    assert from_document(document).kept_calibration == session.kept_calibration
    several = judge_track(TRACK, GLIDE, kept=days(6, 8))
    assert from_document(to_document(several, Texts("en"))).kept_calibration == several.kept_calibration
    assert "summary.calibrated_together" in [sentence.key for sentence in summarize(several).sentences]
    keys = [sentence.key for sentence in summarize(session).sentences]
    assert "summary.calibrated" in keys
    refused = judge_track(TRACK, GLIDE, kept=[replace(keep(), azimuth_deg=40.0)])
    assert "summary.not_calibrated_view" in [sentence.key for sentence in summarize(refused).sentences]
    for texts in (Texts("en"), Texts("de")):
        assert "2026" in "".join(map(texts.say, summarize(refused).sentences))


def test_live_practice_is_calibrated_by_the_frame_and_as_a_whole():
    kept = [replace(keep(), clip_sha256="another")]
    judge, plain, rows = OnlineJudge(GLIDE, kept), OnlineJudge(GLIDE), []
    for at in range(8, 40):
        window = take_frames(TRACK, slice(max(0, at - 25), at + 1))
        state, without = judge.judge(window), plain.judge(window)
        rows += state.rows
    assert state.hip_deg > without.hip_deg + 0.5
    whole = judge_online(take_frames(TRACK, slice(8, 40)), [*rows, *judge.flush()], GLIDE, kept=kept)
    raw = judge_online(take_frames(TRACK, slice(8, 40)), [*rows, *judge.flush()], GLIDE)
    assert whole.kept_calibration.used
    assert hip_shift_deg(whole.angles, raw.angles) > 0.5
