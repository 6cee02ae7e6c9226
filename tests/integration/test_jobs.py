"""However many cores process a clip, and at whatever rate: the same answer, or one that says what it is."""

import json
import signal
import subprocess
import sys
import time
from functools import partial

import numpy as np
import psutil
import pytest

from clips import GOOD_SET, excerpt
from formcheck.form.judge import judge_track
from formcheck.message import Message
from formcheck.pipeline import Options, analyze, landmarker_maker, make_track, model_info
from formcheck.pose import pace
from formcheck.pose.detections import pack_detections
from formcheck.pose.landmarks import LEGS
from formcheck.pose.models import find_model, identify
from formcheck.pose.segments import SegmentPlan
from formcheck.pose.survey import STRIDE_S
from formcheck.pose.survey_pass import survey_clip
from formcheck.pose.track_file import load_track
from formcheck.pose.tracker import FrameDetector, build_track
from formcheck.protocols.loader import load_protocol
from formcheck.text.catalogue import Texts
from formcheck.video.source import FileSource

FPS = 20
END_S = 6.0
# More frames a second than the clip has.
ALL = 120
TABLES = ("angles.csv", "session.json", "track.npz")


@pytest.fixture(scope="module")
def clip(tmp_path_factory):
    """A repetition."""
    return excerpt(tmp_path_factory.mktemp("clip") / "clip.mp4", length_s=END_S + 1, fps=FPS)


@pytest.fixture(scope="module")
def dense(tmp_path_factory):
    """The same, at twice the rate of the standard quality."""
    return excerpt(tmp_path_factory.mktemp("clip") / "dense.mp4", length_s=END_S, fps=30)


@pytest.fixture(scope="module")
def folders(clip, tmp_path_factory):
    """Results of one job, and of two, from every frame."""
    made = {}
    for jobs in (1, 2):
        made[jobs] = tmp_path_factory.mktemp("jobs") / str(jobs)
        options = Options(end_s=END_S, jobs=jobs, fps=ALL, video=False)
        analyze(clip, made[jobs], protocol=load_protocol(), options=options, progress=lambda _stage, _share: None)
    return made


def test_results_do_not_depend_on_jobs(folders):
    for name in TABLES:
        assert (folders[1] / name).read_bytes() == (folders[2] / name).read_bytes()


@pytest.fixture(scope="module")
def unsplit(clip):
    """The clip processed by one landmarker from first to last."""
    window = partial(FileSource, clip, end_s=END_S)
    model = identify(find_model("full"))
    make = landmarker_maker(model)
    survey = survey_clip(window(stride_s=STRIDE_S), make, progress=lambda _share: None)
    detector = FrameDetector(make, survey)
    detections = pack_detections([detector.process(frame) for frame in window()])
    detector.close()
    return build_track(
        detections, survey, size_px=window().size_px, clip=window().info, model=model_info(model), side_given=False
    )


def test_segments_agree_with_one_pass_from_first_to_last(folders, unsplit):
    protocol = load_protocol("sciatic-glide")
    one, split = (judge_track(track, protocol) for track in (unsplit, load_track(folders[2] / "track.npz")))
    assert len(one.reps) == len(split.reps) > 0
    for left, right in zip(one.reps, split.reps, strict=True):
        assert left.start_s == pytest.approx(right.start_s, abs=0.2)
        assert left.peak_s == pytest.approx(right.peak_s, abs=0.2)
        assert left.end_s == pytest.approx(right.end_s, abs=0.2)
    for angle in ("knee_flexion_deg", "hip_flexion_deg"):
        apart = np.abs(getattr(one.angles, angle) - getattr(split.angles, angle))
        assert np.nanmedian(apart) < 0.75
        assert np.nanpercentile(apart, 95) < 2.0


def test_there_is_no_seam(folders, clip):
    track = load_track(folders[2] / "track.npz")
    plan = SegmentPlan.of(FileSource(clip, end_s=END_S))
    assert plan.count > 1
    np.testing.assert_array_equal(track.t_s, [frame.t_s for frame in FileSource(clip, end_s=END_S)])
    # how far each point is from the middle of its neighbours in time
    leg = track.xy_px[:, list(LEGS[track.working_side].all)]
    kinks = np.abs(leg[1:-1] - (leg[:-2] + leg[2:]) / 2).max(axis=(1, 2))
    for k in range(1, plan.count):
        at = int(np.searchsorted(track.t_s, plan.start_s(k)))
        assert kinks[at - 3 : at + 3].max() < np.percentile(kinks, 99)


def test_a_lower_rate_is_obeyed_and_said(folders, clip, formcheck, tmp_path):
    call = formcheck("analyze", clip, "--out", tmp_path, "--end", END_S, "--fps", 10, "--no-video")
    assert call.returncode == 0, call.stderr
    track = load_track(tmp_path / "track.npz")
    assert len(track.t_s) == 10 * END_S
    assert np.diff(track.t_s) == pytest.approx(0.1, abs=0.001)
    full, session = (json.loads((folder / "session.json").read_text()) for folder in (folders[1], tmp_path))
    assert session["rep_count"] == full["rep_count"]
    (warning,) = track.warnings
    assert warning == Message.of("warning.thinned", fps=10, recorded=pytest.approx(FPS))
    assert Texts().say(warning) in session["quality"]["reasons"]


def analysed(clip, *, quality, jobs, end_s=END_S):
    options = Options(quality=quality, jobs=jobs, end_s=end_s)
    return make_track(clip, options=options, progress=lambda _stage, _share: None)


def test_a_quality_sets_the_rate_and_counts_the_same(folders, dense):
    track = analysed(dense, quality="standard", jobs=2)
    assert np.diff(track.t_s).max() == pytest.approx(1 / 15, abs=0.001)
    assert 15 * END_S <= len(track.t_s) < 0.7 * 30 * END_S
    assert track.warnings == ()
    session = judge_track(track, load_protocol())
    full = json.loads((folders[1] / "session.json").read_text())
    assert session.rep_count == full["rep_count"]


def test_every_frame_is_looked_at_where_the_leg_is_fast(dense, monkeypatch):
    monkeypatch.setattr(pace, "_FAST_DEG_S", 25.0)
    one, two = (analysed(dense, quality="standard", jobs=jobs, end_s=4.0) for jobs in (1, 2))
    np.testing.assert_array_equal(one.t_s, two.t_s)
    np.testing.assert_array_equal(one.xy_px, two.xy_px)
    steps_s = np.round(np.diff(one.t_s), 3)
    assert set(steps_s) == {0.033, 0.067}
    every = one.t_s[1:][steps_s == 0.033]
    knee_deg = judge_track(one, load_protocol()).angles.knee_flexion_deg
    speed = np.abs(np.gradient(knee_deg, one.t_s))
    assert np.median(speed[np.isin(one.t_s, every)]) > np.median(speed)
    # quick keeps to its rate there too
    quick = analysed(dense, quality="quick", jobs=2, end_s=4.0)
    assert np.diff(quick.t_s) == pytest.approx(0.1, abs=0.001)


@pytest.mark.parametrize("options", [["--jobs", "0"], ["--fps", "4"], ["--fps", "10", "--causal"]], ids=" ".join)
def test_options_out_of_range(tmp_path, clip, formcheck, options):
    call = formcheck("analyze", clip, "--out", tmp_path, *options)
    assert call.returncode == 2
    assert options[0] in call.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(sys.platform == "win32", reason="no signals")
@pytest.mark.parametrize("jobs", [1, 2])
def test_an_interrupt_ends_in_one_line_with_nothing_left(tmp_path, jobs):
    command = [sys.executable, "-m", "formcheck", "analyze", GOOD_SET, "--out", tmp_path, "--jobs", str(jobs)]
    running = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    # Loading takes a second of a core, the clip many.
    busy = psutil.Process(running.pid).cpu_times
    while not any(tmp_path.iterdir()) or busy().user < 2.0:
        time.sleep(0.05)
        assert running.poll() is None
    running.send_signal(signal.SIGINT)
    stdout, stderr = running.communicate(timeout=60)
    assert running.returncode == 130
    assert stderr.strip() == "formcheck: interrupted"
    assert stdout == ""
    assert list(tmp_path.iterdir()) == []
