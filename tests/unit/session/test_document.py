from __future__ import annotations

import csv
import dataclasses
import json
import math
from pathlib import Path

import numpy as np
import pytest

from formcheck.form.statistics import count_finding
from formcheck.session.document import from_document, installed_version, to_document
from formcheck.session.frames import ANGLE_COLUMNS, write_angles_csv
from formcheck.text.catalogue import Texts
from formcheck.types import View
from report_sessions import make_blank_session, make_rep, make_session


def read_rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_csv_has_the_documented_columns_in_order(session, tmp_path):
    path = tmp_path / "angles.csv"
    write_angles_csv(session, path)
    assert path.read_bytes().split(b"\n", 1)[0] == (
        b"t_s,hip_flexion_deg,knee_flexion_deg,ankle_dorsiflexion_deg,hip_se_deg,knee_se_deg,usable,phase,rep,"
        b"foot_from_vertical_deg,hand_distance_thighs"
    )


def test_csv_has_one_row_per_frame_with_its_values(session, tmp_path):
    path = tmp_path / "angles.csv"
    write_angles_csv(session, path)
    rows = read_rows(path)
    assert len(rows) == session.angles.t_s.size
    peak = rows[90]
    assert peak == {
        "t_s": "3.0000",
        "hip_flexion_deg": "90.56",
        "knee_flexion_deg": "22.00",
        "ankle_dorsiflexion_deg": "",
        "hip_se_deg": "2.00",
        "knee_se_deg": "1.50",
        "usable": "true",
        "phase": "extending",
        "rep": "1",
        "foot_from_vertical_deg": "",
        "hand_distance_thighs": "",
    }


def test_csv_leaves_cells_empty_where_nothing_was_measured(session, tmp_path):
    path = tmp_path / "angles.csv"
    write_angles_csv(session, path)
    hidden = [row for row in read_rows(path) if row["usable"] == "false"]
    assert len(hidden) == 15
    assert {(row["hip_flexion_deg"], row["knee_flexion_deg"], row["knee_se_deg"]) for row in hidden} == {("", "", "")}
    assert {row["rep"] for row in hidden} == {"2"}


def test_csv_keeps_times_apart_and_leaves_rep_empty_outside(tmp_path):
    session = make_session(fps=240.0)
    path = tmp_path / "angles.csv"
    write_angles_csv(session, path)
    rows = read_rows(path)
    assert np.all(np.diff([float(row["t_s"]) for row in rows]) > 0)
    assert rows[0]["rep"] == ""
    assert rows[-1]["rep"] == ""


def test_csv_of_an_unmeasured_clip_still_has_every_frame(blank, tmp_path):
    path = tmp_path / "angles.csv"
    write_angles_csv(blank, path, t_s=np.arange(20) / 10)
    rows = read_rows(path)
    assert [row["t_s"] for row in rows[:3]] == ["0.0000", "0.1000", "0.2000"]
    assert {tuple(row[name] for name in ANGLE_COLUMNS[1:]) for row in rows} == {
        ("", "", "", "", "", "false", "unknown", "", "", "")
    }


def test_csv_of_an_unmeasured_clip_needs_times(blank, tmp_path):
    with pytest.raises(ValueError, match="pass the track's times"):
        write_angles_csv(blank, tmp_path / "angles.csv")


def test_csv_refuses_times_of_another_track(blank, tmp_path):
    path = tmp_path / "angles.csv"
    with pytest.raises(ValueError, match=r"\(19,\), \(20,\)"):
        write_angles_csv(blank, path, t_s=np.arange(19.0))
    assert not path.exists()


def test_document_has_the_agreed_top_level(session):
    assert list(to_document(session, Texts("en"))) == [
        "schema_version",
        "language",
        "clip",
        "protocol",
        "software",
        "side",
        "side_given",
        "side_decided",
        "view",
        "quality",
        "rep_count",
        "reps",
        "findings",
        "statistics",
        "summary",
        "kept_calibration",
    ]


def test_document_states_each_rep_with_its_own_findings(session):
    document = to_document(session, Texts("en"))
    assert document["rep_count"] == 3
    second = document["reps"][1]
    assert (second["index"], second["start_s"], second["peak_s"], second["end_s"]) == (2, 5.0, 7.0, 9.0)
    assert second["excursion_deg"] == 66.0
    assert [(f["rule"], f["verdict"]) for f in second["findings"]] == [
        ("hip_in_band", "MET"),
        ("hip_steady", "NOT_MET"),
        ("toes", "NOT_ASSESSABLE"),
    ]
    assert {f["rep"] for f in document["findings"]} == {None}


def test_document_counts_complete_reps_only():
    reps = [make_rep(1, partial=True), make_rep(2, complete=False)]
    document = to_document(make_session(rep_count=2, reps=reps, findings=()), Texts("en"))
    assert document["rep_count"] == 1
    assert [rep["complete"] for rep in document["reps"]] == [True, False]
    assert [rep["partial"] for rep in document["reps"]] == [True, False]


def test_document_of_an_unmeasured_clip_has_nulls_and_no_reps(blank):
    document = to_document(blank, Texts("en"))
    assert document["side"] is None
    assert document["view"] == dict.fromkeys(
        ("lying", "trunk_from_floor_deg", "roll_deg", "azimuth_deg", "elevation_deg", "jitter_deg", "near_side"),
        None,
    )
    assert (document["rep_count"], document["reps"]) == (0, [])
    assert document["findings"][0]["observed"] is None


@pytest.mark.parametrize("bad", [math.nan, math.inf])
def test_document_never_holds_a_number_json_has_not(bad):
    reps = [make_rep(1, knee_flexion_peak_deg=bad, hold_s=bad, hip_se_deg=bad, peak_speed_deg_s=bad)]
    document = to_document(make_session(rep_count=1, reps=reps, findings=()), Texts("en"))
    json.dumps(document, allow_nan=False)
    (rep,) = document["reps"]
    assert rep["knee_flexion_peak_deg"] is None
    assert rep["excursion_deg"] is None
    assert rep["hold_s"] is None


def test_document_rounds_and_has_no_negative_zero():
    view = View(lying=True, trunk_from_floor_deg=-0.0001, roll_deg=0.0, azimuth_deg=12.3456)
    document = to_document(dataclasses.replace(make_session(), view=view), Texts("en"))
    assert list(document["view"].values()) == [True, 0.0, 0.0, 12.35, None, None, None]
    assert "-0" not in json.dumps(document["view"])


def test_document_is_the_same_for_the_same_session(session):
    assert json.dumps(to_document(session, Texts("en"))) == json.dumps(to_document(session, Texts("en")))


def test_document_survives_a_file_name_that_is_no_text():
    name = b"glide-\xff.mp4".decode("utf-8", "surrogateescape")
    session = dataclasses.replace(make_blank_session(), clip=dataclasses.replace(make_session().clip, name=name))
    document = to_document(session, Texts("en"))
    assert document["clip"]["name"] == "glide-\ufffd.mp4"
    json.dumps(document, ensure_ascii=False).encode("utf-8")


def test_document_names_what_made_it(session):
    software = to_document(session, Texts("en"))["software"]
    assert software["numpy"] == np.__version__
    assert software["mediapipe"] == "0.10.31"
    assert software["model"]["sha256"] == "cd" * 32


def test_installed_version_takes_the_first_that_is_there():
    assert installed_version("no-such-distribution", "numpy") == np.__version__
    assert installed_version("no-such-distribution") is None


def test_a_short_set_of_version_1_0_is_information():
    document = json.loads((Path(__file__).parents[2] / "data" / "session_1_0.json").read_text(encoding="utf-8"))
    session = from_document(document)
    assert count_finding(session).verdict == "INFORMATION"
    assert to_document(session, Texts("en"))["summary"]["headline"].endswith(".")
