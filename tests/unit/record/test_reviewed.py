"""Reviewed results: what a reviewer signed stands for its session, until it is withdrawn."""

from __future__ import annotations

import csv
import io
import json
import logging
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import insert, update

from formcheck.errors import InputError
from formcheck.protocols.loader import load_protocol
from formcheck.record.annotations import add_correction
from formcheck.record.choice import result_of, results_of
from formcheck.record.exports import export_files
from formcheck.record.exports.archive import import_session, session_json
from formcheck.record.exports.archived import read_archive
from formcheck.record.exports.pdf import saved_report
from formcheck.record.exports.selection import Selection
from formcheck.record.forget import erase, erasure_of_sessions
from formcheck.record.progress import render_progress
from formcheck.record.queries import corrections_of, protocol_text, reps, session_line, sessions
from formcheck.record.review_words import review_sentences, review_word
from formcheck.record.save import save_set
from formcheck.record.schema import CORRECTION, PROTOCOL
from formcheck.record.series import load_series
from formcheck.record.store import open_store
from formcheck.record.values import CalibratedBy, Origin, Practice, ReviewStatus, Role
from formcheck.session.document import from_document
from formcheck.text.catalogue import Texts
from formcheck.types import Side
from practice import PROFILE, judged, keep_set, named
from signed import FRAMES, REVIEWER, reopen, sign

MEASURED = ("rep_count", "not_met_reps", "knee_end_deg", "hip_mean_deg", "hip_se_deg", "knee_se_deg")


@pytest.fixture
def uid(store) -> str:
    return keep_set(store).uid


def line_of(store, uid, **options):
    with store.reading() as connection:
        return session_line(connection, uid, **options)


def numbers(line):
    return [getattr(line, name) for name in MEASURED]


def test_the_signed_numbers_stand_for_the_session_and_the_analysed_ones_remain(store, uid):
    before = line_of(store, uid)
    reviewed = sign(store, uid)
    line, analysed = line_of(store, uid), line_of(store, uid, as_analysed=True)
    assert numbers(analysed) == numbers(before)
    assert all(now != then for now, then in zip(numbers(line), numbers(before), strict=True))
    assert (line.rep_count, line.results) == (reviewed.rep_count, 2)
    assert (line.review_status, line.reviewer) == (ReviewStatus.REVIEWED, REVIEWER)
    assert (line.calibration, line.calibrated_frames, line.overruled) == (CalibratedBy.CLIP, FRAMES, 1)
    assert (analysed.review_status, analysed.reviewer, analysed.reviewed_at) == (ReviewStatus.ANALYSED, None, None)
    with store.reading() as connection:
        assert [len(list(reps(connection, [uid], as_analysed=one))) for one in (False, True)] == [3, 4]
        hips = [
            load_series(store, connection, uid, as_analysed=one).columns["hip_flexion_deg"] for one in (False, True)
        ]
    assert (hips[0] - hips[1])[0] > 2


def test_a_session_whose_review_is_reopened_is_a_draft_as_analysed_and_can_be_signed_again(store, uid):
    before = line_of(store, uid)
    assert before.review_status is ReviewStatus.ANALYSED
    sign(store, uid)
    signed = line_of(store, uid)
    reopen(store, uid)
    draft = line_of(store, uid)
    assert numbers(draft) == numbers(before)
    assert draft.review_status is ReviewStatus.DRAFT
    assert draft.reviewer is None
    sign(store, uid)
    assert numbers(line_of(store, uid)) == numbers(signed)
    with store.reading() as connection:
        found = results_of(connection, uid)
    assert [(row["reviewed_at"] is not None, row["withdrawn_at"] is not None) for row in found] == [
        (False, False), (True, True), (True, False)
    ]  # fmt: skip


def test_an_analysis_that_is_added_later_does_not_take_the_place_of_what_was_signed(store, uid):
    sign(store, uid)
    signed = line_of(store, uid)
    track, session = named(*judged(30.0, Side.LEFT), "one")
    practice = Practice(PROFILE, Origin.ANALYZE, datetime(2026, 3, 2, 8, tzinfo=UTC))
    again = replace(session, reps=session.reps[:2])
    assert save_set(store, again, track, protocol=load_protocol(), practice=practice).uid == uid
    assert numbers(line_of(store, uid)) == numbers(signed)
    assert line_of(store, uid, as_analysed=True).rep_count == 2


def test_the_protocol_that_a_reviewer_chose_is_the_sessions_and_goes_with_it(store, uid, tmp_path):
    sign(store, uid, protocol="sciatic-glide-tensioner", overrules=())
    line, analysed = line_of(store, uid), line_of(store, uid, as_analysed=True)
    assert (line.protocol_id, analysed.protocol_id) == ("sciatic-glide-tensioner", "sciatic-glide")
    with store.reading() as connection:
        assert 'id = "sciatic-glide-tensioner"' in protocol_text(connection, line.protocol_sha256)
        data = session_json(store, connection, uid)
    with open_store(tmp_path / "other") as other:
        assert import_session(other, read_archive(data, "a.json"), "a.json")
        with other.reading() as connection:
            assert session_json(other, connection, uid) == data
        assert line_of(other, uid) == line
    with store.reading() as connection:
        erasure = erasure_of_sessions(store, connection, [uid])
    assert len(erasure.series) == 2
    erase(store, erasure)
    with store.reading() as connection:
        assert connection.execute(PROTOCOL.select()).all() == []


def test_an_archive_comes_back_as_it_was_withdrawn_or_not(store, uid, tmp_path):
    sign(store, uid)
    reopen(store, uid)
    with store.reading() as connection:
        data = session_json(store, connection, uid)
    with open_store(tmp_path / "other") as other:
        import_session(other, read_archive(data, "a.json"), "a.json")
        assert line_of(other, uid) == line_of(store, uid)


def test_archives_that_claim_what_nobody_signed_are_refused(store, uid, tmp_path):
    sign(store, uid)
    with store.reading() as connection:
        whole = json.loads(session_json(store, connection, uid))
    for path, value in ((("done",), False), (("saved_at",), None), (("saved_at",), "x"), (("reviewer",), "a\nb")):
        archive = json.loads(json.dumps(whole))
        archive["results"][1]["document"]["reviewed"][path[0]] = value
        with open_store(tmp_path / "other") as other, pytest.raises(InputError):
            import_session(other, read_archive(json.dumps(archive).encode(), "a.json"), "a.json")
    with pytest.raises(InputError, match="as analysed"):
        read_archive(json.dumps({**whole, "results": whole["results"][1:]}).encode(), "a.json")


def test_a_correction_of_what_was_measured_gives_way_to_a_later_review_and_holds_over_an_earlier_one(store, uid):
    with store.writing() as connection:
        add_correction(connection, uid, subject="rep_count", value="9", reason="counted", role=Role.PATIENT)
        add_correction(connection, uid, subject="pain_after", value="2", reason="said", role=Role.PATIENT)
        connection.execute(update(CORRECTION).values(made_at="2026-03-02T09:00:00+00:00"))
    assert line_of(store, uid).rep_count == 9
    sign(store, uid)
    assert (line_of(store, uid).rep_count, line_of(store, uid).pain_after) == (3, 2)
    assert line_of(store, uid, as_analysed=True).rep_count == 4
    with store.writing() as connection:
        add_correction(connection, uid, subject="rep_count", value="8", reason="again", role=Role.PATIENT)
        connection.execute(
            update(CORRECTION).where(CORRECTION.c.value == "8").values(made_at="2099-01-01T00:00:00+00:00")
        )
    assert line_of(store, uid).rep_count == 8


def test_a_damaged_correction_is_left_out_alone_with_a_line(store, uid, caplog):
    row = {"author_role": "patient", "made_at": "2026-03-02T09:00:00+00:00", "reason": "x"}
    with store.writing() as connection:
        add_correction(connection, uid, subject="pain_after", value="2", reason="said", role=Role.PATIENT)
        key = results_of(connection, uid)[0]["session_id"]
        for subject, value in (
            ("rep_count", "many"),
            ("\x1b[2J", "1"),
            ("practised_at", "yesterday"),
            ("side", "both"),
        ):
            connection.execute(insert(CORRECTION).values(session_id=key, subject=subject, value=value, **row))
    with caplog.at_level(logging.WARNING):
        line = line_of(store, uid)
    assert (line.rep_count, line.side, line.pain_after, line.corrected) == (4, "left", 2, {"pain_after"})
    assert caplog.text.count(f"a correction of session {uid} is left out") == 4
    assert "\x1b" not in caplog.text
    with store.reading() as connection:
        assert [one.subject for one in corrections_of(connection, [uid])] == ["pain_after"]


def test_report_table_and_page_say_who_signed_and_what_was_done_by_hand(store, uid):
    keep_set(store, "other")
    sign(store, uid)
    texts = Texts()
    line = line_of(store, uid)
    said = review_sentences(line, texts)
    assert REVIEWER in said[0]
    assert texts.get("record.review.calibrated", n=FRAMES) in said
    with store.reading() as connection:
        for as_analysed, wanted in ((False, " ".join(said)), (True, texts.get("record.review.analysed"))):
            selection = Selection(store, connection, (uid,), None, texts, as_analysed)
            assert wanted.replace("'", "&#39;") in saved_report(selection, uid)
            mot = dict(export_files("opensim", selection))[f"{uid}.mot"].decode().splitlines()
            frame = load_series(store, connection, uid, as_analysed=as_analysed).columns
            assert float(mot[-1].split("\t")[1]) == pytest.approx(float(frame["hip_flexion_deg"][-1]), abs=1e-3)
            rows = csv.DictReader(io.StringIO(dict(export_files("csv", selection))["findings.csv"].decode("utf-8-sig")))
            (slow,) = (row for row in rows if (row["rule"], row["rep"]) == ("slow", "2"))
            assert (slow["verdict"] == "NOT_MET") is not as_analysed
        lines = {one: sessions(connection, as_analysed=one) for one in (False, True)}
    made = {"today": date(2026, 3, 2), "made_at": datetime(2026, 3, 3, tzinfo=UTC)}
    pages = {one: render_progress(PROFILE, lines[one], [], texts, as_analysed=one, **made) for one in lines}
    assert texts.get("progress.reviewed", n=1, all=2) in pages[False]
    assert texts.get("record.review.analysed").replace("'", "&#39;") in pages[True]
    assert review_word(line, texts) == texts.get("record.review.reviewed_word")


def test_sentences_are_in_the_language_of_whoever_signed(store, uid):
    sign(store, uid, language="de")
    with store.reading() as connection:
        document = result_of(connection, uid)["document"]
    (slow,) = (one for one in from_document(document).findings_of(2) if one.rule == "slow")
    assert "befundenden Person" in slow.text


def test_every_result_names_its_protocol(store, uid):
    sign(store, uid)
    with store.reading() as connection:
        named_in = [row["protocol_sha256"] for row in results_of(connection, uid)]
    assert named_in == [load_protocol().sha256] * 2
