"""The record from the command line, as a patient, a clinician and a researcher use it."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

import synth
from formcheck import cli
from formcheck.angles.hand_calibration import HandMark
from formcheck.angles.kept_calibration import kept_from
from formcheck.form.statistics import set_statistics
from formcheck.pose.track_file import load_track, save_track
from formcheck.record.calibrations import keep_calibration
from formcheck.record.profiles import profile_key
from formcheck.record.queries import sessions
from formcheck.record.store import open_store
from formcheck.report import pdf
from signed import REASON, REVIEWER, clip_item, reopen_item, sign, sign_item

WHEN = datetime(2026, 3, 2, 18, 30).astimezone()


@pytest.fixture
def run(tmp_path, monkeypatch, capsys):
    """Run a command on a record of this test; return exit code, stdout and stderr."""
    monkeypatch.setenv("FORMCHECK_STORE", str(tmp_path / "record"))
    monkeypatch.setenv("COLUMNS", "120")

    def call(*arguments: str) -> tuple[int, str, str]:
        code = cli.run(list(arguments))
        said = capsys.readouterr()
        return code, said.out, said.err

    return call


@pytest.fixture
def track(tmp_path) -> Path:
    path = tmp_path / "monday.npz"
    save_track(synth.glide([synth.Move()] * 4, fps=15), path)
    os.utime(path, (WHEN.timestamp(), WHEN.timestamp()))
    return path


def saved(run, track, *options: str) -> str:
    code, _, err = run("analyze", str(track), "--save", *options)
    assert code == 0, err
    return re.search(r"session ([0-9a-f]{8})", err).group(1)


def kept_by_hand(track, folder):
    """Keep marks of this very set for P017: hip and knee 6 degrees above what is measured."""
    pose = load_track(track)
    angles = synth.session(pose).angles
    marks = [
        HandMark(float(angles.t_s[row]), joint, float(getattr(angles, f"{joint}_flexion_deg")[row]) + 6.0)
        for row in (10, 60)
        for joint in ("hip", "knee")
    ]
    kept = kept_from(angles, marks, model=pose.model, rater_sd_deg=2.0, made_at=WHEN.isoformat(), raters="AB")
    with open_store(folder) as store, store.writing() as connection:
        return keep_calibration(connection, profile_key(connection, "P017", make=True), kept)


def test_a_persons_calibration_is_listed_used_named_and_removed(run, track, tmp_path):
    number = kept_by_hand(track, tmp_path / "record")
    code, out, _ = run("calibrations")
    assert code == 0
    assert {"P017", "AB", str(number)} <= set(re.findall(r"\w+", out))
    plain = json.loads(run("analyze", str(track), "--json")[1])
    used = json.loads(run("analyze", str(track), "--profile", "P017", "--json")[1])
    assert (plain["kept_calibration"], used["kept_calibration"]["refusal"]) == (None, None)
    assert used["statistics"]["hip_mean_deg"] > plain["statistics"]["hip_mean_deg"] + 0.5
    assert used["statistics"]["hip_se_deg"] < plain["statistics"]["hip_se_deg"]
    said = set(used["summary"]["sentences"]) - set(plain["summary"]["sentences"])
    assert any(str(WHEN.year) in sentence for sentence in said)
    assert run("calibrations", "--profile", "P017", "--remove", "99")[0] == 2
    assert run("calibrations", "--profile", "P017", "--remove", str(number))[0] == 0
    assert json.loads(run("analyze", str(track), "--profile", "P017", "--json")[1])["kept_calibration"] is None
    assert run("analyze", str(track), "--profile", "P099", "--json")[0] == 2


def test_analyze_keeps_a_set_only_when_asked_and_only_once(run, track, tmp_path):
    assert run("analyze", str(track))[0] == 0
    assert not (tmp_path / "record").exists()
    first, second = saved(run, track), saved(run, track)
    assert first == second
    code, out, _ = run("history")
    assert code == 0
    assert out.count(first) == 1
    assert re.search(rf"{first} +26-03-02 18:30 left +clip +4 +4 +0 +0 ", out)
    assert out.startswith("me: today 0 sets done, none prescribed")


def test_a_record_without_a_person_in_it_is_a_wrong_call(run, track, tmp_path):
    for options, expected in ((["--profile", "P1"], 5), (["--store", str(tmp_path)], 2)):
        code, _, err = run("analyze", str(track), *options)
        assert (code, len(err.splitlines())) == (expected, 1)


def test_a_record_that_cannot_be_opened_is_said_before_the_long_work(run, track, tmp_path):
    (tmp_path / "record").write_text("a file, not a folder")
    code, _, err = run("analyze", str(track), "--save", "--out", str(tmp_path / "results"))
    assert code == 5
    assert len(err.splitlines()) == 1
    assert not (tmp_path / "results").exists()


def test_json_on_stdout_stays_json_with_save(run, track):
    _, out, err = run("analyze", str(track), "--save", "--json")
    assert json.loads(out)["rep_count"] == 4
    assert err.startswith("Record: saved as session ")


def test_history_before_anything_was_kept(run):
    code, out, err = run("history")
    assert (code, out) == (5, "")
    assert err.count("\n") == 1
    assert "formcheck analyze CLIP --save" in err
    assert "formcheck live" in err


def test_show_note_correct_and_compare(run, track, tmp_path):
    one = saved(run, track)
    tuesday = tmp_path / "tuesday.npz"
    save_track(synth.glide([synth.Move(peak_deg=45.0)] * 5, fps=15), tuesday)
    two = saved(run, tuesday)
    assert run("history", "note", one[:4], "felt easy", "--role", "patient")[0] == 0
    assert run("history", "correct", one, "rep_count", "5", "--because", "one hidden", "--role", "clinician")[0] == 0
    _, out, _ = run("history", "show", one)
    assert "Note, patient" in out
    assert "5, because: one hidden" in out
    assert "Result of " in out
    _, out, _ = run("history", "compare", one, two)
    assert re.search(r"\+25°\s+less straight", out)
    assert re.search(r"hip, mean .*within measurement error", out)
    _, out, _ = run("history")
    assert f"{one}*" not in out
    assert "corrected" in out
    code, _, err = run("history", "correct", one, "rep_count", "lots", "--because", "x")
    assert (code, err.count("\n")) == (2, 1)


def test_what_was_reviewed_beside_its_clip_is_what_the_record_shows_until_that_is_reopened(run, track, tmp_path):
    uid, results = saved(run, track), tmp_path / "monday.formcheck"
    before = json.loads((results / "session.json").read_text())["statistics"]["knee_end_deg"]
    reviewed = sign_item(clip_item(results))
    assert re.search(rf"{uid} .* left +clip +3 +2 +1 +0 .* reviewed", run("history")[1])
    assert re.search(rf"{uid} .* left +clip +4 +4 +0 +0 ", run("history", "--as-analysed")[1])
    shown = run("history", "show", uid)[1]
    assert f"Reviewed by {REVIEWER}" in shown
    assert "Reviewed result of " in shown
    assert REASON in shown
    pairs = [run("history", "compare", uid, uid, *option)[1] for option in ([], ["--as-analysed"])]
    knees = [round(float(re.search(r"knee at the end, all\D+(\d+)", out)[1])) for out in pairs]
    assert knees == [round(set_statistics(reviewed).knee_end_deg), round(before)]
    pages = {}
    for option in ("", "--as-analysed"):
        page = tmp_path / f"page{option}.html"
        run("progress", "--out", str(page), "--until", "2026-03-29", *filter(None, [option]))
        pages[option] = page.read_text()
    assert "1 of 1 sets is shown as a reviewer signed it" in pages[""]
    assert "As analysed, without" in pages["--as-analysed"]
    for option, count in (([], "3"), (["--as-analysed"], "4")):
        out = tmp_path / f"out{count}"
        run("export", uid, "--format", "csv", "--out", str(out), *option)
        (row,) = csv.DictReader(io.StringIO((out / "sessions.csv").read_text(encoding="utf-8-sig")))
        assert row["rep_count"] == count
    assert run("export", uid, "--format", "json", "--out", str(out), "--as-analysed")[0] == 2
    reopen_item(clip_item(results))
    assert re.search(rf"{uid} .* left +clip +4 +4 +0 +0 .* review not complete", run("history")[1])


def test_a_clip_that_was_reviewed_stays_so_when_it_is_analysed_again(run, track, tmp_path):
    uid, results = saved(run, track), tmp_path / "monday.formcheck"
    sign_item(clip_item(results))
    review = results / "review.json"
    _, _, err = run("analyze", str(track), "--save")
    assert "the review holds" in err
    assert json.loads(review.read_text())["review"]["done"] is True
    _, _, err = run("analyze", str(track), "--save", "--side", "left")
    assert "kept as a draft" in err
    assert f"session {uid} has been reviewed and stays as reviewed" in err
    kept = json.loads(review.read_text())["review"]
    assert (kept["done"], kept["reviewer"], len(kept["overrules"])) == (False, REVIEWER, 1)
    assert re.search(rf"{uid} .* left +clip +3 +2 +1 +0 .* reviewed", run("history")[1])
    reopen_item(clip_item(results))
    assert re.search(rf"{uid} .* left +clip +3 ", run("history")[1])
    sign_item(clip_item(results))
    reopen_item(clip_item(results))
    assert re.search(rf"{uid} .* left +clip +4 .* review not complete", run("history")[1])


def test_a_set_with_a_review_of_its_own_in_the_record_keeps_to_that(run, track, tmp_path):
    uid = saved(run, track)
    with open_store(tmp_path / "record") as store:
        sign(store, uid, reps=None)
    sign_item(clip_item(tmp_path / "monday.formcheck"), reviewer="R8")
    assert f"Reviewed by {REVIEWER}" in run("history", "show", uid)[1]
    assert re.search(rf"{uid} .* left +clip +4 ", run("history")[1])


def test_prescribe_shows_and_keeps_the_old_one(run, track):
    saved(run, track)
    assert run("prescribe")[1].startswith("Nothing is prescribed for me.")
    run("prescribe", "--side", "left", "--sets", "2", "--reps", "4", "--from", "2026-03-01", "--notes", "slowly")
    _, out, _ = run("prescribe", "--side", "left", "--sets", "3", "--reps", "4", "--role", "clinician")
    assert re.search(r"now\s+sciatic-glide\s+left\s+3 × 4 a day", out)
    assert re.search(r"\n\s+sciatic-glide\s+left\s+2 × 4 a day\s+from 2026-03-01\s+patient: slowly", out)
    assert "today 0 of 3 sets with the left leg (4 repetitions)" in run("history")[1]
    assert run("prescribe", "--sets", "3")[0] == 2
    assert run("prescribe", "--side", "left", "--from", "soon")[0] == 2


def test_several_profiles_must_be_named(run, track):
    saved(run, track, "--profile", "P1")
    saved(run, track, "--profile", "P2")
    code, _, err = run("history")
    assert (code, "P1, P2" in err) == (2, True)
    assert run("history", "--profile", "P2")[1].startswith("P2: ")
    assert run("history", "--profile", "P3")[0] == 2


def test_progress_writes_a_page(run, tmp_path, month_record):
    shutil.copytree(month_record, tmp_path / "record")
    page = tmp_path / "page.html"
    code, out, _ = run("progress", "--out", str(page), "--until", "2026-03-29")
    assert (code, out) == (0, f"Progress: {page}\n")
    assert "64 sets on 27 days" in page.read_text()
    assert run("progress", "--out", str(tmp_path / "no" / "page.html"))[0] == 3
    assert run("progress", "--from", "2026-04-01", "--until", "2026-03-01")[0] == 2


@pytest.mark.parametrize(
    ("kind", "names"),
    [
        ("csv", ["corrections.csv", "findings.csv", "frames", "notes.csv", "reps.csv", "sessions.csv"]),
        (
            "parquet",
            ["corrections.parquet", "findings.parquet", "frames", "notes.parquet", "reps.parquet", "sessions.parquet"],
        ),
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


GERMAN = {
    ("history",): ["P017", "heute", "Sitzungen"],
    ("history", "show", "UID"): ["Wiederholungen", "erfüllt", "fehlten dem Knie", "2. März 2026"],
    ("history", "compare", "UID", "UID"): ["innerhalb des Messfehlers", "Unterschied"],
    ("prescribe",): ["verordnet", "am Tag", "Behandler/in"],
    ("progress", "--out", "OUT/page.html", "--until", "2026-03-29"): ["Verlauf"],
    ("export", "--all", "--format", "fhir", "--out", "OUT/fhir"): ["Dateien"],
    ("import", "OUT/none.json"): [],
    ("forget", "UID", "--yes"): ["Gelöscht"],
}


def test_every_command_of_the_record_speaks_german(run, tmp_path, month_record):
    shutil.copytree(month_record, tmp_path / "record")
    with open_store(tmp_path / "record") as store, store.reading() as connection:
        uid = sessions(connection)[0].uid
    for arguments, words in GERMAN.items():
        call = [part.replace("UID", uid).replace("OUT", str(tmp_path)) for part in arguments]
        code, out, err = run("--lang", "de", *call)
        assert (code == 0) is bool(words), err
        said = re.sub(r"\s+", " ", (out + err).replace(str(tmp_path), ""))
        assert [word for word in words if word not in said] == []
        if words:
            assert not re.search(r"\b(the|of|with|and|leg|reps?|today|sessions?)\b", said), said
    page = (tmp_path / "page.html").read_text()
    assert '<html lang="de"' in page
    assert "64 Sätze an 27 Tagen" in page


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


def test_nothing_about_a_person_is_logged(run, track, caplog):
    with caplog.at_level("DEBUG"):
        uid = saved(run, track, "--profile", "P-SECRET")
        run("history", "note", uid, "a secret note")
        run("history")
    assert "SECRET" not in caplog.text
    assert "secret note" not in caplog.text
    assert uid not in caplog.text
    assert "monday" not in caplog.text


def test_a_clips_time_is_the_cameras_else_the_files(tmp_path):
    import av
    import numpy as np

    from clips import retagged
    from formcheck.video.filmed import TimeSource, filmed_at, filming_time, stated_at

    def make(name: str, **metadata: str) -> Path:
        path = tmp_path / name
        with av.open(str(path), "w") as container:
            container.metadata.update(metadata)
            stream = container.add_stream("libx264", rate=10)
            stream.width, stream.height, stream.pix_fmt = 64, 64, "yuv420p"
            for _ in range(3):
                container.mux(stream.encode(av.VideoFrame.from_ndarray(np.zeros((64, 64, 3), np.uint8), "rgb24")))
            container.mux(stream.encode())
        os.utime(path, (WHEN.timestamp(), WHEN.timestamp()))
        return path

    told = make("told.mp4", creation_time="2026-02-01T10:00:00.000000Z")
    assert filmed_at(told) == datetime(2026, 2, 1, 10, 0, tzinfo=UTC)
    exported = retagged(
        told, tmp_path / "exported.mov", {"com.apple.quicktime.creationdate": "2026-01-31T23:30:00+0200"}
    )
    assert filming_time(exported).source is TimeSource.CAMERA
    # The day of the person, wherever this machine is.
    assert filmed_at(exported).isoformat() == "2026-01-31T23:30:00+02:00"
    assert stated_at(exported) == filmed_at(exported)
    in_matroska = retagged(told, tmp_path / "exported.mkv", {"DATE_RECORDED": "2026-01-30T08:00:00+01:00"})
    assert filmed_at(in_matroska) == datetime(2026, 1, 30, 7, 0, tzinfo=UTC)
    odd = retagged(told, tmp_path / "odd.mov", {"com.apple.quicktime.creationdate": "2026-01-31"})
    assert filming_time(odd) == (datetime(2026, 2, 1, 10, 0, tzinfo=UTC), TimeSource.CREATION)
    assert filmed_at(make("silent.mp4")) == WHEN
    assert filmed_at(make("unset.mp4", creation_time="1970-01-01T00:00:00Z")) == WHEN
    other = tmp_path / "other.npz"
    other.write_bytes(b"")
    os.utime(other, (WHEN.timestamp(), WHEN.timestamp()))
    assert filming_time(other) == (WHEN, TimeSource.FILE)
    assert filmed_at(other).utcoffset() is not None
