"""What CONTRIBUTING says of adding a finding, an export, a landmarker and a language: each is added here, and works."""

import json
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest

import synth
from formcheck import cli
from formcheck.cli import tables
from formcheck.form import rules
from formcheck.form.statistics import statuses, worst
from formcheck.form.verdicts import Measured
from formcheck.pose.survey_pass import survey_clip
from formcheck.pose.track_file import save_track
from formcheck.pose.tracker import build_track, detect_clip
from formcheck.record import exports
from formcheck.record.exports.selection import Selection
from formcheck.session.document import from_document, to_document
from formcheck.text import catalogue
from formcheck.text.catalogue import Texts
from formcheck.types import ModelInfo, Status, Verdict
from formcheck.video.source import FileSource
from landmarkers import TrackLandmarker
from synth import Move

WORDS = """
[rule.long_hold]
title = "Hold at the end"
subject = "hold"
fault = "hold too short"
wish = "at least {low:g} seconds at the end"
set_fault = "the hold at the end was too short"

[cue.long_hold]
"""


@pytest.fixture
def words(tmp_path, monkeypatch):
    """A folder of catalogues that can be written to."""
    for language in ("en", "de"):
        text = (Path(str(catalogue.FOLDER)) / f"{language}.toml").read_text(encoding="utf-8")
        (tmp_path / f"{language}.toml").write_text(text, encoding="utf-8")
    monkeypatch.setattr(catalogue, "FOLDER", tmp_path)
    catalogue.catalogue.cache_clear()
    yield tmp_path
    catalogue.catalogue.cache_clear()


def test_a_finding_is_one_row_and_its_words(words, monkeypatch, tmp_path, capsys):
    row = rules.Rule(
        "long_hold",
        "s",
        lambda _protocol: (5.0, None),
        lambda rep, _angles, _protocol: Measured(rep.hold_s, 0.1),
    )
    monkeypatch.setattr(rules, "RULES", (*rules.RULES, row))
    monkeypatch.setitem(rules.RULE_BY_ID, row.id, row)
    for language in ("en", "de"):
        with (words / f"{language}.toml").open("a", encoding="utf-8") as file:
            file.write(WORDS)

    session = synth.session(synth.glide([Move()] * 2))

    # Judged, decides the status, and is in the document, which reads back.
    assert [f.verdict for f in session.findings if f.rule == "long_hold"] == [Verdict.NOT_MET] * 3
    assert {one.status for one in statuses(session)} == {Status.NOT_MET}
    document = to_document(session, Texts("en"))
    assert document["reps"][0]["deciding"] == ["long_hold"]
    assert from_document(document).findings == session.findings
    sentence = next(f["text"] for f in document["findings"] if f["rule"] == "long_hold")
    assert "at least 5 seconds at the end" in sentence
    assert "too short" in " ".join(document["summary"]["sentences"])
    # Shown.
    tables.print_session(session, tmp_path, Texts("en"))
    assert "hold too short" in " ".join(capsys.readouterr().out.split())


def test_a_language_is_one_file(words, capsys):
    track_file = words / "track.npz"
    save_track(synth.glide([Move(extend_s=0.4, return_s=0.4)] * 2), track_file)
    text = (words / "en.toml").read_text(encoding="utf-8")
    text = text.replace('decimal_mark = "."', 'decimal_mark = "·"').replace('"not met: ', '"nej: ')
    (words / "xx.toml").write_text(text, encoding="utf-8")

    assert catalogue.languages() == ("en", "de", "xx")
    document = to_document(synth.session(synth.glide([Move()])), Texts("xx"))
    assert document["language"] == "xx"
    assert Texts("xx").number(1.5, 1) == "1·5"
    assert cli.run(["--lang", "xx", "analyze", str(track_file), "--out", str(track_file.parent / "out")]) == 0
    assert "nej" in capsys.readouterr().out
    assert cli.run(["--lang", "zz", "analyze", str(track_file)]) == 2
    assert "expected one of en, de, xx" in capsys.readouterr().err


def test_an_export_is_one_module_and_one_registration(monkeypatch, tmp_path):
    module = type(import_module("formcheck.record.exports.tables"))("formcheck.record.exports.count_lines")
    module.count_files = lambda selection: iter([("count.txt", f"{len(selection.uids)}".encode())])
    monkeypatch.setitem(__import__("sys").modules, module.__name__, module)
    monkeypatch.setitem(exports.EXPORT_FORMATS, "count", exports.ExportFormat("count_lines", "count_files", "a count"))

    selection = Selection(None, None, ("a", "b"), None, Texts("en"))
    assert dict(exports.export_files("count", selection)) == {"count.txt": b"2"}


def test_a_landmarker_is_one_class(whole_set):
    """It sees a synthetic person in the frames of a clip: what is measured is the synthetic person's movement."""
    source = FileSource(whole_set)
    frames = [frame.t_s for frame in source]
    pose = synth.glide([Move()] * 4, hidden=False)

    def make(*, tracking=True):
        return TrackLandmarker(pose)

    survey = survey_clip(FileSource(whole_set, stride_s=0.2), make, side=None, jobs=1, progress=lambda _share: None)
    detections, warnings = detect_clip(source, make, survey, jobs=1, progress=lambda _share: None)
    track = build_track(
        detections,
        survey,
        size_px=source.size_px,
        clip=source.info,
        model=ModelInfo("scripted", "0" * 64, "none"),
        side_given=False,
        warnings=warnings,
    )
    assert len(track.t_s) == len(frames)
    assert track.working_side is pose.working_side
    session = synth.session(track)
    assert session.rep_count == 4
    assert worst(session) is None
    assert np.isfinite(session.angles.knee_flexion_deg).mean() > 0.9
    json.dumps(to_document(session, Texts("en")), allow_nan=False)
