"""What formcheck 0.1.0 left behind opens: a record with a plan, a note and a review, an archive, results beside a clip.

That version wrote tests/data/version_0_1_0, from the first eleven seconds of a sample clip at ten frames a second.
"""

from __future__ import annotations

import csv
import re
import shutil
from pathlib import Path

import pytest

import formcheck
from clips import HIP_DRIFT
from commands import run
from formcheck.record.exports import EXPORT_FORMATS
from formcheck.record.queries import sessions
from formcheck.record.store import open_store
from formcheck.review.analysis import AvailableProtocols
from formcheck.review.library import Item
from formcheck.review.record_library import RecordItem
from formcheck.types import Verdict
from signed import clip_item, sign_item

DATA = Path(__file__).parents[1] / "data" / "version_0_1_0"
SESSION = "6adb0190"
REPS = 2
NOTE = "Practised on the bed."


@pytest.fixture(scope="module")
def old(tmp_path_factory) -> Path:
    """The folder of somebody who used 0.1.0, with the record already brought up to date."""
    folder = tmp_path_factory.mktemp("old")
    shutil.copytree(DATA, folder, dirs_exist_ok=True)
    (folder / "results").rename(folder / "02_hip_drift.formcheck")
    shutil.copy(HIP_DRIFT, folder)
    for kept in (folder / "record").rglob("*"):  # Git keeps no permissions
        kept.chmod(0o700 if kept.is_dir() else 0o600)
    with open_store(folder / "record"):
        pass
    return folder


@pytest.fixture
def record(old, monkeypatch) -> Path:
    monkeypatch.setenv("FORMCHECK_STORE", str(old / "record"))
    return old / "record"


def overruled(item: Item) -> list[Verdict]:
    """Verdicts on the thigh's stillness, by repetition, with what was said in 0.1.0 applied."""
    analysis, stored = item.read_analysis(), item.review_store().load()
    assert (stored.review.reviewer, stored.review.person) == ("A. Reviewer, PT", "P017")
    assert [note.scope for note in stored.review.notes] == ["session", "rep"]
    assert [mark.angle_deg for mark in stored.review.goniometer] == [5.6]
    session = analysis.apply(stored.review).session
    return [one.verdict for one in session.findings if one.rule == "hip_steady" and one.rep is not None]


def test_the_record_is_copied_before_it_is_changed(record):
    assert [path.name.startswith("record-0003-") for path in (record / "backups").iterdir()] == [True]


def test_history_has_the_set_its_plan_and_its_note(record):
    said = run("history", "show", SESSION)
    assert "formcheck 0.1.0" in said
    assert NOTE in said
    assert re.search(rf"{SESSION} .* right +clip +{REPS} +0 +{REPS} +0 ", said)
    plan = run("prescribe")
    assert "sciatic-glide" in plan
    assert "2026-03-02" in plan


def test_progress_has_the_set(record, tmp_path):
    run("progress", "--out", tmp_path / "progress.html")
    assert SESSION in (tmp_path / "progress.html").read_text(encoding="utf-8")


@pytest.mark.parametrize("kind", sorted(EXPORT_FORMATS.keys() - {"pdf"}))
def test_every_export_has_the_set(record, tmp_path, kind):
    run("export", "--all", "--format", kind, "--out", tmp_path)
    assert any(path.stat().st_size > 1000 for path in tmp_path.rglob("*") if path.is_file())
    if kind == "csv":
        with (tmp_path / "sessions.csv").open(encoding="utf-8-sig", newline="") as file:
            (line,) = csv.DictReader(file)
        assert (line["rep_count"], line["not_met_reps"]) == (str(REPS), str(REPS))
        assert NOTE in (tmp_path / "notes.csv").read_text(encoding="utf-8-sig")


def test_what_was_reviewed_in_the_record_counts_once_it_is_signed_again(record, tmp_path):
    shutil.copytree(record, tmp_path / "record")
    with open_store(tmp_path / "record") as store:
        item = RecordItem(store, SESSION, AvailableProtocols())
        assert overruled(item) == [Verdict.NOT_MET, Verdict.MET]
        with store.reading() as connection:
            (before,) = sessions(connection)
        sign_item(item)
        with store.reading() as connection:
            (after,) = sessions(connection)
    assert (before.rep_count, after.rep_count) == (REPS, REPS - 1)


def test_what_was_reviewed_beside_a_clip_is_there(old):
    assert overruled(clip_item(old / "02_hip_drift.formcheck")) == [Verdict.NOT_MET, Verdict.MET]


def test_results_are_read_and_their_landmarks_judged_again(old):
    results = old / "02_hip_drift.formcheck"
    session = formcheck.load_session(results)
    again = formcheck.judge(formcheck.load_track(results))
    assert (session.rep_count, again.rep_count) == (REPS, REPS)
    assert [rep.peak_s for rep in again.reps] == pytest.approx([rep.peak_s for rep in session.reps], abs=0.2)


def test_an_archive_is_imported(old, tmp_path):
    run("import", old / "exported", "--store", tmp_path / "record")
    with open_store(tmp_path / "record", write=False) as store, store.reading() as connection:
        (line,) = sessions(connection)
    assert (line.uid, line.rep_count, line.not_met_reps) == (SESSION, REPS, REPS)
