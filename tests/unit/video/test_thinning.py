"""Frames that nobody needs are not decoded, and the others stay as they are."""

import numpy as np
import pytest

from clips import steady, write_clip
from formcheck.video import source as source_module
from formcheck.video.source import FileSource
from formcheck.video.thinning import Thinning

CODECS = {
    "libx264": {"bf": "3", "b-adapt": "0"},
    "libx265": {"x265-params": "log-level=none:bframes=3:b-adapt=0"},
    "mpeg4": {"bf": "2"},
}
COUNT, FPS = 120, 30.0


def moving(index, size_px):
    """A pattern that moves, so that frames are predicted from each other."""
    x, y = np.meshgrid(np.arange(size_px[0]), np.arange(size_px[1]))
    grey = 128 + 100 * np.sin((x + 3 * index) / 5.0) * np.cos((y - index) / 7.0)
    return np.repeat(grey.astype(np.uint8)[..., None], 3, axis=2)


@pytest.fixture(scope="module", params=CODECS)
def clip(request, tmp_path_factory):
    path = tmp_path_factory.mktemp("clip") / f"{request.param}.mp4"
    options = CODECS[request.param]
    return write_clip(path, codec=request.param, times_s=steady(COUNT, FPS), image=moving, codec_options=options)


@pytest.fixture
def decoded(monkeypatch):
    """Times of all frames that are decoded."""
    times = []
    whole = source_module.decode_frames

    def counted(*arguments):
        for at, frame in whole(*arguments):
            times.append(float(at))
            yield at, frame

    monkeypatch.setattr(source_module, "decode_frames", counted)
    return times


@pytest.mark.parametrize("threads", [0, 1])
@pytest.mark.parametrize("window_s", [(0.0, 9.0), (1.45, 3.05)], ids=["all", "part"])
def test_the_frames_that_are_taken_are_those_of_the_whole_clip(clip, decoded, threads, window_s):
    every = list(FileSource(clip).part(*window_s))
    decoded.clear()
    thinned = FileSource(clip, stride_s=0.2, whole=[(1.8, 2.1)], threads=threads).part(*window_s)
    taken = list(thinned)
    assert {frame.index for frame in taken} < {frame.index for frame in every}
    for frame in taken:
        same = every[frame.index]
        assert frame.t_s == same.t_s
        np.testing.assert_array_equal(frame.image_bgr, same.image_bgr)
    whole = FileSource(clip).part(*window_s)
    list(whole)
    assert thinned.read_to_s == whole.read_to_s
    assert thinned.warnings == ()


def test_what_no_other_frame_refers_to_is_not_decoded(clip, decoded):
    taken = list(FileSource(clip, stride_s=0.2))
    assert len(taken) == COUNT / FPS / 0.2
    if clip.stem == "libx264":
        assert len(decoded) < 0.7 * COUNT
    elif clip.stem == "mpeg4":  # not among those of which FFmpeg leaves out single frames
        assert len(decoded) == COUNT


def test_the_end_of_a_window_is_seen(clip):
    times_s = steady(COUNT, FPS)
    left_out = list(Thinning(stride_s=0.5).left_out(times_s))
    assert left_out == [t for t in times_s[:-2] if not any(abs(t - step / 2) < 0.001 for step in range(20))]


def test_without_a_stride_nothing_is_left_out():
    assert list(Thinning().left_out(steady(COUNT, FPS))) == []
