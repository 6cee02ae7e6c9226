import errno
import itertools
import os
import stat
import subprocess
import sys
import textwrap
from pathlib import Path

import av
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clips import number_of, numbered
from formcheck.errors import OutputError
from formcheck.files import filling
from formcheck.video import writer
from formcheck.video.source import FileSource
from formcheck.video.writer import H264Writer

SIZE_PX = (96, 64)


def write(path: Path, times_s, *, size_px=SIZE_PX, end_s=None) -> Path:
    with H264Writer(path, size_px=size_px, nominal_fps=25.0) as video:
        for index, t_s in enumerate(times_s):
            video.write(numbered(index, size_px), t_s)
        if end_s is not None:
            video.end_at(end_s)
    return path


@settings(max_examples=20, deadline=None)
@given(gaps_s=st.lists(st.floats(0.004, 2.0), min_size=1, max_size=40))
def test_uneven_times_come_back_within_a_millisecond(tmp_path_factory, gaps_s):
    times_s = [0.0, *itertools.accumulate(gaps_s)]
    path = write(tmp_path_factory.mktemp("video") / "out.mp4", times_s, end_s=times_s[-1] + 0.2)
    source = FileSource(path)
    frames = list(source)
    np.testing.assert_allclose([frame.t_s for frame in frames], times_s, atol=1e-3)
    assert source.read_to_s == pytest.approx(times_s[-1] + 0.2, abs=1e-3)
    assert source.duration_s == pytest.approx(times_s[-1] + 0.2, abs=1e-3)


def test_frames_keep_their_order_and_their_brightness(tmp_path):
    frames = list(FileSource(write(tmp_path / "out.mp4", [i / 30 for i in range(50)])))
    assert [number_of(frame.image_bgr) for frame in frames] == list(range(50))


def test_colours_come_back(tmp_path):
    colours = [(40, 120, 215), (215, 120, 40), (60, 200, 60), (250, 250, 250), (8, 8, 8)]
    with H264Writer(tmp_path / "out.mp4", size_px=SIZE_PX) as video:
        for index, colour in enumerate(colours):
            video.write(np.full((SIZE_PX[1], SIZE_PX[0], 3), colour, np.uint8), index / 5)
    for frame, colour in zip(FileSource(tmp_path / "out.mp4"), colours, strict=True):
        np.testing.assert_allclose(frame.image_bgr.mean(axis=(0, 1)), colour, atol=4)


def test_without_an_end_the_last_frame_lasts_as_long_as_the_one_before(tmp_path):
    source = FileSource(write(tmp_path / "out.mp4", [0.0, 0.04, 0.14]))
    assert [round(frame.t_s, 3) for frame in source][-1] == 0.14
    assert source.read_to_s == pytest.approx(0.24, abs=1e-3)


def test_one_frame_is_a_video(tmp_path):
    assert len(list(FileSource(write(tmp_path / "out.mp4", [0.0])))) == 1


def test_a_browser_can_play_it(tmp_path):
    path = write(tmp_path / "out.mp4", [i / 25 for i in range(30)])
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        assert (stream.codec_context.name, stream.pix_fmt) == ("h264", "yuv420p")
        assert stream.start_time == 0
        assert (stream.colorspace, stream.color_range) == (6, 1)
    content = path.read_bytes()
    assert 0 < content.index(b"moov") < content.index(b"mdat")


def test_odd_sizes_are_made_even_without_touching_the_frame(tmp_path):
    (frame,) = FileSource(write(tmp_path / "out.mp4", [0.0], size_px=(61, 47)))
    assert frame.image_bgr.shape == (48, 62, 3)
    assert number_of(frame.image_bgr[:47, :61]) == 0
    np.testing.assert_allclose(frame.image_bgr[47], frame.image_bgr[46], atol=6)


def test_the_callers_frame_may_be_reused_at_once(tmp_path):
    frame = numbered(0, SIZE_PX)
    with H264Writer(tmp_path / "out.mp4", size_px=SIZE_PX) as video:
        for index in range(5):
            frame[:] = numbered(index, SIZE_PX)
            video.write(frame, index / 25)
        frame[:] = 0
    assert [number_of(frame.image_bgr) for frame in FileSource(tmp_path / "out.mp4")] == [0, 1, 2, 3, 4]


def test_the_name_appears_only_when_the_video_is_complete(tmp_path):
    target = tmp_path / "out.mp4"
    target.write_text("the old one")
    with H264Writer(target, size_px=SIZE_PX) as video:
        video.write(numbered(0, SIZE_PX), 0.0)
        assert target.read_text() == "the old one"
    assert len(list(FileSource(target))) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["out.mp4"]


def test_an_error_on_the_way_leaves_the_old_file_and_nothing_else(tmp_path):
    target = tmp_path / "out.mp4"
    target.write_text("the old one")

    def interrupted():
        with H264Writer(target, size_px=SIZE_PX) as video:
            video.write(numbered(0, SIZE_PX), 0.0)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert target.read_text() == "the old one"
    assert [path.name for path in tmp_path.iterdir()] == ["out.mp4"]


@pytest.mark.skipif(os.name == "nt", reason="POSIX permissions")
def test_only_the_owner_may_read_it(tmp_path):
    assert stat.S_IMODE(write(tmp_path / "out.mp4", [0.0]).stat().st_mode) == 0o600


@pytest.mark.parametrize("target", ["missing/out.mp4", "folder", "file.txt/out.mp4"])
def test_a_target_that_cannot_be_written_is_one_clear_line(tmp_path, target):
    (tmp_path / "folder").mkdir()
    (tmp_path / "file.txt").touch()
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(OutputError, match="cannot be written") as caught:
        write(tmp_path / target, [0.0])
    assert "\n" not in str(caught.value)
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.skipif(os.name == "nt", reason="needs a limit on the size of files")
@pytest.mark.parametrize("short_by", [1, 700, 20_000])
def test_a_full_disk_is_one_clear_line_and_leaves_nothing(tmp_path, short_by):
    script = textwrap.dedent(
        """
        import resource, sys
        import numpy as np
        from formcheck.errors import OutputError
        from formcheck.video.writer import H264Writer
        limit = int(sys.argv[2])
        if limit:
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
        draw = np.random.default_rng(1)
        try:
            with H264Writer(sys.argv[1], size_px=(160, 96)) as video:
                for index in range(8):
                    video.write(draw.integers(0, 255, (96, 160, 3), np.uint8), index / 25)
        except OutputError as error:
            print(error)
        """
    )

    def run(limit: int) -> str:
        command = [sys.executable, "-c", script, str(tmp_path / "out.mp4"), str(limit)]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout

    assert run(0) == ""
    size = (tmp_path / "out.mp4").stat().st_size
    (tmp_path / "out.mp4").unlink()
    said = run(size - short_by)
    assert "cannot be written" in said
    assert said.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


def test_without_any_h264_encoder_it_says_so(tmp_path, monkeypatch):
    monkeypatch.setattr(writer, "_ENCODERS", {"no_such_encoder": {}})
    with pytest.raises(OutputError, match=r"no H\.264 encoder"):
        write(tmp_path / "out.mp4", [0.0])
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("times_s", [[0.0, 0.0], [0.1, 0.05], [0.0, 1e-7]])
def test_times_must_increase(tmp_path, times_s):
    with pytest.raises(ValueError, match="times must increase"):
        write(tmp_path / "out.mp4", times_s)
    assert list(tmp_path.iterdir()) == []


def test_a_frame_of_another_size_is_a_callers_bug(tmp_path):
    with (
        pytest.raises(ValueError, match="expected a frame of shape"),
        H264Writer(tmp_path / "out.mp4", size_px=(64, 48)) as video,
    ):
        video.write(numbered(0, (48, 64)), 0.0)


def test_a_video_without_frames_is_a_callers_bug(tmp_path):
    with pytest.raises(ValueError, match="no frame"), H264Writer(tmp_path / "out.mp4", size_px=SIZE_PX):
        pass
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_not_there_is_said_and_space_is_not_the_remedy(tmp_path):
    with pytest.raises(OutputError) as caught:
        write(tmp_path / "missing" / "out.mp4", [0.0])
    assert f"no folder {tmp_path / 'missing'}" in str(caught.value)
    assert "space" not in str(caught.value)


def test_a_full_disk_is_told_by_the_name_that_the_video_would_have(tmp_path, monkeypatch):
    def fail(*args):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("formcheck.video.writer._Mp4.finish", fail)
    with pytest.raises(OutputError) as caught, filling(tmp_path / "results", last="") as fresh:
        write(fresh / "annotated.mp4", [0.0])
    assert str(caught.value).startswith(f"{tmp_path / 'results' / 'annotated.mp4'}: ")
    assert "disk is full" in str(caught.value)
    assert list(tmp_path.iterdir()) == []
