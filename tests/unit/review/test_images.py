"""Images for the summary: the arc that is drawn is the angle that is written beside it."""

from __future__ import annotations

import math

import cv2
import numpy as np
import pytest

from formcheck.review.images import goniometer_image
from formcheck.review.model import Goniometer
from formcheck.text.catalogue import Texts

SIZE_PX = (960, 540)
VERTEX = (480.0, 270.0)
ARM_PX = 220.0


def laid(joint: str, between_deg: float) -> Goniometer:
    """A goniometer with one arm to the left and the other so many degrees from it, upwards."""
    turned = math.radians(180.0 + between_deg)
    last = (VERTEX[0] + ARM_PX * math.cos(turned), VERTEX[1] + ARM_PX * math.sin(turned))
    return Goniometer.model_validate(
        {"id": "g1", "t_s": 1.0, "joint": joint, "points": [(VERTEX[0] - ARM_PX, VERTEX[1]), VERTEX, last]}
    )


def arc_deg(one: Goniometer) -> float:
    """The length of the solid white arc around the vertex, as an angle."""
    image = np.zeros((SIZE_PX[1], SIZE_PX[0], 3), np.uint8)
    whole = np.array([(0.0, 0.0), SIZE_PX])
    jpeg = goniometer_image(image, one, np.concatenate([whole, np.full((31, 2), np.nan)]), Texts("en"))
    shown = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR)
    scale = shown.shape[1] / SIZE_PX[0]
    around = np.radians(np.arange(-180, 180))
    # What is white at one radius along a quarter of all directions or so is the arc; the dashes of one are few.
    best = 0
    for radius in np.arange(20, 90) * scale:
        x = np.round(VERTEX[0] * scale + radius * np.cos(around)).astype(int)
        y = np.round(VERTEX[1] * scale + radius * np.sin(around)).astype(int)
        white = shown[y, x].min(axis=1) > 200
        best = max(best, int(white.sum()))
    return float(best)


@pytest.mark.parametrize(
    ("joint", "between_deg", "shown_deg"),
    [
        ("hip", 80.0, 100.0),
        ("knee", 150.0, 30.0),
        ("knee", 60.0, 120.0),
        ("other", 80.0, 80.0),
        ("other", 130.0, 130.0),
    ],
)
def test_the_arc_is_the_angle_that_is_written(joint, between_deg, shown_deg):
    one = laid(joint, between_deg)
    assert one.measured_deg() == pytest.approx(shown_deg)
    assert arc_deg(one) == pytest.approx(shown_deg, abs=12.0)
