"""What leaves the record by its commands: exports, taken in again elsewhere, and what is erased."""

from __future__ import annotations

import io
import os
import re
import shutil

import pytest

from formcheck.record.exports.tables import COLUMNS
from formcheck.report import pdf
from record_commands import saved


def files_of(ending):
    """Return what an export of tables leaves."""
    return sorted([*(f"{name}.{ending}" for name in COLUMNS), "frames"])


@pytest.mark.parametrize(
    ("kind", "names"),
    [
        ("csv", files_of("csv")),
        ("parquet", files_of("parquet")),
        ("json", ["UID.json", "profile-me.json"]),
        ("fhir", ["UID.fhir.json"]),
        ("opensim", ["UID.mot", "UID.trc"]),
    ],
)
def test_export_leaves_whole_files_for_their_owner(run, track, tmp_path, kind, names):
    uid = saved(run, track)
    out = tmp_path / "out"
    assert run("export", "--all", "--format", kind, "--out", str(out))[0] == 0
    assert sorted(path.name.replace(uid, "UID") for path in out.iterdir()) == names
    files = [path for path in out.rglob("*") if path.is_file()]
    assert all(path.stat().st_size > 0 for path in files)
    if os.name != "nt":
        assert {path.stat().st_mode & 0o777 for path in files} == {0o600}


def test_export_and_import_move_a_record(run, track, tmp_path, monkeypatch):
    uid = saved(run, track)
    run("export", "--all", "--format", "json", "--out", str(tmp_path / "out"))
    monkeypatch.setenv("FORMCHECK_STORE", str(tmp_path / "elsewhere"))
    assert "1 session imported" in run("import", str(tmp_path / "out"))[2]
    assert "1 in the record already" in run("import", str(tmp_path / "out" / f"{uid}.json"))[2]
    assert uid in run("history")[1]


def test_export_says_what_it_needs(run, track, tmp_path):
    saved(run, track)
    assert run("export", "--format", "csv", "--out", str(tmp_path / "out"))[0] == 2
    (tmp_path / "file").touch()
    code, _, err = run("export", "--all", "--format", "csv", "--out", str(tmp_path / "file" / "below"))
    assert (code, err.count("\n")) == (3, 1)


def test_pdf_needs_a_browser_and_says_so(run, track, tmp_path, monkeypatch):
    uid = saved(run, track)
    monkeypatch.setattr(pdf, "find_browser", lambda: None)
    code, _, err = run("export", uid, "--format", "pdf", "--out", str(tmp_path / "out"))
    assert (code, err.count("\n")) == (3, 1)
    assert "sudo apt install chromium" in err


@pytest.mark.skipif(pdf.find_browser() is None, reason="no Chromium on this machine")
def test_pdf_is_a_document_of_a_few_pages(run, track, tmp_path):
    uid = saved(run, track)
    assert run("export", uid, "--format", "pdf", "--out", str(tmp_path / "out"))[0] == 0
    data = (tmp_path / "out" / f"{uid}.pdf").read_bytes()
    assert data.startswith(b"%PDF-")
    assert 1 <= len(re.findall(rb"/Type\s*/Page\b", data)) <= 6


def test_forget_asks_first_and_leaves_nothing(run, track, tmp_path, monkeypatch):
    uid = saved(run, track)
    monkeypatch.setattr("sys.stdin", io.StringIO("n\n"))
    code, out, _ = run("forget", uid)
    assert code == 130
    assert re.search(rf"^1 .* 0\.1 MB .*{uid}$", out, re.MULTILINE)
    assert uid in run("history")[1]
    assert run("forget", uid, "--yes")[0] == 0
    assert uid not in run("history")[1]
    assert list((tmp_path / "record" / "series").iterdir()) == []
    assert run("forget", "--all", "--yes")[0] == 0
    assert "it is empty" in run("history")[2]
    assert run("forget", "--all", "--yes")[1] == "The practice record is empty: there is nothing to erase.\n"
    shutil.rmtree(tmp_path / "record")
    assert run("forget", "--all")[0] == 0
    assert not (tmp_path / "record").exists()
    assert run("forget")[0] == run("forget", uid, "--all")[0] == 2
