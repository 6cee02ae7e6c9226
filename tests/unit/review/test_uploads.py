"""Clips dropped on the page: taken whole when they are videos, else gone without a trace."""

import asyncio
import os
import stat
import sys
from concurrent.futures import ThreadPoolExecutor
from fractions import Fraction

import pytest
from starlette.requests import ClientDisconnect

from clips import write_clip, write_sound_only
from formcheck.errors import OutputError
from formcheck.review import uploads
from formcheck.review.uploads import NotVideoError, TooLargeError, looks_like_video, receive
from formcheck.video.container import read_header


@pytest.fixture(scope="module")
def clip_bytes(tmp_path_factory):
    return write_clip(tmp_path_factory.mktemp("clips") / "a.mp4").read_bytes()


def finished(coroutine):
    """Run a coroutine in a thread of its own: tests in a browser that ran before leave a loop running in this one."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, coroutine).result()


async def still_there():
    return False


async def away():
    return True


def send(data, folder, *, name="a.mp4", declared=None, piece=1000, gone=still_there):
    asked = 0

    async def chunks():
        nonlocal asked
        for start in range(0, len(data), piece):
            asked += 1
            yield data[start : start + piece]

    async def run():
        return await receive(chunks(), name=name, folder=folder, declared=declared, check=read_header, gone=gone)

    try:
        return finished(run())
    finally:
        send.asked = asked


def test_a_clip_arrives_whole_for_its_owner_only(tmp_path, clip_bytes):
    path = send(clip_bytes, tmp_path)
    assert path == tmp_path / "a.mp4"
    assert path.read_bytes() == clip_bytes
    assert [one.name for one in tmp_path.iterdir()] == ["a.mp4"]
    if sys.platform != "win32":
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("../../etc/clip.mp4", "clip.mp4"),
        ("C:\\clips\\clip.MP4", "clip.mp4"),
        ("..mp4.mp4", "mp4.mp4"),
        ("<script>alert(1)</script>.mp4", "script_.mp4"),
        ("a\nb\x00.mp4", "a_b_.mp4"),
        ("пациент 1.mov", "пациент 1.mov"),
        ("x" * 400 + ".mp4", "x" * 120 + ".mp4"),
        ("con.mp4", "_con.mp4"),
        ("NUL .x.mp4", "_NUL .x.mp4"),
        ("console.mp4", "console.mp4"),
    ],
)
def test_a_name_is_only_ever_a_name(tmp_path, clip_bytes, name, safe):
    path = send(clip_bytes, tmp_path, name=name)
    assert path == tmp_path / safe


def test_nothing_is_written_over(tmp_path, clip_bytes):
    (tmp_path / "a.mp4").write_bytes(b"the first")
    (tmp_path / "a (2).formcheck").mkdir()
    assert send(clip_bytes, tmp_path).name == "a (3).mp4"
    assert (tmp_path / "a.mp4").read_bytes() == b"the first"


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (b"", "a.mp4"),
        (b"hello, this is a letter and no video", "a.mp4"),
        (b"MZ\x90\x00" + bytes(5000), "a.mp4"),
        (b"\x00\x00\x00\x18ftypmp42" + bytes(5000), "a.mp4"),
        (b"<html><script>alert(1)</script></html>", "a.webm"),
        (b"#EXTM3U\nhttp://example.org/x.ts\n", "a.ts"),
    ],
)
def test_what_is_no_video_is_refused_in_one_line_and_removed(tmp_path, data, name):
    with pytest.raises(NotVideoError, match="expected a") as caught:
        send(data, tmp_path, name=name)
    assert "\n" not in str(caught.value)
    assert str(tmp_path) not in str(caught.value)
    assert list(tmp_path.iterdir()) == []


def test_sound_alone_is_no_clip(tmp_path):
    sound = write_sound_only(tmp_path / "sound.mp4").read_bytes()
    (tmp_path / "in").mkdir()
    with pytest.raises(NotVideoError, match="sound only"):
        send(sound, tmp_path / "in")
    assert list((tmp_path / "in").iterdir()) == []


def test_what_is_no_video_is_refused_at_its_first_bytes(tmp_path):
    with pytest.raises(NotVideoError):
        send(b"not a video " * 10_000, tmp_path)
    assert send.asked == 1


def test_too_much_is_refused_before_a_byte_is_taken_when_it_is_announced(tmp_path, monkeypatch, clip_bytes):
    monkeypatch.setattr(uploads, "MAX_BYTES", len(clip_bytes) - 1)
    with pytest.raises(TooLargeError, match="at most"):
        send(clip_bytes, tmp_path, declared=len(clip_bytes))
    assert send.asked == 0


def test_too_much_is_refused_while_it_comes_when_less_was_announced(tmp_path, monkeypatch, clip_bytes):
    monkeypatch.setattr(uploads, "MAX_BYTES", 1200)
    with pytest.raises(TooLargeError):
        send(clip_bytes, tmp_path, declared=10)
    assert send.asked == 2
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_gone_is_said_in_one_line(tmp_path, clip_bytes):
    with pytest.raises(OutputError, match="clips: expected a folder"):
        send(clip_bytes, tmp_path / "clips")


def test_a_disk_without_room_is_said_before(tmp_path, monkeypatch, clip_bytes):
    monkeypatch.setattr(uploads, "_SPARE_BYTES", 1 << 62)
    with pytest.raises(TooLargeError, match="no room"):
        send(clip_bytes, tmp_path)


def test_an_upload_that_is_broken_off_leaves_nothing(tmp_path, clip_bytes):
    async def chunks():
        yield clip_bytes[:2000]
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        finished(receive(chunks(), name="a.mp4", folder=tmp_path, declared=None, check=read_header, gone=still_there))
    assert list(tmp_path.iterdir()) == []


def test_an_upload_that_is_cancelled_while_it_is_looked_at_leaves_nothing(tmp_path, clip_bytes):
    with pytest.raises(ClientDisconnect):
        send(clip_bytes, tmp_path, gone=away)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("suffix", "codec"), [("mp4", "libx264"), ("mkv", "libx264"), ("avi", "mpeg4"),
                                               ("webm", "libvpx"), ("mpg", "mpeg2video"), ("mts", "libx264"),
                                               ("wmv", "wmv2"), ("mov", "mpeg4")])  # fmt: skip
def test_every_container_is_known_by_its_beginning(tmp_path, suffix, codec):
    path = write_clip(tmp_path / f"a.{suffix}", codec=codec, time_base=Fraction(1, 25))
    assert looks_like_video(path.read_bytes()[:1024])
    assert send(path.read_bytes(), tmp_path, name=f"b.{suffix}").name == f"b.{suffix}"


def test_what_a_killed_server_left_is_removed_and_what_another_one_takes_is_not(tmp_path, clip_bytes):
    old, new = tmp_path / ".upload-old.mp4", tmp_path / ".upload-new.mp4"
    for path in (old, new):
        path.write_bytes(b"half")
    os.utime(old, (1, 1))
    send(clip_bytes, tmp_path)
    assert (old.exists(), new.exists()) == (False, True)
