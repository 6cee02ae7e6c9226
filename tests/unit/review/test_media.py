"""How a browser shows a clip: which files it plays itself, on which clock, and single frames."""

import time
from contextlib import closing
from fractions import Fraction

import cv2
import numpy as np
import pytest

from clips import number_of, retagged, steady, write_clip
from formcheck.errors import InputError
from formcheck.review.media import Media, read_playback, to_jpeg
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


def test_a_clip_whose_times_are_lost_is_not_shown_at_wrong_ones(tmp_path):
    clip = write_clip(tmp_path / "lost.mkv", times_s=[1200.0 * index for index in range(8)])
    with pytest.raises(InputError, match="times are lost"):
        read_playback(clip)


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


def test_the_frame_at_a_time_is_the_one_shown_then(tmp_path, media):
    clip = write_clip(tmp_path / "a.mp4", times_s=UNEVEN_S)
    times_s = np.array([frame.t_s for frame in FileSource(clip)])
    for row, t_s in enumerate(UNEVEN_S):
        until = UNEVEN_S[row + 1] if row + 1 < len(UNEVEN_S) else t_s + 0.3
        for at_s in (t_s, t_s + 0.0004, (t_s + until) / 2, until - 0.002):
            image, shown_s = media.frame(clip, at_s, times_s)
            assert number_of(image) == row
            assert shown_s == pytest.approx(t_s, abs=1e-3)


def test_drawing_on_a_frame_does_not_change_the_cached_one(tmp_path, media):
    clip = write_clip(tmp_path / "a.mp4")
    times_s = np.arange(20) / 25
    first, _ = media.frame(clip, 0.0, times_s)
    first[:] = 0
    assert media.frame(clip, 0.0, times_s)[0].max() > 200


def test_slow_motion_plays_as_fast_as_it_was_filmed(tmp_path, media):
    plain = write_clip(tmp_path / "plain.mp4", times_s=steady(40, 30))
    clip = retagged(plain, tmp_path / "slow.mp4", {"com.android.capture.fps": "120.0"})
    playback = read_playback(clip)
    assert not playback.direct
    assert playback.duration_s == pytest.approx(1 / 3, abs=0.01)
    copied = [(number_of(f.image_bgr), f.t_s) for f in FileSource(wait(media, clip).path)]
    assert [t for _, t in copied] == pytest.approx(steady(40, 120), abs=0.002)
    image, _ = media.frame(clip, 20 / 120, np.array(steady(40, 120)))
    assert number_of(image) == 20
    # An analysis of before slow motion was recognised keeps its times.
    assert read_playback(clip, 1.0).direct
    assert number_of(media.frame(clip, 20 / 30, np.array(steady(40, 30)), 1.0)[0]) == 20


def test_a_clip_that_was_replaced_is_read_again(tmp_path, media):
    clip, other = tmp_path / "a.mp4", tmp_path / "b.mp4"
    write_clip(clip)
    write_clip(other, times_s=[1.0, 1.5])
    before = media.sha256(clip), media.playback(clip).offset_s
    other.replace(clip)
    assert media.sha256(clip) != before[0]
    assert media.playback(clip).offset_s == pytest.approx(1.0, abs=0.01)


def test_a_clip_that_is_gone_is_an_input_error(tmp_path, media):
    with pytest.raises(InputError, match="the clip is gone"):
        media.playback(tmp_path / "a.mp4")


def test_a_jpeg_is_no_wider_than_asked():
    image = np.full((100, 200, 3), 90, np.uint8)
    for width_px, shape in ((None, (100, 200, 3)), (50, (25, 50, 3)), (400, (100, 200, 3))):
        assert cv2.imdecode(np.frombuffer(to_jpeg(image, width_px=width_px), np.uint8), cv2.IMREAD_COLOR).shape == shape


@pytest.fixture
def media(tmp_path):
    (tmp_path / "copies").mkdir()
    with closing(Media(tmp_path / "copies")) as media:
        yield media


def wait(media, clip):
    until = time.monotonic() + 30
    while (video := media.playable("item", clip.name, clip)).path is None and time.monotonic() < until:
        time.sleep(0.02)
    return video


def test_a_copy_has_the_same_frames_at_the_same_times(tmp_path, media):
    clip = write_clip(tmp_path / "a.mkv", times_s=[2.0 + t for t in UNEVEN_S], time_base=Fraction(1, 1000))
    made = wait(media, clip)
    playback = read_playback(made.path)
    assert (playback.direct, playback.offset_s, made.media_type, made.share) == (True, 0.0, "video/mp4", 1.0)
    pairs = [[(number_of(f.image_bgr), round(f.t_s, 3)) for f in FileSource(path)] for path in (clip, made.path)]
    assert pairs[0] == pairs[1]
    assert [t for _, t in pairs[1]] == pytest.approx(UNEVEN_S, abs=0.0015)
    assert wait(media, clip) == made


def test_a_clip_that_was_replaced_is_copied_again(tmp_path, media):
    clip = write_clip(tmp_path / "a.mkv", time_base=Fraction(1, 1000))
    before = wait(media, clip).path
    write_clip(tmp_path / "b.mkv", times_s=[1.0, 1.5], time_base=Fraction(1, 1000)).replace(clip)
    after = wait(media, clip).path
    assert after != before
    assert len(list(FileSource(after))) == 2
    media.remove_stale()
    assert (before.exists(), after.exists()) == (False, True)
    clip.unlink()
    media.remove_stale()
    assert not after.exists()


def test_a_clip_that_cannot_be_copied_says_why(tmp_path, media):
    clip = tmp_path / "a.avi"
    clip.write_bytes(b"RIFF0000AVI " + bytes(100))
    job = media.copy("item", "a.avi", clip)
    until = time.monotonic() + 30
    while job.state != "failed" and time.monotonic() < until:
        time.sleep(0.02)
    (shown,) = media.jobs()
    assert (shown["state"], shown["kind"]) == ("failed", "video")
    assert "a.avi: expected a video" in shown["error"]


def test_closing_leaves_no_half_copy(tmp_path):
    folder = tmp_path / "copies"
    folder.mkdir()
    media = Media(folder)
    clip = write_clip(tmp_path / "a.mkv", times_s=[i / 25 for i in range(400)], time_base=Fraction(1, 1000))
    media.copy("item", "a", clip)
    media.close()
    assert [path.name for path in folder.iterdir() if path.suffix != ".mp4"] == []
