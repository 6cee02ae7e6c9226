"""What holds for every source of frames: a clip, a part of one, a clip that plays as a camera, a camera."""

import itertools
import time

import numpy as np
import pytest

from clips import SIZE_PX, number_of, numbered, steady, write_clip
from formcheck.live.camera import CameraSource
from formcheck.live.sources import FileCamera
from formcheck.video.source import FileSource

COUNT, FPS = 40, 25.0
END_S = (COUNT - 1) / FPS
FRAME_S = 1 / FPS


class NumberedCamera:
    """An open camera that gives numbered images, and then none."""

    promised_hz = 30.0

    def __init__(self):
        self.numbers = iter(range(COUNT))

    def read(self):
        time.sleep(0.01)
        number = next(self.numbers, None)
        return None if number is None else numbered(number)

    def close(self):
        pass


def one_camera():
    cameras = iter([NumberedCamera()])
    return CameraSource(lambda: next(cameras, None))


# How to make each, the first and last time there must be a frame at, and whether frames may be dropped in between.
FILES = {
    "clip": (FileSource, 0.0, END_S),
    "window": (lambda path: FileSource(path, start_s=0.4, end_s=1.2), 0.4, 1.16),
    "part": (lambda path: FileSource(path).part(0.6, 1.0), 0.6, 0.96),
    "stride": (lambda path: FileSource(path, stride_s=0.2), 0.0, 1.4),
    "stride of a part": (lambda path: FileSource(path, stride_s=0.2).part(0.4, 1.2), 0.4, 1.0),
}
LIVE = {
    "clip as a camera, as fast as it is taken": lambda path: FileCamera(path, fast=True),
    "clip as a camera, over and over": lambda path: FileCamera(path, fast=True, loop_s=END_S + 0.1),
    "clip as a camera, paced": lambda path: FileCamera(path, fast=False),
    "camera": lambda _path: one_camera(),
}
KINDS = [*FILES, *LIVE]


@pytest.fixture
def path(tmp_path):
    return write_clip(tmp_path / "clip.mp4", times_s=steady(COUNT, FPS))


def make(kind, path):
    return FILES[kind][0](path) if kind in FILES else LIVE[kind](path)


def frames_of(kind, source):
    """All frames of a source, whichever way it gives them."""
    if kind in FILES:
        yield from source
        return
    silent_since_s = time.monotonic()
    while not source.ended and time.monotonic() - silent_since_s < 0.5:
        captured = source.take(0.1)
        if captured is not None:
            silent_since_s = time.monotonic()
            yield captured.frame


@pytest.fixture(params=KINDS)
def kind(request):
    return request.param


@pytest.fixture
def frames(kind, path):
    source = make(kind, path)
    found = list(frames_of(kind, source))
    source.close()
    return found


def test_times_and_indices_grow(frames):
    assert len(frames) > 3
    assert all(isinstance(frame.t_s, float) and frame.t_s >= 0 for frame in frames)
    for before, after in itertools.pairwise(frames):
        assert after.t_s > before.t_s
        assert after.index > before.index >= 0


def test_images_are_bgr_of_one_size_and_each_has_its_own_memory(frames):
    assert {frame.image_bgr.shape for frame in frames} == {(SIZE_PX[1], SIZE_PX[0], 3)}
    assert {frame.image_bgr.dtype for frame in frames} == {np.dtype(np.uint8)}
    for before, after in itertools.pairwise(frames):
        assert not np.shares_memory(before.image_bgr, after.image_bgr)


def test_frames_come_in_order_and_none_twice(frames):
    numbers = np.unwrap([number_of(frame.image_bgr) for frame in frames], period=COUNT)
    assert (np.diff(numbers) > 0).all()


@pytest.mark.parametrize("kind", FILES, indirect=True)
def test_the_time_is_that_of_the_image(kind, frames):
    _, first_s, last_s = FILES[kind]
    assert [number_of(frame.image_bgr) for frame in frames] == [round(frame.t_s * FPS) for frame in frames]
    assert (frames[0].t_s, frames[-1].t_s) == (pytest.approx(first_s, abs=1e-3), pytest.approx(last_s, abs=1e-3))


def test_after_closing_no_frame_comes(kind, path):
    source = make(kind, path)
    found = frames_of(kind, source)
    next(found)
    source.close()
    # One that is on its way may still arrive.
    assert len(list(itertools.islice(found, 3))) <= 1
