"""What holds for every landmarker: add yours to `KINDS`."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import cv2
import numpy as np
import pytest

import synth
from formcheck.pose.landmarker import Landmarker, MediaPipeLandmarker
from formcheck.pose.landmarks import COUNT, EARS, HIPS, SHOULDERS
from formcheck.pose.models import find_model
from formcheck.types import ImageBgr
from formcheck.video.source import FileSource
from landmarkers import TrackLandmarker

CLIP = Path(__file__).parents[2] / "sample_videos" / "01_good_set.mp4"
TRACK = synth.glide([synth.Move()], hidden=False)


@dataclass(frozen=True)
class Kind:
    """A landmarker, images (image, t_s) of one person in which it must find them, and one in which nobody is."""

    make: Callable[[], Landmarker]
    person: Callable[[], list[tuple[ImageBgr, float]]]
    nobody: tuple[ImageBgr, float]


@cache
def filmed():
    return [(frame.image_bgr, frame.t_s) for frame in FileSource(CLIP, end_s=0.4)]


def drawn():
    image = np.zeros((TRACK.size_px[1], TRACK.size_px[0], 3), np.uint8)
    return [(image, float(t_s)) for t_s in TRACK.t_s[:12]]


def scripted():
    """Finds the person of a track until its last second, and then nobody."""
    xy = TRACK.xy_px.copy()
    xy[TRACK.t_s > TRACK.t_s[-1] - 1.0] = np.nan
    return TrackLandmarker(replace(TRACK, xy_px=xy))


GREY = np.full((240, 320, 3), 128, np.uint8)
KINDS = {
    "mediapipe, tracking": Kind(lambda: MediaPipeLandmarker(find_model("full")), filmed, (GREY, 0.0)),
    "mediapipe, frame by frame": Kind(
        lambda: MediaPipeLandmarker(find_model("full"), tracking=False), filmed, (GREY, 0.0)
    ),
    "scripted": Kind(scripted, drawn, (GREY, float(TRACK.t_s[-1]))),
}


@pytest.fixture(params=KINDS)
def kind(request):
    return KINDS[request.param]


@pytest.fixture
def landmarker(kind):
    made = kind.make()
    yield made
    made.close()


def assert_equal(one, other):
    for a, b in zip(one, other, strict=True):
        np.testing.assert_array_equal(a, b)


def test_a_person_has_all_points_with_their_shapes_and_ranges(kind, landmarker):
    for image, t_s in kind.person():
        found = landmarker.detect(image, t_s)
        assert found.xy_px.shape == (COUNT, 2)
        assert found.world_m.shape == (COUNT, 3)
        assert found.visibility.shape == (COUNT,)
        assert all(np.isfinite(values).all() for values in found)
        assert ((found.visibility >= 0) & (found.visibility <= 1)).all()


def test_the_trunk_is_in_the_image_and_the_head_at_its_upper_end(kind, landmarker):
    image, t_s = kind.person()[0]
    xy_px = landmarker.detect(image, t_s).xy_px
    trunk = xy_px[list(SHOULDERS + HIPS)]
    assert ((trunk > 0) & (trunk < (image.shape[1], image.shape[0]))).all()
    ears, shoulders, hips = (xy_px[list(part)].mean(axis=0) for part in (EARS, SHOULDERS, HIPS))
    assert np.linalg.norm(ears - shoulders) < np.linalg.norm(ears - hips)


def test_nobody_is_none(kind, landmarker):
    assert landmarker.detect(*kind.nobody) is None


def test_points_are_in_pixels_of_the_image_that_was_given(kind):
    image, t_s = kind.person()[0]
    half = cv2.resize(image, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    points = []
    for size in (image, half):
        landmarker = kind.make()
        points.append(landmarker.detect(size, t_s).xy_px)
        landmarker.close()
    trunk = list(SHOULDERS + HIPS)
    np.testing.assert_allclose(points[1][trunk], points[0][trunk] / 2, atol=0.02 * image.shape[1])


def test_the_image_is_left_as_it_was(kind, landmarker):
    image, t_s = kind.person()[0]
    given = image.copy()
    landmarker.detect(given, t_s)
    np.testing.assert_array_equal(given, image)


def test_an_image_need_not_be_contiguous(kind):
    image, t_s = kind.person()[0]
    wide = np.concatenate([image, image], axis=1)
    found = []
    for same in (image, wide[:, : image.shape[1]]):
        landmarker = kind.make()
        found.append(landmarker.detect(same, t_s))
        landmarker.close()
    assert_equal(*found)


def test_the_same_images_give_the_same_points_whatever_another_one_sees_in_between(kind):
    one, other, disturbing = kind.make(), kind.make(), kind.make()
    for image, t_s in kind.person():
        disturbing.detect(image[::-1], t_s)
        assert_equal(one.detect(image, t_s), other.detect(image, t_s))
    for landmarker in (one, other, disturbing):
        landmarker.close()


def test_times_may_be_closer_than_a_millisecond(kind, landmarker):
    image, t_s = kind.person()[0]
    assert all(landmarker.detect(image, t_s + i * 1e-4) is not None for i in range(5))
