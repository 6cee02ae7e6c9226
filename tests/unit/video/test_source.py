"""What every recorded clip gives, whatever the container: true times, upright frames, clear refusals."""

import hashlib
import os
import random
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from clips import SIZE_PX, number_of, numbered, steady, write_clip, write_sound_only
from formcheck.errors import InputError, UsageError
from formcheck.message import Message
from formcheck.video.source import FileSource

# name of the file, codec, what the container rounds times to
CONTAINERS = {
    "mp4": ("clip.mp4", "libx264", 1e-4),
    "mov": ("clip.mov", "mjpeg", 1e-4),
    "mkv": ("clip.mkv", "libx264", 1e-3),
    "webm": ("clip.webm", "libvpx", 1e-3),
    "ts": ("clip.ts", "libx264", 1e-4),
    "avi": ("clip.avi", "mpeg4", 1e-4),
}
PIX_FMT = {"mjpeg": "yuvj420p"}


def clip_in(tmp_path: Path, container: str, **options: object) -> tuple[Path, float]:
    name, codec, rounding_s = CONTAINERS[container]
    time_base = Fraction(1, 25) if container == "avi" else Fraction(1, 12_800)
    if codec == "mpeg4":
        options["codec_options"] = {"b": "8000000"}
    path = write_clip(
        tmp_path / name, codec=codec, pix_fmt=PIX_FMT.get(codec, "yuv420p"), time_base=time_base, **options
    )
    return path, rounding_s


def uneven(count: int = 30) -> list[float]:
    """Times of a phone in changing light: 17 to 100 ms apart, once a second and a half."""
    draw = random.Random(7)
    gaps_s = [1.5 if i == 12 else draw.choice([0.017, 0.033, 0.05, 0.1]) for i in range(count - 1)]
    return [round(sum(gaps_s[:i]), 4) for i in range(count)]


@pytest.mark.parametrize("container", CONTAINERS)
def test_every_container_gives_all_frames_in_order_with_their_times(tmp_path, container):
    path, rounding_s = clip_in(tmp_path, container)
    frames = list(FileSource(path))
    assert [frame.index for frame in frames] == list(range(20))
    assert [number_of(frame.image_bgr) for frame in frames] == list(range(20))
    np.testing.assert_allclose([frame.t_s for frame in frames], steady(20), atol=rounding_s)
    assert {frame.image_bgr.shape for frame in frames} == {(SIZE_PX[1], SIZE_PX[0], 3)}
    assert frames[0].image_bgr.dtype == np.uint8


@pytest.mark.parametrize("container", [name for name in CONTAINERS if name != "avi"])
def test_variable_frame_rate_keeps_its_times(tmp_path, container):
    path, rounding_s = clip_in(tmp_path, container, times_s=uneven())
    times_s = [frame.t_s for frame in FileSource(path)]
    np.testing.assert_allclose(times_s, uneven(), atol=rounding_s)


@pytest.mark.parametrize("container", ["mp4", "mkv", "ts"])
def test_a_clip_that_starts_later_starts_at_zero(tmp_path, container):
    path, rounding_s = clip_in(tmp_path, container, times_s=[5.2 + t for t in uneven()])
    source = FileSource(path)
    times_s = [frame.t_s for frame in source]
    assert times_s[0] == 0.0
    np.testing.assert_allclose(times_s, uneven(), atol=2 * rounding_s)
    assert source.warnings == ()
    assert source.duration_s == pytest.approx(uneven()[-1], abs=0.2)


def test_avi_with_reordered_frames_gets_its_times_back(tmp_path):
    path = write_clip(tmp_path / "clip.avi", times_s=steady(40), codec_options={"bf": "3"}, time_base=Fraction(1, 25))
    frames = list(FileSource(path))
    assert [number_of(frame.image_bgr) for frame in frames] == list(range(40))
    np.testing.assert_allclose([frame.t_s for frame in frames], steady(40), atol=1e-6)


@pytest.mark.parametrize("mirrored", [False, True])
@pytest.mark.parametrize("counterclockwise_deg", [0, 90, 180, 270])
def test_display_rotation_and_mirroring_are_applied(tmp_path, counterclockwise_deg, mirrored):
    def quadrants(index, size_px):
        w, h = size_px
        image = np.zeros((h, w, 3), np.uint8)
        image[: h // 2, : w // 2], image[: h // 2, w // 2 :], image[h // 2 :, : w // 2] = 250, 170, 90
        return image

    path = write_clip(
        tmp_path / "clip.mp4",
        image=quadrants,
        times_s=steady(3),
        prepare=lambda stream: stream.set_display_rotation(counterclockwise_deg, hflip=mirrored),
    )
    expected = np.rot90(quadrants(0, SIZE_PX), counterclockwise_deg // 90)
    if mirrored:
        expected = expected[:, ::-1]
    source = FileSource(path)
    frame = next(iter(source))
    assert frame.image_bgr.shape == expected.shape
    assert np.abs(frame.image_bgr.astype(int) - expected).mean() < 4
    assert source.size_px == (expected.shape[1], expected.shape[0])
    assert source.info.size_px == source.size_px
    if not mirrored:
        assert source.info.rotation_deg == -counterclockwise_deg % 360


@pytest.mark.parametrize(
    ("codec", "pix_fmt", "size_px"),
    [
        ("ffv1", "yuv444p", (61, 47)),
        ("ffv1", "yuv420p10le", (64, 48)),
        ("ffv1", "gray", (64, 48)),
        ("ffv1", "gray10le", (61, 47)),
        ("libx264", "yuv420p10le", (64, 48)),
    ],
)
def test_odd_sizes_ten_bit_and_grey_become_plain_bgr(tmp_path, codec, pix_fmt, size_px):
    path = write_clip(tmp_path / "clip.mkv", codec=codec, pix_fmt=pix_fmt, size_px=size_px, times_s=steady(12))
    frames = list(FileSource(path))
    assert {frame.image_bgr.shape for frame in frames} == {(size_px[1], size_px[0], 3)}
    assert [number_of(frame.image_bgr) for frame in frames] == list(range(12))
    assert np.ptp(frames[3].image_bgr[-5:, -5:].astype(int), axis=2).max() <= 3


def test_pixels_that_are_not_square_are_made_square(tmp_path):
    def wide(stream):
        stream.codec_context.sample_aspect_ratio = Fraction(3, 2)

    path = write_clip(tmp_path / "clip.mp4", times_s=steady(3), prepare=wide)
    assert next(iter(FileSource(path))).image_bgr.shape == (48, 96, 3)


def test_sound_is_ignored(tmp_path):
    path = write_clip(tmp_path / "clip.mp4", sound=True)
    assert [number_of(frame.image_bgr) for frame in FileSource(path)] == list(range(20))


def test_info_says_what_the_clip_is(tmp_path):
    path = write_clip(tmp_path / "clip.mp4")
    info = FileSource(path).info
    assert (info.name, info.size_px, info.rotation_deg, info.codec) == ("clip.mp4", SIZE_PX, 0, "h264")
    assert info.duration_s == pytest.approx(0.8, abs=1e-3)
    assert info.nominal_fps == pytest.approx(25)
    assert info.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()


def test_a_browser_recording_without_a_length_is_measured(tmp_path):
    path = write_clip(tmp_path / "clip.webm", codec="libvpx", times_s=steady(30), container_options={"live": "1"})
    assert FileSource(path).info.duration_s == pytest.approx(1.2, abs=0.05)
    assert len(list(FileSource(path))) == 30


@pytest.mark.parametrize("container", CONTAINERS)
def test_a_window_holds_exactly_the_frames_of_the_whole_clip_in_it(tmp_path, container):
    reordered = {"codec_options": {"bf": "2", "g": "12"}} if container in ("mp4", "mkv", "ts") else {}
    path, _ = clip_in(tmp_path, container, times_s=steady(80), **reordered)
    whole = [(f.t_s, f.image_bgr.tobytes()) for f in FileSource(path)]
    for start_s, end_s in ((0.0, 0.5), (0.81, 2.3), (1.0, 1.04), (2.5, None)):
        window = [(f.t_s, f.image_bgr.tobytes()) for f in FileSource(path, start_s=start_s, end_s=end_s)]
        assert window == [pair for pair in whole if start_s <= pair[0] < (end_s or np.inf)]


@pytest.mark.parametrize(
    "window",
    [
        {"start_s": -1.0},
        {"start_s": 0.8},
        {"start_s": 12.0},
        {"start_s": 0.5, "end_s": 0.5},
        {"start_s": 0.5, "end_s": 0.2},
        {"end_s": 7.0},
        {"start_s": float("nan")},
        {"end_s": float("nan")},
    ],
)
def test_a_window_outside_the_clip_names_the_clips_length(tmp_path, window):
    path = write_clip(tmp_path / "clip.mp4")
    with pytest.raises(UsageError, match=r"0\.80 s long"):
        FileSource(path, **window)


def test_a_window_ends_where_it_was_asked_to(tmp_path):
    source = list_all(FileSource(write_clip(tmp_path / "clip.mp4", times_s=[0.0, 0.04, 3.0, 3.04]), end_s=2.0))
    assert source.read_to_s == 2.0
    assert source.warnings == ()


def test_an_end_rounded_up_to_whole_seconds_is_taken(tmp_path):
    assert len(list(FileSource(write_clip(tmp_path / "clip.mp4"), end_s=1.0))) == 20


@pytest.mark.parametrize(("container", "stride_s"), [("mp4", 0.1), ("mkv", 1 / 12.5), ("mp4", 0.33)])
def test_a_stride_keeps_the_first_frame_of_every_step_and_true_indices(tmp_path, container, stride_s):
    path, _ = clip_in(tmp_path, container, times_s=steady(50))
    frames = list(FileSource(path, stride_s=stride_s))
    times_s = np.array([frame.t_s for frame in frames])
    late_s = times_s - stride_s * np.arange(len(times_s))
    assert (late_s > -0.001).all()
    assert (late_s < 0.04).all()
    assert len(times_s) == np.floor(1.961 / stride_s) + 1
    assert [number_of(frame.image_bgr) for frame in frames] == [frame.index for frame in frames]


def test_of_a_whole_stretch_every_frame_is_read(tmp_path):
    path, _ = clip_in(tmp_path, "mp4", times_s=steady(50))
    whole = ((0.39, 0.61), (1.19, 1.25))
    every = [frame.t_s for frame in FileSource(path)]
    thinned = [frame.t_s for frame in FileSource(path, stride_s=0.2)]
    mixed = [frame.t_s for frame in FileSource(path, stride_s=0.2, whole=whole)]
    assert mixed == [t for t in every if t in thinned or any(begin <= t < end for begin, end in whole)]


def test_stamps_that_go_back_are_left_out_and_counted(tmp_path):
    first, second = (write_clip(tmp_path / f"{n}.ts", times_s=steady(10)) for n in "ab")
    joined = tmp_path / "joined.ts"
    joined.write_bytes(first.read_bytes() + second.read_bytes())
    source = FileSource(joined)
    times_s = [frame.t_s for frame in source]
    assert len(times_s) == 10
    assert (np.diff(times_s) > 0).all()
    assert Message.of("warning.bad_timestamps", n=10) in source.warnings


def joined_sizes(tmp_path: Path, second_size: tuple[int, int]) -> Path:
    first = write_clip(tmp_path / "a.ts", times_s=steady(10))
    later = [0.4 + t for t in steady(10)]
    second = write_clip(tmp_path / "b.ts", times_s=later, size_px=second_size)
    path = tmp_path / "joined.ts"
    path.write_bytes(first.read_bytes() + second.read_bytes())
    return path


def test_a_size_that_changes_on_the_way_is_scaled_back(tmp_path):
    source = FileSource(joined_sizes(tmp_path, (128, 96)))
    frames = list(source)
    assert len(frames) == 20
    assert {frame.image_bgr.shape for frame in frames} == {(48, 64, 3)}
    assert number_of(frames[15].image_bgr) == 5


def test_a_shape_that_changes_on_the_way_ends_the_clip_and_says_so(tmp_path):
    source = FileSource(joined_sizes(tmp_path, (48, 64)))
    assert len(list(source)) == 10
    (warning,) = source.warnings
    assert warning.key == "warning.shape_changed"
    assert dict(warning.values) == {"at_s": pytest.approx(0.4), "width": 48, "height": 64}


def noise(index, size_px):
    return np.random.default_rng(index).integers(0, 255, (size_px[1], size_px[0], 3), np.uint8)


@pytest.mark.parametrize("name", ["clip.mp4", "clip.mkv"])
def test_a_cut_off_file_gives_what_can_be_read_and_says_so(tmp_path, name):
    path = write_clip(
        tmp_path / name,
        times_s=steady(100),
        image=noise,
        container_options={"movflags": "+faststart"} if name == "clip.mp4" else {},
    )
    assert list_all(FileSource(path)).warnings == ()
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    source = list_all(FileSource(path))
    assert 1.0 < source.read_to_s < 3.0
    assert source.warnings[0].key == "warning.cut_off"
    assert dict(source.warnings[0].values) == {"read_s": source.read_to_s, "declared_s": pytest.approx(4.0)}
    with pytest.raises(InputError, match=r"no frame can be read from 3\.50 s on"):
        list(FileSource(path, start_s=3.5))


def list_all(source: FileSource) -> FileSource:
    for _ in source:
        pass
    return source


@pytest.mark.parametrize("share", [0.3, 0.55, 0.8])
def test_a_cut_off_broadcast_gives_no_half_frames(tmp_path, share):
    path = write_clip(tmp_path / "clip.ts", times_s=steady(40), image=noise)
    whole = [frame.image_bgr.tobytes() for frame in FileSource(path)]
    path.write_bytes(path.read_bytes()[: int(share * path.stat().st_size)])
    source = FileSource(path)
    frames = [frame.image_bgr.tobytes() for frame in source]
    assert 5 < len(frames) < 40
    assert frames == whole[: len(frames)]
    assert source.warnings == (Message.of("warning.unreadable", n=1),)


def test_a_long_still_last_frame_is_no_truncation(tmp_path):
    path = write_clip(tmp_path / "clip.mp4", times_s=[0.0, 0.04, 3.0])
    assert list_all(FileSource(path)).warnings == ()


def test_iterating_again_starts_again_and_leaving_closes(tmp_path):
    path = write_clip(tmp_path / "clip.mp4")
    with FileSource(path) as source:
        first = next(iter(source))
        again = iter(source)
        assert next(again).t_s == first.t_s == 0.0
    assert next(again, None) is None


def test_reading_is_lazy(tmp_path):
    source = FileSource(write_clip(tmp_path / "clip.mp4", times_s=steady(500)))
    next(iter(source))
    assert source.read_to_s < 1.0


def rewritten(path: Path, change: Callable[[bytes], bytes]) -> Path:
    path.write_bytes(change(path.read_bytes()))
    return path


PLAY_LIST = "#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\nhttp://127.0.0.1:9/a.ts\n"

BROKEN: dict[str, tuple[Callable[[Path], object], str]] = {
    "clip.mp4 is missing": (lambda path: None, "no such file"),
    "clip.mp4 is a folder": (lambda path: path.mkdir(), "found a folder.*formcheck batch"),
    "clip.mp4 is empty": (lambda path: path.touch(), "empty"),
    "clip.mp4 is text": (lambda path: path.write_text("Lie on your back.\n" * 40), "not a video"),
    "clip.mp4 is a play list": (lambda path: path.write_text(PLAY_LIST), "expected a video"),
    "clip.mp4 has sound only": (write_sound_only, "sound only"),
    "clip.mp4 lacks its index": (lambda path: rewritten(write_clip(path), lambda b: b[:1000]), "cut off"),
    "clip.mp4 has an odd codec": (
        lambda path: rewritten(write_clip(path), lambda b: b.replace(b"avc1", b"zzzz")),
        "damaged or in a rare format",
    ),
    "clip.mkv has no frames": (lambda path: write_clip(path, times_s=[]), "expected a video"),
    "clip.h264 has no times": (write_clip, "carry no times"),
    "clip.png is an image": (
        lambda path: write_clip(path, codec="png", pix_fmt="rgb24", times_s=[0.0]),
        "found png|found image2",
    ),
}


@pytest.mark.parametrize("kind", BROKEN)
def test_what_is_no_clip_is_refused_in_one_clear_line(tmp_path, kind):
    make, said = BROKEN[kind]
    path = tmp_path / kind.split()[0]
    make(path)
    with pytest.raises(InputError, match=said) as caught:
        FileSource(path)
    message = str(caught.value)
    assert str(path) in message
    assert "\n" not in message
    assert caught.value.exit_code == 3


@pytest.mark.skipif(os.name == "nt" or getattr(os, "geteuid", int)() == 0, reason="may read everything")
def test_a_file_that_may_not_be_read_is_refused(tmp_path):
    path = write_clip(tmp_path / "clip.mp4")
    path.chmod(0)
    with pytest.raises(InputError, match="no permission"):
        FileSource(path)


def test_a_name_with_a_colon_or_percent_is_only_a_name(tmp_path):
    path = write_clip(tmp_path / "plain.mp4", times_s=steady(3))
    odd = path.rename(tmp_path / ("100%d leg.mp4" if os.name == "nt" else "http:100%d leg.mp4"))
    assert [number_of(frame.image_bgr) for frame in FileSource(odd)] == [0, 1, 2]


def test_numbered_frames_can_be_told_apart():
    assert [number_of(numbered(i)) for i in range(50)] == list(range(50))
