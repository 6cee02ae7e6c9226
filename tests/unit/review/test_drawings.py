"""What the reviewer draws: lengths, and points that are followed through a clip."""

import math

import cv2
import numpy as np
import pytest

from formcheck.review.drawings import Drawing, FollowedPoint, KnownLength, PlacedPoint, length_px, to_horizontal_deg
from formcheck.review.drawn import draw_drawings, drawn_points, length_words, line_words, place_tables
from formcheck.review.follow import follow, through_mark
from formcheck.review.model import Review, parse_review
from formcheck.server.errors import RequestError
from formcheck.text.catalogue import Texts
from formcheck.types import Frame

TEXTS = Texts("en")
SIZE_PX = (240, 160)
SCALE = KnownLength(t_s=1.0, points=((10.0, 10.0), (10.0, 60.0)), length_cm=40.0)
LINE = Drawing(id="l", t_s=1.0, kind="line", points=((0.0, 0.0), (30.0, 40.0)))


def where(index):
    return 60.0 + 3.0 * index, 80.0 + 20.0 * math.sin(index / 6)


def moving(count, *, hidden_from=None):
    """Frames of a textured square that moves over a textured room."""
    rng = np.random.default_rng(1)
    room = cv2.GaussianBlur(rng.integers(0, 90, (SIZE_PX[1], SIZE_PX[0], 3), np.uint8), (0, 0), 2)
    square = cv2.GaussianBlur(rng.integers(120, 255, (31, 31, 3), np.uint8), (0, 0), 1.5)
    for index in range(count):
        image = room.copy()
        if hidden_from is None or index < hidden_from:
            x, y = where(index)
            shift = np.float64([[1, 0, x - 15], [0, 1, y - 15]])
            cv2.warpAffine(square, shift, SIZE_PX, image, borderMode=cv2.BORDER_TRANSPARENT)
        yield Frame(index, index / 25, image)


def test_a_point_is_followed_and_its_loss_is_noticed():
    found = follow(moving(40), where(0), until_s=1.0)
    assert not found.lost
    assert found.places[-1][0] == 1.0
    for t_s, x, y in found.places:
        assert math.dist((x, y), where(round(t_s * 25))) < 1.0
    hidden = follow(moving(40, hidden_from=20), where(0), until_s=1.5)
    assert hidden.lost
    assert len(hidden.places) < 40


def test_a_mark_by_hand_takes_up_what_the_way_was_off_by():
    way = through_mark([(0.0, 0.0, 0.0), (1.0, 10.0, 0.0), (2.0, 20.0, 0.0)], (2.0, 20.0, 4.0))
    assert way.tolist() == [[0.0, 0.0, 0.0], [1.0, 10.0, 2.0], [2.0, 20.0, 4.0]]


def test_lengths_are_in_pixels_until_one_is_known():
    assert length_px(LINE.points) == 50.0
    assert length_words(LINE.points, None, TEXTS) == "50 px"
    assert length_words(LINE.points, SCALE, TEXTS) == "40.0 cm"
    assert length_words(LINE.points, SCALE, Texts("de")) == "40,0 cm"


def test_a_line_says_its_angle_to_the_horizontal_whichever_way_it_was_drawn():
    assert to_horizontal_deg(LINE.points) == pytest.approx(53.13, abs=0.01)
    assert to_horizontal_deg(LINE.points[::-1]) == to_horizontal_deg(((0.0, 40.0), (30.0, 0.0)))
    assert line_words(LINE.points, SCALE, TEXTS) == "40.0 cm · 53°"


def test_what_is_drawn_is_on_the_image_of_its_frame_only():
    followed = FollowedPoint(id="f", marks=(PlacedPoint(t_s=0.5, point=(5, 5)),), places=((0.5, 5, 5), (1.5, 50, 50)))
    review = Review(drawings=(LINE,), scale=SCALE, followed=(followed,))
    assert drawn_points(review, 1.0).tolist() == [[0, 0], [30, 40], [5, 5]]
    assert len(drawn_points(review, 0.2)) == 0
    image = np.zeros((120, 160, 3), np.uint8)
    drawn = draw_drawings(image, review, 1.0, TEXTS, corner=np.zeros(2), scale=1.0)
    assert drawn[16:24, 12:18].any()
    assert not image.any()
    (table,) = place_tables(review)
    head, first, second = table.decode("utf-8-sig").splitlines()
    assert head == "t_s,x_px,y_px,by_hand,x_cm,y_cm"
    assert first == "0.5000,5.0,5.0,true,4.00,4.00"
    assert second.startswith("1.5000,50.0,50.0,false")


@pytest.mark.parametrize(
    "wrong",
    [
        {"drawings": [{"id": "a", "t_s": 1, "kind": "line", "points": [[1, 1]]}]},
        {"scale": {"t_s": 1, "points": [[1, 1], [1, 1]], "length_cm": 40}},
        {"scale": {"t_s": 1, "points": [[1, 1], [9, 9]], "length_cm": 0}},
        {"followed": [{"id": "f", "marks": []}]},
        {"followed": [{"id": "f", "marks": [{"t_s": 1, "point": [1, 1]}], "places": [[2, 1, 1], [1, 1, 1]]}]},
    ],
)
def test_what_cannot_have_been_drawn_is_refused(wrong):
    with pytest.raises(RequestError):
        parse_review(wrong)
