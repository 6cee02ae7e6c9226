import av
import numpy as np
import pytest

import synth
from formcheck.live.recording import VIDEO, FaceCover, Recorder

SIZE_PX = (320, 180)
RNG = np.random.default_rng(1)
NOISE = RNG.integers(0, 255, (SIZE_PX[1], SIZE_PX[0], 3), dtype=np.uint8)
TRACK = synth.track(np.arange(4) / 30, np.full(4, 85.0), hidden=False, scale_px_m=100.0, size_px=SIZE_PX)
PERSON = TRACK.xy_px[0]
NOBODY = np.full((33, 2), np.nan)


def detail(image):
    """How much fine structure is left."""
    return float(np.abs(np.diff(image.astype(float), axis=1)).mean())


def around(image, point, half=6):
    x, y = np.round(point).astype(int)
    return image[max(0, y - half) : y + half, max(0, x - half) : x + half]


def test_the_face_is_gone_and_the_leg_is_not():
    covered = FaceCover().cover(NOISE, PERSON, 0.0)
    assert detail(around(covered, PERSON[0])) < 0.2 * detail(around(NOISE, PERSON[0]))
    np.testing.assert_array_equal(around(covered, PERSON[27]), around(NOISE, PERSON[27]))


def test_without_a_sure_face_the_whole_picture_goes():
    covered = FaceCover().cover(NOISE, NOBODY, 0.0)
    assert detail(covered) < 0.2 * detail(NOISE)


def test_where_the_face_just_was_stays_covered():
    faces = FaceCover()
    faces.cover(NOISE, PERSON, 0.0)
    moved = PERSON + np.array([60.0, 0.0])
    assert detail(around(faces.cover(NOISE, moved, 0.2), PERSON[0])) < 0.2 * detail(NOISE)
    assert detail(around(faces.cover(NOISE, moved, 2.0), PERSON[0])) > 0.5 * detail(NOISE)


@pytest.mark.parametrize("deidentify", [True, False])
def test_the_video_plays_with_its_times(tmp_path, deidentify):
    with Recorder(tmp_path / VIDEO, size_px=SIZE_PX, deidentify=deidentify) as recorder:
        for number in range(6):
            recorder.add(NOISE, PERSON, 5.0 + number / 10)
    with av.open(str(tmp_path / VIDEO)) as video:
        times_s = [float(frame.time) for frame in video.decode(video=0)]
    np.testing.assert_allclose(times_s, np.arange(6) / 10, atol=0.001)


def test_a_set_without_pictures_leaves_no_video(tmp_path):
    with Recorder(tmp_path / VIDEO, size_px=SIZE_PX, deidentify=False):
        pass
    assert list(tmp_path.iterdir()) == []


def test_a_set_that_fails_leaves_no_half_video(tmp_path):
    with pytest.raises(ValueError, match="shape"), Recorder(tmp_path / VIDEO, size_px=(64, 48), deidentify=True) as one:
        one.add(NOISE, PERSON, 0.0)
    assert list(tmp_path.iterdir()) == []
