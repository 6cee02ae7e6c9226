"""The record from the command line, as a patient, a clinician and a researcher use it."""

from __future__ import annotations

import json
import re
import shutil

import synth
from formcheck.pose.track_file import save_track
from formcheck.record.queries import sessions
from formcheck.record.store import open_store
from record_commands import saved


def test_analyze_keeps_a_set_only_when_asked_and_only_once(run, track, tmp_path):
    assert run("analyze", str(track))[0] == 0
    assert not (tmp_path / "record").exists()
    first, second = saved(run, track), saved(run, track)
    assert first == second
    code, out, _ = run("history")
    assert code == 0
    assert out.count(first) == 1
    assert re.search(rf"{first} +2026-03-02 18:30 left +clip +4 +4 +0 +0 ", out)
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


def test_nothing_about_a_person_is_logged(run, track, caplog):
    with caplog.at_level("DEBUG"):
        uid = saved(run, track, "--profile", "P-SECRET")
        run("history", "note", uid, "a secret note")
        run("history")
    assert "SECRET" not in caplog.text
    assert "secret note" not in caplog.text
    assert uid not in caplog.text
    assert "monday" not in caplog.text
