"""Folders of results, near and far: whole files, one batch at a time."""

import os
import time

import fsspec
import pytest

from formcheck.batch import lease
from formcheck.batch.places import place_of
from formcheck.errors import OutputError, UsageError


@pytest.fixture(params=["near", "far"])
def place(request, tmp_path, monkeypatch):
    monkeypatch.setattr(lease, "_SETTLE_S", 0.01)
    yield place_of(str(tmp_path / "out") if request.param == "near" else "memory://out")
    fs = fsspec.filesystem("memory")
    if fs.exists("/out"):
        fs.rm("/out", recursive=True)


def test_what_is_written_is_read_back(place):
    with place.lock():
        place.prepare()
        assert place.folders() == []
        place.write("clips/a-1/session.json", b"one")
        place.write("clips/b-2/failure.json", b"two")
        place.write("clips/a-1/session.json", b"three")
        assert place.folders() == ["a-1", "b-2"]
        names = ["clips/a-1/session.json", "clips/b-2/failure.json", "clips/c/session.json"]
        assert dict(place.read(names)) == dict(zip(names, [b"three", b"two", None], strict=True))
        place.remove("clips/b-2/failure.json")
        place.remove("clips/b-2/failure.json")
        assert list(place.read(["clips/b-2/failure.json"])) == [("clips/b-2/failure.json", None)]


def test_only_one_batch_at_a_time(place):
    with place.lock(), pytest.raises(UsageError, match="another batch"), place_of(place.out).lock():
        raise AssertionError
    with place_of(place.out).lock():
        place.prepare()


def test_an_old_lease_holds_nobody_up(monkeypatch):
    monkeypatch.setattr(lease, "_SETTLE_S", 0.01)
    place = place_of("memory://leased")
    place.write(".formcheck-batch/lock", b'{"holder": "gone", "renewed_at": %d}' % (time.time() - 100))
    with place.lock():
        ((_, held),) = place.read([".formcheck-batch/lock"])
        assert b"gone" not in held
    fsspec.filesystem("memory").rm("/leased", recursive=True)


def test_what_a_killed_batch_left_is_removed(tmp_path):
    (tmp_path / "clips" / "a-1" / ".partial-x").mkdir(parents=True)
    (tmp_path / "clips" / "a-1" / ".partial-x" / "track.npz").write_bytes(b"")
    for place in (tmp_path, tmp_path / "clips" / "a-1"):
        (place / ".x.part").write_bytes(b"half")
    (tmp_path / "results.csv").write_bytes(b"whole")
    place_of(str(tmp_path)).prepare()
    assert list((tmp_path / "clips" / "a-1").iterdir()) == []
    assert sorted(path.name for path in tmp_path.iterdir()) == ["clips", "results.csv"]


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root may write everywhere")
def test_no_permission(tmp_path):
    tmp_path.chmod(0o500)
    with pytest.raises(OutputError, match="--out"):
        place_of(str(tmp_path / "out")).prepare()
