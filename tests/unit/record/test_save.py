"""What keeping a set does: once a recording, whole or not at all, and nothing overwritten."""

from __future__ import annotations

import hashlib
import os
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import numpy as np
import pytest
from sqlalchemy import select, update

from formcheck.errors import StoreError, UsageError
from formcheck.extras import DISTRIBUTIONS, Extra
from formcheck.protocols.loader import load_protocol
from formcheck.record.choice import results_of
from formcheck.record.exports.parquet import series_parquet
from formcheck.record.queries import protocol_text, reps, sessions
from formcheck.record.save import save_set
from formcheck.record.schema import RESULT, SESSION
from formcheck.record.series import ANGLES, POINTS, Series, frames_of, load_series, read_series, series_bytes
from formcheck.record.store import open_store
from formcheck.record.values import (
    Answers,
    Ended,
    Mark,
    MarkKind,
    Origin,
    Place,
    Practice,
    Reason,
    Role,
)
from formcheck.session.document import from_document, to_document
from formcheck.text.catalogue import Texts
from formcheck.types import Side, Verdict
from practice import PROFILE, REPS, judged, keep_set, named

MORNING = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)


def only_line(store):
    with store.reading() as connection:
        (line,) = sessions(connection)
    return line


def test_a_kept_set_reads_back_as_it_was_judged(store):
    answers = Answers(5, 4, (Place.CALF, Place.FOOT), Reason.PAIN)
    marks = (Mark(MarkKind.P1, 3.5, 41.0, 2.0), Mark(MarkKind.P1, 2.5, 44.0, float("nan")))
    kept = keep_set(store, answers=answers, marks=marks, ended=Ended.STOPPED, origin=Origin.LIVE)
    assert (kept.new, kept.added) == (True, True)
    line = only_line(store)
    assert (line.uid, line.profile, line.origin, line.ended) == (kept.uid, PROFILE, Origin.LIVE, Ended.STOPPED)
    assert (line.side, line.rep_count, line.met_reps) == ("left", REPS, REPS)
    assert line.knee_end_deg == pytest.approx(30, abs=1.5)
    assert line.hip_range_deg < 2
    assert line.rep_s == pytest.approx(1.8 + 0.5 + 1.6, abs=0.3)
    assert (line.pain_before, line.pain_after, line.stopped_because) == (5, 4, "pain")
    assert line.places == ("calf", "foot")
    assert (line.p1_deg, line.p1_se_deg) == (44.0, None)  # the first in time
    assert (line.practised_at, line.day) == (MORNING, MORNING.date())
    assert line.protocol_sha256 == load_protocol().sha256


def test_its_repetitions_are_those_of_the_session(store):
    kept = keep_set(store)
    _, session = judged(30.0, Side.LEFT)
    with store.reading() as connection:
        found = list(reps(connection, [kept.uid]))
    assert [rep.number for rep in found] == list(range(1, REPS + 1))
    for rep, judged_rep in zip(found, session.reps, strict=True):
        assert rep.knee_end_deg == pytest.approx(judged_rep.knee_flexion_peak_deg, abs=0.01)
        assert (rep.complete, rep.partial, rep.status, rep.deciding) == (True, False, "met", ())


def test_a_repetition_has_the_status_of_its_findings_and_says_what_decides_it(store):
    pose, session = named(*judged(30.0, Side.LEFT), "quick")
    verdicts = {("slow", 2): Verdict.NOT_MET, ("hip_in_band", 3): Verdict.BORDERLINE}
    findings = tuple(
        replace(f, verdict=verdicts.get((f.rule, f.rep or 0), f.verdict), text="as it was") for f in session.findings
    )
    practice = Practice(PROFILE, Origin.ANALYZE, MORNING)
    save_set(store, replace(session, findings=findings), pose, protocol=load_protocol(), practice=practice)
    line = only_line(store)
    assert (line.rep_count, line.met_reps, line.not_met_reps, line.undecided_reps) == (REPS, REPS - 2, 1, 1)
    with store.reading() as connection:
        found = [(rep.status, rep.deciding) for rep in reps(connection, [line.uid])]
    assert found == [("met", ()), ("not_met", ("slow",)), ("undecided", ("hip_in_band",)), ("met", ())]


def test_the_same_clip_twice_is_one_session(store):
    first, second = keep_set(store), keep_set(store)
    assert (second.uid, second.new, second.added) == (first.uid, False, False)
    assert only_line(store).results == 1
    assert len(list(store.series_folder.iterdir())) == 1


@pytest.mark.parametrize(
    "change",
    [
        {"name": "another clip"},
        {"profile": "P018"},
        {"side": Side.LEFT, "peak_deg": 30.0, "reps": REPS + 1},
    ],
)
def test_another_clip_person_or_part_of_the_clip_is_another_session(store, change):
    keep_set(store)
    assert keep_set(store, **change).new


def test_another_protocol_is_another_session(store):
    pose, session = named(*judged(30.0, Side.LEFT), "one")
    keep_set(store)
    slider = load_protocol("sciatic-glide-slider")
    session = replace(session, protocol_id=slider.protocol.id, protocol_sha256=slider.sha256)
    kept = save_set(store, session, pose, protocol=slider, practice=Practice(PROFILE, Origin.ANALYZE, MORNING))
    assert kept.new
    with store.reading() as connection:
        assert protocol_text(connection, slider.sha256) == slider.text


def test_a_result_that_differs_is_added_and_the_old_one_stays(store):
    first = keep_set(store)
    pose, session = named(*judged(30.0, Side.LEFT), "one")
    other = replace(session, quality=replace(session.quality, usable_fraction=0.5))
    practice = Practice(PROFILE, Origin.ANALYZE, MORNING)
    second = save_set(store, other, pose, protocol=load_protocol(), practice=practice)
    assert (second.uid, second.new, second.added) == (first.uid, False, True)
    with store.reading() as connection:
        old, new = results_of(connection, first.uid)
    assert old["document"] == to_document(session, Texts())
    assert new["document"]["quality"]["usable_fraction"] == 0.5
    line = only_line(store)
    assert (line.results, line.usable_fraction) == (2, 0.5)


def test_two_live_sets_of_the_same_camera_are_two_sessions_and_one_recovered_twice_is_one(store):
    def live(peak_deg: float):
        pose, session = named(*judged(peak_deg, Side.LEFT), "the camera")
        practice = Practice(PROFILE, Origin.LIVE, MORNING)
        return save_set(store, session, pose, protocol=load_protocol(), practice=practice)

    first, second, again = live(30.0), live(32.0), live(30.0)
    assert (first.new, second.new, again.new) == (True, True, False)
    assert again.uid == first.uid != second.uid


def test_the_series_holds_every_frame_and_point(store):
    keep_set(store)
    pose, session = judged(30.0, Side.LEFT)
    with store.reading() as connection:
        row = connection.execute(select(RESULT.c.series_file, RESULT.c.series_sha256)).one()
    series = read_series(store.series_folder / row.series_file, sha256=row.series_sha256)
    np.testing.assert_array_equal(series.columns["t_s"], pose.t_s)
    for row, point in enumerate(POINTS):
        for axis in (0, 1):
            column = series.columns[f"{point}_{'xy'[axis]}_px"]
            np.testing.assert_allclose(column, pose.xy_px[:, row, axis], atol=0.006, err_msg=point)
    np.testing.assert_allclose(series.world_m(), pose.world_m, atol=0.0006)
    np.testing.assert_allclose(series.columns["knee_flexion_deg"], session.angles.knee_flexion_deg, atol=0.0006)
    assert series.columns["phase"] == [phase.value for phase in session.phases]
    assert len(POINTS) == pose.xy_px.shape[1] == len(set(POINTS))


def test_a_session_read_from_the_record_is_the_one_that_was_saved(store):
    kept = keep_set(store)
    _, session = named(*judged(30.0, Side.LEFT), "one")
    with store.reading() as connection:
        (result,) = results_of(connection, kept.uid)
        read = from_document(result["document"], frames_of(load_series(store, connection, kept.uid)))
    assert (read.reps, read.findings, read.view, read.phases) == (
        session.reps,
        session.findings,
        session.view,
        session.phases,
    )
    for name in (*ANGLES, "t_s", "usable"):
        np.testing.assert_array_equal(getattr(read.angles, name), getattr(session.angles, name), err_msg=name)
    assert to_document(read, Texts()) == result["document"]


def test_a_series_of_an_earlier_version_is_read(store):
    keep_set(store)
    (path,) = store.series_folder.iterdir()
    series = read_series(path)
    former = {"hand_distance_thighs": "hands_on_thigh"}
    columns = {former.get(name, name): values for name, values in series.columns.items()}
    path.write_bytes(series_bytes(Series(columns, {**series.about, "hip_reference": "floor+trunk"})))
    read = read_series(path)
    assert list(read.columns) == list(series.columns)
    np.testing.assert_array_equal(read.columns["hand_distance_thighs"], series.columns["hand_distance_thighs"])


def as_before(store):
    """Give the only series the format of earlier versions; return its path and what is in it."""
    (path,) = store.series_folder.iterdir()
    series, former = read_series(path), path.with_suffix(".parquet")
    path.unlink()
    former.write_bytes(series_parquet(series))
    with store.writing() as connection:
        sha256 = hashlib.sha256(former.read_bytes()).hexdigest()
        connection.execute(update(RESULT).values(series_file=former.name, series_sha256=sha256))
    return former, series


def assert_equal_series(ours, theirs):
    assert ours.about == theirs.about
    assert list(ours.columns) == list(theirs.columns)
    for name, values in theirs.columns.items():
        np.testing.assert_array_equal(ours.columns[name], values, err_msg=name)
        assert np.asarray(ours.columns[name]).dtype == np.asarray(values).dtype, name


def test_a_parquet_series_of_an_earlier_version_is_stored_anew_once_the_record_is_written(store):
    kept = keep_set(store)
    former, series = as_before(store)
    with open_store(store.folder, write=False) as reader, reader.reading() as connection:
        assert_equal_series(load_series(reader, connection, kept.uid), series)
    assert former.exists()
    with open_store(store.folder) as writer, writer.reading() as connection:
        assert_equal_series(load_series(writer, connection, kept.uid), series)
    assert [path.suffix for path in store.series_folder.iterdir()] == [".npz"]


def test_without_pyarrow_a_parquet_series_names_the_extra_and_the_record_still_opens(store, monkeypatch):
    kept = keep_set(store)
    former, _ = as_before(store)
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    monkeypatch.setitem(DISTRIBUTIONS, Extra.RESEARCH, ("no-such-distribution",))
    with open_store(store.folder) as writer, writer.reading() as connection:
        assert [line.uid for line in sessions(connection)] == [kept.uid]
        with pytest.raises(UsageError, match=r"formcheck\[research\]"):
            load_series(writer, connection, kept.uid)
    assert former.exists()


def test_a_damaged_parquet_series_stays_as_it_is_until_it_is_asked_for(store):
    kept = keep_set(store)
    former, _ = as_before(store)
    former.write_bytes(b"PAR1 nonsense")
    with open_store(store.folder):
        pass
    with store.reading() as connection, pytest.raises(StoreError, match="damaged"):
        load_series(store, connection, kept.uid)
    assert former.read_bytes() == b"PAR1 nonsense"


@pytest.mark.parametrize("harm", [lambda path: path.unlink(), lambda path: path.write_bytes(b"PK nonsense")])
def test_a_series_that_is_gone_or_damaged_is_said(store, harm):
    keep_set(store)
    (path,) = store.series_folder.iterdir()
    with store.reading() as connection:
        sha256 = connection.execute(select(RESULT.c.series_sha256)).scalar_one()
    harm(path)
    with pytest.raises(StoreError, match=r"gone|damaged"):
        read_series(path, sha256=sha256)


def test_a_row_that_cannot_be_written_leaves_no_file(store, monkeypatch):
    keep_set(store)
    with pytest.raises(UsageError, match="profile code"):
        keep_set(store, "two", profile="no such code, with spaces")
    assert len(list(store.series_folder.iterdir())) == 1


def test_series_that_no_row_names_are_swept_when_they_are_old(store):
    young, old = store.series_folder / "young.npz", store.series_folder / "old.npz"
    for path in (young, old):
        path.touch()
    os.utime(old, (1, 1))
    kept = keep_set(store)
    for path in store.series_folder.iterdir():
        os.utime(path, (1, 1)) if path != young else None
    keep_set(store, "two")
    with store.reading() as connection:
        named_files = {row["series_file"] for row in results_of(connection, kept.uid)}
    left = {path.name for path in store.series_folder.iterdir()}
    assert named_files < left
    assert (young.name in left, old.name in left) == (True, False)


def test_the_day_is_that_of_the_place_where_it_was_done(store):
    late = datetime(2026, 3, 2, 23, 30, tzinfo=timezone(timedelta(hours=-5)))
    keep_set(store, practised_at=late)
    line = only_line(store)
    assert line.day == late.date()
    assert line.practised_at == late


def test_a_time_without_an_offset_is_a_callers_bug():
    with pytest.raises(ValueError, match="offset"):
        Practice(PROFILE, Origin.LIVE, datetime(2026, 3, 2))  # noqa: DTZ001


@pytest.mark.parametrize("pain", [-1, 11])
def test_pain_is_0_to_10(pain):
    with pytest.raises(ValueError, match="from 0 to 10"):
        Answers(pain_after=pain)


def test_answers_given_again_are_one_row_and_changed_ones_another(store):
    for answers in (Answers(5, 4), Answers(5, 4), Answers(None, 3, author_role=Role.CLINICIAN)):
        keep_set(store, answers=answers)
    line = only_line(store)
    assert (line.pain_before, line.pain_after) == (5, 3)
    with store.reading() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM answer").scalar_one() == 2


def test_a_set_without_a_leg_is_kept_too(store):
    pose, session = named(*judged(30.0, Side.LEFT), "nobody")
    session = replace(session, side=None, angles=None, reps=(), findings=())
    kept = save_set(store, session, pose, protocol=load_protocol(), practice=Practice(PROFILE, Origin.ANALYZE, MORNING))
    line = only_line(store)
    assert (line.uid, line.side, line.rep_count, line.knee_end_deg) == (kept.uid, None, 0, None)


def test_ids_are_eight_hex_digits_and_say_nothing(store):
    uid = keep_set(store).uid
    assert len(uid) == 8
    int(uid, 16)
    with store.reading() as connection:
        assert connection.execute(select(SESSION.c.identity)).scalar_one()[:8] != uid
