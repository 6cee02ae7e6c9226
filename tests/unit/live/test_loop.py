"""The loop with the real landmarker and cameras that misbehave: it says so, and always comes to an end."""

import csv
import json
import threading
import time
from contextlib import closing
from pathlib import Path

import cv2
import numpy as np
import pytest

from formcheck.errors import InputError
from formcheck.live import camera, finish, loop, startup
from formcheck.live.app import LiveOptions, practise
from formcheck.live.camera import CameraSource
from formcheck.live.coach import EndReason
from formcheck.live.devices import camera_opener
from formcheck.live.throughput import Throughput
from formcheck.live.window import NoWindow
from formcheck.message import Message
from formcheck.protocols.loader import load_protocol
from formcheck.text.catalogue import Texts
from formcheck.video.source import FileSource

ROOM = np.full((96, 128, 3), 120, np.uint8)
with FileSource(Path(__file__).parents[3] / "sample_videos" / "01_good_set.mp4") as clip:
    PERSON = cv2.resize(next(iter(clip)).image_bgr, (320, 180))
# So many images that a busy machine looks at some of them: with a single one nobody counts as seen.
LONG = 40
QUIET = LiveOptions(sound=False, questions=False)


@pytest.fixture(autouse=True)
def hurried(monkeypatch):
    """The waits of the camera twenty times as fast."""
    for name in ("STALLED_S", "_GIVE_UP_S", "_BLACK_S"):
        monkeypatch.setattr(camera, name, getattr(camera, name) / 20)
    monkeypatch.setattr(camera, "_RETRY_S", (0.01,))
    monkeypatch.setattr(loop, "_WAIT_S", 0.02)
    monkeypatch.setattr(finish, "_SEEN_S", 0.05)


class Camera:
    """Gives so many images and then hangs or ends."""

    promised_hz = 30.0

    def __init__(self, count, *, hangs=False, image=PERSON, before=None):
        self.left, self.hangs, self.image = count, hangs, image
        self.before = [] if before is None else [before] * LONG
        self.closing = threading.Event()

    def read(self):
        time.sleep(0.02)
        self.left -= 1
        if self.left >= 0:
            return self.before.pop() if self.before else self.image
        if self.hangs:
            self.closing.wait(20.0)
        return None

    def close(self):
        self.closing.set()


def go(cameras, tmp_path, options=QUIET, notify=print):
    waiting = list(cameras)
    with closing(CameraSource(lambda: waiting.pop(0) if waiting else None)) as source:
        result = practise(
            lambda: source, tmp_path, window=NoWindow(), protocol=load_protocol(), options=options, notify=notify
        )
    for opened in cameras:
        if opened is not None:
            opened.close()
    if result is None:
        return None
    folder = result.finished.folder
    events = [json.loads(line) for line in (folder / "events.jsonl").read_text().splitlines()]
    with (folder / "cues.csv").open(encoding="utf-8-sig") as file:
        said = [row["key"] for row in csv.DictReader(file)]
    return result, [event["fault"] for event in events if event["event"] == "camera"], said


@pytest.mark.parametrize("hangs", [True, False], ids=["stalls", "vanishes"])
def test_a_camera_that_stops_comes_back_and_then_is_given_up(hangs, tmp_path):
    begun_s = time.monotonic()
    result, faults, said = go([Camera(LONG, hangs=hangs), None, Camera(LONG)], tmp_path)
    assert time.monotonic() - begun_s < 20.0
    assert result.finished.end_reason is EndReason.CAMERA
    # on a busy machine some of them come while another is looked at
    assert result.frames + result.dropped >= 10
    back = faults.index(None)
    assert {"stalled", "failed"} & set(faults[:back])
    assert faults[-1] == "gone"
    assert "camera.gone" in said
    assert (result.finished.folder / "session.json").exists()


def test_black_images_are_said(tmp_path):
    _, faults, _ = go([Camera(LONG + 30, image=np.zeros_like(PERSON), before=PERSON)], tmp_path)
    assert "black" in faults


def test_a_camera_that_never_opens_ends_with_the_remedy_and_no_folder(tmp_path, monkeypatch):
    monkeypatch.setattr(startup, "_FIRST_FRAME_S", 0.5)
    with pytest.raises(InputError, match=r"gave no frame.*formcheck doctor"):
        go([None], tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_set_in_which_nobody_was_seen_is_not_kept(tmp_path):
    told = []
    assert go([Camera(40, image=ROOM)], tmp_path, notify=told.append) is None
    assert list(tmp_path.iterdir()) == []
    assert told[-1] == Texts("en").get("live.nobody")


def test_a_machine_that_is_too_slow_is_told_once_and_in_the_results(tmp_path, monkeypatch):
    class Slow(Throughput):
        def add(self, t_s, dropped):
            super().add(t_s, dropped)
            self.looked_at_hz, self.coming_hz, self.too_slow = 9.0, 30.0, True

    monkeypatch.setattr(loop, "Throughput", Slow)
    told = []
    result, _, _ = go([Camera(LONG)], tmp_path, notify=told.append)
    assert told.count(Texts("en").get("live.too_slow")) == 1
    warning = Message.of("warning.too_slow", looked_at_hz=9.0, coming_hz=30.0)
    assert result.finished.session.quality.reasons.count(warning) == 1


def test_recording_is_only_made_when_asked_for(tmp_path):
    result, _, _ = go([Camera(LONG)], tmp_path)
    assert not (result.finished.folder / "recording.mp4").exists()
    asked = LiveOptions(sound=False, questions=False, record=True, deidentify=True)
    result, _, _ = go([Camera(LONG)], tmp_path, asked)
    video = cv2.VideoCapture(str(result.finished.folder / "recording.mp4"))
    assert video.get(cv2.CAP_PROP_FRAME_COUNT) >= 2
    video.release()


def test_the_real_opener_says_no_for_a_camera_that_is_not_there():
    assert camera_opener("63")() is None
    assert isinstance(CameraSource(camera_opener("63")), CameraSource)
