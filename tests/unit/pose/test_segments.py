"""Processing clips in segments, with processors that remember every frame: results depend on where one starts."""

import threading
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clips import numbered, steady, write_clip
from formcheck.errors import FormcheckError, InputError
from formcheck.pose.segments import WARM_UP_S, SegmentPlan, SegmentTask, process_segments
from formcheck.video.source import FileSource


@dataclass(frozen=True)
class Result:
    t_s: float
    luma: float
    remembered: float


class Processor:
    """Gives for each frame a number that depends on all frames since its start."""

    made = closed = 0
    lock = threading.Lock()

    def __init__(self, fail_at_s=np.inf):
        self.memory = 0.0
        self.fail_at_s = fail_at_s
        with Processor.lock:
            Processor.made += 1

    def process(self, frame):
        if frame.t_s >= self.fail_at_s:
            raise InputError("this frame fails")
        luma = float(frame.image_bgr.mean())
        self.memory = 0.9 * self.memory + luma
        return Result(frame.t_s, luma, self.memory)

    def close(self):
        with Processor.lock:
            Processor.closed += 1


@pytest.fixture(autouse=True)
def count_processors():
    Processor.made = Processor.closed = 0
    yield
    assert Processor.closed == Processor.made


def process(path, *, jobs, progress=lambda _share: None, fail_at_s=np.inf, **window):
    """(warm_up, own) of every segment; and the warnings."""
    task = SegmentTask(lambda: Processor(fail_at_s), list)
    return process_segments(FileSource(path, threads=1, **window), task, jobs=jobs, progress=progress)


PATTERNS = {
    "plain.mp4": {},
    "b_frames.mp4": {"codec_options": {"bf": "3", "b-adapt": "0"}},
    "open_gop.mkv": {"codec_options": {"bf": "3", "x264-params": "open-gop=1:keyint=20:min-keyint=20:scenecut=0"}},
    "one_key_frame.mkv": {"codec_options": {"g": "9999"}},
    "short_gop.ts": {"codec_options": {"g": "10"}},
    "b_frames.avi": {"codec_options": {"bf": "2"}},
    "uneven.mp4": {"times_s": np.cumsum(np.random.default_rng(3).uniform(0.05, 0.35, 100)).tolist()},
    "gap.mp4": {"times_s": [*steady(60, 10.0), *(16.0 + t for t in steady(60, 10.0))]},
    "webcam.webm": {"codec": "libvpx", "codec_options": {"g": "30", "deadline": "realtime", "cpu-used": "8"}},
}


@pytest.fixture(scope="module", params=PATTERNS)
def pattern(request, tmp_path_factory):
    path = tmp_path_factory.mktemp("pattern") / request.param
    return write_clip(path, **{"times_s": steady(200, 10.0), **PATTERNS[request.param]})


@pytest.mark.parametrize("stride_s", [0.0, 1 / 6, 1 / 7])
def test_the_result_does_not_depend_on_jobs(pattern, stride_s):
    one = process(pattern, jobs=1, stride_s=stride_s)
    assert len(one[0]) > 1
    for jobs in (2, 5):
        assert process(pattern, jobs=jobs, stride_s=stride_s) == one


def test_the_segments_together_are_the_clip(tmp_path):
    path = write_clip(tmp_path / "clip.mp4", times_s=steady(300, 10.0))
    segments, warnings = process(path, jobs=3)
    whole = [frame.t_s for frame in FileSource(path)]
    assert [result.t_s for segment in segments for result in segment.own] == whole
    assert warnings == ()
    for left, right in pairwise(segments):
        assert [r.t_s for r in right.warm_up] == [r.t_s for r in left.own[-len(right.warm_up) :]]
        assert right.own[0].t_s - right.warm_up[0].t_s == pytest.approx(WARM_UP_S)


def test_a_file_in_order_is_read_once(tmp_path):
    path = write_clip(tmp_path / "clip.mp4", times_s=steady(300, 10.0))
    segments, _ = process(path, jobs=2)
    assert Processor.made == len(segments) == 6


def test_a_window_is_divided_from_its_own_start(tmp_path):
    path = write_clip(tmp_path / "clip.mp4", times_s=steady(300, 10.0))
    one = process(path, jobs=1, start_s=3.3, end_s=21.0)
    assert process(path, jobs=2, start_s=3.3, end_s=21.0) == one
    assert one[0][0].own[0].t_s == pytest.approx(3.3)
    assert one[0][-1].own[-1].t_s == pytest.approx(20.9)


def damaged(path):
    data = bytearray(path.read_bytes())
    for at in range(len(data) // 3, 2 * len(data) // 3, 500):
        data[at] ^= 0xFF
    path.write_bytes(bytes(data))


def cut_off(path):
    path.write_bytes(path.read_bytes()[: path.stat().st_size * 2 // 3])


def twice(path):
    path.write_bytes(2 * path.read_bytes())


def noise(index, size_px):
    return np.random.default_rng(index).integers(0, 255, (size_px[1], size_px[0], 3), np.uint8)


@pytest.mark.parametrize(
    ("name", "spoil"), [("a.ts", damaged), ("b.mp4", cut_off), ("c.mkv", cut_off), ("d.ts", twice)]
)
def test_a_file_that_is_not_in_order_gives_what_one_job_gives(tmp_path, name, spoil):
    path = write_clip(
        tmp_path / name,
        times_s=steady(200, 10.0),
        image=noise,
        codec_options={"g": "20"},
        container_options={"movflags": "+faststart"} if name.endswith("mp4") else {},
    )
    spoil(path)
    one = process(path, jobs=1)
    assert one[1]
    assert process(path, jobs=2) == one


def test_an_error_inside_a_segment_comes_out_and_stops_the_others(tmp_path):
    path = write_clip(tmp_path / "clip.mp4", times_s=steady(300, 10.0))
    threads = threading.active_count()
    for jobs in (1, 2):
        with pytest.raises(FormcheckError, match="this frame fails"):
            process(path, jobs=jobs, fail_at_s=16.0)
    assert threading.active_count() == threads


def test_an_interrupt_of_the_caller_stops_the_work(tmp_path):
    path = write_clip(tmp_path / "clip.mp4", times_s=steady(300, 10.0))

    def interrupt(_share):
        raise KeyboardInterrupt

    threads = threading.active_count()
    for jobs in (1, 2):
        with pytest.raises(KeyboardInterrupt):
            process(path, jobs=jobs, progress=interrupt)
    assert threading.active_count() == threads


@pytest.mark.parametrize("jobs", [1, 3])
def test_progress_grows_to_the_end(tmp_path, jobs):
    path = write_clip(tmp_path / "clip.mp4", times_s=steady(300, 10.0), image=numbered)
    shares = []
    process(path, jobs=jobs, progress=shares.append)
    assert shares == sorted(shares)
    assert shares[-1] == pytest.approx(1.0, abs=0.1)


class Window:
    """What `SegmentPlan.of` asks of a source."""

    def __init__(self, begin_s, duration_s):
        self.window_s = (begin_s, np.inf)
        self.expected_s = begin_s + duration_s
        self.stride_s = 0.0


@given(st.floats(0.0, 100.0), st.floats(0.1, 5000.0), st.floats(0.0, 1.0))
def test_every_time_belongs_to_one_segment_and_is_warmed_up(begin_s, duration_s, share):
    plan = SegmentPlan.of(Window(begin_s, duration_s))
    t_s = begin_s + share * duration_s
    k = plan.segment_at(t_s)
    assert plan.start_s(k) <= t_s < plan.start_s(k + 1)
    assert plan.active_at(t_s)[0] == k
    assert (k + 1 in plan.active_at(t_s)) == (t_s >= plan.warm_up_from_s(k + 1))
    assert plan.warm_up_from_s(k + 1) >= plan.start_s(k)


@pytest.mark.parametrize("duration_s", [10.0, 22.0, 24.3, 29.9, 65.0, 600.0])
def test_two_cores_get_the_same(duration_s):
    plan = SegmentPlan.of(Window(0.0, duration_s))
    ends_s = [*(plan.start_s(k) for k in range(1, plan.count)), duration_s]
    lengths_s = np.diff([0.0, *ends_s])
    assert max(lengths_s[::2].sum(), lengths_s[1::2].sum()) < 1.12 * duration_s / 2
    assert lengths_s.max() <= 10


def test_a_short_clip_is_one_segment():
    assert SegmentPlan.of(Window(0.0, 2.5)).count == 1
