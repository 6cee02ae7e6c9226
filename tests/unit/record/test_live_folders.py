"""Folders of live practice inside the record: erased with the set or the person they are of, and nothing else is."""

from __future__ import annotations

import json

import pytest

from formcheck.errors import StoreError
from formcheck.files import acquire_lock
from formcheck.record.forget import erase, erasure_of_profiles, erasure_of_sessions
from formcheck.record.live_folders import LOCK, PRACTICE, SESSIONS, live_folders
from practice import keep_set


def leave_folder(root, name: str, uid: str | None = None):
    """A folder as live practice leaves it; without an id, of a set whose process was killed."""
    folder = root / name
    folder.mkdir(parents=True)
    (folder / "report.html").write_text("report")
    if uid is not None:
        (folder / PRACTICE).write_text(json.dumps({"session": uid}))
    return folder


def forget(store, *uids: str, profiles: tuple[str, ...] = ()) -> None:
    with store.reading() as connection:
        erasure = (
            erasure_of_profiles(store, connection, profiles)
            if profiles
            else erasure_of_sessions(store, connection, uids)
        )
    erase(store, erasure)


def test_the_folder_of_a_forgotten_set_goes_and_those_of_others_stay(store):
    root = store.folder / SESSIONS
    goes, stays = keep_set(store, "goes").uid, keep_set(store, "stays").uid
    gone = [leave_folder(root, "1", goes), leave_folder(root, "2", "0badc0de")]
    left = [leave_folder(root, "3", stays), leave_folder(root, "4")]
    forget(store, goes)
    assert not any(folder.exists() for folder in gone)
    assert sorted(root.iterdir()) == left


def test_with_the_last_profile_every_folder_goes_and_no_other_file_does(store, tmp_path):
    root = store.folder / SESSIONS
    keep_set(store, "one", profile="P1")
    keep_set(store, "two", profile="P2")
    leave_folder(root, "killed")
    (leave_folder(root, "damaged") / PRACTICE).write_text("{")
    outside = leave_folder(tmp_path / "outside", "kept")
    (root / "link").symlink_to(outside, target_is_directory=True)
    forget(store, profiles=("P1",))
    assert len(live_folders(store)) == 2
    forget(store, profiles=("P2",))
    assert live_folders(store) == {}
    assert (outside / "report.html").exists()


def test_a_folder_of_sessions_that_leads_out_of_the_record_is_left_alone(store, tmp_path):
    uid = keep_set(store).uid
    outside = leave_folder(tmp_path / "outside", "kept", uid)
    (store.folder / SESSIONS).symlink_to(outside.parent, target_is_directory=True)
    forget(store, profiles=("P017",))
    assert outside.exists()


def test_nothing_is_erased_while_the_set_is_practised(store):
    uid = keep_set(store).uid
    folder = leave_folder(store.folder / SESSIONS, "1", uid)
    lock = acquire_lock(folder / LOCK)
    with pytest.raises(StoreError, match="end it"):
        forget(store, uid)
    lock.release()
    assert (folder / "report.html").exists()
    forget(store, uid)
    assert not folder.exists()
