"""A blurred copy of a real clip: the face gone in every frame, sound and metadata too, the rest and the times kept."""

from __future__ import annotations

import subprocess
from pathlib import Path

import av
import cv2
import numpy as np
import pytest

from clips import write_clip
from formcheck import cli
from formcheck.pose.landmarker import MediaPipeLandmarker
from formcheck.pose.models import find_model
from formcheck.video.source import FileSource

SAMPLE = min((Path(__file__).parents[2] / "sample_videos").glob("*.mp4"))
SECRET = "a-name-in-the-metadata"


@pytest.fixture(scope="module")
def clip(tmp_path_factory) -> Path:
    """Two seconds of a sample, with a sound track and metadata that tell who it is."""
    path = tmp_path_factory.mktemp("clip") / "clip.mp4"
    command = ["ffmpeg", "-v", "error", "-t", "2", "-i", str(SAMPLE), "-f", "lavfi", "-t", "2", "-i", "sine=440"]
    command += [
        "-metadata",
        f"title={SECRET}",
        "-metadata",
        f"artist={SECRET}",
        "-c:v",
        "copy",
        "-c:a",
        "aac",
        str(path),
    ]
    subprocess.run(command, check=True)
    return path


@pytest.fixture(scope="module")
def copy(clip) -> Path:
    assert SECRET.encode() in clip.read_bytes()
    assert cli.run(["deidentify", str(clip)]) == 0
    return clip.with_suffix(".blurred.mp4")


def detail(image: np.ndarray, box: tuple[int, int, int, int]) -> float:
    x, y, w, h = box
    return float(cv2.Laplacian(cv2.cvtColor(image[y : y + h, x : x + w], cv2.COLOR_BGR2GRAY), cv2.CV_64F).var())


def test_the_face_is_gone_from_every_frame_and_the_leg_is_not(clip, copy):
    with FileSource(clip) as source, FileSource(copy) as blurred:
        pairs = list(zip(source, blurred, strict=True))
    landmarker = MediaPipeLandmarker(find_model("full"))
    try:
        for before, after in pairs:
            assert after.t_s == pytest.approx(before.t_s, abs=1e-3)
            found = landmarker.detect(before.image_bgr, before.t_s)
            face = cv2.boundingRect(found.xy_px[:11].astype(np.float32))
            assert detail(after.image_bgr, face) < 0.1 * detail(before.image_bgr, face)
            shank = cv2.boundingRect(found.xy_px[[25, 27]].astype(np.float32))
            assert detail(after.image_bgr, shank) > 0.5 * detail(before.image_bgr, shank)
    finally:
        landmarker.close()


def test_sound_and_metadata_are_left_out(copy):
    assert SECRET.encode() not in copy.read_bytes()
    with av.open(str(copy)) as container:
        assert [stream.type for stream in container.streams] == ["video"]
        assert set(container.metadata) <= {"major_brand", "minor_version", "compatible_brands", "encoder"}


def test_a_clip_with_nobody_in_it_is_blurred_whole(tmp_path, capsys):
    clip = tmp_path / "noise.mp4"
    subprocess.run(
        ["ffmpeg", "-v", "error", "-f", "lavfi", "-i", "testsrc=size=320x240:rate=10:duration=1", str(clip)], check=True
    )
    assert cli.run(["deidentify", str(clip), "--out", str(tmp_path / "out.mp4")]) == 0
    assert "10 frames are blurred whole" in capsys.readouterr().err
    with FileSource(clip) as source, FileSource(tmp_path / "out.mp4") as blurred:
        for before, after in zip(source, blurred, strict=True):
            assert detail(after.image_bgr, (0, 0, 320, 240)) < 0.1 * detail(before.image_bgr, (0, 0, 320, 240))


def test_the_clip_itself_is_never_overwritten(clip, capsys):
    before = clip.read_bytes()
    assert cli.run(["deidentify", str(clip), "--out", str(clip)]) == 2
    assert clip.read_bytes() == before
    assert "stays as it is" in capsys.readouterr().err


def test_a_copy_that_cannot_be_finished_leaves_nothing(clip, tmp_path, monkeypatch):
    def fail(*args):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("formcheck.video.writer._Mp4.finish", fail)
    assert cli.run(["deidentify", str(clip), "--out", str(tmp_path / "out.mp4")]) == 3
    assert list(tmp_path.iterdir()) == []


@pytest.fixture
def no_landmarker(monkeypatch):
    """What is refused is refused before any frame is looked at."""

    def look(*args):
        raise AssertionError("a frame was looked at")

    monkeypatch.setattr("formcheck.deidentify._find_heads", look)


def test_a_folder_that_is_not_there_is_said_before_the_work(clip, tmp_path, no_landmarker, capsys):
    assert cli.run(["deidentify", str(clip), "--out", str(tmp_path / "missing" / "out.mp4")]) == 3
    assert f"no folder {tmp_path / 'missing'}" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_a_clip_whose_times_are_lost_is_refused_as_analyze_does(tmp_path, no_landmarker, capsys):
    lost = write_clip(tmp_path / "lost.mkv", times_s=[1200.0 * index for index in range(8)])
    assert cli.run(["deidentify", str(lost)]) == 3
    assert "times are lost" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == [lost]
