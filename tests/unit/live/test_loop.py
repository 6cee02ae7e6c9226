"""The loop with the real landmarker and cameras that misbehave: it says so, and always comes to an end."""

import csv
import json
import threading
import time

import cv2
import numpy as np
import pytest

from formcheck.errors import InputError
from formcheck.live import capture, loop, run
from formcheck.live.capture import CameraWatch
from formcheck.live.practice import Why
from formcheck.live.run import LiveOptions, practise, summary_lines
from formcheck.live.sources import CameraSource, camera_opener
from formcheck.live.texts import Texts
from formcheck.protocols.loader import load_protocol

ROOM = np.full((96, 128, 3), 120, np.uint8)
QUIET = LiveOptions(sound=False, questions=False, headless=True)


@pytest.fixture(autouse=True)
def hurried(monkeypatch):
    """The waits of the capture ten times as fast."""
    for name in ("STALLED_S", "_GIVE_UP_S", "_BLACK_S"):
        monkeypatch.setattr(capture, name, getattr(capture, name) / 20)
    monkeypatch.setattr(capture, "_RETRY_S", (0.01,))
    monkeypatch.setattr(loop, "_WAIT_S", 0.02)


class Camera:
    """Gives so many pictures and then hangs or ends."""

    def __init__(self, count, *, hangs=False, picture=ROOM):
        self.left, self.hangs, self.picture = count, hangs, picture
        self.closing = threading.Event()

    def read(self):
        time.sleep(0.02)
        self.left -= 1
        if self.left >= 0:
            return self.picture
        if self.hangs:
            self.closing.wait(20.0)
        return None

    def close(self):
        self.closing.set()


def go(cameras, tmp_path, options=QUIET):
    waiting = list(cameras)
    with CameraSource(lambda: waiting.pop(0) if waiting else None) as source:
        outcome = practise(source, tmp_path, protocol=load_protocol(), options=options, tell=print)
    for camera in cameras:
        if camera is not None:
            camera.close()
    folder = outcome.practised.folder
    events = [json.loads(line) for line in (folder / "events.jsonl").read_text().splitlines()]
    with (folder / "cues.csv").open() as file:
        said = [row["key"] for row in csv.DictReader(file)]
    return outcome, [event["trouble"] for event in events if event["event"] == "camera"], said


@pytest.mark.parametrize("hangs", [True, False], ids=["stalls", "vanishes"])
def test_a_camera_that_stops_comes_back_and_then_is_given_up(hangs, tmp_path):
    begun_s = time.monotonic()
    outcome, troubles, said = go([Camera(10, hangs=hangs), None, Camera(10)], tmp_path)
    assert time.monotonic() - begun_s < 20.0
    assert outcome.practised.why is Why.CAMERA
    # on a busy machine some of them come while another is looked at
    assert outcome.frames + outcome.dropped >= 10
    back = troubles.index(None)
    assert {"stalled", "failed"} & set(troubles[:back])
    assert troubles[-1] == "gone"
    assert "camera.gone" in said
    assert (outcome.practised.folder / "session.json").exists()


def test_black_pictures_are_said(tmp_path):
    _, troubles, _ = go([Camera(30, picture=np.zeros_like(ROOM))], tmp_path)
    assert "black" in troubles


def test_a_camera_that_never_opens_ends_with_the_remedy_and_no_folder(tmp_path, monkeypatch):
    monkeypatch.setattr(run, "_FIRST_PICTURE_S", 0.5)
    with pytest.raises(InputError, match=r"gave no picture.*formcheck doctor"):
        go([None], tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_nobody_in_the_room_is_an_honest_empty_set(tmp_path):
    outcome, _, said = go([Camera(90)], tmp_path)
    assert outcome.practised.counted == 0
    assert "setup.nobody" in said
    assert summary_lines(outcome.practised, Texts("en")) == ["Finished. I did not count a repetition."]


def test_recording_is_only_made_when_asked_for(tmp_path):
    outcome, _, _ = go([Camera(10)], tmp_path)
    assert not (outcome.practised.folder / "recording.mp4").exists()
    asked = LiveOptions(sound=False, questions=False, headless=True, record=True, deidentify=True)
    outcome, _, _ = go([Camera(10)], tmp_path, asked)
    video = cv2.VideoCapture(str(outcome.practised.folder / "recording.mp4"))
    assert video.get(cv2.CAP_PROP_FRAME_COUNT) >= 2
    video.release()


def test_the_real_opener_says_no_for_a_camera_that_is_not_there():
    assert camera_opener("63")() is None
    assert isinstance(CameraWatch(camera_opener("63")), CameraWatch)
