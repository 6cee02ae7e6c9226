"""Rows, outliers and the page, from sessions with known answers."""

import csv
import io
import json
from dataclasses import replace
from pathlib import Path

import pyarrow.parquet as pq
import pytest

import synth
from formcheck.batch.outliers import find_outliers
from formcheck.batch.page import render_summary
from formcheck.batch.tables import ClipResult, ClipState, read_rows, table_files
from formcheck.batch.tasks import BatchClip, BatchSettings, ClipFailure, ClipLimits, FailureKind
from formcheck.form.statistics import set_statistics, statuses
from formcheck.message import Message
from formcheck.protocols.loader import load_protocol
from formcheck.session.document import session_text
from formcheck.text.catalogue import Texts
from synth import Move

DATA = Path(__file__).parents[2] / "data"
SETTINGS = BatchSettings(
    protocol_text=load_protocol().text,
    protocol_sha256="a" * 64,
    protocol_origin="built in",
    model_path="model.task",
    model_sha256="b" * 64,
    side=None,
    quality="standard",
    fps=None,
    video=False,
    software=("1.0", "0.10"),
    language="en",
)
ENGLISH = Texts("en")


def done(name, *moves, session=None, **options):
    session = session or synth.session(synth.glide(moves or [Move(**options)] * 3))
    clip = BatchClip(f"/study/{name}", f"/study/{name}", name, 1000)
    rows = read_rows(session_text(session, ENGLISH).encode())
    return ClipResult(clip, ClipState.DONE, "c" * 64, f"clips/{name}", rows=rows)


def failed(name, reason):
    clip = BatchClip(f"/study/{name}", f"/study/{name}", name)
    return ClipResult(clip, ClipState.FAILED, failure=ClipFailure(FailureKind.HUNG, reason))


@pytest.fixture(scope="module")
def ten():
    return [done(f"{number}.mp4", peak_deg=20 + number % 3) for number in range(10)]


def test_a_row_says_what_the_session_does():
    row = done("a.mp4", peak_deg=25.0).rows.clip
    assert row["rep_count"] == row["met_reps"] == 3
    assert row["side"] == "left"
    assert row["knee_end_deg"] == pytest.approx(25, abs=2)
    assert row["knee_start_deg"] == pytest.approx(90, abs=2)
    assert row["hip_mean_deg"] == pytest.approx(90, abs=2)
    assert row["rep_s"] == pytest.approx(1.8 + 0.5 + 1.6, abs=0.3)
    assert row["usable_fraction"] == 1


def test_numbers_and_status_are_those_of_the_session():
    session = synth.session(synth.glide([Move(), Move(extend_s=0.4), Move(peak_deg=35.0), Move(start_deg=70.0)]))
    rows = done("a.mp4", session=session).rows
    statistics = set_statistics(session)
    assert {name: rows.clip[name] for name in ("met_reps", "not_met_reps", "undecided_reps", "cut_reps")} == {
        "met_reps": statistics.met,
        "not_met_reps": statistics.not_met,
        "undecided_reps": statistics.undecided,
        "cut_reps": statistics.cut,
    }
    assert statistics.met
    assert statistics.not_met
    for name in ("knee_end_deg", "knee_end_met_deg", "hip_mean_deg", "hip_range_deg", "rep_s", "peak_speed_deg_s"):
        assert rows.clip[name] == pytest.approx(getattr(statistics, name), abs=0.01)
    told = [(row["rep"], row["status"], row["deciding"]) for row in rows.reps if row["complete"]]
    assert told == [
        (one.rep, one.status.value, ",".join(finding.rule for finding in one.deciding)) for one in statuses(session)
    ]


def test_tables_as_csv_and_parquet_are_the_same_and_hide_no_formula(ten):
    results = [*ten, failed("=1+1.mp4", "no progress")]
    files = dict(table_files(results, ENGLISH))
    assert files == dict(table_files(results, ENGLISH))
    for name, count in (("results", 11), ("reps", 30)):
        rows = list(csv.DictReader(io.StringIO(files[f"{name}.csv"].decode("utf-8-sig"))))
        table = pq.read_table(io.BytesIO(files[f"{name}.parquet"]))
        assert len(rows) == table.num_rows == count
        assert list(rows[0]) == table.column_names
    last = list(csv.DictReader(io.StringIO(files["results.csv"].decode("utf-8-sig"))))[-1]
    assert (last["name"], last["state"], last["reason"], last["knee_end_deg"]) == (
        "'=1+1.mp4",
        "failed",
        "no progress",
        "",
    )


def test_types_do_not_depend_on_what_is_in_the_table(ten):
    of_ten, of_none = (
        pq.read_schema(io.BytesIO(dict(table_files(results, ENGLISH))["results.parquet"]))
        for results in (ten, [failed("a", "b")])
    )
    assert of_ten == of_none


def test_half_a_session_is_none():
    whole = session_text(synth.session(synth.glide([Move()] * 2)), Texts("en")).encode()
    assert read_rows(whole) is not None
    assert read_rows(whole[:-3]) is None
    assert read_rows(b"") is None
    assert read_rows(None) is None


def test_results_of_an_earlier_version_are_read():
    """The file is from formcheck before session.json 1.1: its sentences are stored, not made."""
    old = DATA / "session_1_0.json"
    rows = read_rows(old.read_bytes())
    assert [rows.clip[name] for name in ("met_reps", "not_met_reps", "undecided_reps")] == [2, 1, 0]
    assert [(row["status"], row["deciding"]) for row in rows.reps] == [("met", ""), ("not_met", "slow"), ("met", "")]
    (outlier,) = find_outliers([replace(done("old.mp4"), rows=rows)])
    faults = Message.of("number.list", parts=(Message("rule.slow.title"),))
    assert outlier.reasons == (
        Message.of("batch.reason.not_met", n=1, of_all=3, rules=faults),
        Message.of("batch.reason.cut_off"),
    )


def test_the_worst_clips_come_first_with_their_reasons(ten):
    strange = done("strange.mp4", peak_deg=60.0)
    unsure = done("unsure.mp4")
    unsure = replace(unsure, rows=replace(unsure.rows, clip={**unsure.rows.clip, "knee_se_deg": 9.0}))
    gaps = done("gaps.mp4")
    gaps = replace(gaps, rows=replace(gaps.rows, clip={**gaps.rows.clip, "usable_fraction": 0.5}))
    fast = done("fast.mp4", Move(), Move(extend_s=0.5, return_s=0.5))
    found = find_outliers([*ten, strange, unsure, gaps, fast, failed("bad.mp4", "crashed")])
    names = [outlier.result.clip.name for outlier in found]
    assert names == ["bad.mp4", "fast.mp4", "gaps.mp4", "unsure.mp4", "strange.mp4"]
    assert [ENGLISH.say(outlier.reasons[0]) for outlier in found] == [
        "crashed",
        f"1 of 2 repetitions not met: {ENGLISH.get('rule.slow.title')}.",
        "Only 50 % could be measured.",
        "The knee is only known to ± 18°.",
        "Unlike the others: knee at the end 60°, median of all 21°.",
    ]


def test_few_clips_have_no_usual_value(ten):
    assert find_outliers([*ten[:3], done("strange.mp4", peak_deg=60.0)]) == []


def test_the_page_is_safe_with_any_name_and_equal_for_equal_results(ten):
    name = "<script>alert(1)</script> 100%#?.mp4"
    first = replace(ten[0], clip=BatchClip("/x", f"/x/{name}", name), folder="clips/ä b#1")
    results = [first, *ten[1:], failed("b\udcff.mp4", "<b>why</b>")]
    page = render_summary(results, SETTINGS)
    assert page == render_summary(results, SETTINGS)
    assert "<script" not in page
    assert "&lt;b&gt;why&lt;/b&gt;" in page
    assert 'href="clips/%C3%A4%20b%231/report.html"' in page
    page.encode()


def test_the_page_and_the_tables_speak_german(ten):
    results = [*ten, done("strange.mp4", peak_deg=60.0), failed("bad.mp4", "crashed")]
    page = render_summary(results, replace(SETTINGS, language="de"))
    assert '<html lang="de">' in page
    german = Texts("de")
    assert german.get("batch.analysed", n=12, done=11) in page
    assert german.get("batch.unlike.knee_end_deg", value=60, median=21) in page
    in_english, in_german = (
        next(
            csv.DictReader(io.StringIO(dict(table_files(results, Texts(language)))["results.csv"].decode("utf-8-sig")))
        )
        for language in ("en", "de")
    )
    assert {name for name in in_english if in_english[name] != in_german[name]} == {"headline"}


def test_a_key_tells_apart_all_that_a_result_depends_on():
    keys = [
        settings.key_of(content)
        for settings in (
            SETTINGS,
            replace(SETTINGS, protocol_sha256="x"),
            replace(SETTINGS, model_sha256="x"),
            replace(SETTINGS, side="left"),
            replace(SETTINGS, fps=10),
            replace(SETTINGS, video=True),
            replace(SETTINGS, software=("1.1", "0.10")),
        )
        for content in ("1", "2")
    ]
    assert len(set(keys)) == len(keys)
    moved = replace(SETTINGS, model_path="elsewhere.task", protocol_origin="elsewhere.toml", language="de")
    assert moved.key_of("1") == SETTINGS.key_of("1")
    assert BatchSettings.from_dict(json.loads(json.dumps(SETTINGS.to_dict()))) == SETTINGS


def test_a_large_file_may_be_silent_for_longer():
    assert ClipLimits(1).stall_of(0) == 60
    assert ClipLimits(1).stall_of(10**9) == 160
    assert ClipLimits(1, 5.0).stall_of(10**9) == 5
