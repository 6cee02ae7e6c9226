import random
from fractions import Fraction
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from formcheck.video.container import file_sha256, sort_timestamps
from formcheck.video.geometry import Geometry, geometry_of


@given(seed=st.integers(0, 10_000), count=st.integers(1, 60))
def test_shuffled_timestamps_are_sorted_and_frames_keep_their_order(seed, count):
    draw = random.Random(seed)
    timestamps = list(range(count))
    for start in range(0, count, 4):
        block = timestamps[start : start + 4]
        draw.shuffle(block)
        timestamps[start : start + 4] = block
    frames = [f"frame {i}" for i in range(count)]
    sorted_pairs = list(sort_timestamps(zip(map(Fraction, timestamps), frames, strict=True)))
    assert sorted_pairs == list(zip(map(Fraction, range(count)), frames, strict=True))


def frame(matrix=None, width=640, height=480):
    side_data = {}
    if matrix is not None:
        fixed = [round(value * 65536) for value in matrix]
        side_data["DISPLAYMATRIX"] = np.array([fixed[0], fixed[1], 0, fixed[2], fixed[3], 0, 0, 0, 1 << 30], "i4")
    return SimpleNamespace(width=width, height=height, side_data=side_data)


@pytest.mark.parametrize(
    ("matrix", "turn_deg", "mirrored"),
    [
        (None, 0, False),
        ((1, 0, 0, 1), 0, False),
        ((0, 1, -1, 0), 90, False),
        ((-1, 0, 0, -1), 180, False),
        ((0, -1, 1, 0), 270, False),
        ((-1, 0, 0, 1), 0, True),
        ((1, 0, 0, -1), 180, True),
        ((0.02, 1, -1, 0.02), 90, False),
    ],
)
def test_the_display_matrix_becomes_a_quarter_turn(matrix, turn_deg, mirrored):
    geometry = geometry_of(frame(matrix), None)
    assert (geometry.turn_deg, geometry.mirrored) == (turn_deg, mirrored)
    assert geometry.upright_px == ((480, 640) if turn_deg in (90, 270) else (640, 480))


@pytest.mark.parametrize(
    ("sample_aspect", "square_px"),
    [
        (None, (640, 480)),
        (Fraction(1), (640, 480)),
        (Fraction(1215, 1216), (640, 480)),
        (Fraction(4, 3), (853, 480)),
        (Fraction(0), (640, 480)),
    ],
)
def test_pixels_become_square(sample_aspect, square_px):
    assert geometry_of(frame(), sample_aspect) == Geometry((640, 480), square_px, 0, False)


def test_the_checksum_is_of_the_files_bytes(tmp_path):
    path = tmp_path / "abc"
    path.write_bytes(b"abc")
    assert file_sha256(path) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
