"""How a browser shows a clip: which it plays itself, on which clock, and the picture of a moment."""

from fractions import Fraction

import cv2
import numpy as np
import pytest

from clips import number_of, write_clip
from formcheck.errors import InputError
from formcheck.review.playback import Clips, jpeg, read_playback
from formcheck.review.proxy import Proxies
from formcheck.video.source import FileSource

UNEVEN_S = [0.0, 0.04, 0.05, 0.20, 0.21, 0.60, 0.64, 1.30, 1.31, 1.50]


@pytest.mark.parametrize(
    ("name", "codec", "pix_fmt", "direct"),
    [
        ("a.mp4", "libx264", "yuv420p", True),
        ("a.mov", "libx264", "yuv420p", True),
        ("a.webm", "libvpx", "yuv420p", True),
        ("a.mkv", "libx264", "yuv420p", False),
        ("a.mp4", "libx264", "yuv444p", False),
        ("a.mp4", "mpeg4", "yuv420p", False),
        ("a.avi", "mpeg4", "yuv420p", False),
    ],
)
def test_what_every_browser_plays_is_played_as_it_is(tmp_path, name, codec, pix_fmt, direct):
    clip = write_clip(tmp_path / name, codec=codec, pix_fmt=pix_fmt, time_base=Fraction(1, 25))
    assert read_playback(clip).direct is direct


@pytest.mark.parametrize("start_s", [0.0, 0.48, 3.0])
@pytest.mark.parametrize(("name", "codec"), [("a.mp4", "libx264"), ("a.webm", "libvpx")])
def test_the_clock_of_the_element_is_the_containers_own(tmp_path, name, codec, start_s):
    clip = write_clip(tmp_path / name, codec=codec, times_s=[start_s + i / 25 for i in range(10)])
    playback = read_playback(clip)
    assert playback.direct
    assert playback.offset_s == pytest.approx(start_s, abs=0.002)
    assert next(iter(FileSource(clip))).t_s == 0.0


def test_a_mirrored_clip_is_copied_upright(tmp_path):
    clip = write_clip(tmp_path / "a.mp4", prepare=lambda stream: stream.set_display_rotation(0, hflip=True))
    assert not read_playback(clip).direct


def test_a_turned_clip_is_played_as_it_is(tmp_path):
    clip = write_clip(tmp_path / "a.mp4", prepare=lambda stream: stream.set_display_rotation(90))
    playback = read_playback(clip)
    assert (playback.direct, playback.rotation_deg, playback.size_px) == (True, 270, (48, 64))


def test_the_picture_of_a_moment_is_the_one_on_show_then(tmp_path):
    clip = write_clip(tmp_path / "a.mp4", times_s=UNEVEN_S)
    times_s = np.array([frame.t_s for frame in FileSource(clip)])
    clips = Clips()
    for row, t_s in enumerate(UNEVEN_S):
        until = UNEVEN_S[row + 1] if row + 1 < len(UNEVEN_S) else t_s + 0.3
        for at_s in (t_s, t_s + 0.0004, (t_s + until) / 2, until - 0.002):
            image, shown_s = clips.frame(clip, at_s, times_s)
            assert number_of(image) == row
            assert shown_s == pytest.approx(t_s, abs=1e-3)


def test_a_picture_may_be_drawn_on_without_harm_to_the_next_one(tmp_path):
    clip = write_clip(tmp_path / "a.mp4")
    clips, times_s = Clips(), np.arange(20) / 25
    first, _ = clips.frame(clip, 0.0, times_s)
    first[:] = 0
    assert clips.frame(clip, 0.0, times_s)[0].max() > 200


def test_a_clip_written_anew_is_read_anew(tmp_path):
    clip, other = tmp_path / "a.mp4", tmp_path / "b.mp4"
    write_clip(clip)
    write_clip(other, times_s=[1.0, 1.5])
    clips = Clips()
    before = clips.sha256(clip), clips.playback(clip).offset_s
    other.replace(clip)
    assert clips.sha256(clip) != before[0]
    assert clips.playback(clip).offset_s == pytest.approx(1.0, abs=0.01)


def test_a_clip_that_is_gone_is_said(tmp_path):
    with pytest.raises(InputError, match="the clip is gone"):
        Clips().playback(tmp_path / "a.mp4")


def test_a_jpeg_is_no_wider_than_asked():
    image = np.full((100, 200, 3), 90, np.uint8)
    for width_px, shape in ((None, (100, 200, 3)), (50, (25, 50, 3)), (400, (100, 200, 3))):
        assert cv2.imdecode(np.frombuffer(jpeg(image, width_px=width_px), np.uint8), cv2.IMREAD_COLOR).shape == shape


@pytest.fixture
def proxies(tmp_path):
    (tmp_path / "proxies").mkdir()
    made = Proxies(tmp_path / "proxies")
    yield made
    made.close()


def wait(proxies, clip):
    import time

    until = time.monotonic() + 30
    while (made := proxies.get("item", clip)) is None and time.monotonic() < until:
        time.sleep(0.02)
    return made


def test_a_copy_has_the_same_pictures_at_the_same_times(tmp_path, proxies):
    clip = write_clip(tmp_path / "a.mkv", times_s=[2.0 + t for t in UNEVEN_S], time_base=Fraction(1, 1000))
    made = wait(proxies, clip)
    playback = read_playback(made)
    assert (playback.direct, playback.offset_s) == (True, 0.0)
    pairs = [[(number_of(f.image_bgr), round(f.t_s, 3)) for f in FileSource(path)] for path in (clip, made)]
    assert pairs[0] == pairs[1]
    assert [t for _, t in pairs[1]] == pytest.approx(UNEVEN_S, abs=0.0015)
    assert wait(proxies, clip) == made


def test_a_clip_that_cannot_be_copied_says_why(tmp_path, proxies):
    clip = tmp_path / "a.avi"
    clip.write_bytes(b"RIFF0000AVI " + bytes(100))
    with pytest.raises(Exception, match=r"a\.avi: expected a video"):
        wait(proxies, clip)
    (job,) = proxies.all()
    assert (job["state"], job["kind"]) == ("failed", "video")


def test_the_end_leaves_no_half_copy(tmp_path):
    folder = tmp_path / "proxies"
    folder.mkdir()
    proxies = Proxies(folder)
    clip = write_clip(tmp_path / "a.mkv", times_s=[i / 25 for i in range(400)], time_base=Fraction(1, 1000))
    proxies.begin("item", "a", clip)
    proxies.close()
    assert [path for path in folder.iterdir() if path.suffix == ".part"] == []
