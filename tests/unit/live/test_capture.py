import threading
import time

import numpy as np
import pytest

from formcheck.live import capture
from formcheck.live.capture import Arrival, CameraWatch, Mailbox, Trouble, fit
from formcheck.types import Frame

WHITE = np.full((48, 64, 3), 200, np.uint8)
BLACK = np.full((48, 64, 3), 2, np.uint8)


@pytest.fixture(autouse=True)
def hurried(monkeypatch):
    """The same waits, twenty times as fast."""
    for name in ("STALLED_S", "_GIVE_UP_S", "_BLACK_S"):
        monkeypatch.setattr(capture, name, getattr(capture, name) / 20)
    monkeypatch.setattr(capture, "_RETRY_S", tuple(wait / 20 for wait in capture._RETRY_S))


class ScriptedCamera:
    """Gives pictures, then does what is written last: hangs, or ends."""

    def __init__(self, pictures, then):
        self.pictures = list(pictures)
        self.then = then
        self.closed = threading.Event()

    def read(self):
        time.sleep(0.002)
        if self.pictures:
            return self.pictures.pop(0)
        if self.then == "hang":
            self.closed.wait(30.0)
        return WHITE if self.then == "go on" else None

    def close(self):
        self.closed.set()


def watch_for(watch, wanted, within_s=4.0):
    """Take pictures until the trouble is what is wanted."""
    end_s = time.monotonic() + within_s
    seen = []
    while time.monotonic() < end_s:
        arrival = watch.take(0.01)
        if arrival is not None:
            seen.append(arrival)
        if watch.trouble is wanted:
            return seen
    raise AssertionError(f"expected {wanted}, got {watch.trouble}")


def opening(*cameras):
    """Opens one after the other; None for one that cannot be opened, and so from the end of the list on."""
    waiting = list(cameras)
    return lambda: waiting.pop(0) if waiting else None


def test_only_the_latest_picture_is_kept_and_the_others_counted():
    mailbox = Mailbox()
    for index in range(5):
        mailbox.put(Arrival(Frame(index, index / 30, WHITE), 0.0))
    assert mailbox.take(0.1).frame.index == 4
    assert mailbox.dropped == 4
    assert mailbox.take(0.01) is None


def test_a_camera_that_stalls_is_noticed_and_opened_again():
    stalling = ScriptedCamera([WHITE] * 5, "hang")
    watch = CameraWatch(opening(stalling, ScriptedCamera([], "go on")))
    watch_for(watch, None)
    begun_s = time.monotonic()
    watch_for(watch, Trouble.STALLED)
    assert time.monotonic() - begun_s < 2.5 * capture.STALLED_S
    watch_for(watch, None)
    watch.close()
    stalling.close()


def test_a_camera_that_vanishes_comes_back_with_times_that_go_on():
    watch = CameraWatch(opening(ScriptedCamera([WHITE] * 5, "end"), None, ScriptedCamera([], "go on")))
    before = watch_for(watch, None)
    watch_for(watch, Trouble.FAILED)
    after = watch_for(watch, None)
    watch.close()
    assert after[-1].frame.t_s > before[-1].frame.t_s
    assert (
        after[-1].frame.index == before[-1].frame.index + len(after) or after[-1].frame.index > before[-1].frame.index
    )


def test_a_camera_that_never_opens_is_said_and_given_up():
    watch = CameraWatch(opening())
    assert watch.trouble is Trouble.OPENING
    watch_for(watch, Trouble.FAILED)
    watch_for(watch, Trouble.GONE)
    assert watch.ended


def test_opening_that_hangs_does_not_hang_the_loop():
    release = threading.Event()
    watch = CameraWatch(lambda: release.wait(30.0) and None)
    begun_s = time.monotonic()
    assert watch.take(0.01) is None
    assert time.monotonic() - begun_s < 0.5
    watch_for(watch, Trouble.FAILED)
    release.set()
    watch.close()


def test_black_pictures_are_told_and_forgiven():
    watch = CameraWatch(opening(ScriptedCamera([WHITE] * 3 + [BLACK] * 200, "go on")))
    watch_for(watch, Trouble.BLACK)
    watch_for(watch, None)
    watch.close()


def test_pictures_of_another_size_come_in_the_first_ones_size():
    tall = np.full((80, 40, 3), 100, np.uint8)
    watch = CameraWatch(opening(ScriptedCamera([WHITE, tall] * 50, "go on")))
    sizes = {arrival.frame.image_bgr.shape for arrival in _take(watch, 20)}
    watch.close()
    assert len(sizes) == 1


def _take(watch, count):
    arrivals = []
    while len(arrivals) < count:
        arrival = watch.take(0.5)
        if arrival is not None:
            arrivals.append(arrival)
    return arrivals


def test_fitting_keeps_the_shape_and_fills_with_black():
    fitted = fit(np.full((100, 50, 3), 255, np.uint8), (200, 100))
    assert fitted.shape == (100, 200, 3)
    assert fitted[50, 100].tolist() == [255, 255, 255]
    assert fitted[:, :70].max() == 0
