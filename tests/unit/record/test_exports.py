"""What leaves the record can be read by others, and comes back without loss."""

from __future__ import annotations

import csv
import io
import json
import math
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from formcheck.errors import InputError
from formcheck.form.statistics import set_statistics
from formcheck.protocols.loader import load_protocol
from formcheck.record.annotations import ReviewRow, add_correction, add_note, save_review
from formcheck.record.exports import export_files
from formcheck.record.exports.archive import import_profile, import_session, profile_json, session_json
from formcheck.record.exports.archived import ArchivedProfile, ArchivedSession, read_archive
from formcheck.record.exports.opensim import mot_text, trc_text
from formcheck.record.exports.parquet import parquet_bytes, series_parquet
from formcheck.record.exports.pdf import pdf_files, saved_report
from formcheck.record.exports.selection import Selection
from formcheck.record.exports.tables import COLUMNS, csv_text, tables
from formcheck.record.prescriptions import prescribe, prescriptions
from formcheck.record.profiles import profile_key
from formcheck.record.queries import sessions
from formcheck.record.save import save_set
from formcheck.record.series import Series, load_series
from formcheck.record.store import Store, open_store
from formcheck.record.values import Answers, Mark, MarkKind, Origin, Place, Practice, Question, Role
from formcheck.session.by_hand import hand_readings
from formcheck.session.document import from_document
from formcheck.text.catalogue import Texts
from formcheck.text.findings import rule_title, verdict_word
from formcheck.types import Side
from practice import PROFILE, judged, keep_set, plan

DOCS = Path(__file__).parents[3] / "docs"


@pytest.fixture(scope="module")
def kept(tmp_path_factory) -> tuple[Path, str]:
    """The folder of a record, and a session in it with all that can be kept of one."""
    folder = tmp_path_factory.mktemp("kept") / "record"
    with open_store(folder) as store:
        return folder, keep_all(store)


@pytest.fixture
def store(kept, tmp_path) -> Iterator[Store]:
    """A copy of that record."""
    shutil.copytree(kept[0], tmp_path / "record")
    with open_store(tmp_path / "record") as opened:
        yield opened


@pytest.fixture
def uid(kept) -> str:
    return kept[1]


# What a reviewer measured: hip and another angle on two frames, and a line beside a known length.
DRAFT = {
    "goniometer": [
        {"id": "b", "t_s": 2.0, "joint": "other", "rater": "", "angle_deg": 31.0},
        {
            "id": "a", "t_s": 1.01, "joint": "hip", "rater": "AB", "angle_deg": 93.5, "plane_deg": 92.0,
            "tool_deg": 90.0, "tool_se_deg": 2.25, "difference_deg": 2.0,
        },
    ],
    "scale": {"t_s": 0.5, "points": [[0, 0], [0, 100]], "length_cm": 40.0},
    "drawings": [
        {"kind": "line", "t_s": 3.0, "points": [[0, 0], [30, 40]]},
        {"kind": "text", "t_s": 0.1, "points": [[0, 0]]},
    ],
}  # fmt: skip


def keep_all(store: Store) -> str:
    answers = Answers(5, 4, (Place.CALF, Place.BACK_OF_THIGH))
    marks = (Mark(MarkKind.P1, 3.0, 38.25, 2.0),)
    uid = keep_set(store, answers=answers, marks=marks, questions=(Question.RED_FLAGS,)).uid
    keep_set(store, "other", side=Side.RIGHT)
    with store.writing() as connection:
        add_note(connection, uid, text='=danger, "quoted"\nand ü', role=Role.CLINICIAN)
        add_correction(connection, uid, subject="rep_count", value="5", reason="one hidden", role=Role.CLINICIAN)
        prescribe(connection, profile_key(connection, PROFILE), plan())
        save_review(connection, uid, ReviewRow(1, "2026-03-02T10:00:00+00:00", "AB", False, json.dumps(DRAFT), "{}"))
    return uid


def line_of(store, uid: str):
    with store.reading() as connection:
        return sessions(connection, uids=[uid])[0]


def selected(store, connection, *uids: str) -> Selection:
    return Selection(store, connection, uids, None, Texts())


# Tables --------------------------------------------------------------------------------------------------------------


def test_tables_are_tidy_and_their_columns_are_documented(store, uid):
    documented = (DOCS / "record.md").read_text(encoding="utf-8")
    with store.reading() as connection:
        found = dict(tables(selected(store, connection, uid)))
    assert set(found) == set(COLUMNS)
    for name, rows in found.items():
        assert rows, name
        assert all(set(row) == set(COLUMNS[name]) for row in rows)
        section = documented.split(f"### {name}.csv")[1].split("###")[0]
        assert tuple(re.findall(r"^\| `(\w+)`", section, re.MULTILINE)) == tuple(COLUMNS[name])


def test_csv_reads_back_with_empty_cells_for_the_unknown(store, uid):
    with store.reading() as connection:
        found = dict(tables(selected(store, connection, uid)))
    (row,) = csv.DictReader(io.StringIO(csv_text(COLUMNS["sessions"], found["sessions"]).decode("utf-8-sig")))
    assert (row["uid"], row["rep_count"], row["corrected"]) == (uid, "5", "rep_count")
    assert (row["p1_deg"], row["stopped_because"], row["counts"]) == ("38.25", "", "true")
    reps = list(csv.DictReader(io.StringIO(csv_text(COLUMNS["reps"], found["reps"]).decode("utf-8-sig"))))
    assert [rep["number"] for rep in reps] == ["1", "2", "3", "4"]


def test_what_was_measured_by_hand_is_a_table_and_a_sheet(store, uid):
    with store.reading() as connection:
        selection = selected(store, connection, uid)
        rows = dict(tables(selection))["measured_by_hand"]
        t_s = selection.series(uid).columns["t_s"].tolist()
        (book,) = (openpyxl.load_workbook(io.BytesIO(data)) for _, data in export_files("xlsx", selection))
        assert dict(tables(replace(selection, as_analysed=True)))["measured_by_hand"] == []
    assert [(row["kind"], row["value"], row["unit"]) for row in rows] == [
        ("known_length", 40.0, "cm"), ("hip", 93.5, "deg"), ("angle", 31.0, "deg"), ("line", 20.0, "cm"),
    ]  # fmt: skip
    hip = rows[1]
    assert [hip[name] for name in ("at_s", "in_plane", "formcheck", "formcheck_se", "difference", "rater")] == [
        1.01, 92.0, 90.0, 2.25, 2.0, "AB",
    ]  # fmt: skip
    assert t_s[hip["frame"] - 1] == pytest.approx(1.01, abs=0.04)
    header, *cells = book[Texts().get("workbook.by_hand")].values
    assert [row[3] for row in cells] == [40.0, 93.5, 31.0, 20.0]
    assert cells[1][header.index(Texts().get("workbook.column.formcheck_se"))] == 2.25
    (px,) = hand_readings({"drawings": DRAFT["drawings"]})
    assert (px.value, px.unit) == (50.0, "px")


def test_the_sheet_of_the_set_has_numbers_to_compute_with(store, uid):
    texts = Texts()
    with store.reading() as connection:
        selection = selected(store, connection, uid)
        session = from_document(selection.result(uid)["document"])
        (book,) = (openpyxl.load_workbook(io.BytesIO(data)) for _, data in export_files("xlsx", selection))
    rows = {row[0]: row[1:] for row in book[texts.get("workbook.set")].values if row[0]}
    stats = set_statistics(session)
    knee = rows[texts.get("clinician.numbers.knee_end")]
    assert knee[:3] == (
        pytest.approx(stats.knee_end_deg, abs=0.01), "degrees", pytest.approx(stats.knee_se_deg, abs=0.01)
    )  # fmt: skip
    assert rows[texts.get("clinician.numbers.reps")][:3] == (stats.complete, "repetitions", None)
    (hip,) = (one for one in session.findings_of(None) if one.rule == "hip_in_band")
    value, unit, error, low, high, verdict = rows[rule_title(texts, "hip_in_band")]
    assert (value, error) == (pytest.approx(hip.observed, abs=0.01), pytest.approx(hip.se, abs=0.01))
    assert (unit, low, high, verdict) == ("degrees", *hip.limit, verdict_word(texts, hip.verdict))


def test_a_note_cannot_become_a_formula(store, uid):
    with store.reading() as connection:
        found = dict(tables(selected(store, connection, uid)))
    (note,) = csv.DictReader(io.StringIO(csv_text(COLUMNS["notes"], found["notes"]).decode("utf-8-sig")))
    assert note["text"] == '\'=danger, "quoted"\nand ü'


def test_parquet_holds_the_same(store, uid):
    with store.reading() as connection:
        for name, rows in tables(selected(store, connection, uid)):
            table = pq.read_table(io.BytesIO(parquet_bytes(COLUMNS[name], rows)))
            assert table.to_pylist() == [dict(row) for row in rows]


def test_tables_of_an_empty_and_a_full_record_stack(store, uid):
    with store.reading() as connection:
        full, empty = dict(tables(selected(store, connection, uid))), dict(tables(selected(store, connection)))
    for name, rows in full.items():
        parts = [pq.read_table(io.BytesIO(parquet_bytes(COLUMNS[name], some[name]))) for some in (empty, full)]
        assert parts[0].schema == parts[1].schema, name
        assert pa.concat_tables(parts).to_pylist() == [dict(row) for row in rows]


def test_frames_of_an_empty_and_a_full_session_stack(store, uid):
    with store.reading() as connection:
        series = load_series(store, connection, uid)
    none = Series({name: values[:0] for name, values in series.columns.items()}, series.about)
    parts = [pq.read_table(io.BytesIO(series_parquet(one))) for one in (none, series)]
    assert parts[0].schema.equals(parts[1].schema)
    assert pa.concat_tables(parts).num_rows == len(series.columns["t_s"])


def test_csv_begins_with_the_mark_by_which_excel_knows_utf_8(store, uid):
    with store.reading() as connection:
        found = dict(tables(selected(store, connection, uid)))
    data = csv_text(COLUMNS["notes"], found["notes"])
    assert data.startswith(b"\xef\xbb\xbf")
    assert data.count(b"\xef\xbb\xbf") == 1
    assert "ü" in data.decode("utf-8")


# JSON ----------------------------------------------------------------------------------------------------------------


def take_out(store) -> dict[str, bytes]:
    with store.reading() as connection:
        out = {line.uid: session_json(store, connection, line.uid) for line in sessions(connection)}
        return out | {"profile": profile_json(connection, PROFILE)}


def take_in(store, files: dict[str, bytes]) -> list[bool]:
    added = []
    for name, data in files.items():
        content = read_archive(data, name)
        if isinstance(content, ArchivedProfile):
            added.append(import_profile(store, content))
        else:
            assert isinstance(content, ArchivedSession)
            added.append(import_session(store, content, name))
    return added


def test_json_comes_back_without_loss(store, uid, tmp_path):
    out = take_out(store)
    with open_store(tmp_path / "other") as other:
        assert take_in(other, out) == [True, True, True]
        assert take_out(other) == out
        assert line_of(other, uid) == line_of(store, uid)
        with store.reading() as here, other.reading() as there:
            assert prescriptions(there, profile_key(there, PROFILE)) == prescriptions(here, profile_key(here, PROFILE))
            ours, theirs = load_series(store, here, uid), load_series(other, there, uid)
        for name, values in ours.columns.items():
            np.testing.assert_array_equal(values, theirs.columns[name], err_msg=name)


def test_json_of_an_earlier_version_is_taken(store, uid, tmp_path):
    out = {name: data.replace(b'"hand_distance_thighs"', b'"hands_on_thigh"') for name, data in take_out(store).items()}
    with open_store(tmp_path / "other") as other:
        take_in(other, out)
        with store.reading() as here, other.reading() as there:
            ours, theirs = (load_series(*place, uid).columns for place in ((store, here), (other, there)))
    np.testing.assert_array_equal(ours["hand_distance_thighs"], theirs["hand_distance_thighs"])


def test_what_is_there_already_is_left_as_it_is(store, uid):
    out = take_out(store)
    assert take_in(store, out) == [False, False, False]
    assert take_out(store) == out
    assert len(list(store.series_folder.iterdir())) == 2


def test_json_is_plain_numbers_and_nulls(store, uid):
    value = json.loads(take_out(store)[uid])
    columns = value["results"][0]["series"]["columns"]
    pose, _ = judged(30.0, Side.LEFT)
    assert columns["left_knee_x_px"][10] == round(pose.xy_px[10, 25, 0], 2)
    assert columns["right_knee_x_px"][10] is None  # the resting leg is hidden
    assert "NaN" not in take_out(store)[uid].decode()


def broken(data: bytes, **changes) -> bytes:
    return json.dumps(json.loads(data) | changes).encode()


@pytest.mark.parametrize(
    "harm",
    [
        lambda data: b"not json",
        lambda data: b"[]",
        lambda data: b'{"kind": "something else"}',
        lambda data: data[: len(data) // 2],
        lambda data: broken(data, version=2),
        lambda data: broken(data, results=[]),
        lambda data: broken(data, session={}),
        lambda data: broken(data, answers=[{"no such": 1}]),
        lambda data: broken(data, protocol={}),
        lambda data: broken(data, kind="formcheck profile"),
        lambda data: broken(data, profile="no code, a name"),
    ],
)
def test_a_file_that_is_something_else_is_said_and_leaves_nothing(store, uid, tmp_path, harm):
    data = harm(take_out(store)[uid])
    with open_store(tmp_path / "other") as other:
        with pytest.raises(InputError) as caught:
            take_in(other, {"file.json": data})
        assert str(caught.value).startswith("file.json: ")
        assert "\n" not in str(caught.value)
        with other.reading() as connection:
            assert sessions(connection) == []
        assert list(other.series_folder.iterdir()) == []


# OpenSim, read by pyomeca ---------------------------------------------------------------------------------------------


@pytest.mark.filterwarnings("ignore")
def test_motion_files_open_in_a_reader_that_was_not_written_here(store, uid, tmp_path):
    from pyomeca import Analogs, Markers

    with store.reading() as connection:
        series = load_series(store, connection, uid)
    pose, session = judged(30.0, Side.LEFT)
    (tmp_path / "a.mot").write_text(mot_text(series, Side.LEFT, name="a"))
    (tmp_path / "a.trc").write_text(trc_text(series, name="a.trc"))

    angles = Analogs.from_mot(tmp_path / "a.mot", pandas_kwargs={"sep": "\t"})
    assert list(angles.channel.values) == ["hip_flexion_l", "knee_angle_l", "ankle_angle_l"]
    np.testing.assert_allclose(angles.time.values, pose.t_s, atol=1e-5)
    np.testing.assert_allclose(angles.values[1], session.angles.knee_flexion_deg, atol=0.001)

    points = Markers.from_trc(tmp_path / "a.trc", pandas_kwargs={"sep": "\t"})
    assert points.shape == (4, 33, len(pose.t_s))
    knee_mm = points.sel(channel="left_knee").values[:3].T
    np.testing.assert_allclose(knee_mm, pose.world_m[:, 25] * [1000, -1000, -1000], atol=0.6)
    assert np.median(knee_mm[:, 1]) > 300  # the raised knee is above the hips: y is up


def test_what_was_not_seen_is_no_number_in_motion_files(store, uid):
    with store.reading() as connection:
        series = load_series(store, connection, uid)
    columns = dict(series.columns)
    columns["knee_flexion_deg"] = np.full_like(columns["knee_flexion_deg"], math.nan)
    columns["nose_x_m"] = np.full_like(columns["nose_x_m"], math.nan)
    gone = type(series)(columns, series.about)
    assert mot_text(gone, Side.LEFT, name="a").splitlines()[-1].split("\t")[2] == "nan"
    assert trc_text(gone, name="a").splitlines()[-1].split("\t")[2] == ""


# The report -----------------------------------------------------------------------------------------------------------


def test_the_report_of_a_kept_session_is_that_of_the_clip(store, uid):
    with store.reading() as connection:
        page = saved_report(Selection(store, connection, (uid,), None, Texts()), uid)
    assert "4 repetitions" in page
    assert "Knee" in page
    assert "<img" not in page


@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="needs pdftotext: install Debian's poppler-utils")
def test_every_page_of_the_pdf_says_whose_it_is_and_when_and_not_what_the_clip_was_called(store, tmp_path):
    track, session = judged(30.0, Side.LEFT)
    clip = replace(session.clip, name="Mrs Miller left leg.mp4")
    practice = Practice(PROFILE, Origin.ANALYZE, datetime(2026, 3, 2, 8, tzinfo=UTC))
    track, session = replace(track, clip=clip), replace(session, clip=clip)
    uid = save_set(store, session, track, protocol=load_protocol(), practice=practice).uid
    with store.reading() as connection:
        ((_, data),) = pdf_files(Selection(store, connection, (uid,), None, Texts()))
    (tmp_path / "a.pdf").write_bytes(data)
    command = ["pdftotext", "-layout", str(tmp_path / "a.pdf"), "-"]
    pages = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split("\f")[:-1]
    assert len(pages) > 1
    assert all("P017, 2 March 2026" in page for page in pages)
    assert not any("Miller" in page for page in pages)
