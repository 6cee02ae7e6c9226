"""What a person marked or a reviewer signed, in the commands of the record."""

from __future__ import annotations

import csv
import io
import json
import re

import pytest

import synth
from formcheck.angles.hand_calibration import HandMark
from formcheck.angles.kept_calibration import kept_from
from formcheck.form.statistics import set_statistics
from formcheck.pose.track_file import load_track
from formcheck.record.calibrations import keep_calibration
from formcheck.record.profiles import profile_key
from formcheck.record.store import open_store
from formcheck.review.analysis import AvailableProtocols
from formcheck.review.file_library import FileLibrary
from formcheck.review.opening import open_service
from formcheck.review.record_library import RecordLibrary
from formcheck.text.catalogue import Texts
from record_commands import WHEN, saved
from signed import FRAMES, REASON, REVIEWER, clip_item, reopen_item, sign, sign_item

COUNTS = ("reps", "met", "not_met", "undecided")


def kept_by_hand(track, folder, *, clip_sha256="f00d"):
    """Keep marks for P017, of another clip with the same angles: hip and knee 6 degrees above what is measured."""
    pose = load_track(track)
    angles = synth.session(pose).angles
    marks = [
        HandMark(float(angles.t_s[row]), joint, float(getattr(angles, f"{joint}_flexion_deg")[row]) + 6.0)
        for row in (10, 60)
        for joint in ("hip", "knee")
    ]
    by = {"rater_sd_deg": 2.0, "made_at": WHEN.isoformat(), "raters": "AB"}
    kept = kept_from(angles, marks, model=pose.model, clip_sha256=clip_sha256, **by)
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


def test_what_was_reviewed_beside_its_clip_is_what_the_record_shows_until_that_is_reopened(run, track, tmp_path):
    uid, results = saved(run, track), tmp_path / "monday.formcheck"
    before = json.loads((results / "session.json").read_text())["statistics"]["knee_end_deg"]
    reviewed = sign_item(clip_item(results))
    out = run("history")[1]
    assert re.search(rf"{uid} .* left +clip +3 +2 +1 +0 ", out)
    assert f"{uid}: reviewed" in out
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
    assert Texts().get("progress.reviewed_all", n=1, all=1) in pages[""]
    assert "As analysed, without" in pages["--as-analysed"]
    for option, count in (([], "3"), (["--as-analysed"], "4")):
        out = tmp_path / f"out{count}"
        run("export", uid, "--format", "csv", "--out", str(out), *option)
        (row,) = csv.DictReader(io.StringIO((out / "sessions.csv").read_text(encoding="utf-8-sig")))
        assert row["rep_count"] == count
    assert run("export", uid, "--format", "json", "--out", str(out), "--as-analysed")[0] == 2
    reopen_item(clip_item(results))
    out = run("history")[1]
    assert re.search(rf"{uid} .* left +clip +4 +4 +0 +0 ", out)
    assert f"{uid}: review not complete" in out


def test_the_records_page_shows_and_compares_what_was_signed_beside_the_clip(run, track, tmp_path):
    uid, results = saved(run, track), tmp_path / "monday.formcheck"
    reviewed = sign_item(clip_item(results))
    with (
        open_store(tmp_path / "record") as store,
        open_service(RecordLibrary(store, AvailableProtocols()), AvailableProtocols(), texts=Texts()) as (service, _),
    ):
        (row,) = service.items()["items"]
        assert [row[name] for name in COUNTS] == [3, 2, 1, 0]
        assert row["reviewed"] is True
        shown = service.show(row["id"])
        assert (shown["review"]["done"], shown["review"]["reviewer"], shown["notices"]) == (
            True, REVIEWER, [Texts().get("clinician.notice.no_clip")]
        )  # fmt: skip
        assert shown["reviewed"]["document"]["rep_count"] == 3
        assert shown["reviewed"]["calibration"]["frames"] == FRAMES
        both = service.compare((row["id"], row["id"]), ("analysed", "reviewed"))
        (knee,) = (one for one in both["rows"] if one["key"] == "knee_end")
        assert knee["b"] == pytest.approx(set_statistics(reviewed).knee_end_deg, abs=0.06)
        assert knee["a"] != knee["b"]
        assert both["a"]["shown_as"] == Texts().get("clinician.numbers.analysed")
        assert REVIEWER in both["b"]["shown_as"]
        assert Texts().get("clinician.compared.by_hand", n=FRAMES) in both["b"]["shown_as"]
        # Analysed again: history goes on showing what was signed, which the page says, and shows a draft.
        run("analyze", str(track), "--save", "--side", "left")
        (row,) = service.items()["items"]
        assert ([row[name] for name in COUNTS], row["reviewed"], row["review_started"]) == ([3, 2, 1, 0], False, True)
        again = service.show(row["id"])
        assert (again["review"]["done"], len(again["review"]["goniometer"])) == (False, 4)
        assert any("met 2, not met 1" in one for one in again["notices"])
        service.delete_review(row["id"])
        assert service.show(row["id"])["review"]["goniometer"] == []
    assert re.search(rf"{uid} .* left +clip +4 +4 ", run("history")[1])


def test_a_clip_that_was_reviewed_before_it_is_saved_is_shown_as_reviewed(run, track, tmp_path):
    assert run("analyze", str(track))[0] == 0
    sign_item(clip_item(tmp_path / "monday.formcheck"))
    _, _, err = run("analyze", str(track), "--save")
    uid = re.search(r"session ([0-9a-f]{8})", err).group(1)
    assert Texts().get("terminal.signed", uid=uid) in err
    assert re.search(rf"{uid} .* left +clip +3 +2 +1 +0 [^:]*{uid}: reviewed", run("history")[1])


def test_a_clip_that_was_reviewed_stays_so_when_it_is_analysed_again(run, track, tmp_path):
    uid, results = saved(run, track), tmp_path / "monday.formcheck"
    sign_item(clip_item(results))
    review = results / "review.json"
    _, _, err = run("analyze", str(track), "--save")
    assert "the review holds" in err
    assert Texts().get("terminal.signed", uid=uid) in err
    assert json.loads(review.read_text())["review"]["done"] is True
    _, _, err = run("analyze", str(track), "--save", "--side", "left")
    assert "kept as a draft" in err
    assert f"session {uid} has been reviewed and stays as reviewed" in err
    kept = json.loads(review.read_text())["review"]
    assert (kept["done"], kept["reviewer"], len(kept["overrules"])) == (False, REVIEWER, 1)
    out = run("history")[1]
    assert re.search(rf"{uid} .* left +clip +3 +2 +1 +0 ", out)
    assert f"{uid}: reviewed" in out
    reopen_item(clip_item(results))
    assert re.search(rf"{uid} .* left +clip +3 ", run("history")[1])
    sign_item(clip_item(results))
    reopen_item(clip_item(results))
    out = run("history")[1]
    assert re.search(rf"{uid} .* left +clip +4 ", out)
    assert f"{uid}: review not complete" in out


def test_what_was_kept_of_a_clip_is_not_used_in_it_and_its_review_holds(run, track, tmp_path):
    uid, results = saved(run, track, "--profile", "P017"), tmp_path / "monday.formcheck"
    before = (results / "session.json").read_bytes()
    sign_item(clip_item(results))
    kept_by_hand(track, tmp_path / "record", clip_sha256=load_track(track).clip.sha256)
    assert "the review holds" in run("analyze", str(track), "--save", "--profile", "P017")[2]
    assert (results / "session.json").read_bytes() == before
    assert re.search(rf"{uid} .* left +clip +3 +2 +1 +0 [^:]*{uid}: reviewed", run("history")[1])
    # That of another clip is used: the review is a draft, and its page says why until it is completed again.
    kept_by_hand(track, tmp_path / "record")
    assert "kept as a draft" in run("analyze", str(track), "--save", "--profile", "P017")[2]
    library, texts = FileLibrary(tmp_path, AvailableProtocols(), only=results), Texts()
    why = texts.get("clinician.notice.changed.calibration")
    said = texts.get("clinician.notice.analysed_again", why=why)
    with open_service(library, AvailableProtocols(), texts=texts) as (service, _):
        (row,) = service.items()["items"]
        shown = service.show(row["id"])
        assert said in shown["notices"]
        body = {"revision": shown["review"]["revision"], "review": shown["review"]}
        saved_again = service.save_review(row["id"], body)
        assert said in service.show(row["id"])["notices"]
        body = {"revision": saved_again["revision"], "review": saved_again["review"] | {"done": True}}
        assert service.save_review(row["id"], body)["review"]["draft_because"] == []
        assert said not in service.show(row["id"])["notices"]


def test_a_set_with_a_review_of_its_own_in_the_record_keeps_to_that(run, track, tmp_path):
    uid = saved(run, track)
    with open_store(tmp_path / "record") as store:
        sign(store, uid, reps=None)
    sign_item(clip_item(tmp_path / "monday.formcheck"), reviewer="R8")
    assert f"Reviewed by {REVIEWER}" in run("history", "show", uid)[1]
    assert re.search(rf"{uid} .* left +clip +4 ", run("history")[1])
