"""The loop with the real landmarker and cameras that misbehave: it says so, and always comes to an end."""

import csv
import json
import threading
import time
from contextlib import closing

import cv2
import numpy as np
import pytest

from formcheck.errors import InputError
from formcheck.live import app, camera, loop
from formcheck.live.app import LiveOptions, practise
from formcheck.live.camera import CameraSource, camera_opener
from formcheck.live.coach import EndReason
from formcheck.live.debrief import summary_lines
from formcheck.protocols.loader import load_protocol
from formcheck.text.catalogue import Texts

ROOM = np.full((96, 128, 3), 120, np.uint8)
QUIET = LiveOptions(sound=False, questions=False, headless=True)


@pytest.fixture(autouse=True)
def hurried(monkeypatch):
    """The waits of the camera twenty times as fast."""
    for name in ("STALLED_S", "_GIVE_UP_S", "_BLACK_S"):
        monkeypatch.setattr(camera, name, getattr(camera, name) / 20)
    monkeypatch.setattr(camera, "_RETRY_S", (0.01,))
    monkeypatch.setattr(loop, "_WAIT_S", 0.02)


class Camera:
    """Gives so many images and then hangs or ends."""

    def __init__(self, count, *, hangs=False, image=ROOM):
        self.left, self.hangs, self.image = count, hangs, image
        self.closing = threading.Event()

    def read(self):
        time.sleep(0.02)
        self.left -= 1
        if self.left >= 0:
            return self.image
        if self.hangs:
            self.closing.wait(20.0)
        return None

    def close(self):
        self.closing.set()


def go(cameras, tmp_path, options=QUIET):
    waiting = list(cameras)
    with closing(CameraSource(lambda: waiting.pop(0) if waiting else None)) as source:
        result = practise(source, tmp_path, protocol=load_protocol(), options=options, notify=print)
    for opened in cameras:
        if opened is not None:
            opened.close()
    folder = result.finished.folder
    events = [json.loads(line) for line in (folder / "events.jsonl").read_text().splitlines()]
    with (folder / "cues.csv").open() as file:
        said = [row["key"] for row in csv.DictReader(file)]
    return result, [event["fault"] for event in events if event["event"] == "camera"], said


@pytest.mark.parametrize("hangs", [True, False], ids=["stalls", "vanishes"])
def test_a_camera_that_stops_comes_back_and_then_is_given_up(hangs, tmp_path):
    begun_s = time.monotonic()
    result, faults, said = go([Camera(10, hangs=hangs), None, Camera(10)], tmp_path)
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
    _, faults, _ = go([Camera(30, image=np.zeros_like(ROOM))], tmp_path)
    assert "black" in faults


def test_a_camera_that_never_opens_ends_with_the_remedy_and_no_folder(tmp_path, monkeypatch):
    monkeypatch.setattr(app, "_FIRST_FRAME_S", 0.5)
    with pytest.raises(InputError, match=r"gave no frame.*formcheck doctor"):
        go([None], tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_nobody_in_the_room_is_an_honest_empty_set(tmp_path):
    result, _, said = go([Camera(90)], tmp_path)
    assert result.finished.rep_count == 0
    assert "setup.nobody" in said
    assert summary_lines(result.finished, Texts("en")) == [Texts("en").get("end.count_none")]


def test_recording_is_only_made_when_asked_for(tmp_path):
    result, _, _ = go([Camera(10)], tmp_path)
    assert not (result.finished.folder / "recording.mp4").exists()
    asked = LiveOptions(sound=False, questions=False, headless=True, record=True, deidentify=True)
    result, _, _ = go([Camera(10)], tmp_path, asked)
    video = cv2.VideoCapture(str(result.finished.folder / "recording.mp4"))
    assert video.get(cv2.CAP_PROP_FRAME_COUNT) >= 2
    video.release()


def test_the_real_opener_says_no_for_a_camera_that_is_not_there():
    assert camera_opener("63")() is None
    assert isinstance(CameraSource(camera_opener("63")), CameraSource)
