"""Forgetting leaves nothing: not a row, not a file, not a byte in free pages or the write-ahead log."""

from __future__ import annotations

import hashlib
import os
import sqlite3

import pytest

from formcheck.errors import StoreError
from formcheck.record.annotations import add_correction, add_note
from formcheck.record.forget import erase, erasure_of_profiles, erasure_of_sessions
from formcheck.record.queries import sessions
from formcheck.record.schema import METADATA
from formcheck.record.store import FILE, open_store
from formcheck.record.values import Role
from practice import keep_set

MARKER = "marker-of-the-session-that-goes"


def keep_marked(store, *, profile: str = "P-GOES") -> tuple[str, list[bytes]]:
    """Keep a session with marks everywhere that text can be; return its id, and all that must vanish."""
    uid = keep_set(store, MARKER, profile=profile, peak_deg=33.0).uid
    with store.writing() as connection:
        add_note(connection, uid, text=f"note {MARKER}", role=Role.PATIENT)
        add_correction(connection, uid, subject="counts", value="no", reason=f"because {MARKER}", role=Role.PATIENT)
    with store.reading() as connection:
        series = connection.exec_driver_sql(
            "SELECT series_file, fingerprint, series_sha256, document FROM result "
            "JOIN session ON session.id = session_id WHERE uid = ?",
            (uid,),
        ).one()
    clip_sha256 = hashlib.sha256(MARKER.encode()).hexdigest()
    return uid, [
        MARKER.encode(),
        uid.encode(),
        clip_sha256.encode(),
        series[1].encode(),
        series[2].encode(),
        series[0].encode(),
        bytes(series[3]),
    ]


def found(folder, traces: list[bytes]) -> list[tuple[str, bytes]]:
    """Search the whole folder, names included."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    return [
        (path.name, trace[:40])
        for path in files
        for trace in traces
        if trace in path.read_bytes() or trace in path.name.encode()
    ]


def test_no_byte_of_a_forgotten_session_remains(store, folder):
    others = [keep_set(store, f"before {n}").uid for n in range(5)]
    uid, traces = keep_marked(store)
    others += [keep_set(store, f"after {n}").uid for n in range(5)]
    assert {trace for _, trace in found(folder, traces)} == {trace[:40] for trace in traces}, "the search is blind"
    with store.reading() as connection:
        erasure = erasure_of_sessions(store, connection, [uid])
    assert (erasure.uids, len(erasure.series), erasure.notes, erasure.profiles) == ((uid,), 1, 1, ())
    erase(store, erasure)
    assert found(folder, traces) == []
    with store.reading() as connection:
        assert sorted(line.uid for line in sessions(connection)) == sorted(others)
    assert len(list(store.series_folder.iterdir())) == len(others)


def test_a_forgotten_profile_takes_all_of_its_own_and_nothing_else(store, folder):
    stays = keep_set(store).uid
    _, traces = keep_marked(store)
    with store.reading() as connection:
        erasure = erasure_of_profiles(store, connection, ["P-GOES"])
    erase(store, erasure)
    assert found(folder, [*traces, b"P-GOES"]) == []
    with store.reading() as connection:
        assert [line.uid for line in sessions(connection)] == [stays]


def test_forgetting_all_leaves_empty_tables(store, folder):
    _, traces = keep_marked(store)
    keep_set(store)
    with store.reading() as connection:
        erasure = erasure_of_profiles(store, connection, ["P-GOES", "P017"])
    erase(store, erasure)
    assert found(folder, traces) == []
    assert list(store.series_folder.iterdir()) == []
    with store.reading() as connection:
        for table in METADATA.tables:
            assert connection.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar_one() == 0, table


def test_a_series_that_a_killed_process_left_goes_too(store):
    uid, _ = keep_marked(store)
    left = store.series_folder / "left.npz"
    left.touch()
    os.utime(left, (1, 1))
    with store.reading() as connection:
        erasure = erasure_of_sessions(store, connection, [uid])
    erase(store, erasure)
    assert not left.exists()


def test_copies_of_the_whole_record_go_too(folder):
    with open_store(folder) as store:
        uid, traces = keep_marked(store)
    for name in ("backups", "damaged/abc"):
        (folder / name).mkdir(parents=True)
        (folder / name / "copy.db").write_bytes((folder / FILE).read_bytes())
    with open_store(folder) as store:
        with store.reading() as connection:
            erasure = erasure_of_sessions(store, connection, [uid])
        assert len(erasure.copies) == 2
        erase(store, erasure)
    assert found(folder, traces) == []


def test_another_program_that_still_reads_is_said_not_ignored(store, folder, monkeypatch):
    monkeypatch.setattr("formcheck.record.store._VACUUM_TIMEOUT_S", 0.2)
    uid, _ = keep_marked(store)
    reader = sqlite3.connect(folder / FILE)
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM session").fetchone()
    with store.reading() as connection:
        erasure = erasure_of_sessions(store, connection, [uid])
    with pytest.raises(StoreError, match=r"another program .*; end it"):
        erase(store, erasure)
    reader.close()
    erase(store, erasure)
    assert found(folder, [uid.encode(), MARKER.encode()]) == []
