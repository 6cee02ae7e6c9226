import cv2
import numpy as np
import pytest

from formcheck.pose.clean_plate import make_plate, shrink_image

SIZE = (640, 360)
# A bent resting leg on the floor, thigh, shank and foot, and the working thigh beside it; px of the image.
LEG = np.array([[300, 240], [380, 180], [440, 290], [480, 292]], float)
THIGH = np.array([[260, 270], [270, 150]], float)
TRUNK_PX = 150.0
TROUSERS, BARE = (60, 60, 150), (140, 180, 220)


def draw(*, shank_to=(290, 20), shift=(0, 0), shadow=1.0, leg=True):
    """A room with something to register by, a resting leg and a working one whose shank ends at ``shank_to``."""
    rng = np.random.default_rng(3)
    image = cv2.resize(rng.integers(150, 250, (9, 16, 3), np.uint8), SIZE, interpolation=cv2.INTER_NEAREST)
    image[300:] = (90, 120, 90)
    if leg:
        joints = np.round(LEG).astype(np.int32)
        cv2.polylines(image, [joints], isClosed=False, color=[shadow * c for c in TROUSERS], thickness=40)
    cv2.line(image, *np.round(THIGH).astype(int).tolist(), TROUSERS, 40)
    cv2.line(image, (270, 150), shank_to, BARE, 30)
    move = np.array([[1.0, 0.0, shift[0]], [0.0, 1.0, shift[1]]])
    return cv2.warpAffine(image, move, SIZE, borderMode=cv2.BORDER_REPLICATE)


@pytest.fixture(scope="module")
def plate():
    images = [shrink_image(draw(shank_to=(280 + 10 * i, 20))) for i in range(7)]
    return make_plate(images, leg_px=LEG / 2, working_thigh_px=THIGH / 2, trunk_px=TRUNK_PX / 2)


def mark(points, radius=6):
    places = np.zeros(SIZE[::-1], np.uint8)
    for point in points:
        cv2.circle(places, np.round(point).astype(int).tolist(), radius, 255, -1)
    return places > 0


def trousers_share(image, places):
    near = np.abs(image[places].astype(int) - TROUSERS).max(axis=1) < 40
    return float(near.mean())


MIDDLE_OF_SHANK = LEG[1:3].mean(axis=0)
RESTING = [LEG[1], MIDDLE_OF_SHANK, LEG[2]]


def test_the_resting_leg_is_replaced_by_the_background(plate):
    image = draw()
    assert trousers_share(image, mark(RESTING)) == 1.0
    hidden = plate.hide(image)
    assert trousers_share(hidden, mark(RESTING)) == 0.0
    assert trousers_share(image, mark(RESTING)) == 1.0  # the image itself is as it was


def test_all_else_stays(plate):
    image = draw()
    hidden = plate.hide(image)
    working = mark([THIGH[1], [285, 90], THIGH.mean(axis=0)])
    np.testing.assert_array_equal(hidden[working], image[working])
    far = np.ones(SIZE[::-1], bool)
    far[60:, 260:560] = False
    np.testing.assert_array_equal(hidden[far], image[far])


def test_a_working_leg_that_passes_in_front_stays(plate):
    image = draw(shank_to=(430, 240))  # the knee is bent, and the shank crosses the resting leg
    crossing = mark([[382, 213]], radius=8)
    np.testing.assert_array_equal(plate.hide(image)[crossing], image[crossing])
    assert trousers_share(plate.hide(image), mark([LEG[2]])) == 0.0


def test_a_leg_in_the_shadow_of_the_other_is_hidden_too(plate):
    shaded = np.array([0.7 * c for c in TROUSERS])
    hidden = plate.hide(draw(shadow=0.7))[mark(RESTING)]
    assert (np.abs(hidden - shaded).max(axis=1) > 40).all()


def test_a_leg_that_has_gone_leaves_nothing_to_hide(plate):
    image = draw(leg=False)
    changed = np.abs(plate.hide(image).astype(int) - image).max(axis=2) > 0
    assert changed[mark(RESTING)].mean() < 0.02


@pytest.mark.parametrize("shift", [(40, 0), (-30, 24)])
def test_a_camera_that_moves_is_followed(plate, shift):
    image = draw(shift=shift)
    moved = [point + shift for point in RESTING]
    assert trousers_share(image, mark(moved)) == 1.0
    assert trousers_share(plate.hide(image), mark(moved)) == 0.0
    working = mark([THIGH[1] + shift])
    np.testing.assert_array_equal(plate.hide(image)[working], image[working])


def test_noise_in_the_dark_is_no_movement_of_the_camera():
    rng = np.random.default_rng(5)

    def dim(image):
        return np.clip(image * 0.05 + rng.normal(12, 8, image.shape), 0, 255).astype(np.uint8)

    room = dim(np.full((*SIZE[::-1], 3), 200.0))
    plate = make_plate([shrink_image(room)], leg_px=LEG / 2, working_thigh_px=THIGH / 2, trunk_px=TRUNK_PX / 2)
    for _ in range(5):
        image = dim(np.full((*SIZE[::-1], 3), 200.0))
        changed = np.abs(plate.hide(image).astype(int) - image).max(axis=2) > 0
        assert changed[mark(RESTING)].mean() > 0.9  # it is where it was
        assert not changed[:, 540:].any()


def test_pictures_of_a_camera_that_moves_make_the_same_plate(plate):
    images = [shrink_image(draw(shift=(8 * i, -4 * i))) for i in range(7)]
    shaken = make_plate(images, leg_px=LEG / 2, working_thigh_px=THIGH / 2, trunk_px=TRUNK_PX / 2)
    assert trousers_share(shaken.hide(draw()), mark(RESTING)) == 0.0
    assert shaken.tolerance == plate.tolerance


def test_hiding_does_not_change_the_plate(plate):
    before = plate.reference.copy()
    first = plate.hide(draw())
    np.testing.assert_array_equal(plate.hide(draw()), first)
    np.testing.assert_array_equal(plate.reference, before)


def test_a_leg_outside_the_picture_has_no_plate():
    args = {"working_thigh_px": THIGH / 2, "trunk_px": TRUNK_PX / 2}
    assert make_plate([shrink_image(draw())], leg_px=LEG + 5000.0, **args) is None


def test_a_plate_serves_images_of_another_scale(plate):
    large = cv2.resize(draw(), (1280, 720), interpolation=cv2.INTER_CUBIC)
    hidden = cv2.resize(plate.hide(large), SIZE, interpolation=cv2.INTER_AREA)
    assert trousers_share(hidden, mark(RESTING)) == 0.0
