import threading
import time

import numpy as np
import pytest

from formcheck.live import camera
from formcheck.live.camera import CameraSource, letterbox
from formcheck.live.sources import CameraFault, CapturedFrame, LatestFrame
from formcheck.types import Frame

WHITE = np.full((48, 64, 3), 200, np.uint8)
BLACK = np.full((48, 64, 3), 2, np.uint8)


@pytest.fixture(autouse=True)
def hurried(monkeypatch):
    """The same waits, twenty times as fast."""
    for name in ("STALLED_S", "_GIVE_UP_S", "_BLACK_S"):
        monkeypatch.setattr(camera, name, getattr(camera, name) / 20)
    monkeypatch.setattr(camera, "_RETRY_S", tuple(wait / 20 for wait in camera._RETRY_S))


class ScriptedCamera:
    """Gives images, then does what is written last: hangs, or ends."""

    promised_hz = 30.0

    def __init__(self, images, then):
        self.images = list(images)
        self.then = then
        self.closed = threading.Event()

    def read(self):
        time.sleep(0.002)
        if self.images:
            return self.images.pop(0)
        if self.then == "hang":
            self.closed.wait(30.0)
        return WHITE if self.then == "go on" else None

    def close(self):
        self.closed.set()


def watch_for(source, wanted, within_s=4.0):
    """Take images until the fault is what is wanted."""
    end_s = time.monotonic() + within_s
    seen = []
    while time.monotonic() < end_s:
        captured = source.take(0.01)
        if captured is not None:
            seen.append(captured)
        if source.fault is wanted:
            return seen
    raise AssertionError(f"expected {wanted}, got {source.fault}")


def opening(*cameras):
    """Opens one after the other; None for one that cannot be opened, and so from the end of the list on."""
    waiting = list(cameras)
    return lambda: waiting.pop(0) if waiting else None


def test_only_the_latest_frame_is_kept_and_the_others_counted():
    latest = LatestFrame()
    for index in range(5):
        latest.put(CapturedFrame(Frame(index, index / 30, WHITE), 0.0))
    assert latest.take(0.1).frame.index == 4
    assert latest.dropped == 4
    assert latest.take(0.01) is None


def test_a_camera_that_stalls_is_noticed_and_opened_again():
    stalling = ScriptedCamera([WHITE] * 5, "hang")
    source = CameraSource(opening(stalling, ScriptedCamera([], "go on")))
    watch_for(source, None)
    begun_s = time.monotonic()
    watch_for(source, CameraFault.STALLED)
    assert time.monotonic() - begun_s < 2.5 * camera.STALLED_S
    watch_for(source, None)
    source.close()
    stalling.close()


def test_a_camera_that_vanishes_comes_back_with_times_that_go_on():
    source = CameraSource(opening(ScriptedCamera([WHITE] * 5, "end"), None, ScriptedCamera([], "go on")))
    before = watch_for(source, None)
    watch_for(source, CameraFault.FAILED)
    after = watch_for(source, None)
    source.close()
    assert after[-1].frame.t_s > before[-1].frame.t_s
    assert (
        after[-1].frame.index == before[-1].frame.index + len(after) or after[-1].frame.index > before[-1].frame.index
    )


def test_the_time_in_which_a_frame_is_worked_on_is_no_silence_of_the_camera():
    worked_s = [0.0]
    cameras = opening(ScriptedCamera([WHITE], "end"), ScriptedCamera([], "go on"))
    source = CameraSource(cameras, clock=lambda: time.monotonic() + worked_s[0])
    watch_for(source, None)
    worked_s[0] = 2 * camera._GIVE_UP_S
    seen = 0
    for _ in range(200):
        seen += source.take(0.02) is not None
        assert not source.ended
        if seen > 1:
            break
    source.close()
    assert seen > 1


def test_a_camera_that_never_opens_is_said_and_given_up():
    source = CameraSource(opening())
    assert source.fault is CameraFault.OPENING
    watch_for(source, CameraFault.FAILED)
    watch_for(source, CameraFault.GONE)
    assert source.ended


def test_opening_that_hangs_does_not_hang_the_loop():
    release = threading.Event()
    source = CameraSource(lambda: release.wait(30.0) and None)
    begun_s = time.monotonic()
    assert source.take(0.01) is None
    assert time.monotonic() - begun_s < 0.5
    watch_for(source, CameraFault.FAILED)
    release.set()
    source.close()


def test_black_images_are_told_and_forgiven():
    source = CameraSource(opening(ScriptedCamera([WHITE] * 3 + [BLACK] * 200, "go on")))
    watch_for(source, CameraFault.BLACK)
    watch_for(source, None)
    source.close()


def test_images_of_another_size_come_in_the_first_ones_size():
    tall = np.full((80, 40, 3), 100, np.uint8)
    source = CameraSource(opening(ScriptedCamera([WHITE, tall] * 50, "go on")))
    sizes = {captured.frame.image_bgr.shape for captured in _take(source, 20)}
    source.close()
    assert len(sizes) == 1


def _take(source, count):
    captured_frames = []
    while len(captured_frames) < count:
        captured = source.take(0.5)
        if captured is not None:
            captured_frames.append(captured)
    return captured_frames


def test_fitting_keeps_the_shape_and_fills_with_black():
    fitted = letterbox(np.full((100, 50, 3), 255, np.uint8), (200, 100))
    assert fitted.shape == (100, 200, 3)
    assert fitted[50, 100].tolist() == [255, 255, 255]
    assert fitted[:, :70].max() == 0
