"""Videos that are kept with a session: whole or not at all, and erased with it."""

from __future__ import annotations

import pytest

from formcheck.errors import StoreError
from formcheck.record.forget import erase, erasure_of_sessions
from formcheck.record.videos import keep_video, kept_clips, video_folder
from practice import keep_set


@pytest.fixture
def made(tmp_path):
    """A clip with a report and an annotated clip."""
    files = {"clip.MOV": b"clip", "report.html": b"report", "annotated.mp4": b"annotated"}
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    return [tmp_path / name for name in files]


def test_a_video_is_found_by_its_session_and_goes_with_it(store, made):
    kept, other = keep_set(store, "one").uid, keep_set(store, "two").uid
    for uid in (kept, other):
        keep_video(store, uid, *made)
    assert kept_clips(store).keys() == {kept, other}
    assert kept_clips(store)[kept].read_bytes() == b"clip"
    assert kept_clips(store)[kept].stat().st_mode & 0o077 == 0
    with store.reading() as connection:
        erasure = erasure_of_sessions(store, connection, [kept])
    assert erasure.videos == (video_folder(store, kept),)
    erase(store, erasure)
    assert kept_clips(store).keys() == {other}


def test_an_incomplete_copy_leaves_what_was_there(store, made):
    uid = keep_set(store, "one").uid
    keep_video(store, uid, *made)
    clip, report, annotated = made
    report.unlink()
    clip.write_bytes(b"new")
    with pytest.raises(StoreError):
        keep_video(store, uid, clip, report, annotated)
    assert {path.read_bytes() for path in video_folder(store, uid).iterdir()} == {b"clip", b"report", b"annotated"}
