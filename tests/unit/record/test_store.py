"""The record's file: who may read it, and what happens when it is not as it should be."""

from __future__ import annotations

import os
import sqlite3
import stat
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from sqlalchemy import create_engine, inspect

from formcheck.errors import StoreError
from formcheck.form.statistics import set_statistics, statuses
from formcheck.record.choice import results_of
from formcheck.record.queries import reps, sessions
from formcheck.record.schema import METADATA, STATISTICS
from formcheck.record.store import FILE, default_folder, open_store
from formcheck.resolution import rounded
from formcheck.session.document import from_document
from practice import keep_set

FIRST_SCHEMA = Path(__file__).parents[2] / "data" / "record_0001.db"


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such permissions; a user's data folder is his own there")
def test_only_the_owner_can_read_any_of_it(store):
    keep_set(store)
    with store.reading() as connection:
        sessions(connection)
        assert {mode(path) for path in store.folder.glob(f"{FILE}*")} == {0o600}
    assert mode(store.folder) == mode(store.series_folder) == 0o700
    assert {mode(path) for path in store.series_folder.iterdir()} == {0o600}


def test_the_folder_is_the_environments_else_the_platforms(monkeypatch, tmp_path):
    monkeypatch.setenv("FORMCHECK_STORE", str(tmp_path / "mine"))
    assert default_folder() == tmp_path / "mine"
    monkeypatch.delenv("FORMCHECK_STORE")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    assert default_folder().name == "formcheck"


def test_the_connection_keeps_what_it_promises(store):
    with store.reading() as connection:
        values = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar_one()
            for name in ("foreign_keys", "journal_mode", "synchronous", "secure_delete")
        }
    assert values == {"foreign_keys": 1, "journal_mode": "wal", "synchronous": 2, "secure_delete": 1}


def test_looking_at_a_record_that_is_not_there_makes_none(tmp_path):
    with pytest.raises(StoreError, match=r"there is none yet.*--save"), open_store(tmp_path / "none", write=False):
        pass
    assert list(tmp_path.iterdir()) == []


def described(engine) -> dict:
    """Tables with their columns, keys, constraints and indexes, as SQLite itself sees them."""

    def pragma(connection, name: str, table: str) -> list:
        return connection.exec_driver_sql(f"PRAGMA {name}({table})").all()

    with engine.connect() as connection:
        return {
            table: (
                [tuple(column) for column in pragma(connection, "table_info", table)],
                sorted(tuple(key)[2:] for key in pragma(connection, "foreign_key_list", table)),
                sorted(
                    (index.unique, index.origin, [part.name for part in pragma(connection, "index_info", index.name)])
                    for index in pragma(connection, "index_list", table)
                ),
                sorted(check["sqltext"] for check in inspect(connection).get_check_constraints(table)),
            )
            for table in inspect(connection).get_table_names()
            if table != "alembic_version"
        }


def test_migrations_make_exactly_the_tables_that_the_code_knows(store):
    fresh = create_engine("sqlite://")
    METADATA.create_all(fresh)
    assert described(store.engine) == described(fresh)
    fresh.dispose()


def put_first_schema(folder: Path) -> bytes:
    folder.mkdir()
    data = FIRST_SCHEMA.read_bytes()
    (folder / FILE).write_bytes(data)
    return data


def test_the_first_schema_is_brought_up_to_date_with_all_it_holds_and_a_copy_of_it(folder):
    put_first_schema(folder)
    with open_store(folder) as store, store.reading() as connection:
        lines = sessions(connection)
        assert set(inspect(connection).get_table_names()) >= {"mark", "correction"}
    assert [(line.uid, line.side, line.rep_count, line.pain_before) for line in lines] == [
        ("0f0f0f01", "left", 4, 4),
        ("0f0f0f02", "right", 4, None),
    ]
    assert lines[0].knee_end_deg == pytest.approx(30, abs=1.5)
    (copy,) = (folder / "backups").iterdir()
    assert copy.name.startswith("record-0001-")
    assert mode(copy) == 0o600
    old = sqlite3.connect(copy)
    assert old.execute("SELECT version_num FROM alembic_version").fetchone() == ("0001",)
    assert old.execute("SELECT count(*) FROM session").fetchone() == (2,)
    old.close()


def test_numbers_of_an_older_formcheck_are_derived_again_from_the_documents(folder):
    put_first_schema(folder)
    old = sqlite3.connect(folder / FILE)
    assert old.execute("SELECT sum(good_reps) FROM result").fetchone() == (8,)
    old.close()
    with open_store(folder) as store, store.reading() as connection:
        for line in sessions(connection):
            session = from_document(results_of(connection, line.uid)[-1]["document"])
            found = rounded(set_statistics(session))
            assert (line.met_reps, line.not_met_reps, line.undecided_reps) == (
                found.met,
                found.not_met,
                found.undecided,
            )
            for name in STATISTICS:
                assert getattr(line, name) == getattr(found, name), name
            status_of = {one.rep: one.status for one in statuses(session)}
            assert {rep.number: rep.status for rep in reps(connection, [line.uid])} == status_of


def test_a_record_of_today_is_not_copied_at_each_start(folder):
    for _ in range(2):
        with open_store(folder):
            pass
    assert not (folder / "backups").exists()


def test_a_migration_that_fails_leaves_the_record_as_it_was(folder, monkeypatch):
    put_first_schema(folder)
    real = sqlite3.connect

    class Refusing(sqlite3.Connection):
        def execute(self, sql, *rest):
            return super().execute(sql, *rest)

        def cursor(self, *rest):
            return super().cursor(RefusingCursor)

    class RefusingCursor(sqlite3.Cursor):
        def execute(self, sql, *rest):
            if sql.startswith("CREATE TABLE correction"):
                raise sqlite3.OperationalError("database or disk is full")
            return super().execute(sql, *rest)

    monkeypatch.setattr(sqlite3, "connect", lambda *a, **k: real(*a, factory=Refusing, **k))
    with pytest.raises(StoreError), open_store(folder):
        pass
    monkeypatch.undo()
    raw = sqlite3.connect(folder / FILE)
    assert raw.execute("SELECT version_num FROM alembic_version").fetchone() == ("0001",)
    assert raw.execute("SELECT name FROM sqlite_master WHERE name = 'mark'").fetchone() is None
    raw.close()


def test_a_newer_schema_is_refused_and_untouched(store, folder):
    keep_set(store)
    raw = sqlite3.connect(folder / FILE)
    raw.execute("UPDATE alembic_version SET version_num = '0099'")
    raw.commit()
    raw.close()
    store.engine.dispose()
    before = (folder / FILE).read_bytes()
    for write in (True, False):
        with (
            pytest.raises(StoreError, match="0099, made by a newer formcheck; update") as caught,
            open_store(folder, write=write),
        ):
            pass
        assert "\n" not in str(caught.value)
    assert (folder / FILE).read_bytes() == before


def test_some_other_database_is_refused(folder):
    folder.mkdir()
    raw = sqlite3.connect(folder / FILE)
    raw.execute("CREATE TABLE recipes (name)")
    raw.commit()
    raw.close()
    with pytest.raises(StoreError, match="got another database"), open_store(folder):
        pass


def harm_header(path: Path) -> None:
    with path.open("r+b") as file:
        file.write(b"not a database at all")


def harm_middle(path: Path) -> None:
    size = path.stat().st_size
    with path.open("r+b") as file:
        file.seek(4096)
        file.write(os.urandom(size - 2 * 4096))


def harm_end(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def harm_all(path: Path) -> None:
    os.truncate(path, 0)


@pytest.mark.parametrize("harm", [harm_header, harm_middle, harm_end, harm_all])
def test_a_damaged_record_is_said_copied_aside_and_never_written(folder, harm):
    with open_store(folder) as store:
        keep_set(store)
    harm(folder / FILE)
    before = (folder / FILE).read_bytes()
    for _ in range(2):
        with (
            pytest.raises(StoreError, match=r"the record is damaged .* a copy is in ") as caught,
            open_store(folder) as store,
        ):
            keep_set(store, "two")
        assert "\n" not in str(caught.value)
        assert caught.value.exit_code == 5
    assert (folder / FILE).read_bytes() == before
    (aside,) = (folder / "damaged").iterdir()
    assert (aside / FILE).read_bytes() == before
    assert mode(aside / FILE) == 0o600


def test_damage_found_while_reading_is_said_too(folder):
    with open_store(folder) as store:
        for n in range(30):
            keep_set(store, str(n))
    harm_middle(folder / FILE)
    with (
        pytest.raises(StoreError, match="damaged"),
        open_store(folder, write=False) as store,
        store.reading() as connection,
    ):
        sessions(connection)


READ_ONLY = """
import os
import sys
from pathlib import Path
from formcheck.errors import StoreError
from formcheck.form.statistics import set_statistics, statuses
from formcheck.record.queries import sessions
from formcheck.record.store import open_store
folder = Path(sys.argv[1])
if os.getuid() == 0:
    os.setuid(65534)  # root may write everything, so it must be somebody else who tries
with open_store(folder, write=False) as store, store.reading() as connection:
    print(len(sessions(connection)), store.writable)
for act in (lambda: open_store(folder).__enter__(), lambda: open_store(folder / "below").__enter__()):
    try:
        act()
    except StoreError as error:
        clear = "may not be written" in str(error) or "Permission denied" in str(error)
        print(error.exit_code, str(error).count("\\n"), clear)
"""


@pytest.mark.skipif(os.name == "nt", reason="permissions are POSIX ones")
def test_a_record_that_may_not_be_written_is_read_and_refuses_to_be_written():
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "record"
        with open_store(folder) as store:
            keep_set(store)
        Path(name).chmod(0o755)
        folder.chmod(0o555)
        (folder / FILE).chmod(0o444)
        result = subprocess.run(
            [sys.executable, "-c", READ_ONLY, str(folder)], capture_output=True, text=True, check=True
        )
        folder.chmod(0o755)
    assert result.stdout.splitlines() == ["1 False", "5 0 True", "5 0 True"]
