"""Small images of a clip's frames for scrubbing: which frame each one shows, and what is kept of them."""

import time
from contextlib import closing

import cv2
import numpy as np
import pytest

from clips import number_of, steady, write_clip
from formcheck.errors import FormcheckError, InputError, OutputError
from formcheck.review import scrub_images
from formcheck.review.scrub_images import ScrubCopies, write_scrub_images

UNEVEN_S = [0.0, 0.04, 0.05, 0.20, 0.21, 0.60, 0.64, 1.30, 1.31, 1.50]


def decoded(images, number):
    return cv2.imdecode(np.frombuffer(images.read(number), np.uint8), cv2.IMREAD_COLOR)


def shown(images):
    """The number that each image shows, and of which analysed frame it is said to be."""
    return [(number_of(decoded(images, number)), int(frame)) for number, frame in enumerate(images.frames)]


def test_each_image_is_of_the_frame_it_is_said_to_be(tmp_path):
    clip = write_clip(tmp_path / "a.mp4", times_s=[2.0 + t for t in UNEVEN_S])
    images = write_scrub_images(clip, tmp_path / "a.jpegs", np.array(UNEVEN_S), None)
    assert shown(images) == [(number, number) for number in range(10)]
    # Of some frames only: those that were analysed; a time that no frame has is left out.
    some = np.array([0.05, 0.205, 0.60, 1.31])
    images = write_scrub_images(clip, tmp_path / "b.jpegs", some, None)
    assert shown(images) == [(2, 0), (5, 2), (8, 3)]


def test_many_frames_have_fewer_images(tmp_path, monkeypatch):
    clip = write_clip(tmp_path / "fast.mp4", times_s=steady(40, 120))
    images = write_scrub_images(clip, tmp_path / "a.jpegs", np.array(steady(40, 120)), None)
    assert shown(images) == [(frame, frame) for frame in range(0, 40, 4)]
    monkeypatch.setattr(scrub_images, "_MOST_IMAGES", 5)
    images = write_scrub_images(clip, tmp_path / "b.jpegs", np.array(steady(40, 120)), None)
    assert shown(images) == [(frame, frame) for frame in range(0, 40, 8)]


def test_images_are_upright_and_small(tmp_path):
    turned = write_clip(tmp_path / "a.mp4", prepare=lambda stream: stream.set_display_rotation(90), times_s=[0.0, 0.1])
    images = write_scrub_images(turned, tmp_path / "a.jpegs", np.array([0.0]), None)
    assert decoded(images, 0).shape == (64, 48, 3)
    large = write_clip(tmp_path / "b.mp4", size_px=(960, 540), times_s=[0.0, 0.1])
    images = write_scrub_images(large, tmp_path / "b.jpegs", np.array([0.0]), None)
    assert decoded(images, 0).shape == (270, 480, 3)


def test_what_cannot_be_made_leaves_nothing_behind(tmp_path, monkeypatch):
    clip = write_clip(tmp_path / "a.mp4")
    target = tmp_path / "copies" / "a.jpegs"
    target.parent.mkdir()
    with pytest.raises(InputError, match=r"a\.mp4"):
        write_scrub_images(clip, target, np.array([5.0, 6.0]), None)
    monkeypatch.setattr(scrub_images, "_MOST_BYTES", 3000)
    with pytest.raises(OutputError, match=r"a\.mp4.*MB"):
        write_scrub_images(clip, target, np.array(steady()), None)
    assert list(target.parent.iterdir()) == []


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("copies")


@pytest.fixture(scope="module")
def copies(folder):
    with closing(ScrubCopies(folder)) as copies:
        yield copies


def made(copies, clip, times_s=None):
    times_s = np.array(steady() if times_s is None else times_s)
    until = time.monotonic() + 30
    while (images := copies.get("item", clip.name, clip, times_s, None)) is None and time.monotonic() < until:
        time.sleep(0.02)
    return images


def test_a_copy_is_made_once_and_made_again_when_it_is_damaged(tmp_path, copies):
    clip = write_clip(tmp_path / "a.mp4")
    images = made(copies, clip)
    assert len(images.frames) == 20
    assert images.path.stat().st_mode & 0o777 == 0o600
    assert made(copies, clip) is images
    for damage in (lambda path: path.write_bytes(path.read_bytes()[:-1]), lambda path: path.unlink()):
        before = made(copies, clip)
        damage(before.path)
        assert copies.get("item", clip.name, clip, np.array(steady()), None) is None
        after = made(copies, clip)
        assert after.name != before.name
        assert not before.path.exists()
        assert shown(after) == [(number, number) for number in range(20)]
    with pytest.raises(InputError, match="0 to 19, got 20"):
        after.read(20)


def test_another_analysis_has_images_of_its_own(tmp_path, copies):
    clip = write_clip(tmp_path / "a.mp4")
    assert made(copies, clip, steady()).frames.tolist() == list(range(20))
    assert shown(made(copies, clip, steady()[::2])) == [(2 * number, number) for number in range(10)]


def test_images_go_with_their_clip_and_with_newer_ones(tmp_path, copies, folder, monkeypatch):
    clips = [write_clip(tmp_path / f"{name}.mp4") for name in "abc"]
    paths = [made(copies, clip).path for clip in clips]
    clips[0].unlink()
    write_clip(tmp_path / "other.mp4", times_s=steady(5)).replace(clips[1])
    copies.remove_stale()
    assert [path.exists() for path in paths] == [False, False, True]
    with pytest.raises(InputError, match="the clip is gone"):
        made(copies, clips[0])
    monkeypatch.setattr(scrub_images, "_KEPT", 1)
    newest = made(copies, clips[1])
    assert list(folder.iterdir()) == [newest.path]


def test_a_clip_that_cannot_be_read_says_so_each_time(tmp_path, copies):
    clip = tmp_path / "a.avi"
    clip.write_bytes(b"RIFF0000AVI " + bytes(100))
    for _ in range(2):
        with pytest.raises(FormcheckError, match=r"a\.avi: expected a video"):
            made(copies, clip)
