"""Lengths and times of containers that declare others than they hold, and of clips that play slower than filmed."""

from __future__ import annotations

import math
import struct
from pathlib import Path

import av
import numpy as np
import pytest

from clips import number_of, retagged, steady, write_clip
from formcheck.errors import UsageError
from formcheck.video import clip_times
from formcheck.video.boxes import has_changed_speed, is_cut_off
from formcheck.video.source import FileSource

COUNT, FPS = 50, 25.0
LENGTH_S = COUNT / FPS


def read(source: FileSource) -> tuple[list[float], list[str]]:
    times_s = [frame.t_s for frame in source]
    return times_s, [message.key for message in source.warnings]


def tagged(path: Path, tags: dict[str, str], *, times_s: list[float]) -> Path:
    """Write a clip with tags of a phone."""
    return retagged(write_clip(path.with_name(f"plain{path.suffix}"), times_s=times_s), path, tags)


def patched(path: Path, kind: bytes, offset: int, value: bytes) -> Path:
    """Write other bytes into the first box of a kind, counted from its content."""
    data = bytearray(path.read_bytes())
    at = data.index(kind) + 4 + offset
    data[at : at + len(value)] = value
    path.write_bytes(data)
    return path


@pytest.mark.parametrize("declared_s", [0.2, 1.0, 6.0, 40.0])
def test_a_wrong_length_in_the_header_is_not_believed(tmp_path, declared_s):
    path = patched(write_clip(tmp_path / "clip.mp4", times_s=steady(COUNT)), b"mdhd", 16, b"\0\0\0\0")
    path = patched(path, b"mdhd", 16, struct.pack(">I", round(declared_s * 12800)))
    source = FileSource(path)
    times_s, keys = read(source)
    assert (len(times_s), keys) == (COUNT, [])
    assert source.info.duration_s == pytest.approx(LENGTH_S, abs=0.01)
    assert len(list(FileSource(path, start_s=1.5, end_s=2.0))) == 12
    with pytest.raises(UsageError, match=r"2\.00 s long"):
        FileSource(path, start_s=3.0)


@pytest.mark.parametrize("name", ["clip.webm", "clip.mkv", "clip.mp4"])
def test_a_clip_without_a_length_is_neither_cut_off_nor_read_again_and_again(tmp_path, name, monkeypatch):
    live = {"movflags": "frag_keyframe+empty_moov"} if name == "clip.mp4" else {"live": "1"}
    codec = {"codec": "libvpx"} if name == "clip.webm" else {}
    path = write_clip(tmp_path / name, times_s=steady(COUNT), container_options=live, **codec)
    scans, scan = [], clip_times.scan_packets
    monkeypatch.setattr(clip_times, "scan_packets", lambda *given: scans.append(given) or scan(*given))
    source = FileSource(path)
    thinned = source.thinned(0.2)
    assert thinned.expected_s == pytest.approx(LENGTH_S, abs=0.05)
    assert len(list(thinned)) == 10
    times_s, keys = read(source)
    assert (len(times_s), keys) == (COUNT, [])
    assert source.info.duration_s == pytest.approx(LENGTH_S, abs=0.05)
    assert len(scans) == 1


@pytest.mark.parametrize(
    ("name", "late"), [("clip.mkv", 0), ("clip.mkv", 1), ("clip.mkv", COUNT - 1), ("clip.mp4", 20)]
)
def test_one_late_time_costs_that_frame_alone(tmp_path, name, late):
    times_s = steady(COUNT)
    path = write_clip(tmp_path / name, times_s=times_s)
    with av.open(str(path)) as given, av.open(str(tmp_path / f"late-{name}"), "w") as made:
        stream = made.add_stream_from_template(given.streams.video[0])
        for number, packet in enumerate(p for p in given.demux(video=0) if p.dts is not None):
            packet.stream = stream
            if number == late:
                packet.pts += round(3.0 / packet.time_base)
            made.mux(packet)
    source = FileSource(tmp_path / f"late-{name}")
    read_s, keys = read(source)
    if late == COUNT - 1:
        assert len(read_s) == COUNT  # it may be a pause
    else:
        assert len(read_s) == COUNT - 1
        assert keys == ["warning.bad_timestamps"]
        assert np.diff(read_s).max() < 0.09


def test_the_structure_of_a_file_tells_whether_its_end_is_there(tmp_path):
    for name, options in {
        "a.mp4": {"movflags": "+faststart"},
        "b.mp4": {"movflags": "frag_keyframe+empty_moov"},
        "c.mkv": {},
        "d.avi": {},
    }.items():
        codec = "mpeg4" if name == "d.avi" else "libx264"
        path = write_clip(tmp_path / name, times_s=steady(COUNT), container_options=options, codec=codec)
        assert is_cut_off(path) is False
        path.write_bytes(path.read_bytes()[:-200])
        assert is_cut_off(path) is True
    assert is_cut_off(write_clip(tmp_path / "e.ts", times_s=steady(COUNT))) is None


@pytest.mark.parametrize(
    ("capture_fps", "fps", "speed"),
    [
        ("120.0", 30.0, 0.25),
        ("240", 30.0, 0.125),
        ("60.000000", 30.0, 0.5),
        ("240.0", 240.0, 1.0),  # plays as it was filmed
        ("30.0", 24.0, 1.0),  # dim light
        ("30.0", 15.0, 1.0),
        ("2.0", 30.0, 15.0),
        ("0", 30.0, 1.0),
        ("nan", 30.0, 1.0),
        ("fast", 30.0, 1.0),
        ("1e9", 30.0, 1.0),
    ],
)
def test_androids_rate_of_filming_brings_times_back_to_real_ones(tmp_path, capture_fps, fps, speed):
    path = tagged(tmp_path / "clip.mp4", {"com.android.capture.fps": capture_fps}, times_s=steady(40, fps))
    source = FileSource(path)
    times_s, keys = read(source)
    np.testing.assert_allclose(times_s, np.array(steady(40, fps)) * speed, atol=2e-3 * speed)
    assert source.info.speed == pytest.approx(speed, rel=0.01)
    assert times_s[-1] < source.info.duration_s <= times_s[-1] + 0.06 * speed
    assert source.nominal_fps == pytest.approx(fps / speed, rel=0.2)
    assert keys == ([] if speed == 1 else ["warning.slow_motion" if speed < 1 else "warning.time_lapse"])
    if speed < 1:
        middle_s = times_s[20]
        assert number_of(next(iter(FileSource(path, start_s=middle_s - 1e-4))).image_bgr) == 20
    assert read(FileSource(path, speed=1.0))[0] == pytest.approx(steady(40, fps), abs=1e-3)


def test_a_given_speed_makes_times_real_and_is_said(tmp_path):
    path = write_clip(tmp_path / "clip.mp4", times_s=steady(COUNT))
    source = FileSource(path, speed=0.5, start_s=0.5)
    times_s, keys = read(source)
    np.testing.assert_allclose(times_s, np.array(steady(COUNT))[25:] / 2, atol=1e-3)
    assert keys == ["warning.speed_given"]
    assert source.info.duration_s == pytest.approx(LENGTH_S / 2)
    assert source.info.speed == source.info.speed_to_read_with == 0.5


def ramp(fps: float) -> list[float]:
    """Times of Apple's slow motion as it is rendered: as filmed, then 30 a second, then as filmed."""
    gaps_s = [1 / fps] * 60 + [1 / 30] * 30 + [1 / fps] * 60
    return [0.0, *np.cumsum(gaps_s)]


@pytest.mark.parametrize("fps", [120.0, 240.0])
def test_the_stretched_part_of_apples_slow_motion_is_brought_back(tmp_path, fps):
    tags = {"com.apple.quicktime.make": "Apple"}
    path = tagged(tmp_path / "clip.mov", tags, times_s=ramp(fps))
    source = FileSource(path)
    times_s, keys = read(source)
    assert keys == ["warning.slow_motion_part"]
    np.testing.assert_allclose(times_s, np.arange(151) / fps, atol=2e-3)
    assert math.isnan(source.info.speed)
    assert source.info.speed_to_read_with is None
    assert source.nominal_fps == pytest.approx(fps, rel=0.02)
    part = source.part(times_s[75] - 1e-4, math.inf)
    assert number_of(next(iter(part)).image_bgr) == 75 % 50


@pytest.mark.parametrize(
    "times_s",
    [
        steady(60, 240),
        steady(60, 30),
        [*steady(60, 60), *(1.0 + t for t in steady(60, 30))],  # the dark halves the rate
        [t for t in steady(120, 120) if round(t * 120) % 40 != 20],  # single frames dropped
    ],
)
def test_other_clips_of_apples_keep_their_times(tmp_path, times_s):
    path = tagged(tmp_path / "clip.mov", {"com.apple.quicktime.make": "Apple"}, times_s=times_s)
    read_s, keys = read(FileSource(path))
    assert keys == []
    np.testing.assert_allclose(read_s, times_s, atol=1e-3)


def test_edits_that_slow_a_clip_down_are_not_applied(tmp_path):
    path = write_clip(tmp_path / "clip.mov", times_s=steady(COUNT))
    assert not has_changed_speed(path)
    # One edit of the whole at a quarter of the speed, four times as long in the movie's time scale of 1000.
    patched(path, b"elst", 8, struct.pack(">IiI", round(LENGTH_S * 4 * 1000), 0, 0x4000))
    assert has_changed_speed(path)
    source = FileSource(path)
    times_s, keys = read(source)
    np.testing.assert_allclose(times_s, steady(COUNT), atol=1e-3)
    assert keys == []
    assert source.info.duration_s == pytest.approx(LENGTH_S, abs=0.05)
