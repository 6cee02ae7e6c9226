import math

import numpy as np
import pytest

from clips import GOOD_SET
from formcheck.live.light import RoomLight
from formcheck.video.source import FileSource

with FileSource(GOOD_SET) as clip:
    LIT = next(iter(clip)).image_bgr


def scaled(share):
    return (LIT * share).astype(np.uint8)


def black_mats():
    """A lit room in which nearly everything is black."""
    image = np.full((480, 640, 3), 30, np.uint8)
    image[100:200, 200:420] = 190
    return image


@pytest.mark.parametrize(
    ("image", "coming_hz", "promised_hz", "dark"),
    [
        (LIT, 30.0, 30.0, False),
        (LIT, math.nan, math.nan, False),
        (black_mats(), 30.0, 30.0, False),
        (scaled(0.4), 30.0, 30.0, True),
        (scaled(0.4), math.nan, math.nan, True),
        # Exposed for longer, the room looks better, and images come seldom. A slow camera alone is no dark room.
        (scaled(0.7), 12.0, 30.0, True),
        (scaled(0.7), 28.0, 30.0, False),
        (scaled(0.7), 12.0, 12.0, False),
        (scaled(0.7), 12.0, math.nan, False),
        (LIT, 12.0, 30.0, False),
    ],
)
def test_a_room_is_dark_when_nothing_in_it_is_bright(image, coming_hz, promised_hz, dark):
    light = RoomLight(promised_hz)
    assert [light.is_dark(image, coming_hz) for _ in range(20)] == [dark] * 20


def test_a_moment_of_shadow_is_no_dark_room():
    light = RoomLight(30.0)
    images = [LIT] * 10 + [scaled(0.2)] * 4 + [LIT] * 10
    assert not any(light.is_dark(image, 30.0) for image in images)
