"""``formcheck review`` as it is started, and a dropped clip analysed for real."""

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import av
import pytest

from formcheck.cli import run
from formcheck.form.judge import judge_track
from formcheck.protocols.loader import load_protocol
from formcheck.record.profiles import DEFAULT_PROFILE
from formcheck.record.queries import sessions
from formcheck.record.save import save_set
from formcheck.record.store import open_store
from formcheck.record.values import Answers, Origin, Practice, ReviewStatus
from formcheck.review.analysis import AvailableProtocols
from formcheck.review.file_library import FileLibrary
from formcheck.review.record_library import RecordLibrary
from formcheck.server.serving import Address
from formcheck.text.catalogue import Texts
from reviewed import THREE, Client, make_analysed, serving, track_for
from synth import Move, glide

SAMPLE = Path(__file__).parents[2] / "sample_videos" / "01_good_set.mp4"


def short_sample(path, *, seconds=1.5):
    """Copy the beginning of a sample clip, as it is encoded."""
    with av.open(str(SAMPLE)) as source, av.open(str(path), "w") as target:
        stream = source.streams.video[0]
        copy = target.add_stream_from_template(stream)
        for packet in source.demux(stream):
            if packet.dts is None or packet.pts * packet.time_base > seconds:
                break
            packet.stream = copy
            target.mux(packet)
    return path


@contextmanager
def started(*arguments, **environment):
    """Start the command; yield its process and a client that has been let in."""
    process = subprocess.Popen(
        [sys.executable, "-m", "formcheck", "review", *map(str, arguments), "--lang", "en", "--no-open"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | environment,
    )
    try:
        line = process.stdout.readline()
        found = re.fullmatch(r"Review: http://127\.0\.0\.1:(\d+)/\?token=(\S{40,})\n", line)
        assert found, line
        yield process, Client(Address("127.0.0.1", int(found[1]), found[2]))
    finally:
        process.kill()
        process.communicate()


@pytest.mark.skipif(sys.platform == "win32", reason="Ctrl-C is sent otherwise there")
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_it_prints_its_address_answers_and_ends_cleanly(tmp_path, how):
    clip = make_analysed(tmp_path / "clips", moves=(Move(),))
    (tmp_path / "tmp").mkdir()
    with started(clip, "--reviewer", "Ann", TMPDIR=str(tmp_path / "tmp")) as (process, client):
        state = client.get("/api/state")
        assert (state["opened"], state["reviewer"]) == ("clip", "Ann")
        assert client.get(f"/api/items/{state['single']}")["name"] == "clip.mp4"
        assert list((tmp_path / "tmp").glob("formcheck-review-*"))
        process.send_signal(how)
        out, err = process.communicate(timeout=30)
    assert (process.returncode, out) == (0, "")
    assert "Traceback" not in err
    assert client.address.token not in err
    assert not list((tmp_path / "tmp").glob("formcheck-review-*"))


@pytest.mark.parametrize(
    ("arguments", "code", "problem"),
    [
        (("nothing-here.mp4",), 3, "no such file"),
        (("--host", "0.0.0.0", "."), 2, "expected --i-understand too"),
        (("--host", "203.0.113.9", "--i-understand", "."), 2, "expected an address of this machine"),
        (("--port", "99999", "."), 2, "99999"),
        (("--protocol", "nonsense", "."), 4, "no protocol 'nonsense'"),
        (("abcdef12",), 5, "none yet"),
        ((), 5, "none yet"),
        (("--clips", ".", "."), 2, "--clips is for the practice record"),
    ],
)
def test_what_cannot_be_opened_is_one_line(arguments, code, problem, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("FORMCHECK_STORE", str(tmp_path / "no-record"))
    assert run(["review", "--no-open", *arguments]) == code
    err = capsys.readouterr().err
    assert problem in err
    assert "Traceback" not in err


@pytest.mark.skipif(sys.platform == "win32", reason="Ctrl-C is sent otherwise there")
def test_opened_to_the_network_it_says_first_what_that_shows(tmp_path):
    make_analysed(tmp_path, moves=(Move(),))
    with started(tmp_path, "--host", "0.0.0.0", "--i-understand") as (process, _client):
        process.send_signal(signal.SIGINT)
        _out, err = process.communicate(timeout=30)
    assert "WARNING: this is open to every machine that reaches this one at 0.0.0.0" in err
    assert "1 clip or session (1 with video, showing the person)" in err
    assert f"New clips can be uploaded into {tmp_path}" in err
    assert "not encrypted" in err


def test_a_text_file_is_no_clip(tmp_path, capsys):
    (tmp_path / "notes.txt").write_text("hello")
    assert run(["review", "--no-open", str(tmp_path / "notes.txt")]) == 3
    assert "expected a video" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]


def test_a_dropped_clip_is_analysed_and_can_be_reviewed(tmp_path):
    data = short_sample(tmp_path / "short.mp4").read_bytes()
    folder = tmp_path / "opened"
    folder.mkdir()
    with serving(FileLibrary(folder, AvailableProtocols())) as client:
        answer = client.json("POST", "/api/uploads?name=monday.mp4&side=left", data, status=202)
        until = time.monotonic() + 60
        while (job := client.get("/api/jobs")[0])["state"] in ("queued", "running") and time.monotonic() < until:
            time.sleep(0.2)
        assert (job["state"], job["error"], job["id"]) == ("done", None, answer["id"])
        item = client.get(f"/api/items/{answer['id']}")
    assert item["analysed"]["document"]["side"] == "left"
    assert item["video"]["url"] is not None
    assert (folder / "monday.mp4").read_bytes() == data
    assert not (folder / "monday.formcheck" / "annotated.mp4").exists()


def test_a_cancelled_analysis_leaves_nothing(tmp_path):
    shutil.copy(SAMPLE, tmp_path / "a.mp4")
    with serving(FileLibrary(tmp_path, AvailableProtocols())) as client:
        key = client.get("/api/items")["items"][0]["id"]
        job = client.json("POST", f"/api/items/{key}/analyse", status=202)["job"]
        until = time.monotonic() + 60
        while client.get("/api/jobs")[0]["share"] == 0 and time.monotonic() < until:
            time.sleep(0.05)
        assert client.get("/api/items")["items"][0]["state"] == "analysing"
        client.json("DELETE", f"/api/jobs/{job}")
        while client.get("/api/jobs")[0]["state"] == "running" and time.monotonic() < until:
            time.sleep(0.05)
        assert client.get("/api/jobs")[0]["state"] == "cancelled"
        assert client.get("/api/items")["items"][0]["state"] == "not analysed"
    assert [path.name for path in tmp_path.iterdir()] == ["a.mp4"]


def shown_in(store):
    """How many repetitions the record shows of the first session, and what they are."""
    with store.reading() as connection:
        line = sessions(connection)[0]
    return line.rep_count, line.review_status


def test_kept_sessions_are_reviewed_in_the_record(tmp_path):
    protocol = load_protocol()
    with open_store(tmp_path / "record") as store:
        for day, count in ((2, 3), (3, 2)):
            track = glide(THREE[:count], fps=10.0)
            practice = Practice(
                "P017",
                Origin.ANALYZE,
                datetime(2026, 3, day, 9, tzinfo=UTC),
                answers=Answers(pain_before=4, pain_after=2),
            )
            session = judge_track(track, protocol)
            save_set(store, session, track, protocol=protocol, practice=practice)
            if count == 3:
                three = (session, track, practice)
        with serving(RecordLibrary(store, AvailableProtocols())) as client:
            lines = client.get("/api/items")["items"]
            assert [(line["person"], line["reps"], line["pain_before"], line["pain_after"]) for line in lines] == [
                ("P017", 2, 4, 2), ("P017", 3, 4, 2),
            ]  # fmt: skip
            key = lines[1]["id"]
            item = client.get(f"/api/items/{key}")
            assert (item["video"]["url"], item["person"]) == (None, "P017")
            reps = [{k: rep[k] for k in ("start_s", "end_s")} for rep in item["analysed"]["document"]["reps"]]
            answer = client.put(key, item["review"] | {"reps": reps[:2], "done": True, "summary_note": "Good."})
            assert answer["reviewed"]["document"]["rep_count"] == 2
            line = client.get("/api/items")["items"][1]
            assert (line["reps"], line["met"], line["reviewed"]) == (2, 2, True)
            assert shown_in(store) == (2, ReviewStatus.REVIEWED)
            draft = client.put(key, answer["review"] | {"summary_note": "Good again."})
            assert shown_in(store) == (3, ReviewStatus.DRAFT)
            client.put(key, draft["review"] | {"done": True, "summary_note": "Good."})
            assert shown_in(store) == (2, ReviewStatus.REVIEWED)
            assert b"Good." in client.raw("GET", f"/api/items/{key}/report.html")[2]
            assert client.get("/api/state")["can_upload"] is False
            session, track, practice = three
            save_set(store, replace(session, side_given=True), track, protocol=protocol, practice=practice)
            assert client.get("/api/items")["items"][1]["reviewed"] is False
            again = client.get(f"/api/items/{key}")
            assert (again["review"]["done"], len(again["notices"])) == (False, 3)
            assert shown_in(store) == (2, ReviewStatus.REVIEWED)
    with open_store(tmp_path / "record") as store, serving(RecordLibrary(store, AvailableProtocols())) as client:
        again = client.get(f"/api/items/{key}")
        assert again["review"]["summary_note"] == "Good."
        client.json("DELETE", f"/api/items/{key}/review")
        assert client.get(f"/api/items/{key}")["review"]["summary_note"] == ""
        assert shown_in(store) == (3, ReviewStatus.DRAFT)


def test_a_kept_session_is_shown_with_its_clip_when_that_is_at_hand(tmp_path):
    protocol = load_protocol()
    clips = tmp_path / "clips"
    for folder in ("one", "two"):
        make_analysed(clips / folder, "clip.mp4", moves=(Move(),))
    with (clips / "two" / "clip.mp4").open("ab") as file:
        file.write(b"\x00\x00\x00\x08free")
    track = track_for(clips / "two" / "clip.mp4", (Move(),))
    with open_store(tmp_path / "record") as store:
        practice = Practice(DEFAULT_PROFILE, Origin.ANALYZE, datetime(2026, 3, 2, 9, tzinfo=UTC))
        save_set(store, judge_track(track, protocol), track, protocol=protocol, practice=practice)
        with serving(RecordLibrary(store, AvailableProtocols(), clips=clips)) as client:
            (line,) = client.get("/api/items")["items"]
            assert line["has_video"] is True
            # Whoever chose no code is not called by the one that stands for it.
            own = Texts().get("record.own")
            item = client.get(f"/api/items/{line['id']}")
            assert (line["person"], item["whose"], item["person"]) == (own, own, DEFAULT_PROFILE)
            report = client.raw("GET", f"/api/items/{line['id']}/report.html")[2].decode()
            assert own in report
            assert ">me<" not in report.replace(" ", "")
            url = client.get(f"/api/items/{line['id']}")["video"]["url"]
            assert client.raw("GET", url)[2] == (clips / "two" / "clip.mp4").read_bytes()
