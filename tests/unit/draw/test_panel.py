import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from formcheck.draw.body import BodyPoints, body_points
from formcheck.draw.font import Font
from formcheck.draw.labels import _plate_size, _plates, choose_label_places
from formcheck.draw.panel import PanelPlace, choose_layout, covered_share, layouts
from formcheck.text.catalogue import Texts, languages
from formcheck.types import Side
from lying import body_xy

SHAPES = {"16:9": (1280, 720), "4:3": (640, 480), "squarish": (1020, 1032), "portrait": (540, 960), "small": (320, 180)}
sizes = st.tuples(st.integers(160, 2600), st.integers(160, 2600)).filter(lambda size: 0.4 < size[0] / size[1] < 2.5)


def clip(size_px, *, at=(0.5, 0.7), height=0.25, head="left", rest_seen=False) -> np.ndarray:
    """Landmarks (T, 33, 2) of a set: the knee goes from 90 to 10 degrees and back."""
    knees = [90.0, 70.0, 50.0, 30.0, 10.0, 30.0, 50.0, 70.0]
    return np.stack(
        [body_xy(size_px, at=at, height=height, knee_deg=knee, head=head, rest_seen=rest_seen) for knee in knees]
    )


def within(rect, outer, slack=0.01):
    return (
        rect.x >= outer.x - slack
        and rect.y >= outer.y - slack
        and rect.right <= outer.right + slack
        and rect.bottom <= outer.bottom + slack
    )


@given(size_px=sizes)
def test_the_parts_stand_inside_the_frame_and_apart(size_px):
    for parts in layouts(size_px):
        blocks = [parts.counter, parts.phase, parts.gauge]
        assert all(within(part, parts.panel) and part.w > 0 and part.h > 0 for part in (*blocks, parts.answer))
        assert not any(a.overlaps(b) for i, a in enumerate(blocks) for b in blocks[i + 1 :])
        assert not parts.cue.inset(0.01).overlaps(parts.panel)
        assert not parts.counter.overlaps(parts.answer)
        assert parts.panel.w * parts.panel.h <= 0.31 * size_px[0] * size_px[1]
        assert within(parts.panel, parts.frame)
        assert within(parts.cue, parts.frame)


def test_without_anybody_the_panel_has_its_usual_place():
    for xy_px in (np.full((5, 33, 2), np.nan), np.empty((0, 33, 2))):
        assert choose_layout((960, 540), body_points(xy_px, None)).place is PanelPlace.BOTTOM


def test_a_corner_has_no_room_in_a_narrow_frame():
    assert {one.place for one in layouts((540, 960))} == {PanelPlace.BOTTOM, PanelPlace.TOP}
    assert {one.place for one in layouts((640, 480))} == set(PanelPlace)


@pytest.mark.parametrize("place", PanelPlace)
def test_the_panel_goes_where_the_leg_is_not(place):
    size_px = (960, 540)
    rect = next(one for one in layouts(size_px) if one.place is place).panel
    middle = np.array([[[rect.x + rect.w / 2, rect.y + rect.h / 2]]])
    body = BodyPoints(np.repeat(middle, 10, axis=0), np.ones(1), np.full((10, 6, 2), np.nan))
    assert choose_layout(size_px, body).place is not place


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("at", [(0.5, 0.75), (0.5, 0.55), (0.35, 0.85), (0.65, 0.85)])
@pytest.mark.parametrize("head", ["left", "right"])
def test_no_part_of_the_body_is_behind_the_panel(shape, at, head):
    size_px = SHAPES[shape]
    body = body_points(clip(size_px, at=at, head=head), Side.LEFT)
    layout = choose_layout(size_px, body)
    assert body.weight_near(layout.panel, 0.01) == 0.0
    assert covered_share(layout, body) == pytest.approx(
        min(covered_share(one, body) for one in layouts(size_px)), abs=0.01
    )


def test_in_a_squarish_frame_with_an_empty_wall_the_panel_is_on_the_wall():
    size_px = (1020, 1032)
    body = body_points(clip(size_px, at=(0.55, 0.84), height=0.22, rest_seen=True), Side.LEFT)
    panel = choose_layout(size_px, body).panel
    assert panel.bottom < 0.5 * size_px[1]


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("language", languages())
@pytest.mark.parametrize("at", [(0.5, 0.75), (0.5, 0.55), (0.3, 0.85)])
@pytest.mark.parametrize("head", ["left", "right"])
def test_labels_stay_off_the_body_the_panel_and_each_other(shape, language, at, head):
    size_px, texts, font = SHAPES[shape], Texts(language), Font()
    body = body_points(clip(size_px, at=at, head=head), Side.LEFT)
    layout = choose_layout(size_px, body)
    places = choose_label_places(layout, body, texts, font)
    plates = {}
    for name, place in places.items():
        plate_px = _plate_size(name, "88°", " ±9", texts, font, layout)
        plates[name] = _plates(place, name, plate_px, body.leg_xy_px, layout)[0]
    for plate in plates.values():
        inside = (body.xy_px > plate[:, None, :2]) & (body.xy_px < plate[:, None, 2:])
        hidden = (inside.all(axis=2) * body.weights).sum() / (len(plate) * body.weights.sum())
        assert hidden < 0.02
        low, high = plate[:, :2], plate[:, 2:]
        edges = layout.panel.edges
        assert not ((low < edges[2:]) & (edges[:2] < high)).all(axis=1).any()
        assert (low >= 0).all()
        assert (high <= np.array(size_px)).all()
    a, b = plates["knee"], plates["hip"]
    assert not ((a[:, :2] < b[:, 2:]) & (b[:, :2] < a[:, 2:])).all(axis=1).any()


def test_labels_go_along_with_the_leg():
    """The same place in the thigh's directions: moved and mirrored with the body."""
    size_px, texts, font = (960, 540), Texts("en"), Font()
    chosen = {}
    for head in ("left", "right"):
        body = body_points(clip(size_px, head=head), Side.LEFT)
        layout = next(one for one in layouts(size_px) if one.place is PanelPlace.TOP)
        chosen[head] = choose_label_places(layout, body, texts, font)
        plates, _ = _plates(chosen[head]["hip"], "hip", (100.0, 30.0), body.leg_xy_px, layout)
        offsets = plates[:, :2] - body.leg_xy_px[:, 1]
        assert np.ptp(offsets, axis=0).max() < 1.0, "the thigh is still, and so is its label"
    assert chosen["left"] == chosen["right"]
