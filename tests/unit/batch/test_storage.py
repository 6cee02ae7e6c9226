"""Storage of results, local and remote: whole files, one batch at a time."""

import os
import time

import fsspec
import pytest

from formcheck.batch import remote_storage
from formcheck.batch.storage import open_storage
from formcheck.errors import OutputError, UsageError


@pytest.fixture(params=["local", "remote"])
def storage(request, tmp_path, monkeypatch):
    monkeypatch.setattr(remote_storage, "_SETTLE_S", 0.01)
    yield open_storage(str(tmp_path / "out") if request.param == "local" else "memory://out")
    fs = fsspec.filesystem("memory")
    if fs.exists("/out"):
        fs.rm("/out", recursive=True)


def test_what_is_written_is_read_back(storage):
    with storage.lock():
        storage.prepare()
        assert storage.folders() == []
        storage.write("clips/a-1/session.json", b"one")
        storage.write("clips/b-2/failure.json", b"two")
        storage.write("clips/a-1/session.json", b"three")
        assert storage.folders() == ["a-1", "b-2"]
        names = ["clips/a-1/session.json", "clips/b-2/failure.json", "clips/c/session.json"]
        assert dict(storage.read(names)) == dict(zip(names, [b"three", b"two", None], strict=True))
        storage.remove("clips/b-2/failure.json")
        storage.remove("clips/b-2/failure.json")
        assert list(storage.read(["clips/b-2/failure.json"])) == [("clips/b-2/failure.json", None)]


def test_only_one_batch_at_a_time(storage):
    with storage.lock(), pytest.raises(UsageError, match="another batch"), open_storage(storage.out).lock():
        raise AssertionError
    with open_storage(storage.out).lock():
        storage.prepare()


def test_an_expired_lease_is_taken_over(monkeypatch):
    monkeypatch.setattr(remote_storage, "_SETTLE_S", 0.01)
    storage = open_storage("memory://leased")
    storage.write(".formcheck-batch/lock", b'{"holder": "gone", "renewed_at": %d}' % (time.time() - 100))
    with storage.lock():
        ((_, held),) = storage.read([".formcheck-batch/lock"])
        assert b"gone" not in held
    fsspec.filesystem("memory").rm("/leased", recursive=True)


def test_what_a_killed_batch_left_is_removed(tmp_path):
    (tmp_path / "clips" / "a-1" / ".partial-x").mkdir(parents=True)
    (tmp_path / "clips" / "a-1" / ".partial-x" / "track.npz").write_bytes(b"")
    for folder in (tmp_path, tmp_path / "clips" / "a-1"):
        (folder / ".x.part").write_bytes(b"half")
    (tmp_path / "results.csv").write_bytes(b"whole")
    open_storage(str(tmp_path)).prepare()
    assert list((tmp_path / "clips" / "a-1").iterdir()) == []
    assert sorted(path.name for path in tmp_path.iterdir()) == ["clips", "results.csv"]


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root may write everywhere")
def test_no_permission(tmp_path):
    tmp_path.chmod(0o500)
    with pytest.raises(OutputError, match="--out"):
        open_storage(str(tmp_path / "out")).prepare()
