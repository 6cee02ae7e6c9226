import json
import math
from dataclasses import asdict, replace
from datetime import UTC, datetime

import numpy as np
import pytest

import synth
from formcheck.angles.leg import measure_leg
from formcheck.errors import InputError, OutputError, StoreError
from formcheck.files import acquire_lock
from formcheck.form.judge import judge_track
from formcheck.form.rules import PAIN_LIMIT
from formcheck.form.statistics import count_finding
from formcheck.form.summary import summarize
from formcheck.live import journal as journal_module
from formcheck.live.coach import EndReason
from formcheck.live.finish import discard_empty, finish, note_answers, recover, unfinished
from formcheck.live.journal import ANGLES, CUES, EVENTS, FRAMES, Journal, JournalHeader, new_folder
from formcheck.live.journal_reading import read_journal
from formcheck.live.speech import Rank, Utterance
from formcheck.pose.online_tracker import join_tracks, last_frame
from formcheck.protocols.loader import load_protocol
from formcheck.record.live_folders import LOCK, PRACTICE
from formcheck.record.values import Answers, Place, RedFlag
from formcheck.session.kept import kept_text
from formcheck.text.catalogue import Texts
from formcheck.timeseries import take_frames
from formcheck.types import KeptCalibration, MeasuredMark, Side, Verdict
from synth import Move

GLIDE = load_protocol()
TRACK = synth.glide([Move(peak_deg=20.0)] * 2)
NOW = datetime(2026, 3, 4, 9, 0, tzinfo=UTC)


def header(track=TRACK):
    return JournalHeader(
        "2026-03-04T09:00:00+01:00",
        track.clip.name,
        "en",
        track.size_px,
        False,
        asdict(track.clip),
        asdict(track.model),
    )


def frames_of(track):
    names = ("t_s", "xy_px", "world_m", "visibility", "luma", "hidden")
    return [
        replace(track, **{name: getattr(track, name)[at : at + 1] for name in names}) for at in range(len(track.t_s))
    ]


def write(folder, *, pain_at_s=None, close=True, about=None):
    """Write the synthetic set as live would."""
    journal = Journal(folder, about or header(), GLIDE.text)
    angles, _ = measure_leg(TRACK, max_trunk_from_floor_deg=30.0)
    for at, frame in enumerate(frames_of(TRACK)):
        journal.add_frame(frame)
        journal.add_angles(take_frames(angles, slice(at, at + 1)))
    journal.add_event("rep", index=1)
    journal.add_event("rep", index=2)
    if pain_at_s is not None:
        journal.add_event("pain", t_s=pain_at_s, knee_deg=30.0, rep=1, by="key")
    journal.add_utterance(Utterance(1.0, Rank.COUNT, "practice.count", "1", "good"))
    if close:
        journal.close()
        journal.release()
    return journal


@pytest.fixture
def folder(tmp_path):
    return new_folder(tmp_path, NOW)


def test_folders_are_named_by_day_and_number_and_private(tmp_path):
    first, second = new_folder(tmp_path / "sessions", NOW), new_folder(tmp_path / "sessions", NOW)
    assert (first.name, second.name) == ("2026-03-04-1", "2026-03-04-2")
    assert first.stat().st_mode & 0o077 == 0


def test_a_place_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match="choose another with --out"):
        new_folder(tmp_path / "file", NOW)


def test_a_journal_gives_the_session_that_was_seen(folder):
    write(folder)
    finished = finish(folder, end_reason=EndReason.COUNT)
    seen = judge_track(TRACK, GLIDE)
    assert finished.rep_count == finished.session.rep_count == seen.rep_count == 2
    assert [(f.rule, f.verdict) for f in finished.session.findings] == [(f.rule, f.verdict) for f in seen.findings]
    np.testing.assert_array_equal(finished.session.angles.knee_flexion_deg, seen.angles.knee_flexion_deg)
    assert all(path.stat().st_mode & 0o077 == 0 for path in folder.iterdir())
    assert not (folder / LOCK).exists()


def test_what_was_answered_and_marked_is_written_last(folder):
    write(folder, pain_at_s=6.0)
    finish(folder, end_reason=EndReason.STOP, save=lambda finished: f"saved {finished.rep_count}")
    document = json.loads((folder / PRACTICE).read_text())
    assert document["why"] == "stop"
    assert document["session"] == "saved 2"
    assert set(document["answers"].values()) == {None}
    note_answers(folder, Answers(3, 5, (Place.CALF,), red_flags=(RedFlag.WEAKNESS,)))
    document = json.loads((folder / PRACTICE).read_text())
    assert document["answers"] == {"pain_before": 3, "pain_after": 5, "places": ["calf"], "red_flags": ["weakness"]}
    assert document["marks"] == [{"t_s": 6.0, "knee_deg": 30.0, "rep": 1, "by": "key"}]
    assert all(path.stat().st_mtime_ns <= (folder / PRACTICE).stat().st_mtime_ns for path in folder.iterdir())


@pytest.mark.parametrize(
    ("why", "expected"),
    [
        (EndReason.STOP, Verdict.NOT_MET),
        (EndReason.PAIN, Verdict.INFORMATION),
        (EndReason.INTERRUPTED, Verdict.INFORMATION),
    ],
)
def test_a_prescribed_set_that_was_short_is_a_miss_unless_pain_or_the_machine_ended_it(folder, why, expected):
    write(folder)
    assert count_finding(finish(folder, end_reason=why, whole_set=True).session).verdict is expected


def test_the_personal_limit_is_judged_from_the_mark_on(folder):
    start_s = synth.events([Move(peak_deg=20.0)] * 2)[1][0]
    write(folder, pain_at_s=start_s - 0.5)
    found = [f for f in finish(folder, end_reason=EndReason.STOP).session.findings if f.rule == PAIN_LIMIT.id]
    assert [(f.rep, f.verdict) for f in found] == [(2, Verdict.NOT_MET)]
    assert PAIN_LIMIT.id in (folder / "session.json").read_text()


def test_a_journal_of_an_earlier_version_is_read(folder):
    write(folder)
    events = (folder / EVENTS).read_text()
    (folder / EVENTS).write_text(events.replace("hand_distance_thighs", "hands_on_thigh"))
    (angles, *_) = read_journal(folder).angles
    assert (
        angles.hand_distance_thighs[0] == measure_leg(TRACK, max_trunk_from_floor_deg=30.0)[0].hand_distance_thighs[0]
    )


def test_an_incomplete_record_and_line_are_ignored(folder):
    write(folder)
    for name, cut in ((FRAMES, 100), (ANGLES, 7), (EVENTS, 5)):
        data = (folder / name).read_bytes()
        (folder / name).write_bytes(data[:-cut])
    finished = finish(folder, end_reason=EndReason.INTERRUPTED)
    assert finished.rep_count == 1
    assert len(finished.session.phases) == len(TRACK.t_s) - 1


@pytest.mark.parametrize("frames", [0, 40], ids=["no frame", "nobody"])
def test_a_set_in_which_nobody_was_seen_is_not_kept(folder, frames):
    journal = Journal(folder, header(), GLIDE.text)
    for frame in frames_of(TRACK)[:frames]:
        # A network sees somebody in an empty room now and then.
        empty = replace(frame, xy_px=np.full_like(frame.xy_px, np.nan)) if frame.t_s[0] > 0.1 else frame
        journal.add_frame(empty)
    journal.close()
    journal.release()
    assert finish(folder, end_reason=EndReason.STOP, save=lambda _: pytest.fail("saved")) is None
    discard_empty(folder)
    assert not folder.exists()


def test_a_record_that_cannot_be_written_leaves_a_complete_folder(folder):
    def save(_):
        raise StoreError("the record is full")

    write(folder)
    with pytest.raises(StoreError):
        finish(folder, end_reason=EndReason.STOP, save=save)
    assert (folder / "report.html").exists()
    assert json.loads((folder / PRACTICE).read_text())["session"] is None


def test_recovery_finishes_what_was_left_and_nothing_else(tmp_path, folder):
    write(folder)
    done = new_folder(tmp_path, NOW)
    write(done)
    finish(done, end_reason=EndReason.COUNT)
    (folder / ".recording.abc.part").write_bytes(b"half a video")
    assert unfinished(tmp_path) == [folder]
    found = recover(folder)
    assert (found.folder, found.end_reason, found.rep_count) == (folder, EndReason.INTERRUPTED, 2)
    assert (folder / "report.html").exists()
    assert not (folder / ".recording.abc.part").exists()
    assert unfinished(tmp_path) == []


def test_a_damaged_set_keeps_nobody_from_practising(tmp_path, folder):
    write(folder)
    (folder / "journal.json").write_text("{")
    assert isinstance(recover(folder), InputError)
    assert folder.exists()


@pytest.mark.parametrize(
    ("name", "right", "wrong"),
    [
        ("journal.json", '"started_at": "2', '"started_at": "next 2'),
        ("journal.json", '"size_px": [', '"size_px": [7, '),
        ("journal.json", '"clip": {', '"clip": {"x": 1, '),
        ("events.jsonl", '"<f8"', '"|O"'),
        ("events.jsonl", '"<f8"', '"|V0"'),
        ("events.jsonl", "[33, 2]", "[33, 2, 9999999]"),
    ],
)
def test_a_journal_that_was_changed_is_damaged(folder, name, right, wrong):
    write(folder)
    text = (folder / name).read_text()
    assert right in text
    (folder / name).write_text(text.replace(right, wrong, 1))
    assert isinstance(recover(folder), InputError)


def test_a_session_that_is_under_way_is_left_alone(tmp_path, folder):
    journal = write(folder, close=False)
    assert unfinished(tmp_path) == [folder]
    assert recover(folder) is None
    assert acquire_lock(folder / LOCK) is None
    journal.close()
    journal.release()


def test_what_was_written_is_on_disk_within_a_second(folder):
    journal = write(folder, close=False)
    import time

    time.sleep(2.2 * journal_module._FLUSH_S)
    assert (folder / FRAMES).stat().st_size > 0
    assert len((folder / EVENTS).read_text().splitlines()) == 4
    assert "practice.count" in (folder / CUES).read_text()
    journal.close()
    journal.release()


def test_a_full_disk_is_one_clear_line(folder):
    journal = write(folder, close=False)
    journal._failed = OSError(28, "No space left on device")
    with pytest.raises(OutputError, match="No space left on device"):
        journal.add_event("rep", index=3)
    journal.close()
    journal.release()


def test_a_damaged_journal_is_named(folder):
    write(folder)
    (folder / "journal.json").write_text("{")
    with pytest.raises(InputError, match="damaged"):
        finish(folder, end_reason=EndReason.INTERRUPTED)


def test_the_track_comes_back_with_its_names_kept():
    rows = frames_of(TRACK)
    joined = join_tracks([last_frame(row) for row in rows])
    np.testing.assert_array_equal(joined.xy_px, TRACK.xy_px)
    assert math.isclose(joined.t_s[-1], TRACK.t_s[-1])


def test_results_are_in_the_language_in_which_was_practised(folder):
    write(folder, about=replace(header(), language="de"))
    session = finish(folder, end_reason=EndReason.COUNT).session
    document = json.loads((folder / "session.json").read_text())
    assert document["summary"]["headline"] == Texts("de").say(summarize(session).headline)


def test_the_calibrations_of_a_person_come_back_from_the_journal(folder):
    mark = MeasuredMark("hip", 10, 4.0, 90.0, 60.0, 3.0)
    kept = KeptCalibration("2026-03-01T10:00:00+01:00", "AB", Side.LEFT, "f00d", 0.0, 0.0, True, 2.0, (mark,), "f00d")
    write(folder, about=replace(header(), kept=(kept_text(kept),)))
    session = finish(folder, end_reason=EndReason.COUNT).session
    assert session.kept_calibration.kept == kept
    assert session.kept_calibration.refusal == "network"
