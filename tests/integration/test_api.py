"""The public interface, and the example of its documentation."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import formcheck
from clips import excerpt
from formcheck import cli
from formcheck.angles.calibration import fingerprint
from formcheck.errors import InputError, UsageError
from formcheck.record.calibrations import keep_calibration
from formcheck.record.profiles import profile_key
from formcheck.record.store import open_store
from formcheck.review.storage import read_review_file
from formcheck.text.catalogue import Texts
from formcheck.types import KeptCalibration, MeasuredMark, PoseTrack, Session
from signed import clip_item, sign_item

ROOT = Path(__file__).parents[2]


def examples():
    return re.findall(r"```python\n(.*?)```", (ROOT / "docs" / "api.md").read_text(encoding="utf-8"), re.DOTALL)


@pytest.fixture(scope="module")
def ran(tmp_path_factory):
    """The examples of docs/api.md, run one after the other as a reader would."""
    folder = tmp_path_factory.mktemp("api")
    # The beginning of the clip in place of all of it.
    excerpt(folder / "sample_videos" / "01_good_set.mp4", length_s=6.0)
    script = folder / "example.py"
    script.write_text("\n".join(examples()), encoding="utf-8")
    call = subprocess.run([sys.executable, script], cwd=folder, capture_output=True, text=True, check=False)
    assert call.returncode == 0, call.stderr
    return folder, call.stdout


def test_the_example_of_the_documentation_runs(ran):
    _, out = ran
    assert out.startswith("1 repetitions, the knee lacks")
    assert "(slider)" in out or "slider" in out.lower()


def test_a_session_is_read_as_it_was_judged(ran):
    folder, _ = ran
    session = formcheck.load_session(folder / "results")
    again = formcheck.judge(formcheck.load_track(folder / "results" / "track.npz"))
    assert isinstance(session, Session)
    assert session.reps == again.reps
    assert session.findings == again.findings
    np.testing.assert_array_equal(session.angles.knee_flexion_deg, again.angles.knee_flexion_deg)


def test_what_is_kept_of_a_person_is_used_as_by_the_command(ran, tmp_path):
    results, store = ran[0] / "results", tmp_path / "record"
    before = formcheck.load_session(results)
    view, mark = before.angles.view, MeasuredMark("hip", 7, 6.0, 90.0, 60.0, 2.6)
    near = before.side is view.near_side
    place = (view.azimuth_deg, view.elevation_deg, near)
    kept = KeptCalibration("2026-11-28", "AB", before.side, fingerprint(before.model), *place, 2.0, (mark,), "f00d")
    with open_store(store) as record, record.writing() as connection:
        keep_calibration(connection, profile_key(connection, "P017", make=True), kept)
    after = formcheck.analyze(results / "track.npz", tmp_path / "again", video=False, profile="P017", store=store)
    assert after.kept_calibration.used
    assert after.kept_calibration.kept.marks == kept.marks
    assert after.reps[0].hip_flexion_mean_deg > before.reps[0].hip_flexion_mean_deg
    with pytest.raises(UsageError, match="P018"):
        formcheck.analyze(results / "track.npz", tmp_path / "other", profile="P018", store=store)
    with pytest.raises(ValueError, match="profile"):
        formcheck.analyze(results / "track.npz", tmp_path / "other", store=store)


def test_a_complete_review_holds_for_the_same_results_and_is_a_draft_on_others(ran, tmp_path, capsys):
    results = tmp_path / "again.formcheck"
    shutil.copytree(ran[0] / "results", results)
    sign_item(clip_item(results))
    again = ["analyze", str(results / "track.npz"), "--out", str(results), "--no-video"]
    for more, done in (([], True), (["--protocol", "sciatic-glide-slider"], False), ([], False)):
        assert cli.run([*again, *more]) == 0
        assert read_review_file(results / "review.json").review.done is done
        said = Texts().get(f"terminal.review_{'holds' if done else 'draft'}", clip="track.npz", path=again[1])
        assert (said in capsys.readouterr().err) is (done or bool(more))
    sign_item(clip_item(results))
    formcheck.analyze(results / "track.npz", results, protocol="sciatic-glide-slider", video=False)
    assert not read_review_file(results / "review.json").review.done


def test_tracks_come_from_a_folder_or_a_file(ran):
    folder, _ = ran
    track = formcheck.load_track(folder / "results")
    assert isinstance(track, PoseTrack)
    np.testing.assert_array_equal(track.t_s, formcheck.load_track(folder / "results" / "track.npz").t_s)


def test_what_is_not_there_is_said(tmp_path):
    with pytest.raises(InputError, match=r"session\.json is missing"):
        formcheck.load_session(tmp_path)


def test_the_package_loads_nothing_until_it_is_used():
    code = "import formcheck, sys; assert not {'numpy', 'cv2', 'mediapipe'} & sys.modules.keys(); print(dir(formcheck))"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert set(formcheck.__all__) <= set(eval(out))


def test_no_other_names_are_offered():
    with pytest.raises(AttributeError, match="no attribute 'secret'"):
        formcheck.secret  # noqa: B018
