"""What every format of `formcheck export` states of a session: the counts and statistics of form.statistics.

Of a session that was reviewed they are those of the session as signed, and of the analysis when that is asked for.

A format of `EXPORT_FORMATS` without a reader here fails. The PDF is read as the page that is printed.
"""

from __future__ import annotations

import csv
import io
import json
import math
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, time

import openpyxl
import pyarrow.parquet as pq
import pytest

from formcheck.form.statistics import set_statistics
from formcheck.protocols.loader import load_protocol
from formcheck.record.exports import EXPORT_FORMATS, export_files
from formcheck.record.exports.fhir import LOCAL
from formcheck.record.exports.pdf import saved_report
from formcheck.record.exports.selection import Selection
from formcheck.record.save import save_set
from formcheck.record.schema import STATISTICS, STATUS_COUNTS
from formcheck.record.store import open_store
from formcheck.record.values import Origin, Practice
from formcheck.resolution import rounded
from formcheck.text.catalogue import Texts
from formcheck.types import Side, Verdict
from practice import FIRST as DAY
from practice import PROFILE, judged, named
from signed import sign

Facts = dict[str, float | None]
COUNTS = {"rep_count": "complete", **STATUS_COUNTS}
FHIR_KEYS = {
    "rep_count": "rep-count",
    "met_reps": "met-reps",
    "not_met_reps": "not-met-reps",
    "undecided_reps": "undecided-reps",
    "knee_end_deg": "knee-end",
    "knee_end_met_deg": "knee-end-met",
    "hip_mean_deg": "hip-mean",
    "hip_range_deg": "hip-range",
    "rep_s": "rep-length",
}


def mixed():
    """Four repetitions: met, not met, undecided, met."""
    track, session = named(*judged(30.0, Side.LEFT), "mixed")
    verdicts = {("slow", 2): Verdict.NOT_MET, ("hip_in_band", 3): Verdict.BORDERLINE}
    findings = tuple(
        replace(one, verdict=verdicts.get((one.rule, one.rep or 0), one.verdict)) for one in session.findings
    )
    return track, replace(session, findings=findings)


def nothing_measured():
    track, session = named(*judged(30.0, Side.LEFT), "nothing")
    return track, replace(session, side=None, angles=None, reps=(), findings=())


@pytest.fixture(
    scope="module",
    params=[(mixed, None), (nothing_measured, None), (mixed, "reviewed"), (mixed, "as analysed")],
    ids=["mixed", "nothing measured", "reviewed", "as analysed"],
)
def saved(request, tmp_path_factory):
    make, layer = request.param
    track, session = make()
    practice = Practice(PROFILE, Origin.ANALYZE, datetime.combine(DAY, time(9), UTC))
    with open_store(tmp_path_factory.mktemp("exports") / "record") as store:
        uid = save_set(store, session, track, protocol=load_protocol(), practice=practice).uid
        if layer is not None:
            reviewed = sign(store, uid)
            assert rounded(set_statistics(reviewed)) != rounded(set_statistics(session))
            session = reviewed if layer == "reviewed" else session
        with store.reading() as connection:
            yield Selection(store, connection, (uid,), PROFILE, Texts(), layer == "as analysed"), session


def number(text: str) -> float | None:
    return float(text) if text else None


def from_csv(files: Mapping[str, bytes], _selection: Selection) -> Facts:
    (row,) = csv.DictReader(io.StringIO(files["sessions.csv"].decode("utf-8-sig")))
    return {name: number(row[name]) for name in (*COUNTS, *STATISTICS)}


def from_parquet(files: Mapping[str, bytes], _selection: Selection) -> Facts:
    (row,) = pq.read_table(io.BytesIO(files["sessions.parquet"])).to_pylist()
    return {name: row[name] for name in (*COUNTS, *STATISTICS)}


def from_json(files: Mapping[str, bytes], selection: Selection) -> Facts:
    # It holds all results: the first is as analysed, the last as reviewed if somebody did that.
    document = json.loads(files[f"{selection.uids[0]}.json"])["results"][0 if selection.as_analysed else -1]["document"]
    found = document["statistics"]
    counts = {name: found[field] for name, field in STATUS_COUNTS.items()}
    return {"rep_count": document["rep_count"], **counts, **{name: found[name] for name in STATISTICS}}


def from_xlsx(files: Mapping[str, bytes], selection: Selection) -> Facts:
    sheet = openpyxl.load_workbook(io.BytesIO(files[f"{selection.uids[0]}.xlsx"]))[selection.texts.get("workbook.reps")]
    header, *rows = sheet.values
    at = header.index(selection.texts.get("workbook.column.status"))
    words = [row[at] for row in rows]
    return {name: words.count(selection.texts.get(f"status.{status}")) for name, status in STATUS_COUNTS.items()}


def from_fhir(files: Mapping[str, bytes], selection: Selection) -> Facts:
    entries = json.loads(files[f"{selection.uids[0]}.fhir.json"])["entry"]
    values = {}
    for resource in (entry["resource"] for entry in entries):
        if resource["resourceType"] == "Observation":
            (key,) = (code["code"] for code in resource["code"]["coding"] if code["system"] == LOCAL)
            values[key] = resource["valueQuantity"]["value"]
    return {name: values.get(key) for name, key in FHIR_KEYS.items()}


def from_page(_files: Mapping[str, bytes], selection: Selection) -> Facts:
    text = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", saved_report(selection, selection.uids[0])))
    texts = selection.texts
    facts: Facts = {}
    for name, status in STATUS_COUNTS.items():
        pattern = texts.get(f"summary.{status}", count="COUNT").replace("COUNT", r"(\d+)")
        found = re.search(rf"(?<!\w){pattern}", text)
        facts[name] = float(found[1]) if found else 0.0
    return facts


READERS: Mapping[str, Callable[[Mapping[str, bytes], Selection], Facts]] = {
    "csv": from_csv,
    "parquet": from_parquet,
    "json": from_json,
    "xlsx": from_xlsx,
    "fhir": from_fhir,
    "pdf": from_page,
}
# Motion files hold frames and no statistics; tests/unit/record/test_exports.py reads them.
FRAMES_ONLY = {"opensim"}


def test_every_format_is_read_here():
    assert READERS.keys() | FRAMES_ONLY == EXPORT_FORMATS.keys()


@pytest.mark.parametrize("kind", READERS)
def test_a_format_states_counts_and_statistics_of_the_set(saved, kind):
    selection, session = saved
    found = rounded(set_statistics(session))
    expected = {name: getattr(found, field) for name, field in COUNTS.items()}
    expected |= {name: getattr(found, name) for name in STATISTICS}
    files = {} if kind == "pdf" else dict(export_files(kind, selection))
    stated = READERS[kind](files, selection)
    assert set(STATUS_COUNTS) <= stated.keys() <= expected.keys()
    for name, value in stated.items():
        if value is None:
            # FHIR states no count where none could be made.
            assert math.isnan(expected[name]) or found.rep_count is None, name
        else:
            assert value == expected[name], name


@pytest.mark.parametrize("kind", sorted(EXPORT_FORMATS.keys() - {"pdf"}))
def test_equal_sessions_are_equal_files(saved, kind):
    selection, _ = saved
    assert dict(export_files(kind, selection)) == dict(export_files(kind, selection))
