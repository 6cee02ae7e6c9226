"""The review's server as its page uses it: real requests to a real server."""

import csv
import io
import json
import re
import socket
import sys
import threading
import time
import zipfile

import cv2
import numpy as np
import openpyxl
import pytest

from clips import number_of
from formcheck import extras
from formcheck.record.calibrations import calibrations_of
from formcheck.report.pdf import find_browser
from formcheck.review.analysis import AvailableProtocols
from formcheck.review.file_library import FileLibrary
from formcheck.server.serving import bind
from formcheck.session.document import from_document
from formcheck.text.catalogue import Texts
from reviewed import SIZE_PX, THREE, make_analysed, make_clip, serving
from synth import Move, events

HOSTILE = "<script>alert(1)</script> <img src=x onerror=alert(1)>"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("opened")
    make_analysed(folder, "good.mp4")
    make_analysed(folder, "drift.mkv", moves=(Move(peak_deg=50.0), Move(peak_deg=50.0)))
    make_analysed(folder, "bold <b>name & co.mp4", moves=(Move(),))
    make_clip(folder / "raw.mp4", moves=(Move(),))
    return folder


@pytest.fixture(scope="module")
def served(folder):
    with serving(FileLibrary(folder, AvailableProtocols()), reviewer="Ann") as client:
        yield client


@pytest.fixture
def key(served):
    """The item 'good.mp4', without a review."""
    found = key_of(served, "good.mp4")
    yield found
    served.json("DELETE", f"/api/items/{found}/review")


def key_of(served, name):
    return next(item["id"] for item in served.get("/api/items")["items"] if item["name"] == name)


def reps_of(item):
    return [{k: rep[k] for k in ("start_s", "peak_s", "end_s")} for rep in item["analysed"]["document"]["reps"]]


def test_the_state_says_what_was_opened(served):
    state = served.get("/api/state")
    assert (state["opened"], state["single"], state["can_upload"], state["reviewer"]) == ("folder", None, True, "Ann")
    assert state["protocols"][0]["id"] == "sciatic-glide"


def test_the_worklist_has_every_clip(served):
    lines = {line["name"]: line for line in served.get("/api/items")["items"]}
    assert set(lines) == {"good.mp4", "drift.mkv", "raw.mp4", "bold <b>name & co.mp4"}
    good = lines["good.mp4"]
    assert (good["reps"], good["met"], good["prescribed"], good["side"]) == (3, 3, 20, "left")
    assert (good["state"], good["reviewed"], good["has_video"], good["person"]) == ("analysed", False, True, None)
    assert lines["raw.mp4"]["state"] == "not analysed"


def test_an_item_has_one_angle_per_frame_and_the_document_as_it_was_written(served, folder, key):
    item = served.get(f"/api/items/{key}")
    frames = len(item["t_s"])
    written = json.loads((folder / "good.formcheck" / "session.json").read_text())
    shown = item["analysed"]["document"]
    assert shown["summary"] == written["summary"]
    for rep, was in zip(shown["reps"], written["reps"], strict=True):
        assert rep.items() >= {key: value for key, value in was.items() if key != "findings"}.items()
        assert all(
            finding.items() >= old.items() for finding, old in zip(rep["findings"], was["findings"], strict=True)
        )
    assert {len(values) for values in item["analysed"]["angles"].values()} == {frames}
    assert item["reviewed"] == {"same": True, "changes": [], "needs_side": None, "notices": []}
    assert item["thresholds"]["hip_low_deg"] == 75.0
    assert item["video"] == {
        "url": f"/api/items/{key}/video", "size_px": list(SIZE_PX), "rotation": 0, "proxy": False, "offset_s": 0.0,
    }  # fmt: skip


def test_each_repetition_has_its_status_and_each_finding_its_words(served, key):
    session = served.get(f"/api/items/{key}")["analysed"]
    statistics = session["document"]["statistics"]
    assert [statistics[key] for key in ("rep_count", "met", "not_met", "undecided", "worst")] == [3, 3, 0, 0, None]
    rep = session["document"]["reps"][0]
    assert (rep["status"], rep["deciding"], rep["status_words"]) == ("met", [], "met")
    hip = next(finding for finding in rep["findings"] if finding["rule"] == "hip_in_band")
    assert (hip["title"], hip["limit_words"], hip["curve"]) == ("Hip where asked", "75 to 105°", "hip")
    assert hip["observed_words"].endswith("°")


def test_an_overruled_repetition_says_what_decides_it(served, key):
    review = served.get(f"/api/items/{key}")["review"]
    overrule = {"rule": "slow", "rep": 2, "verdict": "NOT_MET", "reason": "Far too fast."}
    reviewed = served.put(key, review | {"overrules": [overrule]})["reviewed"]
    statistics = reviewed["document"]["statistics"]
    assert [statistics[key] for key in ("rep_count", "met", "not_met", "undecided", "worst")] == [3, 2, 1, 0, 2]
    rep = reviewed["document"]["reps"][1]
    assert (rep["status"], rep["deciding"], rep["status_words"]) == ("not_met", ["slow"], "not met: too fast")
    texts = {finding["rule"]: finding["text"] for finding in rep["findings"]}
    assert "Far too fast" in texts["slow"]
    exported = served.get(f"/api/items/{key}/session.json")
    assert {finding["rule"]: finding["text"] for finding in exported["reps"][1]["findings"]} == texts
    assert exported.pop("reviewed")["changes"][0]["reason"] == "Far too fast."
    again = from_document(exported)
    assert next(f.text for f in again.findings_of(2) if f.rule == "slow") == texts["slow"]


@pytest.mark.parametrize("language", ["en", "de"])
def test_the_page_carries_the_texts_of_its_language(folder, language):
    with serving(FileLibrary(folder, AvailableProtocols()), language=language) as client:
        page = client.raw("GET", "/")[2].decode()
        item = client.get(f"/api/items/{key_of(client, 'good.mp4')}")
    found = json.loads(re.search(r'<script type="application/json" id="texts">(.*?)</script>', page, re.DOTALL)[1])
    texts = Texts(language)
    assert f'<html lang="{language}">' in page
    assert found["language"] == language
    assert found["texts"]["status.met"] == texts.get("status.met")
    assert item["analysed"]["document"]["language"] == language
    assert item["analysed"]["document"]["findings"][0]["title"] == texts.get("rule.lying_on_back.title")


def test_the_points_are_those_of_the_track(served, key):
    item = served.get(f"/api/items/{key}")
    status, headers, data = served.raw("GET", f"/api/items/{key}/track.bin")
    points = np.frombuffer(data, "<f4").reshape(-1, 33, 2)
    assert (status, headers["content-type"], len(points)) == (200, "application/octet-stream", len(item["t_s"]))
    knee = points[0, 25]
    assert np.isfinite(knee).all()
    assert np.isnan(points[0, 26]).all()


def test_the_small_images_are_those_of_the_analysed_frames(served, key):
    path = f"/api/items/{key}/scrub"
    until = time.monotonic() + 30
    while (answer := served.raw("GET", path))[0] == 202 and time.monotonic() < until:
        time.sleep(0.05)
    index = json.loads(answer[2])
    assert index["frames"] == list(range(len(served.get(f"/api/items/{key}")["t_s"])))
    for number in (0, 7, index["frames"][-1]):
        status, headers, data = served.raw("GET", f"{index['url']}/{number}")
        assert (status, headers["content-type"], headers["cache-control"]) == (200, "image/jpeg", "no-store")
        image = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
        assert image.shape[1::-1] == SIZE_PX
        assert number_of(image) == number % 50
    assert served.raw("GET", f"{index['url']}/{len(index['frames'])}")[0] == 422
    assert served.raw("GET", f"{path}/another/0")[0] == 404
    assert served.raw("GET", f"/api/items/{key_of(served, 'raw.mp4')}/scrub")[0] == 409


def test_answers_are_sent_at_once():
    with bind("127.0.0.1", 0) as listener:
        # What asyncio goes by to turn off waiting for more to send.
        assert listener.proto == socket.IPPROTO_TCP


def test_the_video_is_the_untouched_file_in_any_range(served, folder, key):
    whole = (folder / "good.mp4").read_bytes()
    path = f"/api/items/{key}/video"
    status, headers, data = served.raw("GET", path)
    assert (status, headers["content-type"], headers["accept-ranges"], data) == (200, "video/mp4", "bytes", whole)
    status, headers, data = served.raw("GET", path, headers={"Range": "bytes=10-19"})
    assert (status, headers["content-range"], data) == (206, f"bytes 10-19/{len(whole)}", whole[10:20])
    assert served.raw("GET", path, headers={"Range": "bytes=-5"})[2] == whole[-5:]
    assert served.raw("GET", path, headers={"Range": f"bytes={len(whole)}-"})[0] == 416
    status, headers, data = served.raw("HEAD", path)
    assert (status, headers["content-length"], data) == (200, str(len(whole)), b"")


def test_a_clip_that_no_browser_plays_is_copied_in_the_background(served):
    key = key_of(served, "drift.mkv")
    assert served.get(f"/api/items/{key}")["video"]["proxy"] is True
    until = time.monotonic() + 30
    while (answer := served.raw("GET", f"/api/items/{key}/video"))[0] == 503 and time.monotonic() < until:
        assert answer[1]["retry-after"] == "1"
        time.sleep(0.05)
    assert answer[0] == 200
    assert answer[2][4:8] == b"ftyp"
    (job,) = [job for job in served.get("/api/jobs") if job["kind"] == "video"]
    assert (job["state"], job["share"], job["id"]) == ("done", 1.0, key)


def test_a_frame_is_a_picture_of_that_moment(served, key):
    import cv2

    from clips import number_of

    for row in (0, 7, 23):
        status, headers, data = served.raw("GET", f"/api/items/{key}/frame?t={row / 10 + 0.04}")
        assert (status, headers["content-type"]) == (200, "image/jpeg")
        picture = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
        assert number_of(picture) == row
    small = served.raw("GET", f"/api/items/{key}/frame?t=1&w=64")[2]
    assert cv2.imdecode(np.frombuffer(small, np.uint8), cv2.IMREAD_COLOR).shape == (36, 64, 3)


@pytest.mark.parametrize("query", ["", "?t=x", "?t=-1", "?t=nan", "?t=1&w=1", "?t=1&w=99999"])
def test_a_frame_that_is_none_is_refused(served, key, query):
    assert "expected" in served.json("GET", f"/api/items/{key}/frame{query}", status=422)["error"]


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


def test_two_sessions_are_compared(served, key):
    other = key_of(served, "drift.mkv")
    found = served.get(f"/api/compare?a={key}&b={other}&a_layer=analysed&b_layer=analysed")
    assert (found["a"]["name"], found["b"]["name"]) == ("good.mp4", "drift.mkv")
    assert (len(found["a_reps"]), len(found["b_reps"])) == (3, 2)
    assert len(found["a_mean"]["knee_deg"]) == len(found["percent"]) == 101
    rows = {row["key"]: row for row in found["rows"]}
    assert rows["knee_end"]["within_error"] is False
    assert rows["knee_start"]["within_error"] is True
    assert rows["reps"]["within_error"] is None
    assert found["align"]["a_start_s"] == found["a"]["reps"][0]["start_s"]
    assert served.json("GET", f"/api/compare?a={key}&b=nothing", status=404)["error"]
    assert served.json("GET", f"/api/compare?a={key}&b={other}&a_layer=x", status=422)["error"]


def test_the_summary_is_one_page_in_which_words_stay_words(served, key):
    item = served.get(f"/api/items/{key}")
    served.put(
        key,
        item["review"] | {
            "reviewer": HOSTILE, "done": True, "summary_note": HOSTILE,
            "overrules": [{"rule": "slow", "rep": 1, "verdict": "NOT_MET", "reason": HOSTILE}],
            "notes": [{"id": "n1", "scope": "rep", "rep": 1, "text": HOSTILE, "at": ""}],
            "goniometer": [{"id": "g1", "t_s": 1, "joint": "knee", "points": [[90, 60], [90, 40], [100, 22]]}],
            "key_images": [{"id": "k1", "t_s": 2.0, "caption": HOSTILE}],
        },
    )  # fmt: skip
    status, headers, data = served.raw("GET", f"/api/items/{key}/report.html")
    page = data.decode()
    assert status == 200
    assert "sandbox" in headers["content-security-policy"]
    assert headers["content-disposition"] == "inline; filename*=UTF-8''good-review.html"
    assert "<script" not in page
    assert "onerror=alert" not in page.replace("&lt;img src=x onerror=alert(1)&gt;", "")
    assert page.count("&lt;script&gt;alert(1)&lt;/script&gt;") >= 5
    assert page.count("data:image/jpeg;base64,") == 2
    assert re.findall(r'(?:src|href)="(?!data:|#)[^"]*"', page) == []


def test_the_summary_names_a_strange_file_as_text(served):
    key = key_of(served, "bold <b>name & co.mp4")
    _, headers, data = served.raw("GET", f"/api/items/{key}/report.html")
    assert b"bold &lt;b&gt;name &amp; co.mp4" in data
    assert b"<b>name" not in data
    assert headers["content-disposition"] == "inline; filename*=UTF-8''bold%20%3Cb%3Ename%20%26%20co-review.html"


def test_the_session_is_exported_as_analysed_and_as_reviewed(served, folder, key):
    item = served.get(f"/api/items/{key}")
    served.put(key, item["review"] | {"reviewer": "Ann", "reps": reps_of(item)[:2]})
    analysed = served.get(f"/api/items/{key}/session.json?layer=analysed")
    assert analysed == json.loads((folder / "good.formcheck" / "session.json").read_text())
    reviewed = served.get(f"/api/items/{key}/session.json?layer=reviewed")
    assert (analysed["rep_count"], reviewed["rep_count"]) == (3, 2)
    assert reviewed["reviewed"]["reviewer"] == "Ann"
    fewer, removed = reviewed["reviewed"]["changes"]
    assert fewer == {"what": "Repetitions", "analysed": "3", "reviewed": "2", "reason": ""}
    assert (removed["what"], removed["reviewed"]) == ("Repetition 3 (as analysed)", "removed")
    layer = served.get(f"/api/items/{key}/review.json")
    assert layer == json.loads((folder / "good.review.json").read_text())


def test_the_angles_are_a_spreadsheet_as_analysed_and_as_reviewed(served, folder, key):
    item = served.get(f"/api/items/{key}")
    served.put(key, item["review"] | {"reviewer": "Ann", "reps": reps_of(item)[:2]})
    written = (folder / "good.formcheck" / "angles.csv").read_text(encoding="utf-8")
    last = {}
    for layer in ("analysed", "reviewed"):
        status, headers, data = served.raw("GET", f"/api/items/{key}/angles.csv?layer={layer}")
        assert status == 200
        assert headers["content-disposition"].endswith(f"good-angles-{layer}.csv")
        assert data.startswith(b"\xef\xbb\xbf")
        rows = list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"))))
        assert len(rows) == len(item["t_s"])
        last[layer] = max(int(row["rep"]) for row in rows if row["rep"])
        if layer == "analysed":
            assert data.decode("utf-8-sig") == written
    assert last == {"analysed": 3, "reviewed": 2}
    assert served.raw("GET", f"/api/items/{key}/angles.csv?layer=other")[0] == 422


def test_repetitions_and_angles_are_a_workbook_of_typed_numbers(served, key):
    item = served.get(f"/api/items/{key}")
    served.put(key, item["review"] | {"reviewer": "=1+1", "reps": reps_of(item)[:2]})
    for layer, reps in (("analysed", 3), ("reviewed", 2)):
        status, headers, data = served.raw("GET", f"/api/items/{key}/set.xlsx?layer={layer}")
        assert status == 200
        assert headers["content-disposition"].endswith(f"good-{layer}.xlsx")
        book = openpyxl.load_workbook(io.BytesIO(data))
        words, rep_sheet, angle_sheet = book.worksheets
        for sheet, frozen in ((rep_sheet, reps), (angle_sheet, len(item["t_s"]))):
            assert sheet.freeze_panes == "B2"
            assert sheet.max_row == frozen + 1
        said = [row[0] for row in words.values]
        assert any("=1+1" in line for line in said) is (layer == "reviewed")
        assert all(cell.data_type != "f" for row in words.iter_rows() for cell in row)
        header, *rows = angle_sheet.values
        knee = header.index(Texts().get("workbook.column.knee_flexion_deg"))
        angles = served.get(f"/api/items/{key}")[layer]["angles"]["knee_deg"]
        assert [row[knee] for row in rows] == pytest.approx(angles, abs=0.01)


def test_where_workbooks_cannot_be_made_the_page_says_what_to_install(served, key, monkeypatch):
    assert served.get("/api/state")["xlsx_by"] is None
    monkeypatch.setitem(extras.DISTRIBUTIONS, extras.Extra.CLINIC, ("no-such-package",))
    assert served.get("/api/state")["xlsx_by"] == extras.install_command(extras.Extra.CLINIC)
    monkeypatch.delitem(sys.modules, "formcheck.report.workbook", raising=False)
    monkeypatch.setitem(sys.modules, "openpyxl", None)
    said = served.json("GET", f"/api/items/{key}/set.xlsx", status=422)["error"]
    assert extras.install_command(extras.Extra.CLINIC) in said


def test_key_images_are_one_file_named_by_their_times(served, key):
    item = served.get(f"/api/items/{key}")
    assert served.raw("GET", f"/api/items/{key}/images.zip")[0] == 422  # there are none yet
    images = [{"id": "k1", "t_s": 2.0, "caption": HOSTILE}, {"id": "k2", "t_s": 1.0, "caption": ""}]
    goniometer = [{"id": "g1", "t_s": 1.5, "joint": "knee", "points": [[40, 40], [60, 60], [90, 60]]}]
    served.put(key, item["review"] | {"reviewer": "Ann", "key_images": images, "goniometer": goniometer})
    status, _, data = served.raw("GET", f"/api/items/{key}/images.zip")
    assert status == 200
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.namelist() == ["key-01-2.00s.jpg", "key-02-1.00s.jpg", "goniometer-01-1.50s.jpg"]
        assert all(archive.read(name).startswith(b"\xff\xd8") for name in archive.namelist())


def test_the_annotated_clip_is_offered_where_there_is_one_and_no_link_is_followed(served, folder, key, tmp_path):
    assert not served.get(f"/api/items/{key}")["has_annotated"]
    assert served.raw("GET", f"/api/items/{key}/annotated.mp4")[0] == 404
    secret, path = tmp_path / "secret", folder / "good.formcheck" / "annotated.mp4"
    secret.write_bytes(b"secret")
    path.symlink_to(secret)
    try:
        assert served.raw("GET", f"/api/items/{key}/annotated.mp4")[0] == 404
        path.unlink()
        path.write_bytes(b"a clip")
        assert served.get(f"/api/items/{key}")["has_annotated"]
        status, headers, data = served.raw("GET", f"/api/items/{key}/annotated.mp4")
        assert (status, headers["content-type"], data) == (200, "video/mp4", b"a clip")
        assert headers["content-disposition"].startswith("attachment")
    finally:
        path.unlink()


def test_the_report_as_analysed_is_made_anew_and_never_a_file_from_the_folder(served, folder, key):
    (folder / "good.formcheck" / "report.html").write_text("<script>steal()</script>")
    _, _, data = served.raw("GET", f"/api/items/{key}/report.html?layer=analysed")
    assert b"steal()" not in data
    assert b"formcheck report" in data


@pytest.mark.skipif(find_browser() is None, reason="no Chromium, Chrome or Edge to print with")
def test_the_summary_is_printed(served, key):
    status, headers, data = served.raw("GET", f"/api/items/{key}/report.pdf")
    assert (status, headers["content-type"], data[:5]) == (200, "application/pdf", b"%PDF-")
    assert headers["content-disposition"].startswith("attachment")


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


def test_what_is_not_there_is_said(served, key):
    for path in (
        "/api/items/nothing",
        "/api/items/nothing/video",
        "/api/nothing",
        "/static/nothing.js",
        "/favicon.ico",
    ):
        assert served.json("GET", path, status=404)["error"]
    assert served.json("DELETE", "/api/jobs/nothing", status=404)["error"]
    raw = key_of(served, "raw.mp4")
    assert "analyse it first" in served.json("GET", f"/api/items/{raw}", status=409)["error"]
    assert served.raw("GET", f"/api/items/{raw}/frame?t=0")[0] == 200


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


def test_the_persons_code_is_in_the_list_the_item_and_the_names_of_files(served, key):
    review = served.get(f"/api/items/{key}")["review"]
    served.put(key, review | {"person": "P017"})
    line = next(line for line in served.get("/api/items")["items"] if line["id"] == key)
    item = served.get(f"/api/items/{key}")
    assert line["person"] == item["person"] == "P017"
    assert (line["date_kind"], item["date_kind"]) == ("file", "file")
    assert item["analysed_at"] is not None
    headers = served.raw("GET", f"/api/items/{key}/session.json")[1]
    assert "P017-good" in headers["content-disposition"]
