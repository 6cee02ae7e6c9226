import numpy as np

from formcheck.pose.scene_cuts import FrameDifference, number_shots

RNG = np.random.default_rng(1)


def image():
    return np.kron(RNG.integers(0, 255, (9, 16, 3)), np.ones((20, 20, 1))).astype(np.uint8)


def count(images):
    difference = FrameDifference()
    return number_shots(np.array([difference.update(i) for i in images])).tolist()


def test_one_shot_with_noise_and_something_that_moves():
    base, images = image(), []
    for i in range(30):
        moving = base.copy()
        moving[40:100, 5 * i : 5 * i + 60] = 255
        images.append(np.clip(moving + RNG.normal(0, 8, moving.shape), 0, 255).astype(np.uint8))
    assert set(count(images)) == {0}


def test_cuts_are_counted():
    a, b = image(), image()
    assert count([a] * 5 + [b] * 5 + [a] * 5) == [0] * 5 + [1] * 5 + [2] * 5


def test_white_frames_are_a_shot_of_their_own():
    white = np.full((180, 320, 3), 255, np.uint8)
    assert count([white] * 3 + [image()] * 3)[-1] == 1


def test_a_clip_that_changes_all_the_time_is_one_shot():
    assert count([image() for _ in range(40)])[-1] <= 8
