"""What the page of the review asks of its server: the list, an item, its clip, its points, and two compared."""

import json
import re
import socket
import time

import cv2
import numpy as np
import pytest

from clips import number_of
from formcheck.review.analysis import AvailableProtocols
from formcheck.review.file_library import FileLibrary
from formcheck.server.serving import bind
from formcheck.session.document import from_document
from formcheck.text.catalogue import Texts
from formcheck.video.window import FASTEST, SLOWEST
from reviewed import SIZE_PX, key_of, serving


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
        "speeds": [SLOWEST, FASTEST],
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


def test_a_point_is_followed_in_the_clip_that_was_analysed_and_in_no_other(served, folder, key):
    asked = {"start": {"t_s": 0.0, "point": [20, 20]}, "end": {"t_s": 0.2, "point": [20, 20]}}
    assert served.json("POST", f"/api/items/{key}/follow", asked)["places"]
    clip = folder / "good.mp4"
    whole = clip.read_bytes()
    try:
        clip.write_bytes((folder / "raw.mp4").read_bytes())
        answer = served.json("POST", f"/api/items/{key}/follow", asked, status=422)
    finally:
        clip.write_bytes(whole)
    assert Texts("en").get("clinician.notice.clip_changed") in answer["error"]


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
    texts = Texts()
    analysed = texts.get("clinician.numbers.analysed")
    review = served.get(f"/api/items/{key}")["review"] | {"reviewer": "PT1", "summary_note": "A word."}
    for done, said in ((False, "draft_by"), (True, "reviewed_by")):
        review = served.put(key, review | {"done": done})["review"]
        one = served.get(f"/api/compare?a={key}&b={other}&b_layer=analysed")
        assert (one["a"]["shown_as"], one["b"]["shown_as"]) == (f"{texts.get(f'clinician.head.{said}')} PT1", analysed)
    assert served.json("GET", f"/api/compare?a={key}&b=nothing", status=404)["error"]
    assert served.json("GET", f"/api/compare?a={key}&b={other}&a_layer=x", status=422)["error"]


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
