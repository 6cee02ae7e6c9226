"""Reviews sent to the server: judged, kept, refused, and never lost."""

import json
import threading

import pytest

from formcheck.record.calibrations import calibrations_of
from formcheck.record.queries import sessions
from formcheck.record.reviewed import review_in_force
from formcheck.record.store import open_store
from formcheck.review.analysis import AvailableProtocols
from formcheck.review.file_library import FileLibrary
from reviewed import THREE, key_of, make_analysed, reps_of, serving
from synth import Move, events

HOSTILE = "<script>alert(1)</script> <img src=x onerror=alert(1)>"


def test_a_review_is_judged_kept_and_there_after_a_reload(served, folder, key):
    before = (folder / "good.formcheck" / "session.json").read_bytes()
    item = served.get(f"/api/items/{key}")
    reps = reps_of(item)
    at_s = round(events(THREE)[0][1] + 0.2, 1)
    review = item["review"] | {
        "reviewer": "Ann",
        "reps": [*reps[:2], {**reps[2], "end_s": reps[2]["end_s"] - 0.3}],
        "overrules": [{"rule": "hip_steady", "rep": 1, "verdict": "NOT_MET", "reason": "It sinks."}],
        "notes": [{"id": "n1", "scope": "frame", "t_s": at_s, "text": HOSTILE, "at": "2026-03-02T09:00:00+01:00"}],
        "goniometer": [{"id": "g1", "t_s": at_s, "joint": "knee", "points": [[90, 60], [90, 40], [100, 22]]}],
        "key_images": [{"id": "k1", "t_s": at_s, "caption": HOSTILE}],
    }
    answer = served.put(key, review)
    assert answer["revision"] == answer["review"]["revision"] == review["revision"] + 1
    assert [change["what"] for change in answer["reviewed"]["changes"]] == [
        "Repetition 3, times (start – straightest – end)", "Thigh held still, repetition 1",
    ]  # fmt: skip
    (gauge,) = answer["review"]["goniometer"]
    assert gauge["angle_deg"] == pytest.approx(29.1, abs=0.1)
    assert gauge["tool_deg"] == pytest.approx(20.0, abs=8.0)
    assert gauge["difference_deg"] == pytest.approx(gauge["angle_deg"] - gauge["tool_deg"], abs=0.06)
    again = served.get(f"/api/items/{key}")
    assert again["review"] == answer["review"]
    assert again["reviewed"] == answer["reviewed"]
    assert (folder / "good.formcheck" / "session.json").read_bytes() == before
    line = next(line for line in served.get("/api/items")["items"] if line["id"] == key)
    assert (line["met"], line["not_met"], line["review_started"], line["reviewed"]) == (2, 1, True, False)


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"protocol": "nonsense"}, "expected one of the protocols"),
        ({"overrules": [{"rule": "slower", "rep": 1, "verdict": "MET", "reason": "x"}]}, "rules that exist"),
        ({"key_images": [{"id": "k", "t_s": 900.0}]}, "expected times within the clip"),
        (
            {"goniometer": [{"id": "g", "t_s": 1, "joint": "hip", "points": [[0, 0], [9e9, 5], [9, 9]]}]},
            "within the frame",
        ),
        ({"surprise": True}, "surprise"),
    ],
)
def test_a_review_that_does_not_fit_is_refused_and_not_kept(served, key, changes, problem):
    review = served.get(f"/api/items/{key}")["review"]
    answer = served.put(key, review | changes, status=422)
    assert problem in answer["error"]
    assert served.get(f"/api/items/{key}")["review"] == review


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b'{"revision": 0}', b'{"revision": "0", "review": {}}'])
def test_what_is_no_review_is_refused(served, key, body):
    assert served.json("PUT", f"/api/items/{key}/review", body, status=422)["error"]


def test_two_windows_that_write_at_once_do_not_lose_a_word(served, key):
    review = served.get(f"/api/items/{key}")["review"]
    answers = []

    def write(word):
        body = {"revision": review["revision"], "review": review | {"summary_note": word}}
        answers.append((word, *served.raw("PUT", f"/api/items/{key}/review", body)))

    threads = [threading.Thread(target=write, args=(word,)) for word in ("one", "two", "three", "four")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    (kept,) = [word for word, status, *_ in answers if status == 200]
    refused = [json.loads(data) for _, status, _, data in answers if status == 409]
    assert len(refused) == 3
    for answer in refused:
        assert "another window" in answer["error"]
        assert (answer["review"]["summary_note"], answer["revision"]) == (kept, review["revision"] + 1)
    assert served.get(f"/api/items/{key}")["review"]["summary_note"] == kept


def test_forgetting_a_review_leaves_the_session_as_analysed(served, folder, key):
    review = served.get(f"/api/items/{key}")["review"]
    served.put(key, review | {"summary_note": "x"})
    assert (folder / "good.review.json").exists()
    assert served.json("DELETE", f"/api/items/{key}/review")["reviewed"] == {"same": True}
    assert not (folder / "good.review.json").exists()
    assert served.get(f"/api/items/{key}")["review"]["summary_note"] == ""


def test_a_damaged_review_is_shown_as_a_problem_and_not_written_over(served, folder, key):
    path = folder / "good.review.json"
    path.write_text('{"precious":')
    item = served.get(f"/api/items/{key}")
    assert "damaged" in item["review_problem"]
    assert "not written over" in served.put(key, item["review"], status=422)["error"]
    assert path.read_text() == '{"precious":'
    served.json("DELETE", f"/api/items/{key}/review")
    assert served.get(f"/api/items/{key}")["review_problem"] is None
    aside = path.with_name("good.review.json.unreadable-1")
    assert aside.read_text() == '{"precious":'
    aside.unlink()


def test_a_clip_that_was_changed_is_not_shown_with_old_results(tmp_path):
    clip = make_analysed(tmp_path, moves=(Move(),))
    with clip.open("ab") as file:
        file.write(b"\x00\x00\x00\x08free")
    with serving(FileLibrary(tmp_path, AvailableProtocols())) as client:
        item = client.get(f"/api/items/{key_of(client, 'clip.mp4')}")
    assert item["video"]["url"] is None
    assert "was changed since it was analysed" in item["notices"][0]


def test_a_review_by_a_protocol_that_is_not_here_is_shown_and_not_lost(served, folder, key):
    item = served.get(f"/api/items/{key}")
    served.put(key, item["review"] | {"protocol": "active-knee-extension", "summary_note": "Kept."})
    path = folder / "good.review.json"
    path.write_text(path.read_text().replace("active-knee-extension", "of-another-machine"))
    item = served.get(f"/api/items/{key}")
    assert "got 'of-another-machine'" in item["reviewed"]["notices"][0]
    assert item["review"]["summary_note"] == "Kept."
    assert b"Kept." in served.raw("GET", f"/api/items/{key}/report.html")[2]


def test_the_other_leg_is_analysed_beside_the_first_one(served, key):
    review = served.get(f"/api/items/{key}")["review"]
    assert served.put(key, review | {"side": "right"})["reviewed"]["needs_side"] == "right"
    assert "analysed already" in served.json("POST", f"/api/items/{key}/analyse", status=422)["error"]
    assert "side=" in served.json("POST", f"/api/items/{key}/analyse?side=up", status=422)["error"]


def test_another_speed_is_refused_where_it_would_move_what_was_placed(served, key):
    path = f"/api/items/{key}/analyse-again?speed="
    for speed in ("", "0", "nan", "-1", "1000", "fast"):
        assert "0.01 to 100" in served.json("POST", path + speed, status=422)["error"]
    review = served.get(f"/api/items/{key}")["review"]
    served.put(key, review | {"key_images": [{"id": "a", "t_s": 1.0, "caption": ""}]})
    assert "holds times" in served.json("POST", f"{path}0.25", status=422)["error"]
    assert [job for job in served.get("/api/jobs") if job["kind"] == "analysis"] == []


def marked_review(item):
    """A review of somebody known, with hip and knee measured on two frames, and used for the clip."""
    points = ((100.0, 0.0), (0.0, 0.0), (20.0, 98.0))
    marks = [
        {"id": f"{joint}{row}", "t_s": item["t_s"][row], "joint": joint, "points": points, "rater": "AB"}
        for row in (5, 30)
        for joint in ("hip", "knee")
    ]
    return item["review"] | {"goniometer": marks, "calibrated": True, "person": "P017", "reviewer": "AB"}


def test_a_calibration_is_kept_for_the_person_and_removed(served, key, tmp_path, monkeypatch):
    monkeypatch.setenv("FORMCHECK_STORE", str(tmp_path / "record"))
    path = f"/api/items/{key}/calibrations"
    item = served.get(f"/api/items/{key}")
    assert served.get(path) == {"person": None, "kept": [], "used": [], "in_use": False}
    assert "code" in served.json("POST", path, status=422)["error"]
    assert not (tmp_path / "record").exists()
    assert served.put(key, marked_review(item))["agreement"] == []
    kept = served.json("POST", path, status=201)
    assert (kept["person"], len(kept["kept"])) == ("P017", 1)
    (stored,) = calibrations_of("P017")
    # A knee that is marked as bent on a frame with a straight one shows that formcheck lost the leg there.
    assert (stored.frames, stored.raters, len(stored.marks)) == (2, "AB", 3)
    assert stored.side == item["analysed"]["document"]["side"]
    assert "AB" in kept["kept"][0]["words"]
    number = kept["kept"][0]["number"]
    assert served.raw("DELETE", f"{path}/{number + 1}")[0] >= 400
    assert served.json("DELETE", f"{path}/{number}")["kept"] == []
    assert calibrations_of("P017") == ()


def test_a_change_after_it_was_marked_as_complete_makes_it_a_draft_again(served, key):
    review = served.get(f"/api/items/{key}")["review"]
    done = served.put(key, review | {"done": True, "summary_note": "Well."})
    assert done["review"]["done"]
    assert done["notices"] == []
    again = served.put(key, done["review"])
    assert again["review"]["done"]
    changed = served.put(key, again["review"] | {"summary_note": "Well, no."})
    assert not changed["review"]["done"]
    assert "a draft again" in changed["notices"][0]
    assert not served.get(f"/api/items/{key}")["review"]["done"]
    signed = served.put(key, changed["review"] | {"done": True})
    body = {"revision": signed["revision"], "confirm": True, "review": signed["review"] | {"summary_note": "Yes."}}
    assert served.json("PUT", f"/api/items/{key}/review", body)["review"]["done"]


def test_a_clip_goes_into_the_practice_record_with_its_review(served, key, tmp_path, monkeypatch):
    monkeypatch.setenv("FORMCHECK_STORE", str(tmp_path / "record"))
    path = f"/api/items/{key}/record"
    item = served.get(f"/api/items/{key}")
    assert "code" in served.json("POST", path, status=422)["error"]
    assert not (tmp_path / "record").exists()
    served.put(key, item["review"] | {"person": "P014", "reviewer": "PT1", "reps": reps_of(item)[:2], "done": True})
    kept = served.json("POST", path, status=201)
    assert (kept["person"], kept["new"], kept["reviewed"]) == ("P014", True, True)
    with open_store(None, write=False) as store, store.reading() as connection:
        (line,) = sessions(connection)
        row = review_in_force(connection, line.uid)
    assert (line.uid, line.profile, line.rep_count, line.reviewer) == (kept["session"], "P014", 2, "PT1")
    assert json.loads(row.text)["person"] == "P014"
    again = served.json("POST", path, status=201)
    assert (again["session"], again["new"], again["reviewed"]) == (kept["session"], False, True)
