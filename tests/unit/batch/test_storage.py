"""What only one kind of storage has to do: leases, and what killed batches left."""

import os
import time

import fsspec
import pytest

from formcheck.batch import remote_storage
from formcheck.batch.storage import open_storage
from formcheck.errors import OutputError


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
    storage = open_storage(str(tmp_path))
    storage.prepare()
    storage.remove_partial("a-1")
    assert list((tmp_path / "clips" / "a-1").iterdir()) == []
    assert sorted(path.name for path in tmp_path.iterdir()) == ["clips", "results.csv"]


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root may write everywhere")
def test_no_permission(tmp_path):
    tmp_path.chmod(0o500)
    with pytest.raises(OutputError, match="--out"):
        open_storage(str(tmp_path / "out")).prepare()
