"""What holds for every storage of a batch's results: whole files, one batch at a time."""

import fsspec
import pytest

from formcheck.batch import remote_storage
from formcheck.batch.storage import open_storage
from formcheck.errors import UsageError


@pytest.fixture(params=["local", "remote"])
def storage(request, tmp_path, monkeypatch):
    """An empty storage of each kind."""
    monkeypatch.setattr(remote_storage, "_SETTLE_S", 0.01)
    yield open_storage(str(tmp_path / "out") if request.param == "local" else "memory://out")
    fs = fsspec.filesystem("memory")
    if fs.exists("/out"):
        fs.rm("/out", recursive=True)


def test_what_is_written_is_read_back(storage):
    with storage.lock():
        storage.prepare()
        assert storage.names("clips") == []
        storage.write("clips/a-1/session.json", b"one")
        storage.write("clips/b-2/failure.json", b"two")
        storage.write("clips/a-1/session.json", b"three")
        assert storage.names("clips") == ["a-1", "b-2"]
        names = ["clips/a-1/session.json", "clips/b-2/failure.json", "clips/c/session.json"]
        assert dict(storage.read(names)) == dict(zip(names, [b"three", b"two", None], strict=True))
        storage.remove("clips/b-2/failure.json")
        storage.remove("clips/b-2/failure.json")
        assert list(storage.read(["clips/b-2/failure.json"])) == [("clips/b-2/failure.json", None)]


def test_a_large_file_is_written_whole_or_not_at_all(storage):
    with storage.lock():
        storage.prepare()
        with storage.writing("results.csv") as file:
            file.write(b"one")
        with pytest.raises(ZeroDivisionError), storage.writing("results.csv") as file:
            file.write(b"half %d" % (1 // 0))
        assert list(storage.read(["results.csv"])) == [("results.csv", b"one")]
        assert storage.names("") == ["clips", "results.csv"]


def test_a_mirror_follows(storage):
    with storage.lock():
        storage.write("folder/a", b"one")
        mirror = storage.mirror("folder")
        storage.write("folder/b", b"two")
        storage.remove("folder/a")
        assert {path.name: path.read_bytes() for path in mirror.iterdir()} == {"b": b"two"}


def test_only_one_batch_at_a_time(storage):
    with storage.lock(), pytest.raises(UsageError, match="another batch"), open_storage(storage.out).lock():
        raise AssertionError
    with open_storage(storage.out).lock():
        storage.prepare()
