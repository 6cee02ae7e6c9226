"""What holds wherever the result of a set is stored: it reads back as it was judged, whole or not at all."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

import fsspec
import numpy as np
import pytest

from formcheck.api import load_session
from formcheck.batch.storage import open_storage
from formcheck.form.statistics import set_statistics, statuses
from formcheck.pipeline import write_session
from formcheck.protocols.loader import load_protocol
from formcheck.record.choice import results_of
from formcheck.record.exports.archive import import_session, session_json
from formcheck.record.exports.archived import read_archive
from formcheck.record.queries import sessions
from formcheck.record.save import save_set
from formcheck.record.series import frames_of, load_series
from formcheck.record.store import Store, open_store
from formcheck.record.values import Origin, Practice
from formcheck.session.document import from_document
from formcheck.types import PoseTrack, Session, Side
from judged import assert_same_session
from practice import PROFILE, judged, named

PROTOCOL = load_protocol()


class Storage(Protocol):
    """A place for the result of one clip. ``frames``: it holds the angles of every frame, too."""

    frames: bool

    def store(self, track: PoseTrack, session: Session) -> None: ...

    def load(self) -> Session: ...

    def files(self) -> list[Path]: ...


class ResultsFolder:
    """What ``formcheck analyze`` leaves."""

    frames = True

    def __init__(self, tmp_path: Path) -> None:
        self._folder = tmp_path / "results"

    def store(self, track: PoseTrack, session: Session) -> None:
        write_session(self._folder, track, session, PROTOCOL)

    def load(self) -> Session:
        return load_session(self._folder)

    def files(self) -> list[Path]:
        return list(self._folder.iterdir())


class Record:
    """The practice record."""

    frames = True

    def __init__(self, record: Store) -> None:
        self.record = record

    def store(self, track: PoseTrack, session: Session) -> None:
        practice = Practice(PROFILE, Origin.ANALYZE, datetime(2026, 3, 2, 9, tzinfo=UTC))
        save_set(self.record, session, track, protocol=PROTOCOL, practice=practice)

    def load(self) -> Session:
        with self.record.reading() as connection:
            (line,) = sessions(connection)
            document = results_of(connection, line.uid)[-1]["document"]
            return from_document(document, frames_of(load_series(self.record, connection, line.uid)))

    def files(self) -> list[Path]:
        return [path for path in self.record.folder.rglob("*") if path.is_file()]


class Archive(Record):
    """Another record, to which the session goes as JSON."""

    def __init__(self, record: Store, other: Store) -> None:
        super().__init__(other)
        self._source = Record(record)

    def store(self, track: PoseTrack, session: Session) -> None:
        self._source.store(track, session)
        with self._source.record.reading() as connection:
            (line,) = sessions(connection)
            data = session_json(self._source.record, connection, line.uid)
        import_session(self.record, read_archive(data, "archive"), "archive")


class BatchUrl:
    """A clip's folder in a batch, at an address that fsspec writes to."""

    frames = False

    def __init__(self, tmp_path: Path, url: str) -> None:
        self._scratch = tmp_path / "scratch"
        self._storage = open_storage(url)
        self._storage.prepare()

    def store(self, track: PoseTrack, session: Session) -> None:
        write_session(self._scratch, track, session, PROTOCOL)
        self._storage.upload(self._scratch, "clip-1")

    def load(self) -> Session:
        assert self._storage.names("clips") == ["clip-1"]
        ((_, data),) = self._storage.read(["clips/clip-1/session.json"])
        return from_document(json.loads(data))

    def files(self) -> list[Path]:
        return []


@pytest.fixture(params=["results folder", "record", "archive", "batch at a URL"])
def storage(request, tmp_path) -> Iterator[Storage]:
    if request.param == "results folder":
        yield ResultsFolder(tmp_path)
    elif request.param == "record":
        with open_store(tmp_path / "record") as record:
            yield Record(record)
    elif request.param == "archive":
        with open_store(tmp_path / "record") as record, open_store(tmp_path / "other") as other:
            yield Archive(record, other)
    else:
        yield BatchUrl(tmp_path, "memory://contract")
        fsspec.filesystem("memory").rm("/contract", recursive=True)


@pytest.fixture
def judged_set() -> tuple[PoseTrack, Session]:
    return named(*judged(30.0, Side.LEFT), "contract")


def test_what_is_stored_reads_back_as_it_was_judged(storage, judged_set):
    track, session = judged_set
    storage.store(track, session)
    read = storage.load()
    if not storage.frames:
        session = replace(session, angles=None, phases=(), rep_of_frame=np.zeros(0, np.int64))
    assert_same_session(read, session)
    assert (set_statistics(read), statuses(read)) == (set_statistics(session), statuses(session))


def test_a_set_in_which_nothing_was_measured_is_stored_too(storage, judged_set):
    track, session = judged_set
    nothing = {"side": None, "angles": None, "reps": (), "findings": (), "rep_of_frame": 0 * session.rep_of_frame}
    storage.store(track, replace(session, **nothing, quality=replace(session.quality, usable_fraction=0.0)))
    read = storage.load()
    assert (read.side, read.angles, read.reps, read.rep_count) == (None, None, (), 0)


def test_the_same_result_twice_is_one(storage, judged_set):
    storage.store(*judged_set)
    before = {path.name for path in storage.files()}
    storage.store(*judged_set)
    assert storage.load().rep_count == judged_set[1].rep_count
    assert {path.name for path in storage.files()} == before


def test_a_result_that_cannot_be_stored_leaves_the_one_before_it(storage, judged_set):
    track, session = judged_set
    storage.store(track, session)
    before = {path.name for path in storage.files()}
    with pytest.raises(ValueError, match="usable_fraction"):
        storage.store(track, replace(session, quality=replace(session.quality, usable_fraction=2.0)))
    assert storage.load().quality == session.quality
    assert {path.name for path in storage.files()} == before


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such permissions")
def test_what_is_stored_is_its_owners_only(storage, judged_set):
    storage.store(*judged_set)
    assert all(path.stat().st_mode & 0o077 == 0 for path in storage.files())
