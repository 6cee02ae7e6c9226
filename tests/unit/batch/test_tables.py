"""Rows, outliers and the page, from sessions with known answers."""

import csv
import io
import json
from dataclasses import replace
from pathlib import Path

import pyarrow.parquet as pq
import pytest

import synth
from formcheck.batch.outliers import UsualValues, WorstFirst, find_outlier
from formcheck.batch.page import summary_files
from formcheck.batch.paging import Paging
from formcheck.batch.rows import SessionRows, read_rows
from formcheck.batch.tables import ClipResult, ClipState, dataset_part, write_csv
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


def csv_tables(results, texts=ENGLISH):
    """The rows of both tables as a spreadsheet reads them."""
    files = io.BytesIO(), io.BytesIO()
    write_csv(results, texts, *files)
    return [list(csv.DictReader(io.StringIO(file.getvalue().decode("utf-8-sig")))) for file in files]


def pages_of(results, settings=SETTINGS):
    return {name: page.decode() for name, page in summary_files(results, settings, tables=["results.csv"])}


def worst_of(results):
    """The clips to check, the most urgent first."""
    usual = UsualValues()
    for result in results:
        if result.rows:
            usual.add(result.rows.clip)
    order = WorstFirst(usual.norms())
    for place, result in enumerate(results):
        order.add(place, result)
    return [find_outlier(results[place], usual.norms()) for place in order.places()]


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
    parts = dataset_part(results, ENGLISH)
    clip_rows, rep_rows = csv_tables(results)
    for rows, data, count in ((clip_rows, parts["results"], 11), (rep_rows, parts["reps"], 30)):
        table = pq.read_table(io.BytesIO(data))
        assert len(rows) == table.num_rows == count
        assert list(rows[0]) == table.column_names
    last = clip_rows[-1]
    assert (last["name"], last["state"], last["reason"], last["knee_end_deg"]) == (
        "'=1+1.mp4",
        "failed",
        "no progress",
        "",
    )


def test_types_do_not_depend_on_what_is_in_the_table(ten):
    of_ten, of_none = (dataset_part(results, ENGLISH) for results in (ten, [failed("a", "b")]))
    for name in ("results", "reps"):
        assert pq.read_schema(io.BytesIO(of_ten[name])) == pq.read_schema(io.BytesIO(of_none[name]))


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
    (outlier,) = worst_of([replace(done("old.mp4"), rows=rows)])
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
    found = worst_of([*ten, strange, unsure, gaps, fast, failed("bad.mp4", "crashed")])
    names = [outlier.result.clip.name for outlier in found]
    assert names == ["bad.mp4", "fast.mp4", "gaps.mp4", "unsure.mp4", "strange.mp4"]
    assert [ENGLISH.say(outlier.reasons[0]) for outlier in found] == [
        "crashed",
        f"1 of 2 repetitions not met: {ENGLISH.get('rule.slow.title')}.",
        "Only 50 % could be measured.",
        "The knee is only known to ± 18°.",
        "Unlike the others: knee at the end 60°, median of all 21°.",
    ]


def test_of_clips_with_failed_repetitions_those_with_most_come_first():
    one, both = done("a.mp4", Move(), Move(extend_s=0.4)), done("b.mp4", Move(extend_s=0.4), Move(extend_s=0.4))
    assert [outlier.result.clip.name for outlier in worst_of([one, both])] == ["b.mp4", "a.mp4"]


def test_few_clips_have_no_usual_value(ten):
    assert worst_of([*ten[:3], done("strange.mp4", peak_deg=60.0)]) == []


def test_the_page_is_safe_with_any_name_and_equal_for_equal_results(ten):
    name = "<script>alert(1)</script> 100%#?.mp4"
    first = replace(ten[0], clip=BatchClip("/x", f"/x/{name}", name), folder="clips/ä b#1")
    results = [first, *ten[1:], failed("b\udcff.mp4", "<b>why</b>")]
    page = pages_of(results)["summary.html"]
    assert page == pages_of(results)["summary.html"]
    assert "<script" not in page
    assert "&lt;b&gt;why&lt;/b&gt;" in page
    assert 'href="clips/%C3%A4%20b%231/report.html"' in page
    page.encode()


def test_the_page_and_the_tables_speak_german(ten):
    results = [*ten, done("strange.mp4", peak_deg=60.0), failed("bad.mp4", "crashed")]
    page = pages_of(results, replace(SETTINGS, language="de"))["summary.html"]
    assert '<html lang="de">' in page
    german = Texts("de")
    assert german.get("batch.analysed", n=12, done=11) in page
    assert german.get("batch.unlike.knee_end_deg", value=60, median=21) in page
    in_english, in_german = (csv_tables(results, Texts(language))[0][0] for language in ("en", "de"))
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


def test_rows_pass_between_processes_unchanged(ten):
    rows = done("a.mp4", Move(), Move(extend_s=0.4), Move(start_deg=70.0)).rows
    assert SessionRows.from_json(json.loads(json.dumps(rows.to_json()))) == rows
    assert rows.deciding[0] == "slow"


def test_long_lists_go_on_on_further_pages(ten):
    bad = [failed(f"bad{number:03}.mp4", "crashed") for number in range(130)]
    pages = pages_of([*ten, *bad])
    assert sorted(pages) == ["summary.html", "summary/all-0002.html", "summary/first-0002.html"]
    first, rest = pages["summary.html"], pages["summary/all-0002.html"]
    # Once among all, once among those to check.
    assert first.count("bad000.mp4") == 2
    assert first.count("bad089.mp4") == 2
    assert first.count("bad095.mp4") == 1
    assert "bad095.mp4" in rest
    assert "bad129.mp4" in pages["summary/first-0002.html"]
    assert 'href="summary/all-0002.html#all"' in first
    assert 'href="../summary.html#all"' in rest
    assert "<script" not in rest


def test_no_page_of_a_thousand_is_far():
    paging = Paging("all", 99_950, 500)
    assert (paging.pages, paging.first, paging.last) == (1000, 49_901, 50_000)
    assert paging.numbers == [1, 400, 490, 499, 500, 501, 510, 600, 1000]
    assert Paging("all", 99_950, 1000).last == 99_950
    assert Paging("all", 0).pages == 1


def test_links_of_further_pages_lead_to_the_reports(ten):
    clips = [replace(ten[0], clip=BatchClip("/x", f"/x/{i}.mp4", f"{i}.mp4"), folder=f"clips/{i}") for i in range(101)]
    assert 'href="../clips/100/report.html"' in pages_of(clips)["summary/all-0002.html"]
