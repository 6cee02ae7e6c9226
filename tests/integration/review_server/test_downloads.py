"""What can be downloaded of a review: summary, session, spreadsheets, images and clip."""

import csv
import io
import json
import re
import sys
import zipfile

import openpyxl
import pytest

from formcheck import extras
from formcheck.report.pdf import find_browser
from formcheck.text.catalogue import Texts
from reviewed import key_of, reps_of

HOSTILE = "<script>alert(1)</script> <img src=x onerror=alert(1)>"


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
        assert any("=1+1" in line for line in said if line) is (layer == "reviewed")
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
