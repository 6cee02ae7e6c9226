"""Containers that say something else than what is in them, and files that are none."""

import os
import threading
from fractions import Fraction

import av
import pytest

from clips import write_clip
from formcheck.errors import InputError
from formcheck.video.container import open_video, read_header
from formcheck.video.filmed import stated_at
from formcheck.video.source import FileSource

# A side with less or more than this is no film of a person.
STRIPS = [(4000, 2), (14, 400)]


def write(path, size_px, *, times=(0, 1, 2, 3), metadata=None, codec="ffv1"):
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=25)
        stream.width, stream.height, stream.pix_fmt = *size_px, "yuv420p"
        stream.codec_context.time_base = stream.time_base = Fraction(1, 25)
        stream.metadata.update(metadata or {})
        for time in times:
            frame = av.VideoFrame(*size_px, "yuv420p")
            frame.pts, frame.time_base = time, Fraction(1, 25)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def write_times(path, times):
    """Write frames with any times, in units of 1/25 s, such as no encoder gives."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mjpeg", rate=25)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuvj420p"
        stream.time_base = Fraction(1, 90_000)
        for index, time in enumerate(times):
            for packet in stream.encode(av.VideoFrame(64, 48, "yuvj420p")):
                packet.pts, packet.dts = round(time * 3600), index
                packet.time_base = Fraction(1, 90_000)
                container.mux(packet)
    return path


@pytest.mark.parametrize("size_px", STRIPS)
def test_frames_that_are_no_film_of_a_person_are_refused(tmp_path, size_px):
    clip = write(tmp_path / "clip.mkv", size_px)
    with pytest.raises(InputError, match="pixels a side"):
        read_header(clip)


def test_enormous_frames_are_refused(tmp_path):
    clip = write(tmp_path / "clip.mkv", (7200, 5200), times=(0,))
    with pytest.raises(InputError, match="million pixels"):
        open_video(clip)


@pytest.mark.parametrize("times", [(0, 1, 2, 25 * 10**6), (0, 1, 2, 25 * 10**8, 25 * 10**8 + 1)])
def test_a_time_far_ahead_is_left_out(tmp_path, times):
    clip = write(tmp_path / "clip.mkv", (64, 48), times=times)
    source = FileSource(clip)
    assert source.duration_s < 60
    assert [frame.t_s for frame in source] == pytest.approx([0, 0.04, 0.08], abs=0.001)
    assert [message.key for message in source.warnings if message.key == "warning.bad_timestamps"]


MINUTES_20 = 25 * 1200


@pytest.mark.parametrize(
    "times",
    [
        [index * MINUTES_20 for index in range(8)],
        [0, *(MINUTES_20 + index for index in range(8))],
        [0, 1, *([2] * 8)],
        [25 * (50 - index) for index in range(12)],
        [0, *(MINUTES_20 * (20 - index) for index in range(12))],
    ],
    ids=["each too late", "all but the first too late", "repeated", "backward", "backward and too late"],
)
def test_a_clip_most_of_whose_times_are_wrong_is_refused_before_anything_is_measured(tmp_path, times):
    clip = write_times(tmp_path / "clip.mkv", times)
    with pytest.raises(InputError, match=rf"found \d such among {len(times)};"):
        FileSource(clip).check_times()


def test_a_clip_of_more_frames_a_second_than_any_camera_films_is_refused(tmp_path):
    clip = write_times(tmp_path / "clip.mp4", [index * 0.001 for index in range(30)])
    with pytest.raises(InputError, match="frames a second"):
        FileSource(clip).check_times()


@pytest.mark.parametrize("times", [[0], [0, 1], [0, 1, 2, 3, MINUTES_20, 5, 6], [0, 0, 1, 1, 2, 2]])
def test_a_few_wrong_times_refuse_no_clip(tmp_path, times):
    FileSource(write_times(tmp_path / "clip.mkv", times)).check_times()


@pytest.mark.parametrize("tag", ["²²:00:01.0", "-1:00:00.0", "99999999:00:00", "nan:0:0", "1e9:0:0", "00:00:00.0"])
def test_a_length_that_is_none_is_not_believed(tmp_path, tag):
    clip = write(tmp_path / "clip.mkv", (64, 48))
    data = clip.read_bytes()
    at = data.find(b"DURATION")
    assert at > 0
    value = data.index(b"00:00:00.", at)
    clip.write_bytes(data[:value] + tag.encode().ljust(18, b"\0")[:18] + data[value + 18 :])
    source = FileSource(clip)
    assert 0 < source.duration_s < 60
    assert len(list(source)) == 4


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no FIFOs")
@pytest.mark.parametrize("opens", [open_video, read_header, stated_at, FileSource])
@pytest.mark.parametrize("content", [None, "ffconcat version 1.0\nfile '{pipe}'\n", "#EXTM3U\n#EXTINF:1,\n{pipe}\n"])
def test_a_pipe_is_never_opened(tmp_path, opens, content):
    pipe, clip = tmp_path / "pipe.ts", tmp_path / "clip.mp4"
    os.mkfifo(pipe)
    if content is None:
        clip = pipe
    else:
        clip.write_text(content.format(pipe=pipe))
    answers = []

    def ask():
        try:
            answers.append(opens(clip))
        except InputError:
            answers.append(None)

    asking = threading.Thread(target=ask, daemon=True)
    asking.start()
    asking.join(30)
    assert answers == [None]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no FIFOs")
@pytest.mark.parametrize("content", ["ffconcat version 1.0\nfile pipe.ts\n", "#EXTM3U\n#EXTINF:1,\npipe.ts\n"])
def test_a_list_of_other_files_is_called_one_and_its_pipe_a_pipe(tmp_path, content):
    os.mkfifo(tmp_path / "pipe.ts")
    clip = tmp_path / "clip.mp4"
    clip.write_text(content)
    with pytest.raises(InputError, match=r"list of others .* 'pipe.ts', a pipe"):
        read_header(clip)
    with pytest.raises(InputError, match="found a pipe"):
        read_header(tmp_path / "pipe.ts")


def test_a_clip_that_declares_no_length_is_not_cut_off(tmp_path):
    live = {"live": "1"}
    clip = write_clip(tmp_path / "clip.webm", codec="libvpx", container_options=live)
    source = FileSource(clip)
    assert len(list(source)) == 20
    assert source.warnings == ()


@pytest.mark.skipif(not os.path.exists("/dev/zero"), reason="there is no such device")  # noqa: PTH110
def test_a_device_is_refused(tmp_path):
    clip = tmp_path / "clip.mp4"
    clip.symlink_to("/dev/zero")
    with pytest.raises(InputError, match="device"):
        open_video(clip)
    assert stated_at(clip) is None
