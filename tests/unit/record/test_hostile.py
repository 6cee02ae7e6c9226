"""Archives and records that somebody else wrote: refused as a whole at the door, set aside row by row inside."""

import json
import logging
import shutil

import pytest
from sqlalchemy import update

from formcheck.errors import FormcheckError, InputError, StoreError
from formcheck.record import damage
from formcheck.record.exports import EXPORT_FORMATS, export_files
from formcheck.record.exports.archive import import_session, session_json
from formcheck.record.exports.archived import read_archive
from formcheck.record.exports.selection import Selection
from formcheck.record.forget import erase, erasure_of_sessions
from formcheck.record.queries import session_line, sessions
from formcheck.record.schema import RESULT, SESSION
from formcheck.record.store import open_store
from formcheck.text.catalogue import Texts
from practice import keep_set


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    """The folder of a record with two sets."""
    folder = tmp_path_factory.mktemp("kept") / "record"
    with open_store(folder) as opened:
        for name, peak_deg in (("first", 20.0), ("second", 25.0)):
            keep_set(opened, name, peak_deg=peak_deg)
    return folder


@pytest.fixture
def store(kept, tmp_path):
    shutil.copytree(kept, tmp_path / "record")
    with open_store(tmp_path / "record") as opened:
        yield opened


@pytest.fixture
def uids(store):
    with store.reading() as connection:
        return [line.uid for line in sessions(connection)]


@pytest.fixture(scope="module")
def archived(kept):
    with open_store(kept, write=False) as store, store.reading() as connection:
        return session_json(store, connection, sessions(connection)[0].uid)


@pytest.fixture
def archive(archived):
    return json.loads(archived)


def take_in(store, archive):
    import_session(store, read_archive(json.dumps(archive).encode(), "x.json"), "x.json")


def put(value, path, new):
    *before, last = path
    for key in before:
        value = value[key]
    value[last] = new


BAD_TEXT = ["/etc/passwd", "../../x", "..", "", "a\x00b", "C:\\x"]
ANSWER = {
    "author_role": "patient", "given_at": "2026-03-02T10:00:00+00:00", "pain_before": 11, "pain_after": None,
    "places": None, "stopped_because": None, "red_flags": None,
}  # fmt: skip
NOTE = {"author_role": "clinician", "written_at": "soon", "text": "x"}
CORRECTION = {
    "author_role": "clinician", "made_at": "2026-03-02T10:00:00+00:00", "subject": "practised_at",
    "value": "later", "reason": "x",
}  # fmt: skip


@pytest.mark.parametrize(
    ("path", "new"),
    [
        *((("session", "uid"), text) for text in BAD_TEXT),
        *((("profile",), text) for text in BAD_TEXT),
        (("session", "practised_at"), "yesterday"),
        (("session", "practised_at"), "2026-03-02T10:00:00"),
        (("session", "practised_at"), "0001-01-01T00:00:00+23:00"),
        (("session", "day"), "2026-02-30"),
        (("session", "origin"), "elsewhere"),
        (("session", "content_sha256"), "../x"),
        (("protocol", "text"), "format = 1"),
        (("protocol", "sha256"), "ab" * 32),
        (("results", 0, "kept_at"), "never"),
        (("results", 0, "document", "reps", 0, "index"), 10**30),
        (("results", 0, "document", "reps", 0, "start_s"), 1e300),
        (("results", 0, "document", "clip", "size_px"), [1]),
        (("results", 0, "series", "columns", "rep", 0), 10**6),
        (("results", 0, "series", "columns", "rep"), []),
        (("results", 0, "series", "columns", "phase", 0), "flying"),
        (("results", 0, "series", "columns", "file"), [0]),
        (("results", 0, "series", "columns", "t_s", 0), "x"),
        (("results", 0, "series", "about"), {}),
        (("results", 0, "series", "about", "size_px"), [10**14]),
        (("answers",), [ANSWER]),
        (("notes",), [NOTE]),
        (("corrections",), [CORRECTION]),
        (("marks",), [{"kind": "P1", "at_s": 1e14, "knee_flexion_deg": None, "knee_se_deg": None}]),
    ],
)
def test_an_archive_with_one_bad_value_is_refused_as_a_whole(archive, tmp_path, path, new):
    put(archive, path, new)
    with open_store(tmp_path / "other") as other:
        with pytest.raises(InputError) as refused:
            take_in(other, archive)
        assert "\n" not in str(refused.value)
        with other.reading() as connection:
            assert sessions(connection) == []
        assert list(other.series_folder.iterdir()) == []


@pytest.mark.parametrize("data", [b"", b"[" * 100_000, b"null", b"[]", b'{"kind": []}', b"\xff\x00", b'{"kind": NaN}'])
def test_no_archive_at_all(data):
    with pytest.raises(InputError):
        read_archive(data, "x.json")


@pytest.mark.parametrize(
    "values",
    [{"practised_at": "yesterday"}, {"day": "x"}, {"uid": "/tmp/out"}, {"practised_at": "0001-01-01T00:00:00+23:00"}],
)
def test_a_damaged_session_is_set_aside_with_a_line(store, uids, values, tmp_path, caplog):
    damage.set_aside.cache_clear()
    with store.writing() as connection:
        connection.execute(update(SESSION).where(SESSION.c.uid == uids[0]).values(**values))
    with store.reading() as connection, caplog.at_level(logging.WARNING):
        assert [line.uid for line in sessions(connection)] == uids[1:]
        assert len(caplog.records) == 1
        with pytest.raises(StoreError):
            session_line(connection, values.get("uid", uids[0]))


@pytest.mark.parametrize("kind", [kind for kind in EXPORT_FORMATS if kind != "pdf"])
@pytest.mark.parametrize("column", ["document", "series_file", "series_sha256"])
def test_a_damaged_result_takes_no_other_session_with_it(store, uids, kind, column):
    with store.writing() as connection:
        bad = b"no document" if column == "document" else "../../../etc/passwd"
        which = RESULT.c.session_id.in_(
            SESSION.select().with_only_columns(SESSION.c.id).where(SESSION.c.uid == uids[0])
        )
        connection.execute(update(RESULT).where(which).values({column: bad}))
    with store.reading() as connection:
        made = dict(export_files(kind, Selection(store, connection, tuple(uids), None, Texts("en"))))
    assert any(uids[1] in name for name in made)
    assert all(data for data in made.values())


def test_no_export_gets_its_name_from_a_changed_record(store, uids):
    with store.writing() as connection:
        connection.execute(update(SESSION).where(SESSION.c.uid == uids[0]).values(uid="/tmp/out"))
    with store.reading() as connection, pytest.raises(FormcheckError):
        list(export_files("json", Selection(store, connection, ("/tmp/out",), None, Texts("en"))))


@pytest.mark.parametrize("name", ["{outside}", "../../outside.txt", "..", ""])
def test_forget_never_touches_a_file_outside_the_record(store, uids, tmp_path, name):
    outside = tmp_path / "outside.txt"
    outside.write_text("mine")
    with store.writing() as connection:
        connection.execute(update(RESULT).values(series_file=name.format(outside=outside)))
    with store.reading() as connection:
        erasure = erasure_of_sessions(store, connection, uids)
    erase(store, erasure)
    assert outside.read_text() == "mine"
    with store.reading() as connection:
        assert sessions(connection) == []


@pytest.mark.parametrize("uid", ["{outside}", "../../outside", ".."])
def test_forget_never_touches_a_folder_outside_the_record(store, uids, tmp_path, uid):
    outside = tmp_path / "outside"
    outside.mkdir()
    uid = uid.format(outside=outside)
    with store.writing() as connection:
        connection.execute(update(SESSION).where(SESSION.c.uid == uids[0]).values(uid=uid))
    with store.reading() as connection:
        erasure = erasure_of_sessions(store, connection, [uid])
    erase(store, erasure)
    assert outside.is_dir()
    assert store.path.exists()
